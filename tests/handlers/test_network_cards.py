"""The networks on the card: a line for each, presses that settle what the program cannot, rules by /сети."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.networks import Network, Part, Story
from editorial.suggestion import Status
from handlers import crosspost, outcomes
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, a_photo, on_the_wall, suggested
from tests.handlers.world import World, a_desk

TEXT = "Открыли двор"


def in_two(story: Story) -> tuple[Part, ...]:
    return Part("album", {}, story.attachments), Part("text", {"text": story.text})


def in_one(story: Story) -> tuple[Part, ...]:
    return (Part("post", {"text": story.text}),)


TELEGRAM = Network("telegram", "telegram", "Телеграм", "telegram:1", lambda _: 2, preview=in_two)
MAX = Network("max", "max", "MAX", "max:1", lambda _: 1, preview=in_one)


@pytest.fixture
def world(make_world: Any) -> World:
    made: World = make_world(replace(a_desk(), networks=(TELEGRAM, MAX)))
    return made


def published(world: World, *, seen: str = TEXT) -> None:
    """№ 1 was approved and went out as post 900, which was read back as ``seen``."""
    world.happens(suggested(31, text=TEXT, attachments=[a_photo(31)]))
    world.press(1, "Опубликовать")
    assert world.wall(Sent({"post_id": 900})) == [1]
    world.happens(on_the_wall(900, text=seen, attachments=[a_photo(31)]))


def next_for(world: World, target: str) -> Delivery | None:
    """What the courier of the network would send now."""
    with world.unit() as context:
        closed = tuple(
            one.destination for one in context.desk.networks if one.key in crosspost.paused_networks(context)
        )
        for delivery in context.unit.outbox.claim(target, world.now, 1, closed):
            if crosspost.wanted(context, delivery) is not None:
                return delivery
    return None


def ends(world: World, target: str, outcome: Outcome) -> None:
    delivery = next_for(world, target)
    assert delivery is not None
    world.ends(delivery, outcome)


def sent(*ids: str, link: str | None = None) -> Sent:
    return Sent({"ids": list(ids), "link": link})


def lines(world: World) -> list[str]:
    return [line for line in world.card(1).text.split("\n") if line.startswith(("Телеграм", "MAX"))]


def test_t20_an_unapproved_suggestion_never_reaches_a_network(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.happens(suggested(32, text="Другая"))
    world.press(1, "В очередь")
    assert next_for(world, "max") is None


def test_every_part_is_sent_once_in_order_and_the_card_names_the_links(world: World) -> None:
    published(world)
    ends(world, "telegram", sent("11", "12", link="https://t.me/okmo/11"))
    ends(world, "telegram", sent("13"))
    ends(world, "max", sent("m1", link="https://max.invalid/m1"))
    assert next_for(world, "telegram") is None
    assert lines(world) == ["Телеграм: вышло, https://t.me/okmo/11", "MAX: вышло, https://max.invalid/m1"]
    world.press(1, "Ещё", "Сети")
    assert not [label for label in world.card(1).buttons if "Повторить" in label or "Вышло" in label]


def test_t05_a_refusal_in_part_two_repeats_part_two_only(world: World) -> None:
    published(world)
    ends(world, "telegram", sent("11", link="https://t.me/okmo/11"))
    ends(world, "telegram", Refused("content_blocked", 400))
    assert "не взяли: " in lines(world)[0]
    ends(world, "max", sent("m1"))

    assert world.press(1, "Ещё", "Сети", "Повторить: Телеграм") == "Отправим ещё раз, только сюда"

    again = next_for(world, "telegram")
    assert again is not None
    assert again.payload["part"] == 1
    world.ends(again, sent("12"))
    assert next_for(world, "telegram") is None
    assert next_for(world, "max") is None


def test_a_refusal_of_the_first_part_takes_the_later_ones_along(world: World) -> None:
    published(world)
    ends(world, "telegram", Refused("media_refused"))
    assert next_for(world, "telegram") is None
    world.press(1, "Ещё", "Сети", "Повторить: Телеграм")
    ends(world, "telegram", sent("11"))
    ends(world, "telegram", sent("12"))
    assert lines(world)[0] == "Телеграм: вышло"


def doubt(world: World) -> Delivery:
    delivery = next_for(world, "max")
    assert delivery is not None
    world.ends(delivery, Uncertain("silence"))
    return delivery


def test_t02_what_may_have_arrived_is_asked_about_and_never_sent_again_on_hope(world: World) -> None:
    published(world)
    delivery = doubt(world)
    assert "выясняем, вышло ли" in lines(world)[1]
    with world.unit() as context:
        found = context.unit.outbox.get(delivery.id)
        assert found is not None
        assert outcomes.undecidable(context, found)
        assert not outcomes.undecidable(context, found)
    world.deliver()
    assert next_for(world, "max") is None
    assert "не знаем, вышло ли" in lines(world)[1]
    assert len([one for one in world.chat() if one.text.startswith("№ 1, MAX: не знаем")]) == 1

    assert world.press(1, "Ещё", "Сети", "Вышло: MAX") == "Записали: вышло"

    assert next_for(world, "max") is None
    assert lines(world)[1] == "MAX: вышло"


def test_what_a_person_did_not_find_is_sent_once_more(world: World) -> None:
    published(world)
    delivery = doubt(world)
    with world.unit() as context:
        found = context.unit.outbox.get(delivery.id)
        assert found is not None
        outcomes.undecidable(context, found)
    world.deliver()
    world.press(1, "Ещё", "Сети", "Повторить: MAX")
    ends(world, "max", sent("m2", link="https://max.invalid/m2"))
    assert next_for(world, "max") is None
    assert lines(world)[1] == "MAX: вышло, https://max.invalid/m2"


def test_a_network_found_by_looking_settles_by_itself(world: World) -> None:
    published(world)
    delivery = doubt(world)
    assert world.ends(delivery, sent("m1", link="https://max.invalid/m1"))
    assert lines(world)[1] == "MAX: вышло, https://max.invalid/m1"


def test_t61_a_post_that_lost_something_on_vk_waits_for_a_person(world: World) -> None:
    published(world, seen="Открыли д")
    assert next_for(world, "max") is None
    assert "В другие сети не отправлено" in world.card(1).text

    assert world.press(1, "Ещё", "Сети", "Отправить как есть") == "Отправляем в сети как есть"

    assert next_for(world, "max") is not None


def test_a_network_is_switched_off_for_one_post(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    assert world.press(1, "Ещё", "Сети", "✓ MAX") == "MAX: не выйдет"
    assert "Кроме ВКонтакте выйдет: Телеграм" in world.card(1).text
    world.press(1, "Назад", "Назад", "Опубликовать")
    world.wall(Sent({"post_id": 900}))
    world.happens(on_the_wall(900, text=TEXT))
    assert next_for(world, "max") is None
    assert next_for(world, "telegram") is not None


def test_rules_by_rubric_and_region_decide_where_a_post_goes(world: World) -> None:
    assert "только RU-IRK" in world.says("/сети MAX только RU-IRK", by=ANNA, where=CHAT)[0]
    assert "кроме pravo" in world.says("/сети телеграм кроме pravo", by=ANNA, where=CHAT)[0]
    published(world)
    assert next_for(world, "max") is None
    assert next_for(world, "telegram") is not None


def test_the_region_a_text_speaks_of_counts_until_somebody_says_another(world: World) -> None:
    world.says("/сети MAX только RU-IRK", by=ANNA, where=CHAT)
    world.says("/сети телеграм кроме RU-IRK", by=ANNA, where=CHAT)
    world.happens(suggested(31, text="В Иркутской области открыли мост после ремонта."))
    assert "похоже, Иркутская обл." in world.card(1).text
    assert "Кроме ВКонтакте выйдет: MAX" in world.card(1).text


def test_only_editors_change_the_networks(world: World) -> None:
    [said] = world.says("/сети MAX выключить", by=BORIS, where=CHAT)
    assert "редактор" in said.lower()
    published(world)
    assert next_for(world, "max") is not None


def test_a_paused_network_waits_and_goes_on(world: World) -> None:
    world.says("/сети MAX пауза", by=ANNA, where=CHAT)
    published(world)
    assert next_for(world, "max") is None
    assert "MAX: на паузе" in lines(world)
    world.says("/сети MAX продолжить", by=ANNA, where=CHAT)
    assert next_for(world, "max") is not None


def test_t05_vk_is_down_and_an_editor_lets_the_post_go_elsewhere(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Опубликовать")
    world.wall(RetryLater("captcha", 900.0, counts=False))

    assert world.press(1, "Ещё", "Сети", "Выпустить без ВКонтакте") == "Отправляем в сети без ВКонтакте"

    ends(world, "max", sent("m1"))
    world.later(hours=1)
    world.wall(Sent({"post_id": 900}))
    world.happens(on_the_wall(900, text=TEXT))
    edit = next_for(world, "max")
    assert edit is not None
    assert edit.kind == "edit"
    assert world.suggestion(1).status is Status.PUBLISHED


def test_the_author_is_told_where_else_the_news_stands(world: World) -> None:
    published(world)
    ends(world, "telegram", sent("11", link="https://t.me/okmo/11"))

    def status() -> list[str]:
        [said] = world.says("Статус 1", by=AUTHOR)
        return said.splitlines()

    vk, *elsewhere = status()
    assert "https://vk.com/wall-1_900" in vk
    assert elsewhere[:2] == ["Телеграм: https://t.me/okmo/11", "MAX: ещё выходит"]
    ends(world, "max", Refused("content_blocked"))
    assert "MAX: не вышла, редакция знает" in status()
    [live] = [one for one in world.letters(AUTHOR) if one.startswith("Получили новость, № 1")]
    assert "MAX" not in live
