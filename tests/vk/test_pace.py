"""Calls keep their distance, urgent ones go first, and pauses end."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest

from bot.vk.pace import WRITES, Pace, Pauses


def gaps(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(sorted(moments))]


@pytest.mark.parametrize(("rate", "spacing"), [(3, 0.35), (20, 0.0526)])
def test_the_spacing_keeps_to_95_percent_of_what_vk_allows(rate: float, spacing: float) -> None:
    assert Pace(rate).interval == pytest.approx(spacing, rel=0.01)


def test_t44_many_threads_never_come_closer_than_the_spacing() -> None:
    """T-44: whoever calls, VK sees one even stream."""
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
    assert max(moments) - min(moments) >= 39 * pace.interval * 0.99
    assert sum(gaps(moments)) / 39 == pytest.approx(pace.interval, rel=0.5)


def test_an_urgent_caller_overtakes_those_who_wait() -> None:
    pace = Pace(10)
    order: list[str] = []
    waiting = threading.Barrier(5)

    def ordinary() -> None:
        waiting.wait(5)
        pace.wait()
        order.append("ordinary")

    pace.wait()
    threads = [threading.Thread(target=ordinary) for _ in range(4)]
    for thread in threads:
        thread.start()
    waiting.wait(5)
    while len(pace._queue) < 4:
        time.sleep(0)
    waited = pace.wait(urgent=True)
    order.append("urgent")
    for thread in threads:
        thread.join(5)

    assert order[0] == "urgent"
    assert waited <= pace.interval * 1.5


def test_a_lone_caller_does_not_wait() -> None:
    assert Pace(3).wait() < 0.01


def test_holding_keeps_everybody_back() -> None:
    pace = Pace(1000)
    pace.hold(0.2)
    assert pace.wait(urgent=True) >= 0.19


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


def test_a_person_can_end_all_pauses() -> None:
    pauses = Pauses(Clock())
    pauses.pause(600, "validation")
    pauses.resume()
    assert pauses.paused() is None
