"""What comes in from the wall: every suggestion once, nothing that is no suggestion, bursts in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from editorial.suggestion import Status
from handlers.events import Unknown, WallOther
from tests.builders import AUTHOR, CHAT, NOW, WALL, a_button_press, a_link, a_photo, on_the_wall, suggested
from tests.handlers.world import World, a_desk


def test_a_suggestion_becomes_a_card_and_a_receipt(world: World) -> None:
    world.happens(suggested(31, text="#ИркутскаяОбласть Открыли библиотеку", attachments=[a_photo(), a_link()]))

    card = world.card(1)
    assert card.text.startswith(f"№ 1 · [id{AUTHOR}|Мария Петрова] · только что\nИркутская область · ")
    assert "Ждёт решения" in card.text
    assert "ссылка «Подробности»: https://okmo.invalid/new" in card.text
    assert card.attachments == ("photo601_31_abc",)
    assert list(card.buttons) == [
        "В очередь",
        "Опубликовать",
        "Выбрать время",
        "В дайджест",
        "Правка",
        "Вернуть",
        "Отклонить",
        "Ещё",
    ]
    [receipt] = world.letters(AUTHOR)
    assert "№ 1" in receipt
    assert "до 14:00 мск (19:00 по Иркутску)" in receipt


def test_t06_replayed_event_makes_one_card(world: World) -> None:
    event = suggested(31)
    world.happens(event, event, event)
    assert len(world.chat()) == 1
    assert len(world.letters(AUTHOR)) == 1


def test_t06_an_old_event_does_not_undo_what_the_comparison_knows(world: World) -> None:
    world.happens(suggested(31, text="Сначала"))
    from handlers import reconcile

    with world.unit() as context:
        reconcile.compare(context, [suggested(31, text="Потом")])
    world.happens(suggested(31, text="Сначала"))
    assert world.suggestion(1).text == "Потом"


def test_t07_another_community_with_equal_post_ids_is_not_ours(world: World) -> None:
    world.happens(suggested(31), suggested(31, owner=-2))
    assert len(world.chat()) == 1
    world.happens(on_the_wall(77, owner=-2))
    assert world.suggestion(1).status is Status.PENDING


def test_t12_350_suggestions_are_350_cards_in_order(world: World) -> None:
    world.happens(*(suggested(1000 + place, text=f"Новость {place}") for place in range(350)))
    cards = [message for message in world.chat() if message.keyboard]
    assert [int(card.text.split()[1]) for card in cards] == list(range(1, 351))


def test_t12_a_burst_leaves_a_line_and_keeps_the_order(make_world: Callable[..., World]) -> None:
    world = make_world(a_desk(burst=20))
    world.happens(*(suggested(1000 + place, text=f"Новость {place}") for place in range(350)))

    *cards, line = world.chat()
    assert [int(card.text.split()[1]) for card in cards] == list(range(1, 21))
    assert line.text == "Ждут показа: 330 новостей."

    for number in (21, 22, 23):
        [shown] = world.happens(a_button_press(line.buttons["Показать следующую"]))
        assert shown.text == f"Показываем № {number}"
        assert world.card(number).text.startswith(f"№ {number} ")
    assert line.text == "Ждут показа: 327 новостей."


def test_a_suggestion_after_a_burst_stays_behind_those_kept_back(make_world: Callable[..., World]) -> None:
    world = make_world(a_desk(burst=2))
    world.happens(*(suggested(place, text=str(place)) for place in (1, 2, 3)))
    world.later(minutes=30)
    world.happens(suggested(4, at=world.now))

    line = world.chat()[-1]
    assert line.text == "Ждут показа: 2 новости."
    for _ in range(3):
        world.happens(a_button_press(line.buttons["Показать следующую"]) if line.buttons else a_button_press(None))
    assert [message.text.split()[1] for message in world.chat() if "Мария" in message.text] == ["1", "2", "3", "4"]
    assert line.text == "Все карточки показаны."
    assert not line.buttons


def test_ten_minutes_after_a_burst_was_shown_cards_come_by_themselves(
    make_world: Callable[..., World],
) -> None:
    world = make_world(a_desk(burst=1))
    world.happens(suggested(1), suggested(2))
    world.happens(a_button_press(world.chat()[-1].buttons["Показать следующую"]))
    world.later(minutes=11)
    world.happens(suggested(3, at=world.now))
    assert world.card(3).buttons


def test_t13_what_could_not_be_read_changes_nothing(world: World) -> None:
    assert world.happens(Unknown("wall_post_new", "no id"), Unknown("like_add", "not used")) == []
    assert world.chat() == []


@pytest.mark.parametrize("kind", ["postpone", "reply", "donut", "ads", "suggest"])
def test_t20_other_records_of_the_wall_lead_to_nothing(world: World, kind: str) -> None:
    world.happens(suggested(31))
    world.happens(WallOther(WALL, 31, kind), WallOther(WALL, 99, kind))
    assert world.suggestion(1).status is Status.PENDING
    assert world.publication(1) is None


def test_t22_nothing_is_published_without_a_decision(world: World) -> None:
    world.happens(*(suggested(number, text=str(number)) for number in range(20)))
    world.later(days=2)
    assert world.wall() == []


@pytest.mark.parametrize(("author", "shown"), [(None, "автор неизвестен"), (-77, "[club77|")])
def test_a_suggestion_of_nobody_or_of_a_community_gets_a_card_and_no_letter(
    world: World, author: int | None, shown: str
) -> None:
    world.happens(suggested(31, author=author))
    assert shown in world.card(1).text
    assert list(world.conversations) == [CHAT]


def test_the_region_of_a_known_author_is_not_overruled_by_the_text(world: World) -> None:
    with world.unit() as context:
        context.unit.authors.set_region(AUTHOR, "RU-PNZ", world.now)
    world.happens(suggested(31, text="Делегация побывала в Иркутской области"))
    assert "Пензенская область" in world.card(1).text


def test_an_event_from_the_future_is_not_believed(world: World) -> None:
    world.happens(suggested(31, at=NOW + timedelta(days=900)))
    assert world.suggestion(1).received_at == NOW
