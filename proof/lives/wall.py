"""A model of VK's wall that the real ``vk_wall`` target reads and publishes to.

Calls fail before or after they had their effect; a published suggestion keeps its number or gets another one; events
come late, twice or never.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.vk.errors import VkRefused, VkTransport
from bot.vk.posts import WallRecord
from bot.vk.wall import Wall
from editorial.suggestion import Attachment, Content
from handlers.events import WallPublished, WallSuggested
from proof.lives.stage import Stage
from tests.builders import ANNA, BORIS, WALL

#: Refusals of a publication: a limit, no access, a captcha, too many of the same.
REFUSALS: Final = (214, 15, 9, 14)
FIRST_ID: Final = 100
#: Shares of events that never come, and of those that come twice.
LOST, TWICE = 0.15, 0.10


@dataclass(frozen=True)
class Suggested:
    """A suggestion as it waits on VK."""

    author: int
    content: Content
    at: datetime


class ModelWall(Wall):
    """What stands there, what waits, and the events that are on their way.

    ``published``: the posts the program made, by the word that tells publications apart.  ``came_of``: which post a
    suggestion became, whoever published it.  ``deleted``: posts that stood here and were taken away.
    """

    def __init__(self, stage: Stage) -> None:
        self.user = None
        self.owner_id = WALL
        self.stage = stage
        self.suggests: dict[int, Suggested] = {}
        self.posts: dict[int, WallPublished] = {}
        self.later: dict[int, WallPublished] = {}
        self.events: list[WallSuggested | WallPublished] = []
        self.published: defaultdict[str, list[int]] = defaultdict(list)
        self.came_of: dict[int, int] = {}
        self.deleted: set[int] = set()
        self._last_id = FIRST_ID

    # --- what people do there

    def new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def suggest(self, author: int, content: Content, post_id: int) -> None:
        """Somebody suggests a post."""
        self.suggests[post_id] = Suggested(author, content, self.stage.world.now)
        self._tell(self.suggestion(post_id))

    def publish_by_hand(self, post_id: int) -> int:
        """A manager publishes a suggestion on VK itself; its number stays or not."""
        waiting = self.suggests.pop(post_id)
        number = post_id if self.stage.chance(0.3) else None
        return self._put(waiting.content, waiting.author, BORIS, of=post_id, number=number)

    def postpone_by_hand(self, post_id: int, until: datetime) -> int:
        """A manager has VK publish a suggestion later."""
        waiting, number = self.suggests.pop(post_id), self.new_id()
        post = WallPublished(WALL, number, waiting.content, waiting.author, BORIS, None, until, from_id=WALL)
        self.later[number] = post
        self.came_of[post_id] = number
        return number

    def publish_postponed(self) -> None:
        """VK publishes what was postponed until now."""
        due = [(number, post) for number, post in self.later.items() if post.at <= self.stage.world.now]
        for number, post in due:
            del self.later[number]
            self._put(post.content, post.signer_id, BORIS, postponed_id=number)

    def _put(
        self,
        content: Content,
        signer: int | None,
        by: int | None,
        *,
        of: int | None = None,
        number: int | None = None,
        postponed_id: int | None = None,
    ) -> int:
        number = number or self.new_id()
        now = self.stage.world.now
        self.posts[number] = WallPublished(WALL, number, content, signer, by, postponed_id, now, from_id=WALL)
        if of is not None:
            self.came_of[of] = number
        self._tell(self.posts[number])
        return number

    def _tell(self, event: WallSuggested | WallPublished) -> None:
        dice = self.stage.dice.random()
        if dice < LOST:
            self.stage.note("event lost", event.post_id)
            return
        self.events += [event] * (2 if dice < LOST + TWICE else 1)

    # --- what is read

    def suggestion(self, post_id: int) -> WallSuggested:
        waiting = self.suggests[post_id]
        return WallSuggested(WALL, post_id, waiting.author, waiting.content, waiting.at)

    def listed(self) -> list[WallSuggested]:
        """The suggestions that wait, oldest first."""
        return [self.suggestion(post_id) for post_id in sorted(self.suggests)]

    def latest(self, count: int) -> tuple[WallPublished, ...]:
        """The newest posts, newest first, as a reader sees them."""
        return tuple(sorted(self.posts.values(), key=lambda post: (post.at, post.post_id), reverse=True)[:count])

    def read(self, post_ids: Sequence[int], *, urgent: bool = False) -> dict[int, WallRecord]:  # noqa: ARG002
        self._may_be_silent("wall.getById")
        suggestions = {post_id: self.suggestion(post_id) for post_id in post_ids if post_id in self.suggests}
        return {**suggestions, **{post_id: self.posts[post_id] for post_id in post_ids if post_id in self.posts}}

    def newest(self, count: int = 20) -> tuple[WallPublished, ...]:
        self._may_be_silent("wall.get")
        return self.latest(count)

    def postponed(self, count: int = 100) -> tuple[WallPublished, ...]:
        return tuple(self.later.values())[:count]

    def _may_be_silent(self, method: str) -> None:
        if self.stage.chance(self.stage.trouble):
            raise VkTransport(method, "silence")

    # --- what the program does

    def seconds_until_post(self) -> float:
        return 0.0

    def posted(self, seconds_ago: float) -> None:
        """Posts keep no distance in the model."""

    def publish_suggestion(
        self, post_id: int, text: str, attachments: Iterable[Attachment], *, signed: bool, guid: str
    ) -> int:
        dice, trouble = self.stage.dice.random(), self.stage.trouble
        if dice < trouble:
            raise VkTransport("wall.post", "silence", write=True)
        if post_id not in self.suggests:
            raise VkRefused("wall.post", 100, "post_id is invalid", write=True)
        if dice < 1.3 * trouble:
            raise VkRefused("wall.post", self.stage.dice.choice(REFUSALS), "refused", write=True)
        author = self.suggests.pop(post_id).author
        number = post_id if self.stage.chance(0.5) else None
        content = Content(text, tuple(attachments))
        return self._out(
            guid, self._put(content, author if signed else None, ANNA, of=post_id, number=number), dice
        )

    def publish_new(self, text: str, attachments: Iterable[Attachment], *, guid: str) -> int:
        dice = self.stage.dice.random()
        if dice < self.stage.trouble:
            raise VkTransport("wall.post", "silence", write=True)
        return self._out(guid, self._put(Content(text, tuple(attachments)), None, None), dice)

    def publish_made(self, text: str, attachments: Iterable[Attachment], *, guid: str) -> int:
        return self.publish_new(text, attachments, guid=guid)

    def _out(self, guid: str, post_id: int, dice: float) -> int:
        """The post is out; the answer may be lost."""
        self.published[guid].append(post_id)
        if dice > 1 - self.stage.trouble:
            raise VkTransport("wall.post", "silence", write=True)
        return post_id

    def delete(self, post_id: int) -> None:
        self.posts.pop(post_id, None)
        self.deleted.add(post_id)

    def edit_post(self, post_id: int, text: str, attachments: Iterable[Attachment], *, signed: bool) -> None:
        post = self.posts[post_id]
        signer = post.signer_id if signed else None
        self.posts[post_id] = replace(post, content=Content(text, tuple(attachments)), signer_id=signer)
