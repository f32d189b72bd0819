"""The router's loop: every stored event is handled in one transaction of its own, presses first.

An event that cannot be read is kept and noted; one that makes a handler fail is tried again a few times and then
set aside.  Neither stops the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import structlog

from bot.snackbars import Snackbars
from bot.steps import Steps
from bot.vk.client import VkClient
from bot.vk.errors import VkError
from bot.vk.updates import message_of, parse
from bot.work import STORE_FAILS, Work
from handlers.context import Context
from handlers.events import ButtonPressed, Event, MessageArrived, Unknown
from handlers.replies import Snackbar
from handlers.router import handle
from handlers.texts import PRESS_FAILED
from storage.inbox import InboxRow

log = structlog.get_logger("router")

#: Ordinary events that share one commit; presses never wait for more than so many.
TOGETHER: Final = 20
IDLE_SECONDS: Final = 20.0
#: Events by which people decide and command.
_BY_PEOPLE: Final = frozenset({"message_event", "message_new"})


class Router(Steps):
    """Handles what is in the inbox. ``before`` runs before the first event, ``judge`` before what people do."""

    FIRST_PAUSE = 0.4
    LONGEST_PAUSE = 10.0

    def __init__(
        self,
        work: Work,
        snackbars: Snackbars,
        group: VkClient,
        group_id: int,
        *,
        before: Callable[[], None],
        judge: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(work)
        self._snackbars = snackbars
        self._group = group
        self._group_id = group_id
        self._before = before
        self._judge = judge

    def prepare(self) -> None:
        self._before()

    def idle_seconds(self) -> float:
        return IDLE_SECONDS

    def failed(self, error: Exception) -> None:
        log.error("router_fault", exc_info=error, error=type(error).__name__)

    def step(self) -> bool:
        """Handle the next events. True when there were any."""
        with self._work.look() as context:
            rows = context.unit.inbox.next(TOGETHER)
        if not rows:
            return False
        if any(row.type in _BY_PEOPLE for row in rows):
            self._judge()
        urgent = [row for row in rows if row.urgent]
        if urgent:
            for row in urgent:
                self._one(row)
            return True
        self._several(rows)
        return True

    def _several(self, rows: Sequence[InboxRow]) -> None:
        """A run of ordinary events in one commit; if any of them fails, each on its own."""
        if len(rows) == 1:
            self._one(rows[0])
            return
        events = [(row, self._read(row)) for row in rows]
        shown: list[Snackbar] = []
        try:
            with self._work.begin("events") as context:
                for row, event in events:
                    self._handle(context, row, event, shown)
        except STORE_FAILS:
            raise
        except Exception as error:  # noqa: BLE001  # each says its own fault below
            log.warning("events_apart", error=type(error).__name__, events=len(rows))
            for row in rows:
                self._one(row)
        else:
            self._show(shown)

    def _one(self, row: InboxRow) -> None:
        shown: list[Snackbar] = []
        event: Event | None = None
        try:
            event = self._read(row)
            with self._work.begin("event") as context:
                self._handle(context, row, event, shown)
        except STORE_FAILS:
            raise  # the event has no part in it, and waits
        except Exception as error:
            log.exception("event_failed", event_id=row.event_id, type=row.type, error=type(error).__name__)
            with self._work.begin("event_failed") as context:
                last = context.unit.inbox.failed(row.id, f"{type(error).__name__}: {error}"[:500], context.now)
            if last and isinstance(event, ButtonPressed):  # else the button would turn until VK gives it up
                self._snackbars.show(Snackbar(event.answer_id, event.user_id, event.peer_id, PRESS_FAILED))
        else:
            self._show(shown)

    def _handle(self, context: Context, row: InboxRow, event: Event, shown: list[Snackbar]) -> None:
        if isinstance(event, Unknown):
            log.info("event_strange", event_id=row.event_id, type=event.type, reason=event.reason)
            context.unit.inbox.strange(row.id, event.reason, context.now)
            return
        # Done before it is handled, in one transaction: whoever asks to be forgotten is forgotten with this event.
        context.unit.inbox.done(row.id, context.now)
        snackbar = handle(event, context)
        if snackbar is not None:
            shown.append(snackbar)

    def _show(self, shown: Sequence[Snackbar]) -> None:
        for snackbar in shown:
            self._snackbars.show(snackbar)

    def _read(self, row: InboxRow) -> Event:
        event = parse(row.raw, self._group_id, row.received_at)
        if isinstance(event, MessageArrived) and event.cropped and event.cmid is not None:
            return self._uncropped(event, event.cmid)
        return event

    def _uncropped(self, event: MessageArrived, cmid: int) -> MessageArrived:
        """VK shortens long messages in events; the whole one is read. Failing that, what came is used."""
        try:
            answer = self._group.call(
                "messages.getByConversationMessageId", peer_id=event.peer_id, conversation_message_ids=[cmid]
            )
        except VkError as error:
            log.warning("message_cropped", peer=event.peer_id, cmid=cmid, reason=error.verdict.reason)
            return event
        items = answer.get("items") if isinstance(answer, dict) else None
        whole = message_of(items[0], self._group_id) if items else None
        return (
            event
            if whole is None
            else replace(event, text=whole.text, attachments=whole.attachments, quoted=whole.quoted, cropped=False)
        )
