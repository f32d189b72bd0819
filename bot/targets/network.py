"""What the networks have in common as targets: which deliveries they take, when they rest, what a fault means.

::

    pack: row ──▶ Copy (story, part, what stands there)      in the unit that claims the row
    send: publish | edit | remove                             one request's worth, four outcomes
    look: find                                                what became of an uncertain one, by reading

A subclass is one file: it renders (pure), sends, edits, removes and looks up, and decides nothing else.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ClassVar, Final, Self

import structlog

from bot.config import Settings
from bot.media import File, Fit, Media, MediaUnavailable
from bot.targets.base import Parcel, Standstill
from bot.vk.client import VkClient
from bot.work import Work
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent
from editorial.networks import Network, Part, Placed, Reach, Story
from editorial.suggestion import Attachment
from handlers import crosspost
from handlers.context import Context

log = structlog.get_logger("network")

#: Reasons for which a network is left alone until somebody acts, and for how long before a careful try, seconds.
CLOSING: Final[Mapping[str, float]] = {
    "key_dead": 1800.0,
    "no_rights": 1800.0,
    "chat_gone": 1800.0,
    "gone_for_good": 86_400.0,
}
#: A file that cannot be had is waited for in so many attempts, a minute and a half; then the post goes with a link.
MEDIA_ATTEMPTS: Final = 6
_WAITED_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Copy:
    """A claimed delivery to a network.

    ``part`` is the part to be sent or edited into place; None when it is to be removed.  ``placed`` is what
    stands there already under this part's number, ``before`` the earlier parts of the same story, by their number.
    """

    network: Network
    story: Story
    part: Part | None
    index: int
    placed: Placed | None = None
    before: Mapping[int, Placed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Health:
    """What ``check`` and ``status`` tell of a network: ``ok``, or a stable word and a detail for people."""

    ok: bool
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Supplies:
    """What the program has for its networks: the files of posts, and both clients of VK."""

    media: Media
    user: VkClient
    group: VkClient


class Files:
    """The files of posts, as long as there is the patience to wait for one that cannot be had now.

    A post whose file stays away holds up all that follow it in its network: when the patience is over, such a file
    is as good as gone, and the target names it with a link. A full disk of our own is no fault of the file.
    """

    def __init__(self, media: Media) -> None:
        self._media = media
        #: Attempts in vain, by delivery.
        self._waited: dict[int, int] = {}
        self._for = 0
        self.patient = True

    def wanted_for(self, delivery: Delivery) -> None:
        """What is asked for from now on is for this delivery; an attempt of its own begins."""
        self._for = delivery.id
        self.patient = self._waited.get(delivery.id, 0) < MEDIA_ATTEMPTS - 1

    def get(self, attachment: Attachment, owner_id: int, post_id: int | None) -> File:
        """Raises MediaUnavailable."""
        try:
            return self._media.get(attachment, owner_id, post_id)
        except MediaUnavailable as fault:
            if fault.reason == "disk" or not fault.passing:
                raise
            if self.patient:
                self._waited[self._for] = self._waited.pop(self._for, 0) + 1
                if len(self._waited) > _WAITED_KEPT:
                    del self._waited[next(iter(self._waited))]
                raise
            raise MediaUnavailable(fault.reason, passing=False) from None

    def fitted(self, file: File, fit: Fit) -> File:
        """Raises MediaUnavailable."""
        return self._media.fitted(file, fit)


class NetworkTarget(ABC):
    """Target of one network, or of several of one kind.

    A subclass in a file of :mod:`bot.targets` is found by itself; what it imports is loaded as soon as any
    network is switched on, so heavy libraries are imported where they are used.
    """

    name: ClassVar[str]
    batch = 1

    def __init__(self, media: Media) -> None:
        self.media = Files(media)
        self._rest_until = 0.0
        self._rest_reason = ""

    # -- what a network has to say ---------------------------------------------------------------------------

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: Settings, supplies: Supplies) -> Self | None:
        """The target these settings switch on; None when they do not. Calls nobody."""

    @property
    @abstractmethod
    def networks(self) -> tuple[Network, ...]:
        """What this target serves."""

    @abstractmethod
    def render(self, story: Story, network: Network) -> tuple[Part, ...]:
        """The story in as many parts as the network needs. Pure: no network, no clock, no files."""

    @abstractmethod
    def publish(self, copy: Copy, delivery: Delivery) -> Outcome:
        """Put the part there.  ``Sent`` carries ``{"ids": [str, …], "link": str | None}`` and what editing and
        removing need later; ``notes`` in it are added to those of the part."""

    @abstractmethod
    def edit(self, copy: Copy, delivery: Delivery) -> Outcome:
        """Make what stands there (``copy.placed``) say the part; ``Refused("cannot_edit")``: it forbids."""

    @abstractmethod
    def remove(self, copy: Copy, delivery: Delivery) -> Outcome:
        """Take away what stands there; gone already is ``Sent``.  ``Refused("cannot_remove")``: it forbids."""

    @abstractmethod
    def find(self, copy: Copy, delivery: Delivery, now: datetime) -> Outcome | None:
        """What became of an uncertain ``publish``, by reading the network; None: it cannot be told (yet)."""

    @abstractmethod
    def health(self) -> Health:
        """Whether the key is good and may post there; reads only."""

    def keep_alive(self) -> None:  # noqa: B027
        """Called about once a day, for a key that dies of disuse. Never raises for what the network does."""

    def reach(self, network: Network, placed: Placed) -> Reach | None:  # noqa: ARG002
        """How far the post got; None where the network does not tell."""
        return None

    # -- the same for all ------------------------------------------------------------------------------------

    def standstill(self) -> Standstill | None:
        left = self._rest_until - time.monotonic()
        return Standstill(left, self._rest_reason) if left > 0 else None

    def rest(self, seconds: float, reason: str) -> None:
        """Call nothing for so long."""
        self._rest_until = max(self._rest_until, time.monotonic() + seconds)
        self._rest_reason = reason

    def resume(self) -> None:
        self._rest_until = 0.0

    def closed(self, context: Context) -> tuple[str, ...]:
        paused = crosspost.paused_networks(context)
        return tuple(network.destination for network in self.networks if network.key in paused)

    def prepare(self, work: Work) -> None:  # noqa: B027
        """Nothing to learn."""

    def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
        network = next((one for one in self.networks if one.key == delivery.payload.get("network")), None)
        if network is None:
            return None
        wanted = crosspost.wanted(context, delivery)
        if wanted is None:
            return None
        parts = self._rendered(wanted.story, network)
        index = int(delivery.payload.get("part", 0))
        part = parts[index] if delivery.kind != "remove" and index < len(parts) else None
        return Parcel(delivery, Copy(network, wanted.story, part, index, wanted.placed, wanted.before))

    def _rendered(self, story: Story, network: Network) -> tuple[Part, ...]:
        """A story that cannot be rendered is refused, and does not stop the others."""
        try:
            return self.render(story, network)
        except Exception:
            log.exception("not_rendered", network=network.key, suggestion=story.number)
            return ()

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        return [self._heed(self._one(parcel)) for parcel in parcels]

    def _one(self, parcel: Parcel) -> Outcome:
        copy: Copy = parcel.contents
        self.media.wanted_for(parcel.delivery)
        match parcel.delivery.kind:
            case "post" if copy.part is not None:
                stands = self._stands_all_the_same(copy, parcel.delivery)
                return _noted(stands or self.publish(copy, parcel.delivery), copy.part)
            case "edit" if copy.part is not None and copy.placed is not None:
                return _noted(self.edit(copy, parcel.delivery), copy.part)
            case "remove" if copy.placed is not None:
                return self.remove(copy, parcel.delivery)
        return Refused("nothing_to_send")

    def _stands_all_the_same(self, copy: Copy, delivery: Delivery) -> Sent | None:
        """What a person has sent again although it is there: what nobody could read then may be read now.

        What looking for it has uploaded is kept by the target for the publication that follows.
        """
        asked_since = crosspost.asked_since(delivery)
        if asked_since is None:
            return None
        earlier = replace(delivery, created_at=asked_since, sending_at=asked_since)
        found = self.find(copy, earlier, datetime.now(UTC))
        return found if isinstance(found, Sent) else None

    def _heed(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, RetryLater):
            seconds = CLOSING.get(outcome.reason) or (outcome.seconds if not outcome.counts else None)
            if seconds:
                self.rest(seconds, outcome.reason)
        return outcome

    def look(self, parcel: Parcel, now: datetime) -> Outcome | None:
        """Edits and removals say the same every time, so they are simply made again; a post is looked for."""
        copy: Copy = parcel.contents
        if parcel.delivery.kind != "post":
            return RetryLater("interrupted", 0.0, counts=False)
        if copy.part is None:
            return None
        self.media.patient = False  # what is not here now did not go along, or went and is kept
        return self.find(copy, parcel.delivery, now)


def _noted(outcome: Outcome, part: Part) -> Outcome:
    """What could not go along as it is was said by the rendering, or showed itself while sending."""
    if not isinstance(outcome, Sent):
        return outcome
    notes = dict.fromkeys((*part.notes, *(outcome.result.get("notes") or ())))
    return Sent({**outcome.result, "notes": list(notes)})
