"""The loops are watched, and the end comes in order and in time, whatever hangs."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from bot import service
from bot.service import SILENT_TOO_LONG, Running, Service
from bot.ticker import Job, Ticker
from tests.waiting import until


class Deeds(list[str]):
    """What was done, in order."""

    def of(self, name: str) -> Callable[[], None]:
        return lambda: self.append(name)


class Endless:
    """A loop that runs until it is stopped or told to die."""

    def __init__(self, name: str, deeds: Deeds) -> None:
        self.beat = time.monotonic()
        self.end = threading.Event()
        self._name, self._deeds = name, deeds

    def run(self) -> None:
        self.end.wait(60)

    def stop(self) -> None:
        self._deeds.append(self._name)
        self.end.set()


class Answers:
    """The pool of the answers to presses, with nothing in hand."""

    def __init__(self, deeds: Deeds) -> None:
        self._deeds = deeds

    def stop(self) -> None:
        self._deeds.append("snackbars")

    def wait(self, seconds: float) -> tuple[str, ...]:
        return ()


def wait_for(event: threading.Event) -> None:
    """At most five seconds."""
    event.wait(5)


def nothing() -> None:
    """All is closed at once."""


class Stage:
    """A service of four loops and a clock; ``serve`` runs it in a thread of its own."""

    def __init__(self, *jobs: Job, after: Callable[[], None] = nothing) -> None:
        self.deeds = Deeds()
        self.loops = {name: Endless(name, self.deeds) for name in ("intake", "courier", "router", "reconciler")}
        self.lease = threading.Event()
        self.lease.set()
        self.codes: list[int] = []
        running = tuple(Running(name, loop) for name, loop in self.loops.items())
        self.ticker = Ticker((*jobs, Job("idle", 3600.0, lambda: None, stop=self.deeds.of("ticker"))))
        self.service = Service(
            running,
            ticker=self.ticker,
            answers=Answers(self.deeds),
            after=self._close,
            also_alive={"lease": self.lease.is_set},
        )
        self._after = after
        self._thread = threading.Thread(target=lambda: self.codes.append(self.service.serve()), daemon=True)

    def _close(self) -> None:
        self.deeds.append("storage")
        self._after()

    def serve(self) -> None:
        self._thread.start()
        until(lambda: self.ticker.alive and self.service.dead() == [])

    def code(self) -> int:
        """The exit code, once there is one."""
        self._thread.join(10)
        assert self.codes, "it serves on"
        return self.codes[0]


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LOOK_EVERY", 0.02)


@pytest.fixture
def hanging() -> Iterator[threading.Event]:
    """What hangs until the end of the test waits for this."""
    over = threading.Event()
    yield over
    over.set()


IN_ORDER = ["intake", "reconciler", "ticker", "router", "courier", "snackbars", "storage"]


def test_asked_to_stop_it_stops_in_order_and_all_is_well() -> None:
    stage = Stage()
    stage.serve()
    stage.service.ask_to_stop()
    assert stage.code() == 0
    assert stage.deeds == IN_ORDER
    assert stage.service.late == ()


def test_a_hail_of_signals_stops_it_once_and_never_shoots_it() -> None:
    over = threading.Event()
    stage = Stage(after=lambda: wait_briefly(over))

    def hail() -> None:
        until(lambda: stage.ticker.alive and stage.service.dead() == [])
        while not over.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    hailing = threading.Thread(target=hail, daemon=True)
    hailing.start()
    try:
        assert stage.service.run() == 0
        assert {signal.getsignal(number) for number in handlers} == {signal.SIG_IGN}, "on its way out, too"
    finally:
        over.set()
        hailing.join(5)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert stage.deeds == IN_ORDER


def wait_briefly(event: threading.Event) -> None:
    """Long enough for some hundreds of signals."""
    event.wait(0.2)


@pytest.mark.parametrize("name", ["intake", "courier", "router", "reconciler"])
def test_a_loop_that_ends_by_itself_ends_the_program(name: str) -> None:
    stage = Stage()
    stage.serve()
    stage.loops[name].end.set()
    assert stage.code() == 1
    assert stage.deeds == IN_ORDER


def test_a_lost_lease_ends_the_program() -> None:
    stage = Stage()
    stage.serve()
    stage.lease.clear()
    assert stage.code() == 1
    assert stage.deeds == IN_ORDER


def test_a_clock_that_stopped_ends_the_program() -> None:
    stage = Stage()
    stage.serve()
    stage.ticker.stop()
    assert stage.code() == 1


def test_a_loop_that_gives_no_sign_counts_as_dead() -> None:
    stage = Stage()
    stage.serve()
    stage.loops["courier"].beat = time.monotonic() - SILENT_TOO_LONG + 60
    assert stage.service.dead() == []
    stage.loops["courier"].beat = time.monotonic() - SILENT_TOO_LONG - 1
    assert stage.service.dead() == ["courier"]
    assert stage.code() == 1


def test_a_job_that_hangs_does_not_hold_the_end(monkeypatch: pytest.MonkeyPatch, hanging: threading.Event) -> None:
    monkeypatch.setattr(service, "STOP_WITHIN", 0.2)
    begun = threading.Event()

    def hang() -> None:
        begun.set()
        wait_for(hanging)

    stage = Stage(Job("reach", 3600.0, hang, at_once=True))
    stage.serve()
    assert begun.wait(10)
    asked = time.monotonic()
    stage.service.ask_to_stop()
    assert stage.code() == 0
    assert time.monotonic() - asked < 4
    assert stage.deeds == [deed for deed in IN_ORDER if deed != "storage"], "a late job may still write"
    assert stage.service.late == ("reach",)


def test_a_closing_that_hangs_does_not_hold_the_end(
    monkeypatch: pytest.MonkeyPatch, hanging: threading.Event
) -> None:
    monkeypatch.setattr(service, "STOP_WITHIN", 0.2)
    monkeypatch.setattr(service, "CLOSE_WITHIN", 0.2)
    stage = Stage(after=partial(wait_for, hanging))
    stage.serve()
    asked = time.monotonic()
    stage.service.ask_to_stop()
    assert stage.code() == 0
    assert time.monotonic() - asked < 4
    assert stage.service.late == ("closing",)


def test_a_closing_that_fails_is_no_good_end() -> None:
    def fail() -> None:
        raise OSError("disk full")

    stage = Stage(after=fail)
    stage.serve()
    stage.service.ask_to_stop()
    assert stage.code() == 1
    assert stage.service.late == ()


def test_a_job_in_hand_is_waited_for_and_no_other_begins(hanging: threading.Event) -> None:
    began = Deeds()

    def first() -> None:
        began.append("first")
        wait_for(hanging)

    places = [Job(f"job {place}", 3600.0, first, at_once=True) for place in range(3)]
    ticker = Ticker((*places, Job("next", 3600.0, began.of("next"), at_once=True)))
    ticker.start()
    until(lambda: len(began) == 3)  # as many as there are threads: the fourth stands in line
    ticker.stop()
    assert ticker.wait(0.0) == ("job 0", "job 1", "job 2")
    hanging.set()
    assert ticker.wait(10.0) == ()
    assert began == ["first"] * 3
