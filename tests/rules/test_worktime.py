"""Working time by the Russian production calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from editorial.worktime import WorkTime, is_working_day

MOSCOW = ZoneInfo("Europe/Moscow")
DESK = WorkTime(time(9), time(18), MOSCOW)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MOSCOW).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 3), True),
        (date(2026, 11, 4), False),  # a holiday in the middle of the week
        (date(2026, 11, 28), False),
        (date(2026, 1, 9), False),  # a weekend moved
        (date(2026, 1, 12), True),
    ],
)
def test_the_production_calendar(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(25, 10), at(25, 16), 6),
        (at(25, 17), at(26, 10), 2),
        (at(27, 17), at(30, 10), 2),  # over a weekend
        (at(3, 17), at(5, 10), 2),  # over a holiday
        (at(25, 20), at(26, 8), 0),
        (at(25, 0), at(26, 0), 9),
    ],
)
def test_only_the_hours_of_the_desk_count(start: datetime, end: datetime, hours: int) -> None:
    assert DESK.worked(start, end) == timedelta(hours=hours)


def test_the_desk_is_closed_at_night_and_on_holidays() -> None:
    assert DESK.is_open(at(25, 9))
    assert not DESK.is_open(at(25, 18))
    assert not DESK.is_open(at(4, 12))
