"""VK's quantities: requests a second, posts a day, captcha after bursts of writes.

Rates are counted by the machine's monotonic clock (a client really waits for them);
daily quantities by the sandbox clock.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

DEFAULTS: dict[str, float] = {
    "user_rps": 3,
    "group_rps": 20,
    "service_rps": 3,
    "day_posts": 50,
    "postponed_per_day": 25,
    "postponed_total": 150,
    "wall_get_per_day": 5000,
    # Calls of any one method a day, for the methods whose budget nobody has measured. 0 = no limit.
    "calls_per_day": 0,
    # So many wall writes of a user key, each sooner than `burst_gap` seconds after the one before: captcha.
    "burst_writes": 10,
    "burst_gap": 4,
    # The same call with the same parameters more often than this in a minute: flood control. 0 = off.
    "same_call_per_minute": 0,
}


class Limits:
    """Current limits and the counters behind them. 0 switches a limit off."""

    def __init__(self) -> None:
        self.values: dict[str, float] = dict(DEFAULTS)
        self._recent: dict[str, deque[float]] = {}
        self._days: dict[tuple[str, str, int], int] = {}
        self._bursts: dict[str, tuple[float, int]] = {}
        self._same: dict[tuple[str, str], deque[float]] = {}

    def set(self, changes: dict[str, Any]) -> None:
        """Changes limits by name; `off: true` switches all off, `off: false` restores all. Raises ValueError."""
        rest = dict(changes)
        off = rest.pop("off", None)
        unknown = sorted(set(rest) - set(DEFAULTS))
        if unknown:
            raise ValueError(f"no limit {', '.join(unknown)}")
        if off is not None:
            self.values = dict.fromkeys(DEFAULTS, 0.0) if off else dict(DEFAULTS)
        self.values.update({name: float(value) for name, value in rest.items()})

    def rate_exceeded(self, key: str, kind: str) -> bool:
        """True if one more request of this key would be too many within the last second."""
        allowed = self.values.get(f"{kind}_rps", 0)
        if not allowed:
            return False
        recent = self._recent.setdefault(key, deque())
        now = time.monotonic()
        while recent and recent[0] <= now - 1.0:
            recent.popleft()
        if len(recent) >= allowed:
            return True
        recent.append(now)
        return False

    def count_day(self, key: str, method: str, name: str, now: float) -> bool:
        """Counts a call of the day; True if the limit called `name` is exceeded."""
        allowed = self.values[name]
        day = (key, f"{method} {name}", int(now // 86400))
        used = self._days.get(day, 0)
        if allowed and used >= allowed:
            return True
        self._days[day] = used + 1
        return False

    def burst(self, key: str) -> bool:
        """Counts a wall write; True if the writes came too close together for too long."""
        allowed = int(self.values["burst_writes"])
        now = time.monotonic()
        last, run = self._bursts.get(key, (-1e9, 0))
        run = run + 1 if now - last < self.values["burst_gap"] else 1
        self._bursts[key] = (now, run)
        return bool(allowed) and run > allowed

    def forgive(self, key: str) -> None:
        """A person passed the captcha: the burst starts anew."""
        self._bursts.pop(key, None)

    def same_too_often(self, key: str, fingerprint: str) -> bool:
        """True if this very call was made too often within a minute."""
        allowed = self.values["same_call_per_minute"]
        if not allowed:
            return False
        recent = self._same.setdefault((key, fingerprint), deque())
        now = time.monotonic()
        while recent and recent[0] <= now - 60:
            recent.popleft()
        recent.append(now)
        return len(recent) > allowed
