"""The comparison with VK's own list: what was missed, edited, withdrawn, published by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from editorial.delivery import Refused, Uncertain
from editorial.suggestion import Status
from handlers import reconcile
from handlers.events import WallSuggested
from tests.builders import ANNA, AUTHOR, BORIS, NOW, WALL, a_photo, on_the_wall, suggested
from tests.handlers.world import World, a_desk


def compare(world: World, *listed: WallSuggested) -> list[int]:
    """A complete list arrives; returns the numbers that are to be looked at."""
    with world.look() as context:
        news = reconcile.worth_storing(context, listed)
    with world.unit() as context:
        reconcile.compare(context, news)
    with world.look() as context:
        missing = [lost.number for lost in reconcile.missing(context, listed)]
    world.deliver()
    return missing


def test_t15_what_was_suggested_while_we_were_down_is_taken_in(world: World) -> None:
    world.happens(suggested(31, text="Раз"))
    compare(world, suggested(31, text="Раз"), suggested(32, text="Два"), suggested(33, text="Три"))
    assert [message.text.split()[1] for message in world.chat()] == ["1", "2", "3"]


def test_comparing_again_changes_nothing(world: World) -> None:
    listed = suggested(31), suggested(32, text="Ещё")
    compare(world, *listed)
    with world.look() as context:
        assert reconcile.worth_storing(context, listed) == []


def test_an_edit_by_the_author_sends_a_planned_one_back_to_review(world: World) -> None:
    world.happens(suggested(31, text="Праздник 12 июня"))
    world.press(1, "В очередь")
    compare(world, suggested(31, text="Праздник 14 июня"))
    assert world.suggestion(1).status is Status.PENDING
    assert world.publication(1) is None
    assert "Автор изменил:\n− «12» → + «14»" in world.card(1).text
    assert "снова на рассмотрении" in world.letters(AUTHOR)[-1]


def test_an_edit_by_the_author_brings_the_card_to_the_end_of_the_chat_once(world: World) -> None:
    world.happens(suggested(31, text="Праздник 12 июня"), suggested(32, text="Другая новость"))
    former = world.card(1).cmid
    compare(world, suggested(31, text="Праздник 14 июня"), suggested(32, text="Другая новость"))
    first = world.card(1).cmid
    assert world.chat()[-1].cmid == first
    [left] = [one for one in world.chat() if one.cmid == former]
    assert (left.text, left.buttons) == ("№ 1: карточка ниже", {})
    assert "Автор изменил:\n− «12» → + «14»" in world.card(1).text
    compare(world, suggested(31, text="Праздник 15 июня"), suggested(32, text="Другая новость"))
    assert world.card(1).cmid == first, "it stands there already"
    assert "− «14» → + «15»" in world.card(1).text


def test_an_edit_of_news_whose_card_is_kept_back_keeps_its_place(make_world: Callable[..., World]) -> None:
    world = make_world(a_desk(burst=1))
    world.happens(suggested(31, text="Первая"), suggested(32, text="Вторая"), suggested(33, text="Третья"))
    texts = [one.text for one in world.chat()]
    compare(world, *(suggested(post, text=text) for post, text in ((31, "Первая"), (32, "Вторая"), (33, "Иная"))))
    assert [one.text for one in world.chat()] == texts


def test_a_photo_vk_moved_to_the_community_is_no_edit(world: World) -> None:
    world.happens(suggested(31, attachments=[a_photo()]))
    world.press(1, "В очередь")
    compare(world, suggested(31, attachments=[a_photo(owner=WALL, media_id=900)]))
    known = world.suggestion(1)
    assert known.status is Status.SCHEDULED
    assert known.content.attachments[0].owner_id == WALL
    with world.look() as context:
        assert (
            reconcile.worth_storing(context, [suggested(31, attachments=[a_photo(owner=WALL, media_id=900)])]) == []
        )


def test_a_rejected_one_that_stays_on_vk_is_left_alone(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "Отклонить", "Реклама")
    with world.look() as context:
        assert reconcile.worth_storing(context, [suggested(31, text="Купите слона")]) == []


def test_t16_an_empty_list_closes_nothing(world: World) -> None:
    world.happens(*(suggested(30 + place, text=str(place)) for place in range(6)))
    before = [world.suggestion(number) for number in range(1, 7)]
    compare(world)
    assert [world.suggestion(number) for number in range(1, 7)] == before


def test_a_missing_one_is_named_and_closed_only_when_looked_at(world: World) -> None:
    world.happens(suggested(31, text="Раз"), suggested(32, text="Два"))
    assert compare(world, suggested(32, text="Два")) == [1]
    assert world.suggestion(1).status is Status.PENDING
    with world.unit() as context:
        assert reconcile.gone(context, 1, ())
    world.deliver()
    assert world.suggestion(1).status is Status.WITHDRAWN
    assert "Отозвано автором" in world.card(1).text
    assert "№ 1" in world.letters(AUTHOR)[-1]


def test_t16_one_that_vk_did_not_show_for_a_while_waits_for_a_decision_again(world: World) -> None:
    world.happens(suggested(31, text="Раз"), suggested(32, text="Два"))
    with world.unit() as context:
        assert reconcile.gone(context, 1, ())
    assert world.says("Отозвать 2", by=AUTHOR)
    assert compare(world, suggested(31, text="Раз"), suggested(32, text="Два")) == []
    assert "Снова ждёт решения: запись снова в предложенных" in world.card(1).text
    assert "В очередь" in world.card(1).buttons
    assert "№ 1 снова на рассмотрении" in world.letters(AUTHOR)[-1]
    assert world.suggestion(2).status is Status.WITHDRAWN  # its author took it back; VK keeps it
    compare(world, suggested(31, text="Раз, иначе"), suggested(32, text="Два"))
    assert "автор изменил запись" in world.card(1).text


@pytest.mark.parametrize("closed_by", ["another of theirs", "their word"])
def test_news_its_author_closed_waits_for_a_decision_again_once_they_edit_it_on_vk(
    world: World, closed_by: str
) -> None:
    """Edited as asked and not looked at yet when their next piece, in like words, passed for the corrected one."""
    world.happens(suggested(31, text="Праздник в Тайшете 12 июня, приходите"))
    world.press(1, "Вернуть", "Нужно фото")
    if closed_by == "their word":
        assert world.says("Отозвать 1", by=AUTHOR)
    else:
        world.happens(suggested(32, text="Праздник в Тайшете 19 июня, приходите"))
        assert "Заменена исправленной № 2" in world.card(1).text
    others = () if closed_by == "their word" else (suggested(32, text="Праздник в Тайшете 19 июня, приходите"),)
    compare(world, suggested(31, text="Праздник в Тайшете 12 июня, приходите"), *others)
    assert world.suggestion(1).status is Status.WITHDRAWN
    edited = (suggested(31, text="Праздник в Тайшете 12 июня в 14:00, приходите"), *others)
    with world.look() as context:
        assert [event.post_id for event in reconcile.worth_storing(context, edited)] == [31]
    compare(world, *edited)
    assert "автор изменил запись" in world.card(1).text
    assert "В очередь" in world.card(1).buttons
    assert "№ 1" in world.letters(AUTHOR)[-1]
    with world.look() as context:
        assert reconcile.worth_storing(context, edited) == []


def test_t74_a_missing_one_that_stands_on_the_wall_was_published_by_hand(world: World) -> None:
    world.happens(suggested(31, text="В Братске открыли парк у реки"))
    post = on_the_wall(90, text="Друзья! В Братске открыли парк у реки.", signer=None)
    with world.unit() as context:
        reconcile.gone(context, 1, [on_the_wall(80, text="Совсем о другом", signer=None), post])
    world.deliver()
    assert world.suggestion(1).published_post_id == 90
    assert "опубликовано вручную" in world.card(1).text


def test_t74_a_missing_one_that_a_person_postponed_is_no_withdrawal(world: World) -> None:
    world.happens(suggested(31, text="В Братске открыли парк у реки"))
    later = on_the_wall(80, text="В Братске открыли парк у реки", signer=None, at=NOW + timedelta(hours=5))
    with world.unit() as context:
        assert reconcile.gone(context, 1, [on_the_wall(70, text="Совсем о другом", signer=None)], [later])
    world.deliver()
    assert "Отложена ВКонтакте вручную, выйдет сегодня в 15:00 мск" in world.card(1).text
    assert "№ 1 поставили в отложенные" in world.letters(AUTHOR)[-1]
    assert "15:00 мск" in world.letters(AUTHOR)[-1]
    assert any("выйдет сегодня в 15:00 мск" in said for said in world.says("Мои новости", by=AUTHOR))
    world.later(hours=5)
    world.happens(on_the_wall(81, text="В Братске открыли парк у реки", signer=None, at=world.now, postponed_id=80))
    assert "опубликовано вручную" in world.card(1).text


def test_t74_news_of_the_same_template_with_other_numbers_is_other_news(world: World) -> None:
    world.happens(suggested(31, text="В посёлке 12 августа отключат воду с 9:00 до 18:00"))
    post = on_the_wall(90, text="В посёлке 14 августа отключат воду с 9:00 до 18:00", signer=None)
    with world.unit() as context:
        reconcile.gone(context, 1, [post])
    assert world.suggestion(1).status is Status.WITHDRAWN


def test_a_post_known_as_another_suggestion_is_not_taken_twice(world: World) -> None:
    world.happens(suggested(31, text="Дважды"), suggested(32, text="Дважды"))
    post = on_the_wall(90, text="Дважды")
    world.happens(post)
    with world.unit() as context:
        reconcile.gone(context, 2, [post])
    assert world.suggestion(2).status is Status.WITHDRAWN


OWN = "В Братске открыли парк у реки"


@pytest.mark.parametrize("first", ["being published", "published by hand"])
def test_t74_a_post_that_says_another_piece_word_for_word_is_not_this_one_worded_anew(
    world: World, first: str
) -> None:
    """One author, two pieces: one stands on the wall and nobody heard of it yet, the other was deleted."""
    world.happens(suggested(31, text=OWN), suggested(32, text="Субботник в Тайшете переносится"))
    if first == "being published":
        world.press(1, "Опубликовать")
        world.wall(Uncertain("no_answer"))
    post = on_the_wall(90, text=OWN)
    with world.unit() as context:
        reconcile.gone(context, 2, [post])
    world.deliver()
    assert world.suggestion(2).status is Status.WITHDRAWN
    assert "Отозвано автором" in world.card(2).text
    world.happens(post)
    assert (world.suggestion(1).status, world.suggestion(1).published_post_id) == (Status.PUBLISHED, 90)


def test_what_is_being_published_is_the_couriers_business(world: World) -> None:
    world.happens(suggested(31), suggested(32, text="Другая"))
    world.press(1, "Опубликовать")
    world.wall()
    assert compare(world, suggested(32, text="Другая")) == []
    with world.unit() as context:
        assert not reconcile.gone(context, 1, ())


def test_names_that_come_with_the_list_are_kept(world: World) -> None:
    world.names.clear()
    with world.unit() as context:
        reconcile.compare(context, [suggested(31, author=701)])
        reconcile.remember_names(context, {701: "Иван Ким", 702: "Никто"})
        assert context.unit.authors.get(702) is None
    world.deliver()
    assert "[id701|Иван Ким]" in world.card(1).text


def test_an_edit_after_a_refusal_brings_it_back(world: World) -> None:
    world.happens(suggested(31, text="Плохая ссылка"))
    world.press(1, "Опубликовать", by=ANNA)
    world.wall(Refused("links_forbidden", 222))
    compare(world, suggested(31, text="Без ссылки"))
    assert world.suggestion(1).status is Status.PENDING
    assert world.press(1, "В очередь", by=BORIS).startswith("Выйдет")
