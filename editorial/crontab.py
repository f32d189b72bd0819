"""Publication slots written as crontab lines: minute, hour, day of month, month, day of week.

A line is parsed once and answers which local times of a day it names.  Time zones, gaps and limits belong to
:mod:`editorial.slots`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ITEM: Final = re.compile(r"(?P<first>\*|[0-9]+|[a-z]+)(?:-(?P<last>[0-9]+|[a-z]+))?(?:/(?P<step>[0-9]+))?")


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five columns: its Russian name, its bounds, and the words it understands."""

    title: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    def number(self, word: str) -> int:
        value = self.low + self.words.index(word) if word in self.words else int(word)
        if not self.low <= value <= self.high:
            raise ValueError(f"{value} вне пределов {self.low}–{self.high}")
        return value


_FIELDS: Final = (
    _Field("минута", 0, 59),
    _Field("час", 0, 23),
    _Field("день месяца", 1, 31),
    _Field("месяц", 1, 12, _MONTHS),
    _Field("день недели", 0, 7, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Crontab:
    """One line. As in cron, when both day columns are restricted either of them is enough.

    ``weekdays`` count from Sunday = 0.
    """

    line: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool = False

    @classmethod
    def parse(cls, line: str) -> Crontab:
        """Read a line of five columns.

        Raises:
            ValueError: with the column and the place of the fault, in Russian, for whoever edits the settings.
        """
        columns = [(match.group(), match.start() + 1) for match in re.finditer(r"\S+", line)]
        if len(columns) != len(_FIELDS):
            raise ValueError(f"«{line.strip()}»: нужно пять полей через пробел, а здесь {len(columns)}")
        minutes, hours, days, months, weekdays = (
            _read(field, text.lower(), place)
            for field, (text, place) in zip(_FIELDS, columns, strict=True)
        )  # fmt: skip
        return cls(
            line=" ".join(text for text, _ in columns),
            minutes=minutes,
            hours=hours,
            days=days,
            months=months,
            weekdays=frozenset(day % 7 for day in weekdays),
            either_day=not columns[2][0].startswith("*") and not columns[4][0].startswith("*"),
        )

    def of_day(self, day: date) -> tuple[time, ...]:
        """The local times the line names on this day, in order."""
        if not self._names_day(day):
            return ()
        return tuple(time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes))

    def _names_day(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_month = day.day in self.days
        by_week = day.isoweekday() % 7 in self.weekdays
        return by_month or by_week if self.either_day else by_month and by_week


def parse_lines(lines: str) -> tuple[Crontab, ...]:
    """Read lines separated by ``;`` or line ends; empty ones are skipped.

    Raises:
        ValueError: a line is wrong, or there is none.
    """
    slots = tuple(Crontab.parse(line) for line in re.split(r"[;\n]", lines) if line.strip())
    if not slots:
        raise ValueError("не названо ни одного времени, например: 30 9,11 * * mon-fri")
    return slots


def _read(field: _Field, text: str, place: int) -> frozenset[int]:
    numbers: set[int] = set()
    for item in text.split(","):
        try:
            numbers.update(_numbers(field, item))
        except ValueError as fault:
            raise ValueError(f"знак {place}, {field.title} («{item}»): {fault}") from None
        place += len(item) + 1
    return frozenset(numbers)


def _numbers(field: _Field, item: str) -> range:
    match = _ITEM.fullmatch(item)
    if match is None or (match["first"] == "*" and match["last"]):
        raise ValueError("не похоже на число, промежуток или шаг")
    for word in (match["first"], match["last"]):
        if word and word.isalpha() and word not in field.words:
            raise ValueError(f"слово «{word}» здесь не годится")
    step = int(match["step"] or 1)
    if step < 1:
        raise ValueError("шаг должен быть больше нуля")
    if match["first"] == "*":
        return range(field.low, field.high + 1, step)
    first = field.number(match["first"])
    last = _last(field, match, first)
    if last < first:
        raise ValueError("конец промежутка раньше начала")
    return range(first, last + 1, step)


def _last(field: _Field, match: re.Match[str], first: int) -> int:
    if match["last"] is None:
        return field.high if match["step"] else first
    last = field.number(match["last"])
    # Sunday ends the week as well as it begins it: "sat-sun".
    return 7 if field.words is _DAYS and last == 0 and first > 0 else last
