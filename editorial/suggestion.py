"""What the desk works on: a suggestion, its author, its content.

These records are plain frozen values.  They know how to compare contents and
nothing about where they are stored or how they are shown.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from editorial.cleaning import clean


class Status(StrEnum):
    """Where a suggestion stands. Final states are in :data:`CLOSED`."""

    PENDING = "pending"
    RETURNED = "returned"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    DIGEST = "digest"
    MERGED = "merged"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


class Origin(StrEnum):
    """Where a suggestion came from: the wall's «Предложить новость», the dialog, a source the desk reads."""

    WALL = "wall"
    DIALOGUE = "dialogue"
    SOURCE = "source"


#: The word before the moment in :attr:`Suggestion.trouble` of one that a person postponed on VK.
POSTPONED: Final = "postponed"
#: Such words in one that VK did not show any more.
MISSED: Final = frozenset({"gone", POSTPONED})
#: The word before the number of the news that took the place of a returned one.
REPLACED: Final = "replaced"
CLOSED = frozenset({Status.PUBLISHED, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED})


@dataclass(frozen=True, slots=True)
class Attachment:
    """One thing attached to a post.

    ``kind`` is VK's type word ("photo", "video", "link", …; the list is open).  ``url`` is the address of
    the largest picture, of the document, or of the link itself.  ``preview`` is a picture to show, if any.
    ``width`` and ``height`` are those of the largest picture, where VK tells them.  ``answers`` are those of a
    poll, one a line; ``several``: more than one may be chosen.
    """

    kind: str
    owner_id: int | None = None
    media_id: int | None = None
    access_key: str | None = None
    url: str | None = None
    title: str | None = None
    preview: str | None = None
    width: int | None = field(default=None, compare=False)
    height: int | None = field(default=None, compare=False)
    answers: str | None = field(default=None, compare=False)
    several: bool | None = field(default=None, compare=False)

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


def closed_by_author(status: Status, trouble: str | None, author_id: int | None) -> bool:
    """Whether the author closed the news themselves, by word or with a piece that passed for the corrected one.

    News whose author is not known any more was made to be forgotten, and stays closed.
    """
    by_their_deed = not trouble or trouble.partition(":")[0] == REPLACED
    return status is Status.WITHDRAWN and by_their_deed and author_id is not None


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

    ``reachable`` is None while nobody has tried; ``zone`` is an IANA name that comes before the region's own,
    None when unknown.  ``role`` is a code of :mod:`editorial.people`; region and organisation are what the author
    said until ``confirmed_at``.  ``blocked_why``: no more news is taken from them, and for which reason.
    """

    vk_id: int
    name: str = ""
    reachable: bool | None = None
    wants_letters: bool = True
    zone: str | None = None
    region: str | None = None
    organisation: str | None = None
    role: str | None = None
    confirmed_by: int | None = None
    confirmed_at: datetime | None = None
    asked_at: datetime | None = None
    consent_asked_at: datetime | None = None
    consent_at: datetime | None = None
    blocked_why: str | None = None
    blocked_by: int | None = None
    blocked_at: datetime | None = None
    told_at: datetime | None = None
    called_at: datetime | None = None

    @property
    def confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def blocked(self) -> bool:
        return self.blocked_at is not None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what and when; ``reason`` is a code of :mod:`editorial.reasons` or ``own``."""

    by: int
    at: datetime
    action: str
    reason: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """How a post is signed: with its author's name or not, and with which line below the text (empty: none)."""

    author: bool
    line: str = ""


