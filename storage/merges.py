"""What the desk had made of a piece of news before others were merged into it, to be put back when they part.

Which pieces go out together stands with the suggestions themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from editorial.suggestion import Attachment
from storage import schema
from storage.mapping import attachments_from_json, attachments_or_none
from storage.work import Work

_table = schema.merges
_get = select(_table).where(_table.c.number == bindparam("about"))
_drop = delete(_table).where(_table.c.number == bindparam("about"))


@dataclass(frozen=True, slots=True)
class OwnForm:
    """The edit of a piece by itself; None where it had none."""

    text: str | None = None
    attachments: tuple[Attachment, ...] | None = None


class Merges:
    """The own forms of news that others are merged into."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def own(self, number: int) -> OwnForm | None:
        """The own form, None when nothing was ever merged into this one."""
        row = self._work.row(_get, {"about": number})
        if row is None:
            return None
        kept = row.edited_attachments
        return OwnForm(row.edited_text, None if kept is None else attachments_from_json(kept))

    def keep(self, number: int, own: OwnForm, now: datetime) -> None:
        values = {
            "edited_text": own.text,
            "edited_attachments": attachments_or_none(own.attachments),
            "updated_at": now,
        }
        insert = self._work.insert(_table).values(number=number, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["number"], set_=values))

    def forget(self, number: int) -> None:
        """Nothing is merged into it any more."""
        self._work.change(_drop, {"about": number})
