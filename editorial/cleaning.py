"""What the desk tidies up by itself before anybody reads a text: markup, invisible signs, lines, tails of links.

The text as the author sent it stays stored; a cleaned one is computed whenever it is shown or published.  Words
are never changed here, and a text without such litter comes back as it was.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit, urlunsplit

#: Texts whose cleaned form is remembered; a card asks for the same one several times.
_REMEMBERED: Final = 64

#: What opens a stretch that nobody reads, and what closes each kind of it.
_HIDDEN: Final = re.compile(r"<(?:!(--)|(style|script|xml)\b[^<>]*+>)", re.IGNORECASE)
_SHOWN_AGAIN: Final = {
    "--": re.compile("-->"),
    **{name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("style", "script", "xml")},
}
#: An anchor that leads nowhere: a word processor leaves bookmarks, also within links.
_BOOKMARK: Final = re.compile(r"<a\b(?![^<>]*href)[^<>]*+>(?:\s*</a\s*>)?", re.IGNORECASE)
#: A link with what stands in it, up to the next one: a label that ran on to the end would be searched again and
#: again in a text of many links that nothing closes.
_ANCHOR: Final = re.compile(r"<a\b([^<>]*+)>((?:[^<]|<(?!/?a\b))*+)</a\s*>", re.IGNORECASE)
_HREF: Final = re.compile(r"href\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_NAMES: Final = (
    r"a|abbr|b|big|blockquote|br|center|col|colgroup|div|em|font|h[1-6]|hr|i|img|li|o:p|ol|p|pre|s|small|span|strike|"
    r"strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|v:\w+|w:\w+|m:\w+|xml"
)
_TAG: Final = re.compile(rf"<(/?)({_NAMES})(?=[\s/>])[^<>]{{0,2000}}>", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)
_PARAGRAPHS: Final = frozenset({"p", "div", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES: Final = frozenset({"br", "tr", "hr"})

_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f\ufff9-\ufffb]"
    # A joiner and a variation sign belong to emoji; between letters they are litter.
    "|(?<=\\w)[\u200d\ufe00-\ufe0f](?=\\w)|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e007f]"
)
#: Four or more signs of a kind that only rule a line; three asterisks may be a divider that somebody meant.
_RULED: Final = re.compile(r"^[^\S\n]*(?:[_*=~#+.•·—–\-─━═][^\S\n]*){4,}$", re.MULTILINE)
_RUN: Final = re.compile(r"_{5,}|(?<!\w)[*=~]{5,}(?!\w)")
_BLANK_LINES: Final = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*){2,}")
_BLANKS: Final = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")
#: A run of blanks is tried from its beginning only: tried from everywhere, a long one takes its length squared.
_TRAILING: Final = re.compile(r"(?<![^\S\n])[^\S\n]++$", re.MULTILINE)
_SPACE: Final = re.compile(r"\s++")
_AT_LINE_ENDS: Final = re.compile(r"(?<![^\S\n\u00a0])[^\S\n\u00a0]++(?=\n)|(?<=\n)[^\S\n\u00a0]++")
_EVERYBODY: Final = re.compile(r"(?<![\w@*.])[@*](?:all|everyone|here|online|все)\b[,:!]?[^\S\n]*", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[^\s<>«»\"]+", re.IGNORECASE)
_TAIL: Final = re.compile(
    r"(?:utm_\w+|fbclid|gclid|yclid|ysclid|_openstat|mc_[ce]id|igshid|igsh|roistat\w*|erid_src)=", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A tidied text and what was tidied, as stable words: markup, invisible, lines, tails, everybody."""

    text: str
    done: tuple[str, ...] = ()


@lru_cache(maxsize=_REMEMBERED)
def clean(original: str) -> Cleaned:
    """The text without litter."""
    done: list[str] = []
    text = original.replace("\r\n", "\n").replace("\r", "\n")
    for word, tidy in (
        ("markup", _without_markup),
        ("invisible", _without_invisible),
        ("everybody", _without_everybody),
        ("lines", _without_lines),
        ("tails", _without_tails),
    ):
        tidied = tidy(text)
        if tidied != text:
            done.append(word)
            text = tidied
    text = _TRAILING.sub("", _BLANKS.sub(" ", text)).strip()
    return Cleaned(text, tuple(done))


def _without_markup(text: str) -> str:
    """The same for markup that came escaped: «&lt;p&gt;», as a site's source or VK itself shows it."""
    once = _unmarked(text)
    return _unmarked(once) if once != text and _TAG.search(once) else once


def _unmarked(text: str) -> str:
    """Tags of a word processor or a site become line breaks, entities the signs they stand for."""
    bare = without_hidden(text)
    tagged = _TAG.search(text) is not None or bare != text
    if tagged:
        text = bare
        names = {found[2].lower() for found in _TAG.finditer(text)}
        if names & (_PARAGRAPHS | _LINES):
            text = _SPACE.sub(lambda run: " " if "\n" in run[0] else run[0], text)
        text = _ANCHOR.sub(_link, _BOOKMARK.sub("", text))
        text = _TAG.sub(_broken, text)
    if tagged or _ENTITY.search(text):
        text = html.unescape(text)
    return _AT_LINE_ENDS.sub("", text).strip() if tagged else text


def without_hidden(text: str) -> str:
    """Without comments, styles and scripts; what nothing closes stays. In time that grows with the length only."""
    kept: list[str] = []
    never_closed: set[str] = set()
    told = at = 0
    while opening := _HIDDEN.search(text, at):
        kind, at = (opening[1] or opening[2]).lower(), opening.end()
        if kind in never_closed:
            continue
        closing = _SHOWN_AGAIN[kind].search(text, at)
        if closing is None:
            never_closed.add(kind)
            continue
        kept.append(text[told : opening.start()])
        told = at = closing.end()
    return "".join([*kept, text[told:]])


def _link(anchor: re.Match[str]) -> str:
    href = _HREF.search(anchor[1])
    if href is None:
        return anchor[0]
    address, label = html.unescape(href[1]), _TAG.sub("", anchor[2]).strip()
    return address if not label or html.unescape(label) == address else f"{label} ({address})"


def _broken(tag: re.Match[str]) -> str:
    closes, name = bool(tag[1]), tag[2].lower()
    if name in _PARAGRAPHS:
        return "\n\n" if closes or name != "p" else ""
    if name == "li":
        return "" if closes else "\n— "
    if name in ("td", "th"):
        return " "
    return "\n" if name in _LINES else ""


def _without_invisible(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _without_everybody(text: str) -> str:
    """Nobody but the desk calls all members of a community."""
    return _EVERYBODY.sub("", text)


def _without_lines(text: str) -> str:
    ruled = _RUN.sub("", _RULED.sub("", text))
    return _BLANK_LINES.sub("\n\n", ruled)


def _without_tails(text: str) -> str:
    return _ADDRESS.sub(lambda found: without_tail(found.group()), text)


def without_tail(address: str) -> str:
    """The address without the marks of where it was clicked."""
    if not _TAIL.search(address):
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    kept = [part for part in parts.query.split("&") if part and not _TAIL.match(part)]
    fragment = "" if _TAIL.match(parts.fragment) else parts.fragment
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), fragment))
