"""The rubrics of the community, and which of them a text most likely belongs to.

The table is data that the editors change; a guess is only offered, a moderator settles it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from editorial.likeness import stems, trace

#: The beginning of a text tells more about its subject than the rest, so its words count so much more.
_BEGINNING: Final = 25
_BEGINNING_WEIGHT: Final = 2.0


@dataclass(frozen=True, slots=True)
class Rubric:
    """A rubric. ``signs``: words that speak for it, each a run of stems."""

    code: str
    name: str
    hashtag: str
    signs: tuple[tuple[str, ...], ...] = ()


@cache
def shipped() -> tuple[Rubric, ...]:
    """The rubrics the program comes with."""
    text = (resources.files("editorial") / "data" / "rubrics.csv").read_text(encoding="utf-8")
    return tuple(_rubric(row) for row in csv.DictReader(text.splitlines()))


def _rubric(row: dict[str, str]) -> Rubric:
    signs = (tuple(stems(sign.split())) for sign in row["stems"].split("|") if sign.strip())
    return Rubric(row["code"], row["name"], row["hashtag"], tuple(signs))


def by_code(code: str | None, rubrics: Sequence[Rubric] | None = None) -> Rubric | None:
    """The rubric with this code, or None."""
    return next((one for one in rubrics or shipped() if one.code == code), None)


def guess(text: str, rubrics: Sequence[Rubric] | None = None) -> Rubric | None:
    """The rubric the text speaks for most, of equals the one it speaks of first; None when it speaks for none."""
    lowered = text.lower().replace("ё", "е")
    words = trace(text).stems
    best: Rubric | None = None
    best_score = (0.0, 0)
    for one in rubrics or shipped():
        score, first = _score(one, words, lowered)
        if score and (score, -first) > best_score:
            best, best_score = one, (score, -first)
    return best


def _score(rubric: Rubric, words: Sequence[str], lowered: str) -> tuple[float, int]:
    """How much speaks for the rubric, and the place of its first sign."""
    score, first = (10.0, 0) if rubric.hashtag.lower().replace("ё", "е") in lowered else (0.0, len(words))
    for sign in rubric.signs:
        for place in range(len(words) - len(sign) + 1):
            if all(word.startswith(part) for word, part in zip(words[place:], sign, strict=False)):
                weight = _BEGINNING_WEIGHT if place < _BEGINNING else 1.0
                score, first = score + weight * len(sign), min(first, place)
    return score, first
