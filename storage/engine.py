"""Opens the database and sets how its transactions behave.

SQLite runs with a rollback journal, FULL synchronisation and its own BEGIN; PostgreSQL with READ COMMITTED for
writing and a snapshot for reading.  What is read and written is no concern of this file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import of_driver

WAIT_SECONDS = 30
"""How long a unit waits for another writer before it is refused as busy."""

JOURNAL_MODE = "PERSIST"
"""Rollback journal whose file stays between transactions; see docs/decisions/0001-sqlite-journal.md."""

JOURNAL_BYTES = 4 * 1024 * 1024
"""What is kept of the journal after a large transaction."""

WRITES = "okmo_writes"
"""Execution option of a connection that will write."""

_ONE_WRITER = 0x0F6D_6F02  # any number, the same in every process

_POSTGRES_OPTIONS = " ".join(
    (
        "-c timezone=UTC",
        f"-c lock_timeout={WAIT_SECONDS}s",
        "-c statement_timeout=60s",
        "-c idle_in_transaction_session_timeout=120s",
    )
)


def database_url(url: str) -> URL:
    """The address as SQLAlchemy takes it. Raises ValueError for one that cannot be used."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("not a database address") from None
    backend = parsed.drivername.partition("+")[0]
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ValueError(f"unknown kind of database: {backend}")
    if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise ValueError("SQLite needs a file")
    return parsed.set(drivername="sqlite")


def sqlite_path(url: URL) -> Path | None:
    """The database file, None for PostgreSQL."""
    if url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "").resolve()


def open_engine(url: str) -> Engine:
    """An engine for ``url``; the folder of an SQLite file is created. Does not connect yet."""
    parsed = database_url(url)
    path = sqlite_path(parsed)
    if path is None:
        return _open_postgres(parsed)
    path.parent.mkdir(parents=True, exist_ok=True)
    return _open_sqlite(parsed.set(database=str(path)))


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False, "cached_statements": 256},
        pool_size=4,
        max_overflow=60,
        pool_timeout=WAIT_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(_dialect: Any, _record: Any, where: Sequence[Any], _how: Any) -> None:
    """A new file is its owner's alone, and SQLite gives its journal the same rights; an old one stays as it is."""
    with suppress(OSError):  # it is there already; of a folder that cannot be used SQLite tells better
        os.close(os.open(where[0], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transactions begin only at the first write, which loses updates read before it.
    connection.isolation_level = None
    for pragma in (
        f"journal_mode={JOURNAL_MODE}",
        f"journal_size_limit={JOURNAL_BYTES}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    # Straight to the driver: every unit passes here, and SQLAlchemy's way costs as much as a small query.
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    except sqlite3.Error as fault:
        raise of_driver(fault) from fault


def _open_postgres(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={
            "options": _POSTGRES_OPTIONS,
            "connect_timeout": 10,
            "keepalives_idle": 30,
            "application_name": "okmo-news-desk",
        },
        pool_size=4,
        max_overflow=60,
        pool_timeout=WAIT_SECONDS,
        pool_use_lifo=True,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _begin_postgres(connection: Connection) -> None:
    """Writing units are alone, as on SQLite: they would lock the same rows in many orders, crosswise too."""
    if connection.get_execution_options().get(WRITES, False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})")
