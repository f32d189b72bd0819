"""Other communities on VK: a post of their own that names its source, or a repost.

Everything goes out with the editor's key, whose owner manages those communities too; the key's pace for walls is
shared with the community's own wall.  Photos are uploaded for each community: those of another disappear from a
post without a word.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Self

from bot.config import Settings
from bot.media import FILES, PICTURES, Media, MediaUnavailable
from bot.targets.attempts import CLOCK_SLACK, Attempts
from bot.targets.base import Standstill
from bot.targets.network import Copy, Health, NetworkTarget, Supplies
from bot.targets.vk_outcome import outcome_of, standstill_of
from bot.vk.client import VkClient
from bot.vk.errors import VkError
from bot.vk.other_walls import EDITOR_LEVEL, OtherWalls, Standing, is_gone
from bot.vk.posts import MOST_ATTACHMENTS
from bot.vk.uploads import VK_PHOTO, PhotoRefused, Uploads
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.markup import link, parse
from editorial.networks import Network, Part, Placed, Reach, Story
from editorial.post import TEXT_LIMIT, utf16_length
from editorial.render import vk, vk_length
from editorial.shorten import shorten
from editorial.suggestion import Attachment, comparable
from handlers import texts
from handlers.context import Context

#: Why a single community takes nothing, while the others may.
_ITS_OWN: Final = frozenset({"no_rights", "wall_closed", "posts_per_day", "post_refused", "ad_recent"})
_PHOTO: Final = "photo"


class VkCopy(NetworkTarget):
    """All other communities. ``reposts``: a repost instead of a post of their own."""

    name = "vk_copy"

    def __init__(self, media: Media, client: VkClient, groups: Sequence[int], *, reposts: bool = False) -> None:
        super().__init__(media)
        self._walls = OtherWalls(client)
        self._uploads = Uploads(client)
        self._reposts = reposts
        self._attempts = Attempts()
        self._shut: dict[str, tuple[float, str]] = {}
        self._networks = tuple(_network(group) for group in groups)

    @classmethod
    def from_settings(cls, settings: Settings, supplies: Supplies) -> Self | None:
        if not settings.copy_groups:
            return None
        reposts = settings.VK_COPY_MODE == "repost"
        return cls(supplies.media, supplies.user, settings.copy_groups, reposts=reposts)

    @property
    def networks(self) -> tuple[Network, ...]:
        return self._networks

    # -- rendering -------------------------------------------------------------------------------------------

    def render(self, story: Story, network: Network) -> tuple[Part, ...]:  # noqa: ARG002  # alike in all of them
        if self._reposts:
            return (
                Part("repost", {"original": f"wall{story.owner_id}_{story.post_id}" if story.post_id else None}),
            )
        text, shortened = _text(story)
        taken = [one for one in story.attachments if one.kind != "link" and _can_stand(one)]
        notes = [*shortened]
        if len(taken) > MOST_ATTACHMENTS or any(not _can_stand(one) for one in story.attachments):
            notes.append("attachments_left_out")
        taken = taken[:MOST_ATTACHMENTS]
        order = [_PHOTO if one.kind in PICTURES else one.reference for one in taken]
        photos = tuple(one for one in taken if one.kind in PICTURES)
        return (Part("post", {"text": text, "attachments": order}, photos, tuple(notes)),)

    # -- sending ---------------------------------------------------------------------------------------------

    def standstill(self) -> Standstill | None:
        resting = super().standstill() or standstill_of(self._walls.client, "wall.post")
        wait = self._walls.seconds_until_write()
        return resting or (Standstill(wait, "spacing") if wait > 0 else None)

    def closed(self, context: Context) -> tuple[str, ...]:
        now = time.monotonic()
        shut = (destination for destination, (until, _) in self._shut.items() if until > now)
        return (*super().closed(context), *shut)

    def resume(self) -> None:
        super().resume()
        self._shut.clear()
        self._walls.client.pauses.resume()

    def publish(self, copy: Copy, delivery: Delivery) -> Outcome:
        with self._attempts.timed(delivery):
            return self._publish(copy, delivery)

    def _publish(self, copy: Copy, delivery: Delivery) -> Outcome:
        part, owner_id = _part(copy), _owner(copy.network)
        try:
            if part.kind == "repost":
                return self._repost(copy, owner_id, part)
            attachments, photos, notes = self._attached(copy, part)
            if not part.body["text"].strip() and not attachments:
                return Refused("nothing_to_send")
        except MediaUnavailable as failure:
            return RetryLater(failure.reason)
        except VkError as error:
            return self._of_upload(copy, error)
        try:
            post_id = self._walls.post(owner_id, part.body["text"], attachments, guid=_guid(delivery))
        except VkError as error:
            return self._shutting(copy, outcome_of(error))
        return _sent(owner_id, post_id, photos, (*notes, *self._lost(owner_id, post_id, len(attachments))))

    def _repost(self, copy: Copy, owner_id: int, part: Part) -> Outcome:
        if not part.body["original"]:
            return Refused("no_original")
        try:
            return _sent(owner_id, self._walls.repost(owner_id, part.body["original"]))
        except VkError as error:
            return self._shutting(copy, outcome_of(error))

    def _attached(self, copy: Copy, part: Part) -> tuple[list[str], dict[str, str], list[str]]:
        """The references in order, what was uploaded, and notes about photos nobody can have or VK does not take.

        Raises MediaUnavailable for what may be had later, and VkError.
        """
        known = dict(copy.placed.result.get("photos", {})) if copy.placed else {}
        group_id, photos = -_owner(copy.network), dict[str, str]()
        references: list[str] = []
        notes: list[str] = []
        pending = iter(part.media)
        for reference in part.body["attachments"]:
            if reference != _PHOTO:
                references.append(reference)
                continue
            photo = next(pending)
            try:
                photos[photo.identity] = known.get(photo.identity) or self._uploaded(copy.story, group_id, photo)
                references.append(photos[photo.identity])
            except MediaUnavailable as failure:
                if failure.passing:
                    raise
                notes.append("photo_as_link")
            except PhotoRefused:
                notes.append("photo_as_link")
        return references, photos, notes

    def _uploaded(self, story: Story, group_id: int, photo: Attachment) -> str:
        file = self.media.fitted(self.media.get(photo, story.owner_id, story.post_id), VK_PHOTO)
        return self._uploads.photo(group_id, file).reference or ""

    def _of_upload(self, copy: Copy, error: VkError) -> Outcome:
        """A failed upload left nothing that anybody could see."""
        outcome = outcome_of(error)
        if isinstance(outcome, Uncertain):
            outcome = RetryLater(outcome.reason, code=outcome.code)
        return self._shutting(copy, outcome)

    def _lost(self, owner_id: int, post_id: int, wanted: int) -> tuple[str, ...]:
        """VK drops attachments without a word; what stands there is counted. A failed reading tells nothing."""
        try:
            seen = self._walls.read(owner_id, post_id)
        except VkError:
            return ()
        lost = seen is not None and sum(one.kind != "link" for one in seen.content.attachments) < wanted
        if lost:
            self._uploads.forget(-owner_id)
        return ("attachments_lost",) if lost else ()

    def edit(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002  # an edit says the same every time
        part, owner_id, placed = _part(copy), _owner(copy.network), _placed(copy)
        if part.kind == "repost":  # shows what the original says
            return Sent(placed.result)
        try:
            attachments, photos, notes = self._attached(copy, part)
        except MediaUnavailable as failure:
            return RetryLater(failure.reason)
        except VkError as error:
            return self._of_upload(copy, error)
        post_id = int(placed.ids[0])
        try:
            self._walls.edit(owner_id, post_id, part.body["text"], attachments)
        except VkError as error:
            return self._after_refusal(copy, error, "cannot_edit", gone=Refused("gone"))
        return _sent(owner_id, post_id, photos, notes)

    def remove(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002
        placed = _placed(copy)
        try:
            self._walls.delete(_owner(copy.network), int(placed.ids[0]))
        except VkError as error:
            return self._after_refusal(copy, error, "cannot_remove", gone=Sent(placed.result))
        return Sent(placed.result)

    def _after_refusal(self, copy: Copy, error: VkError, forbidden: str, *, gone: Outcome) -> Outcome:
        """VK has many words for a post that is gone and for one it lets nobody touch: the wall is read."""
        outcome = outcome_of(error)
        if error.executed is not False or not is_gone(error):
            return RetryLater(outcome.reason) if isinstance(outcome, Uncertain) else self._shutting(copy, outcome)
        try:
            seen = self._walls.read(_owner(copy.network), int(_placed(copy).ids[0]))
        except VkError:
            return self._shutting(copy, outcome)
        return gone if seen is None else Refused(forbidden, getattr(error, "code", None))

    def _shutting(self, copy: Copy, outcome: Outcome) -> Outcome:
        """A community that takes nothing is left alone; the others are not to wait for it."""
        if isinstance(outcome, RetryLater) and outcome.reason in _ITS_OWN:
            wait = outcome.seconds or 300.0
            self._shut[copy.network.destination] = (time.monotonic() + wait, outcome.reason)
        return outcome

    def _heed(self, outcome: Outcome) -> Outcome:
        own = isinstance(outcome, RetryLater) and outcome.reason in _ITS_OWN
        return outcome if own else super()._heed(outcome)

    # -- reading ---------------------------------------------------------------------------------------------

    def find(self, copy: Copy, delivery: Delivery, now: datetime) -> Outcome | None:
        since = delivery.sending_at or delivery.created_at
        owner_id, part = _owner(copy.network), _part(copy)
        try:
            newest = self._walls.newest(owner_id)
        except VkError:
            return None
        ours = _ours(copy, part)
        fresh = [post for post in newest if post.at >= since - CLOCK_SLACK]
        found = min((post for post in fresh if ours(post)), key=lambda post: post.post_id, default=None)
        if found is not None:
            notes = ("attachments_lost",) if _lacks(found, part) else ()
            return _sent(owner_id, found.post_id, notes=notes)
        whole = len(fresh) < len(newest) or len(newest) < 100
        return RetryLater("not_sent", 0.0) if whole and self._attempts.over(delivery, now) else None

    def health(self) -> Health:
        groups = [-_owner(network) for network in self._networks]
        try:
            known = self._walls.names(groups)
        except VkError as error:
            return Health(False, error.verdict.reason)
        missing = [str(group) for group in groups if known.get(group, ("", 0))[1] < EDITOR_LEVEL]
        return Health(not missing, "no_rights" if missing else "", ", ".join(missing))

    def reach(self, network: Network, placed: Placed) -> Reach | None:
        try:
            seen = self._walls.read(_owner(network), int(placed.ids[0]))
        except VkError:
            return None
        return seen.reach if seen is not None else None


def _network(group_id: int) -> Network:
    return Network(f"vk_copy.{group_id}", VkCopy.name, texts.other_community(group_id), f"wall:-{group_id}", _one)


def _one(story: Story) -> int:  # noqa: ARG001  # one post, whatever it is
    return 1


def _owner(network: Network) -> int:
    return int(network.destination.removeprefix("wall:"))


def _part(copy: Copy) -> Part:
    assert copy.part is not None
    return copy.part


def _placed(copy: Copy) -> Placed:
    assert copy.placed is not None
    return copy.placed


def _guid(delivery: Delivery) -> str:
    """The same for every attempt at one copy, and never of another, also when the desk's numbers begin anew.

    VK may refuse a repetition by it, which is not relied on.
    """
    return f"okmo-copy-{delivery.number}-{delivery.id}-{int(delivery.created_at.timestamp())}"


def _can_stand(attachment: Attachment) -> bool:
    return attachment.reference is not None and (attachment.kind not in FILES or attachment.media_id is not None)


def _text(story: Story) -> tuple[str, tuple[str, ...]]:
    """The text with its links and its source, and what had to be done to it.

    A link goes into the text: as an attachment one without a fitting picture makes VK refuse the whole post.
    """
    body = parse(story.text).stripped()
    links = [one.url for one in story.attachments if one.kind == "link" and one.url and one.url not in body.text]
    tail = "\n".join([*links, *([texts.COPY_SOURCE + story.link.removeprefix("https://")] if story.link else [])])
    room = TEXT_LIMIT - utf16_length(tail) - 2
    more = link(texts.READ_ON, story.link) if story.link else None
    kept = shorten(body, room, vk_length, more)
    written = "\n\n".join(part for part in (vk(kept).strip(), tail) if part)
    return written, ("text_shortened",) if kept != body else ()


def _ours(copy: Copy, part: Part) -> Callable[[Standing], bool]:
    """Whether a post is the copy in question: by the post it repeats, or by every word and the source line."""
    original = (copy.story.owner_id, copy.story.post_id or 0)
    if part.kind == "repost":
        return lambda post: post.original == original
    words = _words(part.body["text"])
    return lambda post: post.original is None and _words(post.content.text) == words


def _words(text: str) -> list[str]:
    """What a reader reads; blanks, and the way a mention is written, VK may change."""
    return parse(comparable(text)).text.split()


def _lacks(post: Standing, part: Part) -> bool:
    wanted = len(part.body.get("attachments", ()))
    return sum(one.kind != "link" for one in post.content.attachments) < wanted


def _sent(owner_id: int, post_id: int, photos: dict[str, str] | None = None, notes: Sequence[str] = ()) -> Sent:
    result = {"ids": [str(post_id)], "link": f"https://vk.com/wall{owner_id}_{post_id}", "photos": photos or {}}
    return Sent({**result, "notes": list(notes)} if notes else result)
