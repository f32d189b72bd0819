"""VK's markup read once into a plain text and its spans, from which every network is rendered.

This file decides what in a text is a mention, a link, a hashtag or an address.  How a network writes them is
decided by :mod:`editorial.render`, what is left out of a long text by :mod:`editorial.shorten`.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from html.entities import html5
from typing import Final, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

#: An address longer than this stays plain text; no network takes it as a link. Characters.
_LONGEST_ADDRESS: Final = 2_000


class Kind(StrEnum):
    """What a span is. An address standing in the text is a link whose label is the address."""

    MENTION = "mention"
    LINK = "link"
    HASHTAG = "hashtag"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the plain text that means more than its letters; offsets are Python characters.

    ``url`` is where it leads.  ``group`` is the screen name of the community a hashtag is local to.
    """

    start: int
    end: int
    kind: Kind
    url: str
    group: str = ""


Piece = tuple[str, Span | None]


@dataclass(frozen=True, slots=True)
class Rich:
    """A plain text and its spans, in order and never overlapping.

    Of two spans that overlap the one that begins first stays (the longer of two that begin together), so that
    no rendering can show a letter twice; a span that is empty or reaches beyond the text is dropped.
    """

    text: str = ""
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        kept: list[Span] = []
        for span in sorted(self.spans, key=lambda span: (span.start, -span.end)):
            if (kept[-1].end if kept else 0) <= span.start < span.end <= len(self.text):
                kept.append(span)
        object.__setattr__(self, "spans", tuple(kept))

    def __add__(self, other: Rich) -> Rich:
        return build([*self.pieces(), *other.pieces()])

    def pieces(self) -> Iterator[Piece]:
        """The text in order, cut where spans begin and end, each piece with its span."""
        done = 0
        for span in self.spans:
            if done < span.start:
                yield self.text[done : span.start], None
            yield self.text[span.start : span.end], span
            done = span.end
        if done < len(self.text):
            yield self.text[done:], None

    def part(self, start: int, end: int) -> Rich:
        """What stands between two places; of a span that is cut both sides keep the meaning."""
        first = bisect_right(self.spans, start, key=lambda span: span.end)
        last = bisect_left(self.spans, end, key=lambda span: span.start)
        inside = (
            replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
            for span in self.spans[first:last]
        )
        return Rich(self.text[start:end], tuple(inside))

    def stripped(self) -> Rich:
        """Without blanks at both ends."""
        end = len(self.text.rstrip())
        return self.part(min(end, len(self.text) - len(self.text.lstrip())), end)


def build(pieces: Iterable[Piece]) -> Rich:
    """The pieces joined; their spans take the places the pieces get."""
    texts: list[str] = []
    spans: list[Span] = []
    length = 0
    for text, span in pieces:
        if span is not None and text:
            spans.append(replace(span, start=length, end=length + len(text)))
        texts.append(text)
        length += len(text)
    return Rich("".join(texts), tuple(spans))


def link(label: str, url: str) -> Rich:
    """A label that leads to an address."""
    return Rich(label, (Span(0, len(label), Kind.LINK, url),))


def shows_itself(label: str, url: str) -> bool:
    """Whether the label of a link is its address, with or without the scheme."""
    return url in (label, f"https://{label}")


# --------------------------------------------------------------------------------------------------- parsing

