"""What the desk works on: a suggestion, its author, its content.

These records are plain frozen values.  They know how to compare contents and
nothing about where they are stored or how they are shown.
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Where a suggestion stands. Final states are in :data:`CLOSED`."""

    PENDING = "pending"
    RETURNED = "returned"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    DIGEST = "digest"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


CLOSED = frozenset({Status.PUBLISHED, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED})


@dataclass(frozen=True, slots=True)
class Attachment:
    """One thing attached to a post.

    ``kind`` is VK's type word ("photo", "video", "link", …; the list is open).  ``url`` is the address of
    the largest picture, of the document, or of the link itself.  ``preview`` is a picture to show, if any.
    """

    kind: str
    owner_id: int | None = None
    media_id: int | None = None
    access_key: str | None = None
    url: str | None = None
    title: str | None = None
    preview: str | None = None

    @property
    def identity(self) -> str:
        """What stays the same while access keys and picture addresses change."""
        if self.kind == "link" or self.owner_id is None or self.media_id is None:
            return f"{self.kind}:{self.url or self.title or ''}"
        return f"{self.kind}{self.owner_id}_{self.media_id}"

    @property
    def reference(self) -> str | None:
        """The form in which VK takes the attachment back, or None when it cannot be attached again."""
        if self.kind == "link":
            return self.url
        if self.owner_id is None or self.media_id is None:
            return None
        key = f"_{self.access_key}" if self.access_key else ""
        return f"{self.kind}{self.owner_id}_{self.media_id}{key}"


@dataclass(frozen=True, slots=True)
class Content:
    """A text and its attachments, in order."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes when the author changes text or attachments, not when VK renews keys or addresses."""
        lines = [comparable(self.text), *(attachment.identity for attachment in self.attachments)]
        return hashlib.sha256("\n\x1f".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def with_text(self, text: str) -> Content:
        return Content(text, self.attachments)


def comparable(text: str) -> str:
    """The text with what VK changes on its own (line ends, entities, outer blanks) evened out."""
    even = html.unescape(text).replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    return "\n".join(line.rstrip() for line in even.strip().split("\n"))


def same_content(known: Content, seen: Content) -> bool:
    """Whether ``seen`` is what we already know.

    VK first shows a photo under its author and later under the community; such a re-homed photo is the same.
    """
    if comparable(known.text) != comparable(seen.text) or len(known.attachments) != len(seen.attachments):
        return False
    return all(_same_attachment(old, new) for old, new in zip(known.attachments, seen.attachments, strict=True))


def _same_attachment(old: Attachment, new: Attachment) -> bool:
    if old.identity == new.identity:
        return True
    rehomed = (old.owner_id or 0) > 0 and (new.owner_id or 0) < 0
    return old.kind == new.kind == "photo" and rehomed


@dataclass(frozen=True, slots=True)
class Author:
    """A person (positive id) or a community (negative id) that suggests news.

    ``reachable`` is None while nobody has tried; ``zone`` is an IANA name, None when unknown.
    """

    vk_id: int
    name: str = ""
    reachable: bool | None = None
    wants_letters: bool = True
    zone: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what and when; ``reason`` is a code of :mod:`editorial.reasons` or ``own``."""

    by: int
    at: datetime
    action: str
    reason: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One piece of news on its way through the desk. Times are aware UTC.

    ``content`` is what the author sent, as last seen on VK.  ``edited_text`` is a moderator's wording of it.
    ``previous`` is the content before the author's last change, so that the card can show the difference.
    ``rubric`` is a rubric's code.  ``networks`` is what moderators chose for the networks: ``{"on": [key, …],
    "off": [key, …], "texts": {key: text}}``; None leaves all to the rules.
    """

    number: int
    owner_id: int
    post_id: int
    author_id: int | None
    content: Content
    status: Status
    version: int
    received_at: datetime
    updated_at: datetime
    edited_text: str | None = None
    previous: Content | None = None
    urgent: bool = False
    due_at: datetime | None = None
    decision: Decision | None = None
    published_post_id: int | None = None
    published_at: datetime | None = None
    proof: str | None = None
    trouble: str | None = None
    region: str | None = None
    rubric: str | None = None
    networks: dict[str, Any] | None = None
    author: Author | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """The text that would be published now."""
        return self.content.text if self.edited_text is None else self.edited_text

    @property
    def for_publication(self) -> Content:
        return self.content.with_text(self.text)

    @property
    def link(self) -> str:
        """Where a moderator finds the suggestion on VK."""
        return f"https://vk.com/wall{self.owner_id}_{self.post_id}"

    @property
    def published_link(self) -> str | None:
        if self.published_post_id is None:
            return None
        return f"https://vk.com/wall{self.owner_id}_{self.published_post_id}"
