"""The live message about a news item in the dialog with its author: where it stands and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from storage import schema
from storage.work import Work

_table = schema.passports
_get = select(_table).where(_table.c.number == bindparam("about"))
_drop = delete(_table).where(_table.c.number == bindparam("about"))
_show = update(_table).where(_table.c.number == bindparam("about")).values(shown=bindparam("mark"))


@dataclass(frozen=True, slots=True)
class Passport:
    """``shown`` marks the text last shown."""

    number: int
    peer_id: int
    cmid: int
    shown: str | None
    sent_at: datetime


class Passports:
    """One for each suggestion at most."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, number: int) -> Passport | None:
        row = self._work.row(_get, {"about": number})
        return None if row is None else Passport(row.number, row.peer_id, row.cmid, row.shown, row.sent_at)

    def placed(self, number: int, peer_id: int, cmid: int, shown: str | None, now: datetime) -> None:
        """The message stands in the dialog; a former one is forgotten."""
        values = {"peer_id": peer_id, "cmid": cmid, "shown": shown, "sent_at": now}
        insert = self._work.insert(_table).values(number=number, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["number"], set_=values))

    def shown(self, number: int, mark: str | None) -> None:
        self._work.change(_show, {"about": number, "mark": mark})

    def forget(self, number: int) -> bool:
        """The message cannot be changed any more."""
        return self._work.change(_drop, {"about": number}) == 1
