"""The rubrics of the community, and which of them a text most likely belongs to.

The shipped table stands until the editors' own is put in its place by :func:`install`.  A guess is only offered, a
moderator settles it.
"""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from editorial.likeness import stems, trace
from editorial.suggestion import Suggestion

#: The beginning of a text tells more about its subject than the rest, so its words count so much more.
_BEGINNING: Final = 25
_BEGINNING_WEIGHT: Final = 2.0

#: The columns of the table: ``stems`` are words or beginnings of words, parted by «|».
COLUMNS: Final = ("code", "name", "hashtag", "stems")
#: More rubrics than this find no room in the menu.
MOST: Final = 60
#: The longest name, characters: it is the label of a button.
LONGEST_NAME: Final = 40

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rubric:
    """A rubric. ``signs``: words that speak for it, each a run of stems."""

    code: str
    name: str
    hashtag: str
    signs: tuple[tuple[str, ...], ...] = ()


# ------------------------------------------------------------------------------------------------------ the table


@cache
def shipped_rows() -> tuple[Row, ...]:
    """The table the program comes with."""
    text = (resources.files("editorial") / "data" / "rubrics.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def shipped() -> tuple[Rubric, ...]:
    """The rubrics the program comes with."""
    return tuple(map(of_row, shipped_rows()))


_lock = threading.Lock()
_installed: tuple[Rubric, ...] | None = None


def install(rows: Iterable[Row]) -> None:
    """From now on these are the rubrics; none: the shipped ones."""
    global _installed  # noqa: PLW0603
    table = tuple(map(of_row, rows))
    with _lock:
        _installed = table or None


def table() -> tuple[Rubric, ...]:
    """The rubrics in force, in order."""
    return _installed or shipped()


def of_row(row: Row) -> Rubric:
    """A line of the table as a rubric."""
    signs = (tuple(stems(sign.split())) for sign in words_of(row))
    return Rubric(row["code"], row["name"], row["hashtag"], tuple(signs))


def words_of(row: Row) -> tuple[str, ...]:
    """The words that speak for the rubric of a line."""
    return tuple(" ".join(sign.split()) for sign in row["stems"].split("|") if sign.strip())


def by_words(words: str, rubrics: Sequence[Rubric] | None = None) -> Rubric | None:
    """The rubric a person names by code, name or hashtag."""
    said = _even(words)
    for one in rubrics or table():
        if said in (one.code, _even(one.name), _even(one.hashtag), _even(one.hashtag).removeprefix("#")):
            return one
    return None


def _even(words: str) -> str:
    return " ".join(words.lower().replace("ё", "е").split()).strip(" .«»")


# ----------------------------------------------------------------------------------------------- rows of a person

CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,30}")
_HASHTAG: Final = re.compile(r"#\w{2,60}")
_SIGN: Final = re.compile(r"[\w\s-]+")
#: Means red warnings where rubrics are named, so no rubric is called so.
RED_WARNINGS: Final = "red"


def faults_of(row: Row, others: Sequence[Row]) -> list[str]:
    """What is wrong with an edited row, as stable words; ``others`` are the other rows of the table.

    ``missing:COLUMN``, ``code``, ``code_taken``, ``name_long``, ``name_taken``, ``hashtag``, ``hashtag_taken``,
    ``words:WORD``.
    """
    faults = [f"missing:{column}" for column in ("code", "name", "hashtag") if not (row.get(column) or "").strip()]
    if faults:
        return faults
    if not CODE.fullmatch(row["code"]) or row["code"] == RED_WARNINGS:
        faults.append("code")
    if len(row["name"]) > LONGEST_NAME:
        faults.append("name_long")
    if not _HASHTAG.fullmatch(row["hashtag"]):
        faults.append("hashtag")
    faults += [
        f"{column}_taken"
        for column in COLUMNS[:3]
        if any(_even(other[column]) == _even(row[column]) for other in others)
    ]
    strange = [one for one in words_of(row) if not _SIGN.fullmatch(one) or sum(map(str.isalnum, one)) < 3]
    return faults + [f"words:{one[:40]}" for one in strange]


def code_for(name: str, taken: Iterable[str]) -> str:
    """A code for a new rubric, from its name in Latin letters, unlike those that are taken."""
    letters = re.sub(r"[^a-z0-9]", "", _even(name).translate(_LATIN))
    base = letters[:20] if letters[:1].isalpha() and len(letters) > 1 else f"rubrika{letters[:12]}"
    known = {*taken, RED_WARNINGS}
    return next(code for code in (base, *(f"{base}{serial}" for serial in range(2, MOST + 3))) if code not in known)


_LATIN: Final = str.maketrans("абвгдезийклмнопрстуфхцыэ", "abvgdeziyklmnoprstufhcye") | str.maketrans(
    {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya"}
)


# ------------------------------------------------------------------------------------------------------ look-ups


def by_code(code: str | None, rubrics: Sequence[Rubric] | None = None) -> Rubric | None:
    """The rubric with this code, or None."""
    return next((one for one in rubrics or table() if one.code == code), None)


def of(suggestion: Suggestion) -> Rubric | None:
    """The rubric a moderator chose, else the one its words speak for; a digest has none."""
    return None if suggestion.digest else by_code(suggestion.rubric) or guess(suggestion.text)


def guess(text: str, rubrics: Sequence[Rubric] | None = None) -> Rubric | None:
    """The rubric the text speaks for most, of equals the one it speaks of first; None when it speaks for none."""
    lowered = text.lower().replace("ё", "е")
    words = trace(text).stems
    best: Rubric | None = None
    best_score = (0.0, 0)
    for one in rubrics or table():
        score, first = _score(one, words, lowered)
        if score and (score, -first) > best_score:
            best, best_score = one, (score, -first)
    return best


def _score(rubric: Rubric, words: Sequence[str], lowered: str) -> tuple[float, int]:
    """How much speaks for the rubric, and the place of its first sign."""
    score, first = (10.0, 0) if rubric.hashtag.lower().replace("ё", "е") in lowered else (0.0, len(words))
    for sign in rubric.signs:
        for place, word in enumerate(words[: len(words) - len(sign) + 1]):
            if word.startswith(sign[0]) and _goes_on(words, place, sign):
                weight = _BEGINNING_WEIGHT if place < _BEGINNING else 1.0
                score, first = score + weight * len(sign), min(first, place)
    return score, first


def _goes_on(words: Sequence[str], place: int, sign: Sequence[str]) -> bool:
    return all(words[place + at].startswith(part) for at, part in enumerate(sign))
