"""The comparison of the queue with VK: events are hints, the wall is the truth.

::

    whole list of suggestions ──chunks, a unit each──▶ missed ones taken in, edited ones back to review
          └── known ones that are not in it ──read one by one──▶ withdrawn, or published by hand

An answer that failed or was cut closes nothing.  Somebody who is no manager is shown only their own suggestions,
without an error; so before anything is closed the key's owner is asked for anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from bot.vk.errors import Remedy, VkError
from bot.vk.wall import SuggestionList, Wall
from bot.work import Bell, Work
from handlers import reconcile
from handlers.events import WallSuggested

log = structlog.get_logger("reconciler")

#: Suggestions compared in one transaction.
CHUNK: Final = 100
#: Shortest time between two comparisons, seconds, however often one is asked for.
SPACING: Final = 1.0


class Reconciler:
    """Compares every so many seconds, and when asked, until it is stopped."""

    def __init__(
        self,
        wall: Wall,
        work: Work,
        every: float,
        *,
        can_read: Callable[[], bool],
        still_manager: Callable[[], bool],
        on_refusal: Callable[[], None],
    ) -> None:
        self._wall = wall
        self._work = work
        self._every = every
        self._may_read = can_read
        self._still_manager = still_manager
        self._on_refusal = on_refusal
        self._bell = Bell()
        self._stopping = threading.Event()
        self.beat = time.monotonic()

    def ask(self) -> None:
        """Compare soon: events may have been lost."""
        self._bell.ring()

    def stop(self) -> None:
        """End after the call in hand."""
        self._stopping.set()
        self._bell.ring()

    def run(self) -> None:
        """Compare until stopped."""
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            try:
                self.step()
            except VkError as error:
                log.warning("comparison_failed", reason=error.verdict.reason)
                if error.verdict.remedy in (Remedy.PAUSE_KEY, Remedy.CALL_HUMAN, Remedy.SWITCH_KEY):
                    self._on_refusal()
            except Exception as error:
                log.exception("comparison_fault", error=type(error).__name__)
            self._stopping.wait(min(SPACING, self._every))
            self._bell.wait(self._every)

    def step(self) -> None:
        """One comparison."""
        if not self._may_read() or self._wall.rests():
            return
        listed = self._wall.suggestions()
        missing = self._compare(listed)
        if missing and self._still_manager():
            self._look_for(missing)
        with self._work.look() as context:
            stale = reconcile.needs_mark(context)
        if stale:
            with self._work.begin("compared", quiet=True) as context:
                reconcile.mark(context)

    def _compare(self, listed: SuggestionList) -> list[reconcile.Missing]:
        """Take in and update by chunks; returns what is known, open and not on the list.

        A long queue is stored whole before anybody begins to send what it gives to say.
        """
        with self._work.look() as context:
            news = reconcile.worth_storing(context, listed.items)
        try:
            for start in range(0, len(news), CHUNK):
                with self._work.begin("compare", quiet=True) as context:
                    reconcile.compare(context, news[start : start + CHUNK])
                    reconcile.remember_names(context, listed.names)
                if self._stopping.is_set():
                    return []
        finally:
            if news:
                self._work.wake_all()
        if not listed.complete:
            return []
        with self._work.look() as context:
            return reconcile.missing(context, listed.items)

    def _look_for(self, missing: Sequence[reconcile.Missing]) -> None:
        found = self._wall.read([lost.post_id for lost in missing])
        newest = self._wall.newest(100)
        for lost in missing:
            if isinstance(found.get(lost.post_id), WallSuggested):
                continue  # it is still there: the list was wrong
            with self._work.begin("closed") as context:
                reconcile.gone(context, lost.number, newest)
