"""The networks a post goes out to besides the community's own wall.

This file says what a network is to the rules and what is sent there; how a network writes a post, and how it is
reached, is decided by its target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from editorial.suggestion import Attachment


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
    whose order is kept.  ``parts`` tells in how many requests a story goes out there; pure.
    """

    key: str
    target: str
    title: str
    destination: str
    parts: Callable[[Story], int]
    can_edit: bool = True
    can_remove: bool = True


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
