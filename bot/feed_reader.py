"""RSS and Atom of the councils' sites: fetched with the guard for strangers' addresses, read into plain texts.

Knows feedparser, which is loaded when the first feed is read.  What of a feed is news is decided elsewhere.
"""

from __future__ import annotations

import calendar
import hashlib
import html
import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bot.fetch import Fetcher, FetchFailed
from bot.vk.scalars import sound
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
_BLANKS: Final = re.compile(r"[^\S\n]+")
_GAPS: Final = re.compile(r"\n{3,}")


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

    headers = {"content-type": kind, "content-location": base}
    feed = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=True, resolve_relative_uris=True
    )
    if not feed.entries and (feed.bozo or not feed.get("version")):
        raise FeedUnreadable("not_a_feed")
    return [found for entry in feed.entries[:MOST_ENTRIES] if (found := _entry(entry, base, now))]


def _entry(entry: Any, base: str, now: datetime) -> Found | None:
    title = " ".join(html.unescape(str(entry.get("title") or "")).split())
    markup = _markup(entry)
    text = plain(markup)
    if title and not _begins_with(text, title):
        text = f"{title}\n\n{text}" if text else title
    link = _web(urljoin(base, str(entry.get("link") or "")))
    when = _moment(entry, now)
    guid = str(entry.get("id") or "") or link or f"{title}\n{when.isoformat() if when != now else ''}"
    if not text.strip() and not link:
        return None
    pictures = _pictures(entry, markup, base)
    return Found(
        key=hashlib.sha256(guid.encode("utf-8", "surrogatepass")).hexdigest()[:40],
        url=sound(link or base),
        content=Content(sound(text[:LONGEST]), tuple(Attachment("photo", url=sound(url)) for url in pictures)),
        at=when,
    )


def _markup(entry: Any) -> str:
    """The longest of what the entry says; many sites put a teaser beside the whole text."""
    told = [str(one.get("value") or "") for one in entry.get("content") or ()]
    return max([*told, str(entry.get("yandex_full-text") or ""), str(entry.get("summary") or "")], key=len)


def _moment(entry: Any, now: datetime) -> datetime:
    """When it was published; what does not say, or speaks of the future, is of now."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        parsed = entry.get(name)
        if parsed:
            try:
                return min(datetime.fromtimestamp(calendar.timegm(parsed), UTC), now)
            except (ValueError, OverflowError, OSError):
                continue
    return now


def _pictures(entry: Any, markup: str, base: str) -> list[str]:
    found = [str(one.get("href") or "") for one in entry.get("enclosures") or () if _is_picture(one, "href")]
    found += [str(one.get("url") or "") for one in entry.get("media_content") or () if _is_picture(one, "url")]
    found += _Text.of(markup).pictures
    whole = (_web(urljoin(base, url.strip())) for url in found if url.strip())
    return list(dict.fromkeys(url for url in whole if url))[:MOST_PICTURES]


def _is_picture(one: Any, name: str) -> bool:
    said = str(one.get("type") or one.get("medium") or "")
    path = urlsplit(str(one.get(name) or "")).path
    return said.startswith("image") if said else bool(_PICTURE.search(path))


def _web(url: str) -> str:
    return url if url.lower().startswith(("http://", "https://")) else ""


def _begins_with(text: str, title: str) -> bool:
    """Whether the text says its title itself."""
    return " ".join(text.split()).lower().startswith(title.rstrip(".…").lower())


def plain(markup: str) -> str:
    """HTML as plain text: paragraphs and lists keep their lines."""
    read = _Text.of(markup)
    lines = [_BLANKS.sub(" ", line).strip() for line in "".join(read.parts).split("\n")]
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


class _Text(HTMLParser):
    """What a reader sees of some HTML, and the addresses of its pictures."""

    _PARAGRAPHS: Final = frozenset(
        {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote"}
    )
    _LINES: Final = frozenset({"br", "li", "tr"})
    _UNSEEN: Final = frozenset({"script", "style", "template", "iframe", "noscript"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.pictures: list[str] = []
        self._unseen = 0

    @classmethod
    def of(cls, markup: str) -> _Text:
        reader = cls()
        reader.feed(markup)
        reader.close()
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._UNSEEN:
            self._unseen += 1
        elif tag == "img":
            self.pictures.append(dict(attrs).get("src") or "")
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
