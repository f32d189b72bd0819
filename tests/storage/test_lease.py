"""One running program for each database, however the last one ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import AlreadyRunning
from storage.lease import lock_path, take_lease
from storage.unit import Storage

_HOLD = """
import sys, time
from storage.lease import take_lease
from storage.unit import Storage
lease = take_lease(Storage.open(sys.argv[1]))
print("running", flush=True)
sys.stdin.read()
"""


def running(url: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, url],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    return process


def address(storage: Storage) -> str:
    return storage.engine.url.render_as_string(hide_password=False)


def test_t04_a_second_program_on_the_same_database_is_refused(storage: Storage) -> None:
    first = take_lease(storage)
    with pytest.raises(AlreadyRunning):
        take_lease(storage)
    assert first.alive()
    first.release()
    with take_lease(storage) as second:
        assert second.alive()
        assert not first.alive()
    assert not second.alive()


def test_t04_the_right_ends_with_the_process_even_when_it_is_killed(storage: Storage) -> None:
    process = running(address(storage))
    with pytest.raises(AlreadyRunning):
        take_lease(storage)
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    for _ in range(600):  # the server of PostgreSQL notices a lost client in its own time
        try:
            lease = take_lease(storage)
        except AlreadyRunning:
            continue
        break
    assert lease.alive()
    lease.release()


def test_t04_another_name_of_the_same_file_is_no_way_around(sqlite: Storage, tmp_path: Path) -> None:
    assert sqlite.path is not None
    (tmp_path / "other.db").symlink_to(sqlite.path)
    with take_lease(sqlite), pytest.raises(AlreadyRunning):
        take_lease(Storage.open(f"sqlite:///{tmp_path}/other.db"))


def test_a_lease_on_a_lock_file_that_was_removed_is_no_longer_alive(sqlite: Storage) -> None:
    assert sqlite.path is not None
    with take_lease(sqlite) as lease:
        lock_path(sqlite.path).unlink()
        assert not lease.alive()
        lock_path(sqlite.path).touch()
        assert not lease.alive(), "another file under the same name is locked by nobody"


@pytest.mark.postgres
def test_a_lease_whose_connection_was_cut_is_no_longer_alive(postgres: Storage) -> None:
    with take_lease(postgres) as lease:
        with postgres.connection(writes=True) as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        assert not lease.alive()
        assert not lease.alive()


@pytest.mark.postgres
def test_a_cut_connection_is_replaced_by_itself(postgres: Storage) -> None:
    with postgres.connection(writes=False) as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    other = Storage.open(address(postgres))
    with other.connection(writes=True) as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
    with postgres.read() as unit:
        assert unit.inbox.waiting() == 0
    other.close()
