"""The sources of news and what was taken from them; each thing is taken once.

What is worth taking is decided by :mod:`editorial.sources`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from editorial.sources import Kind, Source, Wish
from storage import schema
from storage.columns import spelled
from storage.work import Work

_table, _items = schema.sources, schema.source_items
_all = select(_table).order_by(_table.c.number)
_active = _all.where(spelled("sources.active"))
_get = select(_table).where(_table.c.number == bindparam("wanted"))
_known = select(_items.c.key).where(
    _items.c.source == bindparam("of"), _items.c.key.in_(bindparam("keys", expanding=True))
)
_change = update(_table).where(_table.c.number == bindparam("row"))
_IDS_A_QUERY = 500


class Sources:
    """Any editor may enter and stop one."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def all(self) -> tuple[Source, ...]:
        return tuple(_source(row) for row in self._work.rows(_all))

    def active(self) -> tuple[Source, ...]:
        """Those that are to be read."""
        return tuple(_source(row) for row in self._work.rows(_active))

    def get(self, number: int) -> Source | None:
        row = self._work.row(_get, {"wanted": number})
        return None if row is None else _source(row)

    def add(self, wish: Wish, owner_id: int | None, since: datetime, now: datetime) -> Source | None:
        """A new source; None when its address is known already."""
        values = {
            "kind": str(wish.kind),
            "address": wish.address,
            "owner_id": owner_id,
            "region": wish.region,
            "tag": wish.tag,
            "since": since,
            "active": True,
            "told": False,
            "changed_at": now,
        }
        insert = self._work.insert(_table).values(values).on_conflict_do_nothing(index_elements=["kind", "address"])
        added = self._work.written_row(insert.returning(_table.c.number))
        return None if added is None else self.get(added.number)

    def switch(self, number: int, now: datetime, *, active: bool, since: datetime | None = None) -> bool:
        """Stop a source, or start it again; what it was blamed for is forgotten. False: it is so already."""
        found = self.get(number)
        if found is None or found.active is active:
            return False
        values: dict[str, Any] = {"active": active, "failing_since": None, "told": False, "changed_at": now}
        if since is not None:
            values["since"] = since
        self._work.change(_change.values(**values), {"row": number})
        return True

    def learn(self, number: int, owner_id: int | None, title: str | None, now: datetime) -> None:
        """What the source turned out to be."""
        values = {"owner_id": owner_id, "title": title, "changed_at": now}
        self._work.change(_change.values(**values), {"row": number})

    def failing(self, number: int, now: datetime, *, since: datetime | None, told: bool) -> None:
        """Since when reading fails, None when it works again; whether people know."""
        values = {"failing_since": since, "told": told, "changed_at": now}
        self._work.change(_change.values(**values), {"row": number})

    def known(self, number: int, keys: Collection[str]) -> frozenset[str]:
        """Those of the keys that were taken before."""
        wanted, found = list(keys), set[str]()
        for start in range(0, len(wanted), _IDS_A_QUERY):
            some = wanted[start : start + _IDS_A_QUERY]
            found |= {row.key for row in self._work.rows(_known, {"of": number, "keys": some})}
        return frozenset(found)

    def take(self, number: int, key: str, suggestion: int, now: datetime) -> bool:
        """Remember that this thing became that suggestion, or is the same news; False: it was taken before."""
        values = {"source": number, "key": key, "number": suggestion, "seen_at": now}
        insert = self._work.insert(_items).values(values).on_conflict_do_nothing(index_elements=["source", "key"])
        return self._work.written_row(insert.returning(_items.c.key)) is not None


def _source(row: Any) -> Source:
    return Source(
        number=row.number,
        kind=Kind(row.kind),
        address=row.address,
        since=row.since,
        owner_id=row.owner_id,
        title=row.title,
        region=row.region,
        tag=row.tag,
        active=row.active,
        failing_since=row.failing_since,
        told=row.told,
    )
