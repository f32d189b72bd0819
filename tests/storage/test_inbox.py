"""Events are kept once, with their place in the stream, until somebody handled them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from storage.inbox import TRIES, Cursor, RawEvent, read_id
from storage.unit import Storage
from tests.storage.builders import GROUP, cursor, event

LATER = timedelta(days=40)


def test_t06_an_event_delivered_again_is_stored_once(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        assert unit.inbox.store([event("a"), event("b"), event("a")], cursor("3"), now) == 2
    with storage.begin("test") as unit:
        assert unit.inbox.store([event("b"), event("c")], cursor("4"), now) == 1
    with storage.read() as unit:
        assert [row.event_id for row in unit.inbox.next(10)] == ["a", "b", "c"]


def test_t06_an_event_already_handled_is_not_handled_again(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.inbox.store([event("a")], cursor(), now)
        unit.inbox.done(unit.inbox.next(1)[0].id, now)
        assert unit.inbox.store([event("a")], cursor("2"), now) == 0
        assert unit.inbox.next(10) == ()


def test_a_message_read_from_its_conversation_is_kept_once_beside_its_event(
    storage: Storage, now: datetime
) -> None:
    def told(event_id: str, cmid: int) -> RawEvent:
        return RawEvent(event_id, "message_new", False, "{}", (601, cmid))

    with storage.begin("test") as unit:
        assert unit.inbox.store([told("e1", 1), told("e2", 1)], cursor("2"), now) == 2, "two events are two"
        assert unit.inbox.add_read([told(read_id(601, 1), 1), told(read_id(601, 2), 2)], now) == 1
        assert unit.inbox.store([told("e3", 2), told("e4", 3)], cursor("3"), now) == 1
        assert [row.event_id for row in unit.inbox.next(10)] == ["e1", "e2", "read:601:2", "e4"]
        assert unit.inbox.told_of([601]) == {(601, 1), (601, 2), (601, 3)}


def test_a_batch_and_its_place_in_the_stream_are_stored_together(storage: Storage, now: datetime) -> None:
    def broken_off() -> None:
        with storage.begin("test") as unit:
            unit.inbox.store([event("b")], cursor("9"), now)
            raise ZeroDivisionError

    with storage.begin("test") as unit:
        unit.inbox.store([event("a")], cursor("5"), now)
    with pytest.raises(ZeroDivisionError):
        broken_off()
    with storage.read() as unit:
        assert unit.inbox.cursor(GROUP) == cursor("5")
        assert unit.inbox.waiting() == 1


def test_t15_the_place_in_the_stream_is_kept_for_each_community(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.inbox.store([], cursor("5", 1), now)
        unit.inbox.store([], Cursor(2, "https://other.invalid", "k2", "17"), now)
        unit.inbox.store([], cursor("6", 1), now)
    with storage.read() as unit:
        assert unit.inbox.cursor(1) == cursor("6", 1)
        assert unit.inbox.cursor(2) == Cursor(2, "https://other.invalid", "k2", "17")
        assert unit.inbox.cursor(3) is None


def test_presses_go_before_everything_else_and_each_kind_in_its_order(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        batch = [event("a"), event("b", urgent=True), event("c"), event("d", urgent=True)]
        unit.inbox.store(batch, cursor(), now)
    with storage.read() as unit:
        assert [row.event_id for row in unit.inbox.next(10)] == ["b", "d", "a", "c"]
        assert [row.event_id for row in unit.inbox.next(10, urgent_only=True)] == ["b", "d"]
        assert [row.event_id for row in unit.inbox.next(1)] == ["b"]


def test_r10_a_poison_event_is_set_aside_and_the_queue_goes_on(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.inbox.store([event("poison"), event("good")], cursor(), now)
        poison = unit.inbox.next(1)[0].id
    for attempt in range(1, TRIES + 1):
        with storage.begin("test") as unit:
            assert unit.inbox.next(1)[0].id == poison
            assert unit.inbox.failed(poison, "KeyError: 'id'", now) is (attempt == TRIES)
    with storage.read() as unit:
        assert [row.event_id for row in unit.inbox.next(10)] == ["good"]
        assert unit.inbox.set_aside() == 1


def test_an_event_is_settled_once(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.inbox.store([event("a")], cursor(), now)
        row = unit.inbox.next(1)[0].id
        assert unit.inbox.strange(row, "unknown type", now)
        assert not unit.inbox.done(row, now)
        assert not unit.inbox.failed(row, "late", now)


def test_pruning_forgets_what_was_handled_long_ago_and_nothing_else(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.inbox.store([event("done"), event("strange"), event("waiting")], cursor(), now)
        done, strange, _ = unit.inbox.next(10)
        unit.inbox.done(done.id, now)
        unit.inbox.strange(strange.id, "unknown type", now)
        unit.inbox.store([event("fresh")], cursor(), now + LATER)
        unit.inbox.done(unit.inbox.next(10)[1].id, now + LATER)
    with storage.begin("test") as unit:
        assert unit.inbox.prune(now + LATER) == 1
        assert [row.event_id for row in unit.inbox.next(10)] == ["waiting"]
        assert unit.inbox.set_aside() == 1
        assert unit.inbox.store([event("fresh")], cursor(), now + LATER) == 0


def test_t82_the_age_of_the_last_event_is_known_after_everything_was_pruned(
    storage: Storage, now: datetime
) -> None:
    with storage.begin("test") as unit:
        assert unit.inbox.last_received_at() is None
        unit.inbox.store([event("a")], cursor(), now)
        unit.inbox.store([event("b")], cursor(), now + timedelta(seconds=5))
        for row in unit.inbox.next(10):
            unit.inbox.done(row.id, now)
    with storage.begin("test") as unit:
        assert unit.inbox.prune(now + LATER) == 1
        assert unit.inbox.last_received_at() == now + timedelta(seconds=5)


def test_a_batch_of_any_size_is_stored(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        assert unit.inbox.store([event(str(n)) for n in range(2500)], cursor(), now) == 2500
        assert unit.inbox.store([], cursor("2"), now) == 0
        assert unit.inbox.waiting() == 2500