_ESCAPED: Final = re.compile(r"<br\s{0,3}/?>|&(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]\w{1,31});")
_NAME: Final = r"[A-Za-z](?:[A-Za-z0-9_.]{0,61}[A-Za-z0-9_])"
#: What an address never holds: blanks, quotes, brackets of other kinds, invisible signs, emoji.
_IN_PATH: Final = (
    r"[^\s<>\"«»“”„‘’|\\^`{}\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufe0f\u20e3"
    r"\u2190-\u2bff\ud800-\udfff\ufffe\uffff\U0001f000-\U0010ffff]"
)
_SIGN: Final = r"[A-Za-zА-Яа-яЁё0-9]"
_ZONES: Final = (
    r"(?i:com|org|net|info|biz|ru|su|by|kz|uz|kg|am|az|ge|tj|ua|eu|de|fr|uk|us|cn|io|me|tv|cc|ly|gl|be|ai|app|dev"
    r"|pro|online|site|store|shop|club|news|press|xyz|tech|life|live|media|moscow|tatar|center|link|page|gov|edu"
    r"|xn--[a-z0-9]{2,20})|рф|РФ|рус|москва|дети|онлайн|сайт|орг|бел"
)
_TOKEN: Final = re.compile(
    r"(?P<bracket>\[(?P<head>[^\[\]|\n]{1,2000})\|(?P<label>[^\[\]\n]{1,2000})\])"
    rf"|(?P<at>(?<![\w@*.#&/-])[@*](?P<name>{_NAME})(?!\w)(?: ?\((?P<said>[^()\n]{{1,200}})\))?)"
    r"|(?P<hash>(?<![\w#@&/])#(?=[\d_]*[^\W\d_])(?P<tag>[\w\u0300-\u036f]+)"
    rf"(?:@(?P<group>{_NAME})(?!\w))?)"
    rf"|(?P<url>(?i:https?)://{_IN_PATH}+)"
    rf"|(?P<domain>(?<![\w.@/\\-])(?P<host>(?:{_SIGN}(?:[A-Za-zА-Яа-яЁё0-9-]{{0,61}}{_SIGN})?\.){{1,6}}(?:{_ZONES}))"
    rf"(?![\w@-]|\.[a-zа-яё0-9])(?::\d{{1,5}})?(?:[/?#]{_IN_PATH}*)?)"
)
_MENTIONED: Final = re.compile(r"(?P<page>[A-Za-z][A-Za-z0-9_.]{1,62})(?::bp-?\d+_\d+)?|app\d+_-?\d+")
_OBJECT: Final = re.compile(r"(?:wall|photo|video|clip|album|topic|doc|market|page|poll|story|note)-?\d+(?:_\d+)*")
_HOSTED: Final = re.compile(r"(?i:https?)://[^\W_](?:[\w.-]*[^\W_])?(?::\d{1,5})?(?=[/?#]|$)")
#: What leaves no trace on a screen: blanks of every kind, controls, joiners, fillers, signs no network carries.
_UNSEEN: Final = re.compile(
    r"[\s\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufffe\uffff]+"
)
_EVERYBODY: Final = frozenset({"all", "everyone", "online", "here"})
_VK_HOSTS: Final = frozenset({"vk.com", "vk.ru", "vk.cc", "vk.me", "vkvideo.ru"})


class _Found(NamedTuple):
    """What a stretch of VK's text becomes; ``end`` is where the stretch ends in VK's text."""

    label: str
    kind: Kind
    url: str
    end: int
    group: str = ""


def parse(vk_text: str, screen_name: str = "") -> Rich:
    """VK's text as a plain text with spans; what is no markup survives letter for letter.

    ``screen_name`` is the community that wrote it: its hashtags lead to its own posts, otherwise to a search over
    VK.  Entities are decoded once.  Takes any text, in time that grows with its length only.
    """
    text = decoded(vk_text)
    pieces: list[Piece] = []
    told = at = 0
    while match := _TOKEN.search(text, at):
        found = _read(match, screen_name)
        if found is None:
            # What is no markup may hold some; an address is skipped whole, for its pieces mean nothing alone.
            at = match.start() + 1 if match.lastgroup in ("bracket", "at") else match.end()
            continue
        pieces.append((text[told : match.start()], None))
        pieces.append((found.label, Span(0, 0, found.kind, found.url, found.group)))
        told = at = found.end
    pieces.append((text[told:], None))
    return build(pieces)


def decoded(vk_text: str) -> str:
    """What VK gave without its entities, each decoded once."""
    return _ESCAPED.sub(_decoded, vk_text)


def _decoded(match: re.Match[str]) -> str:
    name = match[1]
    if name is None:
        return "\n"
    return html.unescape(match[0]) if name.startswith("#") or f"{name};" in html5 else match[0]


def _read(match: re.Match[str], screen_name: str) -> _Found | None:
    match match.lastgroup:
        case "bracket":
            return _bracket(match["head"].strip(), match["label"], match.end())
        case "at":
            return _at(match)
        case "hash":
            return _hashtag(match, screen_name)
        case _:
            return _address(match)


