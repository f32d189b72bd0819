"""The text as each network writes it: pure functions from the model to a text, its entities or markup.

This file decides how a span looks in Telegram, MAX, OK, on VK, on a page and in a title.  Lengths are counted on
what comes out; shortening and sending are decided elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Final, NotRequired, TypedDict

from editorial.markup import Kind, Rich, Span, build, is_vk, parse, shows_itself
from editorial.post import BLANK, cut_place, sentence_ends, utf16_length
from editorial.when import date_words

#: Telegram ignores the formatting beyond so many entities.
MOST_ENTITIES: Final = 100
#: The longest title. Characters.
TITLE_LIMIT: Final = 100

#: Not allowed in XML, refused or dropped by the networks.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END: Final = re.compile("\r\n?")
_PARAGRAPH_END: Final = re.compile(r"\n\s*\n")


class Entity(TypedDict):
    """A Telegram message entity; offset and length are UTF-16 units."""

    type: str
    offset: int
    length: int
    url: NotRequired[str]


def telegram(rich: Rich) -> tuple[str, list[Entity]]:
    """The text and its entities, for a message without ``parse_mode``.

    Of more than :data:`MOST_ENTITIES` the labelled links come first, before all the one at the end, which may lead
    to the rest of the text: addresses and hashtags Telegram finds itself.
    """
    clean = _clean(rich).stripped()
    entities: list[Entity] = []
    offset = 0
    for text, span in clean.pieces():
        length = utf16_length(text)
        if span is not None and (entity := _entity(text, span, offset, length)):
            entities.append(entity)
        offset += length
    last = entities[-1] if entities else None
    chosen = sorted(entities, key=lambda entity: (entity["type"] != "text_link", entity is not last))[
        :MOST_ENTITIES
    ]
    return clean.text, sorted(chosen, key=lambda entity: entity["offset"])


def telegram_length(rich: Rich) -> int:
    """UTF-16 units, as Telegram counts a message or a caption."""
    return utf16_length(_clean(rich).text.strip())


def _entity(text: str, span: Span, offset: int, length: int) -> Entity | None:
    if span.kind is Kind.HASHTAG:
        return Entity(type="hashtag", offset=offset, length=length)
    url = _target(span)
    if url is None:
        return None
    if shows_itself(text, url):
        return Entity(type="url", offset=offset, length=length)
    return Entity(type="text_link", offset=offset, length=length, url=url)


def max_html(rich: Rich) -> str:
    """MAX's HTML; an address written in full stays text, which MAX links itself."""
    return "".join(_max_piece(text, span) for text, span in _clean(rich).stripped().pieces())


def max_length(rich: Rich) -> int:
    """UTF-16 units of the raw markup, as MAX may count at the worst."""
    return utf16_length(max_html(rich))


def _max_piece(text: str, span: Span | None) -> str:
    url = _target(span)
    if url is None or text == url:
        return escape(text, quote=False)
    return f'<a href="{escape(url)}">{escape(text, quote=False)}</a>'


def plain(rich: Rich) -> str:
    """No markup: «label (address)»."""
    return "".join(_plain_piece(text, span) for text, span in _clean(rich).stripped().pieces())


def plain_length(rich: Rich) -> int:
    """UTF-16 units of the plain text with its addresses written out."""
    return utf16_length(plain(rich))


def _plain_piece(text: str, span: Span | None) -> str:
    url = _target(span)
    return text if url is None or shows_itself(text, url) else f"{text} ({url})"


def vk(rich: Rich) -> str:
    """VK's own markup, for a copy in another community; a hashtag stays local to its community.

    VK takes labelled links to itself only, so another one is «label (address)».
    """
    return "".join(_vk_piece(text, span) for text, span in _clean(rich).pieces())


def vk_length(rich: Rich) -> int:
    """UTF-16 units of the text with VK's markup."""
    return utf16_length(vk(rich))


def _vk_piece(text: str, span: Span | None) -> str:
    if span is not None and _is_hashtag(span):
        return f"{text}@{span.group}" if span.group else text
    url = _target(span)
    if span is None or url is None or shows_itself(text, url):
        return text
    if is_vk(url):
        head = url.removeprefix("https://vk.com/") if span.kind is Kind.MENTION else url
        written = f"[{head}|{text}]"
        if [(piece, read.url if read else None) for piece, read in parse(written).pieces()] == [(text, url)]:
            return written
    return f"{text} ({url})"


