"""«Ещё»: what has no place among the main buttons is one press away, however much it grows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from editorial.suggestion import Status, Suggestion
from handlers import card_buttons, card_facts, cards, more
from handlers.context import Context
from handlers.more import ENTRIES, Entry
from handlers.payloads import Payload, unpack
from handlers.person import Person
from tests.builders import ANNA, a_button_press, a_suggestion, suggested
from tests.handlers.test_cards import BEHIND_MORE, facts
from tests.handlers.world import World


def words(keyboard: dict[str, Any] | None) -> list[tuple[str, str | None]]:
    assert keyboard is not None
    buttons = [button for row in keyboard["buttons"] for button in row]
    assert len(buttons) <= 10
    packed = [unpack(json.loads(button["action"]["payload"])) for button in buttons]
    return [(payload.action, payload.arg) for payload in packed]


@pytest.mark.parametrize("count", [1, 2, 9, 10, 16, 17, 23])
def test_every_entry_is_reached_by_turning_the_pages(count: int) -> None:
    behind = BEHIND_MORE[:count]
    seen: list[str] = []
    view: dict[str, Any] = {"menu": "more"}
    for _ in range(5):
        offered = words(cards.card(a_suggestion(), facts(view=view, more=behind)).keyboard)
        assert offered[-1] == ("menu", "main")
        seen += [word for word, _ in offered if word != "menu"]
        onward = [arg for word, arg in offered if word == "menu" and arg != "main"]
        if onward in ([], ["more:0"]):
            break
        view = {"menu": "more", "page": int(str(onward[0]).partition(":")[2])}
    assert seen == [word for word, _ in behind]


def test_the_main_buttons_with_more_stay_within_vks_ten() -> None:
    for status in Status:
        keyboard = cards.card(a_suggestion(status=status), facts(more=BEHIND_MORE)).keyboard
        assert words(keyboard)[-1] == ("menu", "more")


def test_without_entries_there_is_no_more() -> None:
    assert ("menu", "more") not in words(cards.card(a_suggestion(), facts()).keyboard)
    keyboard = cards.card(a_suggestion(status=Status.WITHDRAWN), facts()).keyboard
    assert keyboard is None


def test_the_words_of_entries_are_nobody_elses() -> None:
    named = [entry.word for entry in ENTRIES]
    assert len(set(named)) == len(named)
    assert not {"menu", card_buttons.COMMUNITY, "next", "main", "more"} & set(named)
    assert all(len(entry.label) <= 40 for entry in ENTRIES)


@pytest.fixture
def with_a_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that opens a menu of its own, as those of other modules do."""

    def press(context: Context, _person: Person, suggestion: Suggestion, payload: Payload) -> str:
        from handlers import changes

        changes.open_menu(context, suggestion.number, {"menu": "colours", "picked": payload.arg})
        return "Выберите цвет" if payload.arg is None else f"Цвет: {payload.arg}"

    def draw(_context: Context, suggestion: Suggestion, view: Any) -> card_facts.Menu:
        button = card_buttons.button(suggestion, "Синий", "colours", "синий")
        return card_facts.Menu([f"Сейчас: {view['picked']}"], [button])

    monkeypatch.setattr(more, "ENTRIES", (*ENTRIES, Entry("colours", "Цвет", press, draw=draw)))


@pytest.mark.usefixtures("with_a_menu")
def test_an_entry_opens_its_own_menu_and_the_way_back_leads_through_more(world: World) -> None:
    world.happens(suggested())
    assert world.press(1, "Ещё", "Цвет") == "Выберите цвет"
    assert world.press(1, "Синий") == "Цвет: синий"
    assert "Сейчас: синий" in world.card(1).text
    world.press(1, "Назад", "Назад")
    assert "В очередь" in world.card(1).buttons


@pytest.mark.usefixtures("with_a_menu")
def test_an_entry_of_a_card_that_is_behind_does_nothing(world: World) -> None:
    world.happens(suggested())
    world.press(1, "Ещё")
    stale = world.card(1).buttons["Цвет"]
    world.press(1, "Назад", "В очередь")
    [shown] = world.happens(a_button_press(stale, by=ANNA, cmid=world.card(1).cmid))
    assert "уже решено" in shown.text
    assert "Цвет" not in world.card(1).buttons


def test_shown_again_the_card_stands_at_the_end_of_the_chat(world: World) -> None:
    world.happens(suggested(), suggested(text="Вторая новость из Тулуна."))
    world.press(1, "Ещё", "Показать заново")
    assert world.chat()[-1].text.startswith("№ 1 ·")
    assert world.card(1) is world.chat()[-1]
    assert "В очередь" in world.card(1).buttons
