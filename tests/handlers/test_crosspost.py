"""Copies in other networks: released with the proof, once each, settled apart, and never sent again on hope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from editorial.delivery import Refused, RetryLater, Sent, State, Uncertain
from editorial.networks import CopyState, PostState, Story
from tests.builders import AUTHOR, CHAT, NOW, WALL, a_photo, on_the_wall, suggested
from tests.handlers.networks import MAX, TELEGRAM, Networks, a_wide_world, published
from tests.handlers.world import World

LONG = "Открыли библиотеку после ремонта. " * 8
OUT, WAITING = CopyState.OUT, CopyState.WAITING


@pytest.fixture
def networks(make_world: Callable[..., World]) -> Networks:
    return a_wide_world(make_world)


def notes(networks: Networks, words: str) -> list[str]:
    return [message.text for message in networks.world.chat() if words in message.text and not message.keyboard]


# ------------------------------------------------------------------------------------------------------ release


def test_nothing_goes_anywhere_before_the_post_is_proven(networks: Networks) -> None:
    world = networks.world
    world.happens(suggested(31, attachments=[a_photo()]))
    world.press(1, "Опубликовать")
    networks.deliver()
    world.wall(Sent({"post_id": 77}))
    networks.deliver()
    assert networks.readers == {}
    world.happens(on_the_wall(77, attachments=[a_photo()]))
    networks.deliver()
    assert {key: len(posts) for key, posts in networks.readers.items()} == {"telegram": 1, "max": 1, "webhook": 1}


def test_every_network_has_it_once_with_the_link_of_the_post(networks: Networks) -> None:
    published(networks)
    networks.world.happens(on_the_wall(77, text="Открыли библиотеку.", attachments=[a_photo()]))
    networks.deliver()
    networks.deliver()
    for posts in networks.readers.values():
        [seen] = posts.values()
        assert (seen.text, seen.link) == ("Открыли библиотеку.", f"https://vk.com/wall{WALL}_77")
        assert [one.kind for one in seen.attachments] == ["photo"]


def test_parts_go_in_their_order(networks: Networks) -> None:
    published(networks, LONG)
    networks.deliver()
    assert [text.endswith("(часть 2)") for text in networks.texts("telegram")] == [False, True]
    assert networks.states() == {"telegram": [OUT, OUT], "max": [OUT], "webhook": [OUT]}


def test_what_a_person_published_by_hand_goes_out_as_it_stands_there(networks: Networks) -> None:
    world = networks.world
    world.happens(suggested(31))
    world.happens(on_the_wall(31, text="Переписано руками."))
    networks.deliver()
    assert networks.texts("max") == ["Переписано руками."]


def test_t18_a_post_that_lacks_something_is_held_back(networks: Networks) -> None:
    world = networks.world
    world.happens(suggested(31, attachments=[a_photo()]))
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    world.happens(on_the_wall(77))
    networks.deliver()
    assert networks.readers == {}
    assert "вложений 0 из 1" in world.card(1).text


def test_t20_what_is_no_post_of_ours_never_leaves(networks: Networks) -> None:
    world = networks.world
    world.happens(on_the_wall(500, text="Запись модератора мимо бота."))
    world.happens(suggested(31))
    networks.deliver()
    assert networks.readers == {}


def test_without_networks_a_post_is_kept_and_nothing_is_sent(world: World) -> None:
    networks = Networks(world)
    published(networks)
    post = networks.post()
    assert post is not None
    assert post.post_id == 77
    assert networks.copies() == {}


# ------------------------------------------------------------------------------------------------------- outcomes


def test_t05_a_failure_in_one_network_touches_no_other(networks: Networks) -> None:
    networks.breaks("telegram", Refused("content_blocked"))
    published(networks)
    networks.deliver()
    assert networks.states() == {"telegram": [CopyState.REFUSED], "max": [OUT], "webhook": [OUT]}
    assert len(notes(networks, "Телеграм: не вышла, запись не пропустили")) == 1


def test_a_failed_part_stops_the_parts_behind_it(networks: Networks) -> None:
    networks.breaks("telegram", Refused("media_refused"))
    published(networks, LONG)
    networks.deliver()
    assert networks.states()["telegram"] == [CopyState.REFUSED, CopyState.CANCELLED]
    assert networks.texts("telegram") == []


def test_t46_being_asked_to_wait_is_no_failure(networks: Networks) -> None:
    networks.breaks("max", RetryLater("flood", 30.0, counts=False))
    published(networks)
    networks.deliver()
    assert networks.states()["max"] == [WAITING]
    networks.world.later(seconds=31)
    networks.deliver()
    assert networks.states()["max"] == [OUT]
    assert len(networks.texts("max")) == 1


def test_why_a_copy_waits_stands_on_the_card_as_it_changes(networks: Networks) -> None:
    published(networks)
    shown = []
    for reason in ("key_dead", "no_rights"):
        networks.breaks("max", RetryLater(reason, 1.0, counts=False))
        networks.deliver()
        networks.world.later(seconds=2)
        networks.world.deliver()
        shown.append(next(line for line in networks.world.card(1).text.splitlines() if line.startswith("MAX: ")))
    networks.deliver()
    shown.append(next(line for line in networks.world.card(1).text.splitlines() if line.startswith("MAX: ")))
    assert len(set(shown)) == 3


@pytest.mark.parametrize("what", ["cancelled", "other_delivery", "first_part_missing", "gone", "held_back"])
def test_t21_what_is_not_wanted_any_more_when_its_turn_comes_does_not_leave(networks: Networks, what: str) -> None:
    """Whatever a crash or a race left in the outbox: the copy's own state decides."""
    published(networks, LONG)
    with networks.world.unit() as context:
        post = context.unit.posts.get(1)
        first, *_ = (one for one in context.unit.copies.of(1) if one.network == "telegram")
        assert post is not None
        match what:
            case "cancelled":
                context.unit.copies.put(replace(first, state=CopyState.CANCELLED), context.now)
            case "other_delivery":
                context.unit.copies.put(replace(first, delivery=(first.delivery or 0) + 1000), context.now)
            case "first_part_missing":
                context.unit.outbox.cancel(first.delivery or 0, context.now)
            case "gone":
                context.unit.posts.put(replace(post, state=PostState.GONE), context.now)
            case "held_back":
                context.unit.posts.put(replace(post, released_at=None), context.now)
    networks.deliver()
    assert "telegram" not in networks.readers
    with networks.world.look() as context:
        assert context.unit.outbox.next_due("telegram") is None


