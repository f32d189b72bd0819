"""Fingerprints of the pictures of suggestions, so that the same photo is known when it is sent again.

How a fingerprint is made is decided by whoever looks at the picture; how close two have to be, by the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

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


class PictureMark(NamedTuple):
    """The fingerprint (64 bits) of one of a suggestion's pictures."""

    number: int
    mark: int


class Pictures:
    """The pictures that were looked at."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def put(self, number: int, marks: Sequence[int], now: datetime) -> None:
        """The pictures of a suggestion are these, in order."""
        self._work.change(_drop, {"about": number})
        for place, mark in enumerate(marks):
            row = {"number": number, "place": place, "mark": mark - _SIGN, "seen_at": now}
            self._work.change(_add, row)

    def of(self, number: int) -> tuple[int, ...]:
        """The fingerprints of a suggestion's pictures, in order."""
        return tuple(row.mark + _SIGN for row in self._work.rows(_of, {"about": number}))

    def since(self, moment: datetime) -> tuple[PictureMark, ...]:
        """The pictures looked at since then."""
        return tuple(
            PictureMark(row.number, row.mark + _SIGN) for row in self._work.rows(_since, {"since": moment})
        )
