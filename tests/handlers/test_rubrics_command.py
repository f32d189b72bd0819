"""/рубрики: the rubrics changed in the chat by those who may, and everything that reads them afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from editorial import rubrics
from handlers import texts
from tests.builders import ANNA, BORIS, suggested
from tests.handlers.world import World, a_desk

NEWS = "В Иркутской области турнир по лапте собрал двенадцать команд. Победили хозяева."


@pytest.fixture(autouse=True)
def _shipped_again() -> Iterator[None]:
    yield
    rubrics.install(())


def test_a_new_rubric_is_guessed_offered_and_closes_the_post(world: World) -> None:
    world.happens(suggested(31, text=NEWS))
    told = world.answer("/Рубрики добавить Спорт на селе #СпортНаСеле: турнир, лапта")
    assert told == "Спорт на селе · #СпортНаСеле · sportnasele\nСлова: турнир, лапта"
    world.press(1, "Ещё", "Рубрика")
    assert "Похоже на рубрику «Спорт на селе»" in world.card(1).text
    world.press(1, "Дальше", "Дальше")
    assert "Спорт на селе" in world.card(1).buttons
    world.press(1, "Назад", "Оформить")
    assert world.suggestion(1).text.endswith("\n\n#ИркутскаяОбласть #СпортНаСеле")


def test_name_hashtag_and_words_are_changed_and_journalled(world: World) -> None:
    world.answer("/рубрики хештег ТОС: #ТОСРоссии")
    world.answer("/рубрики название тос: Территории")
    assert world.answer("/рубрики слова Территории: соседский центр; ТОС") == (
        "Территории · #ТОСРоссии · tos\nСлова: соседский центр, ТОС"
    )
    found = rubrics.guess("Соседский центр открыли в Тайшете")
    assert found is not None
    assert (found.code, found.hashtag) == ("tos", "#ТОСРоссии")
    with world.look() as context:
        entries = [one for one in context.unit.journal.latest(10) if one.action == "rubrics_changed"]
    assert len(entries) == 3
    assert (entries[0].actor, entries[0].details["rubrics"][0]["to"]["stems"]) == (ANNA, "соседский центр|ТОС")


def test_few_rubrics_are_one_page(world: World) -> None:
    rubrics.install(rubrics.shipped_rows()[:3])
    world.happens(suggested(31, text=NEWS))
    world.press(1, "Ещё", "Рубрика")
    assert list(world.card(1).buttons) == [*(one.name for one in rubrics.table()), "Назад"]


def test_a_removed_rubric_is_gone_and_old_news_keeps_going(world: World) -> None:
    world.happens(suggested(31, text="ТОС «Берег» построил причал для лодок."))
    world.press(1, "Ещё", "Рубрика", "ТОС")
    assert "больше нет" in world.answer("/рубрики убрать ТОС")
    assert "#ТОС" not in world.answer("/рубрики")
    world.press(1, "Ещё", "Рубрика")
    assert "ТОС" not in world.card(1).buttons
    world.press(1, "Назад", "Назад", "В очередь")
    assert world.suggestion(1).due_at is not None


def test_four_eyes_and_networks_know_the_new_rubric(make_world: Callable[..., World]) -> None:
    world = make_world(replace(a_desk(), four_eyes=frozenset({"sport"})))
    world.answer("/рубрики добавить Спорт #Спорт: турнир")
    world.happens(suggested(31, text=NEWS))
    assert texts.TWO_SIGNATURES in world.card(1).text


def test_everybody_looks_and_only_editors_change(world: World) -> None:
    assert "Старосты · #Старосты · starosty" in world.answer("/рубрики", by=BORIS)
    assert "староста" not in world.answer("/рубрики Старосты", by=BORIS)
    assert world.answer("/рубрики убрать ТОС", by=BORIS) == "Для этого нужна роль редактора или выше"
    assert rubrics.table() == rubrics.shipped()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("/рубрики Чушь", "такой рубрики нет"),
        ("/рубрики убрать Чушь", "такой рубрики нет"),
        ("/рубрики хештег Чушь: #Чушь", "такой рубрики нет"),
        ("/рубрики добавить Спорт: турнир", "не хватает: хештег"),
        ("/рубрики добавить Спорт #Спорт-Село", "слитно"),
        ("/рубрики добавить тос #ТОСДва", "такое название уже есть"),
        ("/рубрики добавить Спорт #тос", "такой хештег уже есть"),
        ("/рубрики добавить Спорт #Спорт: ту, матч", "от трёх букв"),
        ("/рубрики хештег ТОС: ТОС два", "слитно"),
        (f"/рубрики название ТОС: {'а' * 41}", "длиннее 40"),
        ("/рубрики название ТОС: ТОС", "ничего не изменили"),
    ],
)
def test_what_makes_no_sense_changes_nothing(world: World, words: str, why: str) -> None:
    assert why in world.answer(words)
    assert rubrics.table() == rubrics.shipped()
    with world.look() as context:
        assert context.unit.settings.get("rubrics") is None
