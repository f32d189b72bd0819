"""A moderator's words for a moment: «14:30», «завтра в 9», «в пятницу 12:00», «25 ноября 14:30», «через час».

Only the words are judged here: whether they name one moment and whether it lies ahead.  Whether the plan has
room for it is asked of :mod:`editorial.slots`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from editorial.errors import HourMissing, TimeNotUnderstood, TimePast, TimeTooFar
from editorial.slots import FARTHEST

#: A day named without a year belongs to the next one only if it is no farther than this.
_ROLL_OVER: Final = timedelta(days=183)
_LONGEST: Final = 80
_MOSCOW: Final = "Europe/Moscow"

_WORDS_OF_MONTHS: Final = (
    ("января", "янв"), ("февраля", "фев"), ("марта", "мар"), ("апреля", "апр"), ("мая", "май"), ("июня", "июн"),
    ("июля", "июл"), ("августа", "авг"), ("сентября", "сен", "сент"), ("октября", "окт"),
    ("ноября", "ноя", "нояб"), ("декабря", "дек"),
)  # fmt: skip
_MONTHS: Final = {word: number for number, words in enumerate(_WORDS_OF_MONTHS, start=1) for word in words}
_WEEKDAYS: Final = {
    word: number
    for number, words in enumerate(
        (
            "понедельник пн", "вторник вт", "среда среду ср", "четверг чт",
            "пятница пятницу пт", "суббота субботу сб", "воскресенье вс",
        )
    )
    for word in words.split()
}  # fmt: skip
_NEAR_DAYS: Final = {"позавчера": -2, "вчера": -1, "сегодня": 0, "завтра": 1, "послезавтра": 2}
_WORDS_OF_TIME: Final = (
    "в во на к до после через и час часа часов ч минуту минуты минут мин м день дня дней неделю недели "
    "утра вечера ночи года г мск"
)
_OF_TIME: Final = frozenset(_WORDS_OF_TIME.split())

_CLOCK: Final = (
    r"(?P<at>в )?(?P<hour>[0-9]{1,2})(?:(?:[:.]| ч )(?P<minute>[0-9]{2}))?"
    r"(?: ?(?:ч|час|часа|часов))?(?: (?P<part>утра|дня|вечера))?"
)
_TIME: Final = re.compile(_CLOCK)
_DAY_THEN_TIME: Final = re.compile(rf"(?P<day>.+?),? {_CLOCK}")
_TIME_THEN_DAY: Final = re.compile(rf"{_CLOCK},? (?P<day>[^0-9 ].*|[0-9]{{1,2}} .*|[0-9.]+)")
_NUMBERS: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{4}|[0-9]{2}))?(?: ?г\.?)?")
_WORDS: Final = re.compile(r"([0-9]{1,2}) ([а-я]+)\.?(?: ([0-9]{4})(?: года| г\.?)?)?")
_AFTER_DAYS: Final = re.compile(r"через (?:([0-9]{1,3}) )?(день|дня|дней|неделю|недели)")
_AFTER: Final = re.compile(
    r"через (?:(?:(?P<hours>[0-9]{1,5}) ?)?(?:час|часа|часов|ч\.?))?"
    r"(?:(?:(?<=через)| и)? ?(?:(?P<minutes>[0-9]{1,5}) ?)?(?:минуту|минуты|минут|мин\.?|м))?"
)
_SPOKEN: Final = {"полчаса": "30 минут", "полтора часа": "1 час 30 минут"}
_MOSCOW_WORDS: Final = re.compile(r",? ?\(?(?:по )?(?:мск|москве|московскому времени|московскому)\)?$")


def date_words(day: date) -> str:
    """A day as it is written and read: «25 ноября»."""
    return f"{day.day} {_WORDS_OF_MONTHS[day.month - 1][0]}"


def parse_when(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment the words name in ``zone`` (or in Moscow, when they end with «мск»), UTC, later than ``now``.

    Raises:
        TimeNotUnderstood: the words name no moment, or one that does not exist (31.02, 24:30).
        HourMissing: they name a day and no hour.
        TimePast: the moment has passed; ``nearest`` is the same time tomorrow when only a time was named.
        TimeTooFar: it is more than a year ahead.
    """
    words = _even(text)
    if len(words) > _LONGEST:
        raise TimeNotUnderstood
    bare = _MOSCOW_WORDS.sub("", words)
    reading = _Reading(now.astimezone(UTC), zone if bare == words else ZoneInfo(_MOSCOW))
    moment = reading.moment(bare)
    if moment <= now:
        raise TimePast
    if moment > now + FARTHEST:
        raise TimeTooFar
    return moment


def speaks_of_time(text: str) -> bool:
    """Whether the words are of days and hours only, so that they were meant for a moment even if they name none."""
    words = _even(text)
    told = [word.strip(".,") for word in words.split()]
    numbers = [word for word in told if re.fullmatch(r"[0-9]{1,5}(?:[.:/-][0-9]{1,4})*", word)]
    others = set(told) - set(numbers) - _OF_TIME
    days = others & (_MONTHS.keys() | _WEEKDAYS.keys() | _NEAR_DAYS.keys())
    named = bool(days) or "через" in told or any(not number.isdigit() for number in numbers)
    return len(words) <= _LONGEST and bool(numbers) and named and others == days


