"""The plan as the handlers see it: what is taken, and the next, the free and the wished moments.

The rules are those of :mod:`editorial.slots`; this only asks the database on their behalf.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from editorial import slots
from editorial.errors import NoSlot
from editorial.suggestion import Status, Suggestion
from handlers.context import Context

#: Publications so long ago still count for the daily limit and the gap.
_BEHIND: Final = timedelta(days=2)
_AHEAD: Final = slots.FARTHEST + timedelta(days=2)


def taken(context: Context, besides: Suggestion | None = None) -> list[datetime]:
    """The moments that are taken, without the one of the suggestion that is being moved."""
    moments = list(context.unit.suggestions.taken(context.now - _BEHIND, context.now + _AHEAD))
    if besides is not None and besides.status is Status.SCHEDULED and besides.due_at in moments:
        moments.remove(besides.due_at)
    return moments


def next_slot(context: Context, suggestion: Suggestion) -> datetime:
    """The next free slot. Raises NoSlot when there is none for a long time."""
    slot = slots.next_free_slot(context.desk.plan, taken(context, suggestion), context.now)
    if slot is None:
        raise NoSlot
    return slot


def wished(context: Context, suggestion: Suggestion, wish: datetime) -> datetime:
    """The moderator's own moment. Raises TimeRefused when it cannot be had."""
    return slots.check_wish(context.desk.plan, taken(context, suggestion), wish, context.now)


def days(context: Context, suggestion: Suggestion, count: int) -> Sequence[date]:
    return slots.days_with_room(context.desk.plan, taken(context, suggestion), context.now, count)


def free_slots(context: Context, suggestion: Suggestion, day: date, count: int) -> Sequence[datetime]:
    return slots.free_slots(context.desk.plan, taken(context, suggestion), day, context.now)[:count]
