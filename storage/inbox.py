"""Events as they came from VK, kept raw until they are handled, and the place in the stream up to which they came.

A batch and its cursor are stored together, an event once however often it is delivered.  What an event means is
decided by its reader.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Text, and_, bindparam, delete, func, or_, select, type_coerce, update

from storage import schema
from storage.columns import microseconds, spelled, storable
from storage.work import Work

TRIES = 3
"""After so many failures an event is set aside so that the queue goes on."""

_table = schema.inbox
_NEW = spelled("inbox.state = 'new'")

_COLUMNS = "INSERT INTO inbox (event_id, type, urgent, raw, received_at"
_PLAIN = f"{_COLUMNS}, peer_id, cmid) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_STORE = f"{_COLUMNS}, peer_id, cmid) SELECT ?, ?, ?, ?, ?, ?, ?"
#: What the stream tells of a message that was read before is not kept again.
_UNLESS_READ = f"{_STORE} WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE event_id = ?) ON CONFLICT DO NOTHING"
#: By the bytes of the ids, as SQLite compares them.
_ANY_READ = "SELECT 1 FROM inbox WHERE event_id > 'read:' AND event_id < 'read;' LIMIT 1"
_KEEP_SQLITE = (
    'INSERT INTO cursor (group_id, server, "key", ts, updated_at) VALUES (?, ?, ?, ?, ?)'
    ' ON CONFLICT (group_id) DO UPDATE SET server = excluded.server, "key" = excluded."key",'
    " ts = excluded.ts, updated_at = excluded.updated_at"
)
_KEEP_POSTGRES = _KEEP_SQLITE.replace("?", "%s")


_NOWHERE: Final = (None, None)


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One update of the long poll. ``raw`` is its JSON as received; urgent ones are handled first: presses, and
    changes of roles.

    ``message``: the conversation and the number in it, for an update that tells of a message.
    """

    event_id: str
    type: str
    urgent: bool
    raw: str
    message: tuple[int, int] | None = None


def read_id(peer_id: int, cmid: int) -> str:
    """The event id of a message that was read from its conversation."""
    return f"read:{peer_id}:{cmid}"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the stream of a community goes on."""

    group_id: int
    server: str
    key: str
    ts: str


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An event waiting to be handled. ``tries`` counts the failed attempts."""

    id: int
    event_id: str
    type: str
    urgent: bool
    raw: str
    received_at: datetime
    tries: int


_columns = (
    _table.c.id,
    _table.c.event_id,
    _table.c.type,
    _table.c.urgent,
    _table.c.raw,
    _table.c.received_at,
    _table.c.tries,
)
_next = select(*_columns).where(_NEW).order_by(_table.c.urgent.desc(), _table.c.id).limit(bindparam("count"))
_next_urgent = _next.where(_table.c.urgent.is_(True))
_waiting = select(func.count()).select_from(_table).where(_NEW)
_last = select(_table.c.received_at).order_by(_table.c.id.desc()).limit(1)
_cursor = select(schema.cursor).where(schema.cursor.c.group_id == bindparam("group"))
_kept_at = select(schema.cursor.c.updated_at).where(schema.cursor.c.group_id == bindparam("group"))
#: Once after a start or a loss of events, over a few days' events: an index would cost every event for it.
_told = select(_table.c.peer_id, _table.c.cmid).where(_table.c.peer_id.in_(bindparam("peers", expanding=True)))
_handled = (
    update(_table)
    .where(_table.c.id == bindparam("row"), _NEW)
    .values(state=bindparam("now_state"), handled_at=bindparam("at"), error=bindparam("why"))
)
_tried = (
    update(_table)
    .where(_table.c.id == bindparam("row"), _NEW)
    .values(tries=_table.c.tries + 1, error=bindparam("why"))
    .returning(_table.c.tries)
)
_handled_with = select(_table.c.id, _table.c.raw).where(
    _table.c.state != "new", type_coerce(_table.c.raw, Text).like(bindparam("some"))
)
_empty = update(_table).where(_table.c.id == bindparam("row")).values(raw="{}", peer_id=None, cmid=None)
_first_kept = select(_table.c.id).where(_table.c.received_at >= bindparam("before")).order_by(_table.c.id).limit(1)
_newest = select(func.max(_table.c.id))


