"""Where news comes from besides suggestions: communities of councils and feeds of their sites.

Says which of the things found there are news for the desk.  A post of our own never comes back: it is no source of
ours, its links give it away, and the words of what we know are not news.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from editorial import regions
from editorial.likeness import Trace, likeness, trace
from editorial.suggestion import Content, Suggestion, comparable

#: What is older than this when it is first seen is no news any more.
STALE: Final = timedelta(days=14)
#: The clocks of the sources and ours differ by so much at most; VK tells whole seconds.
CLOCK_SLACK: Final = timedelta(minutes=1)
#: Suggestions so old are not compared with any more.
COMPARED: Final = timedelta(days=30)
#: From this likeness on two texts are the same news; of one and the same community from the lower one.
SAME_WORDS: Final = 0.9
SAME_AUTHOR: Final = 0.6
#: A source that fails for so long is told of.
FAILING: Final = timedelta(days=1)


class Kind(StrEnum):
    VK = "vk"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Source:
    """A source of news. Times are aware UTC.

    ``address``: the screen name of a community, or a feed's full address.  ``owner_id``: the community's wall
    (negative), None while it is not known.  ``tag``: only what carries this hashtag, without #; None: all.
    ``since``: nothing from before.  ``failing_since``: when reading began to fail, ``told``: people know.
    """

    number: int
    kind: Kind
    address: str
    since: datetime
    owner_id: int | None = None
    title: str | None = None
    region: str | None = None
    tag: str | None = None
    active: bool = True
    failing_since: datetime | None = None
    told: bool = False

    @property
    def link(self) -> str:
        return f"https://vk.com/{self.address}" if self.kind is Kind.VK else self.address

    @property
    def name(self) -> str:
        return self.title or self.link.removeprefix("https://")


@dataclass(frozen=True, slots=True)
class Found:
    """Something a source shows. ``key`` is the same for ever; ``url`` is where a reader finds it.

    ``owner_id`` and ``post_id`` of a post on VK; ``repeats``: it is somebody else's post, shown again.
    """

    key: str
    url: str
    content: Content
    at: datetime
    owner_id: int | None = None
    post_id: int | None = None
    repeats: bool = False
    is_ad: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What an editor asks for: a source and its limits."""

    kind: Kind
    address: str
    region: str | None = None
    tag: str | None = None
    since: date | None = None


_VK_ADDRESS: Final = re.compile(r"(?:https?://)?(?:m\.|www\.)?vk\.(?:com|ru)/@?([A-Za-z0-9_.]{2,64})/?(?:\?\S*)?")
_SITE_ADDRESS: Final = re.compile(r"https?://[^\s/]+\.[^\s/]+(?:/\S*)?", re.IGNORECASE)
_COMMUNITY: Final = re.compile(r"(?:club|public|event)(\d{1,15})")
_TAG: Final = re.compile(r"#([\w\u0300-\u036f]+)(?:@[\w.]+)?")
_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
#: Pages of VK that are nobody's wall.
_NOT_A_WALL: Final = re.compile(
    r"(?:wall|photo|video|album|topic|doc|market|feed|im|id)-?\d*(?:_\d+)?", re.IGNORECASE
)


def read_wish(words: str) -> Wish | None:
    """«vk.com/club123 RU-IRK #тег с 01.11.2026», in any order behind the address; None when it is not that."""
    first, *rest = words.split() or [""]
    vk = _VK_ADDRESS.fullmatch(first)
    if vk is not None and not _NOT_A_WALL.fullmatch(vk[1]):
        kind, address = Kind.VK, vk[1].lower()
    elif vk is None and _SITE_ADDRESS.fullmatch(first) and not urlsplit(first).username:
        kind, address = Kind.FEED, first
    else:
        return None
    region = tag = since = None
    for word in rest:
        if (match := _TAG.fullmatch(word)) and tag is None:
            tag = match[1].lower()
        elif (match := _DAY.fullmatch(word)) and since is None:
            since = _day(match)
            if since is None:
                return None
        elif (found := regions.by_code(word.upper())) is not None and region is None:
            region = found.code
        elif word.lower() != "с":
            return None
    return Wish(kind, address, region, tag, since)


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


def owner_in(address: str) -> int | None:
    """The wall that a community's address names by number: «club123» is -123."""
    match = _COMMUNITY.fullmatch(address)
    return -int(match[1]) if match else None


# ---------------------------------------------------------------------------------------------------- what is news


@dataclass(frozen=True, slots=True)
class Ours:
    """What is our own: our wall, the walls and sites that show our posts again. ``sites`` are host names."""

    owner_id: int
    walls: frozenset[int] = frozenset()
    sites: frozenset[str] = frozenset()

    def has_wall(self, owner_id: int | None) -> bool:
        return owner_id is not None and (owner_id == self.owner_id or owner_id in self.walls)

    def has_site(self, url: str) -> bool:
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            return False
        return host.lower() in self.sites

    def is_named_in(self, text: str) -> bool:
        """Whether the text leads to a post of ours: only a copy or a retelling of it does that."""
        numbers = "|".join(str(owner) for owner in sorted({self.owner_id, *self.walls}))
        if re.search(rf"wall(?:{numbers})_\d", text):
            return True
        lowered = text.lower()
        return any(re.search(rf"(?<![\w.-]){re.escape(site)}(?![\w-])", lowered) for site in self.sites)


def is_news(source: Source, found: Found, ours: Ours, now: datetime) -> bool:
    """Whether it is to become a suggestion, as far as it tells by itself."""
    content = found.content
    if found.is_ad or found.repeats or not (content.text.strip() or content.attachments):
        return False
    if found.at < max(source.since - CLOCK_SLACK, now - STALE):
        return False
    if source.tag is not None and source.tag not in {match[1].lower() for match in _TAG.finditer(content.text)}:
        return False
    return not comes_back(found, ours)


def comes_back(found: Found, ours: Ours) -> bool:
    """Whether it is our own post, shown by somebody else."""
    attached = (one for one in found.content.attachments if one.kind == "wall")
    urls = [found.url, *(one.url for one in found.content.attachments if one.kind == "link" and one.url)]
    return (
        ours.has_wall(found.owner_id)
        or any(ours.has_wall(one.owner_id) for one in attached)
        or any(ours.has_site(url) or ours.is_named_in(url) for url in urls)
        or ours.is_named_in(found.content.text)
    )


@lru_cache(maxsize=600)
def _trace(text: str) -> Trace:
    """The same recent texts are compared with everything that is new."""
    return trace(text)


def same_news(
    content: Content, owner_id: int | None, known: Sequence[Suggestion], source: int | None = None
) -> Suggestion | None:
    """The suggestion that is this very news: the same words, or the likest by far of nearly the same ones.

    ``source``: where the news was found.  What one source says twice in other words is two pieces of news.
    """
    text = comparable(content.text)
    mine = _trace(content.text) if text else None
    likest: tuple[float, Suggestion] | None = None
    for one in known:
        if text and comparable(one.content.text) == text:
            return one
        if mine is None or not one.content.text or (source is not None and one.source == source):
            continue
        needed = SAME_AUTHOR if owner_id is not None and one.author_id == owner_id else SAME_WORDS
        alike = likeness(mine, _trace(one.content.text))
        if alike >= needed and (likest is None or alike > likest[0]):
            likest = (alike, one)
    return likest[1] if likest else None
