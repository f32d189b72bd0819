"""What becomes of a thing that leaves: a thing is never sent twice, never lost in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from editorial.delivery import (
    DELAYS,
    FINISHED,
    MOST_ATTEMPTS,
    Delivery,
    Hold,
    Outcome,
    Refused,
    RetryLater,
    Sent,
    State,
    Uncertain,
    Verdict,
    after,
    wait_after,
)  # fmt: skip

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def a_delivery(attempts: int = 1, state: State = State.SENDING) -> Delivery:
    return Delivery(1, "vk_wall", "wall", "publish", 214, {}, state, NOW, attempts, NOW)


def test_what_was_sent_keeps_its_ids() -> None:
    assert after(a_delivery(), Sent({"post_id": 7}), NOW) == Verdict(State.SENT, result={"post_id": 7})


def test_t11_what_was_refused_is_visible_with_its_reason() -> None:
    assert after(a_delivery(), Refused("too_long"), NOW) == Verdict(State.REFUSED, error="too_long")


def test_t02_what_may_have_been_sent_is_not_tried_again() -> None:
    verdict = after(a_delivery(), Uncertain("timeout"), NOW)
    assert (verdict.state, verdict.due_at) == (State.UNCERTAIN, None)


def test_what_its_reader_must_unlock_is_held_without_trying() -> None:
    verdict = after(a_delivery(), Hold("unreachable"), NOW)
    assert (verdict.state, verdict.due_at, verdict.error) == (State.HELD, None, "unreachable")


@pytest.mark.parametrize("attempts", range(1, MOST_ATTEMPTS))
def test_a_failed_attempt_waits_longer_each_time(attempts: int) -> None:
    verdict = after(a_delivery(attempts), RetryLater("network"), NOW)
    assert verdict.state is State.WAITING
    assert verdict.due_at == NOW + timedelta(seconds=DELAYS[min(attempts, len(DELAYS)) - 1])


def test_what_is_not_reached_is_knocked_at_once_a_minute_so_that_nothing_waits_long_after() -> None:
    waits = [wait_after(a_delivery(attempts), RetryLater("network", counts=False)) for attempts in range(1, 100)]
    assert waits[:4] == list(DELAYS[:4])
    assert max(waits) == 60.0


def test_the_platforms_own_delay_wins() -> None:
    verdict = after(a_delivery(), RetryLater("flood", seconds=90), NOW)
    assert verdict.due_at == NOW + timedelta(seconds=90)


def test_t11_a_thing_that_fails_by_its_own_fault_is_given_up_in_the_end() -> None:
    verdict = after(a_delivery(MOST_ATTEMPTS), RetryLater("network"), NOW)
    assert (verdict.state, verdict.error) == (State.REFUSED, "network")


def test_t40_a_dead_key_costs_no_delivery_its_attempts() -> None:
    verdict = after(a_delivery(MOST_ATTEMPTS * 100), RetryLater("key_dead", counts=False), NOW)
    assert verdict.state is State.WAITING
    assert verdict.due_at is not None
    assert verdict.due_at > NOW


def test_t40_what_was_not_its_fault_does_not_wear_its_patience() -> None:
    """A key was dead for a week; then the network is well and stumbles once."""
    verdict = after(a_delivery(MOST_ATTEMPTS * 100), RetryLater("network"), NOW, MOST_ATTEMPTS * 100 - 1)
    assert verdict.state is State.WAITING
    assert verdict.due_at == NOW + timedelta(seconds=DELAYS[0])


class Courier(RuleBasedStateMachine):
    """One delivery, a platform that may or may not take it, and a process that may die at every step."""

    @initialize()
    def a_decision_is_made(self) -> None:
        self.now = NOW
        self.delivery = a_delivery(attempts=0, state=State.WAITING)
        self.taken = 0
        self.sends_since_settled = 0

    def _record(self, outcome: Outcome) -> None:
        verdict = after(self.delivery, outcome, self.now)
        self.delivery = replace(
            self.delivery, state=verdict.state, due_at=verdict.due_at or self.delivery.due_at, error=verdict.error
        )
        if verdict.state is not State.UNCERTAIN:
            self.sends_since_settled = 0

    @precondition(lambda self: self.delivery.state is State.WAITING)
    @rule(
        how=st.sampled_from(["taken", "refused", "retry", "not_to_blame", "lost_answer", "lost_request", "hold"]),
        dies=st.sampled_from(["no", "before the call", "after the call"]),
    )
    def it_is_sent(self, how: str, dies: str) -> None:
        self.now = max(self.now, self.delivery.due_at)
        self.delivery = replace(self.delivery, state=State.SENDING, attempts=self.delivery.attempts + 1)
        if dies == "before the call":
            return
        self.sends_since_settled += 1
        self.taken += how in ("taken", "lost_answer")
        if dies == "after the call":
            return
        outcomes: dict[str, Outcome] = {
            "taken": Sent({"post_id": 7}),
            "refused": Refused("too_long"),
            "retry": RetryLater("network"),
            "not_to_blame": RetryLater("key_dead", counts=False),
            "lost_answer": Uncertain("timeout"),
            "lost_request": Uncertain("timeout"),
            "hold": Hold("unreachable"),
        }
        self._record(outcomes[how])

    @rule(seconds=st.integers(1, 1000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.delivery.state is State.SENDING)
    @rule()
    def the_process_starts_again(self) -> None:
        self._record(Uncertain("interrupted"))

    @precondition(lambda self: self.delivery.state is State.UNCERTAIN)
    @rule(readable=st.booleans())
    def the_platform_is_read(self, readable: bool) -> None:
        if readable:
            found = Sent({"post_id": 7}) if self.taken else RetryLater("not_found", seconds=0, counts=False)
            self._record(found)

    @precondition(lambda self: self.delivery.state is State.HELD)
    @rule()
    def the_reader_unlocks_it(self) -> None:
        self.delivery = replace(self.delivery, state=State.WAITING, due_at=self.now)

    @invariant()
    def the_platform_has_it_at_most_once(self) -> None:
        assert self.taken <= 1

    @invariant()
    def never_two_sends_without_a_settled_outcome_between(self) -> None:
        assert self.sends_since_settled <= 1

    @invariant()
    def what_the_record_says_is_true(self) -> None:
        if self.delivery.state is State.SENT:
            assert self.taken == 1
        if self.delivery.state in (State.WAITING, State.REFUSED, State.HELD):
            assert self.taken == 0
        if self.delivery.state in FINISHED - {State.SENT}:
            assert self.delivery.error, "nothing is given up without a word"

    @invariant()
    def what_waits_has_its_moment(self) -> None:
        if self.delivery.state is State.WAITING:
            assert self.delivery.due_at <= self.now + timedelta(seconds=max(DELAYS))


TestCourier = Courier.TestCase
TestCourier.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
