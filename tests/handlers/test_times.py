"""Wishes for a time, and how times are said: always with whose clock it is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from editorial import regions
from editorial.suggestion import Status
from handlers import moments, texts
from tests.builders import AUTHOR, BORIS, CHAT, NOW, a_message, suggested
from tests.handlers.world import MOSCOW, World, a_desk, a_plan

IRKUTSK = ZoneInfo("Asia/Irkutsk")
KAMCHATKA = ZoneInfo("Asia/Kamchatka")


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]


# ------------------------------------------------------------------------------------------------- wishes


def test_a_reply_with_a_time_plans_the_post(world: World) -> None:
    world.happens(suggested(31))
    assert world.replies(1, "завтра 14:30", by=BORIS) == ["№ 1 выйдет завтра в 14:30 мск"]
    assert world.suggestion(1).due_at == utc(2026, 11, 26, 11, 30)
    assert "В очереди: завтра в 14:30 мск (Борис Котов)" in world.card(1).text


def test_what_is_answered_to_an_open_choice_of_times_is_never_met_with_silence(world: World) -> None:
    world.happens(suggested(31))
    assert world.replies(1, "как будет удобно") == [], "colleagues may talk"
    world.press(1, "Выбрать время")
    for words in ("как будет удобно", "14 30", "завтра вечером", "завтра 14:30 по Иркутску"):
        assert world.replies(1, words) == ["Время не понятно. Напишите так: завтра 14:30"]
    assert world.replies(1, "на завтра 14:30") == ["№ 1 выйдет завтра в 14:30 мск"]


@pytest.mark.parametrize(("minutes", "planned"), [(12, True), (180, False)])
def test_a_wish_means_what_it_meant_when_it_was_written(world: World, minutes: int, planned: bool) -> None:
    world.happens(suggested(31))
    world.later(hours=13, minutes=55)  # 23:55
    wish = a_message("завтра 14:30", by=BORIS, where=CHAT, reply_to=world.card(1).cmid, at=world.now)
    world.later(minutes=minutes)
    world.happens(wish)
    if planned:
        assert world.suggestion(1).due_at == utc(2026, 11, 26, 11, 30)
    else:
        assert world.suggestion(1).status is Status.PENDING
        [said] = [message.text for message in world.chat() if "названо" in message.text]
        assert said.startswith("Время для № 1 названо вчера в 23:55 мск, а дошло только сейчас")


def test_a_planned_one_moves_by_a_reply(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "В очередь")
    assert world.replies(1, "через 2 часа") == ["№ 1 выйдет сегодня в 12:00 мск"]
    row = world.publication(1)
    assert row is not None
    assert row.due_at == utc(2026, 11, 25, 9, 0)


@pytest.mark.parametrize(
    ("wish", "answer"),
    [
        ("вчера 12:00", "Это время прошло."),
        ("сегодня 9:30", "Это время прошло."),
        ("25.11.2028 12:00", "Дальше года вперёд не планируем."),
        ("завтра 23:00", "Это тихие часы. Ближайшее: послезавтра в 8:00 мск"),
        ("31.02 12:00", "Время не понятно. Напишите так: завтра 14:30"),
        ("завтра 25:99", "Время не понятно. Напишите так: завтра 14:30"),
        ("через 400 дней", "Во сколько? Напишите и день, и час: завтра 14:30"),
        ("в пятницу", "Во сколько? Напишите и день, и час: завтра 14:30"),
        ("на завтра", "Во сколько? Напишите и день, и час: завтра 14:30"),
    ],
)
def test_t32_a_time_that_cannot_be_had_is_answered_and_nothing_is_planned(
    world: World, wish: str, answer: str
) -> None:
    world.happens(suggested(31))
    [said] = world.replies(1, wish)
    assert said.lower().endswith(answer.lower())
    assert world.suggestion(1).status is Status.PENDING


def test_a_time_next_to_another_post_is_refused_with_the_nearest(world: World) -> None:
    world.happens(suggested(31), suggested(32, text="Другая"))
    world.replies(1, "завтра 12:00")
    [said] = world.replies(2, "завтра 12:10")
    assert said == "№ 2: рядом уже стоит пост. Ближайшее: завтра в 13:00 мск"


@pytest.mark.parametrize(
    ("now", "wish", "due"),
    [
        (utc(2026, 12, 31, 10, 0), "1 января 9:00", utc(2027, 1, 1, 6, 0)),
        (utc(2028, 2, 28, 10, 0), "завтра 12:00", utc(2028, 2, 29, 9, 0)),
        (utc(2027, 2, 28, 10, 0), "завтра 12:00", utc(2027, 3, 1, 9, 0)),
        (utc(2026, 11, 25, 18, 30), "завтра 8:00", utc(2026, 11, 26, 5, 0)),
        (utc(2026, 11, 25, 21, 30), "сегодня 21:59", utc(2026, 11, 26, 18, 59)),
    ],
)
def test_t31_the_edges_of_days_and_years(world: World, now: datetime, wish: str, due: datetime) -> None:
    world.now = now
    world.happens(suggested(31, at=now))
    assert len(world.replies(1, wish)) == 1
    assert world.suggestion(1).due_at == due


def test_t31_a_slot_at_midnight_and_one_minute_before(make_world) -> None:  # type: ignore[no-untyped-def]
    from editorial.crontab import parse_lines

    world: World = make_world(a_desk(plan=a_plan(slots=parse_lines("0 0 * * *; 59 23 * * *"), quiet=None)))
    world.happens(suggested(31), suggested(32, text="Другая"))
    assert world.press(1, "В очередь") == "Выйдет сегодня в 23:59 мск"
    assert world.press(2, "В очередь") == "Выйдет завтра в 23:59 мск"


# ------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (utc(2026, 11, 25, 15, 30), "сегодня в 18:30 мск"),
        (utc(2026, 11, 26, 6, 5), "завтра в 9:05 мск"),
        (utc(2026, 11, 27, 6, 30), "послезавтра в 9:30 мск"),
        (utc(2026, 12, 1, 9, 30), "во вторник, 1 декабря, в 12:30 мск"),
        (utc(2026, 12, 25, 9, 30), "25 декабря в 12:30 мск"),
        (utc(2027, 2, 1, 9, 30), "1 февраля 2027 года в 12:30 мск"),
        (utc(2026, 11, 24, 9, 30), "вчера в 12:30 мск"),
        (utc(2026, 11, 25, 21, 30), "завтра в 0:30 мск"),
    ],
)
def test_times_are_said_in_the_editorial_zone(moment: datetime, said: str) -> None:
    assert moments.say(moment, NOW, MOSCOW) == said


def test_wherever_the_desk_is_its_times_say_whose_they_are(make_world) -> None:  # type: ignore[no-untyped-def]
    world: World = make_world(replace(a_desk(), zone=IRKUTSK))
    world.happens(suggested(31))
    world.press(1, "Выбрать время", "Завтра")
    assert "Свободно завтра, время по Иркутску" in world.card(1).text
    assert "Завтра после 15:00 по Иркутску пусто" in texts.empty_tomorrow(moments.hour(NOW, IRKUTSK))
    assert moments.hour(NOW, MOSCOW) == "10:00 мск"


def test_the_authors_own_clock_stands_beside(world: World) -> None:
    assert moments.say(utc(2026, 11, 25, 9, 30), NOW, MOSCOW, IRKUTSK) == "сегодня в 12:30 мск (17:30 по Иркутску)"
    assert (
        moments.say(utc(2026, 11, 25, 15, 30), NOW, MOSCOW, KAMCHATKA)
        == "сегодня в 18:30 мск (завтра в 3:30 по Камчатке)"
    )
    assert moments.say(utc(2026, 11, 25, 9, 30), NOW, MOSCOW, ZoneInfo("Europe/Kirov")) == "сегодня в 12:30 мск"


def test_every_region_has_words_for_its_clock() -> None:
    for region in regions.REGIONS:
        words = moments.whose(ZoneInfo(region.zone), NOW)
        assert words == "мск" or words.startswith("по "), region.zone


def test_a_zone_without_a_name_says_its_distance() -> None:
    assert moments.whose(ZoneInfo("Asia/Kolkata"), NOW) == "UTC+5:30"
    assert moments.whose(ZoneInfo("America/New_York"), NOW) == "UTC−5"
    assert {"Asia/Kolkata", "America/New_York"} <= available_timezones()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (10, "только что"),
        (5 * 60, "5 мин назад"),
        (3 * 3600 + 59, "3 ч назад"),
        (24 * 3600, "1 день назад"),
        (4 * 24 * 3600, "4 дня назад"),
        (11 * 24 * 3600, "11 дней назад"),
        (-40, "только что"),
    ],
)
def test_how_long_ago(seconds: int, said: str) -> None:
    from datetime import timedelta

    assert moments.ago(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(("count", "form"), [(1, "1 новость"), (3, "3 новости"), (11, "11 новостей")])
def test_plural_forms(count: int, form: str) -> None:
    assert moments.counted(count, "новость", "новости", "новостей") == form
    assert moments.counted(count + 100, "новость", "новости", "новостей").endswith(form.split()[1])


def test_day_labels() -> None:
    today = date(2026, 11, 25)
    assert [moments.day_label(date(2026, 11, day), today) for day in (25, 26, 27)] == [
        "Сегодня",
        "Завтра",
        "Пт, 27 ноября",
    ]


@pytest.fixture(params=["UTC", "Europe/Moscow", "Asia/Kamchatka", "America/New_York", "Europe/Kaliningrad"])
def _process_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(os.environ, "TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_process_zone")
def test_t30_one_instant_through_all_screens_whatever_the_process_zone(world: World) -> None:
    world.happens(suggested(31, text="#ИркутскаяОбласть Новость"))
    assert world.press(1, "В очередь") == "Выйдет сегодня в 11:30 мск"
    assert "сегодня в 11:30 мск" in world.card(1).text
    assert "сегодня в 11:30 мск (16:30 по Иркутску)" in world.letters(AUTHOR)[-1]
    assert "сегодня в 11:30 мск (16:30 по Иркутску)" in world.says("Статус 1", by=AUTHOR)[0]
