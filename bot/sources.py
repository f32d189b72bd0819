"""Reads the sources of news, one after the other, and has what is new taken in.

::

    active sources ──each──▶ VK wall or feed ──▶ what is news ──a unit each, oldest first──▶ suggestion

Nothing is written while nothing is new.  A source that fails is tried again in the next round; a key or a network
of our own that fails is nobody's fault but ours and is not held against the source.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import structlog

from bot.feed_reader import FeedReader, FeedUnreadable
from bot.rounds import Rounds
from bot.vk.errors import Remedy, VkError, VkTransport
from bot.vk.other_walls import OtherWalls, Standing
from bot.work import Work
from editorial.sources import STALE, Found, Kind, Ours, Source
from handlers import alarms, sources

log = structlog.get_logger("sources")

#: Posts of a wall that are read at once, and how often at most while all of them are new.
PAGE: Final = 100
MOST_PAGES: Final = 10
#: Refusals that are about the wall that was asked for; everything else is about us.
_ITS_FAULT: Final = frozenset({Remedy.CALL_HUMAN, Remedy.MARK_CONTENT, Remedy.MARK_AUTHOR, Remedy.GONE, Remedy.BUG})
#: Refusals that say: this key reads nothing any more.
_KEY_IS_BAD: Final = frozenset({Remedy.PAUSE_KEY, Remedy.SWITCH_KEY})
#: What people were told of the key is not known yet.
_UNREAD: Final = "unread"


class SourceFails(Exception):
    """The source cannot be read; ``reason`` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sources(Rounds):
    """Reads every so many seconds until it is stopped.

    ``can_read``: whether there is a key that reads walls.  ``own_key``: that key serves the sources alone, so that
    nobody else would notice that it is dead; what it cannot read is read ``instead``, with a key that serves
    others, while ``may_instead``.
    """

    def __init__(
        self,
        work: Work,
        walls: OtherWalls,
        feeds: FeedReader,
        every: float,
        *,
        can_read: Callable[[], bool] = lambda: True,
        own_key: bool = False,
        instead: OtherWalls | None = None,
        may_instead: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(every)
        self._work = work
        self._walls = walls
        self._feeds = feeds
        self._may_read = can_read
        self._own_key = own_key
        self._instead = instead
        self._may_instead = may_instead
        #: What people know of the key: why it does not work, None when it does.
        self._told: str | None = _UNREAD

    def stop(self) -> None:
        """End after the call in hand; a site that answers slowly is hung up on."""
        self._feeds.stop()
        super().stop()

    def step(self) -> None:
        """One round."""
        with self._work.look() as context:
            active = context.unit.sources.active()
            own = sources.ours(context)
        for source in active:
            if self.stopping:
                return
            self.beat = time.monotonic()
            try:
                self._read(source, own)
            except Exception as error:  # the others are not to wait for this one
                log.exception("source_fault", source=source.number, error=type(error).__name__)

    def _read(self, source: Source, own: Ours) -> None:
        try:
            found = self._of_vk(source, own) if source.kind is Kind.VK else self._of_feed(source)
            if found is None:
                return
            self._take_whole(source, found, own)
        except SourceFails as failure:
            log.warning("source_fails", source=source.number, reason=failure.reason)
            self._failed(source, failure.reason)
            return
        except VkError as error:
            if isinstance(error, VkTransport) or error.verdict.remedy not in _ITS_FAULT:
                log.warning("source_not_read", source=source.number, reason=error.verdict.reason)
                self._heed_key(error)
                return
            log.warning("source_fails", source=source.number, reason=error.verdict.reason)
            self._failed(source, error.verdict.reason)
            return
        if source.failing_since is not None:
            with self._work.begin("source.well") as context:
                sources.read_well(context, source)

    def _heed_key(self, error: VkError | None) -> None:
        """Have people told that the service key does not work, or works again; nothing is written otherwise."""
        if not self._own_key or (error is not None and error.verdict.remedy not in _KEY_IS_BAD):
            return
        reason = None if error is None else error.verdict.reason
        if self._told == _UNREAD:
            with self._work.look() as context:
                self._told = alarms.known(context.unit).get(alarms.SERVICE_KEY)
        if self._told == reason:
            return
        with self._work.begin("sources.key") as context:
            if reason is None:
                alarms.over(context, alarms.SERVICE_KEY)
            else:
                alarms.tell(context, alarms.SERVICE_KEY, reason, instead=self._spare() is not None)
        self._told = reason

    def _failed(self, source: Source, reason: str) -> None:
        age = self._work.now() - source.failing_since if source.failing_since is not None else None
        if sources.needs_note(source, age):
            with self._work.begin("source.failing") as context:
                sources.failed(context, source, reason)

    def _take_whole(self, source: Source, found: Sequence[Found], own: Ours) -> None:
        taken = False
        try:
            taken = self._take(source, found, own)
        finally:
            if not taken:
                self._feeds.forget(source.address)

    def _take(self, source: Source, found: Sequence[Found], own: Ours) -> bool:
        """Take in what is news; False: not all of it, because the program stops."""
        with self._work.look() as context:
            begun = sources.begun(context, source)
            news = sources.news_of(context, source, found, own) if begun else []
        if not begun:
            with self._work.begin("source.begun") as context:
                sources.begin(context, source, found)
                news = sources.news_of(context, source, found, own)
        for one in news:
            if self.stopping:
                return False
            with self._work.begin("source.item") as context:
                added = sources.take_in(context, source, one)
            if added is not None:
                log.info("taken_in", source=source.number, suggestion=added.number)
        return True

    # -- communities -----------------------------------------------------------------------------------------

    def _of_vk(self, source: Source, own: Ours) -> list[Found] | None:
        """What the community shows; None when it may not be read now or turned out to be ours."""
        if self._may_read() and not _rests(self._walls):
            try:
                return self._with(self._walls, source, own)
            except VkError as error:
                if self._spare() is None or error.verdict.remedy not in _KEY_IS_BAD:
                    raise
                log.warning("source_not_read", source=source.number, reason=error.verdict.reason, instead=True)
                self._heed_key(error)
        spare = self._spare()
        return self._with(spare, source, own) if spare is not None else None

    def _spare(self) -> OtherWalls | None:
        """The other key, while it may be used."""
        usable = self._instead is not None and self._may_instead() and not _rests(self._instead)
        return self._instead if usable else None

    def _with(self, walls: OtherWalls, source: Source, own: Ours) -> list[Found] | None:
        owner_id = source.owner_id
        if owner_id is None or source.title is None:
            known = walls.community(source.address if owner_id is None else str(-owner_id))
            if known is None:
                raise SourceFails("no_such_community")
            owner_id, title = -known[0], known[1]
            with self._work.begin("source.learned") as context:
                if not sources.learned(context, source, owner_id, title, own):
                    return None
        return [_found(post) for page in self._pages(walls, source, owner_id) for post in page]

    def _pages(self, walls: OtherWalls, source: Source, owner_id: int) -> Iterator[Sequence[Standing]]:
        """The newest posts, and older ones while a whole page is new: a burst may be larger than a page."""
        for number in range(MOST_PAGES):
            page = walls.page(owner_id, PAGE, number * PAGE)
            if walls is self._walls:
                self._heed_key(None)
            yield page
            in_order = [post for post in page if not post.pinned]
            oldest = max(source.since, self._work.now() - STALE)
            if len(page) < PAGE or not in_order or in_order[-1].at < oldest:
                return
            with self._work.look() as context:
                if context.unit.sources.known(source.number, [_key(post) for post in in_order]):
                    return

    # -- sites -----------------------------------------------------------------------------------------------

    def _of_feed(self, source: Source) -> list[Found] | None:
        try:
            return self._feeds.read(source.address, self._work.now())
        except FeedUnreadable as failure:
            raise SourceFails(failure.reason) from None


def _rests(walls: OtherWalls) -> bool:
    """Whether VK asked that nothing be read with this key now."""
    return walls.client.pauses.paused("wall.get") is not None


def _key(post: Standing) -> str:
    return f"{post.owner_id}_{post.post_id}"


def _found(post: Standing) -> Found:
    return Found(
        key=_key(post),
        url=f"https://vk.com/wall{post.owner_id}_{post.post_id}",
        content=post.content,
        at=post.at,
        owner_id=post.owner_id,
        post_id=post.post_id,
        repeats=post.original is not None or (post.from_id is not None and post.from_id != post.owner_id),
        is_ad=post.is_ad,
    )
