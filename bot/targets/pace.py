"""How often a channel may be spoken to: a gap between calls, and so many messages within a window."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable


class ChannelPace:
    """Counts what was sent to one channel.

    ``gap`` is seconds between two calls, 0 for none; at most ``most`` messages go out within ``window`` seconds,
    0 for any number.
    """

    def __init__(
        self, gap: float, most: int = 0, window: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._gap, self._most, self._window, self._clock = gap, most, window, clock
        self._sent: deque[float] = deque()
        self._free_at = clock()
        self._lock = threading.Lock()  # the courier is not the only one who asks

    def wait(self, messages: int = 1) -> float:
        """Seconds until so many messages may be sent; 0: now."""
        with self._lock:
            return self._left(messages)

    def _left(self, messages: int) -> float:
        now = self._clock()
        left = max(0.0, self._free_at - now)
        if not self._most:
            return left
        while self._sent and self._sent[0] <= now - self._window:
            self._sent.popleft()
        too_many = len(self._sent) + min(messages, self._most) - self._most
        if too_many > 0:
            left = max(left, self._sent[too_many - 1] + self._window - now)
        return left

    def spent(self, messages: int = 1) -> None:
        """A call was made which sent so many messages; 0: it only changed some."""
        with self._lock:
            now = self._clock()
            self._free_at = now + self._gap
            self._sent.extend([now] * (messages if self._most else 0))
