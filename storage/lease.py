"""One running program for each database.

SQLite: a lock of the kernel on a file beside the database; PostgreSQL: an advisory lock of a session.  Both end
with the process, however it dies, and neither writes anything.
"""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.errors import AlreadyRunning, Unavailable, translated
from storage.unit import Storage

_PROGRAM = 0x0F6D_6F00


class _Held(Protocol):
    def alive(self) -> bool: ...

    def release(self) -> None: ...


class Lease:
    """The right to run with a database, until :meth:`release` or the end of the process."""

    def __init__(self, held: _Held) -> None:
        self._held = held

    def alive(self) -> bool:
        """Whether the right still stands; a lost connection or a removed lock file ends it."""
        return self._held.alive()

    def release(self) -> None:
        """Give the right back; may be called twice."""
        self._held.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def take_lease(storage: Storage) -> Lease:
    """Become the one program that works with the database. Raises AlreadyRunning when there is one."""
    if storage.path is not None:
        return Lease(_LockedFile(lock_path(storage.path)))
    return Lease(_LockedSession(storage))


def lock_path(database: Path) -> Path:
    """The lock file of an SQLite database. It stays when the program ends; only the lock on it counts."""
    return database.with_name(database.name + ".lock")


class _LockedFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise Unavailable(f"lock file: {fault.strerror}") from fault
        self._open = True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            self.release()
            raise AlreadyRunning(str(path)) from fault

    def alive(self) -> bool:
        if not self._open:
            return False
        try:
            there = self._path.stat()
        except OSError:
            return False
        ours = os.fstat(self._file)
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def release(self) -> None:
        if self._open:
            self._open = False
            os.close(self._file)


class _LockedSession:
    def __init__(self, storage: Storage) -> None:
        self._guard = threading.Lock()
        self._connection: Connection | None = None
        try:
            connection = storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            self._connection = connection
            taken = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_PROGRAM})").scalar()
        except SQLAlchemyError as fault:
            self.release()
            raise translated(fault) from fault
        if not taken:
            self.release()
            raise AlreadyRunning

    def alive(self) -> bool:
        with self._guard:
            if self._connection is None:
                return False
            try:
                self._connection.exec_driver_sql("SELECT 1").scalar()
            except SQLAlchemyError:
                return False
            # A connection that was restored by itself would be a new session, without the lock.
            return not self._connection.invalidated

    def release(self) -> None:
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
