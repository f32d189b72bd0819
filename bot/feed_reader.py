"""RSS and Atom of the councils' sites: fetched with the guard for strangers' addresses, read into plain texts.

Knows feedparser, which is loaded when the first feed is read.  What of a feed is news is decided elsewhere.
"""

from __future__ import annotations

import calendar
import hashlib
import html
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bot.fetch import Fetcher, FetchFailed
from bot.vk.scalars import sound
from editorial.cleaning import without_hidden, without_tail
from editorial.sources import Found
from editorial.suggestion import Attachment, Content

#: The largest feed that is read, bytes.
MOST_BYTES: Final = 5 * 1024 * 1024
#: The newest entries of a feed that are looked at.
MOST_ENTRIES: Final = 200
#: The longest text that is taken; a post has room for less. Characters.
LONGEST: Final = 20_000
#: Pictures taken from an entry.
MOST_PICTURES: Final = 10
_ACCEPT: Final = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
_PICTURE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp)$", re.IGNORECASE)
#: What sites call a file whose kind they do not know.
_SAYS_NOTHING: Final = frozenset({"", "application/octet-stream"})
_DECLARED: Final = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{1,40})|charset\s*=\s*[\"']?([\w.-]{1,40})"
)
_UNICODE: Final = frozenset({"utf-8", "utf8", "us-ascii"})
#: What old sites write in when they do not say.
_OLD_LETTERS: Final = "windows-1251"
_CYRILLIC: Final = re.compile("[А-яЁё]")
#: No site is older; what says so has no date.
_FIRST_YEAR: Final = 2000
_BLANKS: Final = re.compile(r"[^\S\n]+")
_GAPS: Final = re.compile(r"\n{3,}")
#: Signs that nobody sees and no network takes.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_NO_TEXT: Final = re.compile(r"<[!?][^<>]*+>")
#: A sign that begins no whole tag: the standard library's parser takes the square of the length over many of them.
_NO_TAG: Final = re.compile(r"<(?!/?[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*'|[\"'])*+>)")


class FeedUnreadable(Exception):
    """The feed cannot be had, or is none; ``reason`` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FeedReader:
    """Reads feeds; remembers for each what it said last, so that an unchanged one is not sent again."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._marks: dict[str, dict[str, str]] = {}

    def read(self, url: str, now: datetime) -> list[Found]:
        """What the feed shows; nothing when it has not changed. Raises FeedUnreadable."""
        headers = {"Accept": _ACCEPT, **self._marks.get(url, {})}
        try:
            with self._fetcher.opened(url, headers) as answer:
                if answer.status == 304:
                    return []
                if answer.status != 200:
                    raise FeedUnreadable(f"http_{answer.status}")
                body = b"".join(answer.blocks(MOST_BYTES))
                kind, base = answer.headers.get("Content-Type", ""), answer.url
                marks = {
                    "If-None-Match": answer.headers.get("ETag"),
                    "If-Modified-Since": answer.headers.get("Last-Modified"),
                }
        except FetchFailed as failure:
            raise FeedUnreadable(failure.reason) from None
        found = entries(body, kind, base, now)
        self._marks[url] = {name: value for name, value in marks.items() if value}
        return found

    def stop(self) -> None:
        """Hang up on a site that is being read."""
        self._fetcher.interrupt()

    def forget(self, url: str) -> None:
        """Read the feed whole the next time: what it showed was not all taken in."""
        self._marks.pop(url, None)


def entries(body: bytes, kind: str, base: str, now: datetime) -> list[Found]:
    """The entries of a feed. Raises FeedUnreadable when it is none."""
    import feedparser

    body, kind = _in_its_letters(body, kind)
    headers = {"content-type": kind, "content-location": base}
    # Nothing of the markup is kept, so nothing of it need be made safe; that would take minutes for a hostile one.
    feed = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not feed.entries and (feed.bozo or not feed.get("version")):
        raise FeedUnreadable("not_a_feed")
    told = [_Entry(one, str(one.get("id") or ""), _link(one, base), _moment(one, now)) for one in feed.entries]
    shared = Counter(name for entry in told for name in {entry.guid, entry.link})
    newest = sorted(told, key=lambda entry: entry.moment or now, reverse=True)[:MOST_ENTRIES]
    return [found for entry in newest if (found := _found(entry, base, now, shared))]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a feed as feedparser tells it, and what it is named and ordered by."""

    told: Any
    guid: str
    link: str
    moment: datetime | None


def _in_its_letters(body: bytes, kind: str) -> tuple[bytes, str]:
    """The body with the charset it is really written in: sites say one, send another, and cut letters in two."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace").encode(), "application/xml; charset=utf-8"
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if not broken or broken <= len(text) - len(_CYRILLIC.sub("", text)):
        return text.encode(), "application/xml; charset=utf-8"
    found = [*_DECLARED.findall(body[:1000]), *_DECLARED.findall(kind.encode("latin-1", "replace"))]
    said = {name.decode().lower() for names in found for name in names if name}
    return body, kind if said - _UNICODE else f"application/xml; charset={_OLD_LETTERS}"


