"""Finds out what became of a message whose sending is in doubt. Bot API cannot read a channel.

Ids in a channel grow by one, and one courier sends: what was sent stands right behind the newest id known before.
The ids behind it are forwarded into a log chat one by one, compared there, and the copies are taken away again.
Where no id is known yet, the newest one from before the sending is found by its date: ids grow with time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.targets.http import Failed
from bot.targets.telegram_api import Refusal, Said, TelegramApi, Told, chat_id

#: Ids that are looked at behind the last known one: at least, and at most.
LEAST_LOOKS: Final = 12
MOST_LOOKS: Final = 60
#: So many ids in a row without a message are the end of the channel.
END_OF_CHANNEL: Final = 3
#: The same where the last known id was found by its date: a channel may have holes where posts were deleted.
LEAST_BEHIND_A_DATE: Final = 56
#: Ids that are tried in one place to find a message there; and the largest id of a channel that is tried.
_NEAR: Final = 3
_FARTHEST: Final = 2**20
#: What is seen is kept for so many deliveries.
_KEPT: Final = 20

Seen = dict[int, dict[str, Any] | None]
"""What stands under an id; None: nothing."""

#: Something stands there that Telegram does not show: a service message, or any message of a protected channel.
_UNSHOWN: Final[dict[str, Any]] = {"unshown": True}


@dataclass(frozen=True, slots=True)
class Traces:
    """What a look told: the ids of what was sent and its first message; no ids: it is not there."""

    ids: tuple[int, ...] = ()
    message: Mapping[str, Any] | None = None


class _CannotTell(Exception):
    """Telegram did not say what stands under an id."""


class Search:
    """Looks for messages of one channel. ``log_chat`` empty: there is nowhere to look."""

    def __init__(self, api: TelegramApi, chat: str, log_chat: str) -> None:
        self._api = api
        self._chat = chat_id(chat)
        self._log_chat = chat_id(log_chat)
        self._newest: int | None = None
        #: The newest id that was known when a delivery was sent, by delivery.
        self._marks: dict[int, int] = {}
        #: The same, found by the date of sending.
        self._dated: dict[int, int] = {}
        self._seen: dict[int, Seen] = {}
        #: Copies that could not be taken away yet.
        self._copies: list[int] = []
        #: Telegram is not asked before this moment.
        self._clock = time.monotonic
        self._free_at = 0.0

    @property
    def possible(self) -> bool:
        return bool(self._log_chat)

    def mark(self, delivery_id: int, ids: Iterable[str]) -> None:
        """Remember the newest id known before a delivery, as soon as one is known."""
        newest = max((int(one) for one in ids if one.isdigit()), default=None)
        if delivery_id not in self._marks and newest is not None:
            self._marks[delivery_id] = newest

    def sending(self, delivery_id: int) -> None:
        """The delivery is about to be sent: everything this run made stands before it."""
        if self._newest is not None:
            self._marks[delivery_id] = max(self._newest, self._marks.get(delivery_id, 0))

    def settled(self, delivery_id: int, ids: Sequence[int] = ()) -> None:
        """The fate of the delivery is known; these are its messages, if it made any."""
        self._newest = max([*ids, self._newest or 0]) or None
        for known in (self._marks, self._dated, self._seen):
            known.pop(delivery_id, None)

    def look(
        self, delivery_id: int, length_of: Callable[[Mapping[str, Any]], int], since: datetime
    ) -> Traces | None:
        """What became of a delivery that was sent after ``since``; None: it cannot be told (yet).

        ``length_of`` tells of how many messages what was sent consists if this is its first one; 0: it is not.
        """
        if not self._log_chat or self._clock() < self._free_at:
            return None
        self._tidy()
        while len(self._seen) > _KEPT:
            del self._seen[next(iter(self._seen))]
        # What was not there a moment ago is asked for again: it may have come meanwhile.
        known = self._seen.get(delivery_id, {})
        seen = self._seen[delivery_id] = {number: message for number, message in known.items() if message}
        try:
            if delivery_id in self._marks:
                return self._behind(self._marks[delivery_id], LEAST_LOOKS, length_of, seen)
            if delivery_id not in self._dated:
                self._dated[delivery_id] = self._newest_before(since, seen)
            return self._behind(self._dated[delivery_id], LEAST_BEHIND_A_DATE, length_of, seen)
        except _CannotTell:
            return None

    def _behind(
        self, last: int, least: int, length_of: Callable[[Mapping[str, Any]], int], seen: Seen
    ) -> Traces | None:
        empty = 0
        unshown = False
        for number in range(last + 1, last + 1 + MOST_LOOKS):
            message = self._show(number, seen)
            empty = 0 if message else empty + 1
            unshown = unshown or message is _UNSHOWN
            length = length_of(message) if message and message is not _UNSHOWN else 0
            if message and length:
                end = number + length - 1
                return Traces(tuple(range(number, end + 1)), message) if self._show(end, seen) else None
            if number >= last + least and empty >= END_OF_CHANNEL:
                return None if unshown and not self._shows(seen) else Traces()
        return None

    @staticmethod
    def _shows(seen: Seen) -> bool:
        """Whether the channel's messages can be seen at all; then only service messages cannot."""
        return any(message is not None and message is not _UNSHOWN for message in seen.values())

    def _newest_before(self, since: datetime, seen: Seen) -> int:
        """The newest id that stood there before the moment, 0 when none did. Raises _CannotTell.

        Powers of two up to the farthest find the place roughly, halving finds it exactly.
        """
        low, high = 0, _FARTHEST
        step = 1
        while step < _FARTHEST:
            found = self._first_from(step, seen)
            if found and self._is_before(found, since, seen):
                low = max(low, found)
            elif found:
                high = step
                break
            step *= 2
        high = min(high, 2 * low) if low else high if high < _FARTHEST else 1
        while high - low > 1:
            middle = (low + high) // 2
            found = self._first_from(middle, seen)
            if found and self._is_before(found, since, seen):
                low = found
            else:
                high = middle
        return low

    def _first_from(self, number: int, seen: Seen) -> int:
        """The first id from this one on, within reach, under which a message is seen; 0: none."""
        near = range(number, number + _NEAR)
        return next((one for one in near if self._show(one, seen) not in (None, _UNSHOWN)), 0)

    @staticmethod
    def _is_before(number: int, since: datetime, seen: Seen) -> bool:
        origin = (seen[number] or {}).get("forward_origin")
        date = origin.get("date") if isinstance(origin, dict) else None
        if not isinstance(date, int):
            raise _CannotTell
        return date < since.timestamp()

    def _show(self, number: int, seen: Seen) -> dict[str, Any] | None:
        """What stands under the id, seen by a copy in the log chat that is taken away again. Raises _CannotTell."""
        if number not in seen:
            seen[number] = self._forwarded(number)
        return seen[number]

    def _forwarded(self, number: int) -> dict[str, Any] | None:
        params = {"chat_id": self._log_chat, "from_chat_id": self._chat, "message_id": number}
        said = self._api.call("forwardMessage", {**params, "disable_notification": True})
        if isinstance(said, Told) and isinstance(said.result, dict):
            copied = said.result.get("message_id")
            self._copies += [copied] if isinstance(copied, int) else []
            self._tidy()
            return said.result
        if isinstance(said, Refusal) and said.says("message to forward not found", "message_id_invalid"):
            return None
        if isinstance(said, Refusal) and said.says("can't be forwarded"):
            return _UNSHOWN
        self._wait_after(said)
        raise _CannotTell

    def _tidy(self) -> None:
        """Takes the copies away; what Telegram refuses to take away stays, what merely failed is tried later."""
        for copied in self._copies[-MOST_LOOKS:]:
            said = self._api.call("deleteMessage", {"chat_id": self._log_chat, "message_id": copied})
            self._wait_after(said)
            if isinstance(said, Failed) or (isinstance(said, Refusal) and said.code == 429):
                return
            self._copies.remove(copied)

    def _wait_after(self, said: Said) -> None:
        if isinstance(said, Refusal) and said.code == 429:
            self._free_at = self._clock() + said.wait
