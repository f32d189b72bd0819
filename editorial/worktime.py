"""Working time: the desk's hours on working days, by the Russian production calendar.

How long something has waited for people is counted in these hours.  The calendar is a library's, loaded when the
first day is asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

#: Counting goes back so far at most; whatever waits longer waits too long anyway.
_FARTHEST: Final = timedelta(days=60)


def is_working_day(day: date) -> bool:
    """Whether offices work: no weekend and no holiday, but a Saturday that replaces a working day."""
    if day.isoweekday() > 5:
        return day in _calendar(day.year).weekend_workdays
    return day not in _calendar(day.year)


@cache
def _calendar(year: int) -> Any:
    from holidays.countries.russia import Russia  # half a second and some megabytes: only when it is needed

    return Russia(years=[year])  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class WorkTime:
    """When somebody is at the desk, in the editorial zone."""

    opens: time
    closes: time
    zone: ZoneInfo
    works: Callable[[date], bool] = is_working_day

    def is_open(self, now: datetime) -> bool:
        local = now.astimezone(self.zone)
        return self.opens <= local.time() < self.closes and self.works(local.date())

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two moments."""
        start = max(start, end - _FARTHEST)
        total = timedelta()
        day = start.astimezone(self.zone).date()
        while day <= end.astimezone(self.zone).date():
            first, last = self._of(day)
            if first < end and last > start and self.works(day):
                total += min(last, end) - max(first, start)
            day += timedelta(days=1)
        return total

    def _of(self, day: date) -> tuple[datetime, datetime]:
        first = datetime.combine(day, self.opens, self.zone).astimezone(UTC)
        return first, datetime.combine(day, self.closes, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Rules:
    """After how many working hours and after how many days a piece is spoken of; when tomorrow's plan is looked at.

    Empty ``hours``, ``days`` 0 and ``tomorrow`` None are off.
    """

    work: WorkTime
    hours: tuple[int, ...] = ()
    days: int = 0
    tomorrow: time | None = None
