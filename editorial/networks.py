"""The networks a post goes out to besides the community's own wall.

This file says what a network is to the rules and what is sent there; how a network writes a post, and how it is
reached, is decided by its target.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from editorial.suggestion import Attachment, Content, comparable


@dataclass(frozen=True, slots=True)
class Story:
    """A post as it goes out to a network.  ``text`` is VK's markup; ``link`` the post on VK, None without it.

    ``published_at`` is aware UTC, when the post went out on VK (or now, in its stead).  ``region`` is a region's
    code, ``rubric`` a rubric's.  ``edited_at``: when the text or the pictures last changed after that.
    """

    number: int
    text: str
    attachments: tuple[Attachment, ...]
    link: str | None
    published_at: datetime
    owner_id: int
    post_id: int | None = None
    region: str | None = None
    rubric: str | None = None
    edited_at: datetime | None = None

    @property
    def digest(self) -> str:
        """Changes with what readers see: the words, the attachments, the link; not with VK's keys and addresses."""
        lines = [comparable(self.text), self.link or "", *(one.identity for one in self.attachments)]
        return hashlib.sha256("\n\x1f".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Part:
    """One request's worth of a story: an album, a message, a poll, a page.

    ``kind`` is the target's own word, ``body`` what is sent besides the files (text, entities, markup: plain JSON
    values), ``media`` the attachments whose files go with it, in order.  ``notes`` are stable words for what could
    not go along as it is ("video_as_link", "text_shortened", …); the card says them.
    """

    kind: str
    body: dict[str, Any] = field(default_factory=dict)
    media: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """A switched-on network as the rules and the handlers know it.

    ``key`` names it everywhere ("telegram", "max", "ok", "vk_copy.123", "feeds", "wordpress", "webhook"),
    ``target`` the courier that serves it, ``title`` is its Russian name on the card, ``destination`` the place
    whose order is kept.  ``parts`` tells in how many requests a story goes out there, ``preview`` gives them; pure.
    """

    key: str
    target: str
    title: str
    destination: str
    parts: Callable[[Story], int]
    can_edit: bool = True
    can_remove: bool = True
    preview: Callable[[Story], tuple[Part, ...]] = lambda _story: ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A part that stands in a network: its ids there, and its public address if it has one.

    ``ids`` are the network's own, in order (all messages of an album); ``result`` is everything its target
    remembered of it.
    """

    ids: tuple[str, ...]
    link: str | None
    at: datetime
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a post got in one network; None: the network does not say."""

    views: int | None = None
    likes: int | None = None
    reposts: int | None = None
    comments: int | None = None


class PostState(StrEnum):
    """Where a post of ours stands on VK."""

    AWAITED = "awaited"
    """Given to the networks in advance, because VK could not be published to."""
    LIVE = "live"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class OurPost:
    """A suggestion that went out, as last seen on VK. Times are aware UTC.

    ``post_id`` None: not on VK yet, or nobody knows under which number.  ``released_at``: when it was given to the
    networks; None while that waits.  ``edited_at``: when it was first seen changed.  ``next_look``: when it is
    read again; None: never.
    """

    number: int
    owner_id: int
    post_id: int | None
    content: Content
    state: PostState
    published_at: datetime
    seen_at: datetime | None = None
    edited_at: datetime | None = None
    released_at: datetime | None = None
    next_look: datetime | None = None
    reach: Reach = field(default_factory=Reach)
    reach_at: datetime | None = None

    @property
    def link(self) -> str | None:
        return f"https://vk.com/wall{self.owner_id}_{self.post_id}" if self.post_id else None


class CopyState(StrEnum):
    """Where a copy, or one part of it, stands."""

    WAITING = "waiting"
    OUT = "out"
    REFUSED = "refused"
    ASKED = "asked"
    """It was sent, and only a person can tell whether it arrived."""
    CANCELLED = "cancelled"
    """Not sent after all: an earlier part of it failed, or the post was taken back before."""
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class NetworkCopy:
    """One part of a post in one network. Times are aware UTC.

    ``doing`` is what is being done to it besides sending ("edit", "remove"), ``todo`` what only a person can do
    there.  ``said`` is what is being sent at this moment, ``digest`` marks what stands there.  ``delivery`` is the
    outbox row that is or was last at work.
    """

    number: int
    network: str
    part: int
    state: CopyState
    doing: str | None = None
    todo: str | None = None
    delivery: int | None = None
    ids: tuple[str, ...] = ()
    link: str | None = None
    result: dict[str, Any] = field(default_factory=dict)
    digest: str | None = None
    said: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None
    sent_at: datetime | None = None
    edited_at: datetime | None = None
    removed_at: datetime | None = None
    next_reach: datetime | None = None
    reach: Reach = field(default_factory=Reach)
    reach_at: datetime | None = None

    @property
    def placed(self) -> Placed | None:
        """What stands in the network; None when nothing does."""
        if self.state is not CopyState.OUT or self.sent_at is None:
            return None
        return Placed(self.ids, self.link, self.sent_at, self.result)


#: A post is read again when so many times the first wait have passed; then as often as at the end of these, so that
#: one look comes half an hour before the two days are over, after which some networks let nothing be deleted.
LOOKS: Final = (1, 2, 5, 10, 20, 30, 60, 150)
#: How long after publication a post is read for the first time.
FIRST_LOOK: Final = timedelta(minutes=1)
#: Changes are looked for so long.
WATCHED: Final = timedelta(days=2)
#: Reach is read so long, once a day.
COUNTED: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)


def next_look(published_at: datetime, now: datetime, first: timedelta = FIRST_LOOK) -> datetime | None:
    """When the post is to be read again: soon at first, ever more seldom later, None after two weeks."""
    for times in LOOKS:
        if (moment := published_at + times * first) > now:
            return moment
    age = now - published_at
    if age < WATCHED:
        return now + LOOKS[-1] * first
    return now + DAY if age + DAY <= COUNTED else None


def next_reach(published_at: datetime, now: datetime) -> datetime | None:
    """When the reach of a copy is to be read again: once a day for two weeks."""
    return now + DAY if now - published_at < COUNTED else None
