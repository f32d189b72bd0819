"""The courier and deliveries whose fate is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot import courier as couriers
from bot.courier import Courier
from bot.targets.base import Parcel, Standstill
from bot.work import Work, utc_now
from editorial.delivery import Delivery, NewDelivery, Outcome, RetryLater, Sent, State, Uncertain
from editorial.networks import CopyState, NetworkCopy
from editorial.suggestion import Content
from handlers.context import Context
from storage.migrate import upgrade
from storage.suggestions import NewSuggestion
from storage.unit import Storage
from tests.handlers.world import a_desk


@dataclass
class Place:
    """A network that answers what it is told to; ``did`` is what was asked of it."""

    sends: list[Outcome]
    looks: list[Outcome | None]
    did: list[str] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    name: str = "place"
    batch: int = 1

    def standstill(self) -> Standstill | None:
        return None

    def closed(self, context: Context) -> tuple[str, ...]:
        return ()

    def prepare(self, work: Work) -> None:
        """Nothing to learn."""

    def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
        return Parcel(delivery, None)

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        self.did.append("send")
        self.sent += [parcel.delivery.id for parcel in parcels]
        return [self.sends.pop(0) for _ in parcels]

    def look(self, parcel: Parcel, now: datetime) -> Outcome | None:
        self.did.append("look")
        return self.looks.pop(0)

    def resume(self) -> None:
        """It never rests."""


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    storage = Storage.open(f"sqlite:///{tmp_path / 'okmo.db'}")
    upgrade(storage)
    yield Work(storage, a_desk(), utc_now)
    storage.close()


def test_t19_each_attempt_in_doubt_is_looked_for_from_the_beginning(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pauses between looks grow; those of an earlier attempt must not delay the first look for a later one."""
    monkeypatch.setattr(couriers, "LOOK_DELAYS", (0.0, 0.0, 3600.0))
    not_sent = RetryLater("not_sent", 0.0, counts=False)
    place = Place([Uncertain("no_answer"), Uncertain("no_answer")], [None, None, not_sent, Sent()])
    courier = Courier(place, work)
    with work.begin("test") as context:
        context.unit.outbox.add(NewDelivery("place", "place", "ping", None, {}), context.now)

    for _ in range(6):
        courier.step()

    assert place.did == ["send", "look", "look", "look", "send", "look"]


def test_a_fault_of_our_own_while_sending_leaves_the_delivery_in_doubt(work: Work) -> None:
    """Nobody knows how far it came, so it is looked for and not simply sent again."""

    class Clumsy(Place):
        def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
            super().send(parcels)
            raise KeyError("ids")

    place = Clumsy([Sent()], [Sent()])
    courier = Courier(place, work)
    with work.begin("test") as context:
        id_ = context.unit.outbox.add(NewDelivery("place", "place", "ping", None, {}), context.now)
    courier.step()
    with work.look() as context:
        [doubtful] = context.unit.outbox.stranded("place")
    assert (doubtful.state, doubtful.error) == (State.UNCERTAIN, "program_fault")
    courier.step()
    assert place.did == ["send", "look"]
    with work.look() as context:
        settled = context.unit.outbox.get(id_)
    assert settled is not None
    assert settled.state is State.SENT


def test_what_cannot_be_read_stops_nobody_behind_it(work: Work) -> None:
    """One row of the outbox whose post nobody can make sense of: people see it, the next goes out."""

    class Choosy(Place):
        def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
            if delivery.kind == "strange":
                raise KeyError("text")
            return super().pack(context, delivery)

    courier = Courier(Choosy([Sent()], []), work)
    with work.begin("test") as context:
        strange, next_ = (
            context.unit.outbox.add(NewDelivery("place", "place", kind, None, {}), context.now)
            for kind in ("strange", "ping")
        )
    courier.step()
    courier.step()
    with work.look() as context:
        ends = [context.unit.outbox.get(one) for one in (strange, next_)]
    assert [(one.state, one.error) for one in ends if one] == [
        (State.REFUSED, "program_fault"),
        (State.SENT, None),
    ]


