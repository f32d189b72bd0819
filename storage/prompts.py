"""What the next reply of a moderator means, when the desk has asked them something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from storage import schema
from storage.work import Work

_table = schema.prompts
_theirs = (_table.c.peer_id == bindparam("peer"), _table.c.user_id == bindparam("who"))
_get = select(_table).where(*_theirs)
_clear = delete(_table).where(*_theirs)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The desk asked ``user_id`` in ``peer_id`` a question of ``kind`` about ``number`` at its ``version``.

    ``cmid`` is the message that asked, when it is known.
    """

    peer_id: int
    user_id: int
    number: int | None
    kind: str
    cmid: int | None
    version: int | None
    asked_at: datetime


class Prompts:
    """One open question for each person in each chat; a new one replaces the old."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def ask(
        self,
        peer_id: int,
        user_id: int,
        number: int | None,
        kind: str,
        version: int | None,
        now: datetime,
        cmid: int | None = None,
    ) -> None:
        values = {"number": number, "kind": kind, "version": version, "asked_at": now, "cmid": cmid}
        insert = self._work.insert(_table).values(peer_id=peer_id, user_id=user_id, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["peer_id", "user_id"], set_=values))

    def get(self, peer_id: int, user_id: int) -> Prompt | None:
        row = self._work.row(_get, {"peer": peer_id, "who": user_id})
        if row is None:
            return None
        return Prompt(row.peer_id, row.user_id, row.number, row.kind, row.cmid, row.version, row.asked_at)

    def clear(self, peer_id: int, user_id: int) -> bool:
        return self._work.change(_clear, {"peer": peer_id, "who": user_id}) == 1
