"""How often a key may speak, and when it must be silent.

A :class:`Pace` spaces the calls of one key; :class:`Pauses` remembers what VK asked to leave alone for a
while.  Neither of them makes a call or decides who waits.
"""

from __future__ import annotations

import heapq
import itertools
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.vk.errors import VkRefused

BUDGET = 0.95
"""The share of VK's allowance that is used, so that uneven arrival does not exceed it."""


ON_ITS_WAY = 2.0
"""Seconds a call may take to VK's counter at most, as far as the pace is concerned; an answer tells it sooner."""


@dataclass(slots=True, eq=False)
class Turn:
    """A call that was let through: after how many seconds of waiting, and when it has arrived at the latest."""

    waited: float
    arrived: float


class Pace:
    """Lets calls through one at a time with even spacing; safe for any number of threads.

    VK counts within a second what arrives, and what is late on its way comes closer to the next ones.  So a call
    also waits until the one that is a whole allowance before it was answered a second ago (:meth:`answered`).

    Urgent callers overtake ordinary ones that are already waiting, and while the allowance of the second is not
    used up they do not wait for the even spacing.  An ordinary caller is not starved: urgent calls are presses of
    people's fingers and posts at their time, far below the rate.
    """

    def __init__(
        self, rate_per_second: float, *, budget: float = BUDGET, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.interval = 1.0 / (rate_per_second * budget)
        self._clock = clock
        self._changed = threading.Condition()
        self._queue: list[tuple[int, int]] = []
        self._numbers = itertools.count()
        self._free_at = self._held_until = clock()
        self._sent: deque[Turn] = deque(maxlen=max(1, math.floor(rate_per_second)))

    def wait(self, urgent: bool = False) -> Turn:
        """Wait for one's turn."""
        with self._changed:
            came = self._clock()
            ticket = (0 if urgent else 1, next(self._numbers))
            heapq.heappush(self._queue, ticket)
            try:
                if urgent and self._queue[0] is ticket:
                    self._changed.notify_all()
                left = self._left(ticket)
                while left is None or left > 0:
                    self._changed.wait(left)
                    left = self._left(ticket)
                now = self._clock()
                self._free_at = now + self.interval
                turn = Turn(now - came, now + ON_ITS_WAY)
                self._sent.append(turn)
                return turn
            finally:
                self._queue.remove(ticket)
                heapq.heapify(self._queue)
                self._changed.notify_all()

    def _left(self, ticket: tuple[int, int]) -> float | None:
        """Seconds until this caller's turn; None while somebody is before it."""
        if self._queue[0] != ticket:
            return None
        return self._free(urgent=ticket[0] == 0) - self._clock()

    def _free(self, *, urgent: bool = False) -> float:
        """When the next call may go."""
        counts = self._sent.maxlen != 1  # an allowance of one in several seconds is spacing and nothing else
        moment = self._held_until if urgent and counts else max(self._held_until, self._free_at)
        if counts and len(self._sent) == self._sent.maxlen:
            moment = max(moment, self._sent[0].arrived + 1.0)
        return moment

    def answered(self, turn: Turn) -> None:
        """The call of this turn is answered: it has surely arrived."""
        with self._changed:
            turn.arrived = min(turn.arrived, self._clock())
            if self._queue:
                self._changed.notify_all()

    def seconds_left(self) -> float:
        """How long a caller that came now, alone, would wait."""
        with self._changed:
            return max(0.0, self._free() - self._clock())

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn; the distance to the next one counts from the end of the block.

        What else keeps the call back (its key's own pace, a slow answer) does not come off the distance.
        """
        self.wait()
        try:
            yield
        finally:
            self.hold(self.interval)

    def hold(self, seconds: float) -> None:
        """Let nobody through for ``seconds`` from now."""
        with self._changed:
            self._held_until = max(self._held_until, self._clock() + seconds)


@dataclass(frozen=True, slots=True)
class Pause:
    """Something to leave alone until ``until`` (seconds of the monotonic clock), and why.

    ``length`` is how long the pause is altogether, in seconds; ``said`` is the refusal it began with.
    """

    until: float
    reason: str
    length: float
    said: VkRefused | None = None

    @property
    def began(self) -> float:
        """Seconds of the monotonic clock."""
        return self.until - self.length


LONGEST = 3600.0
"""Seconds after which a careful try is made whatever happened before."""
WHOLE_KEY = "*"
WRITES = "*writes"


def on_wall(method: str, owner_id: int) -> str:
    """The scope of one method on one wall."""
    return f"{method} {owner_id}"


class Pauses:
    """What VK asked to leave alone: the whole key, its writes, single methods, or one of them on one wall.

    A pause whose end brings the same refusal again is followed by one of twice the length.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pauses: dict[str, Pause] = {}

    def pause(self, seconds: float, reason: str, *, scope: str = WHOLE_KEY, said: VkRefused | None = None) -> float:
        """Leave ``scope`` alone: WHOLE_KEY, WRITES, the name of a method, or :func:`on_wall` of it.

        ``said`` is the refusal that asks for it, without the frames of a raised one.  Returns for how many seconds.
        """
        with self._lock:
            now, before = self._clock(), self._pauses.get(scope)
            if before is not None and before.reason == reason:
                if before.until > now:
                    return before.until - now
                seconds = min(before.length * 2, max(LONGEST, seconds))
            self._pauses[scope] = Pause(now + seconds, reason, seconds, said)
            return seconds

    def paused(
        self,
        method: str | None = None,
        *,
        write: bool = False,
        wall: int | None = None,
        since: float | None = None,
    ) -> Pause | None:
        """The longest pause in force for a call of ``method`` (on the wall of ``wall``), or for the whole key.

        With ``since``, a moment of :meth:`now`: the longest of those that began after it.
        """
        with self._lock:
            now = self._clock()
            kept = [pause for scope in _scopes(method, write, wall) if (pause := self._pauses.get(scope))]
        found = [one for one in kept if one.until > now and (since is None or one.began > since)]
        return max(found, key=lambda pause: pause.until, default=None)

    def now(self) -> float:
        """The moment on the clock the pauses are kept by, seconds."""
        return self._clock()

    def worked(self, method: str, write: bool, *, since: float | None = None, wall: int | None = None) -> None:
        """A call that began at ``since`` went through: whatever was said against it before no longer holds.

        What was said while it was under way, to another call or to a neighbour in the same request, does hold.
        """
        if not self._pauses:
            return
        with self._lock:
            for scope in _scopes(method, write, wall):
                pause = self._pauses.get(scope)
                if pause is not None and (since is None or pause.began <= since):
                    del self._pauses[scope]

    def resume(self) -> None:
        """Forget all pauses, because a person said so or the key is a new one."""
        with self._lock:
            self._pauses.clear()


def _scopes(method: str | None, write: bool, wall: int | None) -> list[str]:
    """What a call belongs to."""
    scopes = [WHOLE_KEY, *([WRITES] if write else [])]
    if method is not None:
        scopes += [method, *([on_wall(method, wall)] if wall is not None else [])]
    return scopes
