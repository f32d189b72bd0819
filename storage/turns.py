"""A fair lock: whoever asks first is served first.

SQLite lets one writer in at a time and makes the others sleep and retry; threads of one process queue here
instead, without sleeping and without anyone being overtaken.
"""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """One thread at a time, in the order of asking. Not reentrant."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._queue: deque[threading.Lock] = deque()

    def take(self, timeout: float) -> bool:
        """Wait for one's turn at most ``timeout`` seconds; False when it did not come."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            place = threading.Lock()
            place.acquire()
            self._queue.append(place)
        if place.acquire(timeout=timeout):
            return True
        return self._give_up(place)

    def give(self) -> None:
        """Let the next one in."""
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False

    def waiting(self) -> int:
        """How many stand in the queue."""
        with self._guard:
            return len(self._queue)

    def _give_up(self, place: threading.Lock) -> bool:
        with self._guard:
            if place in self._queue:
                self._queue.remove(place)
                return False
        return True  # the turn came while we were leaving
