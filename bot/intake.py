"""Intake: what VK's event stream brings is stored together with the position in the stream.

::

    long poll ──batch + ts──▶ inbox and cursor, one transaction ──ring──▶ router

Nothing is interpreted here.  A crash at any moment repeats the last batch, and the unique event id makes the
repetition invisible.  When VK says that events were lost, the wall is asked to be compared; and that messages are
to be read from the conversations is stored together with the new place in the stream.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from bot import missed
from bot.vk.errors import VkError
from bot.vk.longpoll import Batch, LongPoll
from bot.vk.longpoll import Cursor as Place
from bot.work import Work
from storage.inbox import Cursor, RawEvent

log = structlog.get_logger("intake")

#: Seconds before the next try after a failure; the last one repeats.
DELAYS: Final = (0.3, 1.0, 2.0, 5.0, 10.0, 30.0)
#: Seconds before the next try after VK asked to be left alone: not hammered, and yet heard again soon. Doubles.
FIRST_CAREFUL: Final = 10.0
#: Events of these types are handled before all others: a person waits for the answer, and whoever is no moderator
#: any more decides nothing with a press that comes after.
URGENT: Final = frozenset({"message_event", "group_officers_edit"})


class Intake:
    """Polls until it is stopped."""

    def __init__(
        self,
        longpoll: LongPoll,
        work: Work,
        group_id: int,
        *,
        before: Callable[[], None],
        on_gap: Callable[[], None],
    ) -> None:
        self._longpoll = longpoll
        self._work = work
        self._group_id = group_id
        self._before = before
        self._on_gap = on_gap
        self._cursor: Place | None = None
        #: Where the stream was when VK was asked first; kept until it is stored.
        self._first: Place | None = None
        #: Set once the place in the stream is known: whatever happens from then on is heard of.
        self.listening = threading.Event()
        #: Set once nothing waits in the stream of what came while nobody listened.
        self.caught_up = threading.Event()
        self._stopping = threading.Event()
        self.beat = time.monotonic()

    def stop(self) -> None:
        """Store nothing any more; what the poll in hand brings is asked for again next time."""
        self._stopping.set()
        self._longpoll.stop()

    def run(self) -> None:
        """Poll and store until stopped; every failure waits a little longer.

        ``before`` runs before the very first poll; afterwards VK keeps what came while nobody listened.
        """
        prepared, failures = False, 0
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            try:
                if not prepared:
                    self._prepare()
                    prepared = True
                self.step()
                failures = 0
            except VkError as error:
                failures = self._stumbled(failures, error.verdict.reason, error.verdict.pause)
            except Exception as error:
                log.exception("intake_fault", error=type(error).__name__)
                failures = self._stumbled(failures, type(error).__name__, None)

    def _prepare(self) -> None:
        if self._stored_cursor() is None:
            self._before()
            return
        with self._work.begin("owed", quiet=True) as context:
            missed.owe(context, self._group_id)
        self.listening.set()

    def step(self) -> int:
        """One poll; returns the number of events stored that were not known."""
        cursor = self._cursor or self._stored_cursor()
        if cursor is None:
            # The first start ever: what was suggested before is found by the comparison.
            self._first = self._first or self._longpoll.connect()
            self.caught_up.set()
            return self._store(Batch((), (), (), (), self._first, gap=True), None)
        behind = not self.caught_up.is_set()
        batch = self._longpoll.poll(cursor, at_once=True) if behind else self._longpoll.poll(cursor)
        if self._stopping.is_set():
            return 0
        stored = self._store(batch, cursor)
        if batch.gap or not batch.updates:
            self.caught_up.set()
        return stored

    def _stored_cursor(self) -> Place | None:
        with self._work.look() as context:
            stored = context.unit.inbox.cursor(self._group_id)
        return None if stored is None else Place(stored.server, stored.key, stored.ts)

    def _store(self, batch: Batch, before: Place | None) -> int:
        stored = 0
        after = batch.cursor
        if batch.updates or after != before:
            told = zip(batch.event_ids, batch.types, batch.updates, batch.messages, strict=True)
            events = [
                RawEvent(event_id, kind, kind in URGENT, text, message) for event_id, kind, text, message in told
            ]
            lost = batch.gap and before is not None
            with self._work.begin("intake") as context:
                if lost:
                    missed.owe(context, self._group_id)
                cursor = Cursor(self._group_id, after.server, after.key, after.ts)
                stored = context.unit.inbox.store(events, cursor, context.now)
        self._cursor = after
        self.listening.set()
        if batch.gap:
            if before is not None:
                log.warning("events_lost", failed=batch.failed)
            self._on_gap()
        return stored

    def _stumbled(self, failures: int, reason: str, pause: float | None) -> int:
        if self._stopping.is_set():
            return failures
        delay = delay_after(failures, pause)
        log.warning("poll_failed", reason=reason, wait=round(delay, 1))
        self._on_gap()
        self._stopping.wait(delay * random.uniform(1.0, 1.2))
        return failures + 1


def delay_after(failures: int, pause: float | None) -> float:
    """Seconds before the next try after so many failures in a row before this one; ``pause`` is VK's own wish."""
    delay = DELAYS[min(failures, len(DELAYS) - 1)]
    if pause is not None and pause >= 60.0:
        return max(delay, min(FIRST_CAREFUL * 2.0 ** min(failures, 10), 60.0))
    return max(delay, pause) if failures >= 2 and pause is not None else delay
