"""Copies of a post in other networks: which are wanted, what stands there, what follows from an outcome.

A copy is a row for each network and part; what leaves for it is an outbox row like everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from editorial.delivery import Delivery
from editorial.networks import Placed, Story
from handlers.context import Context


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a delivery to a network is to bring about: the story, what stands there, and its earlier parts."""

    story: Story
    placed: Placed | None = None
    before: Mapping[int, Placed] = field(default_factory=dict)


def wanted(context: Context, delivery: Delivery) -> Wanted | None:  # noqa: ARG001
    """What is to be sent for a delivery to a network; None when nothing is left to send.

    In the unit that claims the delivery one that is not wanted any more is taken out of the outbox.
    """
    return None


def paused_networks(context: Context) -> frozenset[str]:
    """Keys of the networks somebody paused."""
    return frozenset(context.unit.settings.get("paused_networks") or ())
