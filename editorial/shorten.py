"""Long texts made to fit: the beginning with a link to the rest, or several parts.

This file decides where a text is cut.  The limits and the way a length is counted belong to the network and are
given; the words of the link are the caller's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

from editorial.markup import Kind, Rich
from editorial.post import cut_place, glued, short_form

#: How a network counts the length of a text.
Measure = Callable[[Rich], int]

_INITIAL: Final = re.compile(r"(?:^|\W)\w\.$")
#: Signs that look forgotten in front of an ellipsis.
_DANGLING: Final = " \t\r\n\u00a0,;:—–-"
_LONGEST_GLUE: Final = Rich(" … ")


def shorten(rich: Rich, budget: int, measure: Measure, tail: Rich | None = None) -> Rich:
    """The text if it fits, else as much of it as fits with «… » and the tail.

    ``budget`` is in the units of ``measure``.  Hashtags closing the text go first; then it is cut at a paragraph,
    else a line, a sentence, a word, and never inside a span or a sign.  A tail that does not fit is left out.
    """
    if measure(rich) <= budget:
        return rich
    body = _without_closing_hashtags(rich)
    if measure(body) <= budget:
        return body
    for ending in (tail or Rich(), Rich()):
        kept = _beginning(body, _LONGEST_GLUE + ending, budget, measure)
        if kept.text:
            return kept + Rich(_glue(kept, ending)) + ending
        if ending.text and measure(ending) <= budget:
            return ending
    return Rich()


def split(rich: Rich, limit: int, measure: Measure) -> tuple[Rich, ...]:
    """Parts of at most ``limit`` units which joined are the text again; an empty text has none.

    Cut like :func:`shorten` does.  A span longer than the limit goes on in the next part; a link that leaves no
    room for its label becomes plain text.

    Raises:
        ValueError: the limit has no room for a single character.
    """
    parts: list[Rich] = []
    start, length = 0, len(rich.text)
    while start < length:
        end = _reach(rich, start, min(length, start + max(limit, 1)), Rich(), limit, measure)
        if end == length:
            parts.append(rich.part(start, end))
            break
        if end == start:
            rich = _with_plain_text_at(rich, start)
            continue
        cut = cut_place(rich.text, start, end, _places(rich))
        parts.append(rich.part(start, cut))
        start = cut
    return tuple(parts)


def _reach(rich: Rich, start: int, end: int, after: Rich, limit: int, measure: Measure) -> int:
    """The furthest place up to ``end`` to which the part from ``start`` fits with what comes after it.

    It is ``start`` when there is no room at all.
    """
    places = range(start + 1, end + 1)
    return start + bisect_right(places, limit, key=lambda place: measure(rich.part(start, place) + after))


def _beginning(rich: Rich, after: Rich, limit: int, measure: Measure) -> Rich:
    """The longest beginning that fits and ends where a reader may stop; empty when there is none."""
    end = _reach(rich, 0, len(rich.text), after, limit, measure)
    if end == 0:
        return Rich()
    cut = cut_place(rich.text, 0, end, _places(rich))
    if glued(rich.text, cut) or any(span.start < cut < span.end for span in rich.spans):
        return Rich()
    last = max((span.end for span in rich.spans if span.end <= cut), default=0)
    kept = rich.text[:cut].rstrip(_DANGLING)
    if "\n" not in rich.text[len(kept) : cut]:
        kept = _without_short_forms(kept)
    return rich.part(0, max(last, len(kept)))


def _without_short_forms(text: str) -> str:
    """Without initials and short forms at the end, which wait for the word that was cut off."""
    while text.endswith(".") and (_INITIAL.search(text, max(0, len(text) - 3)) or short_form(text, len(text) - 1)):
        text = text[: -len(text.rsplit(None, 1)[-1])].rstrip(_DANGLING)
    return text


def _glue(kept: Rich, ending: Rich) -> str:
    """What stands between the beginning and the tail, so that no two stops meet."""
    before = {"…": " ", ".": " … ", "!": " … ", "?": " … "}.get(kept.text[-1], "… ")
    return before if ending.text else before.rstrip()


def _places(rich: Rich) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in rich.spans]


def _with_plain_text_at(rich: Rich, place: int) -> Rich:
    rest = tuple(span for span in rich.spans if not span.start <= place < span.end)
    if len(rest) == len(rich.spans):
        raise ValueError("the limit has no room for a single character")
    return Rich(rich.text, rest)


def _without_closing_hashtags(rich: Rich) -> Rich:
    """Without the hashtags that close the text; those that are words of its last sentence stay."""
    end = len(rich.text)
    for span in reversed(rich.spans):
        if span.kind is not Kind.HASHTAG or rich.text[span.end : end].strip(" \t\r\n\u00a0,;•·|"):
            break
        end = span.start
    before = rich.text[:end]
    kept = before.rstrip()
    of_a_sentence = kept[-1:].isalnum() or kept[-1:] in (",", "—", "–", "-", "(")
    if not kept or (of_a_sentence and "\n" not in before[len(kept) :]):
        return rich
    return rich.part(0, len(kept)) if end < len(rich.text) else rich