def _link(entry: Any, base: str) -> str:
    """The entry's own page, without the marks of where it was clicked; empty when it has none."""
    address = str(entry.get("link") or "").strip()
    return _web(without_tail(urljoin(base, address))) if address else ""


def _found(entry: _Entry, base: str, now: datetime, shared: Counter[str]) -> Found | None:
    """The news of an entry; None when it says nothing. ``shared``: how many entries have a name."""
    title = _title(entry.told)
    markup = _markup(entry.told)
    text = plain(markup)
    if title and not _begins_with(text, title):
        text = f"{title}\n\n{text}" if text else title
    link, when = entry.link, entry.moment
    if not text.strip() and not link:
        return None
    own = [name for name in (entry.guid, link) if name and shared[name] == 1]
    name = own[0] if own else f"{title}\n{when.isoformat() if when else ''}"
    pictures = _pictures(entry.told, markup, base)
    return Found(
        key=hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:40],
        url=sound(link or base),
        content=Content(sound(text[:LONGEST]), tuple(Attachment("photo", url=sound(url)) for url in pictures)),
        at=when or now,
        dated=when is not None,
    )


def _title(entry: Any) -> str:
    """In one line; sites put markup into titles and say nothing of it."""
    told = str(entry.get("title") or "")
    is_markup = "html" in str((entry.get("title_detail") or {}).get("type") or "")
    return " ".join((plain(told) if is_markup else _CONTROLS.sub("", html.unescape(told))).split())


def _markup(entry: Any) -> str:
    """The longest of what the entry says; many sites put a teaser beside the whole text."""
    told = [str(one.get("value") or "") for one in entry.get("content") or ()]
    return max([*told, str(entry.get("yandex_full-text") or ""), str(entry.get("summary") or "")], key=len)


def _moment(entry: Any, now: datetime) -> datetime | None:
    """When it was published; what speaks of the future is of now, what cannot be is not said."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        parsed = dict.get(entry, name)  # past the reader's own guess of one date from another
        if parsed:
            try:
                moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
            except (ValueError, OverflowError, OSError):
                continue
            if moment.year >= _FIRST_YEAR:
                return min(moment, now)
    return None


def _pictures(entry: Any, markup: str, base: str) -> list[str]:
    found = [str(one.get("href") or "") for one in entry.get("enclosures") or () if _is_picture(one, "href")]
    found += [str(one.get("url") or "") for one in entry.get("media_content") or () if _is_picture(one, "url")]
    found += _Text.of(markup).pictures
    whole = (_web(urljoin(base, url.strip())) for url in found if url.strip())
    return list(dict.fromkeys(url for url in whole if url))[:MOST_PICTURES]


def _is_picture(one: Any, name: str) -> bool:
    said = str(one.get("type") or one.get("medium") or "")
    path = urlsplit(str(one.get(name) or "")).path
    return said.startswith("image") or (said in _SAYS_NOTHING and bool(_PICTURE.search(path)))


def _web(url: str) -> str:
    return url if url.lower().startswith(("http://", "https://")) else ""


def _begins_with(text: str, title: str) -> bool:
    """Whether the text says its title itself, and not a longer word that begins like it."""
    words, said = " ".join(text.split()).lower(), title.rstrip(".…").lower()
    return words.startswith(said) and not words[len(said) : len(said) + 1].isalnum()


def plain(markup: str) -> str:
    """HTML as plain text: paragraphs and lists keep their lines."""
    read = _Text.of(_CONTROLS.sub("", markup))
    lines = [_BLANKS.sub(" ", line).strip() for line in "".join(read.parts).split("\n")]
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


class _Text(HTMLParser):
    """What a reader sees of some HTML, and the addresses of its pictures."""

    _PARAGRAPHS: Final = frozenset(
        {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote"}
    )
    _LINES: Final = frozenset({"br", "li", "tr"})
    #: Measures of pictures that only count visitors.
    _COUNTERS: Final = frozenset({"0", "1", "2", "1px"})
    _UNSEEN: Final = frozenset({"script", "style", "template", "iframe", "noscript"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.pictures: list[str] = []
        self._unseen = 0

    @classmethod
    def of(cls, markup: str) -> _Text:
        reader = cls()
        whole = _NO_TEXT.sub("", without_hidden(markup))
        reader.feed(_NO_TAG.sub("&lt;", whole))
        reader.close()
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._UNSEEN:
            self._unseen += 1
        elif tag == "img":
            told = dict(attrs)
            if not {told.get("width"), told.get("height")} & self._COUNTERS:
                self.pictures.append(told.get("data-src") or told.get("src") or "")
        elif tag in self._PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in self._LINES:
            self.parts.append("\n— " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in self._PARAGRAPHS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data.replace("\n", " "))
