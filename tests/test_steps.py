"""A loop survives whatever its steps meet, for as long as it lasts."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.steps import Steps
from bot.work import Work
from storage.errors import Unavailable
from tests.waiting import until


class Walker(Steps):
    """Steps that do as they are told: each of ``does`` once, then nothing more."""

    FIRST_PAUSE = 0.0001
    LONGEST_PAUSE = 0.0001

    def __init__(self, *, steps: Callable[[], bool], sleeps: Callable[[], float]) -> None:
        super().__init__(NOBODY)
        self.steps, self.sleeps = steps, sleeps
        self.faults = 0

    def prepare(self) -> None:
        """Nothing."""

    def step(self) -> bool:
        return self.steps()

    def idle_seconds(self) -> float:
        return self.sleeps()

    def failed(self, error: Exception) -> None:
        self.faults += 1


class Nobody(Work):
    """Work that nobody does: commits wake no loop."""

    def __init__(self) -> None:
        self._listeners = []


NOBODY = Nobody()


@contextmanager
def walking(walker: Walker) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=walker.run, daemon=True)
    thread.start()
    yield thread
    assert thread.is_alive(), "it goes on"
    walker.stop()
    thread.join(5)
    assert not thread.is_alive()


def broken() -> bool:
    raise Unavailable


def test_a_database_that_is_gone_for_a_night_ends_no_loop() -> None:
    """With pauses of half a minute a thousand failures in a row are a night."""
    walker = Walker(steps=broken, sleeps=lambda: 1.0)
    with walking(walker):
        until(lambda: walker.faults > 1100)


def test_a_fault_on_the_way_to_sleep_ends_no_loop() -> None:
    walker = Walker(steps=lambda: False, sleeps=broken)
    with walking(walker):
        until(lambda: walker.faults > 1)


def test_a_ring_wakes_a_sleeper_and_no_step_is_made_without_one() -> None:
    steps = itertools.count(1)
    made = [0]

    def step() -> bool:
        made[0] = next(steps)
        return False

    walker = Walker(steps=step, sleeps=lambda: 60.0)
    with walking(walker):
        until(lambda: made == [1])
        walker._bell.ring()
        until(lambda: made == [2])
