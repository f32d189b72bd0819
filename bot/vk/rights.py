"""What the desk's keys can do, found out by asking VK.

Only reads are made.  What follows — publishing itself, or asking a moderator to — is decided by the program;
the sentences people read about it are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot.vk.client import Call, VkClient
from bot.vk.errors import Remedy, VkError, VkTransport
from bot.vk.longpoll import Finding
from bot.vk.scalars import items, mapping, number, words

NEEDED_PERMISSIONS: Final = ("messages", "manage", "wall")
EDITOR_LEVEL: Final = 2
"""VK's numbers: 1 moderator, 2 editor, 3 administrator."""


class Editor(StrEnum):
    """The state of the editor's key."""

    OK = "ok"
    MISSING = "missing"
    DEAD = "dead"
    EXPIRED = "expired"
    WRONG_IP = "wrong_ip"
    CAPTCHA = "captcha"
    VALIDATION = "validation"
    NO_RIGHTS = "no_rights"
    WRONG_KIND = "wrong_kind"
    UNAVAILABLE = "unavailable"


KEY_STATES: Final[Mapping[str, Editor]] = {
    "key_dead": Editor.DEAD,
    "key_expired": Editor.EXPIRED,
    "key_other_ip": Editor.WRONG_IP,
    "captcha": Editor.CAPTCHA,
    "validation": Editor.VALIDATION,
    "human_check": Editor.VALIDATION,
    "key_confirmation": Editor.VALIDATION,
    "key_wrong_kind": Editor.WRONG_KIND,
    "account_banned": Editor.DEAD,
    "no_rights": Editor.NO_RIGHTS,
    "no_scope": Editor.NO_RIGHTS,
}
WAITING: Final = frozenset({Editor.CAPTCHA, Editor.VALIDATION, Editor.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Rights:
    """What works.

    ``group_ok``: the community's key answers.  ``permissions``: what it is allowed, by VK's words.
    ``editor_id``: whose the editor's key is, None when unknown.  ``findings`` say what is wrong.
    """

    group_ok: bool
    permissions: frozenset[str]
    editor: Editor
    editor_id: int | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def mode(self) -> str:
        """``editor``: the desk publishes suggestions itself; ``degraded``: there is no editor's key fit for it.

        A key that only waits (captcha, a check, no answer) does not change the way of publishing.
        """
        return "editor" if self.editor is Editor.OK or self.editor in WAITING else "degraded"


def rights(user: VkClient | None, group: VkClient, group_id: int) -> Rights:
    """Ask VK what both keys can do. Never raises: what cannot be asked is a finding."""
    group_ok, permissions, findings = community_key(group)
    editor, editor_id, more = editor_key(user, group_id)
    return Rights(group_ok, permissions, editor, editor_id, (*findings, *more))


def community_key(group: VkClient) -> tuple[bool, frozenset[str], list[Finding]]:
    try:
        answer = mapping(group.call("groups.getTokenPermissions"))
    except VkError as error:
        return False, frozenset(), [Finding("group_key", error.verdict.reason)]
    listed = items(answer.get("permissions"))
    permissions = frozenset(filter(None, (words(mapping(one).get("name")) for one in listed)))
    missing = [name for name in NEEDED_PERMISSIONS if name not in permissions]
    return True, permissions, [Finding("group_permission_missing", name) for name in missing]


def editor_key(user: VkClient | None, group_id: int) -> tuple[Editor, int | None, list[Finding]]:
    """The state of the editor's key, whose it is, and what is wrong with it."""
    if user is None or not user.key.secret:
        return Editor.MISSING, None, []
    if user.key.is_vk_id:
        return Editor.WRONG_KIND, None, [Finding("editor_key_vk_id")]
    calls = [
        Call("users.get"),
        Call("groups.getById", {"group_id": group_id, "fields": ["is_admin", "admin_level"]}),
    ]
    if user.pauses.paused("wall.get") is None:  # what VK wants left alone is not asked for out of curiosity
        calls.append(Call("wall.get", {"owner_id": -group_id, "filter": "suggests", "count": 1}))
    who, community, *queue = user.batch(calls)
    for answer in (who, *queue):
        if isinstance(answer, VkError):
            state = _state(answer)
            return state, None, [Finding("editor_key", answer.verdict.reason)]
    people = items(who)
    editor_id = number(mapping(people[0]).get("id")) if people else None
    if editor_id is None:  # a community's key is nobody
        return Editor.WRONG_KIND, None, [Finding("editor_key", "key_wrong_kind")]
    if _manages(user, group_id, community) is False:
        return Editor.NO_RIGHTS, editor_id, [Finding("editor_not_manager", str(editor_id))]
    return Editor.OK, editor_id, []


def _state(error: VkError) -> Editor:
    if isinstance(error, VkTransport) or error.verdict.remedy in (Remedy.RETRY, Remedy.PAUSE_METHOD):
        return KEY_STATES.get(error.verdict.reason, Editor.UNAVAILABLE)
    return KEY_STATES.get(error.verdict.reason, Editor.DEAD)


def _manages(user: VkClient, group_id: int, community: Any) -> bool | None:
    """Whether the key's owner is an editor or higher of the community; None when VK does not say."""
    listed = community if isinstance(community, list) else items(mapping(community).get("groups"))
    said = mapping(listed[0]) if listed else {}
    level = number(said.get("admin_level"))
    if level is not None and number(said.get("is_admin")) != 0:
        return level >= EDITOR_LEVEL
    if number(said.get("is_admin")) == 0:
        return False
    try:
        edited = mapping(user.call("groups.get", filter="editor", count=1000)).get("items")
    except VkError:
        return None
    return group_id in [number(one) for one in items(edited)]
