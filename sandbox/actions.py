"""The actions of `POST /sandbox/do`: what people do in the world, and what a tester does to it.

Each action is a function of the world and the request, in a file of `deeds/`; it never does what the bot should do
itself.
"""

from __future__ import annotations

import sandbox.deeds.community
import sandbox.deeds.conversations
import sandbox.deeds.posts
import sandbox.deeds.tester  # noqa: F401  actions register themselves
from sandbox.deeds.table import ACTIONS
from sandbox.records import Json
from sandbox.world import World


def do(world: World, body: Json) -> Json:
    """Carries an action out. Raises ValueError with a sentence about what is wrong."""
    name = body.get("action")
    if name not in ACTIONS:
        raise ValueError(f"no action {name!r}; known: {', '.join(sorted(ACTIONS))}")
    with world.lock:
        try:
            return ACTIONS[name](world, body)
        except KeyError as fault:
            raise ValueError(f"{name}: {fault} is missing or unknown") from fault
        except (TypeError, AttributeError) as fault:
            raise ValueError(f"{name}: {fault}") from fault
