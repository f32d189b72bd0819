"""Reminders and the overview: said once, in the desk's hours, with names; one message that is kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest

from editorial.worktime import Rules, WorkTime
from handlers import overview, reminders, texts
from tests.builders import ANNA, CHAT, suggested
from tests.handlers.world import MOSCOW, World, a_desk

RULES = Rules(WorkTime(time(9), time(18), MOSCOW), (6, 24), 5, time(17))


@pytest.fixture
def desk(make_world: Callable[..., World]) -> World:
    """A Wednesday, 10:00."""
    world = make_world(replace(a_desk(), reminders=RULES, claim=timedelta(minutes=10)))
    world.happens(suggested(31), suggested(32))
    return world


def reminded(world: World) -> list[str]:
    before = len(world.chat())
    with world.unit() as context:
        reminders.remind(context)
    world.deliver()
    return [message.text for message in world.chat()[before:]]


def test_what_waits_six_working_hours_is_told_once_with_who_looked(desk: World) -> None:
    desk.press(1, "Вернуть", by=ANNA)
    desk.later(hours=5, minutes=55)
    assert reminded(desk) == []
    desk.later(minutes=10)
    assert reminded(desk) == [
        "Ждут решения слишком долго:\n"
        "№ 1 · дольше 6 рабочих часов · смотрел(а) Анна Смирнова\n"
        "№ 2 · дольше 6 рабочих часов · никто не смотрел"
    ]
    assert reminded(desk) == []


def test_at_night_it_is_quiet_and_a_day_is_three_of_the_desk(desk: World) -> None:
    desk.press(2, "В очередь")
    desk.later(hours=6, minutes=5)
    assert len(reminded(desk)) == 1
    desk.later(hours=6)  # 22:05
    assert reminded(desk) == []
    desk.later(days=2, hours=12)  # Saturday, 10:05
    assert reminded(desk) == []
    desk.later(days=1, hours=23, minutes=50)  # Monday, 9:55: 8 + 9 + 9 hours and a bit
    assert "№ 1 · дольше 24 рабочих часов" in "".join(reminded(desk))


def test_after_five_days_once_more(desk: World) -> None:
    desk.later(days=7)
    assert "дольше 5 дней" in "".join(reminded(desk))
    desk.later(days=1)
    assert "дольше" not in "".join(reminded(desk))


def test_an_empty_tomorrow_is_told_in_the_afternoon(desk: World) -> None:
    desk.press(1, "Выбрать время", "Завтра", "13:30")
    desk.press(2, "Отклонить", "Реклама")
    assert reminded(desk) == []
    desk.later(hours=7, minutes=10)
    assert reminded(desk) == ["Завтра после 13:30 мск пусто. Очередь — /очередь"]
    assert reminded(desk) == []


def test_a_full_tomorrow_is_not_spoken_of(desk: World) -> None:
    desk.press(1, "Выбрать время", "Завтра", "18:30")
    desk.press(2, "Отклонить", "Реклама")
    desk.later(hours=7, minutes=10)
    assert reminded(desk) == []


@pytest.fixture
def shown(make_world: Callable[..., World]) -> World:
    return make_world(replace(a_desk(), overview=True))


def look(world: World) -> bool:
    with world.look() as context:
        stale = overview.is_stale(context)
    if stale:
        with world.unit() as context:
            overview.refresh(context)
        world.deliver()
    return stale


def test_the_overview_is_one_message_that_is_edited_when_it_changes(shown: World) -> None:
    assert look(shown)
    [message] = shown.chat()
    assert message.text == "Никто не ждёт решения."
    assert shown.pinned == message.cmid
    shown.later(minutes=1)
    assert not look(shown)
    shown.happens(suggested(31), suggested(32))
    assert look(shown)
    assert message.text == "Ждут решения: 2"
    shown.press(1, "В очередь")
    assert not look(shown)  # too soon
    shown.later(seconds=31)
    assert look(shown)
    assert message.text == "Ждут решения: 1\n№ 1 выйдет сегодня в 11:30 мск"
    shown.later(hours=7)
    look(shown)
    assert "Ждут решения: 1 (дольше 6 ч — 1)" in message.text


def test_a_lost_overview_is_written_anew(shown: World) -> None:
    look(shown)
    shown.aged.add(shown.chat()[0].cmid)
    shown.happens(suggested(31))
    shown.later(minutes=1)
    look(shown)
    assert look(shown)
    assert shown.chat()[-1].text == "Ждут решения: 1"
    assert shown.pinned == shown.chat()[-1].cmid


def test_without_the_right_to_pin_it_is_said_once(shown: World) -> None:
    shown.may_pin = False
    look(shown)
    assert [m.text for m in shown.chat() if "не закрепить" in m.text] == [texts.CANNOT_PIN]
    shown.aged.add(shown.chat()[0].cmid)
    for _ in range(3):
        shown.happens(suggested())
        shown.later(minutes=1)
        look(shown)
    assert len([m for m in shown.conversations[CHAT] if "не закрепить" in m.text]) == 1


def test_with_the_right_to_pin_at_last_it_is_pinned(shown: World) -> None:
    shown.may_pin = False
    look(shown)
    shown.may_pin = True
    shown.says("/продолжить", by=ANNA, where=CHAT)
    assert shown.pinned == shown.chat()[0].cmid
