"""Who looks at which card, and whose first signature stands on it.

A claim ends by itself at its time; nobody has to take it back.  What a claim or a signature forbids is decided by
the handlers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage import schema
from storage.work import Work

_claims, _signatures = schema.claims, schema.signatures
_claim = select(_claims).where(_claims.c.number == bindparam("about"))
_end = delete(_claims).where(_claims.c.number == bindparam("about"))
_signed = select(_signatures).where(_signatures.c.number == bindparam("about"))


@dataclass(frozen=True, slots=True)
class Claim:
    """``user_id`` looks at the card until then; ``wanted_by`` asked to take it over at ``wanted_at``."""

    number: int
    user_id: int
    until: datetime
    wanted_by: int | None = None
    wanted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """The first of two people who approve; counts for this version only."""

    number: int
    version: int
    user_id: int
    at: datetime


class Claims:
    """At most one claim and one signature for a suggestion."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, number: int) -> Claim | None:
        """The last claim, whether it still holds or not."""
        row = self._work.row(_claim, {"about": number})
        return None if row is None else Claim(row.number, row.user_id, row.until, row.wanted_by, row.wanted_at)

    def take(self, number: int, user_id: int, until: datetime) -> None:
        self._put(number, {"user_id": user_id, "until": until, "wanted_by": None, "wanted_at": None})

    def want(self, claim: Claim, user_id: int, at: datetime) -> None:
        """Somebody else wants the card."""
        wanted = {"wanted_by": user_id, "wanted_at": at}
        self._put(claim.number, {"user_id": claim.user_id, "until": claim.until, **wanted})

    def end(self, number: int) -> None:
        self._work.change(_end, {"about": number})

    def signature(self, number: int) -> Signature | None:
        row = self._work.row(_signed, {"about": number})
        return None if row is None else Signature(row.number, row.version, row.user_id, row.at)

    def sign(self, number: int, version: int, user_id: int, at: datetime) -> None:
        values = {"version": version, "user_id": user_id, "at": at}
        insert = self._work.insert(_signatures).values(number=number, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["number"], set_=values))

    def _put(self, number: int, values: dict[str, Any]) -> None:
        insert = self._work.insert(_claims).values(number=number, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["number"], set_=values))
