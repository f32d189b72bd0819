"""A loop that works while there is something to do, sleeps until it is woken, and survives its own faults."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import ClassVar

from bot.work import Bell, Work


class Steps(ABC):
    """Goes on until it is stopped; every commit wakes it.

    A fault is told to :meth:`failed` and followed by a pause, twice as long after each one in a row.
    """

    #: Seconds after the first fault in a row, and the most.
    FIRST_PAUSE: ClassVar[float]
    LONGEST_PAUSE: ClassVar[float]

    def __init__(self, work: Work) -> None:
        self._work = work
        self._bell = Bell()
        self._stopping = threading.Event()
        self.beat = time.monotonic()
        work.listen(self._bell.ring)

    @abstractmethod
    def prepare(self) -> None:
        """What comes before the first step; tried until it succeeds."""

    @abstractmethod
    def step(self) -> bool:
        """One round. True when there may be more to do at once."""

    @abstractmethod
    def idle_seconds(self) -> float:
        """How long to sleep while nobody wakes it."""

    @abstractmethod
    def failed(self, error: Exception) -> None:
        """A round ended with ``error``; called while it is being handled."""

    def stop(self) -> None:
        """End after what is in hand."""
        self._stopping.set()
        self._bell.ring()

    def run(self) -> None:
        """Work until stopped."""
        prepared, pause = False, self.FIRST_PAUSE
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            try:
                if not prepared:
                    self.prepare()
                    prepared = True
                sleep = 0.0 if self.step() else self.idle_seconds()
                pause = self.FIRST_PAUSE
            except Exception as error:  # noqa: BLE001  # written down by failed()
                self.failed(error)
                self._stopping.wait(pause)
                pause = min(pause * 2, self.LONGEST_PAUSE)
                continue
            if sleep:
                self._bell.wait(sleep)
