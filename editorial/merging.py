"""Several pieces of news about one story as one post: the joined text, its attachments, and who is credited.

Nothing of a piece is lost but what another one says in the same words.  Which pieces are put together, and what
becomes of them, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from editorial import regions
from editorial.draft import MOST_ATTACHMENTS
from editorial.post import TEXT_LIMIT, sentence_ends, utf16_length
from editorial.suggestion import Attachment, Content, Suggestion

#: So many pieces may join one: with more, the credits alone are a text.
MOST_PIECES: Final = 8

_CLOSING_TAGS: Final = re.compile(r"(?:(?<!\S)#[\w-]+(?:@\w+)?[\s,;]*)+\Z")
_OPENING_TAGS: Final = re.compile(r"\A(?:\s*#[\w-]+(?:@\w+)?(?=\s|\Z))+")
_TAG: Final = re.compile(r"#[\w-]+(?:@\w+)?")
_WORDS: Final = re.compile(r"\w+")
_ENDED: Final = (".", "!", "?", "…", ":", ";", ",")
#: «СМО Тульской области» stays as it is in every case.
_INDECLINABLE: Final = re.compile(r"[А-ЯЁ]{2,}\b")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a joint post: what the desk has made of it, its region's code, and who sent it.

    ``source`` is the name of an organisation, or of a person or a site where there is none; it may be empty.
    """

    content: Content
    region: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Joint:
    """News that goes out, or went out, in one post: the one that carries it, and the others."""

    lead: Suggestion
    pieces: tuple[Suggestion, ...]

    def others(self, number: int) -> tuple[Suggestion, ...]:
        """All but the one with this number, the lead first."""
        return tuple(one for one in (self.lead, *self.pieces) if one.number != number)


# ------------------------------------------------------------------------------------------------------- the post


def joined(pieces: Sequence[Piece]) -> Content:
    """The post: the first piece's text, a paragraph for each other one, the credits, the hashtags; at most ten
    attachments in the order of the pieces. The text may be longer than VK takes: see :func:`too_long`."""
    lead, *others = pieces
    body, tags = _without_tags(lead.content.text)
    plain = _without_tags(body, opening=True)[0]
    said = {_key(sentence) for line in plain.splitlines() for sentence in _sentences(line)}
    paragraphs = [body]
    for piece in others:
        words, own = _without_tags(piece.content.text, opening=True)
        tags += own
        paragraphs.append(_paragraph(words, said))
    attachments, links = _attachments(pieces)
    whole = "\n".join(paragraphs)
    loose = [link for link in links if link not in whole]
    parts = [*paragraphs, *loose, credit_line(pieces), _line_of(tags)]
    return Content("\n\n".join(part for part in parts if part), attachments)


def too_long(text: str, besides: str = "") -> bool:
    """Whether the wall does not take the text together with what is put below it."""
    return utf16_length(text) + (utf16_length(besides) + 2 if besides else 0) > TEXT_LIMIT


def _without_tags(text: str, *, opening: bool = False) -> tuple[str, list[str]]:
    """The text without the hashtags that close it (and open it), and these."""
    tags: list[str] = []
    first = _OPENING_TAGS.match(text) if opening else None
    if first is not None:
        tags += _TAG.findall(first.group())
        text = text[first.end() :]
    last = _CLOSING_TAGS.search(text)
    if last is not None:
        tags += _TAG.findall(last.group())
        text = text[: last.start()]
    return text.strip(), tags


def _line_of(tags: Iterable[str]) -> str:
    once: dict[str, str] = {}
    for tag in tags:
        once.setdefault(tag.casefold(), tag)
    return " ".join(once.values())


def _paragraph(text: str, said: set[str]) -> str:
    """The text on one line, without the sentences that were said before in the same words."""
    words = ""
    for line in text.splitlines():
        for sentence in _sentences(line):
            key = _key(sentence)
            if key and key in said:
                continue
            said.add(key)
            stop = "" if not words or words.endswith(_ENDED) or not words[-1].isalnum() else "."
            words = f"{words}{stop} {sentence}".strip()
    return words


def _sentences(line: str) -> list[str]:
    ends = [0, *sentence_ends(line, 0, len(line)), len(line)]
    cut = [line[start:end].strip() for start, end in pairwise(ends)]
    return [sentence for sentence in cut if sentence]


def _key(sentence: str) -> str:
    """What makes two sentences the same: their words."""
    return " ".join(_WORDS.findall(sentence.lower().replace("ё", "е")))


def _attachments(pieces: Iterable[Piece]) -> tuple[tuple[Attachment, ...], list[str]]:
    """The attachments that fit, each once and one link at most, and the addresses of the other links."""
    kept: dict[str, Attachment] = {}
    links: list[str] = []
    for attachment in (one for piece in pieces for one in piece.content.attachments):
        if attachment.identity in kept or attachment.url in links:
            continue
        second = attachment.kind == "link" and any(one.kind == "link" for one in kept.values())
        if len(kept) < MOST_ATTACHMENTS and not second:
            kept[attachment.identity] = attachment
        elif attachment.kind == "link" and attachment.url:
            links.append(attachment.url)
    return tuple(kept.values()), links


# ------------------------------------------------------------------------------------------------------- credits


def credit_line(pieces: Iterable[Piece]) -> str:
    """Who sent the story: organisations with their regions, each named once; empty when nobody is known."""
    by_region: dict[str, list[str]] = {}
    for piece in pieces:
        sources = by_region.setdefault(piece.region or "", [])
        source = " ".join(piece.source.split())
        if source and source not in sources:
            sources.append(source)
    known = {code: regions.by_code(code) for code in by_region}
    if not any(by_region.values()):
        places = [region.genitive for region in known.values() if region is not None]
        return f"По сообщениям из {_listed(places)}" if places else ""
    named = [name for code, sources in by_region.items() for name in _named(known[code], sources)]
    if all(_INDECLINABLE.match(name) for name in named):
        return f"По сообщениям {_listed(named)}"
    return f"По сообщениям: {_listed(named)}"


def recredited(text: str, was: Sequence[Piece], now: Sequence[Piece]) -> str:
    """The text of a joint post that credited these pieces as they were, crediting them as they are now.

    Whatever else a moderator worded anew stays; so does a credit that does not stand there any more.
    """
    if text == joined(was).text:
        return joined(now).text
    before, after = credit_line(was), credit_line(now)
    above, found, below = text.rpartition(before) if before else (text, "", "")
    return f"{above}{after}{below}".strip() if found else text


def _named(region: regions.Region | None, sources: list[str]) -> list[str]:
    """The organisations of a region, the last one with the region's name unless one of them says it."""
    if region is None:
        return sources
    if not sources:
        return [region.name]
    if any(_says(source, region) for source in sources):
        return sources
    return [*sources[:-1], f"{sources[-1]} ({region.name})"]


def _says(source: str, region: regions.Region) -> bool:
    found = regions.region_of_text(source)
    return found is not None and found.code == region.code


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} и {last}" if first else last
