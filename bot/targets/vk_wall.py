"""The community's wall: publishes suggestions, and proves what was published.

Before the call the suggestion is read again and must be what the moderator approved.  After a call whose fate is
unknown the wall is read; nothing is published again before it is certain that nothing was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.media import Media
from bot.targets.attempts import Attempts
from bot.targets.base import Parcel, Standstill
from bot.targets.vk_outcome import outcome_of, standstill_of
from bot.vk.errors import Remedy, VkError
from bot.vk.posts import WallRecord, references
from bot.vk.uploads import Uploads
from bot.vk.wall import Wall
from bot.vk.wall_photos import PhotoUnavailable, WallPhotos, of_messages
from bot.work import Work
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.post import compose
from editorial.suggestion import Attachment, Origin, Suggestion, comparable, same_content
from handlers import joint, matching, publication, suggest
from handlers.context import Context
from handlers.events import WallPublished, WallSuggested

#: Seconds before another try after VK failed without publishing; at the last one people are told.
FAILING_DELAYS: Final = (0.0, 20.0, 120.0, 900.0)
#: How many of the newest posts are searched for our own.
NEWEST: Final = 30

#: Refusals after which the suggestion may be out already: VK has no one word for a second publication.
_AMBIGUOUS: Final = frozenset({Remedy.GONE, Remedy.MARK_CONTENT, Remedy.CALL_HUMAN, Remedy.BUG})


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publishing parcel holds: the suggestion, posts of the wall that are known to be something else, news
    that such a post may be, too (``rivals``), and the news that goes out in the same post."""

    suggestion: Suggestion
    others: frozenset[int]
    rivals: tuple[Suggestion, ...] = ()
    pieces: tuple[Suggestion, ...] = ()

    @property
    def on_the_wall(self) -> tuple[Suggestion, ...]:
        """Those of the pieces that stand on VK as suggestions."""
        return tuple(piece for piece in self.pieces if piece.origin is Origin.WALL)

    def source_of(self, attachment: Attachment) -> Suggestion:
        """Which of the news the attachment came with."""
        came_with = (
            one
            for one in (self.suggestion, *self.pieces)
            if attachment.identity in {known.identity for known in (*one.content.attachments, *one.attachments)}
        )
        return next(came_with, self.suggestion)


def _stands_as(suggestion: Suggestion) -> int:
    return suggestion.post_id


def _post_of(suggestion: Suggestion) -> tuple[int | None, int | None]:
    """The post on VK the suggestion's photos are from, if there is one."""
    if suggestion.origin is Origin.WALL:
        return suggestion.owner_id, suggestion.post_id
    behind = suggestion.behind or {}
    return behind.get("owner_id"), behind.get("post_id")


def _changed_piece(publication: Publication, records: Mapping[int, WallRecord]) -> joint.PieceSeen | None:
    """The first of the pieces that is not on VK as it was when its post was put together."""
    for piece in publication.on_the_wall:
        record = records.get(piece.post_id)
        if isinstance(record, WallSuggested) and same_content(piece.content, record.content):
            continue
        seen = record if isinstance(record, WallSuggested | WallPublished) else None
        return joint.PieceSeen(piece.number, seen)
    return None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a proving parcel holds: the suggestion and the post that should be it."""

    suggestion: Suggestion
    post_id: int


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correcting or deleting parcel holds: the post, and its new text (None: it is to be deleted)."""

    post_id: int
    text: str | None
    signed: bool


