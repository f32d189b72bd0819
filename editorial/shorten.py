"""Long texts made to fit: the beginning with a link to the rest.

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


def _beginning(rich: Rich, after: Rich, limit: int, measure: Measure) -> Rich:
    """The longest beginning that fits and ends where a reader may stop; empty when there is none."""
    places = range(1, len(rich.text) + 1)
    end = bisect_right(places, limit, key=lambda place: measure(rich.part(0, place) + after))
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