def _shows(label: str) -> bool:
    """Whether a reader sees anything of the label; what a link on nothing looks like no network says."""
    return _UNSEEN.sub("", label) != ""


def _bracket(head: str, label: str, end: int) -> _Found | None:
    if not _shows(label):
        return None
    if head.startswith("#"):
        label, _, address = label.rpartition("|")
        url = _whole_address(address.strip())
        return _Found(label, Kind.LINK, url, end) if _shows(label) and url else None
    if _OBJECT.fullmatch(head):
        return _Found(label, Kind.LINK, f"https://vk.com/{head}", end)
    if mentioned := _MENTIONED.fullmatch(head):
        return _Found(label, Kind.MENTION, f"https://vk.com/{mentioned['page'] or head}", end)
    url = _whole_address(head, of_vk=True)
    return _Found(label, Kind.LINK, url, end) if url else None


def _at(match: re.Match[str]) -> _Found | None:
    name, said = match["name"], match["said"]
    if name.lower() in _EVERYBODY:
        return None
    url = f"https://vk.com/{name}"
    if said is not None and _shows(said):
        return _Found(said, Kind.MENTION, url, match.end())
    if match[0].startswith("*"):
        return None
    return _Found(f"@{name}", Kind.MENTION, url, match.end("name"))


def _hashtag(match: re.Match[str], screen_name: str) -> _Found:
    tag, group = match["tag"], match["group"] or ""
    owner = group or screen_name
    path = f"{owner}/{quote(tag)}" if owner else f"feed?section=search&q=%23{quote(tag)}"
    url = f"https://vk.com/{path}"
    return _Found(f"#{tag}", Kind.HASHTAG, url, match.end(), group)


def _address(match: re.Match[str]) -> _Found | None:
    label = _without_tail(match[0])
    url = _whole_address(label)
    if url is None:
        return None
    end = match.start() + len(label)
    return _Found(label if shows_itself(label, url) else url, Kind.LINK, url, end)


# ------------------------------------------------------------------------------------------------- addresses


def is_vk(url: str) -> bool:
    """Whether the address is VK's own: any of its hosts, the mobile ones and the short links included."""
    host = _host(url)
    return host in _VK_HOSTS or host.endswith(tuple(f".{known}" for known in _VK_HOSTS))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _whole_address(text: str, *, of_vk: bool = False) -> str | None:
    """The address the text is, with a scheme and out of VK's wrapping; None when it is anything else."""
    match = _TOKEN.match(text)
    if match is None or match.lastgroup not in ("url", "domain") or match.end() != len(text):
        return None
    if match["domain"] and match["host"].endswith("РФ") and not match["host"].isupper():
        return None
    url = text if match["url"] else f"https://{text}"
    if len(url) > _LONGEST_ADDRESS or not _HOSTED.match(url) or _without_tail(url) != url:
        return None
    if is_vk(url):
        return _unwrapped(url)
    return None if of_vk else url


def unwrapped(url: str) -> str:
    """The address out of VK's wrapping, if it is in one."""
    return _unwrapped(url) if is_vk(url) else url


def _unwrapped(url: str) -> str:
    """Where VK's redirect leads; the address itself when it is no redirect or leads nowhere good."""
    parts = urlsplit(url)
    if parts.path not in ("/away.php", "/away"):
        return url
    try:
        to = parse_qs(parts.query, errors="strict").get("to", [""])[0]
    except ValueError:
        return url
    match = _TOKEN.match(to)
    whole = match is not None and match["url"] == to and _without_tail(to) == to
    if not whole or len(to) > _LONGEST_ADDRESS or not _HOSTED.match(to):
        return url
    return unwrapped(to)  # a link copied from a post is wrapped once more


def _without_tail(address: str) -> str:
    """Without the punctuation of the sentence around it: stops, quotes, a bracket opened before the address."""
    spare = {")": address.count(")") - address.count("("), "]": address.count("]") - address.count("[")}
    end = len(address)
    while end:
        last = address[end - 1]
        if spare.get(last, 0) > 0:
            spare[last] -= 1
        elif last not in ".,;:!?…'*—–":
            break
        end -= 1
    return address[:end]
