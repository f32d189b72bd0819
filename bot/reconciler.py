"""The comparison of the queue with VK: events are hints, the wall is the truth.

::

    newest posts, at the start, after a gap and now and then ──▶ what nobody suggested is kept to compare news with
    whole list of suggestions ──chunks, a unit each──▶ missed ones taken in, edited ones back to review
          └── known ones that are not in it ──read one by one──▶ withdrawn, or published by hand

An answer that failed or was cut closes nothing.  Somebody who is no manager is shown only their own suggestions,
without an error; so before anything is closed the key's owner is asked for anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from bot.heartbeat import Heartbeat
from bot.rounds import Rounds
from bot.vk.errors import Remedy, VkError, VkRefused
from bot.vk.wall import PAGE, SuggestionList, Wall
from bot.work import Work
from handlers import duplicates, reconcile
from handlers.events import WallPublished, WallSuggested

log = structlog.get_logger("reconciler")

#: Suggestions compared in one transaction.
CHUNK: Final = 100
#: The newest posts are read again after so many seconds: events tell of them, unless one is lost.
POSTS_EVERY: Final = 1800.0


class Reconciler(Rounds):
    """Compares every so many seconds, and when asked, until it is stopped."""

    def __init__(
        self,
        wall: Wall,
        work: Work,
        every: float,
        *,
        heartbeat: Heartbeat,
        can_read: Callable[[], bool],
        still_manager: Callable[[], bool],
        on_refusal: Callable[[], None],
        instead: Wall | None = None,
    ) -> None:
        """``instead``: the same wall by a key that may only read what everybody may."""
        super().__init__(every)
        self._wall = wall
        self._work = work
        self._heartbeat = heartbeat
        self._may_read = can_read
        self._still_manager = still_manager
        self._on_refusal = on_refusal
        self._instead = instead
        self._posts_due = time.monotonic()

    def ask(self) -> None:
        """Compare soon: events may be lost."""
        self._posts_due = time.monotonic()
        super().ask()

    def failed(self, error: Exception) -> None:
        """VK's refusals are expected; one that speaks of the key has the key looked at."""
        if not isinstance(error, VkError):
            super().failed(error)
            return
        log.warning("comparison_failed", reason=error.verdict.reason)
        if error.verdict.remedy in (Remedy.PAUSE_KEY, Remedy.CALL_HUMAN, Remedy.SWITCH_KEY):
            self._on_refusal()

    def step(self) -> None:
        """One comparison."""
        if not self._may_read():
            if self._instead is not None and not self._instead.rests():
                self._look_at_posts(self._instead)
            return
        if self._wall.rests():
            return
        self._look_at_posts(self._wall)
        if self._wall.rests():  # VK has just said so
            return
        listed = self._wall.suggestions()
        missing = self._compare(listed)
        if missing and self._still_manager():
            self._look_for(missing)
        self._heartbeat.beat()

    def _look_at_posts(self, wall: Wall) -> None:
        """One request, and nothing is written when every post is known."""
        if time.monotonic() < self._posts_due:
            return
        self._posts_due = time.monotonic() + POSTS_EVERY
        try:
            newest = wall.newest(PAGE)
        except VkError as error:
            log.warning("posts_unread", reason=error.verdict.reason)
            return
        with self._work.look() as context:
            news = reconcile.unnoticed(context, newest)
        if news:
            with self._work.begin("posts", quiet=True) as context:
                for post in news:
                    duplicates.wall_has(context, post)

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
                if self.stopping:
                    return []
        finally:
            if news:
                self._work.wake_all()
        if not listed.complete:
            return []
        with self._work.look() as context:
            return reconcile.missing(context, listed.items)

    def _postponed(self) -> tuple[WallPublished, ...]:
        """What people postponed on VK; a key that may not see it is no reason to close nothing."""
        try:
            return self._wall.postponed()
        except VkRefused as error:
            log.warning("postponed_unread", reason=error.verdict.reason)
            return ()

    def _look_for(self, missing: Sequence[reconcile.Missing]) -> None:
        found = self._wall.read([lost.post_id for lost in missing])
        newest = self._wall.newest(100)
        waiting = self._postponed()
        for lost in missing:
            if isinstance(found.get(lost.post_id), WallSuggested):
                continue  # it is still there: the list was wrong
            with self._work.begin("closed") as context:
                reconcile.gone(context, lost.number, newest, waiting)
