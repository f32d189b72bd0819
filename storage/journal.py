"""What was done, by whom and when; written in the same unit as the change it tells of, never altered.

Only a person whose data are deleted is taken out of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, bindparam, insert, or_, select, type_coerce, update

from storage import schema
from storage.work import Work

_table = schema.journal
_add = insert(_table)
_of = select(_table).where(_table.c.number == bindparam("about")).order_by(_table.c.id)
_worded = select(_table.c.id, _table.c.details).where(_table.c.number.in_(bindparam("numbers", expanding=True)))
_reword = update(_table).where(_table.c.id == bindparam("row")).values(details=bindparam("told"))
_of_action = (
    select(_table)
    .where(_table.c.number.is_(None), _table.c.action == bindparam("what"))
    .order_by(_table.c.id.desc())
    .limit(bindparam("count"))
)
_latest = select(_table).order_by(_table.c.id.desc()).limit(bindparam("count"))


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """``actor`` is None for the program itself and 0 for a person whose data were deleted."""

    id: int
    at: datetime
    number: int | None
    actor: int | None
    action: str
    before: str | None
    after: str | None
    details: dict[str, Any]


class Journal:
    """The history of the desk."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(
        self,
        at: datetime,
        number: int | None,
        actor: int | None,
        action: str,
        before: str | None = None,
        after: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        row = {
            "at": at,
            "number": number,
            "actor": actor,
            "action": action,
            "before": before,
            "after": after,
            "details": dict(details or {}),
        }
        self._work.change(_add, row)

    def of(self, number: int) -> tuple[JournalEntry, ...]:
        """The history of one suggestion, the oldest entry first."""
        return tuple(_record(row) for row in self._work.rows(_of, {"about": number}))

    def latest(self, limit: int) -> tuple[JournalEntry, ...]:
        """The newest entry first."""
        return tuple(_record(row) for row in self._work.rows(_latest, {"count": limit}))

    def of_action(self, action: str, limit: int) -> tuple[JournalEntry, ...]:
        """The last times this was done to no suggestion, the oldest of them first."""
        rows = self._work.rows(_of_action, {"what": action, "count": limit})
        return tuple(map(_record, reversed(rows)))

    def forget(self, vk_id: int) -> None:
        """What was done about a person, not by them, is told without them."""
        self._work.change(update(_table).where(_names_author(vk_id)).values(details={}))

    def unname(self, numbers: Collection[int], name: str) -> None:
        """What is told of these suggestions is told without this name."""
        rows = self._work.rows(_worded, {"numbers": list(numbers)}) if numbers and name else ()
        for row in rows:
            told = _unnamed(row.details, name)
            if told != row.details:
                self._work.change(_reword, {"row": row.id, "told": told})


def _unnamed(told: Any, name: str) -> Any:
    if isinstance(told, str):
        return told.replace(name, "…")
    if isinstance(told, list):
        return [_unnamed(one, name) for one in told]
    return {key: _unnamed(value, name) for key, value in told.items()} if isinstance(told, dict) else told


def _names_author(vk_id: int) -> Any:
    written = type_coerce(_table.c.details, Text)  # a command of one person, once: no index is worth keeping for it
    return or_(*(written.like(f'%"author":{int(vk_id)}{end}%') for end in (",", "}")))


def _record(row: Row[Any]) -> JournalEntry:
    return JournalEntry(row.id, row.at, row.number, row.actor, row.action, row.before, row.after, row.details)
