"""Proves that a database is whole and that its accounts balance; repairs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.columns import Moment
from storage.errors import translated
from storage.facts import number
from storage.migrate import HEAD, revision_of
from storage.unit import Storage

SENDING_AT_MOST = timedelta(seconds=60)
"""Nothing is in ``sending`` longer than this while the program lives."""

Level = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``name`` is a stable word, ``detail`` is for the log, not for people."""

    name: str
    level: Level
    detail: str = ""


_NUMBERS = """
    SELECT (SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'suggestions') - COUNT(*)
    FROM suggestions
"""
"""Numbers given out and not found again; suggestions are never deleted, and a rollback gives its number back."""

_ACCOUNTS: tuple[tuple[str, Level, str], ...] = (
    (
        "one_post_one_suggestion",
        "failed",
        "SELECT COUNT(*) FROM (SELECT 1 FROM suggestions WHERE published_post_id IS NOT NULL"
        " GROUP BY owner_id, published_post_id HAVING COUNT(*) > 1) AS doubled",
    ),
    (
        "decided_without_journal",
        "warning",
        "SELECT COUNT(*) FROM suggestions WHERE status <> 'pending'"
        " AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.number = suggestions.number)",
    ),
    (
        "sent_without_attempt",
        "failed",
        "SELECT COUNT(*) FROM outbox WHERE state = 'sent'"
        " AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.outbox_id = outbox.id)",
    ),
    (
        "more_attempts_than_claims",
        "failed",
        "SELECT COUNT(*) FROM attempts JOIN outbox ON outbox.id = attempts.outbox_id"
        " WHERE attempts.number_of > outbox.attempts",
    ),
    (
        "card_messages_without_card",
        "failed",
        "SELECT COUNT(*) FROM card_messages"
        " WHERE NOT EXISTS (SELECT 1 FROM cards WHERE cards.number = card_messages.number)",
    ),
)

_STUCK = text("SELECT COUNT(*) FROM outbox WHERE state = 'sending' AND sending_at < :bound").bindparams(
    bindparam("bound", type_=Moment)
)


def check(storage: Storage, now: datetime | None = None) -> list[Finding]:
    """Every finding, good ones too. Raises StorageError only when the database cannot be opened at all."""
    with storage.connection(writes=False) as connection:
        return findings(connection, now or datetime.now(UTC))


def findings(connection: Connection, now: datetime) -> list[Finding]:
    found: list[Finding] = []
    if connection.dialect.name == "sqlite":
        found += [_integrity(connection), _links(connection)]
        if any(one.level == "failed" for one in found):
            return found
    revision = revision_of(connection)
    found.append(Finding("revision", "ok" if revision == HEAD else "warning", revision or "none"))
    if revision is not None:
        found += _accounts(connection, now)
    return found


def _accounts(connection: Connection, now: datetime) -> list[Finding]:
    found = [_judged(name, level, number(connection, sql)) for name, level, sql in _ACCOUNTS]
    if connection.dialect.name == "sqlite":
        found.append(_judged("vanished_suggestions", "failed", number(connection, _NUMBERS)))
    stuck = connection.execute(_STUCK, {"bound": now - SENDING_AT_MOST}).scalar()
    return [*found, _judged("stuck_in_sending", "warning", int(stuck or 0))]


def _integrity(connection: Connection) -> Finding:
    try:
        said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(10)")]
    except DBAPIError as fault:
        return Finding("integrity", "failed", str(translated(fault)))
    return Finding("integrity", "ok" if said == ["ok"] else "failed", "; ".join(said))


def _links(connection: Connection) -> Finding:
    try:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    except SQLAlchemyError as fault:
        return Finding("links", "failed", str(translated(fault)))
    return _judged("links", "failed", len(broken))


def _judged(name: str, level: Level, wrong: int) -> Finding:
    return Finding(name, level if wrong else "ok", str(wrong) if wrong else "")
