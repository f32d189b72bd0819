"""Finds out what became of a message whose sending is in doubt. Bot API cannot read a channel.

Ids in a channel grow by one, and one courier sends: what was sent stands right behind the newest id known before.
The ids behind it are forwarded into a log chat one by one, compared there, and the copies are taken away again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.targets.telegram_api import Refusal, TelegramApi, Told

#: Ids that are looked at behind the last known one: at least, and at most.
LEAST_LOOKS: Final = 12
MOST_LOOKS: Final = 60
#: So many ids in a row without a message are the end of the channel.
END_OF_CHANNEL: Final = 3
#: What is seen is kept for so many deliveries.
_KEPT: Final = 20

Seen = dict[int, dict[str, Any] | None]
"""What stands under an id; None: nothing."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What a look told: the ids of what was sent and its first message; no ids: it is not there."""

    ids: tuple[int, ...] = ()
    message: Mapping[str, Any] | None = None


class Search:
    """Looks for messages of one channel. ``log_chat`` empty: there is nowhere to look."""

    def __init__(self, api: TelegramApi, chat: str, log_chat: str) -> None:
        self._api = api
        self._chat = chat
        self._log_chat = log_chat
        self._newest: int | None = None
        #: The newest id that was known when a delivery was sent, by delivery.
        self._marks: dict[int, int] = {}
        self._seen: dict[int, Seen] = {}

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
        self._marks.pop(delivery_id, None)
        self._seen.pop(delivery_id, None)

    def look(self, delivery_id: int, messages: int, is_first: Callable[[Mapping[str, Any]], bool]) -> Traces | None:
        """What became of a delivery of so many messages; None: it cannot be told (yet)."""
        last = self._marks.get(delivery_id)
        if not self._log_chat or last is None:
            return None
        while len(self._seen) > _KEPT:
            del self._seen[next(iter(self._seen))]
        # What was not there a moment ago is asked for again: it may have come meanwhile.
        known = self._seen.get(delivery_id, {})
        seen = self._seen[delivery_id] = {number: message for number, message in known.items() if message}
        return self._behind(last, messages, is_first, seen)

    def _behind(
        self, last: int, messages: int, is_first: Callable[[Mapping[str, Any]], bool], seen: Seen
    ) -> Traces | None:
        empty = 0
        for number in range(last + 1, last + 1 + MOST_LOOKS):
            if not self._show(number, seen):
                return None
            message = seen[number]
            empty = 0 if message else empty + 1
            if message and is_first(message):
                end = number + messages - 1
                whole = self._show(end, seen) and seen[end]
                return Traces(tuple(range(number, end + 1)), message) if whole else None
            if number >= last + LEAST_LOOKS and empty >= END_OF_CHANNEL:
                return Traces()
        return None

    def _show(self, number: int, seen: Seen) -> bool:
        """See what stands under the id, by a copy in the log chat that is taken away again. False: cannot tell."""
        if number in seen:
            return True
        params = {"chat_id": self._log_chat, "from_chat_id": self._chat, "message_id": number}
        said = self._api.call("forwardMessage", {**params, "disable_notification": True})
        if isinstance(said, Told) and isinstance(said.result, dict):
            seen[number] = said.result
            self._api.call(
                "deleteMessage", {"chat_id": self._log_chat, "message_id": said.result.get("message_id")}
            )
            return True
        if isinstance(said, Refusal) and said.says("message to forward not found", "message_id_invalid"):
            seen[number] = None
            return True
        return False
