"""Profiles and communities that travel along with answers (`extended=1`)."""

from __future__ import annotations

from typing import Any

from sandbox.api import Call
from sandbox.records import Community, Json

BASE_FIELDS = {"sex", "screen_name", "photo_50", "photo_100"}


def extend(call: Call, answer: Json, items: list[Json]) -> Json:
    """Adds profiles and groups mentioned in the items when `extended` was asked for."""
    if not call.get("extended"):
        return answer
    numbers: set[int] = set()
    for item in items:
        _collect(item, numbers)
    return {**answer, **people_and_groups(call, numbers)}


def people_and_groups(call: Call, numbers: set[int]) -> Json:
    """`profiles` and `groups` of these ids (people positive, communities negative)."""
    fields = BASE_FIELDS | set(call.get("fields", []))
    world = call.world
    profiles = [world.people[number].view(fields) for number in sorted(numbers) if number in world.people]
    groups = [group_view(call, world.groups[-n], set()) for n in sorted(numbers) if -n in world.groups]
    return {"profiles": profiles, "groups": groups}


def _collect(item: Any, numbers: set[int]) -> None:
    for name in ("from_id", "owner_id", "signer_id", "created_by", "member_id"):
        if isinstance(item.get(name), int):
            numbers.add(item[name])


def group_view(call: Call, group: Community, fields: set[str]) -> Json:
    """As groups.getById shows a community to this caller."""
    level = 0 if call.by_group and call.token.group_id != group.id else call.level(group.id)
    if call.by_group:
        level = 0
    shown: Json = {
        "id": group.id,
        "name": group.name,
        "screen_name": group.screen_name,
        "is_closed": 0,
        "type": "page",
        "photo_50": f"https://vk.ru/images/community_50.png?group={group.id}",
        "photo_100": f"https://vk.ru/images/community_100.png?group={group.id}",
        "photo_200": f"https://vk.ru/images/community_200.png?group={group.id}",
    }
    if call.token.user_id:
        shown.update(is_admin=int(level > 0), is_member=int(level > 0), is_advertiser=int(level > 2))
        if level:
            shown["admin_level"] = level
    extra: Json = {
        "can_post": int(level >= 2),
        "can_suggest": int(level < 2 and group.wall_open),
        "can_message": 1,
        "is_messages_blocked": 0,
        "can_see_all_posts": 1,
        "members_count": len(call.world.people),
        "description": "",
        "status": "",
        "verified": 0,
        "wall": 1 if group.wall_open else 0,
    }
    shown.update({name: value for name, value in extra.items() if name in fields})
    return shown
