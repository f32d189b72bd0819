"""Who looks at a card, two signatures, who may publish at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from editorial.roles import Role
from editorial.suggestion import Status
from tests.builders import ANNA, BORIS, VERA, suggested
from tests.handlers.world import World, a_desk

LEGAL = "Скидки! Закажите окна по телефону, цена 5000 рублей. Реклама. erid: 2VtzqwKn"


@pytest.fixture
def desk(make_world: Callable[..., World]) -> World:
    world = make_world(replace(a_desk(), claim=timedelta(minutes=10)))
    world.happens(suggested(31))
    return world


def test_the_first_touch_claims_the_card_for_ten_minutes(desk: World) -> None:
    desk.press(1, "Вернуть", by=ANNA)
    assert "Смотрит Анна Смирнова до 10:10 мск" in desk.card(1).text
    said = desk.press(1, "Нужно фото", by=BORIS)
    assert said == "№ 1 смотрит Анна Смирнова до 10:10 мск. Нажмите ещё раз: будет ваша"
    assert desk.suggestion(1).status is Status.PENDING


def test_a_question_about_a_red_card_is_a_touch_too(desk: World) -> None:
    desk.happens(suggested(32, text=LEGAL))
    desk.press(2, "В очередь", by=ANNA)
    assert "Смотрит Анна Смирнова до 10:10 мск" in desk.card(2).text
    assert "смотрит Анна Смирнова" in desk.press(2, "Да, опубликовать", by=BORIS)
    assert desk.suggestion(2).status is Status.PENDING


def test_a_second_press_takes_it_over_knowingly(desk: World) -> None:
    desk.press(1, "Вернуть", by=ANNA)
    desk.press(1, "Назад", by=BORIS)
    desk.later(seconds=30)
    desk.press(1, "Назад", by=BORIS)
    assert "Смотрит Борис Котов до 10:10 мск" in desk.card(1).text
    assert "смотрит Борис Котов" in desk.press(1, "В очередь", by=ANNA)
    desk.press(1, "В очередь", by=BORIS)
    assert desk.suggestion(1).status is Status.SCHEDULED
    assert "taken_over" in desk.journal(1)
    assert "Смотрит" not in desk.card(1).text


def test_a_second_press_long_after_asks_again(desk: World) -> None:
    desk.press(1, "Вернуть", by=ANNA)
    desk.press(1, "Назад", by=BORIS)
    desk.later(minutes=3)
    assert "Нажмите ещё раз" in desk.press(1, "Назад", by=BORIS)


def test_a_claim_ends_by_itself_and_nothing_is_written_for_it(desk: World) -> None:
    desk.press(1, "Вернуть", by=ANNA)
    desk.later(minutes=10)
    desk.press(1, "Нужно фото", by=BORIS)
    assert desk.suggestion(1).status is Status.RETURNED


def test_the_claimer_is_not_asked(desk: World) -> None:
    desk.press(1, "Правка", by=ANNA)
    desk.replies(1, "В Черемхове открыли библиотеку.", by=ANNA)
    desk.press(1, "В очередь", by=ANNA)
    assert desk.suggestion(1).status is Status.SCHEDULED


def two(make_world: Any, *wanted: str, text: str) -> World:
    world: World = make_world(replace(a_desk(), four_eyes=frozenset(wanted)))
    world.happens(suggested(31, text=text))
    return world


def approved(world: World, by: int) -> str:
    said = world.press(1, "В очередь", by=by)
    return world.press(1, "Да, опубликовать", by=by) if "Да, опубликовать" in world.card(1).buttons else said


def test_red_cards_need_two_people(make_world: Any) -> None:
    world = two(make_world, "red", text=LEGAL)
    assert "Нужны подписи двух модераторов" in world.card(1).text
    assert approved(world, ANNA) == "№ 1: первая подпись стоит, нужна подпись коллеги"
    assert "Первая подпись (Анна Смирнова, 10:00 мск), нужна вторая" in world.card(1).text
    assert world.suggestion(1).status is Status.PENDING
    assert approved(world, ANNA) == "№ 1: ваша подпись уже стоит, нужна подпись коллеги"
    assert "Выйдет" in approved(world, BORIS)
    assert world.suggestion(1).status is Status.SCHEDULED
    assert "signed" in world.journal(1)


def test_what_cannot_be_done_is_not_signed_first(make_world: Any) -> None:
    """The digests were switched off after the card was drawn."""
    world = two(make_world, "red", text=LEGAL)
    world.press(1, "В дайджест")
    world.desk = replace(world.desk, digests=())
    assert "это действие не подходит" in world.press(1, "Да, опубликовать")
    assert "signed" not in world.journal(1)
    assert "Первая подпись" not in world.card(1).text


def test_a_signature_is_for_the_text_that_was_signed(make_world: Any) -> None:
    world = two(make_world, "red", text=LEGAL)
    approved(world, ANNA)
    world.press(1, "Правка", by=BORIS)
    world.replies(1, LEGAL + " Звоните.", by=BORIS)
    assert "Нужны подписи двух модераторов" in world.card(1).text
    assert "первая подпись" in approved(world, BORIS)


def test_chosen_rubrics_need_two_people_and_others_do_not(make_world: Any) -> None:
    from editorial.rubrics import guess

    about_elders = "Старосты сельских посёлков собрались на съезд старост области."
    guessed = guess(about_elders)
    assert guessed is not None
    world = two(make_world, guessed.code, text=about_elders)
    assert "первая подпись" in approved(world, ANNA)
    world.happens(suggested(32))
    assert "Выйдет" in world.press(2, "В очередь", by=ANNA)


def test_a_rejection_needs_one(make_world: Any) -> None:
    world = two(make_world, "red", text=LEGAL)
    world.press(1, "Отклонить", "Реклама", by=BORIS)
    assert world.suggestion(1).status is Status.REJECTED


def test_the_urgent_lane_is_for_seniors_by_setting(make_world: Any) -> None:
    world: World = make_world(replace(a_desk(), urgent_role=Role.ADMINISTRATOR))
    world.happens(suggested(31))
    assert "нужна роль" in world.press(1, "Опубликовать", by=ANNA)
    world.press(1, "Опубликовать", by=VERA)
    assert world.suggestion(1).status is Status.SCHEDULED