def _even(text: str) -> str:
    """Lower case, «е» for «ё», single blanks, no outer punctuation."""
    words = " ".join(text[:1000].lower().replace("ё", "е").replace("\u200b", "").split())
    words = re.sub(r"(?<=[0-9]) ?[–—-] ?(?=[0-9]{2}$)", ":", words)
    for spoken, written in _SPOKEN.items():
        words = words.replace(spoken, written)
    return re.sub(r"^(?:на|к) |\bво? (?=[а-я])", "", words.strip(" .,!?«»\"'"))


@dataclass(frozen=True, slots=True)
class _Reading:
    """The words read at ``now`` in ``zone``."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def moment(self, words: str) -> datetime:
        if words.startswith("через ") and (after := _AFTER.fullmatch(words)):
            return self._after(after)
        if clock := _TIME.fullmatch(words):
            if not (clock["minute"] or clock["at"] or clock["part"]):
                raise TimeNotUnderstood
            return self._today_at(*_clock(clock))
        for pattern in (_DAY_THEN_TIME, _TIME_THEN_DAY):
            if (named := pattern.fullmatch(words)) and (day := self._day_of(named["day"])):
                return day(*_clock(named))
        raise HourMissing if self._day_of(words) else TimeNotUnderstood

    def _after(self, words: re.Match[str]) -> datetime:
        if words.group() == "через ":
            raise TimeNotUnderstood
        hours = int(words["hours"] or ("ч" in words.group().removeprefix("через")))
        minutes = int(words["minutes"] or ("м" in words.group() and 1) or 0)
        moment = self.now + timedelta(hours=hours, minutes=minutes)
        whole = moment.replace(second=0, microsecond=0)
        return whole if whole == moment else whole + timedelta(minutes=1)

    def _today_at(self, hour: int, minute: int) -> datetime:
        moment = self._at(self.today, hour, minute)
        if moment <= self.now:
            raise TimePast(self._at(self.today + timedelta(days=1), hour, minute))
        return moment

    def _at(self, day: date, hour: int, minute: int) -> datetime:
        """The moment on the wall clock of ``zone``; 24:00 is the end of the day."""
        if (hour, minute) == (24, 0):
            day, hour = day + timedelta(days=1), 0
        local = datetime.combine(day, time(hour, minute), self.zone)
        moment = local.astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise TimeNotUnderstood
        return moment

    def _day_of(self, words: str) -> Callable[[int, int], datetime] | None:
        """What turns a time into a moment on the day the words name, or None when they name no day."""
        if words in _NEAR_DAYS:
            return self._days_ahead(_NEAR_DAYS[words])
        if words in _WEEKDAYS:
            return self._weekday(_WEEKDAYS[words])
        if after := _AFTER_DAYS.fullmatch(words):
            return self._days_ahead(int(after[1] or 1) * (7 if after[2].startswith("нед") else 1))
        if numbers := _NUMBERS.fullmatch(words):
            return self._date(int(numbers[1]), int(numbers[2]), numbers[3])
        if (named := _WORDS.fullmatch(words)) and named[2] in _MONTHS:
            return self._date(int(named[1]), _MONTHS[named[2]], named[3])
        return None

    def _days_ahead(self, days: int) -> Callable[[int, int], datetime]:
        return lambda hour, minute: self._at(self.today + timedelta(days=days), hour, minute)

    def _weekday(self, weekday: int) -> Callable[[int, int], datetime]:
        def moment(hour: int, minute: int) -> datetime:
            days = (weekday - self.today.weekday()) % 7
            this_week = self._at(self.today + timedelta(days=days), hour, minute)
            return this_week if this_week > self.now else self._days_ahead(days + 7)(hour, minute)

        return moment

    def _date(self, day: int, month: int, year: str | None) -> Callable[[int, int], datetime]:
        if year is not None:
            number = int(year) + (2000 if len(year) == 2 else 0)
            return lambda hour, minute: self._at(_existing(number, month, day), hour, minute)

        def moment(hour: int, minute: int) -> datetime:
            return self._nearest_year(day, month, hour, minute)

        return moment

    def _nearest_year(self, day: int, month: int, hour: int, minute: int) -> datetime:
        """The date in this year or, shortly before New Year, in the next one."""
        this, following = (
            self._at(date(year, month, day), hour, minute) if _exists(year, month, day) else None
            for year in (self.today.year, self.today.year + 1)
        )  # fmt: skip
        if this is not None and this > self.now:
            return this
        if following is not None and following - self.now <= _ROLL_OVER:
            return following
        if this is None:
            raise TimeNotUnderstood
        raise TimePast


def _clock(words: re.Match[str]) -> tuple[int, int]:
    hour, minute = int(words["hour"]), int(words["minute"] or 0)
    if words["part"]:
        if not 1 <= hour <= 12:
            raise TimeNotUnderstood
        hour = hour % 12 + (0 if words["part"] == "утра" else 12)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise TimeNotUnderstood
    return hour, minute


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _existing(year: int, month: int, day: int) -> date:
    if not (1900 <= year < 9000 and _exists(year, month, day)):
        raise TimeNotUnderstood
    return date(year, month, day)
