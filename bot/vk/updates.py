"""Turns one raw long-poll update into a typed event.

Pure: text in, event out.  It never raises: what cannot be read becomes :class:`Unknown` with the reason, the
raw text stays with the caller.  Who acts on an event is decided by the router.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from vk_api.bot_longpoll import VkBotEventType

from bot.vk.posts import wall_record
from bot.vk.quotes import own_attachments, quotes_of
from bot.vk.scalars import EPOCH, cmid_of, mapping, moment, number, person, words
from handlers.events import (
    ButtonPressed,
    Event,
    MessageArrived,
    MessagesAllowed,
    MessagesDenied,
    OfficersChanged,
    PersonBlocked,
    PersonUnblocked,
    Unknown,
)


def identity(update: object, raw: str) -> str:
    """What tells an update from all others: VK's ``event_id``, or a digest of its text ``raw`` without one."""
    said = words(mapping(update).get("event_id"))
    if 0 < len(said) <= 100:
        return said
    return "sha256:" + hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()


_MESSAGE: Final = VkBotEventType.MESSAGE_NEW.value


def message_key(update: object) -> tuple[int, int] | None:
    """The conversation and the number in it of the message an update tells of; None for any other update."""
    told = mapping(update)
    if told.get("type") != _MESSAGE:
        return None
    about = mapping(told.get("object"))
    message = mapping(about.get("message")) or about
    peer, cmid = number(message.get("peer_id")), cmid_of(message)
    return (peer, cmid) if peer and cmid and peer > 0 and cmid > 0 else None


def parse(raw: str, group_id: int, received_at: datetime = EPOCH) -> Event:
    """The event in ``raw``, for the community ``group_id``.

    ``received_at`` (aware UTC) stands in where VK gives no time.
    """
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError):
        return Unknown("", "not json")
    if not isinstance(update, Mapping):
        return Unknown("", "not an object")
    kind = words(update.get("type"))
    reader = READERS.get(kind)
    if reader is None:
        return Unknown(kind, "not used" if kind else "no type")
    if not isinstance(update.get("object"), Mapping):
        return Unknown(kind, "no object")
    try:
        return reader(update["object"], group_id, received_at)
    except _Unreadable as missing:
        return Unknown(kind, str(missing))
    except Exception as surprise:  # noqa: BLE001  # an update nobody imagined must not stop the ones behind it
        return Unknown(kind, f"unreadable: {type(surprise).__name__}")


class _Unreadable(Exception):
    """The update lacks something without which it says nothing."""


def _needed(value: int | None, name: str) -> int:
    if not value:
        raise _Unreadable(f"no {name}")
    return value


def _wall(post: Mapping[str, Any], group_id: int, received_at: datetime) -> Event:
    record = wall_record(post, -group_id, received_at)
    if record is None:
        raise _Unreadable("no id")
    return record


def _message(outer: Mapping[str, Any], group_id: int, received_at: datetime) -> Event:
    message = mapping(outer.get("message")) or outer
    peer, writer = number(message.get("peer_id")), number(message.get("from_id"))
    peer = _needed(peer or number(message.get("user_id")) or writer, "peer_id")
    writer = _needed(writer or (peer if peer < 2_000_000_000 else None), "from_id")
    if writer == -group_id or number(message.get("out")):
        return Unknown("message_new", "own message")
    action = mapping(message.get("action"))
    return MessageArrived(
        peer_id=peer,
        from_id=writer,
        cmid=cmid_of(message),
        text=words(message.get("text")) or words(message.get("body")),
        payload=payload_of(message.get("payload")),
        attachments=own_attachments(message),
        reply_to_cmid=cmid_of(mapping(message.get("reply_message"))),
        cropped=bool(number(message.get("is_cropped"))),
        action=words(action.get("type")) or None,
        action_member_id=number(action.get("member_id")),
        at=moment(message.get("date"), received_at),
        quoted=quotes_of(message, group_id),
    )


def message_of(message: object, group_id: int, received_at: datetime = EPOCH) -> MessageArrived | None:
    """The same for a message read back from its conversation; None when it cannot be read or is our own."""
    try:
        event = _message(mapping(message), group_id, received_at)
    except _Unreadable:
        return None
    return event if isinstance(event, MessageArrived) else None


def payload_of(value: object) -> Mapping[str, Any] | None:
    """The JSON object in a payload that came as an object or as text; None for anything else."""
    for _ in range(2):
        if not isinstance(value, str):
            break
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Mapping) else None


def _press(press: Mapping[str, Any], _group_id: int, _received_at: datetime) -> Event:
    user = _needed(number(press.get("user_id")), "user_id")
    answer = words(press.get("event_id"))
    if not answer:
        raise _Unreadable("no event_id")
    return ButtonPressed(
        peer_id=number(press.get("peer_id")) or user,
        user_id=user,
        cmid=cmid_of(press),
        answer_id=answer,
        payload=payload_of(press.get("payload")),
    )


def _officers(change: Mapping[str, Any], _group_id: int, _received_at: datetime) -> Event:
    return OfficersChanged(
        user_id=_needed(person(change.get("user_id")), "user_id"),
        level_old=number(change.get("level_old")),
        level_new=number(change.get("level_new")),
    )


def _about_person(make: Callable[[int], Event]) -> Callable[[Mapping[str, Any], int, datetime], Event]:
    def read(said: Mapping[str, Any], _group_id: int, _received_at: datetime) -> Event:
        return make(_needed(person(said.get("user_id")), "user_id"))

    return read


READERS: dict[str, Callable[[Mapping[str, Any], int, datetime], Event]] = {
    VkBotEventType.WALL_POST_NEW.value: _wall,
    VkBotEventType.MESSAGE_NEW.value: _message,
    VkBotEventType.MESSAGE_EVENT.value: _press,
    VkBotEventType.MESSAGE_ALLOW.value: _about_person(MessagesAllowed),
    VkBotEventType.MESSAGE_DENY.value: _about_person(MessagesDenied),
    VkBotEventType.GROUP_OFFICERS_EDIT.value: _officers,
    VkBotEventType.USER_BLOCK.value: _about_person(PersonBlocked),
    VkBotEventType.USER_UNBLOCK.value: _about_person(PersonUnblocked),
}
