"""The community's wall: the list of suggestions, the newest posts, publishing.

Says what stands there and puts things there.  When to do so, and what to make of an uncertain outcome, is decided
by the couriers and the reconciliation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

from bot.vk.client import Call, VkClient, listed
from bot.vk.errors import Remedy, Verdict, VkError, VkTransport
from bot.vk.pace import Pace
from bot.vk.people import named
from bot.vk.posts import WallRecord, published, references, suggested, wall_record
from bot.vk.scalars import items, mapping, number
from editorial.suggestion import Attachment
from handlers.events import WallPublished, WallSuggested

PAGE: Final = 100
PAGES_AT_ONCE: Final = 5
"""Pages read by one request: more of them could exceed the five megabytes VK answers at most."""
READINGS: Final = 4
"""How often the list of suggestions is read anew while it moves under the reader's feet."""
POST_TIMEOUT: Final = (5.0, 20.0)


@dataclass(frozen=True, slots=True)
class SuggestionList:
    """The suggestions that wait on VK, oldest first, and the names of their authors.

    ``complete``: the list stood still while it was read, so what is not on it is not waiting any more.  Even then
    an empty list from a key whose owner is no manager says nothing.
    """

    items: tuple[WallSuggested, ...]
    names: Mapping[int, str]
    complete: bool


