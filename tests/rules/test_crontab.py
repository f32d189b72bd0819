"""Slots as people write them in the settings."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.crontab import Crontab, parse_lines

DEFAULT = "30 9,11,13 * * mon-fri; 0 16 * * mon-fri; 30 18 * * mon-fri; 0 12,17 * * sat,sun"
TUESDAY, SATURDAY, SUNDAY = date(2026, 11, 24), date(2026, 11, 28), date(2026, 11, 29)


def times(lines: str, day: date) -> list[str]:
    return sorted(f"{moment:%H:%M}" for line in parse_lines(lines) for moment in line.of_day(day))


def test_the_default_plan_has_five_slots_on_a_weekday_and_two_on_a_weekend() -> None:
    assert times(DEFAULT, TUESDAY) == ["09:30", "11:30", "13:30", "16:00", "18:30"]
    assert times(DEFAULT, SATURDAY) == times(DEFAULT, SUNDAY) == ["12:00", "17:00"]


@pytest.mark.parametrize(
    ("line", "day", "expected"),
    [
        ("0 12 * * sun", SUNDAY, ["12:00"]),
        ("0 12 * * 0", SUNDAY, ["12:00"]),
        ("0 12 * * 7", SUNDAY, ["12:00"]),
        ("0 12 * * sat-sun", SUNDAY, ["12:00"]),
        ("0 12 * * fri-7", SATURDAY, ["12:00"]),
        ("0 12 * * MON-Fri", SUNDAY, []),
        ("0 12 * nov *", TUESDAY, ["12:00"]),
        ("0 12 * dec *", TUESDAY, []),
        ("0 12 * 10-12 *", TUESDAY, ["12:00"]),
        ("*/20 9 * * *", TUESDAY, ["09:00", "09:20", "09:40"]),
        ("0 9-18/3 * * *", TUESDAY, ["09:00", "12:00", "15:00", "18:00"]),
        ("50/5 9 * * *", TUESDAY, ["09:50", "09:55"]),
        ("0 0 * * *", TUESDAY, ["00:00"]),
        ("59 23 * * *", TUESDAY, ["23:59"]),
        ("0 12 29 feb *", date(2028, 2, 29), ["12:00"]),
        ("0 12 24 * *", TUESDAY, ["12:00"]),
        ("0 12 25 * tue", TUESDAY, ["12:00"]),
        ("0 12 24 * mon", TUESDAY, ["12:00"]),
        ("0 12 25 * mon", TUESDAY, []),
        ("  0   12  *  *  * ", TUESDAY, ["12:00"]),
    ],
)  # fmt: skip
def test_a_line_names_these_times_of_the_day(line: str, day: date, expected: list[str]) -> None:
    assert times(line, day) == expected


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("", "ни одного времени"),
        (" ; ", "ни одного времени"),
        ("30 9 * *", "здесь 4"),
        ("30 9 * * mon extra", "здесь 6"),
        ("60 9 * * *", "знак 1, минута («60»)"),
        ("30 9,24 * * *", "знак 6, час («24»)"),
        ("30 9 0 * *", "день месяца («0»)"),
        ("30 9 * 13 *", "месяц («13»)"),
        ("30 9 * * 8", "день недели («8»)"),
        ("30 9 * * пн", "день недели («пн»)"),
        ("30 9 mon * *", "знак 6, день месяца («mon»)"),
        ("30 18-9 * * *", "конец промежутка раньше начала"),
        ("*/0 9 * * *", "шаг"),
        ("*-5 9 * * *", "минута"),
        ("30 9 * * mon,", "день недели («»)"),
        ("0 9 * * *; 0 99 * * *", "час («99»)"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_refused_with_the_place_of_the_fault(line: str, place: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_lines(line)
    assert place in str(refusal.value)


BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


@st.composite
def lines(draw: st.DrawFn) -> str:
    def column(low: int, high: int) -> str:
        first = draw(st.integers(low, high))
        last = draw(st.integers(first, high))
        step = draw(st.integers(1, 9))
        return draw(st.sampled_from(["*", f"*/{step}", f"{first}", f"{first}-{last}", f"{first}-{last}/{step}"]))

    return " ".join(column(low, high) for low, high in BOUNDS)


def _written(line: str) -> list[set[int]]:
    """The numbers that each column of a line of :func:`lines` names."""
    named = []
    for column, bounds in zip(line.split(), BOUNDS, strict=True):
        span, _, step = column.partition("/")
        first, _, last = span.partition("-")
        low, high = bounds if span == "*" else (int(first), int(last or first))
        named.append(set(range(low, high + 1, int(step or 1))))
    return named


@given(line=lines(), day=st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_the_times_of_a_day_are_exactly_the_minutes_that_cron_would_run_at(line: str, day: date) -> None:
    minutes, hours, days, months, weekdays = _written(line)
    by_month, by_week = day.day in days, day.isoweekday() % 7 in {number % 7 for number in weekdays}
    starred = "*" in (line.split()[2][0], line.split()[4][0])
    runs = day.month in months and (by_month and by_week if starred else by_month or by_week)
    named = [time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)] if runs else []
    assert list(Crontab.parse(line).of_day(day)) == named


@given(text=st.text(alphabet="0123456789*/-, monfri;я\n", max_size=30))
def test_nonsense_is_refused_and_never_breaks_the_reader(text: str) -> None:
    with suppress(ValueError):
        assert parse_lines(text)
