"""Names of people and communities, and who manages the community.

Answers from VK only; what is remembered and for how long is decided by the callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from bot.vk.client import Call, Timeout, VkClient
from bot.vk.errors import VkError
from bot.vk.scalars import items, mapping, number, words

PEOPLE_AT_ONCE: Final = 1000
COMMUNITIES_AT_ONCE: Final = 500
MANAGERS_AT_ONCE: Final = 1000


def named(answer: object) -> dict[int, str]:
    """The names in the ``profiles`` and ``groups`` of an extended answer; communities under negative ids."""
    said = mapping(answer)
    found: dict[int, str] = {}
    for one in map(mapping, items(said.get("profiles"))):
        found[number(one.get("id")) or 0] = person_name(one)
    for one in map(mapping, items(said.get("groups"))):
        found[-(number(one.get("id")) or 0)] = words(one.get("name"))
    return {vk_id: name for vk_id, name in found.items() if vk_id and name}


def person_name(person: Mapping[str, object]) -> str:
    return f"{words(person.get('first_name'))} {words(person.get('last_name'))}".strip()


def names(client: VkClient, ids: Iterable[int]) -> dict[int, str]:
    """Names by id; negative ids are communities. Who VK does not know is left out. Raises VkError."""
    wanted = sorted(set(ids) - {0})
    people = [vk_id for vk_id in wanted if vk_id > 0]
    groups = [-vk_id for vk_id in wanted if vk_id < 0]
    calls = [
        Call("users.get", {"user_ids": people[start : start + PEOPLE_AT_ONCE]})
        for start in range(0, len(people), PEOPLE_AT_ONCE)
    ] + [
        Call("groups.getById", {"group_ids": groups[start : start + COMMUNITIES_AT_ONCE]})
        for start in range(0, len(groups), COMMUNITIES_AT_ONCE)
    ]
    found: dict[int, str] = {}
    for call, answer in zip(calls, client.batch(calls), strict=True):
        if isinstance(answer, VkError):
            raise answer
        listed = answer if isinstance(answer, list) else items(mapping(answer).get("groups"))
        found |= named({"profiles" if call.method == "users.get" else "groups": listed})
    return found


def managers(
    client: VkClient, group_id: int, *, urgent: bool = False, timeout: Timeout | None = None
) -> dict[int, str]:
    """Who manages the community: id to VK's word for the role (moderator, editor, administrator, creator…).

    ``urgent`` lets the question overtake waiting calls. Raises VkError.
    """
    found: dict[int, str] = {}
    offset = 0
    while True:
        answer = mapping(
            client.call(
                "groups.getMembers",
                urgent=urgent,
                timeout=timeout,
                group_id=group_id,
                filter="managers",
                count=MANAGERS_AT_ONCE,
                offset=offset or None,
            )
        )
        page = items(answer.get("items"))
        for one in map(mapping, page):
            vk_id = number(one.get("id"))
            if vk_id:
                found[vk_id] = words(one.get("role"))
        offset += MANAGERS_AT_ONCE
        if not page or offset >= (number(answer.get("count")) or 0):
            return found
