"""Digests as moderators and authors see them: put in, previewed, reworded, published once, told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from editorial.crontab import Crontab
from editorial.delivery import Refused, Sent, State, Uncertain
from editorial.suggestion import Status
from handlers import digest, letters
from handlers.context import Desk
from tests.builders import ANNA, AUTHOR, BORIS, a_button_press, on_the_wall, suggested
from tests.handlers.networks import a_wide_world
from tests.handlers.world import World, a_desk

IRKUTSK = "В Черемхове (Иркутская область) открыли библиотеку после ремонта. Пришли сто человек."
TULA = "В Тульской области наградили лучших старост. Их двенадцать."
YAKUTIA = "В Якутии провели съезд советов. Съехались все."


@pytest.fixture
def three(world: World) -> World:
    """Three pieces from three regions in the digest of the evening, 10:00."""
    world.happens(
        suggested(31, text=IRKUTSK), suggested(32, text=TULA, author=602), suggested(33, text=YAKUTIA, author=603)
    )
    for number in (1, 2, 3):
        world.press(number, "В дайджест", by=BORIS)
    return world


def make(world: World) -> list[int]:
    with world.unit() as context:
        made = digest.make_due(context)
    world.deliver()
    return made


def previewed(world: World) -> int:
    world.later(hours=9, minutes=5)
    [number] = make(world)
    return number


def test_the_lines_are_read_at_once_however_many_there_are(three: World) -> None:
    number = previewed(three)
    with three.look() as context:
        made = context.unit.suggestions.get(number)
        assert made is not None
        with three.statements() as asked:
            assert [line.number for line in digest.lines_of(context, made)] == [1, 2, 3]
    assert len(asked) == 3


def test_a_piece_in_the_digest_shows_its_line_and_can_be_taken_back(world: World) -> None:
    world.happens(suggested(31, text=IRKUTSK))
    assert "В дайджесте" in world.press(1, "В дайджест", by=BORIS)
    card = world.card(1)
    assert "В дайджесте (Борис Котов):" in card.text
    assert "◽️ Иркутская область: В Черемхове (Иркутская область) открыли библиотеку после ремонта." in card.text
    assert list(card.buttons) == ["Отменить решение", "Переписать строку", "Ещё"]
    world.press(1, "Отменить решение")
    assert world.suggestion(1).status is Status.PENDING


def test_three_regions_are_previewed_an_hour_before(three: World) -> None:
    three.later(hours=8, minutes=50)
    assert make(three) == []
    three.later(minutes=15)
    [number] = make(three)
    card = three.card(number)
    assert card.text.startswith(f"№ {number} · Дайджест, 3 строки")
    assert "Новости муниципалитетов за 25 ноября" in card.text
    assert card.text.index("Центральный федеральный округ") < card.text.index("Сибирский федеральный округ")
    assert card.text.index("◽️ Тульская область") < card.text.index("◽️ Республика Саха (Якутия)")
    assert "Выйдет сегодня в 20:00 мск" in card.text
    assert list(card.buttons)[:4] == ["Опубликовать", "Выбрать время", "Отменить дайджест", "Строки"]
    assert make(three) == []


def test_a_line_is_reworded_on_the_digest_and_dropped(three: World) -> None:
    number = previewed(three)
    three.press(number, "Строки", "№ 2", "Переписать строку")
    assert "ответьте на карточку новой строкой дайджеста" in three.card(number).text
    three.replies(number, "Двенадцать старост получили награды")
    assert "◽️ Тульская область: Двенадцать старост получили награды" in three.card(number).text
    assert "◽️ Тульская область: Двенадцать старост получили награды" in three.card(2).text
    three.press(number, "№ 3", "Убрать")
    assert "Якутия" not in three.card(number).text
    assert three.suggestion(3).status is Status.DIGEST
    assert "worded" in three.journal(2)


def test_a_line_is_worded_on_the_piece(three: World) -> None:
    three.press(1, "Переписать строку")
    three.replies(1, "◽️ Открыли библиотеку")
    number = previewed(three)
    assert "◽️ Иркутская область: Открыли библиотеку" in three.card(number).text


def test_it_goes_out_once_and_every_author_gets_the_link(three: World) -> None:
    number = previewed(three)
    assert three.wall() == []
    three.later(hours=1)
    assert three.wall(Sent({"post_id": 77})) == [number]
    link = "https://vk.com/wall-1_77"
    for piece in (1, 2, 3):
        found = three.suggestion(piece)
        assert (found.status, found.published_link, found.proof) == (Status.PUBLISHED, link, "digest")
        assert f"Вышло: {link} · строкой в дайджесте" in three.card(piece).text
    made = three.suggestion(number)
    assert made.content.text.startswith("Новости муниципалитетов за 25 ноября\n\nЦентральный")
    three.happens(on_the_wall(77, text=made.content.text, signer=None, at=three.now))
    assert three.suggestion(number).proof == "checked"
    assert three.wall() == []
    three.later(hours=13)  # it is night in Irkutsk and Yakutsk
    three.deliver()
    for piece, author in ((1, AUTHOR), (2, 602), (3, 603)):
        assert [letter for letter in three.letters(author) if "дайджест" in letter] == [
            f"Новость № {piece} вошла строкой в дайджест: {link}\n"
            "Отдельный пост сделаем, если пришлёте подробности и фото."
        ]


def two_of_one_author(world: World) -> World:
    """Two pieces of one author and one of another in the digest of the evening, which is out."""
    world.happens(suggested(31, text=IRKUTSK), suggested(32, text=YAKUTIA), suggested(33, text=TULA, author=602))
    for number in (1, 2, 3):
        world.press(number, "В дайджест")
    previewed(world)
    world.later(hours=1)
    world.wall(Sent({"post_id": 77}))
    world.later(hours=13)  # it was night in Irkutsk
    return world


def test_who_has_several_lines_in_a_digest_reads_of_them_in_one_letter(world: World) -> None:
    two_of_one_author(world).deliver()
    assert [letter for letter in world.letters(AUTHOR) if "дайджест" in letter] == [
        "Новости № 1, 2 вошли строками в дайджест: https://vk.com/wall-1_77\n"
        "Отдельные посты сделаем, если пришлёте подробности и фото."
    ]
    assert "Новость № 3 вошла строкой в дайджест: https://vk.com/wall-1_77" in world.letters(602)[-1]


def test_a_letter_about_several_lines_does_not_become_the_live_message_of_one(world: World) -> None:
    two_of_one_author(world).later(hours=2)  # the receipt is too old to be edited by now
    world.deliver()
    last = world.conversations[AUTHOR][-1]
    assert last.text.startswith("Новости № 1, 2 вошли")
    with world.look() as context:
        placed = context.unit.passports.get(1)
    assert placed is not None
    assert placed.cmid != last.cmid


def test_a_letter_about_several_lines_that_cannot_arrive_is_kept_for_all_of_them(world: World) -> None:
    world.silent.add(AUTHOR)
    two_of_one_author(world).deliver()
    said = len(world.letters(AUTHOR))
    world.silent.discard(AUTHOR)
    with world.unit() as context:
        letters.release(context, AUTHOR)
    world.deliver()
    told = "\n".join(world.letters(AUTHOR)[said:])
    assert "№ 1" in told
    assert "№ 2" in told


def test_a_link_that_can_wait_wakes_nobody_whose_zone_is_unknown(world: World) -> None:
    world.happens(suggested(31, text="В посёлке открыли музей. Пришли все."))
    world.press(1, "В дайджест")
    previewed(world)
    world.later(hours=1)  # 20:00 in Moscow, 05:00 on Kamchatka
    world.wall(Sent({"post_id": 77}))
    assert not any("дайджест" in one for one in world.letters(AUTHOR))
    world.later(hours=13)  # 09:00 and 18:00
    world.deliver()
    assert "вошла строкой в дайджест" in world.letters(AUTHOR)[-1]


def test_a_digest_takes_nothing_from_the_plan(three: World) -> None:
    previewed(three)
    three.later(hours=1)
    three.wall(Sent({"post_id": 77}))
    with three.look() as context:
        assert context.unit.suggestions.taken(three.now.replace(hour=0), three.now) == ()


def test_in_doubt_people_say_whether_it_is_out(three: World) -> None:
    number = previewed(three)
    three.later(hours=1)
    three.wall(Uncertain("no_answer"))
    assert three.suggestion(number).status is Status.PUBLISHING
    assert three.suggestion(1).status is Status.DIGEST
    three.happens(on_the_wall(78, text=three.suggestion(number).content.text, signer=None, at=three.now))
    assert three.suggestion(number).status is Status.PUBLISHED
    assert three.suggestion(1).published_post_id == 78


def test_while_it_goes_out_no_line_is_taken_back(three: World) -> None:
    number = previewed(three)
    three.later(hours=1)
    three.wall()
    assert three.suggestion(number).status is Status.PUBLISHING
    assert "уже публикуется" in three.press(1, "Отменить решение")
    assert three.suggestion(1).status is Status.DIGEST


def test_called_off_its_pieces_wait_for_the_next_one(three: World) -> None:
    number = previewed(three)
    assert "ждут следующего" in three.press(number, "Отменить дайджест")
    assert "Дайджест отменён" in three.card(number).text
    assert make(three) == []
    three.later(hours=1)
    assert three.wall() == []
    three.later(hours=23)
    [next_one] = make(three)
    assert "3 строки" in three.card(next_one).text


def test_postponed_it_goes_out_at_the_new_time(three: World) -> None:
    number = previewed(three)
    three.press(number, "Выбрать время", "Завтра", "9:30")
    assert "завтра в 9:30 мск" in three.card(number).text
    three.later(hours=1)
    assert three.wall() == []
    three.now = three.suggestion(number).due_at or three.now
    assert three.wall() == [number]


def test_at_once_by_a_press(three: World) -> None:
    number = previewed(three)
    three.press(number, "Опубликовать")
    assert three.wall(Sent({"post_id": 79})) == [number]


def test_without_lines_nothing_is_put_together_or_posted(world: World) -> None:
    world.later(hours=9, minutes=5)
    assert make(world) == []
    world.happens(suggested(31, text=IRKUTSK))
    world.press(1, "В дайджест")
    [number] = make(world)
    world.press(1, "Отменить решение")
    assert "не осталось строк" in world.card(number).text
    world.later(hours=1)
    assert world.wall() == []
    assert world.suggestion(number).status is Status.WITHDRAWN
    with world.look() as context:
        rows = context.unit.outbox.for_suggestion(number)
    assert {row.state for row in rows if row.kind == "publish"} == {State.CANCELLED}


def test_a_piece_put_in_late_joins_the_one_that_is_shown(three: World) -> None:
    number = previewed(three)
    three.happens(suggested(34, text="В Карелии открыли мост. Он новый.", author=604))
    three.press(5, "В дайджест")
    assert "◽️ Республика Карелия: В Карелии открыли мост." in three.card(number).text


def test_a_piece_that_somebody_published_by_hand_leaves_the_digest_that_is_shown(three: World) -> None:
    number = previewed(three)
    assert "3 строки" in three.card(number).text
    three.happens(on_the_wall(70, text=TULA, signer=602, at=three.now))
    assert three.suggestion(2).status is Status.PUBLISHED
    assert "Тульск" not in three.card(number).text
    assert "2 строки" in three.card(number).text
    with three.look() as context:
        assert context.unit.digests.containing(2) == ()


def test_a_piece_published_by_hand_under_another_number_and_nobodys_name_is_known_at_once(three: World) -> None:
    """VK numbers the post anew and need not sign it; nobody has to wait until the suggestion is missed."""
    three.happens(on_the_wall(70, text=TULA, signer=None, at=three.now))
    three.later(minutes=11)
    three.deliver()
    assert (three.suggestion(2).status, three.suggestion(2).proof) == (Status.PUBLISHED, "by_hand")
    assert any("Новость № 2 вышла" in one and "wall-1_70" in one for one in three.letters(602))
    number = previewed(three)
    assert "2 строки" in three.card(number).text
    three.later(hours=1)
    three.wall(Sent({"post_id": 77}))
    assert three.suggestion(2).published_post_id == 70
    assert not any("дайджест" in one for one in three.letters(602)[1:])


def test_an_author_who_edits_takes_the_piece_out(three: World) -> None:
    from editorial.suggestion import Content
    from handlers import suggest

    number = previewed(three)
    with three.unit() as context:
        piece = context.unit.suggestions.get(2)
        assert piece is not None
        assert suggest.author_edited(context, piece, Content("В Тульской области наградили всех старост."))
    three.deliver()
    assert "Тульская" not in three.card(number).text
    assert three.suggestion(2).status is Status.PENDING


def test_refused_it_stays_and_can_be_repeated(three: World) -> None:
    number = previewed(three)
    three.later(hours=1)
    three.wall(Refused("content_blocked"))
    assert "Не вышло" in three.card(number).text
    three.press(number, "Повторить")
    assert three.wall(Sent({"post_id": 80})) == [number]
    assert three.suggestion(1).published_post_id == 80


def test_a_digest_that_was_missed_does_not_go_out_at_night(three: World) -> None:
    three.later(hours=13)
    [number] = make(three)
    three.later(minutes=20)
    assert three.wall() == []
    three.later(hours=9)
    assert three.wall() == [number]


def a_weekly_desk(daily: bool = True) -> Desk:
    days = (("daily", Crontab.parse("0 20 * * *")),) if daily else ()
    return replace(a_desk(), digests=(*days, ("weekly", Crontab.parse("0 21 * * wed"))))


def test_the_week_gathers_what_went_out_by_day_and_each_author_gets_its_link_once(make_world: Any) -> None:
    world = make_world(a_weekly_desk())
    world.happens(suggested(31, text=IRKUTSK), suggested(32, text=YAKUTIA), suggested(33, text=TULA, author=602))
    for number in (1, 2, 3):
        world.press(number, "В дайджест")
    number = previewed(world)
    world.later(hours=1)
    world.wall(Sent({"post_id": 77}))
    world.deliver()
    letters = len(world.letters(602))
    [weekly] = make(world)
    assert weekly != number
    assert "за неделю, 19–25 ноября" in world.card(weekly).text
    world.later(hours=1)
    world.wall(Sent({"post_id": 78}))
    assert world.suggestion(1).published_post_id == 77
    world.later(hours=12)
    world.deliver()
    told = [said for said in world.letters(602)[letters:] if "дайджест" in said]
    assert told == ["Новость № 3 вошла и в дайджест недели: https://vk.com/wall-1_78"]
    both = "https://vk.com/wall-1_77, https://vk.com/wall-1_78"  # it was night there when the first came out
    assert [said for said in world.letters(AUTHOR) if "дайджест" in said] == [
        f"Новости № 1, 2 вошли строкой в дайджесты дня и недели: {both}"
    ]


def test_what_was_kept_of_the_week_is_told_of_every_piece(make_world: Any) -> None:
    world = make_world(a_weekly_desk())
    world.happens(suggested(31, text=IRKUTSK), suggested(32, text=YAKUTIA), suggested(34, text="Раз"))
    world.silent.add(AUTHOR)
    world.press(3, "Отклонить", "Реклама")
    for number in (1, 2):
        world.press(number, "В дайджест")
    previewed(world)
    world.later(hours=1)
    world.wall(Sent({"post_id": 77}))
    make(world)
    world.later(hours=1)
    world.wall(Sent({"post_id": 78}))
    world.later(hours=12)
    world.deliver()
    said = len(world.letters(AUTHOR))
    world.silent.discard(AUTHOR)
    with world.unit() as context:
        letters.release(context, AUTHOR)
    world.deliver()
    [summary] = world.letters(AUTHOR)[said:]
    assert [number for number in (1, 2, 3) if f"№ {number}: " in summary] == [1, 2, 3]


def test_without_a_daily_one_the_weeks_digest_tells_every_author(make_world: Any) -> None:
    world = make_world(a_weekly_desk(daily=False))
    world.happens(suggested(31, text=TULA), suggested(32, text=IRKUTSK, author=602))
    for number in (1, 2):
        world.press(number, "В дайджест")
    world.later(hours=10, minutes=5)
    make(world)
    world.later(hours=1)
    world.wall(Sent({"post_id": 78}))
    world.later(hours=12)
    world.deliver()
    for number, author in ((1, AUTHOR), (2, 602)):
        told = [said for said in world.letters(author) if "дайджест" in said]
        assert len(told) == 1
        assert told[0].startswith(f"Новость № {number} вошла строкой в дайджест: https://vk.com/wall-1_78")


def test_switched_off_there_is_no_such_button(make_world: Any) -> None:
    world = make_world(replace(a_desk(), digests=()))
    world.happens(suggested(31, text=IRKUTSK))
    assert "В дайджест" not in world.card(1).buttons
    assert ANNA


def test_a_digest_s_card_has_the_networks_too(make_world: Any) -> None:
    networks = a_wide_world(make_world)
    world = networks.world
    for post, text, author in ((31, IRKUTSK, 601), (32, TULA, 602), (33, YAKUTIA, 603)):
        world.happens(suggested(post, text=text, author=author))
    for number in (1, 2, 3):
        world.press(number, "В дайджест", by=BORIS)
    number = previewed(world)
    assert "Сети" in _after(world, number, "Ещё")
    world.press(number, "Сети", "✓ MAX", "Назад", "Назад", "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    world.happens(on_the_wall(77, text=world.suggestion(number).text, signer=None, at=world.now))
    networks.breaks("telegram", Refused("content_blocked"))
    networks.deliver()
    assert networks.texts("max") == []
    world.press(number, "Ещё", "Сети", "Повторить: Телеграм")
    networks.deliver()
    assert len(networks.texts("telegram")) == 2  # it is long


def _after(world: World, number: int, label: str) -> list[str]:
    world.press(number, label)
    return list(world.card(number).buttons)


def test_one_line_is_not_taken_down_with_all_the_others(three: World) -> None:
    number = previewed(three)
    three.press(number, "Опубликовать")
    three.wall(Sent({"post_id": 77}))
    three.says("Отозвать 2", by=602)
    [request] = [one for one in three.chat() if "Снять" in one.buttons]
    [shown] = three.happens(a_button_press(request.buttons["Снять"], by=ANNA, cmid=request.cmid))
    assert shown.text.startswith("№ 2 — строка дайджеста")
    with three.unit() as context:
        rows = context.unit.outbox.claim("vk_wall", three.now, 20)
    assert "delete_post" not in {row.kind for row in rows}
