"""News that people are still writing in the dialog with the community: one draft for each person.

A draft is its messages, kept in the order of their numbers however they arrive.  What is sent and what is shown of
it is decided by the handlers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from editorial.draft import Draft, Piece
from storage import schema
from storage.mapping import attachments_from_json, attachments_to_json
from storage.work import Work

_table = schema.drafts
_who = _table.c.author_id == bindparam("who")
_get = select(_table).where(_who)
_drop = delete(_table).where(_who)
_remind = update(_table).where(_who).values(reminded_at=bindparam("at"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft with where and when it was written; ``reminded_at``: its author was reminded of it."""

    draft: Draft
    peer_id: int
    started_at: datetime
    updated_at: datetime
    reminded_at: datetime | None


class Drafts:
    """One open draft for each author."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, author_id: int) -> Kept | None:
        row = self._work.row(_get, {"who": author_id})
        if row is None:
            return None
        draft = Draft(row.author_id, row.state, _pieces(row.pieces), row.number)
        return Kept(draft, row.peer_id, row.started_at, row.updated_at, row.reminded_at)

    def put(self, draft: Draft, peer_id: int, now: datetime) -> None:
        """Store the draft in the place of the author's former one; when it was begun stays."""
        values = {
            "peer_id": peer_id,
            "number": draft.number,
            "state": draft.state,
            "updated_at": now,
            "reminded_at": None,
            "pieces": [_json(piece) for piece in draft.pieces],
        }
        insert = self._work.insert(_table).values(author_id=draft.author_id, started_at=now, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["author_id"], set_=values))

    def reminded(self, author_id: int, now: datetime) -> None:
        self._work.change(_remind, {"who": author_id, "at": now})

    def drop(self, author_id: int) -> bool:
        return self._work.change(_drop, {"who": author_id}) == 1


def _json(piece: Piece) -> dict[str, Any]:
    return {"cmid": piece.cmid, "text": piece.text, "attachments": attachments_to_json(piece.attachments)}


def _pieces(rows: Sequence[dict[str, Any]]) -> tuple[Piece, ...]:
    return tuple(Piece(row["cmid"], row["text"], attachments_from_json(row["attachments"])) for row in rows)
