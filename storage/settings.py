"""Small facts the program keeps between starts, each a JSON value under a key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage import schema
from storage.work import Work

_table = schema.settings
_get = select(_table.c.value).where(_table.c.key == bindparam("name"))
_delete = delete(_table).where(_table.c.key == bindparam("name"))


class Settings:
    """On PostgreSQL two units that read and then set the same key need ``for_update``."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, key: str, default: Any = None, *, for_update: bool = False) -> Any:
        """The stored value; ``for_update`` keeps other units from changing it until this one ends."""
        statement = _get.with_for_update() if for_update else _get
        found = self._work.row(statement, {"name": key})
        return default if found is None else found.value

    def set(self, key: str, value: Any, now: datetime) -> None:
        """``value`` is anything JSON can hold, None included."""
        values = {"value": value, "updated_at": now}
        insert = self._work.insert(_table).values(key=key, **values)
        self._work.change(insert.on_conflict_do_update(index_elements=["key"], set_=values))

    def delete(self, key: str) -> bool:
        return self._work.change(_delete, {"name": key}) == 1
