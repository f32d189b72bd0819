"""Posts that went out are read again, because VK tells nobody when one is changed or deleted.

::

    posts that are due ──wall.getById, up to 100──▶ as it was │ changed: carried to the networks
          └── not in the answer ──read once more beside something that stands──▶ deleted
                  └── nothing else stands: the wall says it is empty, twice, some minutes apart──▶ deleted

An answer that failed, or shows nothing where something should be, proves nothing.  How far a post got is noted on
the way; the other networks are asked for it once a day.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.targets.network import NetworkTarget
from bot.vk.errors import Remedy, VkError
from bot.vk.posts import WallRecord
from bot.vk.scalars import LARGEST
from bot.vk.wall import PAGE, Wall
from bot.work import Work
from editorial.networks import NetworkCopy, OurPost, Reach, next_look, next_reach
from handlers import own_posts, removal
from handlers.context import Context, Desk
from handlers.events import WallPublished

log = structlog.get_logger("sweep")

#: Seconds without a try after VK did not let the posts be read.
REST: Final = 60.0
#: A post that is missing, but not proven to be deleted, is looked for again so many first waits later.
DOUBT: Final = 10
#: Suggestions that a missing post is read beside when no post stands on the wall.
WITNESSES: Final = 5
#: Copies whose reach is asked for in one round.
REACH_AT_ONCE: Final = 50


class Sweep:
    """Reads what is due; each method is one round and costs one look at an index when nothing is."""

    def __init__(
        self,
        wall: Wall,
        work: Work,
        networks: Sequence[NetworkTarget],
        *,
        can_read: Callable[[], bool],
        on_refusal: Callable[[], None],
    ) -> None:
        self._wall = wall
        self._work = work
        self._networks = networks
        self._can_read = can_read
        self._on_refusal = on_refusal
        self._rest_until = 0.0
        self._missed: dict[int, datetime] = {}
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End after the copy in hand; the others are asked for after the next start."""
        self._stopping.set()

    def posts(self) -> None:
        """One round of looking at our own posts."""
        if time.monotonic() < self._rest_until or not self._can_read() or self._wall.rests():
            return
        with self._work.look() as context:
            due = context.unit.posts.due(context.now, PAGE)
        if not due:
            return
        try:
            self._read(due)
        except VkError as error:
            log.warning("posts_unread", reason=error.verdict.reason)
            self._rest_until = time.monotonic() + REST
            if error.verdict.remedy in (Remedy.PAUSE_KEY, Remedy.CALL_HUMAN, Remedy.SWITCH_KEY):
                self._on_refusal()

    def _read(self, due: Sequence[OurPost]) -> None:
        ids = [post.post_id for post in due if post.post_id]
        found = self._wall.read(ids)
        missing = [post_id for post_id in ids if post_id not in found]
        self._missed = {post_id: at for post_id, at in self._missed.items() if post_id not in found}
        deleted = self._proven_deleted(missing[: PAGE // 2]) if missing else frozenset()
        with self._work.begin("sweep") as context:
            store(context, due, found, deleted)

    def _proven_deleted(self, missing: Sequence[int]) -> frozenset[int]:
        """Those that are not shown even beside something that is: an answer without anything proves nothing."""
        witnesses = self._witnesses(missing)
        again = self._wall.read([*missing, *witnesses])
        if witnesses and again.keys().isdisjoint(witnesses):
            return frozenset()
        lost = frozenset(missing) - again.keys()
        if not witnesses:
            lost = self._missed_before(lost) if self._wall.is_empty() else frozenset()
        self._missed = {post_id: at for post_id, at in self._missed.items() if post_id not in lost}
        return lost

    def _witnesses(self, missing: Sequence[int]) -> list[int]:
        """What should stand on VK at this moment: the newest other post, else suggestions that wait."""
        known = set(missing)
        newest = next((post.post_id for post in self._wall.newest(20) if post.post_id not in known), None)
        if newest is not None:
            return [newest]
        with self._work.look() as context:
            waiting = context.unit.suggestions.open_posts(context.desk.owner_id)
        return list(waiting)[-WITNESSES:]

    def _missed_before(self, lost: Collection[int]) -> frozenset[int]:
        """Of posts that nothing else can be read beside: those that were missing some minutes ago already."""
        now, wait = self._work.now(), doubt(self._work.desk)
        for post_id in lost:
            self._missed.setdefault(post_id, now)
        return frozenset(post_id for post_id in lost if now - self._missed[post_id] >= wait)

    def reach(self) -> None:
        """One round of asking the networks how far their copies got."""
        if not self._networks:
            return
        with self._work.look() as context:
            due = context.unit.copies.due_reach(context.now, REACH_AT_ONCE)
        if not due:
            return
        seen = []
        for copy in due:
            if self._stopping.is_set():
                break
            seen.append((copy, self._reach_of(copy)))
        if not seen:
            return
        with self._work.begin("reach", quiet=True) as context:
            told = [(copy, reach, next_reach(copy.sent_at or context.now, context.now)) for copy, reach in seen]
            context.unit.copies.reached(told, context.now)

    def _reach_of(self, copy: NetworkCopy) -> Reach | None:
        for target in self._networks:
            network = next((one for one in target.networks if one.key == copy.network), None)
            if network is None or copy.placed is None:
                continue
            try:
                if target.standstill() is None:
                    return _possible(target.reach(network, copy.placed))
            except Exception as error:  # noqa: BLE001  # reach is asked for again tomorrow
                log.warning("reach_unread", network=copy.network, error=type(error).__name__)
        return None


def _possible(reach: Reach | None) -> Reach | None:
    """The reach without figures that cannot be: what no database holds would keep the others from being noted."""
    if reach is None:
        return None
    told = (reach.views, reach.likes, reach.reposts, reach.comments)
    return Reach(*(one if one is not None and 0 <= one <= LARGEST else None for one in told))


def doubt(desk: Desk) -> timedelta:
    """How long a post has to be missing where nothing else can be read beside it."""
    return DOUBT * desk.first_look


def store(
    context: Context, due: Sequence[OurPost], found: Mapping[int, WallRecord], deleted: frozenset[int]
) -> None:
    """Draw the conclusions from what was read."""
    known = context.unit.posts.of_many([old.number for old in due])
    same: list[tuple[int, Reach, datetime | None]] = []
    others: list[OurPost] = []
    for old in due:
        post = known.get(old.number)
        if post is None or not _still_due(post, old):
            continue
        record = found.get(post.post_id or 0)
        if isinstance(record, WallPublished) and own_posts.says_the_same(post, record.content):
            same.append((post.number, record.reach, _again(context, post)))
        else:
            others.append(old)
    context.unit.posts.looked(same, context.now)
    for old in others:
        _conclude(context, old, found, deleted)


def _still_due(post: OurPost, old: OurPost) -> bool:
    """Whether nothing happened to the post while it was read."""
    return post.next_look == old.next_look and bool(post.post_id)


def _again(context: Context, post: OurPost) -> datetime | None:
    return next_look(post.published_at, context.now, context.desk.first_look)


def _conclude(context: Context, old: OurPost, found: Mapping[int, WallRecord], deleted: frozenset[int]) -> None:
    """What follows for a post that is not simply as it was; it is changed as it stands at this moment."""
    post = context.unit.posts.get(old.number)
    if post is None or not _still_due(post, old):
        return
    record = found.get(post.post_id or 0)
    if isinstance(record, WallPublished):
        again, reach = _again(context, post), record.reach
        if own_posts.looked_at(context, post, record.content):
            post = context.unit.posts.get(post.number) or post
            seen = replace(post, next_look=again, reach=reach, reach_at=context.now, seen_at=context.now)
            context.unit.posts.put(seen, context.now)
        else:
            context.unit.posts.looked([(post.number, reach, again)], context.now)
    elif post.post_id in deleted:
        removal.found_deleted(context, post.number)
    else:
        context.unit.posts.put(replace(post, next_look=context.now + doubt(context.desk)), context.now)
