"""Units of work for the loops: a storage unit, the time, the desk's facts; and the waking of whoever waits.

A unit that commits may have left something to send or to handle, so every commit wakes the loops that listen;
a wake-up costs one look at an index.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from handlers.context import Context, Desk
from storage.errors import Busy, Full, ReadOnly, Unavailable
from storage.unit import Storage

#: Faults of the disk or the server, whatever is in hand: it has no part in them, and waits.
STORE_FAILS: Final = (Busy, Full, ReadOnly, Unavailable)


def utc_now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


class Work:
    """Opens units of work."""

    def __init__(self, storage: Storage, desk: Desk, now: Callable[[], datetime] = utc_now) -> None:
        self.storage = storage
        self.desk = desk
        self.now = now
        self._listeners: list[Callable[[], None]] = []

    def listen(self, wake: Callable[[], None]) -> None:
        """Have ``wake`` called after every commit. It must return at once."""
        self._listeners.append(wake)

    def wake_all(self) -> None:
        """Wake every loop that listens."""
        for wake in self._listeners:
            wake()

    @contextmanager
    def begin(self, label: str, *, quiet: bool = False) -> Iterator[Context]:
        """A writing unit; committed when the block ends well, else rolled back. ``quiet``: wakes nobody."""
        with self.storage.begin(label) as unit:
            yield Context(unit, self.now(), self.desk)
        if not quiet:
            self.wake_all()

    @contextmanager
    def look(self) -> Iterator[Context]:
        """A reading unit."""
        with self.storage.read() as unit:
            yield Context(unit, self.now(), self.desk)


class Bell:
    """Something to wait on that any thread may ring."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake the waiter, now or at its next wait."""
        self._rung.set()

    def wait(self, seconds: float) -> bool:
        """Wait for a ring at most so long; True when it rang."""
        rang = self._rung.wait(seconds)
        self._rung.clear()
        return rang
