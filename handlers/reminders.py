"""What waits too long, and an empty tomorrow: said once each, while somebody is at the desk.

What was said stands in the database, so a restart repeats nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from editorial import slots
from editorial.suggestion import Suggestion
from editorial.worktime import Rules
from handlers import changes
from handlers.context import Context

_TOLD: Final = "reminders"
_TOMORROW: Final = "reminded_of_tomorrow"
_LOOKED_AT: Final = 200
#: How many a note lists.
MOST_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be said: levels by number ("6h", "24h", "5d"), and the hour after which tomorrow is empty."""

    waiting: dict[int, str]
    told: dict[str, str]
    empty_after: datetime | None = None
    nothing_tomorrow: bool = False


def due(context: Context) -> Due | None:
    """What has to be said now, None when nothing. Reads only; loads no calendar while nothing is old enough."""
    rules = context.desk.reminders
    if rules is None or not _in_hours(context, rules):
        return None
    waiting, told = _overdue(context, rules)
    tomorrow = _tomorrow(context, rules)
    if not waiting and tomorrow is None:
        return None
    if not rules.work.is_open(context.now):
        return None
    return Due(waiting, told, *(tomorrow or ()))


def _in_hours(context: Context, rules: Rules) -> bool:
    local = context.now.astimezone(context.desk.zone)
    return rules.work.opens <= local.time() < rules.work.closes


def remind(context: Context) -> None:
    """Say in the chat what is due, and remember that it was said."""
    found = due(context)
    if found is None:
        return
    if found.waiting:
        context.unit.settings.set(_TOLD, found.told, context.now)
        numbers = sorted(found.waiting)
        lines = [[number, found.waiting[number], _looked(context, number)] for number in numbers[:MOST_LISTED]]
        changes.note(context, "waiting", lines=lines, more=max(len(numbers) - MOST_LISTED, 0))
    if found.empty_after is not None or found.nothing_tomorrow:
        today = context.now.astimezone(context.desk.zone).date()
        context.unit.settings.set(_TOMORROW, today.isoformat(), context.now)
        after = found.empty_after.isoformat() if found.empty_after is not None else None
        changes.note(context, "tomorrow", after=after)


def _looked(context: Context, number: int) -> str:
    """Who looked at the card last."""
    claim = context.unit.claims.get(number)
    return context.name_of(claim.user_id) if claim is not None else ""


def _overdue(context: Context, rules: Rules) -> tuple[dict[int, str], dict[str, str]]:
    """What has come to a new level, and all levels of what still waits."""
    known: dict[str, str] = context.unit.settings.get(_TOLD) or {}
    shortest = min((timedelta(hours=one) for one in rules.hours), default=timedelta(days=rules.days or 10_000))
    found: dict[int, str] = {}
    told: dict[str, str] = {}
    for piece in context.unit.suggestions.pending(_LOOKED_AT):
        before = known.get(str(piece.number))
        if before is not None:
            told[str(piece.number)] = before
        if context.now - piece.received_at < shortest:
            continue
        level = _level(piece, context.now, rules)
        if level is not None and _rank(level) > _rank(before):
            found[piece.number] = told[str(piece.number)] = level
    return found, told


def _level(piece: Suggestion, now: datetime, rules: Rules) -> str | None:
    if rules.days and now - piece.received_at >= timedelta(days=rules.days):
        return f"{rules.days}d"
    worked = rules.work.worked(piece.received_at, now)
    reached = [hours for hours in rules.hours if worked >= timedelta(hours=hours)]
    return f"{max(reached)}h" if reached else None


def _rank(level: str | None) -> int:
    if level is None:
        return 0
    return int(level[:-1]) * (1000 if level.endswith("d") else 1)


def _tomorrow(context: Context, rules: Rules) -> tuple[datetime | None, bool] | None:
    """The last planned post of tomorrow with free slots behind it; None when there is nothing to say."""
    local = context.now.astimezone(context.desk.zone)
    if rules.tomorrow is None or local.time() < rules.tomorrow:
        return None
    if context.unit.settings.get(_TOMORROW) == local.date().isoformat():
        return None
    day = local.date() + timedelta(days=1)
    plan = context.desk.plan
    planned = [
        one.due_at
        for one in context.unit.suggestions.scheduled()
        if one.due_at is not None and plan.day_of(one.due_at) == day and not one.digest
    ]
    free = slots.free_slots(plan, planned, day, context.now)
    behind = [slot for slot in free if not planned or slot > max(planned)]
    if not behind:
        return None
    return (max(planned), False) if planned else (None, True)
