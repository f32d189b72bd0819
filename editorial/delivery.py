"""A thing that leaves: what may come of a delivery, and what happens to it next.

There are four outcomes.  *Sent*: the platform has it, and we know under which id.  *RetryLater*: it was
certainly not taken, and may be tried again.  *Refused*: it was certainly not taken and never will be as it
is.  *Uncertain*: it may have been taken; it is settled by looking at the platform or by asking a person, and
is never simply sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    HELD = "held"
    CANCELLED = "cancelled"


#: Nothing more becomes of it.
FINISHED = frozenset({State.SENT, State.REFUSED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What a decision asks to be sent.

    ``target`` names the courier ("vk_messages", "vk_wall", …), ``destination`` the place within it
    whose order is kept (a peer id, a wall).  ``dedupe``: a waiting delivery with the same word is replaced,
    not doubled.
    ``due_at`` None: at once.  ``hold``: the word for why it is not to be tried yet (the author cannot be written
    to, wants no letters).
    """

    target: str
    destination: str
    kind: str
    number: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    dedupe: str | None = None
    hold: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox. ``attempts`` counts the one in hand."""

    id: int
    target: str
    destination: str
    kind: str
    number: int | None
    payload: dict[str, Any]
    state: State
    due_at: datetime
    attempts: int
    created_at: datetime
    sending_at: datetime | None = None
    done_at: datetime | None = None
    error: str | None = None
    error_code: str | None = None
    result: dict[str, Any] | None = None
    dedupe: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has it. ``result`` holds its ids."""

    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Certainly not taken.

    ``seconds`` None leaves the delay to :func:`after`; ``counts`` False: the delivery is not to
    blame; ``url``: where a person passes a check.
    """

    reason: str
    seconds: float | None = None
    code: int | None = None
    counts: bool = True
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not taken, and never will be as it is. ``found``: what was met on the platform instead."""

    reason: str
    code: int | None = None
    found: Any = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may have been taken."""

    reason: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """It cannot be delivered until the recipient does something; kept without trying."""

    reason: str
    code: int | None = None


Outcome = Sent | RetryLater | Refused | Uncertain | Hold


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the delivery. ``spared``: it waits, and the attempt does not count against it."""

    state: State
    due_at: datetime | None = None
    error: str | None = None
    code: int | None = None
    result: dict[str, Any] | None = None
    spared: bool = False


#: Seconds before the 2nd, 3rd, … attempt; afterwards the last one repeats.
DELAYS = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
#: The same while the other side is not reached: it costs little to knock once a minute, and whatever waits goes out
#: soon after the other side is back.
KNOCKS = DELAYS[:5]
#: After so many attempts that were its own fault, in about an hour, a delivery is given up, visibly.
MOST_ATTEMPTS = 18


def after(delivery: Delivery, outcome: Outcome, now: datetime, spared: int = 0) -> Verdict:
    """What becomes of ``delivery`` after an attempt that ended so; ``spared`` of its attempts did not count."""
    match outcome:
        case Sent(result):
            return Verdict(State.SENT, result=result)
        case Refused(reason, code, _):
            return Verdict(State.REFUSED, error=reason, code=code)
        case Uncertain(reason, code):
            return Verdict(State.UNCERTAIN, error=reason, code=code)
        case Hold(reason, code):
            return Verdict(State.HELD, error=reason, code=code)
        case RetryLater(reason, _, code, counts, _):
            if counts and delivery.attempts - spared >= MOST_ATTEMPTS:
                return Verdict(State.REFUSED, error=reason, code=code)
            due_at = now + timedelta(seconds=wait_after(delivery, outcome, spared))
            return Verdict(State.WAITING, due_at, reason, code, spared=not counts)


def wait_after(delivery: Delivery, outcome: RetryLater, spared: int = 0) -> float:
    """Seconds before the next attempt; ``spared`` of those so far did not count."""
    if outcome.seconds is not None:
        return outcome.seconds
    delays = DELAYS if outcome.counts else KNOCKS
    return delays[min(max(1, delivery.attempts - spared), len(delays)) - 1]
