"""The world: communities, people, walls, conversations, keys, and the one lock around them.

Holds the state and passes events on to Long Poll; what people and callers do to it stands in
`walls.py` and `talks.py`. The lock is never held while somebody waits.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.clock import Clock
from sandbox.faults import EVENT, Faults
from sandbox.journal import Journal
from sandbox.limits import Limits
from sandbox.longpoll import COMPACT, LongPoll
from sandbox.networks.base import PLATFORMS, Platform
from sandbox.records import CHAT_BASE, Attachment, Community, Conversation, Json, Person, Photo, Post
from sandbox.tokens import Token
from sandbox.variants import Variants


@dataclass
class Wall:
    """Posts of one owner; ids are shared by suggestions, postponed posts and posts."""

    owner_id: int
    posts: dict[int, Post] = field(default_factory=dict)
    suggests: dict[int, Post] = field(default_factory=dict)
    postponed: dict[int, Post] = field(default_factory=dict)
    gone: dict[int, Post] = field(default_factory=dict)
    guids: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)
    last_id: int = 0

    def new_id(self) -> int:
        """The next id of this wall."""
        self.last_id += 1
        return self.last_id

    def find(self, post_id: int) -> Post | None:
        """A post of any type that is still there."""
        return self.posts.get(post_id) or self.suggests.get(post_id) or self.postponed.get(post_id)

    def shelf(self, post: Post) -> dict[int, Post]:
        """The collection this type of post stands in."""
        return {"suggest": self.suggests, "postpone": self.postponed}.get(post.post_type, self.posts)

    def put(self, post: Post) -> None:
        """Puts the post on its shelf."""
        self.shelf(post)[post.id] = post

    def remove(self, post: Post, now: int) -> None:
        """Takes the post away; it can be restored for a while."""
        self.shelf(post).pop(post.id, None)
        post.deleted_at = now
        self.gone[post.id] = post


@dataclass
class Press:
    """A pressed callback button that waits for its one answer."""

    event_id: str
    group_id: int
    user_id: int
    peer_id: int
    at: float
    answered: bool = False


class World:
    """Everything there is. Public methods take the lock themselves; modules around use `with world.lock`."""

    def __init__(self, fill: Callable[[World], None]) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.clock = Clock()
        self.journal = Journal()
        self.base_url = "http://127.0.0.1"
        self.pages_folder: Path | None = None
        self.revision = 0
        self._fill = fill
        self.long_polls: dict[int, LongPoll] = {}
        self.reset()

    def reset(self) -> None:
        """Throws everything away and builds the world anew; the journal's numbers go on."""
        with self.lock:
            for long_poll in self.long_polls.values():
                long_poll.close()
            self.clock.shift(0)
            self.journal.clear()
            self.variants = Variants()
            self.limits = Limits()
            self.faults = Faults()
            self.tokens: dict[str, Token] = {}
            self.people: dict[int, Person] = {}
            self.groups: dict[int, Community] = {}
            self.walls: dict[int, Wall] = {}
            self.conversations: dict[tuple[int, int], Conversation] = {}
            self.photos: dict[int, Photo] = {}
            self.media: dict[str, Attachment] = {}
            self.uploads: dict[str, Json] = {}
            self.presses: dict[str, Press] = {}
            self.snackbars: list[Json] = []
            self.long_polls = {}
            self._ids = itertools.count(457239001)
            self._message_ids: dict[int, int] = {}
            self._events = 0
            self._held: list[Callable[[], None]] | None = None
            self._kept_back: dict[int, list[str]] = {}
            self._agenda: list[tuple[float, int, Callable[[], None]]] = []
            self._agenda_order = itertools.count()
            self.platforms: dict[str, Platform] = {name: kind(self) for name, kind in PLATFORMS.items()}
            self._fill(self)
            self.touch()

    # -- finding things --------------------------------------------------------------------------

    def wall(self, owner_id: int) -> Wall:
        """The wall of a person (positive) or a community (negative)."""
        return self.walls.setdefault(owner_id, Wall(owner_id))

    def long_poll(self, group_id: int) -> LongPoll:
        """The event queue of a community."""
        if group_id not in self.long_polls:
            self.long_polls[group_id] = LongPoll(group_id, self.clock)
        return self.long_polls[group_id]

    def conversation(self, group_id: int, peer_id: int) -> Conversation | None:
        """A chat the community has been in, or the dialog with a person (made when first needed)."""
        found = self.conversations.get((group_id, peer_id))
        if found is None and 0 < peer_id < CHAT_BASE and peer_id in self.people:
            found = Conversation(peer_id, self.people[peer_id].name, [peer_id])
            self.conversations[(group_id, peer_id)] = found
        return found

    def new_id(self) -> int:
        """A number for a photo, a video, a document."""
        return next(self._ids)

    def new_message_id(self, group_id: int) -> int:
        """The next id of a message in the dialogs of a community."""
        self._message_ids[group_id] = self._message_ids.get(group_id, 0) + 1
        return self._message_ids[group_id]

    def secret(self, *parts: object) -> str:
        """A repeatable piece that looks random: access keys, hashes, event ids."""
        return hashlib.sha1(":".join(map(str, parts)).encode()).hexdigest()

    def picture_expiry(self) -> int:
        """Until when links to pictures given out now work, seconds since the epoch; the same for a while."""
        life = self.variants.number("cdn_seconds")
        step = max(1, min(3600, life))
        return (self.clock.seconds() // step + 1) * step + life

    # -- revision --------------------------------------------------------------------------------

    def touch(self) -> None:
        """Something visible has changed."""
        with self.changed:
            self.revision += 1
            self.changed.notify_all()

    def wait_change(self, since: int, seconds: float) -> int:
        """Waits until the revision is greater than `since`, or so many seconds; gives the revision."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while self.revision <= since:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self.changed.wait(left)
            return self.revision

    # -- events ----------------------------------------------------------------------------------

    def hold_events(self) -> None:
        """Events from now on wait for `release_events`: they belong to a call not yet answered."""
        self._held = []

    def release_events(self) -> list[Callable[[], None]]:
        """Ends holding; the caller runs what it gets once the answer has left."""
        held, self._held = self._held or [], None
        return held

    def emit(self, group_id: int, kind: str, body: Json, *, how: str = "normal") -> None:
        """Tells the community about something, if its flag is on. `how`: normal, lost, twice, late:SECONDS."""
        queue = self.long_poll(group_id)
        if not queue.enabled or not queue.flags.get(kind) or how == "lost":
            return
        line = self.event_line(group_id, kind, body)
        copies = [line, line] if how == "twice" else [line]
        rule = self.faults.pick({kind}, EVENT, "event", "event", line)
        if rule is not None:
            self.journal.write({"method": f"event {kind}", "fault": rule.what, "at": self.clock.iso()})
            how, copies = self._struck(queue, rule.what, rule.seconds, rule.body, copies, how)
        self._send(queue, copies, how)

    def event_line(self, group_id: int, kind: str, body: Json) -> str:
        """The JSON of an update with an event_id of its own."""
        self._events += 1
        update = {
            "group_id": group_id,
            "type": kind,
            "event_id": self.secret("event", group_id, self._events),
            "v": self.long_poll(group_id).api_version,
            "object": body,
        }
        return json.dumps(update, ensure_ascii=False, separators=COMPACT)

    def _struck(
        self, queue: LongPoll, what: str, seconds: float, body: str, copies: list[str], how: str
    ) -> tuple[str, list[str]]:
        if what == "lp_drop_event":
            return how, []
        if what == "lp_duplicate":
            return how, copies * 2
        if what == "lp_late":
            return f"late:{seconds}", copies
        if what == "lp_broken_event":
            event_id = self.secret("broken", self._events)
            broken = body or f'{{"type":"message_new","event_id":"{event_id}","v":"5.199","object":null}}'
            return how, [broken, *copies]
        self._kept_back.setdefault(queue.group_id, []).extend(copies)
        self.later(seconds, lambda: queue.extend(self._kept_back.pop(queue.group_id, [])))
        return how, []

    def _send(self, queue: LongPoll, copies: list[str], how: str) -> None:
        if copies and self._kept_back.get(queue.group_id):
            copies = copies + self._kept_back.pop(queue.group_id)
        if not copies:
            return
        if how.startswith("late:"):
            self.later(float(how.split(":", 1)[1]), lambda: queue.extend(copies))
        elif self._held is not None:
            self._held.append(lambda: queue.extend(copies))
        else:
            queue.extend(copies)

    # -- time ------------------------------------------------------------------------------------

    def later(self, seconds: float, deed: Callable[[], None]) -> None:
        """Does something when the sandbox clock has moved on by so many seconds."""
        heapq.heappush(self._agenda, (self.clock.now() + seconds, next(self._agenda_order), deed))

    def due(self) -> list[Callable[[], None]]:
        """Takes what has come due off the agenda."""
        found = []
        while self._agenda and self._agenda[0][0] <= self.clock.now():
            found.append(heapq.heappop(self._agenda)[2])
        return found

    def close(self) -> None:
        """Lets everybody who waits go."""
        for long_poll in self.long_polls.values():
            long_poll.close()
        with self.changed:
            self.changed.notify_all()
