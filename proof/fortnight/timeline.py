"""Simulated time: one clock for the whole process, moved from event to event, and the people's deeds in its order.

A person is a generator: it does something and yields how many seconds (or until which moment) it then waits.
Nothing here knows of news, of VK or of the program.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self, TypeAlias

import time_machine

#: What a person yields: seconds, or the moment to wait for.
Wait: TypeAlias = float | datetime
Person: TypeAlias = Generator[Wait, None, None]


class Timeline:
    """The clock stands still between two moves; used as a context, in one thread, by one user at a time.

    Inside, ``time.time``, ``datetime.now`` and ``time.monotonic`` of the whole process are this clock's; what waits
    on locks and sockets keeps to real time.
    """

    def __init__(self, start: datetime) -> None:
        self._travel = time_machine.travel(start, tick=False)
        self._traveller: time_machine.Traveller | None = None
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def __enter__(self) -> Self:
        self._traveller = self._travel.start()
        self._real_monotonic = time.monotonic
        self._ran = time.monotonic()
        time.monotonic = self.monotonic
        return self

    def monotonic(self) -> float:
        """Seconds of the clock that no one sets."""
        return self._ran

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        time.monotonic = self._real_monotonic
        self._travel.stop()

    @property
    def now(self) -> datetime:
        """The simulated moment, UTC."""
        return datetime.now(UTC)

    def forward(self, seconds: float) -> None:
        """Let so much time pass."""
        assert self._traveller is not None
        self._traveller.shift(timedelta(seconds=seconds))
        self._ran += seconds

    def to(self, moment: datetime) -> None:
        """Let time pass until the moment; one that is over changes nothing."""
        left = (moment - self.now).total_seconds()
        if left > 0:
            self.forward(left)

    # -- what is going to happen

    def at(self, moment: datetime, deed: Callable[[], None]) -> None:
        """Have something done at the moment; what is planned for the same moment happens in the order of planning."""
        heapq.heappush(self._agenda, (moment, next(self._order), deed))

    def begin(self, moment: datetime, person: Person) -> None:
        """Have the person begin at the moment."""

        def step() -> None:
            try:
                wait = next(person)
            except StopIteration:
                return
            again = wait if isinstance(wait, datetime) else self.now + timedelta(seconds=wait)
            self.at(max(again, self.now), step)

        self.at(moment, step)

    @property
    def next_at(self) -> datetime | None:
        """When the next deed is due."""
        return self._agenda[0][0] if self._agenda else None

    def run_next(self) -> bool:
        """Do the first deed that is due; False when none is."""
        if not self._agenda or self._agenda[0][0] > self.now:
            return False
        heapq.heappop(self._agenda)[2]()
        return True
