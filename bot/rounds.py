"""A loop that does a round every so many seconds, and soon when it is asked to."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import Final

import structlog

from bot.work import Bell

log = structlog.get_logger("rounds")

#: Shortest time between two rounds, seconds, however often one is asked for.
SPACING: Final = 1.0
#: A sleeping loop shows so often that it lives, seconds.
BEAT: Final = 30.0


class Rounds(ABC):
    """Runs until it is stopped; a round that fails is logged and does not end it."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._bell = Bell()
        self._stopping = threading.Event()
        self.beat = time.monotonic()

    @abstractmethod
    def step(self) -> None:
        """One round."""

    def ask(self) -> None:
        """Do a round soon."""
        self._bell.ring()

    def stop(self) -> None:
        """End after the call in hand."""
        self._stopping.set()
        self._bell.ring()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def run(self) -> None:
        """Do rounds until stopped."""
        while not self.stopping:
            self.beat = time.monotonic()
            try:
                self.step()
            except Exception as error:  # noqa: BLE001  # written down by failed()
                self.failed(error)
            self._stopping.wait(min(SPACING, self._every))
            self._pause()

    def failed(self, error: Exception) -> None:
        """A round ended with ``error``; called while it is being handled."""
        log.error("round_fault", exc_info=error, loop=type(self).__name__, error=type(error).__name__)

    def _pause(self) -> None:
        """Wait for the next round; the beat goes on."""
        until = time.monotonic() + self._every
        while not self.stopping and (left := until - time.monotonic()) > 0:
            self.beat = time.monotonic()
            if self._bell.wait(min(left, BEAT)):
                return