def test_what_readers_would_see_tells_whether_a_copy_is_up_to_date() -> None:
    story = Story(1, "Мост", (a_photo(1),), "https://vk.com/wall-1_77", NOW, -1, 77)
    others = [
        replace(story, text="Мост 2"),
        replace(story, link=None),
        replace(story, attachments=()),
        replace(story, attachments=(a_photo(2),)),
    ]
    assert len({one.digest for one in (story, *others)}) == 1 + len(others)
    fresh = replace(a_photo(1), url="https://img.invalid/fresh.jpg", access_key="other")
    assert replace(story, attachments=(fresh,), region="RU-IRK", number=2).digest == story.digest


def test_t02_what_may_have_arrived_is_not_sent_again(networks: Networks) -> None:
    networks.breaks("telegram", Uncertain("no_answer"))
    published(networks)
    networks.deliver()
    networks.world.later(minutes=30)
    networks.deliver()
    assert len(networks.texts("telegram")) == 1
    networks.found("telegram", Sent({"ids": ["1"], "link": "https://telegram.invalid/1"}))
    assert networks.states()["telegram"] == [OUT]
    assert len(networks.texts("telegram")) == 1


def test_t17_nothing_overtakes_what_is_in_doubt(networks: Networks) -> None:
    networks.breaks("telegram", Uncertain("no_answer"))
    published(networks, LONG)
    networks.deliver()
    assert networks.states()["telegram"] == [WAITING, WAITING]
    networks.found("telegram", Sent({"ids": ["1"], "link": None}))
    assert networks.states()["telegram"] == [OUT, OUT]


