"""The author's side: letters that arrive or wait, and answers to what an author writes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from editorial.delivery import Hold, NewDelivery, Sent, State
from editorial.suggestion import Status
from handlers import texts
from handlers.events import MessagesAllowed, MessagesDenied, PersonBlocked, PersonUnblocked
from storage.inbox import Cursor, RawEvent
from tests.builders import ANNA, AUTHOR, CHAT, NOW, a_message, on_the_wall, suggested
from tests.handlers.world import World

OTHER = 777


def due_letter(world: World, number: int) -> datetime:
    """When the letter that waits is to be sent."""
    with world.look() as context:
        [row] = [
            row
            for row in context.unit.outbox.for_suggestion(number)
            if row.kind == "letter" and row.state is State.WAITING
        ]
    return row.due_at


# ------------------------------------------------------------------------------------------------- letters


def test_unreachable_author_gets_everything_in_one_letter_when_they_write(world: World) -> None:
    world.silent.add(AUTHOR)
    world.happens(suggested(31, text="Раз"), suggested(32, text="Два"))
    world.press(1, "В очередь")
    world.press(2, "Отклонить", "Реклама")
    assert "Автору не написать" in world.card(2).text
    assert world.letters(AUTHOR) == []

    world.silent.clear()
    world.happens(a_message("Здравствуйте", by=AUTHOR))
    summary = world.letters(AUTHOR)[0]
    assert summary.split("\n") == [
        "Пока мы не могли вам написать, произошло вот что.",
        "№ 1: выйдет сегодня в 11:30 мск",
        "№ 2: не опубликуем: рекламу товаров и услуг не публикуем. Если у новости есть польза для муниципалитетов "
        "без продвижения, пришлите её в таком виде.",
    ]
    world.happens(a_message("Ещё раз", by=AUTHOR))
    assert [text for text in world.letters(AUTHOR) if text.startswith("Пока мы не могли")] == [summary]


def test_an_unreachable_author_is_tried_once_and_then_left_in_peace(world: World) -> None:
    world.silent.add(AUTHOR)
    world.happens(suggested(31, text="Раз"), suggested(32, text="Два"))
    world.press(1, "В очередь")
    with world.look() as context:
        tried = [
            row
            for number in (1, 2)
            for row in context.unit.outbox.for_suggestion(number)
            if row.kind == "letter" and row.attempts
        ]
    assert len(tried) == 1


def test_a_single_kept_letter_is_given_as_it_is(world: World) -> None:
    world.silent.add(AUTHOR)
    world.happens(suggested(31))
    world.press(1, "Отклонить", "Реклама")
    world.silent.clear()
    world.happens(MessagesAllowed(AUTHOR))
    [letter] = world.letters(AUTHOR)
    assert letter.startswith("Новость № 1 не опубликуем")


def test_a_summary_that_does_not_arrive_either_is_kept(world: World) -> None:
    world.silent.add(AUTHOR)
    world.happens(suggested(31, text="Раз"), suggested(32, text="Два"))
    world.happens(MessagesAllowed(AUTHOR))
    assert world.letters(AUTHOR) == []
    world.silent.clear()
    world.happens(MessagesAllowed(AUTHOR))
    assert len(world.letters(AUTHOR)) == 1
    assert "№ 1" in world.letters(AUTHOR)[0]
    assert "№ 2" in world.letters(AUTHOR)[0]


def test_who_denies_messages_is_not_written_to(world: World) -> None:
    world.happens(suggested(31), MessagesDenied(AUTHOR))
    before = world.letters(AUTHOR)
    world.press(1, "Отклонить", "Реклама")
    assert world.letters(AUTHOR) == before


def test_a_blocked_person_is_written_to_again_after_the_block(world: World) -> None:
    world.happens(suggested(31), PersonBlocked(AUTHOR))
    before = len(world.letters(AUTHOR))
    world.press(1, "Отклонить", "Реклама")
    assert len(world.letters(AUTHOR)) == before
    world.happens(PersonUnblocked(AUTHOR))
    assert world.letters(AUTHOR)[-1].startswith("Новость № 1 не опубликуем")


def test_several_changes_of_the_plan_are_one_letter_about_the_last(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "В очередь")
    world.replies(1, "сегодня 17:00")
    world.replies(1, "сегодня 18:00")
    told = len(world.letters(AUTHOR))
    world.later(minutes=10)
    world.deliver()
    assert len(world.letters(AUTHOR)) == told + 1
    assert world.letters(AUTHOR)[-1] == "Публикация новости № 1 переехала. Теперь она выйдет сегодня в 18:00 мск."


def test_what_was_told_and_then_undone_is_told(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "В очередь", "Отменить решение")
    world.later(minutes=10)
    world.deliver()
    assert world.letters(AUTHOR)[-1].startswith("Новость № 1 снова на рассмотрении")


def test_what_was_not_told_yet_and_is_undone_is_never_told(make_world: Callable[..., World]) -> None:
    world = make_world()
    with world.unit() as context:
        context.unit.authors.set_zone(AUTHOR, "Asia/Kamchatka", NOW)
    world.happens(suggested(31))  # 19:00 in Kamchatka
    world.later(hours=3)
    world.press(1, "Отклонить", "Дубль")
    world.press(1, "Отменить решение")
    world.later(hours=12)
    world.deliver()
    assert len(world.letters(AUTHOR)) == 1


def test_at_night_of_the_authors_own_zone_letters_wait_for_the_morning(world: World) -> None:
    with world.unit() as context:
        context.unit.authors.set_zone(AUTHOR, "Asia/Kamchatka", NOW)
    world.later(hours=3)  # 22:00 in Kamchatka
    world.happens(suggested(31, at=world.now))
    assert len(world.letters(AUTHOR)) == 1, "the receipt answers what the author just did"
    world.press(1, "Отклонить", "Дубль")
    assert len(world.letters(AUTHOR)) == 1
    assert due_letter(world, 1) == datetime(2026, 11, 25, 20, 0, tzinfo=UTC)  # 8:00 there


def test_a_plan_that_is_over_before_morning_is_not_told_any_more(world: World) -> None:
    with world.unit() as context:
        context.unit.authors.set_zone(AUTHOR, "Asia/Kamchatka", NOW)
    world.later(hours=3)  # 22:00 in Kamchatka
    world.happens(suggested(31, at=world.now))
    world.press(1, "В очередь")
    world.press(1, "Опубликовать")
    world.later(hours=12)
    world.deliver()
    assert len(world.letters(AUTHOR)) == 1, (
        "the receipt alone: VK has not answered yet, and the slot counts no more"
    )


def test_a_published_letter_replaces_a_plan_that_was_not_told(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "В очередь")
    world.replies(1, "сегодня 17:00")
    world.happens(on_the_wall(90))
    world.later(minutes=30)
    world.deliver()
    assert [text.split(" ")[0] for text in world.letters(AUTHOR)] == ["Получили", "Новость", "Новость"]
    assert "вышла: https://vk.com/wall-1_90" in world.letters(AUTHOR)[-1]


# ------------------------------------------------------------------------------------------------- the dialog


def test_my_news_answers_at_once_with_every_state(world: World) -> None:
    for number, text in enumerate(("Раз", "Два", "Три", "Четыре", "Пять"), start=1):
        world.happens(suggested(30 + number, text=text))
    world.press(1, "В очередь")
    world.press(2, "Отклонить", "Устарело")
    world.press(3, "Вернуть", "Нужно фото")
    world.happens(on_the_wall(90, text="Четыре"))
    [answer] = world.says("Мои новости", by=AUTHOR)
    assert answer.split("\n") == [
        "Ваши новости:",
        "№ 5: на рассмотрении, прислана сегодня в 10:00 мск",
        "№ 4: вышла, https://vk.com/wall-1_90",
        "№ 3: вернули на доработку: нужен хотя бы один снимок с события. Подойдёт фото от 1000 точек по стороне, "
        "без надписей чужих сайтов. Пришлите исправленный текст или фото сюда либо поправьте предложенную запись в "
        "группе.",
        "№ 2: не опубликуем: событие уже прошло. Пришлите его итоги, их поставим.",
        "№ 1: выйдет сегодня в 11:30 мск",
    ]


@pytest.mark.parametrize("words", ["Статус 1", "статус № 1", "СТАТУС №1", "[club1|ОКМО], Статус 1", "статус 1."])
def test_status_is_understood_however_it_is_written(world: World, words: str) -> None:
    world.happens(suggested(31))
    assert world.says(words, by=AUTHOR) == ["№ 1: на рассмотрении, прислана сегодня в 10:00 мск"]


def test_nobody_learns_of_anothers_news(world: World) -> None:
    world.happens(suggested(31))
    assert world.says("Статус 1", by=OTHER) == [texts.NOT_YOURS]
    assert world.says("Отозвать 1", by=OTHER) == [texts.NOT_YOURS]
    assert world.says("Статус 999", by=OTHER) == [texts.NOT_YOURS]
    assert world.suggestion(1).status is Status.PENDING


def test_withdrawing_closes_the_card_and_the_plan(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "В очередь")
    [answer] = world.says("Отозвать 1", by=AUTHOR)
    assert "№ 1" in answer
    assert world.suggestion(1).status is Status.WITHDRAWN
    assert world.publication(1) is None
    assert world.card(1).text.endswith("Отозвано автором")
    assert world.says("Отозвать 1", by=AUTHOR) == ["Новость № 1 уже снята."]


def test_withdrawing_what_is_out_asks_the_moderators(world: World) -> None:
    world.happens(suggested(31), on_the_wall(90))
    [answer] = world.says("Отозвать 1", by=AUTHOR)
    assert "уже вышла: https://vk.com/wall-1_90" in answer
    assert world.chat()[-1].text == "№ 1: автор просит удалить пост https://vk.com/wall-1_90"


def test_what_is_being_published_cannot_be_withdrawn_this_moment(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "Опубликовать")
    world.wall()
    [answer] = world.says("Отозвать 1", by=AUTHOR)
    assert "публикуется прямо сейчас" in answer
    assert world.suggestion(1).status is Status.PUBLISHING


def test_stop_keeps_letters_and_start_gives_them(world: World) -> None:
    world.happens(suggested(31))
    world.says("Стоп", by=AUTHOR)
    told = len(world.letters(AUTHOR))
    world.press(1, "В очередь")
    world.later(hours=2)
    world.wall(Sent({"post_id": 90}))
    assert len(world.letters(AUTHOR)) == told
    assert world.says("Мои новости", by=AUTHOR)[0].startswith("Ваши новости")
    answers = world.says("Старт", by=AUTHOR)
    assert answers[0] == texts.LETTERS_ON
    assert "вышла: https://vk.com/wall-1_90" in answers[1]


@pytest.mark.parametrize("confirmed", ["Да, удалить", "да"])
def test_forgetting_needs_a_confirmation_and_leaves_nothing_of_the_person(world: World, confirmed: str) -> None:
    world.happens(suggested(31))
    assert world.says("Да, удалить", by=AUTHOR) == [texts.NOTHING_ASKED]
    world.says("Удалить мои данные", by=AUTHOR)
    assert world.says(confirmed, by=AUTHOR) == [texts.FORGOTTEN]
    with world.look() as context:
        assert context.unit.authors.get(AUTHOR) is None
        known = context.unit.suggestions.get(1)
        payloads = [row.payload for row in context.unit.outbox.for_suggestion(1) if row.kind == "letter"]
    assert known is not None
    assert known.author_id is None
    assert payloads == [{}]
    assert world.press(1, "В очередь").startswith("Выйдет")
    assert "автор неизвестен" in world.card(1).text


def left_of(world: World, vk_id: int, *words: str) -> list[str]:
    """Every row of the database that names the person."""
    named = re.compile(rf"(?<![\d.]){vk_id}(?![\d.])|{'|'.join(words)}")
    with world.storage.connection(writes=False) as connection:
        tables = [
            row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        rows = [(table, row) for table in tables for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]
    return [f"{table} {row}" for table, row in rows if named.search(" ".join(map(str, row)))]


def a_well_known_author(world: World, vk_id: int) -> None:
    """Somebody who has told, asked and sent what one can."""
    world.happens(suggested(31, author=vk_id))
    for said in (
        "Регион",
        "Томская область",
        "Администрация Зареченского округа",
        "Позвать человека",
        "Стоп",
        "Старт",
    ):
        world.says(said, by=vk_id)
    world.press(1, "Вернуть", "Нужно фото")
    world.later(hours=2)
    world.deliver()
    with world.unit() as context:
        raw = json.dumps({"type": "message_new", "object": {"message": {"from_id": vk_id, "text": "Здравствуйте"}}})
        context.unit.inbox.store([RawEvent("e1", "message_new", False, raw)], Cursor(1, "s", "k", "1"), world.now)
        [row] = context.unit.inbox.next(5)
        context.unit.inbox.done(row.id, world.now)
    assert len(left_of(world, vk_id)) > 9


def test_nothing_but_the_last_answer_says_that_the_person_was_here(world: World) -> None:
    world.names[7341] = "Зинаида Редкая"
    a_well_known_author(world, 7341)
    world.says("Удалить мои данные", by=7341)
    world.says("Да, удалить", by=7341)
    [last] = left_of(world, 7341, "Зинаид", "Заречен", "Здравствуйте")
    assert texts.FORGOTTEN in last
    with world.look() as context:
        assert context.unit.inbox.waiting() == 0


def test_a_block_outlives_the_data_as_a_bare_number_and_no_longer(world: World) -> None:
    world.names[7341] = "Зинаида Редкая"
    a_well_known_author(world, 7341)
    world.says("/автор 7341 заблокировать: реклама Редкой", by=ANNA, where=CHAT)
    assert "номер страницы сохраним" in world.says("Удалить мои данные", by=7341)[0]
    assert world.says("Да, удалить", by=7341) == [texts.FORGOTTEN_BLOCKED]
    world.later(minutes=1)
    world.deliver()
    kept = [row for row in left_of(world, 7341, "Зинаид", "Заречен", "Редк") if texts.FORGOTTEN_BLOCKED not in row]
    assert [row.split(" ")[0] for row in kept] == ["authors"]

    before = len(world.chat())
    world.happens(suggested(32, author=7341))
    assert world.suggestion(2).status is Status.REJECTED
    assert len(world.chat()) == before
    assert "от вас их больше не принимаем" in world.letters(7341)[-1]
    world.says("Удалить мои данные", by=7341)
    world.says("Да, удалить", by=7341)
    assert world.answer("/автор 7341 разблокировать") == texts.AUTHOR_UNBLOCKED
    assert world.letters(7341)[-1] == texts.UNBLOCKED
    with world.look() as context:
        assert context.unit.authors.get(7341) is None


def test_anything_else_gets_one_short_answer_in_ten_minutes(world: World) -> None:
    assert len(world.says("Здравствуйте, а когда выйдет?", by=AUTHOR)) == 1
    assert world.says("Алло", by=AUTHOR) == []
    assert len(world.says("Помощь", by=AUTHOR)) == 1
    world.later(minutes=11)
    assert len(world.says("Вы тут?", by=AUTHOR)) == 1


def test_the_start_button_greets(world: World) -> None:
    world.happens(a_message("Начать", by=OTHER, payload={"command": "start"}))
    [greeting] = world.letters(OTHER)
    assert "https://vk.com/club1" in greeting


@pytest.mark.parametrize("words", ["Помощь", "Предложить новость", "Мои новости", "Статус", "Отозвать", "Начать"])
def test_every_word_answers_somebody_who_never_wrote_before(world: World, words: str) -> None:
    assert len(world.says(words, by=OTHER)) == 1


def test_a_delayed_publication_is_explained_to_its_author(world: World) -> None:
    from editorial.delivery import RetryLater

    world.happens(suggested(31))
    world.press(1, "Опубликовать")
    world.wall(RetryLater("captcha", 300.0, counts=False))
    [answer] = world.says("Статус 1", by=AUTHOR)
    assert answer == f"№ 1: {texts.DELAYED}"


def test_during_a_pause_the_author_is_told_so(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "В очередь")
    world.says("/пауза", by=ANNA, where=CHAT)
    assert world.says("Статус 1", by=AUTHOR) == [f"№ 1: {texts.ON_HOLD}"]


def test_a_receipt_at_night_says_when_the_desk_begins(world: World) -> None:
    world.later(days=2, hours=12)  # Friday, 22:00
    world.happens(suggested(31, at=world.now))
    [receipt] = world.letters(AUTHOR)
    assert "начнут смотреть в понедельник, 30 ноября, в 9:00 мск" in receipt


def test_what_a_downtime_brought_is_not_answered_at_night(world: World) -> None:
    world.later(hours=14)  # midnight
    long_ago = world.now - timedelta(hours=9)
    world.happens(suggested(31, text="#Пенза Новость", at=long_ago), suggested(32, text="#Пенза Ещё", at=world.now))
    [receipt] = world.letters(AUTHOR)
    assert "№ 2" in receipt


def test_a_draft_that_a_downtime_kept_back_is_not_shown_at_night(world: World) -> None:
    written = world.now
    world.later(hours=14)  # midnight
    world.happens(a_message("В посёлке открыли новую школу. " * 12, at=written))
    assert world.letters(AUTHOR) == []
    world.later(hours=9)
    world.deliver()
    assert "Отправить" in world.conversations[AUTHOR][-1].buttons


def test_r10_whoever_refused_a_question_is_sent_no_letter_either(world: World) -> None:
    """The receipt arrived, a question met a closed door: the decision waits until they write."""
    world.happens(suggested(31))
    with world.unit() as context:
        question = NewDelivery("vk_messages", f"user:{AUTHOR}", "ask", None, {"text": "Откуда вы?", "about": "who"})
        context.unit.outbox.add(question, world.now)
        [claimed] = context.unit.outbox.claim("vk_messages", world.now, 50)
    world.ends(claimed, Hold("unreachable", 902))
    before = len(world.letters(AUTHOR))

    world.press(1, "Отклонить", "Не по теме")

    assert [text for text in world.letters(AUTHOR)[before:] if "не" in text] == []
    with world.look() as context:
        author = context.unit.authors.get(AUTHOR)
    assert author is not None
    assert author.reachable is False
    world.says("Мои новости", by=AUTHOR)
    assert any("№ 1" in text for text in world.letters(AUTHOR)[before:])


def test_all_that_was_kept_is_told_however_much_it_is(world: World) -> None:
    world.silent.add(AUTHOR)
    for post in range(1, 14):
        world.happens(suggested(30 + post, text=f"Новость {post}"))
        world.press(post, "Отклонить", "Реклама")
    world.silent.clear()
    told = "\n".join(world.says("Здравствуйте", by=AUTHOR))
    assert all(f"№ {number}: не опубликуем" in told for number in range(1, 14))
