"""People and communities that suggest news: their names and whether and when letters reach them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from editorial.suggestion import Author
from storage import schema
from storage.columns import spelled
from storage.work import Work

FORGOTTEN = 0
"""Stands in the journal for a person whose data were deleted."""

_table = schema.authors
_UNASKED = spelled("authors.named_at IS NULL")
_get = select(_table).where(_table.c.vk_id == bindparam("who"))
_named = select(_table.c.vk_id).where(
    _table.c.vk_id.in_(bindparam("ids", expanding=True)), _table.c.named_at.is_not(None)
)
_unnamed = select(_table.c.vk_id).where(_UNASKED).order_by(_table.c.vk_id).limit(bindparam("count"))
_unlink = (
    update(schema.suggestions).where(schema.suggestions.c.author_id == bindparam("who")).values(author_id=None)
)
_anonymise = update(schema.journal).where(schema.journal.c.actor == bindparam("who")).values(actor=FORGOTTEN)
_forget_prompts = delete(schema.prompts).where(schema.prompts.c.user_id == bindparam("who"))
_forget = delete(_table).where(_table.c.vk_id == bindparam("who"))


class Authors:
    """Every setter makes the author known first, so it may be called for anyone."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, vk_id: int) -> Author | None:
        found = self._work.row(_get, {"who": vk_id})
        return None if found is None else _record(found)

    def ensure(self, vk_id: int, now: datetime) -> Author:
        """The author, made known if new."""
        known = self.get(vk_id)
        if known is not None:
            return known
        row = {"vk_id": vk_id, "updated_at": now}
        self._work.change(self._work.insert(_table).values(row).on_conflict_do_nothing())
        return self.get(vk_id) or Author(vk_id)

    def name(self, vk_id: int, name: str, now: datetime) -> None:
        self._set(vk_id, now, name=name, named_at=now)

    def names_missing(self, ids: Collection[int]) -> tuple[int, ...]:
        """Those of ``ids`` whose names nobody has asked for yet, in the given order and once each."""
        if not ids:
            return ()
        named = {row.vk_id for row in self._work.rows(_named, {"ids": list(ids)})}
        return tuple(one for one in dict.fromkeys(ids) if one not in named)

    def unnamed(self, limit: int) -> tuple[int, ...]:
        """Authors whose names nobody has asked for yet."""
        return tuple(row.vk_id for row in self._work.rows(_unnamed, {"count": limit}))

    def reachable(self, vk_id: int, value: bool | None, why: str | None, now: datetime) -> None:
        """Whether VK lets us write to this person; ``why`` keeps VK's reason when it does not."""
        self._set(vk_id, now, reachable=value, unreachable_why=why)

    def wants_letters(self, vk_id: int, value: bool, now: datetime) -> None:
        self._set(vk_id, now, wants_letters=value)

    def set_zone(self, vk_id: int, zone: str | None, now: datetime) -> None:
        """``zone`` is an IANA name."""
        self._set(vk_id, now, zone=zone)

    def set_region(self, vk_id: int, region: str | None, now: datetime) -> None:
        self._set(vk_id, now, region=region)

    def forget(self, vk_id: int) -> bool:
        """Delete what is known of a person and unlink their suggestions; False when nothing was known.

        Letters to the person are emptied by :meth:`storage.outbox.Outbox.forget`.
        """
        who = {"who": vk_id}
        for statement in (_unlink, _anonymise, _forget_prompts):
            self._work.change(statement, who)
        return self._work.change(_forget, who) == 1

    def _set(self, vk_id: int, now: datetime, **values: Any) -> None:
        values["updated_at"] = now
        statement = self._work.insert(_table).values(vk_id=vk_id, **values)
        self._work.change(statement.on_conflict_do_update(index_elements=["vk_id"], set_=values))


def _record(row: Row[Any]) -> Author:
    return Author(row.vk_id, row.name, row.reachable, row.wants_letters, row.zone, row.region)
