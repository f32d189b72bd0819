"""From the moment of a post to what follows from every outcome; the plan after pauses and downtime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.targets.vk_wall import VkWall
from bot.vk.client import VkClient, VkKey
from bot.vk.wall import Wall
from editorial.delivery import (
    MOST_ATTEMPTS,
    Delivery,
    Hold,
    NewDelivery,
    Refused,
    RetryLater,
    Sent,
    State,
    Uncertain,
)
from editorial.post import compose
from editorial.signing import RULES
from editorial.suggestion import Status
from handlers import alarms, outcomes, outgoing, publication, texts
from handlers.context import Context
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, NOW, VERA, WALL, a_photo, on_the_wall, suggested
from tests.handlers.world import World, a_desk, a_plan

OUT = Sent({"post_id": 77})


def scheduled(world: World, count: int = 1) -> None:
    """So many suggestions stand in the queue."""
    for number in range(1, count + 1):
        world.happens(suggested(100 + number, text=f"Новость {number}"))
        world.press(number, "В очередь")


def in_hand(world: World, number: int = 1) -> Delivery:
    row = world.publication(number)
    assert row is not None
    return row


def publishing(world: World) -> Delivery:
    """Suggestion 1 is being published right now."""
    world.happens(suggested(31, attachments=[a_photo()]))
    world.press(1, "Опубликовать")
    assert world.wall() == [1]
    return in_hand(world)


# ------------------------------------------------------------------------------------------------- going out


def test_at_its_slot_it_goes_out_and_the_author_gets_the_link(world: World) -> None:
    scheduled(world)
    world.later(hours=1, minutes=29)
    assert world.wall() == []
    world.later(minutes=1)
    assert world.wall(OUT) == [1]
    assert world.suggestion(1).status is Status.PUBLISHED
    assert world.letters(AUTHOR)[-1].startswith("Новость № 1 вышла: https://vk.com/wall-1_77")
    assert "Вышло: https://vk.com/wall-1_77 · проверяем" in world.card(1).text
    assert list(world.card(1).buttons) == ["Ещё"]


def test_its_event_proves_it_and_the_reading_back_is_saved(world: World) -> None:
    publishing(world)
    world.happens(on_the_wall(77, attachments=[a_photo(owner=WALL)]))
    assert "· проверено" in world.card(1).text
    world.later(seconds=10)
    with world.look() as context:
        kinds = [row.kind for row in context.unit.outbox.for_suggestion(1) if row.state is State.WAITING]
    assert kinds == ["look", "figures"]  # its picture, and what a day later is told


def test_the_outcome_after_the_event_doubles_nothing(world: World) -> None:
    row = publishing(world)
    world.happens(on_the_wall(77, attachments=[a_photo()]))
    letters, version = world.letters(AUTHOR), world.suggestion(1).version
    assert world.ends(row, OUT) is False
    assert world.letters(AUTHOR) == letters
    assert world.suggestion(1).version == version


def test_the_event_after_the_outcome_doubles_nothing(world: World) -> None:
    row = publishing(world)
    world.ends(row, OUT)
    letters = world.letters(AUTHOR)
    world.happens(on_the_wall(77, attachments=[a_photo()]), on_the_wall(77, attachments=[a_photo()]))
    assert world.letters(AUTHOR) == letters
    assert "· проверено" in world.card(1).text


def test_t18_what_vk_dropped_silently_stands_on_the_card(world: World) -> None:
    row = publishing(world)
    world.ends(row, OUT)
    world.later(seconds=6)
    with world.unit() as context:
        [verify] = context.unit.outbox.claim("vk_wall", world.now, 5)
        outcomes.apply(context, verify, Sent({"post": on_the_wall(77)}))
    world.deliver()
    assert "· проверьте: вложений 0 из 1" in world.card(1).text


def test_a_post_that_is_not_found_when_read_back_is_said_so(world: World) -> None:
    row = publishing(world)
    world.ends(row, OUT)
    world.later(seconds=6)
    with world.unit() as context:
        [verify] = context.unit.outbox.claim("vk_wall", world.now, 5)
        outcomes.apply(context, verify, Refused("post_not_found"))
    world.deliver()
    assert "пост не нашли, проверьте стену" in world.card(1).text


# ------------------------------------------------------------------------------------------------- not going out


def test_t21_a_waiting_retry_of_an_undone_post_sends_nothing(world: World) -> None:
    row = publishing(world)
    world.ends(row, RetryLater("network", 60.0))
    assert world.suggestion(1).status is Status.SCHEDULED
    world.press(1, "Отменить решение")
    world.later(minutes=5)
    assert world.wall() == []
    assert world.suggestion(1).status is Status.PENDING


def test_t21_what_was_undone_after_the_row_was_claimed_is_not_started(world: World) -> None:
    scheduled(world)
    world.later(hours=2)
    with world.unit() as context:
        [claimed] = context.unit.outbox.claim("vk_wall", world.now, 1)
    world.press(1, "Отменить решение")
    with world.unit() as context:
        started = publication.start(context, claimed)
    assert started is None or started.status is Status.PENDING


def test_changed_before_publication_goes_back_to_review(world: World) -> None:
    scheduled(world)
    world.later(hours=1, minutes=30)
    world.wall()
    world.ends(in_hand(world), Refused("changed", found=suggested(101, text="Новость 1, исправленная")))
    assert world.suggestion(1).status is Status.PENDING
    assert world.suggestion(1).text == "Новость 1, исправленная"
    assert "автор изменил запись" in world.card(1).text
    assert "+ «, исправленная»" in world.card(1).text
    assert "снова на рассмотрении, прежнее время выхода отменено" in world.letters(AUTHOR)[-1]


def test_gone_before_publication_is_withdrawn(world: World) -> None:
    world.ends(publishing(world), Refused("gone"))
    assert world.suggestion(1).status is Status.WITHDRAWN
    assert "записи больше нет в предложенных" in world.card(1).text


def test_a_refusal_explains_itself_on_the_card_and_in_the_chat(world: World) -> None:
    world.ends(publishing(world), Refused("links_forbidden", 222))
    assert world.suggestion(1).status is Status.FAILED
    assert "Не вышло: ВКонтакте не пропускает ссылку в тексте" in world.card(1).text
    assert "Повторить" in world.card(1).buttons
    note = world.chat()[-1]
    assert note.reply_to == world.card(1).cmid
    assert note.text.startswith("№ 1 не вышла: ВКонтакте не пропускает ссылку в тексте.")


def test_t11_a_post_tried_too_often_is_visible_as_failed(world: World) -> None:
    row = publishing(world)
    from dataclasses import replace

    world.ends(replace(row, attempts=MOST_ATTEMPTS), RetryLater("network"))
    assert world.suggestion(1).status is Status.FAILED
    assert "Не вышло: связи с ВКонтакте нет" in world.card(1).text


def test_a_refusal_that_speaks_of_a_person_does_not_hold_the_post_for_ever(world: World) -> None:
    from editorial.delivery import Hold

    world.ends(publishing(world), Hold("deleted_person", 18))
    assert world.suggestion(1).status is Status.FAILED


def test_trouble_with_the_key_leaves_the_queue_intact(world: World) -> None:
    world.ends(publishing(world), RetryLater("captcha", 300.0, 14, counts=False))
    assert world.suggestion(1).status is Status.SCHEDULED
    assert "Пока не вышла: ВКонтакте просит ввести код с картинки (Анна Смирнова)" in world.card(1).text
    row = in_hand(world)
    assert row.state is State.WAITING
    world.later(minutes=5)
    assert world.wall(OUT) == [1]


# ------------------------------------------------------------------------------------------------- in doubt


def test_t02_an_uncertain_publication_is_shown_and_never_repeated(world: World) -> None:
    world.ends(publishing(world), Uncertain("no_answer"))
    assert "Выясняем, вышла ли" in world.card(1).text
    assert world.card(1).keyboard is None
    world.later(hours=5)
    assert world.wall() == []


def test_people_are_asked_once_and_settle_it(world: World) -> None:
    world.ends(publishing(world), Uncertain("no_answer"))
    for _ in range(3):
        with world.unit() as context:
            [doubtful] = context.unit.outbox.stranded("vk_wall")
            outcomes.undecidable(context, doubtful)
        world.deliver()
    assert [message.text for message in world.chat()].count(
        "№ 1: неясно, вышла ли. Посмотрите на стену и нажмите на карточке «Вышло» или «Повторить»."
    ) == 1
    assert list(world.card(1).buttons) == ["Вышло", "Повторить"]
    assert world.press(1, "Вышло") == "Записали: вышла"
    assert world.suggestion(1).status is Status.PUBLISHED
    assert world.letters(AUTHOR)[-1].startswith("Новость № 1 вышла: https://vk.com/club1")
    with world.look() as context:
        assert context.unit.outbox.stranded("vk_wall") == ()


def test_repeat_gives_up_the_doubtful_one_and_publishes_anew(world: World) -> None:
    world.ends(publishing(world), Uncertain("no_answer"))
    with world.unit() as context:
        [doubtful] = context.unit.outbox.stranded("vk_wall")
        outcomes.undecidable(context, doubtful)
    world.deliver()
    assert world.press(1, "Повторить") == "Пробуем ещё раз"
    assert world.wall(OUT) == [1]
    assert world.suggestion(1).status is Status.PUBLISHED


def test_an_uncertain_publication_that_is_found_is_out(world: World) -> None:
    world.ends(publishing(world), Uncertain("no_answer"))
    world.ends(in_hand(world), OUT)
    assert world.suggestion(1).published_post_id == 77


def test_one_in_doubt_does_not_stop_the_next(world: World) -> None:
    world.happens(suggested(31, text="Первая"), suggested(32, text="Вторая"))
    world.press(1, "Опубликовать")
    world.press(2, "Опубликовать")
    world.wall(Uncertain("no_answer"))
    assert world.wall(Sent({"post_id": 78})) == [2]


def test_looking_at_a_doubtful_row_changes_nothing(world: World) -> None:
    world.ends(publishing(world), Uncertain("no_answer"))
    before = world.suggestion(1)
    world.later(minutes=1)
    with world.look() as context:
        [doubtful] = context.unit.outbox.stranded("vk_wall")
        assert publication.start(context, doubtful) == before


def test_looking_at_a_doubtful_card_always_shows_it(world: World) -> None:
    world.happens(suggested(31))
    with world.unit() as context:
        from handlers import changes

        changes.show_card(context, 1)
    with world.unit() as context:
        [card] = context.unit.outbox.claim("vk_messages", world.now, 1)
        context.unit.outbox.uncertain(card.id, "interrupted", world.now)
    world.later(seconds=3)
    with world.look() as context:
        [doubtful] = context.unit.outbox.stranded("vk_messages")
        assert outgoing.render(context, doubtful) is not None


# ------------------------------------------------------------------------------------------------- by hand


def test_without_a_key_the_card_asks_for_a_hand_and_the_hand_is_recognised(world: World) -> None:
    world.ends(publishing(world), Refused("by_hand"))
    link = "https://vk.com/wall-1_31"
    assert f"Опубликуйте вручную: {link}" in world.card(1).text
    assert world.chat()[-1].text == f"№ 1: пора. Опубликуйте вручную: {link}"
    world.happens(on_the_wall(88, attachments=[a_photo()], by=ANNA))
    assert world.suggestion(1).status is Status.PUBLISHED
    assert "Вышло: https://vk.com/wall-1_88 · опубликовано вручную" in world.card(1).text
    assert world.letters(AUTHOR)[-1].startswith("Новость № 1 вышла: https://vk.com/wall-1_88")


def rights(world: World, *permissions: str) -> None:
    """The community's key may do so much, and there is no editor's key."""
    with world.unit() as context:
        facts = {"mode": "degraded", "editor": "missing", "permissions": list(permissions)}
        context.unit.settings.set("rights", facts, world.now)


def test_without_a_key_a_moderator_may_choose_a_new_post(world: World) -> None:
    rights(world, "wall", "messages")
    world.ends(publishing(world), Refused("by_hand"))
    labels = list(world.card(1).buttons)
    assert labels[0] == "Новой записью"
    assert "Опубликовать" not in labels
    assert world.press(1, "Новой записью", by=BORIS) == "Для этого нужна роль редактора или выше"
    assert world.press(1, "Новой записью") == "Публикуем новой записью, без подписи автора"
    assert in_hand(world).payload == {"mode": "community"}
    world.wall(Sent({"post_id": 90, "new": True}))
    assert world.chat()[-1].text.endswith("чтобы не вышла ещё раз: https://vk.com/wall-1_31")
    world.happens(on_the_wall(90, signer=None, by=None))
    assert "проверьте: вложений 0 из 1" in world.card(1).text


NEWS = "В Черемхово открыли библиотеку после ремонта, в ней 12 новых столов и зал для детей"


@pytest.mark.parametrize(
    ("words", "signer", "out"),
    [
        (NEWS.replace("открыли", "торжественно открыли"), None, True),
        (NEWS.replace("открыли", "торжественно открыли"), AUTHOR, True),
        (NEWS.replace("12", "14"), None, False),
        ("Субботник в Ангарске перенесли", AUTHOR, False),
        ("Субботник в Ангарске перенесли", None, False),
    ],
)
def test_what_a_person_published_in_other_words_is_known_without_a_key(
    world: World, words: str, signer: int | None, out: bool
) -> None:
    world.happens(suggested(31, text=NEWS))
    world.press(1, "Опубликовать")
    world.wall(Refused("by_hand"))
    world.happens(on_the_wall(90, text=words, signer=signer, by=ANNA))
    assert (world.suggestion(1).status is Status.PUBLISHED) == out


def test_a_new_post_whose_event_is_lost_is_looked_at_by_a_person_and_a_late_event_proves_it(world: World) -> None:
    rights(world, "wall", "messages")
    world.happens(suggested(31))
    world.press(1, "Опубликовать")
    assert world.wall(Refused("by_hand")) == [1]
    world.press(1, "Новой записью")
    world.wall(Sent({"post_id": 90, "new": True}))
    assert "· проверяем" in world.card(1).text
    world.later(minutes=3)
    with world.unit() as context:
        [read] = context.unit.outbox.claim("vk_wall", world.now, 5)
        outcomes.apply(context, read, Refused("by_hand"))
    world.deliver()
    assert "· прочитать пост нечем, проверьте стену" in world.card(1).text
    world.happens(on_the_wall(90, signer=None, by=None))
    assert "· проверено" in world.card(1).text


def test_a_new_post_whose_event_overtakes_the_answer_is_said_to_stand_beside_the_suggestion(world: World) -> None:
    rights(world, "wall", "messages")
    world.ends(publishing(world), Refused("by_hand"))
    world.press(1, "Новой записью")
    world.wall()
    row = in_hand(world)
    world.happens(on_the_wall(90, signer=None, by=None))
    assert not world.ends(row, Sent({"post_id": 90, "new": True}))
    assert (
        len([one for one in world.chat() if one.text.endswith("чтобы не вышла ещё раз: https://vk.com/wall-1_31")])
        == 1
    )


def test_a_new_post_that_vk_refuses_is_said_so_with_the_way_by_hand(world: World) -> None:
    rights(world, "wall", "messages")
    world.ends(publishing(world), Refused("by_hand"))
    world.press(1, "Новой записью")
    world.wall(Refused("by_hand"))
    assert any(
        "ВКонтакте не принял новую запись. Опубликуйте вручную: https://vk.com/wall-1_31" in one.text
        for one in world.chat()
    )


def test_a_new_post_is_not_offered_without_the_right(world: World) -> None:
    rights(world, "messages")
    world.ends(publishing(world), Refused("by_hand"))
    assert "Новой записью" not in world.card(1).buttons


def test_with_a_new_key_the_desk_takes_its_work_back(world: World) -> None:
    world.ends(publishing(world), Refused("by_hand"))
    with world.unit() as context:
        assert publication.take_back(context) == 1
    world.deliver()
    assert world.suggestion(1).status is Status.SCHEDULED
    assert world.wall(OUT) == [1]


def test_t74_a_suggestion_published_on_vk_closes_its_card(world: World) -> None:
    world.happens(suggested(31, text="Первая"), suggested(32, text="Вторая"))
    world.press(2, "В очередь")
    world.happens(on_the_wall(90, text="Первая"), on_the_wall(91, text="Вторая"))
    assert [world.suggestion(number).status for number in (1, 2)] == [Status.PUBLISHED] * 2
    assert world.publication(2) is None
    assert list(world.card(1).buttons) == ["Ещё"]


def test_t73_a_post_that_was_postponed_on_vk_is_known_by_its_former_number(world: World) -> None:
    world.happens(suggested(31, text="Как предложено"))
    world.happens(on_the_wall(95, text="Как переписали", postponed_id=31))
    assert world.suggestion(1).published_post_id == 95


def test_a_post_of_the_same_words_before_the_suggestion_is_another(world: World) -> None:
    world.happens(suggested(31, text="Поздравляем"))
    world.happens(on_the_wall(90, text="Поздравляем", at=world.now - timedelta(days=365)))
    assert world.suggestion(1).status is Status.PENDING


def test_of_two_equal_suggestions_the_one_in_hand_is_meant(world: World) -> None:
    world.happens(suggested(31, text="Дважды"), suggested(32, text="Дважды"))
    world.press(2, "Опубликовать")
    world.wall()
    world.happens(on_the_wall(90, text="Дважды"))
    assert world.suggestion(2).status is Status.PUBLISHED
    assert world.suggestion(1).status is Status.PENDING


def test_t08_a_published_one_is_never_queued_again(world: World) -> None:
    from handlers import reconcile

    world.ends(publishing(world), OUT)
    with world.unit() as context:
        reconcile.compare(context, [suggested(31, text="Правка после выхода")])
    world.deliver()
    assert world.suggestion(1).status is Status.PUBLISHED
    assert world.publication(1) is None


# ------------------------------------------------------------------------------------------------- the plan


def test_t34_after_downtime_posts_go_out_a_gap_apart_oldest_first(world: World) -> None:
    scheduled(world, 3)  # 11:30, 13:30, 16:00
    world.later(hours=5)  # 15:00
    with world.unit() as context:
        assert publication.has_missed(context)
        moved = publication.replan_after_gap(context)
    world.deliver()
    assert sorted(moved) == [1, 2, 3]
    due = [world.suggestion(number).due_at for number in (1, 2, 3)]
    assert due == [world.now, world.now + timedelta(hours=1), world.now + timedelta(hours=2)]
    assert world.wall(OUT) == [1]
    assert world.wall() == []
    notes = [message.text for message in world.chat() if message.text.startswith("План сдвинулся")]
    assert notes == [
        "План сдвинулся:\n№ 1 — сегодня в 15:00 мск\n№ 2 — сегодня в 16:00 мск\n№ 3 — сегодня в 17:00 мск"
    ]
    assert "Публикация новости № 2 переехала. Теперь она выйдет сегодня в 16:00 мск." in world.letters(AUTHOR)


def test_t34_even_a_plan_nobody_repaired_makes_no_burst(world: World) -> None:
    scheduled(world, 3)
    world.later(hours=7)
    assert world.wall(OUT) == [1]
    assert world.wall() == []
    assert world.wall() == []
    world.later(minutes=61)
    assert world.wall(Sent({"post_id": 78})) == [2]
    assert world.wall() == []


def test_replanning_twice_changes_nothing(world: World) -> None:
    scheduled(world, 3)
    world.later(hours=5)
    with world.unit() as context:
        publication.replan_after_gap(context)
    with world.unit() as context:
        assert publication.replan_after_gap(context) == {}


def test_nothing_is_missed_while_all_is_well_or_while_a_person_is_needed(world: World) -> None:
    scheduled(world)
    with world.look() as context:
        assert not publication.has_missed(context)
    world.later(hours=5)
    with world.unit() as context:
        alarms.tell(context, "vk_wall", "captcha")
        assert not publication.has_missed(context)
        assert publication.replan_after_gap(context) == {}


def keys_are(context: Context, before: str | None, now: str) -> None:
    """The editor's key was found so, after it had been found so before."""
    alarms.key_changed(context, {"editor": before} if before else None, {"editor": now})


