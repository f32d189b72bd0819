"""Where news comes from besides suggestions: communities of councils and feeds of their sites.

Says which of the things found there are news for the desk.  A post of our own never comes back: it is no source of
ours, its links give it away, and the words of what we know are not news.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from editorial import regions
from editorial.checks.law import ERID
from editorial.likeness import Trace, likeness, trace
from editorial.suggestion import SOURCE_LINE, Content, Suggestion, comparable

#: What is older than this when it is first seen is no news any more.
STALE: Final = timedelta(days=14)
#: The clocks of the sources and ours differ by so much at most; VK tells whole seconds.
CLOCK_SLACK: Final = timedelta(minutes=1)
#: Suggestions so old are not compared with any more.
COMPARED: Final = timedelta(days=30)
#: From this likeness on two texts are the same news; of one and the same community from the lower one.
SAME_WORDS: Final = 0.9
SAME_AUTHOR: Final = 0.6
#: Fewer words are no news of their own: their pictures, or the post they lead to, tell what is meant.
FEW_WORDS: Final = 6
#: A source that fails for so long is told of.
FAILING: Final = timedelta(days=1)
#: What a source that was never read fails with when its address is wrong: its editor is told at once.
WRONG_ADDRESS: Final = frozenset(
    {"no_such_community", "not_a_feed", "unknown_host", "bad_address", "address_refused", "http_404", "http_410"}
)


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

    ``owner_id`` and ``post_id`` of a post on VK; ``repeats``: it is somebody else's post, shown again.  ``dated``:
    the source says when; otherwise ``at`` is the time of reading.
    """

    key: str
    url: str
    content: Content
    at: datetime
    owner_id: int | None = None
    post_id: int | None = None
    repeats: bool = False
    is_ad: bool = False
    dated: bool = True

    @property
    def marks(self) -> tuple[str, str]:
        """Short marks of its name and of its words, by which it is known again."""
        words = hashlib.sha256(comparable(self.content.text).encode("utf-8", "surrogatepass"))
        return self.key[:16], words.hexdigest()[:16]


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
_CREDIT: Final = SOURCE_LINE.format(url="")
_AD_MARK: Final = re.compile(ERID, re.IGNORECASE)
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
        return not self._hosts.isdisjoint(_spellings(host))

    def is_named_in(self, text: str) -> bool:
        """Whether the text leads to a post of ours: only a copy or a retelling of it does that."""
        numbers = "|".join(str(owner) for owner in sorted({self.owner_id, *self.walls}))
        if re.search(rf"wall(?:{numbers})_\d", text):
            return True
        lowered = text.lower()
        return any(re.search(rf"(?<![\w.-])(?:www\.)?{re.escape(host)}(?![\w-])", lowered) for host in self._hosts)

    @property
    def _hosts(self) -> frozenset[str]:
        return frozenset(host for site in self.sites for host in _spellings(site))


@lru_cache(maxsize=200)
def _spellings(host: str) -> frozenset[str]:
    """A host's name in Cyrillic letters and in Latin ones, without what means nothing: «www.», the last dot."""
    name = host.lower().rstrip(".").removeprefix("www.")
    spelled = {name} - {""}
    with suppress(UnicodeError):
        spelled.add(name.encode("idna").decode("ascii"))
    with suppress(UnicodeError):
        spelled.add(name.encode("ascii").decode("idna"))
    return frozenset(spelled)


def is_news(source: Source, found: Found, ours: Ours, now: datetime) -> bool:
    """Whether it is to become a suggestion, as far as it tells by itself."""
    content = found.content
    if (
        found.is_ad
        or found.repeats
        or _is_marked_as_ad(content)
        or not (content.text.strip() or content.attachments)
    ):
        return False
    if found.at < max(source.since - CLOCK_SLACK, now - STALE):
        return False
    if source.tag is not None and not _carries(content.text, source.tag):
        return False
    return not comes_back(found, ours)


def _carries(text: str, tag: str) -> bool:
    """Whether the text bears the hashtag; people write «ё» or do not."""
    wanted = tag.lower().replace("ё", "е")
    return any(match[1].lower().replace("ё", "е") == wanted for match in _TAG.finditer(text))


def _is_marked_as_ad(content: Content) -> bool:
    """Whether it bears the mark that the law asks of every advertisement."""
    return any(_AD_MARK.search(text) for text in (content.text, *(one.url or "" for one in content.attachments)))


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


@lru_cache(maxsize=1200)
def _trace(text: str) -> Trace:
    """The same recent texts are compared with everything that is new."""
    return trace(text)


def same_news(
    content: Content,
    owner_id: int | None,
    known: Sequence[Suggestion],
    source: int | None = None,
    *,
    post: tuple[int, int] | None = None,
    url: str = "",
) -> Suggestion | None:
    """The suggestion that is this very news: the same post, the same words, or the likest of nearly the same.

    ``source``: where the news was found, at the address ``url``, on VK as ``post``.  What one source says twice in
    other words is two pieces of news, unless it stands at the same address.
    """
    text = comparable(content.text)
    mine = _trace(content.text) if text else None
    likest: tuple[float, Suggestion] | None = None
    for one in known:
        if _is_that_post(one, content, post) or _says_the_same(one, content, text, url):
            return one
        of_source = source is not None and one.source == source
        if mine is None or len(mine.stems) < FEW_WORDS or (of_source and not _stands_at(one, url)):
            continue
        needed = SAME_AUTHOR if of_source or (owner_id is not None and one.author_id == owner_id) else SAME_WORDS
        alike = max(likeness(mine, _trace(wording)) for wording in _wordings(one))
        if alike >= needed and (likest is None or alike > likest[0]):
            likest = (alike, one)
    return likest[1] if likest else None


def _wordings(one: Suggestion) -> tuple[str, ...]:
    """The text as it was sent and as the desk made it: either may come back."""
    return (one.content.text,) if one.edited_text is None else (one.content.text, one.edited_text)


def _says_the_same(one: Suggestion, content: Content, text: str, url: str) -> bool:
    """Whether it is the same text; a few words with other pictures are not."""
    if text not in map(comparable, _wordings(one)):
        return False
    pictures = [attachment.identity for attachment in content.attachments]
    if len(text.split()) >= FEW_WORDS or (text and _stands_at(one, url)):
        return True
    return bool(text or pictures) and pictures == [attachment.identity for attachment in one.content.attachments]


def _stands_at(one: Suggestion, url: str) -> bool:
    return bool(url) and (one.behind or {}).get("url") == url


def _is_that_post(one: Suggestion, content: Content, post: tuple[int, int] | None) -> bool:
    """Whether one of the two is the post on VK that the other is, or does nothing but show."""
    behind = one.behind or {}
    known = (behind.get("owner_id"), behind.get("post_id"))
    if post is not None and (known == post or _shows(one.content, *post)):
        return True
    owner_id, post_id = known
    return isinstance(owner_id, int) and isinstance(post_id, int) and _shows(content, owner_id, post_id)


def _shows(content: Content, owner_id: int, post_id: int) -> bool:
    """Whether that post is attached, named as the source, or linked with hardly a word besides."""
    for one in content.attachments:
        if one.kind == "wall" and (one.owner_id, one.media_id) == (owner_id, post_id):
            return True
    name = f"wall{owner_id}_{post_id}"
    links = [one.url for one in content.attachments if one.kind == "link" and one.url]
    if name not in content.text and not any(name in link for link in links):
        return False
    named = re.search(rf"({_CREDIT})?\S*{name}(?!\d)", " ".join([content.text, *links]))
    return named is not None and (named[1] is not None or len(_trace(content.text).stems) < FEW_WORDS)
