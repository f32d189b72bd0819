"""Makes the things the desk works on; every argument that does not matter to a test has a default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from editorial.lifecycle import Press
from editorial.roles import Role
from editorial.suggestion import Attachment, Author, Content, Status, Suggestion
from handlers.events import ButtonPressed, MessageArrived, WallPublished, WallSuggested

GROUP = 1
WALL = -GROUP
CHAT = 2_000_000_001
AUTHOR = 601
ANNA, BORIS, VERA, GLEB, DINA = 11, 12, 13, 14, 15
NOW = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in Moscow."""
TEXT = "В Черемхове после ремонта открыли библиотеку."

_serial = count(1)


def a_photo(media_id: int = 31, owner: int = AUTHOR, key: str | None = "abc") -> Attachment:
    return Attachment("photo", owner, media_id, key, f"https://img.invalid/{media_id}.jpg")


def a_link(url: str = "https://okmo.invalid/new", title: str = "Подробности") -> Attachment:
    return Attachment("link", url=url, title=title)


def a_suggestion(number: int = 214, **more: Any) -> Suggestion:
    """A suggestion as a record, on nobody's desk."""
    text = more.pop("text", TEXT)
    attachments = more.pop("attachments", ())
    author = more.pop("author", AUTHOR)
    fields: dict[str, Any] = {
        "number": number,
        "owner_id": WALL,
        "post_id": 1000 + number,
        "author_id": author,
        "content": Content(text, tuple(attachments)),
        "status": Status.PENDING,
        "version": 1,
        "received_at": NOW,
        "updated_at": NOW,
        "author": Author(author, "Мария Петрова") if author else None,
    }
    return Suggestion(**{**fields, **more})


def a_press(action: Any, *, by: int = ANNA, role: Role = Role.EDITOR, version: int = 1, **more: Any) -> Press:
    return Press(action, by, role, version, **more)


def suggested(
    post_id: int | None = None,
    *,
    text: str = TEXT,
    author: int | None = AUTHOR,
    attachments: Sequence[Attachment] = (),
    at: datetime = NOW,
    owner: int = WALL,
) -> WallSuggested:
    """Somebody suggests a post."""
    post = next(_serial) + 5000 if post_id is None else post_id
    return WallSuggested(owner, post, author, Content(text, tuple(attachments)), at)


def on_the_wall(
    post_id: int,
    *,
    text: str = TEXT,
    attachments: Sequence[Attachment] = (),
    signer: int | None = AUTHOR,
    by: int | None = ANNA,
    at: datetime = NOW,
    owner: int = WALL,
    postponed_id: int | None = None,
) -> WallPublished:
    """A post stands on the community's wall."""
    content = Content(text, tuple(attachments))
    return WallPublished(owner, post_id, content, signer, by, postponed_id, at, from_id=owner)


def a_message(
    text: str,
    *,
    by: int = AUTHOR,
    where: int | None = None,
    reply_to: int | None = None,
    payload: Mapping[str, Any] | None = None,
    at: datetime = NOW,
    action: str | None = None,
    action_member: int | None = None,
) -> MessageArrived:
    """Somebody writes: in the dialog with the community unless ``where`` says otherwise."""
    return MessageArrived(
        peer_id=by if where is None else where,
        from_id=by,
        cmid=next(_serial) + 70_000,
        text=text,
        payload=payload,
        attachments=(),
        reply_to_cmid=reply_to,
        cropped=False,
        action=action,
        action_member_id=action_member,
        at=at,
    )


def a_button_press(
    payload: Mapping[str, Any] | None, *, by: int = ANNA, where: int = CHAT, cmid: int | None = None
) -> ButtonPressed:
    """Somebody presses a button that carries ``payload``, whoever made it."""
    return ButtonPressed(where, by, cmid, f"press-{next(_serial)}", payload)
