"""Who an author is: asked once, answered by buttons or in words, confirmed with one press; blocked and unblocked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from editorial import people
from editorial.delivery import Sent
from editorial.suggestion import Status
from handlers import texts
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, NOW, a_button_press, a_message, a_photo, suggested
from tests.handlers.world import Message, World, a_desk

NEW = 602


def first_news(world: World, text: str = "Открыли сквер", *, by: int = NEW, post: int = 31) -> list[str]:
    """Somebody nobody knows suggests for the first time; returns what they read."""
    world.names[by] = "Олег Ким"
    before = len(world.letters(by))
    world.happens(suggested(post, text=text, author=by, at=world.now))
    return world.letters(by)[before:]


def last(world: World, who: int = NEW) -> Message:
    return world.conversations[who][-1]


def presses(world: World, message: Message, label: str, by: int = ANNA) -> str:
    [shown] = world.happens(a_button_press(message.buttons[label], by=by, where=CHAT, cmid=message.cmid))
    return shown.text


def about_author(world: World) -> Message:
    return next(one for one in reversed(world.chat()) if "о себе" in one.text)


# ----------------------------------------------------------------------------------------------- first contact


def test_a_new_author_is_asked_after_the_receipt_and_only_once(world: World) -> None:
    receipt, question = first_news(world)
    assert receipt.startswith("Получили новость, № 1.")
    assert question == (
        "По новости № 1: вы пишете впервые, назовите регион и организацию — спросим один раз. "
        "Выберите федеральный округ или напишите словами."
    )
    assert "Сибирский" in last(world).buttons
    world.later(days=5)
    assert all("впервые" not in said for said in first_news(world, "Вторая новость", post=32))


def test_by_buttons_district_then_region_then_organisation_in_words(world: World) -> None:
    first_news(world)
    assert "регион не определён" in world.card(1).text
    assert world.says("Сибирский", by=NEW) == [texts.WHICH_REGION_YOURS]
    assert "Иркутская область" in last(world).buttons
    keyboard = last(world).keyboard
    assert keyboard is not None
    assert keyboard["one_time"]
    [asked] = world.says("Иркутская область", by=NEW)
    assert asked.startswith("Записали: Иркутская область. Напишите организацию")
    assert "Иркутская область" in world.card(1).text
    assert world.suggestion(1).region == "RU-IRK"
    known, consent = world.says("Пресс-служба СМО Иркутской области", by=NEW)
    assert known.startswith("Записали, спасибо.")
    assert consent == texts.CONSENT

    author = world.suggestion(1).author
    assert author is not None
    assert (author.region, author.role) == ("RU-IRK", "press")
    assert "Пресс-служба СМО Иркутской области" in world.card(1).text
    assert "не подтверждён" in world.card(1).text


def test_everything_may_be_said_in_one_line(world: World) -> None:
    first_news(world)
    said = world.says("Ассоциация муниципальных образований Иркутской области, пресс-служба", by=NEW)
    assert said[0].startswith("Записали, спасибо.")
    author = world.suggestion(1).author
    assert author is not None
    assert author.region == "RU-IRK"
    assert author.organisation == "Ассоциация муниципальных образований Иркутской области, пресс-служба"


def test_the_region_found_in_the_text_is_offered_first(world: World) -> None:
    first_news(world, "В Иркутской области открыли сквер")
    assert next(iter(last(world).buttons)) == "Иркутская область"


def test_interregional_authors_have_no_region(world: World) -> None:
    first_news(world)
    [asked] = world.says("Межрегиональная", by=NEW)
    assert asked.startswith("Записали: межрегиональная.")
    world.says("Ассоциация сибирских городов", by=NEW)
    author = world.suggestion(1).author
    assert author is not None
    assert (author.region, author.role) == (None, people.INTERREGIONAL)
    assert "межрегиональная ассоциация" in world.card(1).text
    assert "регион не определён" not in world.card(1).text


def test_a_resident_has_no_organisation(world: World) -> None:
    first_news(world)
    world.says("Томская область", by=NEW)
    world.says("Житель", by=NEW)
    author = world.suggestion(1).author
    assert author is not None
    assert (author.organisation, author.role) == (None, "resident")


def test_what_is_no_answer_is_handled_as_ever(world: World) -> None:
    first_news(world)
    [said] = world.says("Здравствуйте", by=NEW)
    assert said.startswith("Здесь отвечает бот")
    assert world.says("Мои новости", by=NEW)[0].startswith(texts.MY_NEWS)


def test_photos_are_news_and_no_answer(world: World) -> None:
    first_news(world)
    world.happens(replace(a_message("Иркутск", by=NEW, at=world.now), attachments=(a_photo(1, owner=NEW),)))
    world.later(seconds=3)
    world.deliver()
    assert last(world).text.startswith("Так выйдет")


def test_who_cannot_be_written_to_is_not_asked(world: World) -> None:
    world.silent.add(NEW)
    first_news(world)
    first_news(world, "Вторая новость", post=32)
    with world.look() as context:
        author = context.unit.authors.get(NEW)
    assert author is not None
    assert (author.reachable, author.asked_at) == (False, None)
    world.silent.clear()
    world.says("Здравствуйте", by=NEW)
    assert any("впервые" in said for said in first_news(world, "Третья новость", post=33))


# ------------------------------------------------------------------------------------------------ confirmation


def named(world: World, organisation: str = "Администрация Томской области") -> None:
    first_news(world)
    world.says(organisation, by=NEW)


def test_a_moderator_confirms_with_one_press(world: World) -> None:
    named(world)
    line = about_author(world)
    assert line.text == (
        "[id602|Олег Ким] о себе: Томская область, Администрация Томской области, муниципалитет. Верно?"
    )
    assert presses(world, line, "Подтвердить") == "Автор подтверждён"
    assert presses(world, line, "Подтвердить") == "Уже подтверждён (Анна Смирнова)"
    author = world.suggestion(1).author
    assert author is not None
    assert author.confirmed_by == ANNA
    assert "не подтверждён" not in world.card(1).text


def test_a_role_that_the_organisation_says_is_not_said_twice(world: World) -> None:
    named(world, organisation="Пресс-служба СМО Томской области")
    assert about_author(world).text.endswith("Томская область, Пресс-служба СМО Томской области. Верно?")


def test_in_doubt_the_author_is_asked_again(world: World) -> None:
    named(world)
    assert presses(world, about_author(world), "Переспросить") == "Спросим автора ещё раз"
    assert last(world).text == texts.WHO_AGAIN
    world.says("Омская область", by=NEW)
    author = world.suggestion(1).author
    assert author is not None
    assert author.region == "RU-OMS"


def test_a_stranger_confirms_nobody(world: World) -> None:
    named(world)
    assert presses(world, about_author(world), "Подтвердить", by=777) == "Решают только руководители сообщества"


def test_the_same_can_be_done_behind_more(world: World) -> None:
    named(world)
    assert world.press(1, "Ещё", "Автор", "Подтвердить") == "Автор подтверждён"


# ------------------------------------------------------------------------------------------------------ changes


def test_an_author_moves_to_another_region_and_has_to_be_confirmed_again(world: World) -> None:
    named(world)
    presses(world, about_author(world), "Подтвердить")
    [asked] = world.says("Регион", by=NEW)
    assert asked.startswith("Сейчас записано: Томская область.")
    [said] = world.says("Приморский край", by=NEW)
    assert said == "Записали: Приморский край. Организация прежняя: Администрация Томской области."
    author = world.suggestion(1).author
    assert author is not None
    assert (author.region, author.confirmed) == ("RU-PRI", False)
    assert world.suggestion(1).region == "RU-TOM"  # that news was from there
    first_news(world, "Новость из Томска, Томская область", post=32)
    assert world.suggestion(2).region == "RU-PRI"  # the text never overrides the register


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("мск+5", "Asia/Irkutsk"),
        ("+9", "Asia/Kamchatka"),
        ("UTC+7", "Asia/Krasnoyarsk"),
        ("Якутия", "Asia/Yakutsk"),
    ],
)
def test_a_zone_of_ones_own(world: World, said: str, zone: str) -> None:
    world.says("Пояс", by=AUTHOR)
    world.says(said, by=AUTHOR)
    with world.look() as context:
        author = context.unit.authors.get(AUTHOR)
    assert author is not None
    assert author.zone == zone


def test_the_regions_own_zone_again(world: World) -> None:
    with world.unit() as context:
        context.unit.authors.set_zone(AUTHOR, "Asia/Kamchatka", NOW)
    world.says("Пояс", by=AUTHOR)
    world.says("Как в регионе", by=AUTHOR)
    with world.look() as context:
        author = context.unit.authors.get(AUTHOR)
    assert author is not None
    assert author.zone is None


# ------------------------------------------------------------------------------------------------------ consent


def test_consent_is_asked_separately_and_once(world: World) -> None:
    named(world)
    assert world.says("Согласен", by=NEW) == [texts.CONSENT_TAKEN]
    first_news(world, "Вторая новость", post=32)
    assert [said for said in world.letters(NEW) if said == texts.CONSENT] == [texts.CONSENT]


def test_who_does_not_agree_is_deleted_after_one_more_word(world: World) -> None:
    named(world)
    assert world.says("Не согласен", by=NEW) == [texts.FORGET_ASKED]
    assert world.says("Да, удалить", by=NEW) == [texts.FORGOTTEN]
    with world.look() as context:
        assert context.unit.authors.get(NEW) is None


# ------------------------------------------------------------------------------------------- on the card, in a line


def test_the_card_says_how_much_of_the_authors_news_was_taken(world: World) -> None:
    world.happens(suggested(31, text="Первая"))
    assert "новый автор" in world.card(1).text
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    world.happens(suggested(32, text="Вторая"))
    assert "принято 1 из 2" in world.card(2).text


def test_the_card_says_the_time_at_the_authors_place_and_what_came_from_there(world: World) -> None:
    with world.unit() as context:
        context.unit.authors.set_region(AUTHOR, "RU-IRK", NOW)
    for post in (1, 2, 3, 4):
        world.happens(suggested(30 + post, text=f"Новость {post}"))
        world.press(post, "Опубликовать")
        world.wall(Sent({"post_id": 70 + post}))
        world.later(days=1)
    world.happens(suggested(40, text="Пятая", at=world.now))
    text = world.card(5).text
    assert "Иркутская область · там 15:00 по Иркутску" in text
    assert "Из региона выходило: 28.11 «Новость 4»; 27.11 «Новость 3»; 26.11 «Новость 2»" in text


# --------------------------------------------------------------------------------------------- blocked, and a human


def test_a_blocked_authors_news_makes_no_card_and_the_author_is_told_once(world: World) -> None:
    world.happens(suggested(31))
    assert world.press(1, "Ещё", "Автор", "Блок: реклама") == "Автор заблокирован, новости от него закрываем"
    assert "заблокирован" in world.card(1).text
    cards = len(world.chat())
    world.happens(suggested(32, text="Ещё реклама"), suggested(33, text="И ещё"))
    assert len(world.chat()) == cards
    assert world.suggestion(2).status is Status.REJECTED
    told = [said for said in world.letters(AUTHOR) if "больше не принимаем" in said]
    assert told == [
        "Новость № 2 не взяли, от вас их больше не принимаем: реклама. Если это ошибка, напишите «Позвать человека»."
    ]
    assert world.says("Предложить новость", by=AUTHOR) == [
        "Новости от вас больше не принимаем: реклама. Если это ошибка, напишите «Позвать человека»."
    ]


def test_unblocked_authors_are_told_and_taken_again(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "Ещё", "Автор", "Блок: флуд")
    assert world.press(1, "Ещё", "Автор", "Разблокировать") == "Автор разблокирован"
    assert world.letters(AUTHOR)[-1] == texts.UNBLOCKED
    world.happens(suggested(32, text="Новость"))
    assert world.suggestion(2).status is Status.PENDING


def test_a_reason_in_own_words_is_read_by_the_author_and_by_the_desk(world: World) -> None:
    world.happens(suggested(31))
    assert world.press(1, "Ещё", "Автор", "Блок: своими словами") == "Ответьте на карточку своими словами"
    assert "почему больше не берём его новости" in world.card(1).text
    world.replies(1, "трижды прислал чужой текст [id13|@all]")
    assert "заблокирован" in world.card(1).text
    assert "ответьте на карточку" not in world.card(1).text
    [said] = world.says("Предложить новость", by=AUTHOR)
    assert said.startswith("Новости от вас больше не принимаем: трижды прислал чужой текст")
    [told] = world.says(f"/автор {AUTHOR}", by=BORIS, where=CHAT)
    assert "\nЗаблокирован 25 ноября (Анна Смирнова): трижды прислал чужой текст [\u200bid13|" in told
    with world.look() as context:
        [entry] = [one for one in context.unit.journal.latest(20) if one.action == "author_blocked"]
    assert entry.details["why"].startswith("трижды")


def test_the_desk_blocks_and_unblocks_without_a_card(world: World) -> None:
    world.happens(suggested(31))
    assert world.says("/автор Мария Петрова заблокировать", by=BORIS, where=CHAT) == [texts.BLOCK_WHY]
    said = world.says("/автор Мария Петрова заблокировать: Рассылает рекламу", by=BORIS, where=CHAT)
    assert said == [texts.AUTHOR_BLOCKED]
    assert "Рассылает рекламу" in world.says("/автор 601", by=BORIS, where=CHAT)[0]
    button = world.chat()[-1].buttons["Разблокировать"]
    [shown] = world.happens(a_button_press(button, by=BORIS, cmid=world.chat()[-1].cmid))
    assert shown.text == "Автор разблокирован"
    assert "Заблокирован" not in world.says("/автор 601", by=BORIS, where=CHAT)[0]
    assert world.says("/автор 601 разблокировать", by=BORIS, where=CHAT) == [texts.AUTHOR_NOT_BLOCKED]


def test_whoever_goes_on_sending_an_album_is_told_once(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "Ещё", "Автор", "Блок: флуд")
    told = len(world.letters(AUTHOR))
    for place in range(4):
        world.happens(replace(a_message("", by=AUTHOR, at=world.now), attachments=(a_photo(place),)))
    assert len(world.letters(AUTHOR)) == told + 1
    assert len(world.says("Предложить новость", by=AUTHOR)) == 1


def test_a_human_is_called_once_an_hour_and_the_bot_keeps_out(world: World) -> None:
    assert world.says("Позвать человека", by=AUTHOR) == [texts.HUMAN_CALLED]
    assert world.says("позвать человека", by=AUTHOR) == [texts.HUMAN_CALLED]
    called = [one.text for one in world.chat() if "просит ответить человека" in one.text]
    assert called == ["[id601|Мария Петрова] просит ответить человека: https://vk.com/gim1?sel=601"]
    assert world.says("Почему отклонили?", by=AUTHOR) == []
    world.later(hours=13)
    assert len(world.says("Почему отклонили?", by=AUTHOR)) == 1


def test_the_region_of_a_communitys_news_is_remembered_by_a_press(world: World) -> None:
    world.happens(suggested(31, text="#ТомскаяОбласть Открыли сквер", author=-77))
    if world.suggestion(1).region is None:
        with world.unit() as context:
            known = replace(world.suggestion(1), region="RU-TOM", version=2)
            assert context.unit.suggestions.save(known, seen_version=1)
        world.says("/очередь 1", by=ANNA, where=CHAT)
    assert world.press(1, "Ещё", "Автор", "Запомнить регион") == "Автор теперь: Томская область"
    world.happens(suggested(32, text="Другая новость", author=-77))
    assert world.suggestion(2).region == "RU-TOM"
    author = world.suggestion(2).author
    assert author is not None
    assert author.confirmed


def test_the_card_says_when_one_author_sends_too_much(make_world: Callable[..., World]) -> None:
    world = make_world(replace(a_desk(), author_daily_limit=1))
    world.happens(suggested(31, text="Раз"), suggested(32, text="Два"))
    assert "за сутки от автора 2 новости" in world.card(2).text
