"""Brings the tables of a database up to the present; all of it or nothing.

The usual start finds the database at :data:`HEAD` and does not load Alembic at all.  The steps themselves are in
``storage/migrations/versions``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

from storage.errors import SchemaTooNew, StorageError

if TYPE_CHECKING:
    from alembic.config import Config

    from storage.unit import Storage

HEAD = "0016"
"""The newest revision; a test holds it equal to what Alembic finds."""

SCRIPTS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 0x0F6D_6F02


def head() -> str:
    """The revision this program works with."""
    return HEAD


def current(storage: Storage) -> str | None:
    """The revision of the database, None when it has no tables yet."""
    with storage.connection(writes=False) as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The revision the database behind ``connection`` says it has."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def upgrade(storage: Storage) -> bool:
    """Upgrade to :data:`HEAD`; False when there was nothing to do.

    Of two processes that upgrade at once one waits and finds the work done.  Raises SchemaTooNew when the
    database comes from a newer program; it is left untouched then.
    """
    if current(storage) == HEAD:
        return False
    with storage.connection(writes=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
        found = revision_of(connection)
        if found == HEAD:
            return False
        _refuse_unknown(found)
        _run(connection)
        if revision_of(connection) != HEAD:
            raise StorageError("the upgrade did not reach the newest revision")
    return True


def _refuse_unknown(revision: str | None) -> None:
    if revision is not None and revision not in known_revisions():
        raise SchemaTooNew(f"database at {revision}, program at {HEAD}")


def known_revisions() -> frozenset[str]:
    """Every revision this program can start from."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(configuration())
    return frozenset(script.revision for script in scripts.walk_revisions())


def configuration() -> Config:
    """Alembic's configuration, made here so that no ini file has to be found."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _run(connection: Connection) -> None:
    from alembic import command

    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