def test_people_are_asked_once_and_the_other_posts_go_on(networks: Networks) -> None:
    networks.breaks("telegram", Uncertain("no_answer"))
    published(networks, LONG)
    networks.deliver()
    networks.asked("telegram")
    networks.asked("telegram")
    assert networks.states()["telegram"] == [CopyState.ASKED, WAITING]
    assert len(notes(networks, "Телеграм: не знаем, вышла ли")) == 1
    world = networks.world
    world.happens(suggested(32, text="Вторая новость"))
    world.press(2, "Опубликовать")
    world.wall(Sent({"post_id": 78}))
    world.happens(on_the_wall(78, text="Вторая новость"))
    networks.deliver()
    assert "Вторая новость" in networks.texts("telegram")
    assert networks.states()["telegram"] == [CopyState.ASKED, WAITING]


def test_what_is_found_after_people_were_asked_is_settled_by_itself(networks: Networks) -> None:
    networks.breaks("telegram", Uncertain("no_answer"))
    published(networks, LONG)
    networks.deliver()
    networks.asked("telegram")
    networks.found("telegram", Sent({"ids": ["1"], "link": None}))
    assert networks.states()["telegram"] == [OUT, OUT]
    assert len(networks.texts("telegram")) == 2


@pytest.mark.parametrize(
    ("reason", "seconds", "words"),
    [
        ("key_dead", 10.0, "ключ больше не действует"),
        ("chat_gone", 10.0, "канал или группа не находится"),
        ("flood", 3600.0, "просят подождать"),
    ],
)
def test_what_closes_a_network_is_told_once_and_over_when_it_works_again(
    networks: Networks, reason: str, seconds: float, words: str
) -> None:
    networks.breaks("telegram", *[RetryLater(reason, seconds, counts=False)] * 3)
    published(networks)
    for _ in range(3):
        networks.deliver()
        networks.world.later(hours=2)
    assert len(notes(networks, f"Телеграм: {words}")) == 1
    assert networks.states() == {"telegram": [WAITING], "max": [OUT], "webhook": [OUT]}
    networks.deliver()
    assert networks.states()["telegram"] == [OUT]
    assert len(notes(networks, "Телеграм: снова работает")) == 1


def test_t47_a_network_that_cannot_be_reached_for_minutes_is_told_of_once(networks: Networks) -> None:
    networks.breaks("telegram", *[RetryLater("nobody_there", counts=False)] * 30)
    published(networks)
    for _ in range(9):
        networks.deliver()
        networks.world.later(minutes=1)
    assert not notes(networks, "Телеграм: нет связи"), "a stumble is nobody's business"
    for _ in range(21):
        networks.deliver()
        networks.world.later(minutes=1)
    assert len(notes(networks, "Телеграм: нет связи, записи туда ждут")) == 1
    networks.deliver()
    assert networks.states()["telegram"] == [OUT]
    assert len(notes(networks, "Телеграм: снова работает")) == 1


def test_t40_a_network_that_was_closed_for_long_does_not_refuse_at_the_next_stumble(networks: Networks) -> None:
    networks.breaks("telegram", *[RetryLater("key_dead", 10.0, counts=False)] * 15, RetryLater("no_answer"))
    published(networks)
    for _ in range(17):
        networks.deliver()
        networks.world.later(hours=2)
    assert networks.states()["telegram"] == [OUT]


def test_a_copy_outlives_the_pruning_of_its_delivery(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    networks.world.later(days=40)
    with networks.world.unit() as context:
        context.unit.retention.deliveries(context.now)
        assert not [row for row in context.unit.outbox.for_suggestion(1) if row.state is State.SENT]
    assert networks.states() == {"telegram": [OUT], "max": [OUT], "webhook": [OUT]}


def test_the_author_gets_one_letter_whatever_the_networks_do(networks: Networks) -> None:
    published(networks)
    before = len(networks.world.letters(AUTHOR))
    networks.deliver()
    assert len(networks.world.letters(AUTHOR)) == before
    assert CHAT in networks.world.conversations
    assert {TELEGRAM.key, MAX.key} <= networks.states().keys()
