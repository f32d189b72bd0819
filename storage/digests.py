"""The lines of digests: which pieces wait for one, in which digest each stands, and how a moderator worded it.

A digest is a suggestion of its own; when it is put together and what it says is decided by the handlers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select

from storage import schema
from storage.columns import spelled
from storage.work import Work

_lines = schema.digest_lines
_items = schema.digest_items
_suggestions = schema.suggestions
_NOT_OUT = ("pending", "scheduled", "failed")

_waiting = (
    select(_suggestions.c.number)
    .where(
        _suggestions.c.status == "digest",
        ~exists(select(_items.c.number).where(_items.c.number == _suggestions.c.number)),
    )
    .order_by(_suggestions.c.number)
)
_out_since = (
    select(_suggestions.c.number)
    .where(
        spelled("suggestions.published_at IS NOT NULL"),
        _suggestions.c.published_at >= bindparam("start"),
        _suggestions.c.proof == "digest",
    )
    .order_by(_suggestions.c.published_at)
)
_of = select(_items.c.number).where(_items.c.digest == bindparam("about")).order_by(_items.c.number)
_with = select(_items.c.digest).where(_items.c.number == bindparam("about"))
_with_any = select(_items.c.number, _items.c.digest).where(
    _items.c.number.in_(bindparam("numbers", expanding=True))
)
_open_ones = select(_suggestions.c.number).where(_suggestions.c.status.in_(_NOT_OUT))
_leave = delete(_items).where(_items.c.number == bindparam("about"), _items.c.digest.in_(_open_ones))
_dissolve = delete(_items).where(_items.c.digest == bindparam("about"))
_drop = delete(_items).where(_items.c.digest == bindparam("about"), _items.c.number == bindparam("piece"))
_wordings = select(_lines.c.number, _lines.c.wording).where(
    _lines.c.number.in_(bindparam("numbers", expanding=True))
)


class Digests:
    """Lines and the digests they stand in."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def waiting(self) -> tuple[int, ...]:
        """Pieces meant for a digest that stand in none yet."""
        return tuple(row.number for row in self._work.rows(_waiting))

    def out_since(self, start: datetime) -> tuple[int, ...]:
        """Pieces that went out in a digest since then."""
        return tuple(row.number for row in self._work.rows(_out_since, {"start": start}))

    def join(self, digest: int, numbers: Iterable[int]) -> None:
        """The pieces stand in the digest."""
        rows = [{"digest": digest, "number": number} for number in numbers]
        if rows:
            self._work.change(self._work.insert(_items).on_conflict_do_nothing(), rows)

    def pieces(self, digest: int) -> tuple[int, ...]:
        return tuple(row.number for row in self._work.rows(_of, {"about": digest}))

    def containing(self, number: int) -> tuple[int, ...]:
        """The digests a piece stands in."""
        return tuple(sorted(row.digest for row in self._work.rows(_with, {"about": number})))

    def around(self, numbers: Collection[int]) -> dict[int, tuple[int, ...]]:
        """The digests that each of these pieces stands in; those that stand in none are not in it."""
        found: dict[int, tuple[int, ...]] = {}
        for row in self._work.rows(_with_any, {"numbers": list(numbers)}) if numbers else ():
            found[row.number] = (*found.get(row.number, ()), row.digest)
        return found

    def leave(self, number: int) -> None:
        """The piece stands in no digest that is still to come."""
        self._work.change(_leave, {"about": number})

    def drop(self, digest: int, number: int) -> bool:
        return self._work.change(_drop, {"about": digest, "piece": number}) == 1

    def dissolve(self, digest: int) -> None:
        """The digest will not go out: its pieces wait for another one."""
        self._work.change(_dissolve, {"about": digest})

    def word(self, number: int, wording: str, now: datetime) -> None:
        """How a moderator worded the line."""
        values = {"wording": wording, "updated_at": now}
        insert = self._work.insert(_lines).values(number=number, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["number"], set_=values))

    def wordings(self, numbers: Collection[int]) -> dict[int, str]:
        """The lines that moderators worded, those of these numbers."""
        rows = self._work.rows(_wordings, {"numbers": list(numbers)}) if numbers else ()
        return {row.number: row.wording for row in rows}
