"""The copies of posts in other networks: a row for each part, kept after the deliveries that made it are pruned.

What is to be done about a copy is decided by the handlers; what leaves for it stands in the outbox.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select, update

from editorial.networks import CopyState, NetworkCopy, Reach
from storage import schema
from storage.columns import spelled
from storage.mapping import reach_from_row, reach_to_row
from storage.work import Work

_table = schema.copies
_OPEN = spelled("copies.state IN ('waiting', 'asked', 'refused')")
_newest = (
    select(_table.c.ids)
    .where(_table.c.sent_at <= bindparam("until"), _table.c.network == bindparam("where"))
    .order_by(_table.c.sent_at.desc())
    .limit(3)
)
_COUNTED = spelled("copies.next_reach IS NOT NULL")
_of = select(_table).where(_table.c.number == bindparam("about")).order_by(_table.c.network, _table.c.part)
_of_many = (
    select(_table)
    .where(_table.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(_table.c.number, _table.c.network, _table.c.part)
)
_counts = (
    select(_table.c.network, _table.c.state, func.count()).where(_OPEN).group_by(_table.c.network, _table.c.state)
)
_due_reach = (
    select(_table)
    .where(_COUNTED, _table.c.next_reach <= bindparam("now"))
    .order_by(_table.c.next_reach)
    .limit(bindparam("count"))
)
_reached = (
    update(_table)
    .where(
        and_(
            _table.c.number == bindparam("about"),
            _table.c.network == bindparam("where"),
            _table.c.part == bindparam("which"),
        )
    )
    .values(
        views=func.coalesce(bindparam("seen_views", type_=_table.c.views.type), _table.c.views),
        likes=func.coalesce(bindparam("seen_likes", type_=_table.c.views.type), _table.c.likes),
        reposts=func.coalesce(bindparam("seen_reposts", type_=_table.c.views.type), _table.c.reposts),
        comments=func.coalesce(bindparam("seen_comments", type_=_table.c.views.type), _table.c.comments),
        reach_at=bindparam("seen"),
        next_reach=bindparam("next"),
        updated_at=bindparam("seen"),
    )
)
_KEY = ["number", "network", "part"]


class Copies:
    """Rows by number, network and part."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def of(self, number: int) -> tuple[NetworkCopy, ...]:
        """Every copy of a post, by network and part."""
        return tuple(map(_record, self._work.rows(_of, {"about": number})))

    def newest_ids(self, network: str, before: datetime) -> tuple[str, ...]:
        """Ids of what went out to the network last, no later than that; none when nothing did."""
        rows = self._work.rows(_newest, {"where": network, "until": before})
        return tuple(one for row in rows for one in row.ids)

    def of_many(self, numbers: Collection[int]) -> dict[int, tuple[NetworkCopy, ...]]:
        """The same for several posts; those without copies are not in it."""
        if not numbers:
            return {}
        found: dict[int, tuple[NetworkCopy, ...]] = {}
        for copy in map(_record, self._work.rows(_of_many, {"numbers": list(numbers)})):
            found[copy.number] = (*found.get(copy.number, ()), copy)
        return found

    def put(self, copy: NetworkCopy, now: datetime) -> None:
        """Store the copy as it is now."""
        values = _values(copy) | {"updated_at": now}
        key = {"number": copy.number, "network": copy.network, "part": copy.part}
        insert = self._work.insert(_table).values(**key, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=_KEY, set_=values))

    def counts(self) -> dict[tuple[str, CopyState], int]:
        """How many parts wait, are asked about or were refused, by network."""
        return {(row[0], CopyState(row[1])): int(row[2]) for row in self._work.rows(_counts)}

    def due_reach(self, now: datetime, limit: int) -> tuple[NetworkCopy, ...]:
        """Copies whose reach is to be read, the longest due first."""
        return tuple(map(_record, self._work.rows(_due_reach, {"now": now, "count": limit})))

    def reached(self, seen: Sequence[tuple[NetworkCopy, Reach | None, datetime | None]], now: datetime) -> None:
        """The reach that was read (None: not told, the known one stays), and when each is read again."""
        rows = [
            {
                "about": copy.number,
                "where": copy.network,
                "which": copy.part,
                "seen": now,
                "next": again,
                **reach_to_row(reach or Reach(), "seen_"),
            }
            for copy, reach, again in seen
        ]
        if rows:
            self._work.change(_reached, rows)


def _values(copy: NetworkCopy) -> dict[str, Any]:
    return {
        "state": str(copy.state),
        "doing": copy.doing,
        "todo": copy.todo,
        "delivery": copy.delivery,
        "ids": list(copy.ids),
        "link": copy.link,
        "result": copy.result,
        "digest": copy.digest,
        "said": copy.said,
        "notes": list(copy.notes),
        "error": copy.error,
        "sent_at": copy.sent_at,
        "edited_at": copy.edited_at,
        "removed_at": copy.removed_at,
        "next_reach": copy.next_reach,
        **reach_to_row(copy.reach),
        "reach_at": copy.reach_at,
    }


def _record(row: Row[Any]) -> NetworkCopy:
    return NetworkCopy(
        number=row.number,
        network=row.network,
        part=row.part,
        state=CopyState(row.state),
        doing=row.doing,
        todo=row.todo,
        delivery=row.delivery,
        ids=tuple(row.ids),
        link=row.link,
        result=row.result,
        digest=row.digest,
        said=row.said,
        notes=tuple(row.notes),
        error=row.error,
        sent_at=row.sent_at,
        edited_at=row.edited_at,
        removed_at=row.removed_at,
        next_reach=row.next_reach,
        reach=reach_from_row(row),
        reach_at=row.reach_at,
    )
