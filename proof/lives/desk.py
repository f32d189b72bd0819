"""What the running program does all the time, step by step and in one process: the comparison, the couriers, the
clock, the look at its own posts.  Between any two steps it may die.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from bot.media import Media
from bot.sweep import store
from bot.targets.attempts import Attempts
from bot.targets.base import Parcel
from bot.targets.vk_wall import VkWall
from editorial.delivery import Delivery, Sent, Uncertain
from handlers import (
    alarms,
    crosspost,
    digest,
    duplicates,
    outcomes,
    publication,
    reconcile,
    reminders,
)
from handlers.context import Context
from handlers.crosspost import Wanted
from proof.lives.networks import ModelNetworks
from proof.lives.stage import Stage
from proof.lives.wall import ModelWall

#: As many posts are read at once.
PAGE: Final = 100
#: As much is sent by one courier in one go.
AT_ONCE: Final = 30
#: What is due by the clock, and what is done then.
BY_THE_CLOCK: Final[tuple[tuple[Callable[[Context], Any], Callable[[Context], Any]], ...]] = (
    (publication.has_missed, publication.replan_after_gap),
    (publication.is_over, publication.expire_what_is_over),
    (digest.to_make, digest.make_due),
    (reminders.due, reminders.remind),
)


class Desk:
    """``meanwhile``: something else that happens while a request is on its way."""

    def __init__(
        self, stage: Stage, wall: ModelWall, networks: ModelNetworks, meanwhile: Callable[[], None]
    ) -> None:
        self.stage = stage
        self.world = stage.world
        self.wall = wall
        self.networks = networks
        self._meanwhile = meanwhile
        self._target = self._begun()

    def _begun(self) -> VkWall:
        """The target of a program that has just started."""
        attempts = Attempts(self.world.now)
        media = Media(Path("media"), refresh=lambda _owner, _post: {})  # never used: no key uploads here
        return VkWall(self.wall, media, by_hand=lambda: self.stage.key_dead, attempts=attempts)

    # --- what comes in

    def hear(self, *, all_of_it: bool = False) -> None:
        """Events that were on their way arrive, not all and not in order."""
        waiting, self.wall.events = self.wall.events, []
        for event in waiting:
            if all_of_it or self.stage.chance(0.7):
                self.world.happens(event)
            else:
                self.wall.events.append(event)

    def compare(self) -> None:
        """The queue is compared with VK."""
        listed = self.wall.listed()
        with self.world.look() as context:
            news = reconcile.worth_storing(context, listed)
        with self.world.unit() as context:
            reconcile.compare(context, news)
        with self.world.look() as context:
            missing = reconcile.missing(context, listed)
        newest = self.wall.latest(PAGE)
        for lost in missing:
            with self.world.unit() as context:
                reconcile.gone(context, lost.number, newest, self.wall.postponed())
        with self.world.look() as context:
            unnoticed = reconcile.unnoticed(context, newest)
        with self.world.unit() as context:
            for post in unnoticed:
                duplicates.wall_has(context, post)
        self.world.deliver()

    def sweep(self) -> None:
        """Posts that are due are read again."""
        with self.world.look() as context:
            due = context.unit.posts.due(self.world.now, PAGE)
        if not due:
            return
        ids = [post.post_id for post in due if post.post_id]
        found = {post_id: self.wall.posts[post_id] for post_id in ids if post_id in self.wall.posts}
        deleted = frozenset(ids) - found.keys()
        with self.world.unit() as context:
            store(context, due, found, deleted)
        if deleted:
            self.stage.note("sees deleted", sorted(deleted))
        self.world.deliver()

    def clock(self) -> None:
        """What is due by the clock is done."""
        for is_due, act in BY_THE_CLOCK:
            with self.world.look() as context:
                found = is_due(context)
            if found:
                with self.world.unit() as context:
                    act(context)
        self.world.deliver()

    # --- what goes to the wall

    def publish(self) -> None:
        """The courier of the wall: first what is in doubt, then what is due."""
        self._look_at_the_wall()
        for _ in range(AT_ONCE):
            begun = self._claim()
            if begun is None:
                break
            if begun and not self._send(begun):
                break
        self.world.deliver()

    def _look_at_the_wall(self) -> None:
        with self.world.look() as context:
            stranded = context.unit.outbox.stranded("vk_wall")
        for delivery in stranded:
            with self.world.look() as context:
                parcel = self._target.pack(context, delivery)
            if parcel is None:
                continue
            outcome = self._target.look(parcel, self.world.now + timedelta(minutes=1))
            if outcome is not None:
                self.stage.note("looks", delivery.number, delivery.kind, outcome)
                with self.world.unit() as context:
                    outcomes.apply(context, delivery, outcome)
            elif self.stage.chance(0.1) or not self.stage.trouble:
                with self.world.unit() as context:
                    outcomes.undecidable(context, delivery)

    def _claim(self) -> list[Parcel] | None:
        """What begins to be published; empty when nothing is left of what was due, None when nothing is due."""
        now = self.world.now
        with self.world.unit() as context:
            due = context.unit.outbox.next_due("vk_wall")
            if due is None or due > now:
                return None
            claimed = context.unit.outbox.claim("vk_wall", now, 1)
            return [parcel for one in claimed if (parcel := self._target.pack(context, one)) is not None]

    def _send(self, parcels: list[Parcel]) -> bool:
        """False: the courier goes no further now."""
        if self.stage.chance(self.stage.trouble / 2):
            self._die_with(parcels)
            return False
        results = self._target.send(parcels)
        for parcel, outcome in zip(parcels, results, strict=True):
            delivery = parcel.delivery
            told = outcome.result.get("post_id", "proven") if isinstance(outcome, Sent) else outcome
            self.stage.note("wall", delivery.number, delivery.kind, told)
            if self.stage.chance(0.3):
                self.hear()
            with self.world.unit() as context:
                outcomes.apply(context, delivery, outcome)
        return not any(isinstance(outcome, Uncertain) for outcome in results)

    def _die_with(self, parcels: list[Parcel]) -> None:
        """The program dies before or after the call, and starts again; what became of the call is not written."""
        after = self.stage.chance(0.5)
        if after:
            self._target.send(parcels)
        self.stage.note("dies", "after" if after else "before", [parcel.delivery.number for parcel in parcels])
        self._target = self._begun()
        with self.world.unit() as context:
            context.unit.outbox.recover(self.world.now)
            publication.replan_after_gap(context)

    # --- what goes to the networks

    def crosspost(self) -> None:
        """The couriers of the networks, one after the other."""
        for key in self.networks.readers:
            target = key.partition(".")[0]
            self._look_at(key, target)
            for _ in range(AT_ONCE):
                with self.world.unit() as context:
                    paused = crosspost.paused_networks(context)
                    closed = tuple(one.destination for one in context.desk.networks if one.key in paused)
                    claimed = context.unit.outbox.claim(target, self.world.now, 1, closed)
                    packed = [(delivery, crosspost.wanted(context, delivery)) for delivery in claimed]
                if not claimed:
                    break
                for delivery, wanted in packed:
                    if wanted is not None:
                        self._send_there(key, delivery, wanted)
        self.world.deliver()

    def _look_at(self, key: str, target: str) -> None:
        with self.world.look() as context:
            stranded = context.unit.outbox.stranded(target)
        for delivery in stranded:
            outcome = self.networks.looked_for(delivery)
            self.stage.note(key, "looks", delivery.number, delivery.payload.get("part"), delivery.kind, outcome)
            with self.world.unit() as context:
                if outcome is None:
                    outcomes.undecidable(context, delivery)
                else:
                    outcomes.apply(context, delivery, outcome)

    def _send_there(self, key: str, delivery: Delivery, wanted: Wanted) -> None:
        disturbed = bool(self.stage.trouble)
        if disturbed and self.stage.chance(0.1):
            self._meanwhile()
        outcome = self.networks.arrives(delivery, wanted)
        self.stage.note(key, delivery.number, delivery.payload.get("part"), delivery.kind, outcome)
        if disturbed and self.stage.chance(0.1):
            self._meanwhile()
        if disturbed and self.stage.chance(0.04):
            self.stage.note("dies with", delivery.number)
            with self.world.unit() as context:
                context.unit.outbox.recover(self.world.now)
            return
        with self.world.unit() as context:
            outcomes.apply(context, delivery, outcome)
            alarms.heed(context, delivery.target, [outcome], [delivery])