class Wall:
    """One community's wall, read and written with an editor's key and, where that is enough, the community's."""

    def __init__(
        self, user: VkClient | None, group: VkClient, group_id: int, *, post_gap: float | None = None
    ) -> None:
        self.user = user
        self.group = group
        self.owner_id = -group_id
        shared = (user or group).walls
        self._posts = shared if post_gap is None else Pace(1.0 / post_gap, budget=1.0) if post_gap > 0 else None

    def rests(self) -> bool:
        """Whether VK asked to leave the reading of walls alone for a while."""
        return self.user is not None and self.user.pauses.paused("wall.get") is not None

    def suggestions(self) -> SuggestionList:
        """All suggestions that wait. Raises VkError; nothing is known about any suggestion then."""
        reading = _Reading()
        for _ in range(READINGS):
            reading = self._read_suggestions()
            if reading.complete:
                break
        found = {event.post_id: event for event in map(self._suggestion, reading.posts) if event}
        return SuggestionList(
            items=tuple(sorted(found.values(), key=lambda event: (event.at, event.post_id))),
            names=reading.names,
            complete=reading.complete and len(found) == len(reading.posts),
        )

    def _suggestion(self, raw: object) -> WallSuggested | None:
        """The record of the list, which need not say its type: everything on this list is a suggestion."""
        post = mapping(raw)
        post_id = number(post.get("id"))
        if not post_id:
            return None
        return suggested(post, number(post.get("owner_id")) or self.owner_id, post_id)

    def _read_suggestions(self) -> _Reading:
        """One pass over all pages; it stops as soon as the list is seen to have moved."""
        reading = _Reading()
        reading.add(self._editor().make(Call("wall.get", self._suggests(0))))
        offset = PAGE
        while reading.complete and offset < reading.count:
            offsets = range(offset, min(reading.count, offset + PAGE * PAGES_AT_ONCE), PAGE)
            for page in self._editor().batch([Call("wall.get", self._suggests(at)) for at in offsets]):
                if isinstance(page, VkError):
                    raise page
                reading.add(page)
            offset += PAGE * PAGES_AT_ONCE
        return reading

    def _suggests(self, offset: int) -> dict[str, object]:
        return {
            "owner_id": self.owner_id,
            "filter": "suggests",
            "count": PAGE,
            "offset": offset,
            "extended": True,
        }

    def read(self, post_ids: Sequence[int], *, urgent: bool = False) -> dict[int, WallRecord]:
        """The records of this wall with these ids; what is gone is not in the answer. Raises VkError."""
        wanted = [f"{self.owner_id}_{post_id}" for post_id in post_ids]
        pages = [wanted[start : start + PAGE] for start in range(0, len(wanted), PAGE)]
        found: dict[int, WallRecord] = {}
        for page in pages:
            answer = self._editor().call("wall.getById", urgent=urgent, posts=page)
            for raw in listed("wall.getById", answer):
                record = wall_record(raw, self.owner_id)
                if record is not None and record.owner_id == self.owner_id:
                    found[record.post_id] = record
        return found

    def read_suggestion(self, post_id: int) -> WallRecord | None:
        """What stands under this id now: still a suggestion, already a post, or nothing. Raises VkError."""
        return self.read([post_id], urgent=True).get(post_id)

    def newest(self, count: int = 20) -> tuple[WallPublished, ...]:
        """The newest posts of the community, newest first. Raises VkError."""
        return self._posts_of("owner", count)

    def is_empty(self) -> bool:
        """Whether VK says in so many words that no post stands on the wall. Raises VkError."""
        answer = self._editor().call("wall.get", owner_id=self.owner_id, filter="owner", count=1)
        said = mapping(answer)
        return number(said.get("count")) == 0 and said.get("items") == []

    def postponed(self, count: int = PAGE) -> tuple[WallPublished, ...]:
        """The posts that wait on VK for their time; ``at`` is when they are to go out. Raises VkError."""
        return self._posts_of("postponed", count)

    def _posts_of(self, kind: str, count: int) -> tuple[WallPublished, ...]:
        answer = self._editor().call("wall.get", owner_id=self.owner_id, filter=kind, count=count)
        found = []
        for post in map(mapping, listed("wall.get", answer)):
            post_id = number(post.get("id"))
            if post_id:
                found.append(published(post, number(post.get("owner_id")) or self.owner_id, post_id))
        return tuple(sorted(found, key=lambda post: (post.at, post.post_id), reverse=True))

    def seconds_until_post(self) -> float:
        """How long the next publication would be held back to keep posts apart."""
        return self._posts.seconds_left() if self._posts else 0.0

    def posted(self, seconds_ago: float) -> None:
        """A post went out so long ago, before this program ran: the next one keeps its distance to it."""
        if self._posts is not None:
            self._posts.hold(self._posts.interval - max(0.0, seconds_ago))

    def publish_suggestion(
        self, post_id: int, text: str, attachments: Iterable[Attachment], *, signed: bool, guid: str
    ) -> int:
        """Publish a suggestion with this very content; returns the id of the new post.

        Raises VkError; VkTransport with ``executed`` None when it may be out.
        """
        taken, _ = references(attachments)
        return self._post(
            self._editor(), post_id=post_id, message=text, attachments=taken, signed=signed, guid=guid
        )

    def publish_new(self, text: str, attachments: Iterable[Attachment], *, guid: str) -> int:
        """Publish a new post with the community's own key; returns its id. Raises VkError as above."""
        taken, _ = references(attachments)
        return self._post(self.group, message=text, attachments=taken, guid=guid)

    def publish_made(self, text: str, attachments: Iterable[Attachment], *, guid: str) -> int:
        """The same with the editor's key, for what was uploaded with it."""
        taken, _ = references(attachments)
        return self._post(self._editor(), message=text, attachments=taken, guid=guid)

    def delete(self, post_id: int) -> None:
        """Take a post off the wall, with the editor's key. Raises VkError."""
        params = {"owner_id": self.owner_id, "post_id": post_id}
        self._editor().make(Call("wall.delete", params, write=True), timeout=POST_TIMEOUT)

    def edit_post(self, post_id: int, text: str, attachments: Iterable[Attachment], *, signed: bool) -> None:
        """Give a post another text; whatever is not named again is lost. Raises VkError."""
        taken, _ = references(attachments)
        wanted = {
            "owner_id": self.owner_id,
            "post_id": post_id,
            "message": text,
            "attachments": list(taken) or None,
            "signed": signed,
        }
        self._editor().make(Call("wall.edit", wanted, write=True), timeout=POST_TIMEOUT)

    def _post(self, client: VkClient, attachments: Sequence[str], **params: object) -> int:
        wanted = {"owner_id": self.owner_id, "from_group": True, "attachments": attachments or None, **params}
        with self._posts.turn() if self._posts is not None else nullcontext():
            answer = client.make(Call("wall.post", wanted, write=True), urgent=True, timeout=POST_TIMEOUT)
        new_id = number(mapping(answer).get("post_id"))
        if not new_id:
            raise VkTransport("wall.post", "no_post_id", write=True)
        return new_id

    def _editor(self) -> VkClient:
        if self.user is None:
            raise NoEditorKey
        return self.user


class NoEditorKey(VkError):
    """Walls can only be read with an editor's key, and there is none."""

    def __init__(self) -> None:
        verdict = Verdict(Remedy.SWITCH_KEY, False, None, "key_missing")
        super().__init__("wall", verdict, "there is no editor's key")


@dataclass(slots=True)
class _Reading:
    """What one pass over the list of suggestions has brought so far."""

    count: int = -1
    posts: list[Any] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    complete: bool = False

    def add(self, answer: object) -> None:
        page = mapping(answer)
        count, posts = number(page.get("count")), page.get("items")
        first = self.count < 0
        steady = count is not None and isinstance(posts, list) and (first or count == self.count)
        for post in items(posts):
            post_id = number(mapping(post).get("id"))
            steady = steady and post_id is not None and post_id not in self.seen
            self.seen.add(post_id or 0)
            self.posts.append(post)
        if first:
            self.count = count or 0
        steady = steady and (bool(posts) or self.count == 0)
        self.complete = steady and (first or self.complete)
        self.names.update(named(page))
