"""Attachments dropped and put in another order; pure functions of the list and a place in it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

Thing = TypeVar("Thing")


class Move(StrEnum):
    """What can be done with one of the attachments."""

    DROP = "drop"
    FIRST = "first"
    EARLIER = "earlier"
    LATER = "later"


def moves_for(place: int, count: int) -> tuple[Move, ...]:
    """What would change something for the attachment at this place (from 0) of so many."""
    possible = {
        Move.DROP: True,
        Move.FIRST: place > 1,
        Move.EARLIER: place > 0,
        Move.LATER: place < count - 1,
    }
    return tuple(move for move, changes in possible.items() if changes)


def arranged(things: Sequence[Thing], place: int, move: Move) -> tuple[Thing, ...]:
    """The list after the move. Raises IndexError for a place that is not there."""
    rest = list(things)
    thing = rest.pop(place)
    match move:
        case Move.DROP:
            pass
        case Move.FIRST:
            rest.insert(0, thing)
        case Move.EARLIER:
            rest.insert(max(place - 1, 0), thing)
        case Move.LATER:
            rest.insert(place + 1, thing)
    return tuple(rest)
