"""What the desk remembers besides suggestions: people, cards, open questions, settings, history."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from editorial.suggestion import Author
from storage.authors import FORGOTTEN
from storage.unit import Storage
from tests.storage.builders import cursor, delivery, event, taken_in

CHAT = 2_000_000_001
MINUTE = timedelta(minutes=1)


def test_an_author_is_known_from_the_first_suggestion_and_named_later(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        taken_in(unit, now, 1, author=7)
        taken_in(unit, now, 2, author=-9)
        assert unit.authors.unnamed(10) == (-9, 7)
        unit.authors.name(7, "Мария Иванова", now)
        unit.authors.name(-9, "", now)
        assert unit.authors.unnamed(10) == ()
    with storage.read() as unit:
        assert unit.authors.get(7) == Author(7, "Мария Иванова")
        assert unit.authors.get(404) is None


def test_what_is_known_of_an_author_is_changed_piece_by_piece(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.authors.name(7, "Мария", now)
        unit.authors.reachable(7, now, yes=False, why="901")
        unit.authors.wants_letters(7, now, yes=False)
        unit.authors.set_zone(7, "Asia/Irkutsk", now)
        unit.authors.set_region(7, "RU-IRK", now)
        assert unit.authors.get(7) == Author(7, "Мария", False, False, "Asia/Irkutsk", "RU-IRK")
        unit.authors.reachable(7, now, yes=True)
        assert unit.authors.ensure(7, now) == Author(7, "Мария", True, False, "Asia/Irkutsk", "RU-IRK")


def test_a_person_who_asks_is_forgotten_and_the_suggestion_stays(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now, author=7).number
        unit.authors.name(7, "Мария", now)
        unit.journal.add(now, number, 7, "withdraw")
        unit.prompts.ask(7, 7, number, "words", 1, now)
        assert unit.authors.forget(7, now)
        assert not unit.authors.forget(7, now)
    with storage.read() as unit:
        found = unit.suggestions.get(number)
        assert found is not None
        assert (found.author_id, found.author) == (None, None)
        assert unit.authors.get(7) is None
        assert [entry.actor for entry in unit.journal.of(number)] == [FORGOTTEN]
        assert unit.prompts.get(7, 7) is None


def test_what_was_done_about_a_forgotten_person_is_told_without_them(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        for author in (7, 77):
            unit.journal.add(now, None, 9, "author_blocked", details={"author": author, "why": "реклама"})
            note = unit.outbox.add(
                delivery(now, kind="note", payload={"note": "calls_human", "author": author}), now
            )
            letter = unit.outbox.add(delivery(now, kind="letter", destination=f"user:{author}", dedupe="d"), now)
            assert unit.outbox.claim("vk_messages", now, 9)
            assert unit.outbox.sent(note, None, now)
            assert unit.outbox.sent(letter, None, now)
        raws = ['{"from_id":7,"text":"a"}', '{"from_id": 77}', '{"user_id":"7"}', '{"id":"a7b","n":1.7}']
        unit.inbox.store([event(f"e{place}", raw=raw) for place, raw in enumerate(raws)], cursor(), now)
        for handled in unit.inbox.next(9)[:3]:
            unit.inbox.done(handled.id, now)
        unit.outbox.forget("user:7", now)
        unit.journal.forget(7)
        assert unit.inbox.forget(7) == 2
        assert unit.inbox.store([event("e0", raw=raws[0])], cursor(), now) == 0, "its id goes on being known"
    with storage.read() as unit:
        assert [entry.details.get("author") for entry in unit.journal.latest(9)] == [77, None]
        rows = [row for number in range(1, 5) if (row := unit.outbox.get(number))]
        assert [row.destination for row in rows] == ["chat", "user:0", "chat", "user:77"]
        assert [row.payload.get("author") for row in rows] == [None, None, 77, None]


def test_a_block_outlives_the_data_of_the_blocked(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.authors.name(7, "Мария", now)
        unit.authors.block(7, 9, "реклама от Марии", now)
        assert unit.authors.forget(7, now)
        assert unit.authors.get(7) == Author(7, blocked_by=9, blocked_at=now)
        assert unit.authors.unnamed(9) == ()
        assert unit.authors.is_bare(7)
        unit.retention.people(now + timedelta(days=400))
        assert unit.authors.get(7) is not None
        taken_in(unit, now, author=7)
        assert not unit.authors.is_bare(7)


def test_the_staff_list_follows_what_vk_says(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        assert unit.staff.replace({1: "creator", 2: "editor", 3: "moderator"}, now)
        unit.staff.name(2, "Анна")
        assert unit.staff.replace({1: "creator", 2: "moderator"}, now)
        assert not unit.staff.replace({1: "creator", 2: "moderator"}, now)
        unit.staff.set(4, "editor", now)
        unit.staff.set(1, None, now)
    with storage.read() as unit:
        assert [(one.vk_id, one.role, one.name) for one in unit.staff.all()] == [
            (2, "moderator", "Анна"),
            (4, "editor", ""),
        ]
        assert unit.staff.role(2) == "moderator"
        assert unit.staff.role(3) is None


def test_every_message_of_a_card_leads_to_its_suggestion(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        first, second = taken_in(unit, now, 1).number, taken_in(unit, now, 2).number
        unit.cards.placed(first, CHAT, 10, [8, 9], now, shown="hash")
        unit.cards.placed(second, CHAT, 11, [], now)
    with storage.read() as unit:
        assert [unit.cards.by_message(CHAT, cmid) for cmid in (8, 9, 10, 11, 12)] == [
            first,
            first,
            first,
            second,
            None,
        ]
        assert unit.cards.by_message(CHAT + 1, 10) is None
        card = unit.cards.get(first)
    assert card is not None
    assert (card.cmid, card.parts, card.shown, card.hidden) == (10, (8, 9), "hash", False)


def test_a_lost_card_is_forgotten_and_a_new_one_takes_its_place(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now).number
        unit.cards.placed(number, CHAT, 10, [9], now)
        assert unit.cards.forget(number)
        assert not unit.cards.forget(number)
        assert unit.cards.by_message(CHAT, 9) is None
        unit.cards.placed(number, CHAT, 20, [], now)
        unit.cards.placed(number, CHAT, 30, [], now)
        assert unit.cards.by_message(CHAT, 20) is None
        assert unit.cards.by_message(CHAT, 30) == number


def test_what_a_card_shows_survives_its_being_placed(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now).number
        unit.cards.view(number, {"open": "reasons"}, now)
        unit.cards.placed(number, CHAT, 10, [], now)
        unit.cards.shown(number, "new", now)
        card = unit.cards.get(number)
    assert card is not None
    assert (card.view, card.shown, card.cmid) == ({"open": "reasons"}, "new", 10)


def test_cards_kept_back_in_a_burst_come_out_in_their_order(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        numbers = [taken_in(unit, now, post_id).number for post_id in range(1, 6)]
        for number in reversed(numbers):
            unit.cards.hide(number, now)
        assert unit.cards.hidden(2) == tuple(numbers[:2])
        assert unit.cards.hidden_count() == 5
        unit.cards.placed(numbers[0], CHAT, 10, [], now)
        assert unit.cards.hidden(2) == tuple(numbers[1:3])


def test_a_person_has_one_open_question_in_a_chat(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        first, second = taken_in(unit, now, 1).number, taken_in(unit, now, 2).number
        unit.prompts.ask(CHAT, 100, first, "words", 3, now)
        unit.prompts.ask(CHAT, 100, second, "time", 5, now + MINUTE, cmid=44)
        unit.prompts.ask(CHAT, 101, first, "edit", 3, now)
        asked = unit.prompts.get(CHAT, 100)
        assert asked is not None
        assert (asked.number, asked.kind, asked.version, asked.cmid) == (second, "time", 5, 44)
        assert unit.prompts.clear(CHAT, 100)
        assert not unit.prompts.clear(CHAT, 100)
        assert unit.prompts.get(CHAT, 101) is not None


@pytest.mark.parametrize("value", [None, False, 0, "", [], {"час": 5}, [1, "два", None], 2**60, "строка"])
def test_a_setting_comes_back_as_it_was_put(storage: Storage, now: datetime, value: object) -> None:
    with storage.begin("test") as unit:
        assert unit.settings.get("key", "absent") == "absent"
        unit.settings.set("key", "first", now)
        unit.settings.set("key", value, now)
    with storage.begin("test") as unit:
        assert unit.settings.get("key", "absent") == value
        assert unit.settings.delete("key")
        assert not unit.settings.delete("key")
        assert unit.settings.get("key") is None


def test_the_journal_tells_who_did_what_with_before_and_after(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now).number
        unit.journal.add(now, number, None, "received", None, "pending")
        unit.journal.add(now, number, 100, "reject", "pending", "rejected", {"reason": "реклама"})
        unit.journal.add(now, None, 200, "refused", details={"why": "stranger"})
    with storage.read() as unit:
        received, rejected = unit.journal.of(number)
        assert (received.actor, received.action, received.details) == (None, "received", {})
        assert (rejected.actor, rejected.before, rejected.after) == (100, "pending", "rejected")
        assert rejected.details == {"reason": "реклама"}
        assert [entry.action for entry in unit.journal.latest(2)] == ["refused", "reject"]


def test_what_is_old_and_closed_loses_its_words_and_its_people(storage: Storage, now: datetime) -> None:
    from dataclasses import replace

    from editorial.suggestion import Status

    later = now + timedelta(days=400)
    with storage.begin("test") as unit:
        closed, open_ = taken_in(unit, now, 1, author=7), taken_in(unit, now, 2, author=8)
        unit.suggestions.save(replace(closed, status=Status.REJECTED, version=2), seen_version=1)
        unit.authors.ensure(9, now)
        unit.outbox.add(delivery(destination="user:9", hold="901"), now)
        sent = unit.outbox.add(delivery(now, number=closed.number), now)
        unit.outbox.claim("vk_messages", now, 1)
        unit.outbox.sent(sent, None, now)
        unit.claims.sign(closed.number, 1, 100, now)
        unit.claims.take(closed.number, 100, now)
        unit.journal.add(now, closed.number, 100, "reject", details={"words": "Мария"})
        unit.journal.add(now, closed.number, None, "received", details={"from": "Мария"})
    with storage.begin("test") as unit:
        assert unit.retention.deliveries(later) == 1
        assert unit.retention.people(later) == 1
        assert unit.retention.people(later) == 0
    with storage.read() as unit:
        assert unit.suggestions.get(open_.number) == open_
        emptied = unit.suggestions.get(closed.number)
        assert emptied is not None
        assert (emptied.content.text, emptied.author_id, emptied.status) == ("", None, Status.REJECTED)
        assert [unit.authors.get(who) is None for who in (7, 8, 9)] == [True, False, False]
        told = [(entry.actor, entry.details) for entry in unit.journal.of(closed.number)]
        assert told == [(FORGOTTEN, {}), (None, {})]
        assert (unit.claims.signature(closed.number), unit.claims.get(closed.number)) == (None, None)
        assert unit.outbox.get(sent) is None
