"""The lists, thresholds and calendars that the editors keep, over the defaults shipped with the program.

An entry is one line of text in a canonical spelling; :class:`Lists` is what the checks read.  Where the editors'
changes are stored and who may make them is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from editorial import regions
from editorial.errors import EntryRefused

#: The longest entry, characters.
LONGEST: Final = 200


class Kept(StrEnum):
    """The lists. The word is the name of the shipped file, too."""

    FOREIGN_AGENTS = "foreign_agents"
    UNDESIRABLE = "undesirable"
    STOP_WORDS = "stop_words"
    PROFANITY = "profanity"
    RUDE = "rude"
    PLATFORMS = "platforms"
    SHORTENERS = "shorteners"
    TOPICS = "topics"
    THRESHOLDS = "thresholds"
    ELECTIONS = "elections"
    FILMING_BANS = "filming_bans"
    FULL_NAMES = "full_names"


#: Lists of pairs «word = what it stands for»: a new pair takes the place of the one with the same word.
PAIRS: Final = frozenset({Kept.THRESHOLDS, Kept.FULL_NAMES})

#: Thresholds by the word the editors use, with their defaults.
THRESHOLDS: Final[Mapping[str, int]] = {
    "коротко": 250,
    "длинно": 2500,
    "сторона фото": 1000,
    "значки": 8,
    "прописные": 4,
    "свежесть": 5,
    "канцелярит": 11,
}


class Change(NamedTuple):
    """One edit of the editors: the entry is there, or is not, whatever the defaults say."""

    name: str
    entry: str
    present: bool


@dataclass(frozen=True, slots=True)
class Period:
    """An election: the first and the last day of voting, by the region's own midnight; None: everywhere."""

    region: str | None
    first: date
    last: date

    def covers(self, region: str | None, moment: datetime, zone: ZoneInfo, lead: timedelta) -> bool:
        """Whether ``moment`` lies between ``lead`` before the first day and the end of the last one."""
        if self.region is not None and self.region != region:
            return False
        day = moment.astimezone(zone).date()
        return self.first - lead <= day <= self.last


@dataclass(frozen=True, slots=True)
class Lists:
    """Everything the editors keep, as the checks read it."""

    words: Mapping[Kept, tuple[str, ...]] = field(default_factory=dict)
    thresholds: Mapping[str, int] = field(default_factory=lambda: dict(THRESHOLDS))
    elections: tuple[Period, ...] = ()
    filming_bans: frozenset[str] = frozenset()
    full_names: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: Kept) -> tuple[str, ...]:
        return self.words.get(name, ())

    def threshold(self, word: str) -> int:
        return self.thresholds.get(word, THRESHOLDS[word])


@lru_cache(maxsize=4)
def lists_with(changes: tuple[Change, ...]) -> Lists:
    """The defaults with the editors' changes."""
    entries = {name: effective(name, changes) for name in Kept}
    thresholds = dict(THRESHOLDS) | dict(_threshold(line) for line in entries[Kept.THRESHOLDS])
    return Lists(
        words={name: entries[name] for name in Kept},
        thresholds=thresholds,
        elections=tuple(_period(line) for line in entries[Kept.ELECTIONS]),
        filming_bans=frozenset(entries[Kept.FILMING_BANS]),
        full_names=dict(_pair(line) for line in entries[Kept.FULL_NAMES]),
    )


def effective(name: Kept, changes: Iterable[Change]) -> tuple[str, ...]:
    """The entries of one list, defaults first, in order."""
    found = dict.fromkeys(defaults(name), True)
    for change in changes:
        if change.name == name:
            found[change.entry] = change.present
    return tuple(entry for entry, present in found.items() if present)


