"""What leaves is claimed before the call and settled after it; nothing overtakes, nothing is claimed twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from editorial.delivery import State
from storage.errors import Conflict
from storage.outbox import Outbox
from storage.unit import Storage
from tests.storage.builders import delivery, queued, taken_in

SECOND = timedelta(seconds=1)
TARGET = "vk_messages"


def claimed(storage: Storage, at: datetime, limit: int = 10, closed: tuple[str, ...] = ()) -> list[int]:
    with storage.begin("claim") as unit:
        return [one.id for one in unit.outbox.claim(TARGET, at, limit, closed)]


def state_of(storage: Storage, id: int) -> State:
    with storage.read() as unit:
        found = unit.outbox.get(id)
    assert found is not None
    return found.state


def test_a_claim_is_marked_before_anything_is_sent(storage: Storage, now: datetime) -> None:
    (id,) = queued(storage, now, delivery(now, payload={"text": "Карточка"}))
    with storage.begin("claim") as unit:
        (one,) = unit.outbox.claim(TARGET, now, 10)
    assert (one.id, one.state, one.attempts, one.sending_at) == (id, State.SENDING, 1, now)
    with storage.read() as unit:
        assert unit.outbox.get(id) == one
        assert unit.outbox.stranded(TARGET) == (one,)
    assert claimed(storage, now) == []


def test_nothing_leaves_before_its_time(storage: Storage, now: datetime) -> None:
    (id,) = queued(storage, now, delivery(now + SECOND))
    assert claimed(storage, now + SECOND - timedelta(microseconds=1)) == []
    assert claimed(storage, now + SECOND) == [id]


def test_without_a_time_it_is_due_at_once(storage: Storage, now: datetime) -> None:
    (id,) = queued(storage, now, delivery(None))
    assert claimed(storage, now) == [id]


def test_the_longest_due_goes_first_among_destinations(storage: Storage, now: datetime) -> None:
    late, early = queued(storage, now, delivery(now, destination="a"), delivery(now - SECOND, destination="b"))
    assert claimed(storage, now, 1) == [early]
    assert claimed(storage, now, 1) == [late]


def test_t47_a_target_sees_only_its_own(storage: Storage, now: datetime) -> None:
    queued(storage, now, delivery(now, target="telegram"))
    assert claimed(storage, now) == []
    with storage.read() as unit:
        assert unit.outbox.next_due(TARGET) is None
        assert unit.outbox.next_due("telegram") == now


def test_closed_destinations_are_left_alone_and_the_others_go_on(storage: Storage, now: datetime) -> None:
    shut, open_ = queued(storage, now, delivery(now, destination="chat"), delivery(now, destination="user:7"))
    assert claimed(storage, now, closed=("chat", "user:9")) == [open_]
    assert claimed(storage, now) == [shut]


def test_t17_one_at_a_time_and_in_order_for_each_destination(storage: Storage, now: datetime) -> None:
    first, second, third = queued(storage, now, delivery(now), delivery(now), delivery(now - SECOND))
    for expected in (first, second, third):
        assert claimed(storage, now) == [expected]
        assert claimed(storage, now) == []
        with storage.begin("outcome") as unit:
            assert unit.outbox.sent(expected, {"cmid": expected}, now)


def test_t17_nothing_overtakes_what_is_to_be_tried_again(storage: Storage, now: datetime) -> None:
    first, second = queued(storage, now, delivery(now), delivery(now))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        assert unit.outbox.retry(first, now + 10 * SECOND, "busy", 10, now)
    assert claimed(storage, now + SECOND) == []
    assert claimed(storage, now + 10 * SECOND) == [first]
    with storage.begin("outcome") as unit:
        unit.outbox.sent(first, None, now)
    assert claimed(storage, now + 10 * SECOND) == [second]


def in_doubt(storage: Storage, now: datetime) -> tuple[int, int]:
    """A delivery in doubt, which holds up the one behind it."""
    doubtful, behind = queued(storage, now, delivery(now), delivery(now))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        assert unit.outbox.uncertain(doubtful, "timeout", now)
    assert claimed(storage, now) == []
    return doubtful, behind


def test_t17_nothing_overtakes_what_is_uncertain(storage: Storage, now: datetime) -> None:
    doubtful, behind = in_doubt(storage, now)
    with storage.begin("outcome") as unit:
        assert unit.outbox.refused(doubtful, "not found on the wall", None, now)
    assert claimed(storage, now) == [behind]


def test_what_people_are_asked_about_holds_up_nobody(storage: Storage, now: datetime) -> None:
    doubtful, behind = in_doubt(storage, now)
    with storage.begin("courier") as unit:
        assert unit.outbox.ask(doubtful, now)
    assert claimed(storage, now) == [behind]


def test_what_is_not_due_yet_holds_up_nobody(storage: Storage, now: datetime) -> None:
    _, second = queued(storage, now, delivery(now + 60 * SECOND), delivery(now))
    assert claimed(storage, now) == [second]


def test_what_is_held_holds_up_nobody_and_goes_out_when_released(storage: Storage, now: datetime) -> None:
    first, second = queued(storage, now, delivery(now, destination="user:7"), delivery(now, destination="user:7"))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        assert unit.outbox.held(first, "901", now)
        assert unit.outbox.waiting_for_person()[0].id == first
    assert claimed(storage, now) == [second]
    with storage.begin("outcome") as unit:
        unit.outbox.held(second, "901", now)
    assert claimed(storage, now + 60 * SECOND) == []
    with storage.begin("allowed") as unit:
        assert unit.outbox.release("user:8", now) == 0
        assert unit.outbox.release("user:7", now) == 2
    assert claimed(storage, now) == [first]


def test_what_is_put_in_on_hold_waits_for_its_reason_to_go(storage: Storage, now: datetime) -> None:
    asked, unreachable = queued(
        storage,
        now,
        delivery(destination="user:7", hold="no_letters"),
        delivery(destination="user:8", hold="901"),
    )
    assert claimed(storage, now) == []
    with storage.begin("test") as unit:
        assert unit.outbox.release("user:8", now) == 1
    assert claimed(storage, now) == [unreachable]
    assert state_of(storage, asked) is State.HELD


def test_t11_every_attempt_leaves_its_time_number_and_error(storage: Storage, now: datetime) -> None:
    (id,) = queued(storage, now, delivery(now))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        unit.outbox.retry(id, now + SECOND, "server error", 10, now)
    claimed(storage, now + SECOND)
    with storage.begin("outcome") as unit:
        unit.outbox.refused(id, "user is in the black list", 900, now + SECOND)
        tries = unit.outbox.attempts(id)
        found = unit.outbox.get(id)
    assert [(one.number_of, one.at, one.outcome, one.error) for one in tries] == [
        (1, now, "retry", "server error"),
        (2, now + SECOND, "refused", "user is in the black list"),
    ]
    assert found is not None
    assert (found.state, found.error_code, found.done_at, found.attempts) == (
        State.REFUSED,
        "900",
        now + SECOND,
        2,
    )


def test_the_answer_of_the_platform_is_kept(storage: Storage, now: datetime) -> None:
    (id,) = queued(storage, now, delivery(now))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        unit.outbox.sent(id, {"post_id": 12345}, now)
        found = unit.outbox.get(id)
    assert found is not None
    assert (found.state, found.result, found.done_at) == (State.SENT, {"post_id": 12345}, now)


Step = Callable[[Outbox, int, datetime], bool]
STEPS: dict[str, Step] = {
    "sent": lambda outbox, id, now: outbox.sent(id, None, now),
    "retry": lambda outbox, id, now: outbox.retry(id, now, "again", None, now),
    "refused": lambda outbox, id, now: outbox.refused(id, "never", None, now),
    "uncertain": lambda outbox, id, now: outbox.uncertain(id, "who knows", now),
    "held": lambda outbox, id, now: outbox.held(id, "901", now),
    "cancel": lambda outbox, id, now: outbox.cancel(id, now),
}


@pytest.mark.parametrize("second", STEPS)
@pytest.mark.parametrize("first", ["sent", "refused", "cancel"])
def test_what_is_finished_stays_as_it_is(storage: Storage, now: datetime, first: str, second: str) -> None:
    (id,) = queued(storage, now, delivery(now))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        assert STEPS[first](unit.outbox, id, now)
    settled = state_of(storage, id)
    with storage.begin("late") as unit:
        assert not STEPS[second](unit.outbox, id, now)
    assert state_of(storage, id) is settled


@pytest.mark.parametrize("step", ["sent", "retry", "uncertain"])
def test_what_was_not_claimed_has_no_outcome(storage: Storage, now: datetime, step: str) -> None:
    (id,) = queued(storage, now, delivery(now))
    with storage.begin("outcome") as unit:
        assert not STEPS[step](unit.outbox, id, now)
    assert state_of(storage, id) is State.WAITING


def test_t21_what_is_uncertain_cannot_be_cancelled(storage: Storage, now: datetime) -> None:
    (id,) = queued(storage, now, delivery(now))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        unit.outbox.uncertain(id, "timeout", now)
        assert not unit.outbox.cancel(id, now)


def test_t21_cancelling_a_suggestions_deliveries_takes_back_only_what_has_not_left(
    storage: Storage, now: datetime
) -> None:
    with storage.begin("test") as unit:
        number, other = taken_in(unit, now, 1).number, taken_in(unit, now, 2).number
    sending, waiting, held, letter, foreign = queued(
        storage,
        now,
        delivery(now, kind="card", number=number),
        delivery(now, kind="card", number=number),
        delivery(now, kind="card", number=number, hold="901"),
        delivery(now, kind="letter", number=number),
        delivery(now, kind="card", number=other),
    )
    assert claimed(storage, now, 1) == [sending]
    with storage.begin("test") as unit:
        assert unit.outbox.cancel_for(number, "card", now) == 2
    states = [state_of(storage, id) for id in (sending, waiting, held, letter, foreign)]
    assert states == [State.SENDING, State.CANCELLED, State.CANCELLED, State.WAITING, State.WAITING]
    with storage.begin("test") as unit:
        assert unit.outbox.cancel_for(number, None, now) == 1


def test_a_moved_publication_leaves_at_its_new_time(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now).number
    (id,) = queued(storage, now, delivery(now, kind="post", number=number))
    with storage.begin("test") as unit:
        assert unit.outbox.move(number, "post", now + 60 * SECOND) == 1
        assert unit.outbox.next_due(TARGET) == now + 60 * SECOND
    assert claimed(storage, now) == []
    assert claimed(storage, now + 60 * SECOND) == [id]


def test_edits_of_one_card_are_joined_while_they_wait(storage: Storage, now: datetime) -> None:
    first, second = queued(
        storage,
        now,
        delivery(now, payload={"version": 1}, dedupe="edit:1"),
        delivery(now, payload={"version": 2}, dedupe="edit:1"),
    )
    assert first == second
    with storage.begin("claim") as unit:
        (one,) = unit.outbox.claim(TARGET, now, 10)
        assert one.payload == {"version": 2}


def test_an_edit_made_while_another_is_being_sent_goes_behind_it(storage: Storage, now: datetime) -> None:
    (first,) = queued(storage, now, delivery(now, payload={"version": 1}, dedupe="edit:1"))
    claimed(storage, now)
    (second,) = queued(storage, now, delivery(now, payload={"version": 2}, dedupe="edit:1"))
    assert second != first
    with storage.begin("outcome") as unit:
        unit.outbox.sent(first, None, now)
    assert claimed(storage, now) == [second]


def test_an_edit_that_failed_gives_way_to_a_newer_one(storage: Storage, now: datetime) -> None:
    (first,) = queued(storage, now, delivery(now, dedupe="edit:1"))
    claimed(storage, now)
    (second,) = queued(storage, now, delivery(now, dedupe="edit:1"))
    with storage.begin("outcome") as unit:
        assert unit.outbox.retry(first, now, "busy", 10, now)
    assert state_of(storage, first) is State.CANCELLED
    assert claimed(storage, now) == [second]


def test_a_card_in_doubt_is_tried_again_before_the_newer_one(storage: Storage, now: datetime) -> None:
    (first,) = queued(storage, now, delivery(now, dedupe="card:1"))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        assert unit.outbox.uncertain(first, "no_answer", now)
    (second,) = queued(storage, now, delivery(now, dedupe="card:1"))
    with storage.begin("outcome") as unit:
        assert unit.outbox.retry(first, now, "not_sent", None, now, in_place=True)
    assert claimed(storage, now) == [first]
    with storage.begin("outcome") as unit:
        unit.outbox.sent(first, None, now)
    assert claimed(storage, now) == [second]


def test_news_about_a_failed_delivery_do_not_hurry_it(storage: Storage, now: datetime) -> None:
    (first,) = queued(storage, now, delivery(now, dedupe="edit:1"))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        unit.outbox.retry(first, now + 60 * SECOND, "flood", 9, now)
    assert queued(storage, now, delivery(now, payload={"version": 2}, dedupe="edit:1")) == [first]
    assert claimed(storage, now) == []
    with storage.begin("test") as unit:
        assert unit.outbox.hurry(TARGET, now) == 1
    assert claimed(storage, now) == [first]


def test_only_what_waits_for_a_cause_that_may_be_gone_is_hurried(storage: Storage, now: datetime) -> None:
    (first,) = queued(storage, now, delivery(now))
    claimed(storage, now)
    with storage.begin("outcome") as unit:
        unit.outbox.retry(first, now + 3600 * SECOND, "flood", 9, now)
    with storage.begin("test") as unit:
        assert unit.outbox.hurry(TARGET, now, {"key_dead", "chat_gone"}) == 0
        assert unit.outbox.hurry(TARGET, now, {"key_dead", "flood"}) == 1
    assert claimed(storage, now) == [first]


def test_a_held_letter_is_brought_up_to_date_instead_of_doubled(storage: Storage, now: datetime) -> None:
    first, second = queued(
        storage,
        now,
        delivery(destination="user:7", payload={"when": 1}, dedupe="letter:1", hold="901"),
        delivery(destination="user:7", payload={"when": 2}, dedupe="letter:1", hold="901"),
    )
    assert first == second
    with storage.begin("test") as unit:
        unit.outbox.release("user:7", now)
        (one,) = unit.outbox.claim(TARGET, now, 10)
    assert one.payload == {"when": 2}


def test_releasing_two_of_a_kind_lets_one_out(storage: Storage, now: datetime) -> None:
    (first,) = queued(storage, now, delivery(now, destination="user:7", dedupe="letter:1"))
    claimed(storage, now)
    (second,) = queued(storage, now, delivery(now, destination="user:7", dedupe="letter:1"))
    with storage.begin("outcome") as unit:
        unit.outbox.held(first, "901", now)
        assert unit.outbox.release("user:7", now) == 0
    assert [state_of(storage, first), state_of(storage, second)] == [State.CANCELLED, State.WAITING]


def test_hurrying_touches_no_publication_that_has_its_time(storage: Storage, now: datetime) -> None:
    queued(storage, now, delivery(now + 3600 * SECOND))
    with storage.begin("test") as unit:
        assert unit.outbox.hurry(TARGET, now) == 0


def test_t19_what_was_in_hand_at_the_crash_is_uncertain_and_not_sent_again(storage: Storage, now: datetime) -> None:
    first, second = queued(storage, now, delivery(now, destination="a"), delivery(now, destination="b"))
    claimed(storage, now, 1)
    with storage.begin("start") as unit:
        assert unit.outbox.recover(now) == 1
        assert unit.outbox.recover(now) == 0
        assert [one.id for one in unit.outbox.stranded(TARGET)] == [first]
        assert unit.outbox.attempts(first)[0].error == "interrupted"
    assert claimed(storage, now) == [second]


def test_t10_counts_show_everything_that_has_not_arrived(storage: Storage, now: datetime) -> None:
    ids = queued(storage, now, *(delivery(now, destination=str(n)) for n in range(6)))
    claimed(storage, now, 5)
    with storage.begin("outcome") as unit:
        unit.outbox.sent(ids[0], None, now)
        unit.outbox.refused(ids[1], "no", 1, now)
        unit.outbox.uncertain(ids[2], "timeout", now)
        unit.outbox.held(ids[3], "901", now)
        counts = unit.outbox.counts()
    assert counts == {
        State.WAITING: 1,
        State.SENDING: 1,
        State.UNCERTAIN: 1,
        State.HELD: 1,
        State.REFUSED: 1,
    }


def test_a_person_who_wants_to_be_forgotten_leaves_no_letters(storage: Storage, now: datetime) -> None:
    theirs, others = queued(
        storage,
        now,
        delivery(now, destination="user:7", payload={"text": "Мария"}),
        delivery(now, destination="user:8", payload={"text": "Анна"}),
    )
    with storage.begin("test") as unit:
        assert unit.outbox.forget("user:7", now) == 1
        gone, kept = unit.outbox.get(theirs), unit.outbox.get(others)
    assert gone is not None
    assert kept is not None
    assert (gone.state, gone.payload) == (State.CANCELLED, {})
    assert kept.payload == {"text": "Анна"}


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE outbox SET state = 'sent'",
        "UPDATE outbox SET done_at = created_at",
        "UPDATE outbox SET state = 'sending'",
        "UPDATE outbox SET state = 'lost'",
    ],
)
def test_the_database_itself_refuses_a_finish_without_its_time(
    storage: Storage, now: datetime, broken: str
) -> None:
    queued(storage, now, delivery(now))

    def break_it() -> None:
        with storage.begin("test") as unit:
            unit.outbox._work.bulk(broken, [()])

    with pytest.raises(Conflict):
        break_it()
