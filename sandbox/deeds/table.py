"""The table of actions by name, and what every request of one is read with."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.records import LEVELS, Json
from sandbox.world import World

Action = Callable[[World, Json], Json]
ACTIONS: dict[str, Action] = {}


def action(name: str) -> Callable[[Action], Action]:
    """Registers an action."""

    def register(deed: Action) -> Action:
        ACTIONS[name] = deed
        return deed

    return register


def group_of(body: Json) -> int:
    """The community the request is about, the bot's own unless it says."""
    return int(body.get("group_id", 1))


def staff(world: World, body: Json, least: str) -> int:
    """Who acts. Raises ValueError unless they are at least that in the community."""
    user_id = int(body["user_id"])
    if world.groups[group_of(body)].level(user_id) < LEVELS[least]:
        raise ValueError(f"person {user_id} is no {least}")
    return user_id
