"""The journal of calls: what was asked, with which key, what was answered, which fault struck.

Keys never get in: parameters are stored without them. It is the ground on which tests judge a bot.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

SECRETS = {"access_token"}
KEPT = 100_000
LONG_ANSWER = 4000


class Journal:
    """The last 100,000 calls, numbered from 1."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._changed = threading.Condition()
        self._last = 0

    def write(self, entry: dict[str, Any]) -> int:
        """Adds an entry, gives its number."""
        with self._changed:
            self._last += 1
            entry["n"] = self._last
            entry["monotonic"] = time.monotonic()
            self._entries.append(entry)
            self._changed.notify_all()
            return self._last

    def since(self, number: int, method: str | None = None, wait: float = 0) -> list[dict[str, Any]]:
        """Entries after the number; waits up to `wait` seconds for the first one."""
        deadline = time.monotonic() + wait
        with self._changed:
            while True:
                fresh = self._after(number, method)
                left = deadline - time.monotonic()
                if fresh or left <= 0:
                    return fresh
                self._changed.wait(left)

    def _after(self, number: int, method: str | None) -> list[dict[str, Any]]:
        if not self._entries or self._entries[-1]["n"] <= number:
            return []
        start = max(0, number - self._entries[0]["n"] + 1)
        rows = [self._entries[i] for i in range(start, len(self._entries))]
        return [row for row in rows if method is None or row["method"] == method]

    def clear(self) -> None:
        """Forgets all entries; numbers go on."""
        with self._changed:
            self._entries.clear()
