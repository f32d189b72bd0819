"""Days and hours that a Russian text names, and what they mean: a deadline, an announcement, a past event.

A date without a year belongs to the year that brings it nearest to the reference day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from editorial.checks.facts import plain

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"),
        1,
    )
}
_MONTH: Final = r"(январ|феврал|март|апрел|ма|июн|июл|август|сентябр|октябр|ноябр|декабр)(?:я|а)"
#: «18, 19 и 20 сентября 2026 года», «с 5 по 7 октября», «10-го марта»: the last day with its month.
_SPOKEN: Final = re.compile(rf"(?<![\d.,:])(\d{{1,2}})(?:-?го)?\s+{_MONTH}\b(?:\s+(\d{{4}})\b)?")
_WRITTEN: Final = re.compile(r"(?<![\d.,:/])(\d{1,2})\.(0[1-9]|1[0-2])(?:\.(20\d\d|\d\d))?(?![\d/%]|\.\d)")
_NEEDS_A_WORD: Final = re.compile(r"(?:^|\s)(?:до|с|по|на|от|к|дата:?|день:?)\s*$")
#: «до 18:00 30 сентября», «до 30 сентября, 18:00».
_HOUR: Final = re.compile(r"(?<![\d:.])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])")

#: Not behind a short form, unless more than one stop stands there. Tried once for a row of stops.
_SENTENCE_END: Final = re.compile(
    r"(?:(?<![.!?;…])(?<!\bул)(?<!\bг)|(?<=\bул[.!?;…])|(?<=\bг[.!?;…]))[.!?;…]++\s++|\n+"
)

#: What a reader is asked to do until a day; a post about it is of no use later.
_ASKED: Final = re.compile(
    r"\b(?:заяв(?:к|лени|очн)|регистр|зарегистр|прием (?:заявок|работ|предложени|документов|практик|анкет|материалов)|"
    r"принима(?:ем|ют|ет|ются|ется)|присыла|пришл|направ(?:ля(?:й|ть)|ьте|ить)|пода(?:ть|вай|йте)|"
    r"голосова|голосуй|проголосуй|успе(?:й|ть)|участи|отправ(?:ля(?:й|ть)|ьте|ить)|сбор(?!ник)|жд[ее]м|анкет|"
    r"предложени|продл)"
)
_UNTIL: Final = re.compile(
    r"\b(?:до|по|не позднее|не позже|включительно до)\s+(?:\d{1,2}[:.]\d\d\s+)?(?:конца\s+)?$|\bсрок[^.]{0,40}[—:–-]\s*$"
)
#: What has been collected is told, unless readers are asked for more.
_COLLECTED: Final = re.compile(
    r"\b(?:шел|шла|шло|шли|собрали|собрано|поступил\w*|принимал\w*|завершил\w*|завершен\w*|закрыт\w*|закончил\w*|"
    r"длил\w*|подали|подано|прислали|прислано)\b"
)
_ASKED_NOW: Final = re.compile(
    r"\b(?:присылай|пришлите|подавай|подайте|успе(?:й|ть)|направляй|направьте|отправляй|отправьте|ждем|голосуй|проголосуй|"
    r"регистрируй|заполн(?:и|яй)те|участвуй|принима(?:ем|ют|ется|ются)|продл\w+|можно|приглаша\w+)"
)
#: Words that call people to something that is still to come.
_COMING: Final = re.compile(
    r"\b(?:приглаша\w+|приглашен\w+|приходите|приезжайте|ждем|состоится|состоятся|пройдет|пройдут|начнется|начнутся|"
    r"стартует|откроется|откроют|запланирован\w*|перенос(?:ится|ят|им)?|присоединяйтесь|не пропустите|начало)\b"
)
_PUT_OFF: Final = re.compile(r"\b(?:перенос|перенес)\w*\b")


@dataclass(frozen=True, slots=True)
class Named:
    """A day a text names: where in its sentence, and whether the year was said."""

    day: date
    start: int
    end: int
    with_year: bool


def days_in(text: str, reference: date) -> tuple[Named, ...]:
    """The days named in a lower-case text, in order."""
    return tuple(sorted(_days(text, reference), key=lambda named: named.start))


def _days(text: str, reference: date) -> Iterator[Named]:
    for found in _SPOKEN.finditer(text):
        day = _near(int(found[1]), _MONTHS[found[2]], int(found[3]) if found[3] else None, reference)
        if day is not None:
            yield Named(day, found.start(), found.end(), found[3] is not None)
    for found in _WRITTEN.finditer(text):
        year = int(found[3]) if found[3] else None
        if year is None and not (len(found[1]) == 2 and _NEEDS_A_WORD.search(text[: found.start()])):
            continue  # «2.10» is a number until something says that it is a day
        day = _near(int(found[1]), int(found[2]), year + 2000 if year and year < 100 else year, reference)
        if day is not None:
            yield Named(day, found.start(), found.end(), year is not None)


def _near(day: int, month: int, year: int | None, reference: date) -> date | None:
    years = (year,) if year else (reference.year - 1, reference.year, reference.year + 1)
    found = [made for one in years if (made := _day(one, month, day)) is not None]
    return min(found, key=lambda made: abs(made - reference), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def end_of(day: date, zone: ZoneInfo, at: time | None = None) -> datetime:
    """The end of the day in ``zone``, or the hour of it, UTC."""
    if at is not None:
        return datetime.combine(day, at, zone).astimezone(UTC)
    return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)


@lru_cache(maxsize=128)
def deadline_of(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When a post with this text is of no use any more, UTC; None when it says nothing of the kind.

    That is the nearest coming day until which readers are asked for something, else the last day to which they
    are invited.  A deadline that is over already is told, too.  Days are those of ``zone``; ``now`` only tells
    which year is meant, so the moment of arrival may stand for it.
    """
    sentences = _sentences(text)
    reference = now.astimezone(zone).date()
    asked = sorted(moment for sentence in sentences for moment in _deadlines(sentence, reference, zone))
    if asked:
        coming = [moment for moment in asked if moment > now]
        return coming[0] if coming else asked[-1]
    days = announced(text, reference)
    return end_of(max(days), zone) if days else None


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(part for part in _SENTENCE_END.split(plain(text)) if part.strip())


