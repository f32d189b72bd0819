"""The running service: which loops there are, in what order they start and stop, and who notices a dead one.

::

    start:  lease → intake → couriers → router → reconciler → missed messages → sources → ticker
    stop:   intake, reconciler → ticker → sources → missed messages → router → couriers → snackbars → storage

All of them are asked to stop in this order, finish the call in hand, and are waited for together; who is not
ready in time is left behind.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Final, Protocol

import structlog

log = structlog.get_logger("service")

#: A loop that gave no sign for so long is dead or stuck, seconds. Longer than any call with all its time limits.
SILENT_TOO_LONG: Final = 240.0
#: Whether a loop died is looked at so often, seconds.
LOOK_EVERY: Final = 1.0
#: What is in hand when the program stops is waited for so long, seconds.
STOP_WITHIN: Final = 8.5
#: And the closing of the files and the database so long.
CLOSE_WITHIN: Final = 1.0


class Loop(Protocol):
    """Something that runs in a thread of its own until it is stopped."""

    beat: float

    def run(self) -> None: ...

    def stop(self) -> None: ...


class Pool(Protocol):
    """Threads that do one thing after another."""

    def stop(self) -> None:
        """Begin nothing more; returns at once."""

    def wait(self, seconds: float) -> tuple[str, ...]:
        """Wait at most so long for what is in hand; the names of what still is."""


class Clock(Pool, Protocol):
    """The pool of the periodic jobs."""

    @property
    def alive(self) -> bool: ...

    def start(self) -> None: ...


@dataclass(slots=True)
class Running:
    """A loop and its thread."""

    name: str
    loop: Loop
    thread: threading.Thread | None = None

    def start(self) -> None:
        self.thread = threading.Thread(target=self.loop.run, name=self.name, daemon=True)
        self.thread.start()

    @property
    def alive(self) -> bool:
        return self.thread is not None and self.thread.is_alive()


class Service:
    """Starts the loops, watches them, stops them.

    ``ticker`` does the periodic jobs, ``answers`` answers presses; ``after`` closes files and the database.
    """

    def __init__(
        self,
        loops: tuple[Running, ...],
        *,
        ticker: Clock,
        answers: Pool,
        after: Callable[[], None],
        also_alive: Mapping[str, Callable[[], bool]],
        quit_first: tuple[str, ...] = ("intake", "reconciler"),
    ) -> None:
        self._loops = loops
        self._ticker = ticker
        self._answers = answers
        self._after = after
        self._also_alive = {"ticker": lambda: ticker.alive, **also_alive}
        #: What was still in hand when the program stopped waiting for it.
        self.late: tuple[str, ...] = ()
        self._begun = False
        self._quit_first = quit_first
        #: Why to stop: the number of a signal, 0 for no signal. Unlike an event it may be filled by a handler
        #: that interrupts another one, or the waiting itself.
        self._asked: SimpleQueue[int] = SimpleQueue()
        self._failed = False

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; returns the exit code: 0, or 1 when a loop died or the closing failed."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        code = self.serve()
        # All is stored: whoever asks again has what they want, and the interpreter on its way out is not shot.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        return code

    def serve(self) -> int:
        """The same without taking the process's signals."""
        for running in self._loops:
            if running.thread is None:  # the intake listens already
                running.start()
        self._ticker.start()
        self._begun = True
        log.info("started", loops=[running.name for running in self._loops])
        while not self._asked_to_stop():
            dead = self.dead()
            if dead:
                log.error("loop_died", loops=dead)
                self._failed = True
                break
        self._stop()
        return 1 if self._failed else 0

    def ask_to_stop(self) -> None:
        """Stop soon; may be called from anywhere, and again."""
        self._asked.put(0)

    def _asked_to_stop(self) -> bool:
        """Wait a moment for somebody to ask."""
        try:
            number = self._asked.get(timeout=LOOK_EVERY)
        except Empty:
            return False
        log.info("stopping", signal=signal.Signals(number).name if number else "")
        return True

    def dead(self) -> list[str]:
        """Names of the loops that ended by themselves or gave no sign for too long."""
        now = time.monotonic()
        silent = [
            running.name
            for running in self._loops
            if not running.alive or now - running.loop.beat > SILENT_TOO_LONG
        ]
        if self._begun:
            silent += [name for name, alive in self._also_alive.items() if not alive()]
        return silent

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._asked.put(number)  # nothing else: signals may follow each other faster than a line is written

    def _stop(self) -> None:
        deadline = time.monotonic() + STOP_WITHIN

        def left() -> float:
            return max(0.0, deadline - time.monotonic())

        first = [running for running in self._loops if running.name in self._quit_first]
        rest = [running for running in reversed(self._loops) if running not in first]
        for running in first:
            running.loop.stop()
        self._ticker.stop()
        for running in rest:
            running.loop.stop()
        for running in (*first, *rest):
            if running.thread is not None:
                running.thread.join(left())
        self._answers.stop()
        in_hand = (*self._ticker.wait(left()), *self._answers.wait(left()))
        self.late = (*(running.name for running in self._loops if running.alive), *in_hand)
        # Whoever is late may still write: the right to the database ends with the process then, not before.
        if not self.late and not self._close():
            self.late = ("closing",)
        log.info("stopped", late=list(self.late))

    def _close(self) -> bool:
        """Let go of files and the database; False: a database that does not answer is not waited for."""
        done = threading.Event()

        def close() -> None:
            try:
                self._after()
            except Exception as error:
                log.exception("closing_fault", error=type(error).__name__)
                self._failed = True
            done.set()

        threading.Thread(target=close, name="closing", daemon=True).start()
        return done.wait(CLOSE_WITHIN)
