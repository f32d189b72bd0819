"""When letters reach their authors, and what an author is promised."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.etiquette import NIGHT, answer_expected, desk_is_open, letter_time, letter_time_anywhere
from editorial.slots import QuietHours

MOSCOW, KAMCHATKA = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Kamchatka")


def moscow(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("now", "zone", "sent"),
    [
        ("24 12:00", MOSCOW, "24 12:00"),
        ("24 08:00", MOSCOW, "24 08:00"),
        ("24 20:59", MOSCOW, "24 20:59"),
        ("24 21:00", MOSCOW, "25 08:00"),
        ("24 23:59", MOSCOW, "25 08:00"),
        ("24 00:00", MOSCOW, "24 08:00"),
        ("24 07:59", MOSCOW, "24 08:00"),
        ("24 12:00", KAMCHATKA, "24 23:00"),
        ("24 23:00", KAMCHATKA, "24 23:00"),
        ("24 11:59", KAMCHATKA, "24 11:59"),
        ("24 22:00", None, "24 22:00"),
        ("24 12:00", None, "24 12:00"),
    ],
)
def test_a_letter_waits_for_the_morning_of_its_reader(now: str, zone: ZoneInfo | None, sent: str) -> None:
    assert letter_time(moscow(now), zone, NIGHT, answering=False) == moscow(sent)


def test_an_answer_to_what_the_author_just_did_goes_at_once_even_at_night() -> None:
    assert letter_time(moscow("24 03:00"), MOSCOW, NIGHT, answering=True) == moscow("24 03:00")


@pytest.mark.parametrize(
    ("now", "sent"),
    [("24 10:00", "24 10:00"), ("24 12:00", "25 09:00"), ("24 20:00", "25 09:00"), ("24 08:30", "24 09:00")],
)
def test_what_can_wait_waits_for_the_day_from_kaliningrad_to_kamchatka(now: str, sent: str) -> None:
    assert letter_time_anywhere(moscow(now), NIGHT) == moscow(sent)


def test_nights_so_long_that_there_is_no_common_day_are_told_apart() -> None:
    assert letter_time_anywhere(moscow("24 20:00"), QuietHours.parse("18:00-10:00")) is None
    assert letter_time_anywhere(moscow("24 20:00"), None) == moscow("24 20:00")


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    zone=st.sampled_from(["Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka", "Europe/Berlin"]),
)
def test_no_letter_that_can_wait_arrives_at_night(now: datetime, zone: str) -> None:
    author = ZoneInfo(zone)
    moment = now.replace(tzinfo=UTC)
    sent = letter_time(moment, author, NIGHT, answering=False)
    assert time(8) <= sent.astimezone(author).time() < time(21)
    assert moment <= sent <= moment + timedelta(hours=12)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("24 10:00", "24 14:00"),
        ("24 14:00", "24 18:00"),
        ("24 16:00", "25 11:00"),
        ("24 17:59", "25 12:59"),
        ("24 18:00", "25 13:00"),
        ("25 03:00", "25 13:00"),
        ("27 16:00", "30 11:00"),
        ("27 20:00", "30 13:00"),
        ("28 12:00", "30 13:00"),
        ("29 23:00", "30 13:00"),
    ],
)
def test_a_decision_is_promised_within_four_working_hours(now: str, expected: str) -> None:
    assert answer_expected(moscow(now), MOSCOW) == moscow(expected)


@given(now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))
def test_the_promise_always_falls_into_working_hours_and_on_a_working_day(now: datetime) -> None:
    moment = now.replace(tzinfo=UTC)
    expected = answer_expected(moment, MOSCOW)
    assert moment < expected
    assert desk_is_open(expected - timedelta(seconds=1), MOSCOW)
