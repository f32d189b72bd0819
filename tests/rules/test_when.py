"""A moderator's words for a moment."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.errors import TimeNotUnderstood, TimePast, TimeRefused, TimeTooFar
from editorial.when import parse_when, speaks_of_time

MOSCOW = ZoneInfo("Europe/Moscow")
#: A Tuesday noon.
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=MOSCOW)


def reading(words: str, now: datetime = NOW, zone: ZoneInfo = MOSCOW) -> str:
    return f"{parse_when(words, now, zone).astimezone(zone):%d.%m.%Y %H:%M}"


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("14:30", "24.11.2026 14:30"),
        ("14.30", "24.11.2026 14:30"),
        ("14-30", "24.11.2026 14:30"),
        ("в 14:30", "24.11.2026 14:30"),
        ("В 14:30.", "24.11.2026 14:30"),
        ("в 15", "24.11.2026 15:00"),
        ("в 7 вечера", "24.11.2026 19:00"),
        ("14:30 мск", "24.11.2026 14:30"),
        ("14:30 по Москве", "24.11.2026 14:30"),
        ("14:30 (мск)", "24.11.2026 14:30"),
        ("сегодня 18:00", "24.11.2026 18:00"),
        ("сегодня в 18:00", "24.11.2026 18:00"),
        ("завтра 14:30", "25.11.2026 14:30"),
        ("Завтра, в 14:30", "25.11.2026 14:30"),
        ("14:30 завтра", "25.11.2026 14:30"),
        ("  ЗАВТРА \u00a0 в   9 ", "25.11.2026 09:00"),
        ("завтра в 9 утра", "25.11.2026 09:00"),
        ("завтра в 12 дня", "25.11.2026 12:00"),
        ("завтра в 9 ч 30", "25.11.2026 09:30"),
        ("послезавтра 9:00", "26.11.2026 09:00"),
        ("пн 12:00", "30.11.2026 12:00"),
        ("в пятницу 12:00", "27.11.2026 12:00"),
        ("во вторник в 13:00", "24.11.2026 13:00"),
        ("во вторник в 11:00", "01.12.2026 11:00"),
        ("вс 12:00", "29.11.2026 12:00"),
        ("25.11 14:30", "25.11.2026 14:30"),
        ("25.11 14.30", "25.11.2026 14:30"),
        ("14:30 25.11", "25.11.2026 14:30"),
        ("25.11.2026 14:30", "25.11.2026 14:30"),
        ("25.11.26 в 14:30", "25.11.2026 14:30"),
        ("25 ноября 14:30", "25.11.2026 14:30"),
        ("25 ноября 2026 года в 14:30", "25.11.2026 14:30"),
        ("3 дек в 9", "03.12.2026 09:00"),
        ("через час", "24.11.2026 13:00"),
        ("через 1 час", "24.11.2026 13:00"),
        ("через 2 часа 30 минут", "24.11.2026 14:30"),
        ("через 2 ч 30 мин", "24.11.2026 14:30"),
        ("через час и 15 минут", "24.11.2026 13:15"),
        ("через минуту", "24.11.2026 12:01"),
        ("через полчаса", "24.11.2026 12:30"),
        ("через полтора часа", "24.11.2026 13:30"),
        ("через 3 дня в 9", "27.11.2026 09:00"),
        ("через неделю 12:00", "01.12.2026 12:00"),
    ],
)  # fmt: skip
def test_these_words_name_this_moment(words: str, moment: str) -> None:
    assert reading(words) == moment


@pytest.mark.parametrize(
    "words",
    [
        "", " ", "9", "в", "завтра", "25.11", "скоро", "через", "через ", "завтра к 9", "14:60",
        "25:00", "24:30", "13 утра", "31.02 10:00", "31.04.2027 10:00", "00.12 10:00", "10.13 10:00",
        "30 февраля 9:00",
        "29.02.2027 10:00", "29.02 10:00", "01.01.0001 00:00", "14:30 по Иркутску", "14:30 16:30",
        "завтра 14:30 пост",
        "через 30 минут 5", "25 ноябрь 14:30", "завтра " * 60, "٣:٣٠ завтра", "-5:00", "в пятницу",
    ],
)  # fmt: skip
def test_t32_words_that_name_no_moment_are_not_guessed_at(words: str) -> None:
    with pytest.raises(TimeNotUnderstood):
        parse_when(words, NOW, MOSCOW)


@pytest.mark.parametrize(
    "words", ["сегодня 11:00", "сегодня 12:00", "23.11 10:00", "25.11.2025 10:00", "через 0 минут"]
)
def test_t32_a_moment_that_has_passed_is_refused_and_never_becomes_now(words: str) -> None:
    with pytest.raises(TimePast):
        parse_when(words, NOW, MOSCOW)


def test_t32_a_bare_time_that_has_passed_offers_the_same_time_tomorrow() -> None:
    with pytest.raises(TimePast) as refusal:
        parse_when("в 11:30", NOW, MOSCOW)
    assert refusal.value.nearest == datetime(2026, 11, 25, 11, 30, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    "words", ["25.11.2027 12:00", "01.01.2100 10:00", "через 400 дней в 9", "через 99999 часов"]
)
def test_t32_more_than_a_year_ahead_is_too_far(words: str) -> None:
    with pytest.raises(TimeTooFar):
        parse_when(words, NOW, MOSCOW)


@pytest.mark.parametrize(
    ("now", "words", "moment"),
    [
        ("2026-12-31 23:30", "завтра в 9", "01.01.2027 09:00"),
        ("2026-12-31 23:30", "05.01 10:00", "05.01.2027 10:00"),
        ("2026-12-31 23:30", "1 января 00:00", "01.01.2027 00:00"),
        ("2026-12-31 23:30", "24:00", "01.01.2027 00:00"),
        ("2026-12-31 23:30", "сегодня 23:59", "31.12.2026 23:59"),
        ("2026-12-31 23:59", "через минуту", "01.01.2027 00:00"),
        ("2026-11-24 12:00", "31.12 24:00", "01.01.2027 00:00"),
        ("2026-11-24 00:00", "00:01", "24.11.2026 00:01"),
        ("2027-12-01 10:00", "29.02 12:00", "29.02.2028 12:00"),
        ("2028-02-28 10:00", "завтра 12:00", "29.02.2028 12:00"),
        ("2028-02-28 10:00", "29.02 24:00", "01.03.2028 00:00"),
        ("2028-02-29 10:00", "29 февраля 18:00", "29.02.2028 18:00"),
    ],
)  # fmt: skip
def test_t31_the_edges_of_days_months_and_years(now: str, words: str, moment: str) -> None:
    assert reading(words, datetime.fromisoformat(now).replace(tzinfo=MOSCOW)) == moment


def test_a_wait_is_never_shortened_by_the_seconds_of_the_clock() -> None:
    assert reading("через минуту", NOW + timedelta(seconds=30)) == "24.11.2026 12:02"


def test_t31_a_date_long_past_without_a_year_is_not_taken_for_the_next_year() -> None:
    with pytest.raises(TimePast):
        parse_when("23.11 10:00", NOW, MOSCOW)


def test_moscow_words_mean_moscow_in_any_editorial_zone() -> None:
    assert parse_when("14:30 мск", NOW, ZoneInfo("Asia/Irkutsk")) == datetime(2026, 11, 24, 14, 30, tzinfo=MOSCOW)
    assert reading("18:30", zone=ZoneInfo("Asia/Irkutsk")) == "24.11.2026 18:30"


def test_a_time_the_clocks_skip_does_not_exist() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    with pytest.raises(TimeNotUnderstood):
        parse_when("28.03.2027 02:30", NOW, berlin)


@pytest.fixture(params=["UTC", "Europe/Kaliningrad", "Asia/Kamchatka", "America/New_York", "Asia/Kathmandu"])
def process_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    clock.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    clock.tzset()


def test_t30_the_zone_of_the_process_changes_nothing(process_zone: str) -> None:
    now = NOW.astimezone(UTC)
    assert parse_when("завтра 14:30", now, MOSCOW) == datetime(2026, 11, 25, 11, 30, tzinfo=UTC)
    assert parse_when("завтра 14:30", now, ZoneInfo("Asia/Kamchatka")) == datetime(2026, 11, 25, 2, 30, tzinfo=UTC)


_WORDS = st.lists(
    st.sampled_from(
        ["завтра", "сегодня", "в", "во", "14:30", "9", "25.11", "25", "ноября", "пт", "через", "час", "часа", "2",
         "минут", "неделю", "дней", "мск", "24:00", "29.02", "2028", "31.12.2026", "утра", ".", ",", "года"]
    ),
    max_size=6,
).map(" ".join)  # fmt: skip


@given(words=_WORDS | st.text(max_size=40), offset=st.integers(0, 500_000))
def test_whatever_is_written_the_answer_is_a_moment_ahead_or_a_refusal(words: str, offset: int) -> None:
    now = NOW + timedelta(minutes=offset)
    try:
        moment = parse_when(words, now, MOSCOW)
    except TimeRefused:
        return
    assert now < moment <= now + timedelta(days=365)
    assert moment.tzinfo is UTC
    assert (moment.second, moment.microsecond) == (0, 0)


@given(moment=st.datetimes(datetime(2026, 11, 24, 12, 1), datetime(2027, 11, 24, 11, 59)), zone=st.sampled_from(
    ["Europe/Moscow", "Europe/Kaliningrad", "Asia/Kamchatka"]))  # fmt: skip
def test_a_written_date_is_read_back_as_it_was_written(moment: datetime, zone: str) -> None:
    written = moment.strftime("%d.%m.%Y %H:%M")
    try:
        assert reading(written, zone=ZoneInfo(zone)) == written
    except (TimePast, TimeTooFar):
        local = moment.replace(tzinfo=ZoneInfo(zone))
        assert not NOW < local.replace(second=0, microsecond=0) <= NOW + timedelta(days=365)


@pytest.mark.parametrize(
    ("words", "speaks"),
    [
        ("завтра 25:99", True), ("31.02 10:00", True), ("через 400 дней", True), ("24.11", True),
        ("в субботу 10", True), ("30 февраля 12:00", True), ("завтра", False), ("2", False), ("2 раза", False),
        ("смотрели 3 раза", False), ("завтра 10 человек придут", False), ("", False), ("«»", False),
    ],
)  # fmt: skip
def test_words_that_were_meant_for_a_moment_are_told_from_talk(words: str, speaks: bool) -> None:
    assert speaks_of_time(words) is speaks
