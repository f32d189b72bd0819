"""One connection in one transaction, as the repositories see it.

It runs statements and turns every fault of the driver into one of :mod:`storage.errors`; when the transaction
begins and ends is the unit's business.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.exc import SQLAlchemyError

from storage.errors import of_driver, translated

if TYPE_CHECKING:
    from sqlalchemy.dialects.sqlite import Insert

Values = Mapping[str, Any]


class Work:
    """Runs statements inside one unit."""

    def __init__(self, connection: Connection, *, writes: bool) -> None:
        self._connection = connection
        self.writes = writes
        self.dialect = connection.dialect.name

    def rows(self, statement: Executable, values: Values | None = None) -> Sequence[Any]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except SQLAlchemyError as fault:
            raise translated(fault) from fault

    def bare_rows(self, statement: Executable, values: Values | None = None) -> Sequence[Any]:
        """Rows as the driver gives them, tuples: for thousands of them."""
        try:
            result = self._connection.execute(statement, values)
            assert result.cursor is not None
            return result.cursor.fetchall()
        except SQLAlchemyError as fault:
            raise translated(fault) from fault

    def row(self, statement: Executable, values: Values | None = None) -> Any:
        found = self.rows(statement, values)
        return found[0] if found else None

    def value(self, statement: Executable, values: Values | None = None) -> Any:
        """The first column of the first row, None when there is no row."""
        found = self.row(statement, values)
        return None if found is None else found[0]

    def change(self, statement: Executable, values: Values | Sequence[Values] | None = None) -> int:
        """Run a writing statement; returns how many rows it touched."""
        self._must_write()
        try:
            return self._connection.execute(statement, values).rowcount
        except SQLAlchemyError as fault:
            raise translated(fault) from fault

    def written_row(self, statement: Executable, values: Values | None = None) -> Any:
        """Run a writing statement with RETURNING; None when it touched nothing."""
        self._must_write()
        return self.row(statement, values)

    def bulk(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run raw SQL once for every row; values are as the driver takes them."""
        self._must_write()
        if self.dialect == "sqlite":
            return self._straight(sql, rows)
        try:
            return self._connection.exec_driver_sql(sql, list(rows)).rowcount
        except SQLAlchemyError as fault:
            raise translated(fault) from fault

    def _straight(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
        # The hot path: what SQLAlchemy does around a statement costs as much as storing ten events.
        driver: Any = self._connection.connection.driver_connection
        try:
            return int(driver.executemany(sql, rows).rowcount)
        except sqlite3.Error as fault:
            raise of_driver(fault) from fault

    def finds(self, sql: str) -> bool:
        """Whether a raw question to SQLite has an answer; as direct as :meth:`bulk`."""
        driver: Any = self._connection.connection.driver_connection
        try:
            return driver.execute(sql).fetchone() is not None
        except sqlite3.Error as fault:
            raise of_driver(fault) from fault

    def insert(self, table: Table) -> Insert:
        """An INSERT that knows ON CONFLICT; both databases write it alike."""
        if self.dialect == "sqlite":
            from sqlalchemy.dialects.sqlite import insert

            return insert(table)
        from sqlalchemy.dialects.postgresql import insert as postgres_insert

        return postgres_insert(table)  # type: ignore[return-value]

    def _must_write(self) -> None:
        if not self.writes:
            raise RuntimeError("a reading unit was asked to write; open it with begin()")
