"""How the time something takes grows with the size of what it is given: no limit in seconds, which is the machine's."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

TIMES_LARGER = 4
#: Four times as much takes about four times as long when the way is straight, sixteen times when all is compared with all.
STRAIGHT = 10.0


#: A machine that is busy with other things is asked so often before what it says is believed.
_ASKED: Final = 3


def growth(act: Callable[[int], object], size: int) -> float:
    """How many times longer ``act`` takes with four times the size: the lesser of two tries of each, in own time."""
    least = float("inf")
    for _ in range(_ASKED):
        least = min(least, _least(act, size * TIMES_LARGER) / _least(act, size))
        if least < STRAIGHT:
            break
    return least


def _least(act: Callable[[int], object], size: int) -> float:
    return min(_seconds(act, size) for _ in range(2))


def _seconds(act: Callable[[int], object], size: int) -> float:
    began = time.thread_time()
    act(size)
    return time.thread_time() - began
