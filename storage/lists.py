"""What the editors changed in their lists, and the regions they edited, over what the program ships.

Which spelling an entry has and what a list is for is decided by :mod:`editorial.lists`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from editorial.lists import Change
from storage import schema
from storage.work import Work

_entries, _regions = schema.list_entries, schema.region_rows
_all = select(_entries.c.list, _entries.c.entry, _entries.c.present).order_by(
    _entries.c.list, _entries.c.changed_at, _entries.c.entry
)
_rows = select(_regions.c.row).order_by(_regions.c.code)
_drop = delete(_entries).where(_entries.c.list == bindparam("name"), _entries.c.entry == bindparam("words"))
_drop_regions = delete(_regions)


class Lists:
    """One row for each entry that differs from the shipped lists, and one for each edited region."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def changes(self) -> tuple[Change, ...]:
        """The edits in force, of each list the oldest first."""
        return tuple(Change(row.list, row.entry, row.present) for row in self._work.rows(_all))

    def set(self, change: Change, by: int | None, now: datetime) -> None:
        """The entry is in the list from now on, or is not."""
        values: dict[str, Any] = {"present": change.present, "changed_by": by, "changed_at": now}
        insert = self._work.insert(_entries).values(list=str(change.name), entry=change.entry, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["list", "entry"], set_=values))

    def reset(self, name: str, entry: str) -> bool:
        """The entry is as it was shipped; False when it had never been touched."""
        return self._work.change(_drop, {"name": str(name), "words": entry}) == 1

    def region_rows(self) -> tuple[dict[str, str], ...]:
        """The edited rows of the table of regions, by code."""
        return tuple(dict(row.row) for row in self._work.rows(_rows))

    def set_regions(self, rows: Iterable[Mapping[str, str]], now: datetime) -> None:
        """From now on these rows, and no others, stand over the shipped ones."""
        self._work.change(_drop_regions)
        for row in rows:
            self._work.change(self._work.insert(_regions).values(code=row["code"], row=dict(row), changed_at=now))