def _deadlines(sentence: str, reference: date, zone: ZoneInfo) -> Iterator[datetime]:
    if not _ASKED.search(sentence) or (_COLLECTED.search(sentence) and not _ASKED_NOW.search(sentence)):
        return
    for named in days_in(sentence, reference):
        before = sentence[: named.start]
        if _UNTIL.search(before) and not _too_far(sentence, named.start):
            yield end_of(named.day, zone, _hour_beside(sentence, named))


def _too_far(sentence: str, place: int) -> bool:
    """Whether what readers are asked for stands in another part of a long sentence."""
    nearest = min((abs(found.start() - place) for found in _ASKED.finditer(sentence)), default=1000)
    return nearest > 120


def _hour_beside(sentence: str, named: Named) -> time | None:
    before = _HOUR.search(sentence, max(0, named.start - 7), named.start)
    after = _HOUR.search(sentence, named.end, min(len(sentence), named.end + 24))
    found = before or after
    if found is None or (int(found[1]), int(found[2])) in ((24, 0), (23, 59), (0, 0)) or int(found[1]) == 24:
        return None
    return time(int(found[1]), int(found[2]))


def announced(text: str, reference: date) -> tuple[date, ...]:
    """The days to which a text invites its readers; of a day that was put off, only the new one."""
    days: list[date] = []
    for sentence in _sentences(text):
        if not _COMING.search(sentence):
            continue
        named = days_in(sentence, reference)
        if named and _PUT_OFF.search(sentence):
            named = named[-1:]
        days += [one.day for one in named if not _UNTIL.search(sentence[: one.start])]
    return tuple(days)
