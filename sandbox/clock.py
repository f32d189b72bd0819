"""The sandbox's wall clock: real, shifted or frozen, moved by tests and by the page.

Everything VK measures in wall time (postponed posts, edit windows, event answers) asks this clock;
waiting on sockets and request rates stay with the machine's monotonic clock.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class Clock:
    """UTC seconds, controllable."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        frozen = self._frozen
        return time.time() + self._offset if frozen is None else frozen

    def seconds(self) -> int:
        """Whole seconds, as VK gives dates."""
        return int(self.now())

    def iso(self) -> str:
        """The moment as ISO 8601 with Z."""
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def advance(self, seconds: float) -> None:
        """Moves the clock by so many seconds (negative: back)."""
        with self._lock:
            if self._frozen is not None:
                self._frozen += seconds
            else:
                self._offset += seconds

    def freeze(self, moment: float) -> None:
        """Stops the clock at the moment (seconds since the epoch)."""
        with self._lock:
            self._frozen = moment

    def run(self) -> None:
        """Lets a frozen clock go on from where it stands."""
        with self._lock:
            if self._frozen is not None:
                self._offset = self._frozen - time.time()
                self._frozen = None

    def shift(self, offset: float) -> None:
        """Runs `offset` seconds away from the machine's clock."""
        with self._lock:
            self._frozen = None
            self._offset = offset


def parse_moment(text: str) -> float:
    """ISO 8601 to seconds since the epoch; a moment without zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
