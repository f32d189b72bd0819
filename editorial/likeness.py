"""How alike two texts are: copies, and retellings of the same story with the same numbers.

Words are compared by their stems, three in a row; a retelling keeps the rare words and the numbers of the story
but not their order.  Where to look for similar texts is decided by the storage, what to do about one by people.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any, Final

#: Above this a text is shown to moderators as similar.
ALIKE: Final = 0.5
#: Words in a row that make one shingle.
SHINGLE: Final = 3
#: Texts of fewer words say too little to be told from others.
_FEWEST_WORDS: Final = 6
#: Shares of common stems from which two texts tell one story: with the same numbers, and without any.
_RETOLD: Final = 0.55
_RETOLD_WITHOUT_NUMBERS: Final = 0.75
#: Texts with a smaller share of common stems are neither copies nor retellings of each other.
_TOO_LITTLE: Final = 0.45
#: What a retelling weighs at most beside a copy.
_RETELLING: Final = 0.9

_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_LABELLED: Final = re.compile(r"\[[^\[\]|\n]{1,200}\|([^\[\]\n]{1,500})\]")
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+")
_HASHTAG: Final = re.compile(r"#[\w@]+")
_WORD: Final = re.compile(r"\d+|[^\W\d_]+")
_GROUPED: Final = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True)
class Trace:
    """What a text is compared by: its stems in order without common words.

    One text is compared with many: what follows from its stems is found once.
    """

    stems: tuple[str, ...]

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The stems that are numbers."""
        return frozenset(filter(str.isdigit, self.stems))

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems that are not numbers."""
        return self.different - self.numbers

    @cached_property
    def different(self) -> frozenset[str]:
        """The stems, each once."""
        return frozenset(self.stems)

    @cached_property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        """Every run of :data:`SHINGLE` stems."""
        return frozenset(zip(*(self.stems[place:] for place in range(SHINGLE)), strict=False))


@lru_cache(maxsize=32)
def trace(text: str) -> Trace:
    """The trace of a text, VK's markup and pasted HTML aside."""
    even = unicodedata.normalize("NFC", html.unescape(_MARKUP.sub(" ", text)))
    even = _ADDRESS.sub(" ", _HASHTAG.sub(" ", _LABELLED.sub(r"\1", even)))
    even = " ".join(even.split())
    if not even.isprintable():  # invisible signs, one of which may stand within a word
        even = "".join(sign for sign in even if unicodedata.category(sign) != "Cf")
    common = _common_words()
    words = _WORD.findall(_GROUPED.sub("", even).lower().replace("ё", "е"))
    stems = tuple(word if word.isdigit() else _stem(word) for word in words if word not in common)
    return Trace(stems)


def stems(words: Iterable[str]) -> list[str]:
    """The stems of Russian words, in order."""
    return [word if word.isdigit() else _stem(word.lower().replace("ё", "е")) for word in words]


def likeness(one: Trace, other: Trace) -> float:
    """From 0, nothing in common, to 1, one text contains the other."""
    fewer = min(len(one.stems), len(other.stems))
    if fewer < _FEWEST_WORDS:
        return 1.0 if one.stems == other.stems and one.stems else 0.0
    shared = _contained(one.different, other.different)
    if shared < _TOO_LITTLE:
        return shared * shared  # about what their runs of words have in common, without looking for these
    copied = _contained(one.shingles, other.shingles)
    if not _same_numbers(one, other):
        # «В посёлке Заречном открыли 3 двора» every week: a form filled in anew is another piece of news.
        return min(copied, ALIKE - 0.01) if one.numbers and other.numbers else copied
    return max(copied, _retold(one, other))


def _retold(one: Trace, other: Trace) -> float:
    shared = _contained(one.words, other.words)
    enough = _RETOLD if one.numbers & other.numbers else _RETOLD_WITHOUT_NUMBERS
    return shared * _RETELLING if shared >= enough else 0.0


def _same_numbers(one: Trace, other: Trace) -> bool:
    """Whether the numbers of the text with fewer of them stand in the other one, but for one."""
    few, many = sorted((one.numbers, other.numbers), key=len)
    return len(few - many) <= (1 if len(few) > 2 else 0)


def _contained(one: frozenset[Any], other: frozenset[Any]) -> float:
    fewer = min(len(one), len(other))
    return len(one & other) / fewer if fewer else 0.0


@cache
def _common_words() -> frozenset[str]:
    """Words that say nothing about the story."""
    return frozenset((resources.files("editorial") / "data" / "common_words.txt").read_text("utf-8").split())


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    stem: str = _stemmer().stemWord(word)
    return stem


@cache
def _stemmer() -> Any:
    import snowballstemmer  # loads its tables, 10 ms: only when the first text is compared

    return snowballstemmer.stemmer("russian")


# ---------------------------------------------------------------------------------------------------- pictures

#: Bits of 64 by which copies of one picture may differ.
SAME_PICTURE: Final = 6


def apart(one: int, other: int) -> int:
    """By how many of 64 bits two pictures' fingerprints differ."""
    return (one ^ other).bit_count()
