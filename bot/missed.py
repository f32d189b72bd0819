"""What people wrote while the event stream was lost: read back from the conversations.

::

    conversations that moved since then ──▶ their history ──▶ the same events the stream would have brought

Read once at every start, when what waits in the stream is stored, and after every loss of events.

Only what was written since the stream was heard last is taken, and in a dialog only what nobody of the community
has answered by hand.  Of the moderators' chat only what is said to the bot counts.  A message that is known
already, because its event came after all, is told by its number when it is stored.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.rounds import Rounds
from bot.vk.client import API_VERSION, Call, VkClient
from bot.vk.errors import Remedy, VkError, VkRefused
from bot.vk.scalars import items, mapping, moment, number, words
from bot.vk.updates import message_key
from bot.work import Work
from handlers.context import CHATS_FROM, Context
from storage.inbox import RawEvent, read_id

log = structlog.get_logger("missed")

#: The setting that says since when messages may be missing, and of which loss it was said last.
OWED: Final = "messages_owed"
#: How often is looked whether messages are owed, seconds.
EVERY: Final = 5.0
#: Seconds before VK is asked again: when it did not answer, and when it refused.
AGAIN: Final = 5.0
REFUSED_AGAIN: Final = 300.0
#: Conversations on one page, and messages of one conversation: VK gives no more.
PAGE: Final = 200
#: Pages of conversations at most: more dialogs than that never move while a stream is lost.
PAGES: Final = 25
#: Messages of the moderators' chat that are looked through.
OF_THE_CHAT: Final = 100
#: Our clock and VK's may differ by so much; what is read twice is stored once.
CLOCKS: Final = timedelta(minutes=2)


def owe(context: Context, group_id: int) -> None:
    """Messages may be missing since the place in the stream was stored last, or since longer ago."""
    owed = context.unit.settings.get(OWED)
    since = owed["since"] if owed else (context.unit.inbox.kept_at(group_id) or context.now).isoformat()
    context.unit.settings.set(OWED, {"since": since, "until": context.now.isoformat()}, context.now)


class Missed(Rounds):
    """Reads what the stream did not bring, as often as it is owed, until it is stopped.

    ``ready``: whether the stream itself has nothing more to say of that time.
    """

    def __init__(
        self, work: Work, client: VkClient, group_id: int, *, ready: Callable[[], bool], every: float = EVERY
    ) -> None:
        super().__init__(every)
        self._work = work
        self._client = client
        self._group_id = group_id
        self._ready = ready
        self._again_at = 0.0

    def step(self) -> None:
        """Read and store what is owed; what VK does not tell now it is asked later."""
        if not self._ready() or time.monotonic() < self._again_at:
            return
        with self._work.look() as context:
            owed = context.unit.settings.get(OWED)
        if owed is None:
            return
        try:
            found = self.since(datetime.fromisoformat(owed["since"]))
        except VkError as error:
            log.warning("messages_unread", reason=error.verdict.reason)
            passing = error.verdict.remedy is Remedy.RETRY
            self._again_at = time.monotonic() + (AGAIN if passing else error.verdict.pause or REFUSED_AGAIN)
            return
        with self._work.begin("missed") as context:
            stored = context.unit.inbox.add_read(found, context.now)
            if context.unit.settings.get(OWED) == owed:  # else events were lost again while this was read
                context.unit.settings.delete(OWED)
        log.info("messages_read", read=len(found), stored=stored)

    def since(self, heard_at: datetime) -> list[RawEvent]:
        """The messages written since the stream was heard last, in the order of writing. Raises VkError."""
        after = heard_at - CLOCKS
        with self._work.look() as context:
            chat = context.moderators_chat()
        found, moved = self._first(after, chat)
        found += self._of_dialogs(moved, after)
        found.sort(key=lambda one: (number(one.get("date")) or 0, number(one.get("conversation_message_id")) or 0))
        return [self._event(message) for message in found]

    def _first(
        self, after: datetime, chat: int | None
    ) -> tuple[list[Mapping[str, Any]], dict[int, Mapping[str, Any]]]:
        """What was said to the bot in the chat, and the dialogs that moved with the last message of each."""
        calls = [self._page(0)]
        if chat is not None:
            calls.append(Call("messages.getHistory", {"peer_id": chat, "count": OF_THE_CHAT}))
        page, *chats = self._client.batch(calls)
        if isinstance(page, VkError):
            raise page
        moved = self._moved(page, after)
        for place in range(1, PAGES):
            rows = items(mapping(page).get("items"))
            if len(rows) < PAGE or not any(_is_new(mapping(row).get("last_message"), after) for row in rows):
                break
            page = self._client.make(self._page(place * PAGE))
            moved |= self._moved(page, after)
        said = [
            message
            for answer in chats
            if not isinstance(answer, VkError)  # out of the chat: who is told of that is told already
            for message in map(mapping, items(mapping(answer).get("items")))
            if _is_new(message, after) and self._is_for_us(message)
        ]
        return said, moved

    def _page(self, offset: int) -> Call:
        return Call("messages.getConversations", {"count": PAGE, "offset": offset or None})

    def _moved(self, page: object, after: datetime) -> dict[int, Mapping[str, Any]]:
        """The dialogs of a page in which somebody wrote since, by the person: the last message of each."""
        last = (mapping(mapping(row).get("last_message")) for row in items(mapping(page).get("items")))
        return {
            peer: message
            for message in last
            if 0 < (peer := number(message.get("peer_id")) or 0) < CHATS_FROM and _is_new(message, after)
        }

    def _of_dialogs(self, moved: Mapping[int, Mapping[str, Any]], after: datetime) -> list[Mapping[str, Any]]:
        """What people wrote. A history VK does not give of one person does not take the others' messages along."""
        unread = self._unread(moved)
        calls = [Call("messages.getHistory", {"peer_id": peer, "count": count}) for peer, count in unread.items()]
        found = [message for peer, message in moved.items() if peer not in unread and _is_by(peer, message)]
        for peer, answer in zip(unread, self._client.batch(calls), strict=True):
            if isinstance(answer, VkRefused) and answer.verdict.pause is None:
                log.warning("history_unread", peer=peer, reason=answer.verdict.reason)
                found += [moved[peer]] if _is_by(peer, moved[peer]) else []
            elif isinstance(answer, VkError):
                raise answer
            else:
                found += _unanswered(peer, map(mapping, items(mapping(answer).get("items"))), after)
        return found

    def _unread(self, moved: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
        """The dialogs in which more than the last message may be unknown, and how far back each is to be read."""
        unread = {}
        with self._work.look() as context:
            newest = dict(sorted(context.unit.inbox.told_of(moved.keys())))
        for peer, message in moved.items():
            known = newest.get(peer, 0)
            last = number(message.get("conversation_message_id")) or 0
            if last != known + 1 or not _is_by(peer, message):
                unread[peer] = min(PAGE, last - known) if 0 < known < last else PAGE
        return unread

    def _is_for_us(self, message: Mapping[str, Any]) -> bool:
        """Whether a bot without access to all messages would have been told of it."""
        text = words(message.get("text")).lstrip()
        answered = number(mapping(message.get("reply_message")).get("from_id"))
        named = f"[club{self._group_id}|" in text or f"[public{self._group_id}|" in text
        return (number(message.get("from_id")) or 0) > 0 and (
            text.startswith("/") or answered == -self._group_id or named
        )

    def _event(self, message: Mapping[str, Any]) -> RawEvent:
        update = {
            "type": "message_new",
            "v": API_VERSION,
            "group_id": self._group_id,
            "object": {"message": message},
        }
        key = message_key(update)
        update["event_id"] = read_id(*(key or (0, number(message.get("id")) or 0)))
        raw = json.dumps(update, ensure_ascii=False, separators=(",", ":"))
        return RawEvent(str(update["event_id"]), "message_new", False, raw, key)


def _is_new(message: object, after: datetime) -> bool:
    said = mapping(message)
    return number(said.get("date")) is not None and moment(said.get("date")) >= after


def _is_by(peer: int, message: Mapping[str, Any]) -> bool:
    return number(message.get("from_id")) == peer and not number(message.get("out"))


def _unanswered(peer: int, history: Iterable[Mapping[str, Any]], after: datetime) -> Iterator[Mapping[str, Any]]:
    """What the person wrote since, the newest first, back to where somebody answered by hand."""
    for message in history:
        if not _is_new(message, after) or number(message.get("admin_author_id")):
            return
        if _is_by(peer, message):
            yield message