@cache
def defaults(name: Kept) -> tuple[str, ...]:
    """The entries shipped with the program; a line that begins with # is a remark."""
    if name is Kept.THRESHOLDS:
        return tuple(f"{word} = {number}" for word, number in THRESHOLDS.items())
    text = resources.files("editorial").joinpath("data", f"{name}.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(canonical(name, line) for line in lines if line and not line.startswith("#"))


# ----------------------------------------------------------------------------------------------- spelling entries

_DATE: Final = r"(\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d{2}-\d{2})"
_DATES: Final = re.compile(rf"(.+?)[\s,:]+{_DATE}(?:\s*(?:[-–—]|по|до|\s)\s*{_DATE})?")
_NUMBER: Final = re.compile(r"(.+?)\s*[=:]?\s*(\d{1,6})")
_SPELLING: Final = re.compile(r"[^\w\s.\-+'’«»\"&№/*()]")


def canonical(name: Kept, words: str) -> str:
    """The entry as it is kept. Raises EntryRefused for one that makes no sense in this list."""
    line = " ".join(words.split())
    if not line or len(line) > LONGEST:
        raise EntryRefused(str(name), line[:LONGEST], "empty" if not line else "too_long")
    match name:
        case Kept.THRESHOLDS:
            return _canonical_threshold(line)
        case Kept.ELECTIONS:
            return _canonical_period(line)
        case Kept.FILMING_BANS:
            return _region(name, line)
        case Kept.FULL_NAMES:
            return _canonical_name(line)
    spelled = line.lower().replace("ё", "е")
    letters = sum(sign.isalnum() for sign in spelled)
    if letters < 2 or (name is not Kept.PROFANITY and _SPELLING.search(spelled)):
        raise EntryRefused(str(name), line, "spelling")
    return spelled


def key_of(name: Kept, entry: str) -> str:
    """What an entry replaces: a pair the one with the same word, any other only itself."""
    return _pair(entry)[0] if name in PAIRS else entry


def _pair(entry: str) -> tuple[str, str]:
    word, _, rest = entry.partition("=")
    return word.strip(), rest.strip()


def _canonical_threshold(line: str) -> str:
    found = _NUMBER.fullmatch(line.lower().replace("ё", "е"))
    if found is None or found[1] not in THRESHOLDS:
        raise EntryRefused(str(Kept.THRESHOLDS), line, "threshold")
    return f"{found[1]} = {int(found[2])}"


def _threshold(entry: str) -> tuple[str, int]:
    word, number = _pair(entry)
    return word, int(number)


def _canonical_name(line: str) -> str:
    """«СМО = Совет муниципальных образований»; the case of letters is kept, the text is searched for it exactly."""
    word, full = _pair(line)
    if not any(sign.isalnum() for sign in word) or len(full) <= len(word) or "=" in full:
        raise EntryRefused(str(Kept.FULL_NAMES), line, "pair")
    return f"{word} = {full}"


def _canonical_period(line: str) -> str:
    found = _DATES.fullmatch(line)
    if found is None:
        raise EntryRefused(str(Kept.ELECTIONS), line, "period")
    where = found[1].lower().strip()
    region = "*" if where in ("все", "везде", "*") else _region(Kept.ELECTIONS, found[1])
    try:
        first, last = _day(found[2]), _day(found[3] or found[2])
    except ValueError:
        raise EntryRefused(str(Kept.ELECTIONS), line, "period") from None
    if last < first or last - first > timedelta(days=31):
        raise EntryRefused(str(Kept.ELECTIONS), line, "period")
    return f"{region} {first.isoformat()} {last.isoformat()}"


def _day(text: str) -> date:
    return date.fromisoformat(text) if "-" in text else datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007


def _period(entry: str) -> Period:
    region, first, last = entry.split(" ")
    return Period(None if region == "*" else region, date.fromisoformat(first), date.fromisoformat(last))


def _region(name: Kept, words: str) -> str:
    region = regions.by_words(words)
    if region is None:
        raise EntryRefused(str(name), words, "region")
    return region.code


# ----------------------------------------------------------------------------------------- entries within a text

#: Endings of nouns, adjectives and surnames; the longest first.
_ENDINGS: Final = (
    "иями|ыми|ими|ями|ами|ого|его|ому|ему|ием|иям|иях|ской|ского|скому|ском|ой|ей|ий|ый|ом|ем|ым|им|ых|их|ую|юю|"
    "ая|яя|ое|ее|ые|ие|ия|ию|ии|ов|ев|ам|ям|ах|ях|ою|ею|ью|а|я|о|е|ы|и|у|ю|ь|й"
)
_LOOSE: Final = re.compile(r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ия|а|я|о|е|ы|и|ь|й)$")


@lru_cache(maxsize=32)
def finder(entries: tuple[str, ...]) -> re.Pattern[str] | None:
    """An expression that finds any of the entries, in any case and number, in lower-case text; None for none."""
    if not entries:
        return None
    longest_first = sorted(entries, key=len, reverse=True)
    return re.compile(rf"(?<![\w@])(?:{'|'.join(map(_in_any_form, longest_first))})(?!\w)")


def _in_any_form(entry: str) -> str:
    return r"[\s\u00a0]+".join(_word_in_any_form(word) for word in entry.split())


def _word_in_any_form(word: str) -> str:
    if word.endswith("*") and len(word) > 2:
        return re.escape(word[:-1]) + r"\w*"
    if not re.fullmatch(r"[а-я]{4,}(?:-[а-я]+)*", word):
        return re.escape(word)
    base = _LOOSE.sub("", word)
    if len(base) < 3:
        return re.escape(word)
    return rf"{re.escape(base)}(?:{_ENDINGS})?"