class VkWall:
    """Target ``vk_wall``: kinds ``publish``, ``verify``, ``edit_post`` and ``delete_post``."""

    name = "vk_wall"
    batch = 1

    def __init__(
        self, wall: Wall, media: Media, *, by_hand: Callable[[], bool], attempts: Attempts | None = None
    ) -> None:
        self._wall = wall
        self._photos = None if wall.user is None else WallPhotos(media, Uploads(wall.user), -wall.owner_id)
        self._by_hand = by_hand
        self._attempts = attempts or Attempts()
        self._recalled = False

    def standstill(self) -> Standstill | None:
        wait = self._wall.seconds_until_post()
        if wait > 0:
            return Standstill(wait, "spacing")
        if self._by_hand() or self._wall.user is None:
            return None
        return standstill_of(self._wall.user, "wall.post", wall=self._wall.owner_id)

    def resume(self) -> None:
        if self._wall.user is not None:
            self._wall.user.pauses.resume()

    def closed(self, context: Context) -> tuple[str, ...]:  # noqa: ARG002  # the wall is always there
        return ()

    def prepare(self, work: Work) -> None:
        """The program that ran before may have posted a moment ago: posts keep their distance to that one, too."""
        if self._recalled:
            return
        with work.look() as context:
            unit = context.unit
            begun = [row.sending_at for row in unit.outbox.stranded(self.name)]
            for at in (*begun, unit.posts.latest_at()):
                if at is not None:
                    self._wall.posted((context.now - at).total_seconds())
        self._recalled = True

    def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
        if delivery.kind in ("edit_post", "delete_post"):
            return self._pack_correction(context, delivery)
        if delivery.kind == "verify":
            suggestion = context.unit.suggestions.get(delivery.number or 0)
            if suggestion is None:
                return None
            return Parcel(delivery, Verification(suggestion, int(delivery.payload["post_id"])))
        started = publication.start(context, delivery)
        if started is None:
            return None
        others = context.unit.suggestions.published_ids(started.owner_id, started.received_at)
        rivals = suggest.rivals(context, started.author_id)
        return Parcel(delivery, Publication(started, others, rivals, joint.pieces_of(context, started)))

    @staticmethod
    def _pack_correction(context: Context, delivery: Delivery) -> Parcel | None:
        suggestion = context.unit.suggestions.get(delivery.number or 0)
        if suggestion is None:
            return None
        text = str(delivery.payload["text"]) if delivery.kind == "edit_post" else None
        correction = Correction(int(delivery.payload["post_id"]), text, compose(suggestion).signed)
        return Parcel(delivery, correction)

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        outcomes = []
        for parcel in parcels:
            with self._attempts.timed(parcel.delivery):
                outcomes.append(self._send(parcel))
        return outcomes

    def _send(self, parcel: Parcel) -> Outcome:
        try:
            if isinstance(parcel.contents, Verification):
                return Refused("by_hand") if self._by_hand() else self._verify(parcel.contents)
            if isinstance(parcel.contents, Correction):
                return Refused("by_hand") if self._by_hand() else self._correct(parcel.contents)
            if parcel.delivery.payload.get("mode") == "community":
                return self._publish_new(parcel.delivery, parcel.contents.suggestion)
            if parcel.contents.suggestion.origin is not Origin.WALL:
                return self._publish_made(parcel.delivery, parcel.contents)
            if self._by_hand():
                return Refused("by_hand")
            return self._publish(parcel.delivery, parcel.contents)
        except VkError as error:
            if error.executed is False and self._by_hand():
                return Refused("by_hand")  # the key was found dead while it was being used
            return outcome_of(error)

    def _publish(self, delivery: Delivery, publication: Publication) -> Outcome:
        """Read, compare, publish. Reading may fail without harm: nothing has left yet."""
        suggestion = publication.suggestion
        records = self._wall.read([suggestion.post_id, *map(_stands_as, publication.on_the_wall)], urgent=True)
        seen = records.get(suggestion.post_id)
        if not isinstance(seen, WallSuggested):
            return self._not_waiting(publication, seen)
        if not same_content(suggestion.content, seen.content):
            return Refused("changed", found=seen)
        changed = _changed_piece(publication, records)
        if changed is not None:
            return Refused("piece_changed", found=changed)
        if compose(suggestion).too_long:
            return Refused("post_too_long")
        attachments = self._with_photos_of_others(delivery, publication)
        if not isinstance(attachments, tuple):
            return attachments
        post = compose(replace(suggestion, edited_attachments=attachments))
        if post.left_out:
            return Refused("attachment_unknown")  # a person decides; nothing goes out poorer than it was approved
        try:
            post_id = self._wall.publish_suggestion(
                suggestion.post_id, post.text, attachments, signed=post.signed, guid=guid_of(delivery)
            )
        except VkError as error:
            return self._after_failure(publication, error)
        return Sent({"post_id": post_id})

    def _publish_new(self, delivery: Delivery, suggestion: Suggestion) -> Outcome:
        """The same words as a new post with the community's own key, because a moderator chose so.

        This key cannot read the wall: what came out is compared with what was wanted when its event arrives.
        """
        post = compose(suggestion)
        if post.too_long:
            return Refused("post_too_long")
        attachments = suggestion.for_publication.attachments
        post_id = self._wall.publish_new(post.text, attachments, guid=guid_of(delivery))
        return Sent({"post_id": post_id, "new": True})

    def _publish_made(self, delivery: Delivery, publication: Publication) -> Outcome:
        """A post that no suggestion stands behind: its photos first, then the post. Without an editor's key only
        what needs none goes out, with the community's."""
        suggestion = publication.suggestion
        post = compose(suggestion)
        if post.too_long:
            return Refused("post_too_long")
        if post.left_out:
            return Refused("attachment_unknown")
        if self._by_hand() or self._photos is None:
            return Refused("by_hand") if suggestion.photos_to_upload else self._publish_new(delivery, suggestion)
        changed = _changed_piece(publication, self._wall.read(list(map(_stands_as, publication.on_the_wall))))
        if changed is not None:
            return Refused("piece_changed", found=changed)
        attachments = self._uploaded(self._photos, delivery, publication, suggestion.for_publication.attachments)
        if not isinstance(attachments, tuple):
            return attachments
        post_id = self._wall.publish_made(post.text, attachments, guid=guid_of(delivery))
        return Sent({"post_id": post_id})

    def _with_photos_of_others(
        self, delivery: Delivery, publication: Publication
    ) -> tuple[Attachment, ...] | Outcome:
        """What the suggestion goes out with; VK has its own photos, those of other news are uploaded first."""
        suggestion = publication.suggestion
        attachments = suggestion.for_publication.attachments
        own = {one.identity for one in suggestion.content.attachments}
        theirs = {one.identity for piece in publication.pieces for one in piece.attachments} - own
        foreign = [one for one in attachments if one.kind == "photo" and one.identity in theirs]
        if not foreign:
            return attachments
        if self._photos is None:
            return Refused("by_hand")
        uploaded = self._uploaded(self._photos, delivery, publication, foreign)
        if not isinstance(uploaded, tuple):
            return uploaded
        fresh = dict(zip((one.identity for one in foreign), uploaded, strict=True))
        return tuple(fresh.get(one.identity, one) for one in attachments)

    def _uploaded(
        self, photos: WallPhotos, delivery: Delivery, publication: Publication, attachments: Sequence[Attachment]
    ) -> tuple[Attachment, ...] | Outcome:
        """The attachments with every photo as one of the wall; or why not, and nothing is published then."""
        try:
            return tuple(self._of_wall(photos, delivery, publication, one) for one in attachments)
        except PhotoUnavailable as fault:
            return RetryLater(fault.reason) if fault.passing else Refused(fault.reason)
        except VkError as error:
            outcome = outcome_of(error)
            return RetryLater(outcome.reason, code=outcome.code) if isinstance(outcome, Uncertain) else outcome

    def _of_wall(
        self, photos: WallPhotos, delivery: Delivery, publication: Publication, attachment: Attachment
    ) -> Attachment:
        source = publication.source_of(attachment)

        def refresh(photo: Attachment) -> Attachment | None:
            return of_messages(self._wall.group, source.behind or {}).get(photo.identity)

        [uploaded] = photos.uploaded(str(delivery.id), [attachment], refresh, post=_post_of(source))
        return uploaded

    def _after_failure(self, publication: Publication, error: VkError) -> Outcome:
        outcome = outcome_of(error)
        if error.executed is None or error.verdict.remedy not in _AMBIGUOUS:
            return outcome
        try:
            seen = self._wall.read_suggestion(publication.suggestion.post_id)
            return outcome if isinstance(seen, WallSuggested) else self._not_waiting(publication, seen)
        except VkError:
            return Uncertain(error.verdict.reason, getattr(error, "code", None))

    def _not_waiting(self, publication: Publication, seen: object) -> Outcome:
        """The suggestion is no suggestion any more: somebody published it, or it is gone."""
        if isinstance(seen, WallPublished):
            return Sent({"post_id": seen.post_id, "by_hand": True})
        newest = [post for post in self._wall.newest(NEWEST) if post.post_id not in publication.others]
        found = matching.made_by_hand_of(newest, publication.suggestion, lambda: publication.rivals)
        if found is not None:
            return Sent({"post_id": found.post_id, "by_hand": True})
        later = matching.made_by_hand_of(self._wall.postponed(), publication.suggestion, lambda: publication.rivals)
        return Refused("gone") if later is None else Refused("postponed", found=later)

    def _verify(self, proof: Verification) -> Outcome:
        seen = self._wall.read([proof.post_id]).get(proof.post_id)
        if not isinstance(seen, WallPublished):
            return Refused("post_not_found")
        return Sent({"post": seen})

    def _correct(self, wanted: Correction) -> Outcome:
        """Change or delete a post and read it back. Both say the same every time, so they may be repeated."""
        seen = self._wall.read([wanted.post_id]).get(wanted.post_id)
        if wanted.text is None:
            if isinstance(seen, WallPublished):
                self._wall.delete(wanted.post_id)
                seen = self._wall.read([wanted.post_id]).get(wanted.post_id)
            return RetryLater("not_sent") if isinstance(seen, WallPublished) else Sent({})
        if not isinstance(seen, WallPublished):
            return Refused("post_not_found")
        if references(seen.content.attachments)[1]:
            return Refused("attachment_unknown")  # it would be lost
        signature_goes = seen.signer_id is not None and not wanted.signed
        if signature_goes or not same_content(seen.content.with_text(wanted.text), seen.content):
            self._wall.edit_post(wanted.post_id, wanted.text, seen.content.attachments, signed=wanted.signed)
            seen = self._wall.read([wanted.post_id]).get(wanted.post_id)
        if not isinstance(seen, WallPublished) or comparable(seen.content.text) != comparable(wanted.text):
            return RetryLater("not_sent")
        return Sent({"post": seen})

    def look(self, parcel: Parcel, now: datetime) -> Outcome | None:
        """Whether the post is out. It is not when the suggestion still waits and no call is under way."""
        if isinstance(parcel.contents, Verification | Correction):
            return RetryLater("interrupted", 0.0, counts=False)
        publication: Publication = parcel.contents
        since = parcel.delivery.sending_at or parcel.delivery.created_at
        made = publication.suggestion.origin is not Origin.WALL
        try:
            seen = None if made else self._wall.read_suggestion(publication.suggestion.post_id)
            newest = self._wall.newest(NEWEST)
        except VkError:
            return None
        if isinstance(seen, WallPublished):
            return Sent({"post_id": seen.post_id})
        ours = (post for post in newest if self._is_ours(post, publication, since))
        found = min(ours, key=lambda post: (post.at, post.post_id), default=None)
        if found is not None:
            return Sent({"post_id": found.post_id})
        nothing = self._none_alike(newest, publication, since) if made else isinstance(seen, WallSuggested)
        return _not_sent(parcel.delivery) if nothing and self._attempts.over(parcel.delivery, now) else None

    def _none_alike(self, newest: Sequence[WallPublished], publication: Publication, since: datetime) -> bool:
        """Whether the wall shows nothing that could be a post made for this; one that only resembles it is for a
        person to judge."""
        fresh = [post for post in newest if self._is_fresh(post, publication, since)]
        return not any(matching.resembles(post, publication.suggestion) for post in fresh)

    @staticmethod
    def _is_fresh(post: WallPublished, publication: Publication, since: datetime) -> bool:
        return post.at >= since - matching.CLOCK_SLACK and post.post_id not in publication.others

    def _is_ours(self, post: WallPublished, publication: Publication, since: datetime) -> bool:
        fresh = self._is_fresh(post, publication, since)
        return fresh and matching.is_publication_of(post, publication.suggestion)


def _not_sent(delivery: Delivery) -> RetryLater:
    """VK failed and certainly published nothing. A frozen account answers so every time: soon people must know."""
    wait = FAILING_DELAYS[min(delivery.attempts, len(FAILING_DELAYS)) - 1]
    reason = "not_sent" if delivery.attempts < len(FAILING_DELAYS) else "keeps_failing"
    return RetryLater(reason, wait, counts=False)


def guid_of(delivery: Delivery) -> str:
    """The same for every attempt at one publication; VK may refuse a repetition by it, which is not relied on."""
    return f"okmo-{delivery.number}-{delivery.id}"
