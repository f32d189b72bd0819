"""Bots Long Poll of one community: settings, the numbered history of events, waiting for more.

`ts` grows by one per event; nothing is acknowledged, so every consumer with its own ts gets everything.
Which events happen is decided by the world; which of them are let through is decided by the flags here.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from sandbox.clock import Clock

FLAGS = [
    "message_new",
    "message_reply",
    "message_allow",
    "message_deny",
    "message_edit",
    "message_typing_state",
    "message_read",
    "message_event",
    "message_reaction_event",
    "photo_new",
    "audio_new",
    "video_new",
    "wall_reply_new",
    "wall_reply_edit",
    "wall_reply_delete",
    "wall_reply_restore",
    "wall_post_new",
    "wall_repost",
    "wall_schedule_post_new",
    "wall_schedule_post_delete",
    "board_post_new",
    "board_post_edit",
    "board_post_restore",
    "board_post_delete",
    "photo_comment_new",
    "photo_comment_edit",
    "photo_comment_delete",
    "photo_comment_restore",
    "video_comment_new",
    "video_comment_edit",
    "video_comment_delete",
    "video_comment_restore",
    "market_comment_new",
    "market_comment_edit",
    "market_comment_delete",
    "market_comment_restore",
    "market_order_new",
    "market_order_edit",
    "poll_vote_new",
    "group_join",
    "group_leave",
    "group_change_settings",
    "group_change_photo",
    "group_officers_edit",
    "user_block",
    "user_unblock",
    "like_add",
    "like_remove",
    "lead_forms_new",
    "donut_subscription_create",
    "donut_subscription_prolonged",
    "donut_subscription_cancelled",
    "donut_subscription_price_changed",
    "donut_subscription_expired",
    "donut_money_withdraw",
    "donut_money_withdraw_error",
]
HUMAN_ONLY = {"wall_schedule_post_new", "wall_schedule_post_delete"}
NOT_REPORTED = {"message_event", "like_add", "like_remove"}
BATCH = 100
FIRST_TS = 1
COMPACT = (",", ":")


class LongPoll:
    """The event queue of one community. Its own lock; never waits while holding any other."""

    def __init__(self, group_id: int, clock: Clock) -> None:
        self.group_id = group_id
        self.enabled = True
        self.api_version = "5.199"
        self.flags: dict[str, bool] = dict.fromkeys(FLAGS, False)
        self.flags["message_new"] = True
        self.retention = 86400.0
        self.key_seconds = 86400.0
        self.polls = 0
        self._clock = clock
        self._changed = threading.Condition()
        self._events: list[str] = []
        self._times: list[float] = []
        self._lost_before = 0
        self._keys: dict[str, tuple[float, str]] = {}
        self._key_number = 0
        self._closed = False

    # -- what the community's owner does ---------------------------------------------------------

    def issue_key(self) -> tuple[str, str]:
        """A key for the newest generation and the current ts, as strings."""
        with self._changed:
            alive = [key for key, (born, state) in self._keys.items() if state == "ok" and self._fresh(born)]
            if not alive:
                self._key_number += 1
                key = f"lp{self.group_id}k{self._key_number:06d}"
                self._keys[key] = (self._clock.now(), "ok")
                alive = [key]
            return alive[-1], str(self._now_ts())

    def expire_keys(self) -> None:
        """All keys die: polls answer failed 2 until a new key is asked for."""
        self._end_keys("expired")

    def lose_information(self) -> None:
        """All keys die and history with them: polls answer failed 3."""
        with self._changed:
            self._lost_before = len(self._events)
        self._end_keys("lost")

    def forget_history(self) -> None:
        """Events so far can no longer be asked for: failed 1 with a new ts."""
        with self._changed:
            self._lost_before = len(self._events)
            self._changed.notify_all()

    def close(self) -> None:
        """Lets all waiting polls go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # -- events ----------------------------------------------------------------------------------

    def append(self, line: str) -> None:
        """Puts a ready JSON line into the history."""
        self.extend([line])

    def extend(self, lines: list[str]) -> None:
        """Puts many ready JSON lines into the history at once."""
        with self._changed:
            now = self._clock.now()
            self._events.extend(lines)
            self._times.extend([now] * len(lines))
            self._changed.notify_all()

    def history(self, since: int = 0) -> list[dict[str, Any]]:
        """Events after `since` with their ts, for the control interface."""
        with self._changed:
            lines = self._events[max(0, since - FIRST_TS) :]
            start = max(FIRST_TS, since)
        return [{"ts": start + n + 1, **_parsed(line)} for n, line in enumerate(lines)]

    @property
    def newest(self) -> int:
        """The ts behind the last event."""
        with self._changed:
            return self._now_ts()

    def wait_for(self, kind: str, since: int, seconds: float) -> dict[str, Any] | None:
        """The first event of this type after ts `since`, waiting up to so many seconds."""
        deadline = time.monotonic() + seconds
        mark = f'"type":"{kind}"'
        at = max(0, since - FIRST_TS)
        with self._changed:
            while True:
                while at < len(self._events):
                    line = self._events[at]
                    at += 1
                    if mark in line and _parsed(line).get("type") == kind:
                        return {"ts": at + FIRST_TS, **_parsed(line)}
                left = deadline - time.monotonic()
                if left <= 0 or self._closed:
                    return None
                self._changed.wait(left)

    def fail(self, code: int) -> dict[str, Any]:
        """Makes what a `failed` code tells of really happen, gives the answer."""
        if code == 1:
            self.forget_history()
            return {"failed": 1, "ts": self._now_ts()}
        if code == 2:
            self.expire_keys()
        if code == 3:
            self.lose_information()
        return {"failed": code}

    def poll(self, key: str, ts: str, wait: float, gone: Callable[[], bool]) -> str:
        """One a_check: the JSON text of the answer. `gone` says that the client has hung up."""
        deadline = time.monotonic() + wait
        with self._changed:
            self.polls += 1
            while True:
                refusal = self._refusal(key, ts)
                if refusal is not None:
                    return json.dumps(refusal, separators=COMPACT)
                start = int(ts) - FIRST_TS
                left = deadline - time.monotonic()
                if start < len(self._events) or left <= 0 or self._closed or gone():
                    lines = self._events[start : start + BATCH]
                    return f'{{"ts":"{int(ts) + len(lines)}","updates":[{",".join(lines)}]}}'
                self._changed.wait(min(left, 1.0))

    def _refusal(self, key: str, ts: str) -> dict[str, Any] | None:
        born, state = self._keys.get(key, (0.0, "expired"))
        if state == "lost":
            return {"failed": 3}
        if state == "expired" or not self._fresh(born):
            return {"failed": 2}
        start = int(ts) - FIRST_TS if ts.isdigit() else -1
        if start < self._oldest() or start > len(self._events):
            return {"failed": 1, "ts": self._now_ts()}
        return None

    def _oldest(self) -> int:
        limit = self._clock.now() - self.retention
        while self._lost_before < len(self._times) and self._times[self._lost_before] < limit:
            self._lost_before += 1
        return self._lost_before

    def _fresh(self, born: float) -> bool:
        return not self.key_seconds or self._clock.now() - born < self.key_seconds

    def _now_ts(self) -> int:
        return FIRST_TS + len(self._events)

    def _end_keys(self, state: str) -> None:
        with self._changed:
            self._keys = {key: (born, state) for key, (born, _) in self._keys.items()}
            self._changed.notify_all()


def _parsed(line: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError:
        return {"type": "broken", "raw": line}
    return parsed if isinstance(parsed, dict) else {"type": "broken", "raw": line}
