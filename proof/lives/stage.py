"""What the players of one life share: the desk, the dice, and what has happened so far."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.handlers.world import World


@dataclass
class Stage:
    """``trouble``: the share of requests that go wrong; 0 once a life settles.  ``steps``: what happened, in order.

    ``key_dead``: VK takes nothing from the editor's key.  ``left``: news whose copies a person left standing in a
    network although the post is gone from VK.
    """

    dice: random.Random
    world: World
    trouble: float
    steps: list[str] = field(default_factory=list)
    key_dead: bool = False
    left: set[int] = field(default_factory=set)

    def note(self, *what: object) -> None:
        """Add a step, with its moment."""
        moment = f"{self.world.now:%m-%d %H:%M}"
        self.steps.append(" | ".join((moment, *map(str, what))))

    def chance(self, share: float) -> bool:
        """Throw the dice: true in so many of all cases."""
        return self.dice.random() < share