@pytest.mark.parametrize("former", [None, "unavailable", "dead"])
@pytest.mark.parametrize("reason", ["posts_per_day", "captcha", "no_rights", "wall_closed"])
def test_a_read_that_went_well_does_not_say_that_posts_go_out_again(
    world: World, former: str | None, reason: str
) -> None:
    with world.unit() as context:
        alarms.tell(context, "vk_wall", reason)
        keys_are(context, former, "ok")
    world.deliver()
    assert not any("Снова работает" in message.text for message in world.chat())
    world.happens(suggested(31))
    world.press(1, "Опубликовать")
    world.wall(OUT)
    with world.unit() as context:
        alarms.heed(context, "vk_wall", [OUT], [_delivery("wall")])
    world.deliver()
    assert any("Снова работает" in message.text for message in world.chat())


@pytest.mark.parametrize(
    ("former", "reason"), [("dead", "key_dead"), ("captcha", "captcha"), ("no_rights", "no_rights")]
)
def test_what_was_wrong_with_the_key_itself_is_over_when_the_key_is_well(
    world: World, former: str, reason: str
) -> None:
    with world.unit() as context:
        alarms.tell(context, "vk_wall", reason)
        keys_are(context, former, "ok")
    world.deliver()
    assert any("Снова работает" in message.text for message in world.chat())


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("dead", "key_dead"), ("expired", "key_expired"), ("wrong_ip", "key_other_ip"), ("captcha", "captcha"),
        ("validation", "validation"), ("no_rights", "no_rights"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wall_first", [True, False])
def test_what_is_wrong_with_the_key_is_told_once_wherever_it_shows(
    world: World, state: str, reason: str, *, wall_first: bool
) -> None:
    def told() -> list[str]:
        world.deliver()
        return [message.text for message in world.chat()]

    with world.unit() as context:
        if wall_first:
            alarms.tell(context, "vk_wall", reason)
        keys_are(context, "ok", state)
        if not wall_first:
            alarms.tell(context, "vk_wall", reason)
    assert len(told()) == 1
    with world.unit() as context:
        keys_are(context, state, "ok")
    assert len(told()) == 2
    assert "Снова работает" in told()[-1]


@pytest.mark.parametrize("reason", ["ad_recent", "bad_request", "postponed_per_day"])
def test_a_post_that_waits_says_on_its_card_why(world: World, reason: str) -> None:
    world.happens(suggested(31))
    world.press(1, "Опубликовать")
    world.wall(RetryLater(reason, 3600.0, counts=False))
    assert "Пока не вышла" in world.card(1).text


def _delivery(to: str) -> Delivery:
    return Delivery(1, "vk_messages", to, "note", None, {}, State.SENDING, NOW, 1, NOW)


@pytest.mark.parametrize("reason", ["chat_gone", "bot_features_off", "chat_writing_off"])
def test_a_chat_that_hears_nothing_is_told_of_in_person_to_those_who_run_the_desk(
    world: World, reason: str
) -> None:
    for _ in range(2):
        with world.unit() as context:
            alarms.heed(context, "vk_messages", [RetryLater(reason, 300.0, counts=False)], [_delivery("chat")])
    world.deliver()
    for manager in (ANNA, VERA):
        assert len([text for text in world.letters(manager) if texts.trouble(reason)[0] in text]) == 1
    assert world.letters(BORIS) == []


def test_a_letter_that_arrives_does_not_mean_that_the_chat_hears_again(world: World) -> None:
    gone = RetryLater("chat_gone", 300.0, counts=False)
    letter, card = _delivery("user:601"), _delivery("chat")
    with world.unit() as context:
        alarms.heed(context, "vk_messages", [Sent({}), gone], [letter, card])
        alarms.heed(context, "vk_messages", [gone, Sent({})], [card, letter])
        assert alarms.known(context.unit) == {"vk_messages": "chat_gone"}
    world.deliver()
    assert len([text for text in world.letters(VERA) if "Чат модераторов" in text]) == 1
    with world.unit() as context:
        alarms.heed(context, "vk_messages", [Sent({})], [card])
        assert alarms.known(context.unit) == {}


@pytest.mark.parametrize(("ago", "left"), [(0, 5.0), (3, 2.0), (9, 0.0), (-3600, 5.0)])
@pytest.mark.parametrize("answered", [True, False])
def test_after_a_restart_posts_keep_their_distance_to_the_last_one(
    world: World, ago: int, left: float, answered: bool
) -> None:
    world.happens(suggested(31))
    world.press(1, "Опубликовать")
    world.wall(OUT if answered else None)
    world.later(seconds=ago)
    wall = Wall(None, VkClient(VkKey("group", "group-key"), "http://127.0.0.1:1/method/", rate=20), 1, post_gap=5.0)
    target = VkWall(wall, None, by_hand=lambda: False)  # type: ignore[arg-type]  # no photos here
    target.prepare(world)  # type: ignore[arg-type]
    assert wall.seconds_until_post() == pytest.approx(left, abs=0.5)


def test_a_manager_who_takes_no_letters_is_not_waited_for(world: World) -> None:
    with world.unit() as context:
        alarms.heed(context, "vk_messages", [RetryLater("chat_gone", 300.0, counts=False)], [_delivery("chat")])
        for one in context.unit.outbox.claim("vk_messages", world.now, 9, ("chat",)):
            assert outcomes.apply(context, one, Hold("unreachable", 901))
        assert context.unit.outbox.waiting_for_person(9) == ()


def test_what_waits_for_its_next_try_is_not_moved_again_and_again(world: World) -> None:
    scheduled(world)
    world.later(hours=1, minutes=30)
    world.wall(RetryLater("network", 900.0))
    world.later(minutes=5)
    with world.unit() as context:
        assert not publication.has_missed(context)
        assert publication.replan_after_gap(context) == {}


def test_an_urgent_post_takes_nothing_away_from_the_plan(world: World) -> None:
    scheduled(world)
    world.happens(suggested(50, text="Срочно"))
    world.later(hours=1, minutes=20)
    world.press(2, "Опубликовать")
    assert world.wall(OUT) == [2]
    world.later(minutes=10)
    assert world.wall(Sent({"post_id": 78})) == [1]


def test_no_gap_means_no_gap(make_world: Callable[..., World]) -> None:
    from editorial.crontab import parse_lines

    plan = a_plan(slots=parse_lines("* * * * *"), min_gap=timedelta(0), daily_limit=0, quiet=None)
    world = make_world(a_desk(plan=plan))
    scheduled(world, 3)
    world.later(minutes=3)
    assert [world.wall(Sent({"post_id": 70 + turn})) for turn in range(3)] == [[1], [2], [3]]


def test_a_pause_freezes_and_resuming_plans_anew(world: World) -> None:
    scheduled(world, 2)  # 11:30, 13:30
    assert world.says("/пауза", by=ANNA, where=CHAT) == [
        "Публикации на паузе, в очереди 2. Новости принимаем как обычно. Пустить — /продолжить"
    ]
    world.later(hours=6)  # 16:00
    assert world.wall() == []
    with world.look() as context:
        assert not publication.has_missed(context)
    [answer, *_] = world.says("/продолжить", by=ANNA, where=CHAT)
    assert answer == "Публикации продолжаются, в очереди 2 новости."
    assert world.wall(OUT) == [1]
    assert world.wall() == []
    assert world.suggestion(2).due_at == world.now + timedelta(hours=1)


def test_t22_a_pause_survives_a_restart(world: World) -> None:
    from storage.unit import Storage

    scheduled(world)
    world.says("/пауза", by=ANNA, where=CHAT)
    world.storage = Storage.open(str(world.storage.engine.url))
    world.later(hours=3)
    with world.unit() as context:
        publication.replan_after_gap(context)
    assert world.wall() == []
    world.storage.close()


def test_t22_a_post_claimed_as_the_pause_begins_is_not_started(world: World) -> None:
    scheduled(world)
    world.later(hours=2)
    with world.unit() as context:
        publication.pause(context, ANNA)
        new = NewDelivery("vk_wall", "wall:1", "publish", 1, {"mode": "suggestion"})
        context.unit.outbox.add(new, world.now)
    assert world.wall() == []
    assert world.suggestion(1).status is Status.SCHEDULED
    assert world.publication(1) is None


def test_publishing_during_a_pause_waits_for_its_end(world: World) -> None:
    world.says("/пауза", by=ANNA, where=CHAT)
    world.happens(suggested(31))
    assert world.press(1, "Опубликовать") == "Публикации на паузе: выйдет после /продолжить"
    assert world.wall() == []
    world.says("/продолжить", by=ANNA, where=CHAT)
    assert world.wall(OUT) == [1]


# ------------------------------------------------------------------------------------------------- cards


def test_a_card_too_old_to_edit_is_sent_anew_and_the_old_one_forgotten(world: World) -> None:
    world.happens(suggested(31))
    old = world.card(1)
    world.aged.add(old.cmid)
    world.press(1, "В очередь")
    new = world.card(1)
    assert new.cmid != old.cmid
    assert "В очереди" in new.text
    with world.look() as context:
        assert context.unit.cards.by_message(CHAT, old.cmid) is None


def test_three_changes_before_delivery_are_one_edit(world: World) -> None:
    world.happens(suggested(31))
    with world.unit() as context:
        from handlers import changes

        for _ in range(3):
            changes.refresh_card(context, 1)
        waiting = [row for row in context.unit.outbox.for_suggestion(1) if row.state is State.WAITING]
    assert len(waiting) == 1


def test_a_card_that_shows_everything_already_costs_no_call(world: World) -> None:
    world.happens(suggested(31))
    with world.unit() as context:
        from handlers import changes

        changes.refresh_card(context, 1)
    with world.unit() as context:
        [row] = context.unit.outbox.claim("vk_messages", world.now, 5)
        assert outgoing.render(context, row) is None
    with world.look() as context:
        settled = context.unit.outbox.get(row.id)
    assert settled is not None
    assert settled.state is State.CANCELLED


@pytest.mark.parametrize("paragraphs", [30, 80])
def test_a_long_text_is_shown_whole_in_parts(world: World, paragraphs: int) -> None:
    text = "\n\n".join(f"Абзац {place}. " + "Слово за словом. " * 8 for place in range(paragraphs))
    world.happens(suggested(31, text=text.strip()))
    *parts, card = world.chat()
    assert "Текст — выше" in card.text
    told = "".join("".join(part.text.split("\n", 1)[1].split()) for part in parts)
    assert told == "".join(text.split())
    with world.look() as context:
        assert context.unit.cards.by_message(CHAT, parts[0].cmid) == 1


# ------------------------------------------------------------------------------------------------------ signature


def signing(make_world: Any, rule: str) -> World:
    """A desk with a rule of signatures, and news of a confirmed press officer of Irkutsk."""
    world: World = make_world(replace(a_desk(), signature=RULES[rule], council="СМО {региона}"))
    with world.unit() as context:
        context.unit.authors.introduce(AUTHOR, NOW, region="RU-IRK", organisation="Пресс-служба", role="press")
        context.unit.authors.confirm(AUTHOR, ANNA, NOW)
    world.happens(suggested(31, text="В Ангарске открыли сквер у школы."))
    return world


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("region", "Подпись поста: «Источник: СМО Иркутской области»"),
        ("region+author", "Подпись поста: «Источник: СМО Иркутской области» и имя автора"),
        ("none", "Подпись поста: без подписи"),
    ],
)
def test_the_signature_is_shown_before_anybody_decides_and_stands_under_the_post(
    make_world: Any, rule: str, shown: str
) -> None:
    world = signing(make_world, rule)
    assert shown in world.card(1).text
    world.press(1, "Ещё", "Как выйдет")
    line = "Источник: СМО Иркутской области"
    assert (line in world.chat()[-1].text) is (rule != "none")
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    out = world.suggestion(1)
    assert out.for_publication.text.endswith(f"\n\n{line}") is (rule != "none")
    assert compose(out).signed is ("author" in rule)
    world.happens(on_the_wall(77, text=out.for_publication.text, signer=None, at=world.now))
    assert world.suggestion(1).proof == "checked"


def test_the_signature_follows_the_region_until_the_post_leaves(make_world: Any) -> None:
    world = signing(make_world, "region")
    world.press(1, "В очередь")
    with world.unit() as context:
        context.unit.authors.introduce(AUTHOR, NOW, role="resident")
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    assert world.suggestion(1).for_publication.text.endswith("\n\nИсточник: Иркутская область")


def test_by_the_usual_rule_nothing_is_said_about_it(world: World) -> None:
    world.happens(suggested(31))
    assert "Подпись поста" not in world.card(1).text
