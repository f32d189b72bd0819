"""Fingerprints of the pictures of suggestions, so that the same photo is known when it is sent again.

How a fingerprint is made is decided by whoever looks at the picture; how close two have to be, by the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, insert, select

from storage import schema
from storage.work import Work

_table = schema.pictures
_drop = delete(_table).where(_table.c.number == bindparam("about"))
_add = insert(_table)
_of = select(_table.c.mark).where(_table.c.number == bindparam("about")).order_by(_table.c.place)
_since = select(_table.c.number, _table.c.mark).where(_table.c.seen_at >= bindparam("since"))
#: Databases know 64 bits with a sign only.
_SIGN: Final = 1 << 63
_ALL: Final = (1 << 64) - 1


class Pictures:
    """The pictures that were looked at."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def put(self, number: int, marks: Sequence[int], now: datetime) -> None:
        """The pictures of a suggestion are these, in order."""
        self._work.change(_drop, {"about": number})
        rows = [
            {"number": number, "place": place, "mark": mark - _SIGN, "seen_at": now}
            for place, mark in enumerate(marks)
        ]
        if rows:
            self._work.change(_add, rows)

    def of(self, number: int) -> tuple[int, ...]:
        """The fingerprints of a suggestion's pictures, in order."""
        return tuple(row.mark + _SIGN for row in self._work.rows(_of, {"about": number}))

    def near(self, marks: Sequence[int], most: int, moment: datetime) -> list[tuple[int, int]]:
        """Numbers and fingerprints of the pictures looked at since then that differ from one of these by at most
        ``most`` bits.

        There are thousands, and no index finds what is nearly the same: they are gone through as bare rows.
        """
        rows = self._work.bare_rows(_since, {"since": moment})
        found: list[tuple[int, int]] = []
        for own in (mark - _SIGN for mark in marks):
            found += [row for row in rows if ((row[1] ^ own) & _ALL).bit_count() <= most]
        return [(number, mark + _SIGN) for number, mark in dict.fromkeys(found)]
