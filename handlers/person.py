"""Who acts on a card, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A person who pressed or wrote; ``cmid`` is the message they pressed on or wrote."""

    user_id: int
    peer_id: int
    cmid: int | None