def html(rich: Rich) -> str:
    """HTML for feeds and pages: paragraphs, line breaks, links; hashtags are text."""
    clean = _clean(rich).stripped()
    paragraphs: list[str] = []
    start = 0
    for gap in [*_PARAGRAPH_END.finditer(clean.text), None]:
        part = clean.part(start, gap.start() if gap else len(clean.text))
        if part.text.strip():
            written = "".join(_html_piece(text, span) for text, span in part.pieces())
            paragraphs.append("<p>" + written.replace("\n", "<br>\n") + "</p>")
        start = gap.end() if gap else 0
    return "\n".join(paragraphs)


def _html_piece(text: str, span: Span | None) -> str:
    shown = escape(text, quote=False)
    url = _target(span)
    return shown if url is None else f'<a href="{escape(url)}" rel="noopener">{shown}</a>'


# ---------------------------------------------------------------------------------------------------- titles

#: What an address leaves behind when it is taken out: empty brackets and quotes, a lonely comma; pasted tags.
_EMPTIED: Final = re.compile(r"\((?:см\.)?[^\w()\n]*\)|«[^\w«»\n]*»|</?[A-Za-z!][^<>]{0,500}>")
_BEFORE_SIGN: Final = re.compile(r"(?<=\S)[ \t\u00a0]+(?=[,.;:!?…])|(?<=[,;:])[,;:]+")
_DANGLING: Final = re.compile(r"(?<=[^\s,;:—–-])[\s,;:—–-]+(?=[.!?…]*$)")


def title_of(rich: Rich, published: date) -> str:
    """The first sentence without hashtags, emoji and addresses, at most :data:`TITLE_LIMIT` characters.

    A hashtag amid words is a word.  A text without words is «Публикация от 23 ноября 2026», by the day given.
    """
    for line in _lines(_clean(rich)):
        words = BLANK.sub(" ", "".join(filter(_is_for_titles, _words_of(line))))
        words = _BEFORE_SIGN.sub("", _BEFORE_SIGN.sub("", _EMPTIED.sub("", words)))
        sentence = _first_sentence(words.strip(" ,;:—–-•·*_=~|"))
        if _has_letters(sentence):
            return sentence
    return f"Публикация от {date_words(published)} {published.year}"


def _lines(rich: Rich) -> Iterator[Rich]:
    start = 0
    for line in rich.text.split("\n"):
        yield rich.part(start, start + len(line))
        start += len(line) + 1


def _words_of(line: Rich) -> str:
    """The line without its addresses and without the hashtags before its first and after its last word."""
    pieces = [(text, span) for text, span in line.pieces() if span is None or not shows_itself(text, span.url)]
    spoken = [at for at, (text, span) in enumerate(pieces) if not _is_hashtag(span) and _has_letters(text)]
    if not spoken:
        return ""
    return "".join(
        (text[1:].replace("_", " ") if spoken[0] < at < spoken[-1] else "") if _is_hashtag(span) else text
        for at, (text, span) in enumerate(pieces)
    )


def _is_hashtag(span: Span | None) -> bool:
    return span is not None and span.kind is Kind.HASHTAG


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _first_sentence(line: str) -> str:
    ends = sentence_ends(line, 0, len(line))
    sentence = _DANGLING.sub("", line[: ends[0]].rstrip() if ends else line)
    if len(sentence) > TITLE_LIMIT:
        cut = cut_place(sentence, 0, TITLE_LIMIT - 1, [])
        return sentence[:cut].rstrip(" .,;:—–-(«") + "…"
    return sentence if sentence.endswith("..") else sentence.removesuffix(".")


def _is_for_titles(character: str) -> bool:
    """Letters, digits and punctuation; no emoji with their companions, nothing invisible."""
    category = unicodedata.category(character)
    return not (
        category == "Cf"
        or (category == "So" and character > "\u2190")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or character in "\ufe0e\ufe0f\u20e3"
    )


# --------------------------------------------------------------------------------------------------- the rest


def _target(span: Span | None) -> str | None:
    """Where the span leads for a reader outside VK; a hashtag and anything but the web lead nowhere."""
    if span is None or span.kind is Kind.HASHTAG or not span.url.lower().startswith(("http://", "https://")):
        return None
    return _UNPRINTABLE.sub("", span.url)


def _clean(rich: Rich) -> Rich:
    """Without characters that no network carries, with line ends of one kind."""
    return build((_UNPRINTABLE.sub("", _LINE_END.sub("\n", text)), span) for text, span in rich.pieces())
