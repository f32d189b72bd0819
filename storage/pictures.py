"""Fingerprints of the pictures of suggestions, so that the same photo is known when it is sent again.

How a fingerprint is made is decided by whoever looks at the picture; how close two have to be, by the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, union_all

from storage import schema
from storage.work import Work

_table = schema.pictures
_drop = delete(_table).where(_table.c.number == bindparam("about"))
_add = insert(_table)
_of = select(_table.c.mark).where(_table.c.number == bindparam("about")).order_by(_table.c.place)
_near = union_all(
    *(
        select(_table.c.number, _table.c.mark).where(
            _table.c[band] == bindparam(band), _table.c.seen_at >= bindparam("since")
        )
        for band in schema.BANDS
    )
)
#: Databases know 64 bits with a sign only.
_SIGN: Final = 1 << 63
_ALL: Final = (1 << 64) - 1
#: Bits of a band; the last one has one more.
_WIDTH: Final = 9
#: More bits than one fewer than there are bands may leave no band the same.
MOST_APART: Final = len(schema.BANDS) - 1


class Pictures:
    """The pictures that were looked at."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def put(self, number: int, marks: Sequence[int], now: datetime) -> None:
        """The pictures of a suggestion are these, in order."""
        self._work.change(_drop, {"about": number})
        rows = [
            {"number": number, "place": place, "mark": mark - _SIGN, "seen_at": now, **_bands(mark - _SIGN)}
            for place, mark in enumerate(marks)
        ]
        if rows:
            self._work.change(_add, rows)

    def of(self, number: int) -> tuple[int, ...]:
        """The fingerprints of a suggestion's pictures, in order."""
        return tuple(row.mark + _SIGN for row in self._work.rows(_of, {"about": number}))

    def near(self, marks: Sequence[int], most: int, moment: datetime) -> list[tuple[int, int]]:
        """Numbers and fingerprints of the pictures looked at since then that differ from one of these by at most
        ``most`` bits, of which there are no more than :data:`MOST_APART`."""
        assert most <= MOST_APART
        found: dict[tuple[int, int], None] = {}
        for own in (mark - _SIGN for mark in marks):
            alike = self._work.bare_rows(_near, {**_bands(own), "since": moment})
            found |= dict.fromkeys(row for row in alike if ((row[1] ^ own) & _ALL).bit_count() <= most)
        return [(number, mark + _SIGN) for number, mark in found]


def _bands(mark: int) -> dict[str, int]:
    last = len(schema.BANDS) - 1
    return {
        band: (mark >> _WIDTH * place) & ((1 << _WIDTH + (place == last)) - 1)
        for place, band in enumerate(schema.BANDS)
    }
