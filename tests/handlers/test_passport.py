"""The live message about a news item: it begins as the receipt and is edited as the news moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from editorial.delivery import Sent
from editorial.networks import OurPost, PostState, Reach
from editorial.suggestion import Content
from tests.builders import AUTHOR, BORIS, NOW, WALL, suggested
from tests.handlers.world import Message, World, a_desk

TEXT = "В Ангарске открыли сквер у школы."


def live(world: World) -> Message:
    """The first message the author got: the receipt, whatever it says by now."""
    return world.conversations[AUTHOR][0]


def out(world: World) -> None:
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))


def test_it_follows_the_news_from_receipt_to_the_link(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    assert live(world).text.startswith("Получили новость, № 1. Решение сообщим")
    world.press(1, "В очередь")
    assert live(world).text == "Получили новость, № 1\nвыйдет сегодня в 11:30 мск"
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    assert live(world).text == "Получили новость, № 1\nвышла, https://vk.com/wall-1_77"


def test_it_says_what_the_desk_changed(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Правка")
    world.replies(1, "В Ангарске открыли парк у школы.")
    assert "исправлено: «сквер» → «парк»" in live(world).text


def test_outcomes_ring_as_messages_of_their_own_and_the_rest_does_not(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Правка")
    world.replies(1, "В Ангарске открыли парк у школы.")
    assert len(world.letters(AUTHOR)) == 1
    world.press(1, "Вернуть", "Нужно фото")
    assert len(world.letters(AUTHOR)) == 2
    assert world.letters(AUTHOR)[1].startswith("Новость № 1 вернули на доработку")


def test_in_the_authors_own_time(world: World) -> None:
    with world.unit() as context:
        context.unit.authors.set_region(AUTHOR, "RU-IRK", NOW)
    world.happens(suggested(31, text=TEXT))
    world.press(1, "В очередь")
    assert "11:30 мск (16:30 по Иркутску)" in live(world).text


def test_when_it_is_too_old_to_edit_the_next_letter_is_the_live_message(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.aged.add(live(world).cmid)
    world.press(1, "В очередь")
    assert live(world).text.startswith("Получили новость, № 1. Решение")
    assert len(world.letters(AUTHOR)) == 2
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    assert live(world).text.startswith("Получили новость, № 1. Решение")
    assert world.letters(AUTHOR)[1] == "Получили новость, № 1\nвышла, https://vk.com/wall-1_77"
    assert world.letters(AUTHOR)[-1].startswith("Новость № 1 вышла")


def test_after_a_day_the_letter_of_publication_goes_on_living(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.later(hours=25)
    out(world)
    assert world.letters(AUTHOR)[-1].startswith("Новость № 1 вышла")
    with world.look() as context:
        placed = context.unit.passports.get(1)
    assert placed is not None
    assert placed.cmid == world.conversations[AUTHOR][-1].cmid


def read_back(world: World, reach: Reach) -> None:
    with world.unit() as context:
        post = OurPost(1, WALL, 77, Content(TEXT), PostState.LIVE, world.now, reach=reach, reach_at=world.now)
        context.unit.posts.put(post, world.now)


def test_a_day_later_the_author_reads_how_far_it_got(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    out(world)
    world.later(hours=23)
    read_back(world, Reach(views=1204, likes=35, reposts=6))
    world.deliver()
    told = len(world.letters(AUTHOR))
    world.later(hours=2)
    world.deliver()
    assert world.letters(AUTHOR)[told:] == [
        "Новость № 1 за сутки: 1204 просмотра, 35 отметок «нравится», 6 репостов\nhttps://vk.com/wall-1_77"
    ]


def test_figures_that_nobody_knows_are_not_told(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    out(world)
    told = len(world.letters(AUTHOR))
    world.later(hours=30)
    world.deliver()
    assert len(world.letters(AUTHOR)) == told


def test_who_wants_no_letters_is_not_shown_anything_new(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.says("Стоп", by=AUTHOR)
    before = live(world).text
    world.press(1, "В очередь")
    out(world)
    world.later(hours=30)
    read_back(world, Reach(views=5))
    world.deliver()
    assert live(world).text == before
    assert world.letters(AUTHOR)[-1].startswith("Больше не пишем вам первыми")


def test_a_receipt_that_arrives_late_shows_where_the_news_stands(world: World) -> None:
    world.silent.add(AUTHOR)
    world.happens(suggested(31, text=TEXT))
    world.press(1, "В очередь")
    world.silent.clear()
    world.says("Здравствуйте", by=AUTHOR)
    assert "выйдет сегодня в 11:30 мск" in " ".join(world.letters(AUTHOR))


@pytest.mark.parametrize("minutes", [0, 10])
def test_it_says_once_that_a_moderator_looks_at_it(make_world: Callable[..., World], minutes: int) -> None:
    world = make_world(replace(a_desk(), claim=timedelta(minutes=minutes)))
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Отклонить")
    assert live(world).text == "Получили новость, № 1\nсмотрит модератор"
    edits = passport_edits(world)
    world.press(1, "Назад", "Вернуть", "Назад", "Ещё", "Назад")
    world.later(minutes=11)
    world.press(1, "Ещё", "Регион", by=BORIS)
    assert live(world).text.endswith("смотрит модератор")
    assert passport_edits(world) == edits
    world.press(1, "Назад", "Назад", "В очередь", by=BORIS)
    assert "выйдет сегодня" in live(world).text
    world.press(1, "Отменить решение", by=BORIS)
    assert "смотрит" not in live(world).text


def passport_edits(world: World) -> int:
    """How often the live message was to be edited."""
    with world.look() as context:
        return sum(row.kind == "passport" for row in context.unit.outbox.for_suggestion(1))


def test_the_figures_do_not_come_at_night_of_the_authors_own_zone(world: World) -> None:
    with world.unit() as context:
        context.unit.authors.set_zone(AUTHOR, "Asia/Kamchatka", NOW)
    world.later(hours=3)  # 22:00 in Kamchatka
    world.happens(suggested(31, text=TEXT, at=world.now))
    out(world)
    world.later(hours=23)
    read_back(world, Reach(views=7, likes=0, reposts=0))
    told = len(world.letters(AUTHOR))
    world.later(hours=4)
    world.deliver()
    assert not [said for said in world.letters(AUTHOR)[told:] if "за сутки" in said]
    world.later(hours=8)
    world.deliver()
    assert any("за сутки: 7 просмотров" in said for said in world.letters(AUTHOR)[told:])
