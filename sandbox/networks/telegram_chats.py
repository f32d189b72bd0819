"""What Telegram keeps: its chats, their messages and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.networks import telegram_rules as rules

RIGHTS = ("can_post_messages", "can_edit_messages", "can_delete_messages")


@dataclass
class Message:
    """A message of a chat. ``media`` is the file's number, ``kind`` what it is shown as."""

    id: int
    chat_id: int
    date: int
    kind: str = "text"
    text: str = ""
    entities: list[rules.Entity] = field(default_factory=list)
    media: str = ""
    album: str = ""
    reply_to: int | None = None
    edited: int = 0
    preview: dict[str, Any] = field(default_factory=dict)
    poll: dict[str, Any] = field(default_factory=dict)
    forwarded: dict[str, Any] = field(default_factory=dict)
    by: str = "bot"
    views: int = 0


@dataclass
class Stored:
    """A file Telegram keeps."""

    content: bytes
    kind: str
    name: str
    width: int = 0
    height: int = 0


@dataclass
class Chat:
    """A chat and what the bot may do there; ``status`` as getChatMember tells it."""

    id: int
    type: str
    title: str
    username: str = ""
    status: str = "administrator"
    rights: set[str] = field(default_factory=lambda: set(RIGHTS))
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    moved_to: int | None = None
    #: Nothing of it can be forwarded.
    protected: bool = False

    def view(self) -> dict[str, Any]:
        """As messages carry it."""
        shown: dict[str, Any] = {"id": self.id, "type": self.type, "title": self.title}
        return {**shown, "username": self.username} if self.username else shown


def as_number(value: Any) -> int:
    """What a request names by number; 0 when it is none."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
