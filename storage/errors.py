"""What can go wrong with the database, in the words of this project.

No exception of a driver or of SQLAlchemy crosses the storage line: it is translated here by its code.
What to tell a person about it is decided elsewhere.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class StorageError(Exception):
    """The database did not do what was asked; nothing of the unit is stored."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        meaning = (type(self).__doc__ or "").strip().splitlines()[0]
        return f"{meaning} ({self.detail})" if self.detail else meaning


class Busy(StorageError):
    """Somebody else held the database too long; the same unit may be tried again."""


class Corrupt(StorageError):
    """The file is damaged or is not a database."""


class Full(StorageError):
    """There is no room left on the disk."""


class ReadOnly(StorageError):
    """The database may not be written by this user."""


class Unavailable(StorageError):
    """The database cannot be opened or reached, or its disk fails."""


class Conflict(StorageError):
    """A constraint of the database refused the change."""


class SlotTaken(Conflict):
    """Another suggestion already has this publication slot."""


class SchemaTooNew(StorageError):
    """The database was written by a newer version of the program."""


class SchemaMissing(StorageError):
    """The database has no tables yet or older ones: it has to be upgraded first."""


class AlreadyRunning(StorageError):
    """Another running program works with this database."""


class BackupFailed(StorageError):
    """The copy could not be made or is not usable."""


_SQLITE_PREFIXES: tuple[tuple[str, type[StorageError]], ...] = (
    ("SQLITE_BUSY", Busy),
    ("SQLITE_LOCKED", Busy),
    ("SQLITE_CORRUPT", Corrupt),
    ("SQLITE_NOTADB", Corrupt),
    ("SQLITE_FULL", Full),
    ("SQLITE_READONLY", ReadOnly),
    ("SQLITE_CONSTRAINT", Conflict),
    ("SQLITE_CANTOPEN", Unavailable),
    ("SQLITE_IOERR", Unavailable),
)

_POSTGRES_PREFIXES: tuple[tuple[str, type[StorageError]], ...] = (
    ("40", Busy),  # serialization failure, deadlock
    ("55P03", Busy),  # lock timeout
    ("57014", Busy),  # statement timeout
    ("53100", Full),
    ("25006", ReadOnly),
    ("42501", ReadOnly),
    ("23", Conflict),
    ("XX001", Corrupt),
    ("XX002", Corrupt),
    ("42P01", SchemaMissing),
    ("42703", SchemaMissing),
    ("08", Unavailable),
    ("57P", Unavailable),
    ("53", Unavailable),
)


def translated(fault: SQLAlchemyError) -> Exception:
    """The exception to raise instead of ``fault``.

    A value our own column types refused (a naive time, say) comes back as it was raised.
    """
    if isinstance(fault, PoolTimeout):
        return Busy("no free connection")
    if isinstance(fault, DBAPIError):
        return _by_code(fault)
    if isinstance(fault, StatementError) and isinstance(fault.orig, (ValueError, TypeError)):
        return fault.orig
    return StorageError(type(fault).__name__)


def _by_code(fault: DBAPIError) -> StorageError:
    found = of_driver(fault.orig)
    return Unavailable(found.detail) if fault.connection_invalidated else found


def of_driver(original: BaseException | None) -> StorageError:
    """The same for a fault as the driver itself raised it."""
    detail = str(original).strip().splitlines()[0] if str(original).strip() else type(original).__name__
    name = getattr(original, "sqlite_errorname", None)
    if isinstance(name, str):
        return _of_sqlite(name, detail)
    state = getattr(original, "sqlstate", None)
    if isinstance(state, str):
        return _matching(_POSTGRES_PREFIXES, state, detail)
    return Unavailable(detail) if _lost(original) else StorageError(detail)


def _of_sqlite(name: str, detail: str) -> StorageError:
    if detail.startswith(("no such table", "no such column")):
        return SchemaMissing(detail)
    if name == "SQLITE_CONSTRAINT_UNIQUE" and "suggestions.slot_at" in detail:
        return SlotTaken(detail)
    return _matching(_SQLITE_PREFIXES, name, detail)


def _matching(prefixes: tuple[tuple[str, type[StorageError]], ...], code: str, detail: str) -> StorageError:
    if code == "23505" and "suggestions_slot" in detail:
        return SlotTaken(detail)
    for prefix, kind in prefixes:
        if code.startswith(prefix):
            return kind(detail)
    return StorageError(f"{code}: {detail}")


def _lost(original: BaseException | None) -> bool:
    # psycopg raises a bare OperationalError, without a code, when the server cannot be reached.
    return type(original).__name__ in {"OperationalError", "InterfaceError"}
