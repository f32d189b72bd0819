"""The language of faults: which call or event is struck, and what happens to it.

A rule has a `match` (method, event, nth, times, token_kind, token, probability with seed) and a `what`.
This file decides whether a rule strikes; the server and the world carry the blow out.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

BEFORE = {"error", "http", "html200", "empty", "braces", "says", "reset", "stall"}
DAMAGED = {"truncated", "trailing_comma", "slow"}
EFFECT = {"effect_then_reset", "effect_then_stall", "effect_then_error", "effect_then_http", "effect_then_empty"}
LATE = {"late_effect"}
POLL = {"lp_failed", "lp_stall"}
EVENT = {"lp_drop_event", "lp_duplicate", "lp_reorder", "lp_broken_event", "lp_late"}
KINDS = BEFORE | DAMAGED | EFFECT | LATE | POLL | EVENT
FIELDS = {"match", "what", "code", "subcode", "text", "status", "seconds", "shape", "effect", "then", "body"}
MATCH_FIELDS = {"method", "event", "nth", "times", "token_kind", "token", "probability", "seed", "contains"}


@dataclass
class Fault:
    """A rule and how often it has struck; `times` 0 means always."""

    id: int
    what: str
    match: dict[str, Any]
    code: int = 10
    subcode: int | None = None
    text: str = ""
    status: int = 502
    seconds: float = 3.0
    shape: str = "old"
    effect: bool = False
    then: str = "reset"
    body: str = ""
    seen: int = 0
    fired: int = 0
    dice: random.Random = field(default_factory=random.Random)

    def strikes(self, names: set[str], token_kind: str, token: str, text: str) -> bool:
        """Counts a call that matches; True if this one is struck."""
        match = self.match
        wanted = match.get("method", match.get("event", "*"))
        patterns = wanted if isinstance(wanted, list) else [wanted]
        if not any(fnmatchcase(name, pattern) for name in names for pattern in patterns):
            return False
        if match.get("token_kind", token_kind) != token_kind or match.get("token", token) != token:
            return False
        if match.get("contains", "") not in text:
            return False
        self.seen += 1
        if self.seen < int(match.get("nth", 1)):
            return False
        times = int(match.get("times", 1))
        if times and self.fired >= times:
            return False
        if self.dice.random() >= float(match.get("probability", 1.0)):
            return False
        self.fired += 1
        return True

    def shown(self) -> dict[str, Any]:
        """The rule as JSON, for the control interface."""
        return {"id": self.id, "what": self.what, "match": self.match, "seen": self.seen, "fired": self.fired}


class Faults:
    """The rules in force, oldest first; the first that strikes wins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []
        self._number = 0

    def add(self, rule: dict[str, Any]) -> int:
        """Puts a rule in force, gives its number. Raises ValueError for a rule it does not understand."""
        what = rule.get("what")
        if what not in KINDS:
            raise ValueError(f"no fault {what!r}; known: {', '.join(sorted(KINDS))}")
        match = dict(rule.get("match") or {})
        unknown = (set(rule) - FIELDS) | (set(match) - MATCH_FIELDS)
        if unknown:
            raise ValueError(f"fault has unknown fields {sorted(unknown)}")
        if what in POLL:
            match.setdefault("method", "lp")
        values = {name: value for name, value in rule.items() if name not in {"match", "what"}}
        with self._lock:
            self._number += 1
            fault = Fault(self._number, what, match, **values)
            fault.dice.seed(match.get("seed", 0))
            self._rules.append(fault)
            return fault.id

    def clear(self) -> None:
        """Takes all rules back."""
        with self._lock:
            self._rules.clear()

    def pick(
        self, names: set[str], kinds: set[str], token_kind: str = "", token: str = "", text: str = ""
    ) -> Fault | None:
        """The rule that strikes a call or event known under these names, of the given kinds of blow."""
        if not self._rules:
            return None
        with self._lock:
            for rule in self._rules:
                if rule.what in kinds and rule.strikes(names, token_kind, token, text):
                    return rule
        return None

    def __bool__(self) -> bool:
        return bool(self._rules)

    def shown(self) -> list[dict[str, Any]]:
        """All rules with their counters."""
        with self._lock:
            return [rule.shown() for rule in self._rules]
