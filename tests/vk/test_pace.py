"""Calls keep their distance, urgent ones go first, and pauses end."""

from __future__ import annotations

import threading
import time

import pytest

from bot.intake import delay_after
from bot.vk.pace import WRITES, Pace, Pauses, on_wall
from tests.waiting import until


@pytest.mark.parametrize(("rate", "spacing"), [(3, 0.35), (20, 0.0526)])
def test_the_spacing_keeps_to_95_percent_of_what_vk_allows(rate: float, spacing: float) -> None:
    assert Pace(rate).interval == pytest.approx(spacing, rel=0.01)


def test_t44_many_threads_never_come_closer_than_the_spacing() -> None:
    """T-44: whoever calls, VK sees one even stream."""
    began = time.monotonic()
    pace = Pace(100)
    moments: list[float] = []

    def caller() -> None:
        for _ in range(5):
            pace.wait()
            moments.append(time.monotonic())

    threads = [threading.Thread(target=caller) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(moments) == 40
    for before_it, moment in enumerate(sorted(moments)):
        assert moment - began >= before_it * pace.interval * 0.99, "a caller came before its turn"
    assert max(moments) - began < 40 * pace.interval + 10, "the allowance is left unused"


def test_an_urgent_caller_overtakes_those_who_wait() -> None:
    clock = Clock()
    pace = Pace(1, clock=clock)
    order: list[str] = []

    def call(urgent: bool) -> None:
        pace.wait(urgent)
        order.append("urgent" if urgent else "ordinary")

    def start(urgent: bool, waiting: int) -> threading.Thread:
        thread = threading.Thread(target=call, args=(urgent,))
        thread.start()
        until(lambda: len(pace._queue) == waiting)
        return thread

    pace.hold(1)
    threads = [start(urgent=False, waiting=number + 1) for number in range(4)]
    threads.append(start(urgent=True, waiting=5))
    for out in range(5):
        clock.now += 2
        until(lambda: len(order) == out + 1)  # noqa: B023  called at once
    for thread in threads:
        thread.join(20)

    assert order == ["urgent", *["ordinary"] * 4]


def test_a_lone_caller_does_not_wait() -> None:
    assert Pace(0.05).wait().waited < 10


def test_holding_keeps_everybody_back() -> None:
    pace = Pace(1000)
    pace.hold(0.2)
    assert pace.wait(urgent=True).waited >= 0.19


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_pause_ends_by_itself() -> None:
    clock = Clock()
    pauses = Pauses(clock)
    pauses.pause(60, "flood", scope="wall.post")

    paused = pauses.paused("wall.post")
    assert paused is not None
    assert (paused.reason, paused.until) == ("flood", 160.0)
    assert pauses.paused("wall.get") is None

    clock.now += 61
    assert pauses.paused("wall.post") is None


def test_a_pause_that_did_not_help_is_followed_by_a_longer_one() -> None:
    clock = Clock()
    pauses = Pauses(clock)
    assert pauses.pause(60, "flood", scope="wall.post") == 60

    clock.now += 20
    assert pauses.pause(60, "flood", scope="wall.post") == 40, "the pause in force goes on"
    lengths = []
    for _ in range(8):
        clock.now += 4000
        lengths.append(pauses.pause(60, "flood", scope="wall.post"))
    assert lengths == [120, 240, 480, 960, 1920, 3600, 3600, 3600]

    pauses.worked("wall.post", write=True)
    assert pauses.pause(60, "flood", scope="wall.post") == 60


def test_the_longest_pause_counts() -> None:
    pauses = Pauses(Clock())
    pauses.pause(60, "flood", scope="wall.post")
    pauses.pause(600, "captcha", scope=WRITES)

    paused = pauses.paused("wall.post", write=True)

    assert paused is not None
    assert paused.reason == "captcha"


def test_a_call_that_works_ends_the_pause_of_what_it_did() -> None:
    pauses = Pauses(Clock())
    pauses.pause(600, "captcha", scope=WRITES)
    pauses.pause(600, "key_dead")

    pauses.worked("wall.get", write=False)
    assert pauses.paused() is None
    assert pauses.paused("wall.post", write=True) is not None

    pauses.worked("wall.post", write=True)
    assert pauses.paused("wall.post", write=True) is None


def test_what_began_before_the_refusal_does_not_end_the_pause() -> None:
    clock = Clock()
    pauses = Pauses(clock)
    began = pauses.now()
    clock.now += 1
    pauses.pause(60, "flood", scope="messages.send")

    pauses.worked("messages.send", write=True, since=began)
    assert pauses.paused("messages.send") is not None

    pauses.worked("messages.send", write=True, since=pauses.now() + 1)
    assert pauses.paused("messages.send") is None


@pytest.mark.parametrize("pause", [60.0, 300.0, 3600.0])
def test_t14_a_refused_queue_is_asked_again_soon_and_ever_later(pause: float) -> None:
    """T-14: flood, captcha and the daily limit are not hammered; a broken wire is tried again at once."""
    assert [delay_after(failures, pause) for failures in range(5)] == [10.0, 20.0, 40.0, 60.0, 60.0]
    assert [delay_after(failures, 3.0) for failures in range(7)] == [0.3, 1.0, 3.0, 5.0, 10.0, 30.0, 30.0]
    assert delay_after(0, None) == 0.3
    assert delay_after(10_000, pause) == 60.0, "a day of refusals"


def test_a_pause_of_one_wall_is_nobody_elses() -> None:
    pauses = Pauses(Clock())
    pauses.pause(3600, "posts_per_day", scope=on_wall("wall.post", -1))
    pauses.pause(60, "captcha", scope=WRITES)

    ours, theirs = (pauses.paused("wall.post", write=True, wall=wall) for wall in (-1, -2))
    assert ours is not None
    assert ours.reason == "posts_per_day"
    assert theirs is not None
    assert theirs.reason == "captcha"
    assert pauses.paused("wall.edit", wall=-1) is None

    pauses.worked("wall.post", write=True, wall=-2)
    assert pauses.paused("wall.post", write=True, wall=-2) is None
    assert pauses.paused("wall.post", write=True, wall=-1) == ours
    pauses.worked("wall.post", write=True, wall=-1)
    assert pauses.paused("wall.post", write=True, wall=-1) is None


def test_a_person_can_end_all_pauses() -> None:
    pauses = Pauses(Clock())
    pauses.pause(600, "validation")
    pauses.resume()
    assert pauses.paused() is None


def test_t44_what_is_late_on_its_way_does_not_come_closer_to_the_next_ones() -> None:
    """T-44: VK counts arrivals: the first of three calls took long to get there, so the fourth waits for it."""
    clock = Clock()
    pace = Pace(3, clock=clock)
    sent = []
    for late in (0.14, 0.0, 0.0):
        clock.now = pace_free(pace, clock)
        turn = pace.wait()
        sent.append(clock.now)
        clock.now += late
        pace.answered(turn)

    assert pace_free(pace, clock) == pytest.approx(sent[0] + 0.14 + 1.0)


def test_t44_the_answer_to_one_call_says_nothing_about_another_that_is_still_on_its_way() -> None:
    """T-44: two threads are let through one after the other; the first is answered before the second has left."""
    clock = Clock()
    pace = Pace(3, clock=clock)
    first, second, third = (pace.wait(urgent=True) for _ in range(3))
    clock.now += 0.1
    pace.answered(first)
    pace.answered(third)
    clock.now += 0.8
    pace.answered(second)
    clock.now += 0.25
    pace.wait(urgent=True)

    assert pace_free(pace, clock) == pytest.approx(100.9 + 1.0), "the second call arrived 0.9 s after the start"


def test_a_call_that_is_answered_at_once_costs_nothing_more() -> None:
    clock = Clock()
    pace = Pace(3, clock=clock)
    for _ in range(10):
        clock.now = pace_free(pace, clock)
        turn = pace.wait()
        clock.now += 0.01
        pace.answered(turn)

    assert pace.seconds_left() == pytest.approx(pace.interval - 0.01)


def pace_free(pace: Pace, clock: Clock) -> float:
    return clock.now + pace.seconds_left()


def test_an_urgent_caller_does_not_wait_for_the_spacing_while_the_allowance_lasts() -> None:
    clock = Clock()
    pace = Pace(3, clock=clock)
    for _ in range(3):
        turn = pace.wait(urgent=True)
        assert turn.waited == 0
        pace.answered(turn)
        clock.now += 0.01

    assert pace_free(pace, clock) >= clock.now + 0.9, "the fourth within a second would be one too many"
    pace.hold(5)
    assert pace_free(pace, clock) == clock.now + 5
