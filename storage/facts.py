"""Asks the database about itself, for ``check`` and ``status``; judges nothing but the known SQLite defect."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from storage.unit import DatabaseFacts

_SYNCHRONOUS = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}


def gather(connection: Connection, path: Path | None) -> DatabaseFacts:
    """The facts of the database behind ``connection``; ``path`` is its file, None for PostgreSQL."""
    from storage.migrate import revision_of
    from storage.unit import DatabaseFacts

    if path is None:
        return DatabaseFacts(
            dialect="postgresql",
            version=str(connection.exec_driver_sql("SHOW server_version").scalar()),
            journal_mode=None,
            synchronous=str(connection.exec_driver_sql("SHOW synchronous_commit").scalar()),
            wal_reset_defect=False,
            size_bytes=number(connection, "SELECT pg_database_size(current_database())"),
            path=None,
            revision=revision_of(connection),
        )
    return DatabaseFacts(
        dialect="sqlite",
        version=sqlite3.sqlite_version,
        journal_mode=str(connection.exec_driver_sql("PRAGMA journal_mode").scalar()).upper(),
        synchronous=_SYNCHRONOUS.get(number(connection, "PRAGMA synchronous")),
        wal_reset_defect=has_wal_reset_defect(sqlite3.sqlite_version_info),
        size_bytes=path.stat().st_size if path.exists() else 0,
        path=path,
        revision=revision_of(connection),
    )


def has_wal_reset_defect(version: tuple[int, ...]) -> bool:
    """Whether this SQLite may lose commits in WAL mode with several connections (3.7.0 to 3.51.2)."""
    repaired = version >= (3, 51, 3) or (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51)
    return version >= (3, 7) and not repaired


def number(connection: Connection, sql: str) -> int:
    """What a query for one number says; 0 for nothing."""
    return int(connection.exec_driver_sql(sql).scalar() or 0)
