"""The chat commands: who may, where, and what they answer."""

from __future__ import annotations

import pytest

from handlers import alarms, texts
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, GROUP, a_message, suggested
from tests.handlers.world import World

NEW_CHAT = 2_000_000_009
ALL = ["/помощь", "/очередь", "/план", "/статус", "/пауза", "/продолжить", "/настроить"]


@pytest.mark.parametrize("command", ALL)
@pytest.mark.parametrize("where", [CHAT, NEW_CHAT, None])
def test_t23_a_stranger_is_told_that_the_right_is_missing(world: World, command: str, where: int | None) -> None:
    assert world.says(command, by=900, where=where) == ["Решают только руководители сообщества"]
    assert world.refusals()[-1]["action"] == command


@pytest.mark.parametrize("command", ["/пауза", "/продолжить", "/настроить"])
def test_a_moderator_may_not_pause_or_set_up(world: World, command: str) -> None:
    assert world.says(command, by=BORIS, where=CHAT) == ["Для этого нужна роль редактора или выше"]
    with world.look() as context:
        assert context.paused() is None


@pytest.mark.parametrize("command", ["/пауза", "/продолжить", "/очередь"])
def test_an_editor_runs_the_desk_in_the_moderators_chat_only(world: World, command: str) -> None:
    assert world.says(command, by=ANNA) == ["Решения принимают только в чате модераторов"]
    assert world.says(command, by=ANNA, where=NEW_CHAT) == ["Решения принимают только в чате модераторов"]


@pytest.mark.parametrize("written", ["/ПОМОЩЬ", " /Помощь ", "[club1|ОКМО] /помощь", "@okmo /помощь"])
def test_case_and_the_mention_do_not_matter(world: World, written: str) -> None:
    assert world.says(written, by=ANNA, where=CHAT) == [texts.HELP]


def test_an_unknown_command_gets_a_hint_only_where_the_desk_sits(world: World) -> None:
    assert world.says("/очердь", by=ANNA, where=CHAT) == [texts.UNKNOWN_COMMAND]
    assert world.says("/weather", by=ANNA, where=NEW_CHAT) == []
    assert world.says("/weather", by=900, where=CHAT) == []


def test_colleagues_may_talk_about_a_card_in_peace(world: World) -> None:
    world.happens(suggested(31))
    assert world.says("кто берёт?", by=ANNA, where=CHAT) == []
    assert world.replies(1, "по-моему, хорошая") == []
    assert world.replies(1, "смотрели 3 раза") == []
    assert world.replies(1, "5") == []


def test_the_queue_is_listed_oldest_first_with_its_age(world: World) -> None:
    assert world.says("/очередь", by=BORIS, where=CHAT) == [texts.QUEUE_EMPTY]
    world.happens(suggested(31, text="Раз"))
    world.later(hours=2)
    world.happens(suggested(32, text="Два", at=world.now))
    [listed] = world.says("/очередь", by=BORIS, where=CHAT)
    assert listed.split("\n") == [
        "Ждут решения: 2",
        f"№ 1 · 2 ч назад · [id{AUTHOR}|Мария Петрова]",
        f"№ 2 · только что · [id{AUTHOR}|Мария Петрова]",
    ]


def test_a_card_is_shown_anew_at_the_end_of_the_chat(world: World) -> None:
    world.happens(suggested(31, text="Раз"), suggested(32, text="Два"))
    old = world.card(1)
    world.says("/очередь 1", by=BORIS, where=CHAT)
    assert world.chat()[-1] is world.card(1)
    assert world.card(1).cmid != old.cmid
    assert [one.buttons for one in world.chat() if one.cmid == old.cmid] == [{}]
    assert world.says("/очередь 404", by=BORIS, where=CHAT) == ["Новости № 404 нет."]


def test_the_plan_is_listed_in_order(world: World) -> None:
    assert world.says("/план", by=BORIS, where=CHAT) == [texts.PLAN_EMPTY]
    world.happens(suggested(31, text="Первая новость"), suggested(32, text="Вторая [id1|новость]"))
    world.press(1, "В очередь")
    world.press(2, "В очередь")
    [plan] = world.says("/план", by=BORIS, where=CHAT)
    assert plan == (
        "Сегодня в 11:30 мск — № 1 Первая новость\nСегодня в 13:30 мск — № 2 Вторая [\u200bid1|новость]"
    )


def test_status_says_first_what_needs_somebody(world: World) -> None:
    world.happens(suggested(31))
    assert world.says("/статус", by=BORIS, where=CHAT)[0].startswith("Всё работает\nЖдут решения 1, в очереди 0")
    with world.unit() as context:
        alarms.tell(context, "vk_wall", "captcha")
    world.says("/пауза", by=ANNA, where=CHAT)
    [status] = world.says("/статус", by=BORIS, where=CHAT)
    first, second, *_ = status.split("\n")
    assert first == "Публикации на паузе с сегодня в 10:00 мск (Анна Смирнова)"
    assert second.startswith("ВКонтакте просит ввести код с картинки. Владелец ключа")


def test_pausing_twice_is_said_so(world: World) -> None:
    world.says("/пауза", by=ANNA, where=CHAT)
    assert world.says("/пауза", by=ANNA, where=CHAT) == [texts.ALREADY_PAUSED]


@pytest.mark.parametrize("command", ["/пауза", "/план", "/сети telegram стоп"])
def test_a_command_that_took_hours_to_arrive_is_told_of_and_not_run(world: World, command: str) -> None:
    written = world.now
    world.later(hours=3)
    world.happens(a_message(command, by=ANNA, where=CHAT, at=written))
    [said] = [message.text for message in world.chat()]
    assert "написана сегодня в 10:00 мск" in said
    assert "не выполнена. Повторите её" in said
    assert not paused(world)


def test_a_command_that_took_minutes_is_run(world: World) -> None:
    written = world.now
    world.later(minutes=10)
    world.happens(a_message("/пауза", by=ANNA, where=CHAT, at=written))
    assert paused(world)


def paused(world: World) -> bool:
    with world.look() as context:
        return context.paused() is not None


def test_resuming_has_everything_tried_again(world: World) -> None:
    with world.look() as context:
        before = context.unit.settings.get("resume_asked")
    assert world.says("/продолжить", by=ANNA, where=CHAT) == ["Публикации продолжаются. Очередь пуста."]
    with world.look() as context:
        assert context.unit.settings.get("resume_asked") != before


def test_setup_moves_the_cards_to_the_new_chat(world: World) -> None:
    world.happens(suggested(31))
    [answer, card] = world.says("/настроить", by=ANNA, where=NEW_CHAT)
    assert answer == texts.SETUP_DONE
    assert card.startswith("№ 1 ")
    assert world.says("/настроить", by=ANNA, where=NEW_CHAT) == [texts.SETUP_ALREADY]
    assert world.says("/настроить", by=ANNA) == [texts.SETUP_IN_A_CHAT]


def test_cards_wait_until_a_chat_is_named(world: World) -> None:
    with world.unit() as context:
        context.unit.settings.delete("moderators_chat")
    world.happens(suggested(31))
    assert world.chat() == []
    world.happens(a_message("", by=ANNA, where=CHAT, action="chat_invite_user", action_member=-GROUP))
    assert world.chat()[-1].text == texts.INVITED
    world.says("/настроить", by=ANNA, where=CHAT)
    assert world.card(1).buttons


def test_other_chats_are_left_alone(world: World) -> None:
    world.happens(a_message("Мои новости", by=AUTHOR, where=NEW_CHAT))
    assert NEW_CHAT not in world.conversations
