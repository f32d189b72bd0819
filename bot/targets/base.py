"""What every place that something is delivered to must do.

A target renders and sends; it never decides what follows.  The courier keeps the order, commits ``sending``
before the first call and records the outcome after the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.work import Work
from editorial.delivery import Delivery, Outcome
from handlers.context import Context


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed delivery with all that is needed to send it, read in the unit that claimed it."""

    delivery: Delivery
    contents: Any


@dataclass(frozen=True, slots=True)
class Standstill:
    """Why nothing may be sent at present. ``seconds`` until a careful try; ``reason`` a stable word."""

    seconds: float
    reason: str


class Target(Protocol):
    """A place that something is delivered to."""

    @property
    def name(self) -> str:
        """The courier's name; deliveries carry it."""

    @property
    def batch(self) -> int:
        """How many deliveries may be sent together."""

    def standstill(self) -> Standstill | None:
        """Whether the target may be used now."""

    def closed(self, context: Context) -> tuple[str, ...]:
        """Destinations that cannot be delivered to yet; what is for them waits."""

    def prepare(self, work: Work) -> None:
        """Something is due: learn what its rendering needs. Outside any unit, may call the platform."""

    def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
        """What is to be sent, read from storage; None when there is nothing left to send.

        Runs in the unit that claims the delivery; a delivery that is not wanted any more is cancelled there.
        """

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Send; one outcome per parcel, in order. Never raises for what the platform does."""

    def look(self, parcel: Parcel, now: datetime) -> Outcome | None:
        """Find out what became of an uncertain delivery by reading the platform; None: cannot tell (yet)."""

    def resume(self) -> None:
        """Forget the pauses: somebody says that the cause is gone."""
