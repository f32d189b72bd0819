"""A consistent copy of the database while the program runs, and the way back.

SQLite is copied by this file, PostgreSQL by its own ``pg_dump`` and ``pg_restore``.  How often and where copies
are made is decided by whoever calls.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL

from storage.audit import Finding, check, findings
from storage.engine import WAIT_SECONDS
from storage.errors import BackupFailed, SchemaTooNew, StorageError
from storage.lease import take_lease
from storage.migrate import HEAD, known_revisions
from storage.unit import Storage

__all__ = ["Finding", "backup", "check", "restore"]

_DUMP_SECONDS = 3600


def backup(storage: Storage, path: Path) -> int:
    """Write a consistent copy to ``path``, whole or not at all; returns its size in bytes.

    Units go on meanwhile; on SQLite their commits wait while pages are copied.  Raises BackupFailed.
    """
    path = path.resolve()
    if path == storage.path:
        raise BackupFailed("the copy must not replace the database")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        if storage.path is None:
            _dump(storage.engine.url, part)
        else:
            with storage.as_reader():
                _copy(storage.path, part)
        part.chmod(0o600)
        _settle(part, path)
    except (OSError, sqlite3.Error) as fault:
        raise BackupFailed(str(fault)) from fault
    finally:
        part.unlink(missing_ok=True)
    return path.stat().st_size


def restore(path: Path, url: str) -> Path | None:
    """Put the copy in ``path`` in the place of the database at ``url``.

    The copy is examined first; the database is replaced at once or not at all.  Returns where the replaced
    SQLite file was kept, None when there was none.  Raises BackupFailed for a copy that is damaged,
    SchemaTooNew for one from a newer program and AlreadyRunning while a program works with the database.
    """
    path = path.resolve()
    if not path.is_file():
        raise BackupFailed(f"no such file: {path}")
    target = Storage.open(url)
    try:
        with take_lease(target):
            target.engine.dispose()
            if target.path is None:
                _load(target.engine.url, path)
                return None
            return _replace(path, target.path)
    finally:
        target.close()


def _copy(source: Path, part: Path) -> None:
    if not source.exists():
        raise BackupFailed(f"no database at {source}")
    with closing(sqlite3.connect(source, timeout=WAIT_SECONDS, isolation_level=None)) as database:
        database.execute("VACUUM INTO ?", (str(part),))


def _replace(path: Path, target: Path) -> Path | None:
    fresh = target.with_name(f".{target.name}.{os.getpid()}.restored")
    fresh.unlink(missing_ok=True)
    try:
        shutil.copyfile(path, fresh)
        _examine(fresh)
        fresh.chmod(0o600)
        kept = _set_aside(target)
        _settle(fresh, target)
        return kept
    except OSError as fault:
        raise BackupFailed(str(fault)) from fault
    finally:
        for leftover in (fresh, _journal(fresh)):
            leftover.unlink(missing_ok=True)


def _examine(copy: Path) -> None:
    storage = Storage.open(f"sqlite:///{copy}")
    try:
        with storage.connection(writes=False) as connection:
            found = findings(connection, datetime.now(UTC))
    except StorageError as fault:
        raise BackupFailed(str(fault)) from fault
    finally:
        storage.close()
    failed = [f"{one.name}: {one.detail}" for one in found if one.level == "failed"]
    if failed:
        raise BackupFailed("; ".join(failed))
    revision = next(one.detail for one in found if one.name == "revision")
    if revision == "none":
        raise BackupFailed("not a database of this program")
    if revision != HEAD and revision not in known_revisions():
        raise SchemaTooNew(f"copy at {revision}, program at {HEAD}")


def _set_aside(target: Path) -> Path | None:
    """Keep the present file under another name, so that restoring the wrong copy can be undone."""
    if not target.exists():
        _journal(target).unlink(missing_ok=True)
        return None
    try:
        # A transaction cut short is rolled back now: its journal must not meet the restored file.
        with closing(sqlite3.connect(target, timeout=WAIT_SECONDS)) as database:
            database.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError:
        pass  # damaged, which may be why it is being replaced
    kept = target.with_name(target.name + ".replaced")
    kept.unlink(missing_ok=True)
    os.link(target, kept)
    _journal(target).unlink(missing_ok=True)
    return kept


def _journal(database: Path) -> Path:
    return database.with_name(database.name + "-journal")


def _settle(part: Path, path: Path) -> None:
    """Give a finished file its name so that it survives a power cut."""
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _dump(url: URL, part: Path) -> None:
    _postgres_tool("pg_dump", url, ["--format=custom", "--no-owner", f"--file={part}"])


def _load(url: URL, path: Path) -> None:
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error", str(path)]
    _postgres_tool("pg_restore", url, options)


def _postgres_tool(name: str, url: URL, options: Sequence[str]) -> None:
    program = shutil.which(name)
    if program is None:
        raise BackupFailed(f"{name} is not installed; it comes with PostgreSQL's client programs")
    shown = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    # The password goes by the environment: other users of the machine can read the command line.
    environment = dict(os.environ) | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run(
        [program, f"--dbname={shown}", *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_DUMP_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise BackupFailed(f"{name}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ''}")
