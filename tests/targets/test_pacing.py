"""How often a channel is written to, and how long an attempt is remembered, whoever asks meanwhile."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot.targets import attempts
from bot.targets.attempts import LATE_EFFECT, Attempts
from bot.targets.pace import ChannelPace
from editorial.delivery import Delivery, State

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def test_one_at_a_time_counts_what_was_sent() -> None:
    """The courier and the reading of reach ask in threads of their own: neither is let in while the other counts."""
    meeting = threading.Barrier(2)
    met = False
    counting = False

    def clock() -> float:
        nonlocal met
        if counting:
            with contextlib.suppress(threading.BrokenBarrierError):
                meeting.wait(0.1)
                met = True
        return 0.0

    pace = ChannelPace(0.0, 2, clock=clock)
    counting = True
    threads = [threading.Thread(target=ask) for ask in (pace.spent, pace.wait)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not met


def test_t46_as_many_as_are_allowed_go_at_once_and_the_next_waits_for_the_window() -> None:
    now = 0.0
    pace = ChannelPace(3.0, 20, 60.0, lambda: now)
    assert pace.wait(20) == 0.0
    for spent in (10, 9):
        pace.spent(spent)
        assert pace.wait() == 3.0, "the gap after every call"
        now += 3.0
    assert (pace.wait(1), pace.wait(2)) == (0.0, 54.0)
    assert pace.wait(99) == 57.0, "more than are ever allowed wait for all of them"
    pace.spent()
    now += 54.0
    assert (pace.wait(10), pace.wait(11)) == (0.0, 3.0)


def delivery(number: int) -> Delivery:
    return Delivery(number, "telegram", "channel", "post", 1, {}, State.SENDING, NOW, 1, NOW, sending_at=NOW)


def test_the_attempt_made_last_is_remembered_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first delivery is tried again and takes an hour; of three deliveries two are remembered."""
    clock = iter([0.0, 1.0, 0.0, 1.0, 0.0, 3600.0, 0.0, 1.0])
    monkeypatch.setattr(attempts, "_REMEMBERED", 2)
    monkeypatch.setattr(attempts, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    made = Attempts()

    for number in (1, 2, 1, 3):
        with made.timed(delivery(number)):
            pass

    assert not made.over(delivery(1), NOW + 2 * LATE_EFFECT)
    assert made.over(delivery(3), NOW + 2 * LATE_EFFECT)
