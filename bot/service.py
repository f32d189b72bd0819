"""The running service: which loops there are, in what order they start and stop, and who notices a dead one.

::

    start:  lease → intake → couriers → router → reconciler → ticker
    stop:   intake, reconciler → ticker → router → couriers (finish the call in hand) → snackbars → storage
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Final, Protocol

import structlog

log = structlog.get_logger("service")

#: A loop that gave no sign for so long is dead or stuck, seconds. Longer than any call with all its time limits.
SILENT_TOO_LONG: Final = 240.0
#: Stopping takes at most so long, seconds.
STOP_WITHIN: Final = 9.0


class Loop(Protocol):
    """Something that runs in a thread of its own until it is stopped."""

    beat: float

    def run(self) -> None: ...

    def stop(self) -> None: ...


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
    """Starts the loops, watches them, stops them."""

    def __init__(
        self,
        loops: tuple[Running, ...],
        *,
        before: Callable[[], None],
        after: Callable[[], None],
        also_alive: Mapping[str, Callable[[], bool]],
        quit_first: tuple[str, ...] = ("intake", "reconciler"),
    ) -> None:
        self._loops = loops
        self._before = before
        self._after = after
        self._also_alive = also_alive
        self._begun = False
        self._quit_first = quit_first
        self._asked = threading.Event()
        self._failed = False

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; returns the exit code: 0, or 1 when a loop died."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        return self.serve()

    def serve(self) -> int:
        """The same without taking the process's signals."""
        for running in self._loops:
            if running.thread is None:  # the intake listens already
                running.start()
        self._before()
        self._begun = True
        log.info("started", loops=[running.name for running in self._loops])
        while not self._asked.wait(1.0):
            dead = self.dead()
            if dead:
                log.error("loop_died", loops=dead)
                self._failed = True
                break
        self._stop()
        return 1 if self._failed else 0

    def ask_to_stop(self) -> None:
        """Stop soon; may be called from anywhere, and again."""
        self._asked.set()

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
        log.info("stopping", signal=signal.Signals(number).name)
        self.ask_to_stop()

    def _stop(self) -> None:
        deadline = time.monotonic() + STOP_WITHIN
        first = [running for running in self._loops if running.name in self._quit_first]
        rest = [running for running in self._loops if running not in first]
        for running in (*first, *rest):
            running.loop.stop()
        for running in (*first, *rest):
            if running.thread is not None:
                running.thread.join(max(0.0, deadline - time.monotonic()))
        self._after()
        late = [running.name for running in self._loops if running.alive]
        log.info("stopped", late=late)