class Inbox:
    """Raw events between the long poll and their reader."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def store(self, batch: Sequence[RawEvent], cursor: Cursor, now: datetime) -> int:
        """Keep a batch and the cursor behind it; returns how many events were not known yet."""
        on_sqlite = self._work.dialect == "sqlite"
        moment = microseconds(now) if on_sqlite else now
        rows = [_row(one, moment) for one in batch]
        if on_sqlite and not self._work.finds(_ANY_READ):  # nearly always, and much faster
            stored = self._insert(_PLAIN, rows)
        else:
            names = [read_id(*one.message) if one.message else None for one in batch]
            stored = self._insert(_UNLESS_READ, [(*row, name) for row, name in zip(rows, names, strict=True)])
        place = (
            cursor.group_id,
            storable(cursor.server),
            storable(cursor.key),
            storable(cursor.ts),
            moment,
        )
        self._work.bulk(_KEEP_SQLITE if on_sqlite else _KEEP_POSTGRES, [place])
        return stored

    def add_read(self, messages: Sequence[RawEvent], now: datetime) -> int:
        """Keep messages that were read from their conversations; returns how many the stream had not told."""
        told = self.told_of({one.message[0] for one in messages if one.message})
        new = [one for one in messages if one.message is None or one.message not in told]
        moment = microseconds(now) if self._work.dialect == "sqlite" else now
        return self._insert(_PLAIN, [_row(one, moment) for one in new])

    def _insert(self, sql: str, rows: Sequence[tuple[object, ...]]) -> int:
        if not rows:
            return 0
        return self._work.bulk(sql if self._work.dialect == "sqlite" else sql.replace("?", "%s"), rows)

    def told_of(self, peers: Collection[int]) -> set[tuple[int, int]]:
        """Conversation and number of every known message of these conversations."""
        rows = self._work.rows(_told, {"peers": list(peers)}) if peers else ()
        return {(row.peer_id, row.cmid) for row in rows}

    def cursor(self, group_id: int) -> Cursor | None:
        found = self._work.row(_cursor, {"group": group_id})
        return None if found is None else Cursor(found.group_id, found.server, found.key, found.ts)

    def kept_at(self, group_id: int) -> datetime | None:
        """When the place in the stream was stored last: what came before is known."""
        moment: datetime | None = self._work.value(_kept_at, {"group": group_id})
        return moment

    def next(self, limit: int, urgent_only: bool = False) -> tuple[InboxRow, ...]:
        """The events to handle next: urgent ones first, then in the order of arrival."""
        found = self._work.rows(_next_urgent if urgent_only else _next, {"count": limit})
        return tuple(_record(row) for row in found)

    def done(self, id: int, now: datetime) -> bool:
        return self._settle(id, "done", None, now)

    def strange(self, id: int, reason: str, now: datetime) -> bool:
        """Set aside an event nobody understands; its raw form is kept for study."""
        return self._settle(id, "strange", reason, now)

    def failed(self, id: int, error: str, now: datetime) -> bool:
        """Count a failure; True when it was the last one and the event is set aside."""
        tried = self._work.written_row(_tried, {"row": id, "why": error})
        return tried is not None and tried.tries >= TRIES and self._settle(id, "failed", error, now)

    def prune(self, before: datetime) -> int:
        """Forget events handled and received before ``before``; strange and failed ones and the newest stay."""
        bound = self._work.value(_first_kept, {"before": before}) or self._work.value(_newest)
        if bound is None:
            return 0
        old = and_(_table.c.id < bound, _table.c.state == "done", _table.c.handled_at < before)
        return self._work.change(delete(_table).where(old))

    def forget(self, vk_id: int) -> int:
        """Empty the handled events that name a person whose data are deleted; their ids go on being known."""
        theirs = re.compile(rf"(?<![\d.]){int(vk_id)}(?![\d.])")
        rows = self._work.rows(_handled_with, {"some": f"%{int(vk_id)}%"})
        ids = [row.id for row in rows if theirs.search(row.raw)]
        for id in ids:
            self._work.change(_empty, {"row": id})
        return len(ids)

    def waiting(self) -> int:
        return int(self._work.value(_waiting))

    def set_aside(self) -> int:
        """How many events were strange or failed and are kept for study."""
        aside = or_(_table.c.state == "strange", _table.c.state == "failed")
        return int(self._work.value(select(func.count()).select_from(_table).where(aside)))

    def last_received_at(self) -> datetime | None:
        moment: datetime | None = self._work.value(_last)
        return moment

    def _settle(self, id: int, state: str, why: str | None, now: datetime) -> bool:
        values = {"row": id, "now_state": state, "at": now, "why": why}
        return self._work.change(_handled, values) == 1


def _row(event: RawEvent, moment: object) -> tuple[object, ...]:
    peer_id, cmid = event.message or _NOWHERE
    return storable(event.event_id), storable(event.type), event.urgent, storable(event.raw), moment, peer_id, cmid


def _record(row: Row[Any]) -> InboxRow:
    return InboxRow(row.id, row.event_id, row.type, row.urgent, row.raw, row.received_at, row.tries)