def test_a_look_that_stumbles_is_no_answer_and_stops_nobody_else(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "LOOK_DELAYS", (0.0,))

    class Stumbling(Place):
        def look(self, parcel: Parcel, now: datetime) -> Outcome | None:
            if super().look(parcel, now) is None:
                raise KeyError("items")
            return Sent()

    place = Stumbling([Uncertain("no_answer"), Sent()], [None, Sent()])
    courier = Courier(place, work)
    with work.begin("test") as context:
        doubtful, other = (
            context.unit.outbox.add(NewDelivery("place", where, "ping", None, {}), context.now)
            for where in ("one", "another")
        )
    for _ in range(3):
        courier.step()
    assert place.sent == [doubtful, other]
    with work.look() as context:
        ends = [context.unit.outbox.get(one) for one in (doubtful, other)]
    assert [one.state for one in ends if one] == [State.SENT, State.SENT]


def test_an_outcome_that_cannot_be_written_down_leaves_the_delivery_in_doubt_and_stops_nobody_else(
    work: Work,
) -> None:
    place = Place([Uncertain("no_answer"), Sent()], [cast("Outcome", "what?")])
    courier = Courier(place, work)
    with work.begin("test") as context:
        doubtful, other = (
            context.unit.outbox.add(NewDelivery("place", where, "ping", None, {}), context.now)
            for where in ("one", "another")
        )
    for _ in range(2):
        courier.step()
    assert place.sent == [doubtful, other]
    assert place.did.count("look") == 1
    with work.look() as context:
        ends = [context.unit.outbox.get(one) for one in (doubtful, other)]
    assert [one.state for one in ends if one] == [State.UNCERTAIN, State.SENT]


def test_nothing_is_looked_for_any_more_once_it_was_asked_to_stop(work: Work) -> None:
    place = Place([Uncertain("no_answer")], [None])
    courier = Courier(place, work)
    with work.begin("test") as context:
        context.unit.outbox.add(NewDelivery("place", "place", "ping", None, {}), context.now)
    courier.step()
    courier.stop()
    courier.step()
    assert place.did == ["send"]


def test_nothing_is_claimed_while_the_place_rests(work: Work) -> None:
    class Resting(Place):
        def standstill(self) -> Standstill | None:
            return Standstill(7.0, "flood")

    courier = Courier(Resting([], []), work)
    with work.begin("test") as context:
        context.unit.outbox.add(NewDelivery("place", "place", "ping", None, {}), context.now)
    assert not courier.step()
    assert courier.idle_seconds() == 7.0
    with work.look() as context:
        assert context.unit.outbox.counts()[State.WAITING] == 1


def test_a_person_is_asked_only_after_looking_for_a_while(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program was down for an hour: what was in hand when it died is looked for before anybody is asked.

    What is behind it in its place waits as long, so that the order stays.
    """
    monkeypatch.setattr(couriers, "LOOK_DELAYS", (0.0,))
    at = datetime.now(UTC)
    late = Work(work.storage, work.desk, lambda: at)
    place = Place([Sent(), Sent()], [None, None, RetryLater("not_sent", 0.0, counts=False)])
    with late.begin("test") as context:
        added = context.unit.suggestions.add(NewSuggestion(-1, 31, None, Content("Мост"), context.now), context.now)
        assert added is not None
        post = NewDelivery("place", "place", "post", added.number, {"network": "place", "part": 0})
        rows = [context.unit.outbox.add(post, context.now) for _ in range(2)]
        context.unit.copies.put(
            NetworkCopy(added.number, "place", 0, CopyState.WAITING, delivery=rows[0]), context.now
        )
        context.unit.outbox.claim("place", context.now, 1)
    at += timedelta(hours=1)
    courier = Courier(place, late)

    courier.step()
    at += timedelta(seconds=30)
    courier.step()
    assert place.did == ["look", "look"]
    courier.step()
    courier.step()

    assert place.did == ["look", "look", "look", "send", "send"]
    assert place.sent == rows