#: Lines under a post that VK does not sign.
AUTHOR_LINE: Final = "Автор: {name}"
SOURCE_LINE: Final = "Источник: {url}"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One piece of news on its way through the desk. Times are aware UTC.

    ``content`` is what the author sent, as last seen on VK.  ``edited_text`` is a moderator's wording of it,
    ``edited_attachments`` a moderator's choice of attachments in their order.
    ``previous`` is the content before the author's last change, so that the card can show the difference.
    ``rubric`` is a rubric's code.  ``networks`` is what moderators chose for the networks: ``{"on": [key, …],
    "off": [key, …], "texts": {key: text}, "beside": {key: mark}}``, where a mark stands for the text of the wall
    that the network's own text was written for; None leaves all to the rules.

    Only one of the origin ``wall`` stands on VK as a suggestion; ``post_id`` of the others is a negative number of
    the desk's own, and they go out as new posts.  ``behind`` says where such a one came from: the dialog's
    ``peer_id`` and the ``cmids`` of its messages, or a source's ``url`` and ``title``.  ``without_photos``: a
    moderator chose to let it go out without its photos.  ``corrects``: the number of the returned news that this
    one is the corrected form of.  ``signed``: how the post is signed, settled when it leaves; None is with its
    author's name and no line.  ``expires_at``: from then on a planned post is of no use.  ``merged_into``: the
    number of the news in whose post this one goes out, or went out; ``joint``: others are merged into this one.
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
    edited_attachments: tuple[Attachment, ...] | None = None
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
    origin: Origin = Origin.WALL
    behind: Mapping[str, Any] | None = None
    without_photos: bool = False
    expires_at: datetime | None = None
    corrects: int | None = None
    merged_into: int | None = None
    signed: Signed | None = None
    joint: bool = field(default=False, compare=False)
    author: Author | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """The text that would be published now: a moderator's wording, else the author's without litter."""
        return clean(self.content.text).text if self.edited_text is None else self.edited_text

    @property
    def was_missed(self) -> bool:
        """Whether it was closed because VK did not show it among the suggested ones, and for no other reason."""
        word = (self.trouble or "").partition(":")[0]
        return self.status is Status.WITHDRAWN and word in MISSED

    @property
    def reopens_when_edited(self) -> bool:
        """Whether its author closed it, by word or with a piece that passed for the corrected one: what they write
        into it on VK afterwards says that they want it published after all."""
        return closed_by_author(self.status, self.trouble, self.author_id)

    @property
    def postponed_to(self) -> datetime | None:
        """When VK is to publish it by itself, because a person postponed it there; aware UTC."""
        word, _, at = (self.trouble or "").partition(":")
        return datetime.fromisoformat(at) if word == POSTPONED and self.status is Status.WITHDRAWN else None

    @property
    def for_publication(self) -> Content:
        """What is to stand on the wall; VK signs no new post with the author, so the text says who sent it."""
        text = self.signed_text(self.text)
        kept = tuple(one for one in self.attachments if not (self.without_photos and one.kind == "photo"))
        return Content(text, kept)

    def signed_text(self, text: str) -> str:
        """The text with the lines of its signature, unless it says them itself."""
        lines = [line for line in self.signature.split("\n") if line and line not in text]
        return "\n\n".join(part for part in (text, "\n".join(lines)) if part)

    @property
    def signature(self) -> str:
        """The lines below the text: who sent it where VK does not sign, and what the rule of signatures says.

        A joint post bears neither: its text says who sent what.
        """
        url = (self.behind or {}).get("url")
        if self.origin is Origin.SOURCE and url:
            return SOURCE_LINE.format(url=url)
        person = self.author if (self.author_id or 0) > 0 and self.names_author else None
        named = self.origin is Origin.DIALOGUE and person is not None and person.name.strip()
        author = AUTHOR_LINE.format(name=" ".join(person.name.split())) if named and person else ""
        return "\n".join(
            line for line in (author, self.signed.line if self.signed and not self.joint else "") if line
        )

    @property
    def names_author(self) -> bool:
        """Whether the post is to say who its author is."""
        return not self.joint and (self.signed is None or self.signed.author)

    @property
    def photos_to_upload(self) -> int:
        """How many photos have to be uploaded to the wall first, for which an editor's key is needed."""
        if self.origin is Origin.WALL:
            return 0
        return sum(attachment.kind == "photo" for attachment in self.for_publication.attachments)

    @property
    def tidied(self) -> Content:
        """The author's content without litter: what the desk's own edits are compared with."""
        return self.content.with_text(clean(self.content.text).text)

    @property
    def digest(self) -> str | None:
        """Which digest this is, when it is one and no piece of news."""
        kind = (self.behind or {}).get("digest") if self.origin is Origin.SOURCE else None
        return str(kind) if kind else None

    @property
    def source(self) -> int | None:
        """The number of the source of news it was found in."""
        number = (self.behind or {}).get("source") if self.origin is Origin.SOURCE else None
        return int(number) if number else None

    @property
    def edited(self) -> Content:
        """What the desk has made of the author's content."""
        return Content(self.text, self.attachments)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The attachments that would be published now, in order."""
        return self.content.attachments if self.edited_attachments is None else self.edited_attachments

    @property
    def link(self) -> str:
        """Where a moderator finds what was suggested: on the wall, in the dialog, at the source."""
        behind = self.behind or {}
        if self.origin is Origin.DIALOGUE:
            return f"https://vk.com/gim{-self.owner_id}?sel={behind.get('peer_id') or self.author_id}"
        if self.origin is Origin.SOURCE and behind.get("url"):
            return str(behind["url"])
        return self.wall_link

    @property
    def wall_link(self) -> str:
        """Where the suggestion stands on VK, for one that came from there."""
        return f"https://vk.com/wall{self.owner_id}_{self.post_id}"

    @property
    def carrier(self) -> int:
        """The number of the news whose post this one is or stands in."""
        return self.merged_into or self.number

    @property
    def published_link(self) -> str | None:
        if self.published_post_id is None:
            return None
        return f"https://vk.com/wall{self.owner_id}_{self.published_post_id}"
