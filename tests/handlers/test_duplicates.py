"""News sent before: seen on the card with links and likeness, whether by its words or by its picture."""

from __future__ import annotations

import re

from editorial.delivery import RetryLater, Sent
from editorial.suggestion import Status
from handlers import duplicates, reconcile
from tests.builders import ANNA, CHAT, a_photo, on_the_wall, suggested
from tests.handlers.world import World
from tests.rules.test_likeness import OTHER, RETOLD, STORY


def alike_lines(world: World, number: int) -> list[str]:
    return [line for line in world.card(number).text.split("\n") if line.startswith(("Похоже на", "Такое же фото"))]


def pictures_are(world: World, number: int, *marks: int) -> None:
    """The pictures of the suggestion were looked at."""
    with world.unit() as context:
        [delivery] = context.unit.outbox.claim(duplicates.PICTURES, world.now, 1)
        assert delivery.number == number
    assert world.ends(delivery, Sent({"marks": list(marks)}))


def test_a_copy_and_a_retelling_are_shown_with_their_likeness(world: World) -> None:
    world.happens(suggested(31, text=STORY))
    world.happens(suggested(32, text=STORY.replace("ё", "е") + " Поздравляем"))
    world.happens(suggested(33, text=RETOLD))
    [copy] = alike_lines(world, 2)
    assert copy.startswith("Похоже на 100 % на № 1 (")
    assert "https://vk.com/wall-1_31" in copy
    assert {line.split("№ ")[1].split(" ")[0] for line in alike_lines(world, 3)} == {"1", "2"}


def test_all_that_is_alike_is_read_at_once(world: World) -> None:
    for number in range(1, 7):
        world.happens(suggested(30 + number, text=STORY, attachments=[a_photo(number)]))
        pictures_are(world, number, number % 2)
    with world.look() as context:
        suggestion = context.unit.suggestions.get(6)
        assert suggestion is not None
        with world.statements() as asked:
            found = duplicates.of(context, suggestion, most=9)
    assert [one.suggestion.number for one in found] == [1, 2, 3, 4, 5]
    assert sum("FROM suggestions" in sql for sql in asked) == 2


def test_another_story_has_nothing_to_show(world: World) -> None:
    world.happens(suggested(31, text=STORY))
    world.happens(suggested(32, text=OTHER))
    assert alike_lines(world, 2) == []


def test_a_published_one_is_shown_with_its_post(world: World) -> None:
    world.happens(suggested(31, text=STORY))
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 900}))
    world.happens(suggested(32, text=STORY))
    [line] = alike_lines(world, 2)
    assert "https://vk.com/wall-1_900" in line


def test_a_post_that_nobody_suggested_is_shown_with_its_link(world: World) -> None:
    world.happens(on_the_wall(900, text=RETOLD, signer=None, at=world.now))
    world.later(days=1)
    world.happens(suggested(31, text=STORY, at=world.now), suggested(32, text=OTHER, at=world.now))
    [line] = alike_lines(world, 1)
    assert re.fullmatch(r"Похоже на \d+ % на пост на стене \(вчера в 10:00 мск\): https://vk.com/wall-1_900", line)
    assert alike_lines(world, 2) == []
    assert world.says("/найти делегация", by=ANNA, where=CHAT)[0].count("№") == 1
    world.later(days=15)
    world.happens(suggested(33, text=STORY, at=world.now))
    assert "на стене" not in world.card(3).text


def test_what_stands_on_somebody_elses_wall_is_none_of_ours(world: World) -> None:
    world.happens(on_the_wall(900, text=STORY, signer=None, at=world.now, owner=-9))
    world.happens(suggested(31, text=STORY, at=world.now))
    assert alike_lines(world, 1) == []
    world.happens(on_the_wall(901, text=STORY, at=world.now, owner=-9))
    assert world.suggestion(1).status is Status.PENDING


def test_a_post_that_turned_out_to_be_of_a_suggestion_is_shown_once(world: World) -> None:
    world.happens(suggested(31, text=OTHER))
    world.press(1, "Опубликовать")
    world.happens(on_the_wall(900, text=STORY, signer=None, at=world.now))
    world.wall(Sent({"post_id": 900}))
    world.happens(suggested(32, text=STORY))
    assert not any("на стене" in line for line in alike_lines(world, 2))


def test_after_two_weeks_news_may_come_again(world: World) -> None:
    world.happens(suggested(31, text=STORY))
    world.later(days=15)
    world.happens(suggested(32, text=STORY, at=world.now))
    assert alike_lines(world, 2) == []


def test_a_piece_sent_back_to_its_author_is_no_duplicate_of_the_corrected_one(world: World) -> None:
    world.happens(suggested(31, text=STORY))
    world.press(1, "Вернуть", "Нужно фото")
    world.happens(suggested(32, text=STORY, attachments=[a_photo(7)]))
    assert alike_lines(world, 2) == []
    with world.unit() as context:
        reconcile.compare(context, [suggested(31, text=f"{STORY} Ждём всех.")])
    world.deliver()  # edited after all, so both wait for a decision
    [line] = alike_lines(world, 1)
    assert " на № 2 (" in line


def test_the_same_picture_is_recognised_although_it_was_made_smaller(world: World) -> None:
    world.happens(suggested(31, text="Открыли двор", attachments=[a_photo(1)]))
    pictures_are(world, 1, 0xF0F0F0F0F0F0F0F0)
    world.happens(suggested(32, text="Совсем другие слова о другом", attachments=[a_photo(2)]))
    pictures_are(world, 2, 0xF0F0F0F0F0F0F0F1)
    [line] = alike_lines(world, 2)
    assert line.startswith("Такое же фото, как в № 1 (")


def test_another_picture_is_none_of_it(world: World) -> None:
    world.happens(suggested(31, text="Открыли двор", attachments=[a_photo(1)]))
    pictures_are(world, 1, 0xF0F0F0F0F0F0F0F0)
    world.happens(suggested(32, text="Открыли сквер", attachments=[a_photo(2)]))
    pictures_are(world, 2, 0x0F0F0F0F0F0F0F0F)
    assert alike_lines(world, 2) == []


def test_pictures_that_cannot_be_had_trouble_nobody(world: World) -> None:
    world.happens(suggested(31, text="Открыли двор", attachments=[a_photo(1)]))
    before = len(world.chat())
    with world.unit() as context:
        [delivery] = context.unit.outbox.claim(duplicates.PICTURES, world.now, 1)
    world.ends(delivery, RetryLater("silence"))
    assert len(world.chat()) == before


def test_news_without_pictures_has_nothing_looked_at(world: World) -> None:
    world.happens(suggested(31, text="Открыли двор"))
    with world.unit() as context:
        assert context.unit.outbox.claim(duplicates.PICTURES, world.now, 1) == ()
