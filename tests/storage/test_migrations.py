"""Tables are made and upgraded whole or not at all, and are exactly what the schema says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, MetaData, Table

from storage import migrate, schema
from storage.errors import SchemaTooNew
from storage.inbox import RawEvent
from storage.migrate import HEAD, current, head, known_revisions, upgrade
from storage.schema import metadata
from storage.unit import Storage

HOUSE = Path(__file__).parents[2]


def test_a_new_database_is_brought_to_the_newest_revision_once(empty_url: str) -> None:
    storage = Storage.open(empty_url)
    assert current(storage) is None
    assert upgrade(storage) is True
    assert upgrade(storage) is False
    assert current(storage) == head() == HEAD
    storage.close()


def test_a_new_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    """Names and numbers of authors are in it, whatever the habits of the machine."""
    usual = os.umask(0o022)
    try:
        opened = Storage.open(f"sqlite:///{tmp_path}/desk.db")
        upgrade(opened)
        opened.close()
    finally:
        os.umask(usual)

    assert {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {
        "desk.db": 0,
        "desk.db-journal": 0,
    }


def test_the_newest_revision_is_the_one_alembic_finds() -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(migrate.configuration())
    assert scripts.get_heads() == [HEAD]
    assert HEAD in known_revisions()


def test_migrations_make_exactly_the_schema(storage: Storage) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with storage.connection(writes=False) as connection:
        opts = {"compare_server_default": True, "include_name": lambda name, *_: not _of_search(name)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_migrations_make_every_constraint_and_index_of_the_schema(storage: Storage) -> None:
    """Alembic's comparison does not look at checks and at the conditions of indexes."""
    with storage.connection(writes=True) as connection:
        made = _described(connection)
        metadata.drop_all(connection)
        assert _described(connection) == {}
        metadata.create_all(connection)
        assert _described(connection) == made


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage.open(empty_url)
    run = migrate._run

    def run_and_fail(connection: Connection) -> None:
        run(connection)
        raise ZeroDivisionError

    monkeypatch.setattr(migrate, "_run", run_and_fail)
    with pytest.raises(ZeroDivisionError):
        upgrade(storage)
    with storage.connection(writes=False) as connection:
        assert _described(connection) == {}
    monkeypatch.undo()
    assert upgrade(storage)
    storage.close()


_KILLED_HALF_WAY = """
import os, signal, sys
from sqlalchemy import event
from storage.migrate import upgrade
from storage.unit import Storage
storage = Storage.open(sys.argv[1])
seen = []
@event.listens_for(storage.engine, "after_cursor_execute")
def count(connection, cursor, statement, *rest):
    seen.append(statement)
    if len([one for one in seen if "CREATE" in one]) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
upgrade(storage)
"""


@pytest.mark.parametrize("step", [1, 8, 20])
def test_r7_an_upgrade_killed_half_way_leaves_the_database_as_it_was(empty_url: str, step: int) -> None:
    assert _python(_KILLED_HALF_WAY, empty_url, str(step)).wait(60) == -9
    storage = Storage.open(empty_url)
    assert current(storage) is None
    assert upgrade(storage)
    storage.close()


def test_messages_of_an_older_program_are_not_taken_a_second_time(empty_url: str) -> None:
    """Whatever is in its inbox: read back from a conversation, a message it had is known."""
    from alembic import command

    told = '{"type":"message_new","object":{"message":{"peer_id":601,"conversation_message_id":7,"text":"Стоп"}}}'
    storage, moment = Storage.open(empty_url), datetime.now(UTC)
    with storage.connection(writes=True) as connection:
        config = migrate.configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0015")
        old = [("a", told), ("b", told), ("c", "{"), ("d", '{"object":5}'), ("e", '{"object":{"peer_id":true}}')]
        columns = [one for one in schema.inbox.c if one.name not in ("peer_id", "cmid")]
        kept = Table("inbox", MetaData(), *(Column(one.name, one.type) for one in columns))
        for event_id, raw in old:
            row = {"event_id": event_id, "type": "message_new", "urgent": False, "received_at": moment, "raw": raw}
            connection.execute(kept.insert().values(id=ord(event_id), **row))
    upgrade(storage)
    with storage.begin("test") as unit:
        assert unit.inbox.told_of([601]) == {(601, 7)}
        assert unit.inbox.add_read([RawEvent("read", "message_new", False, told, (601, 7))], moment) == 0
        assert unit.inbox.waiting() == len(old)
    storage.close()


def test_of_two_processes_that_upgrade_at_once_one_waits_and_both_are_content(empty_url: str) -> None:
    script = (
        "import sys; from storage.migrate import upgrade; from storage.unit import Storage;"
        "print(upgrade(Storage.open(sys.argv[1])))"
    )
    both = [_python(script, empty_url) for _ in range(2)]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said == ["False", "True"]
    storage = Storage.open(empty_url)
    assert current(storage) == HEAD
    storage.close()


def test_a_database_from_a_newer_program_is_refused_and_left_alone(storage: Storage) -> None:
    with storage.connection(writes=True) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew, match="9999"):
        upgrade(storage)
    assert current(storage) == "9999"


def _python(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        stdout=subprocess.PIPE,
        text=True,
    )


def _parts(sql: str) -> list[str]:
    """Columns and constraints of a CREATE statement, whose order tells only when they were added."""
    inside = re.sub(r"\s+", " ", sql)
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(inside):
        depth += (sign == "(") - (sign == ")")
        if (sign == "," and depth == 1) or (sign == "(" and depth == 1) or (sign == ")" and depth == 0):
            parts.append(inside[start:place].strip())
            start = place + 1
    return [*parts, inside[start:].strip()]


def _of_search(name: str | None) -> bool:
    """Whether it belongs to the index of texts, which each database has in its own way."""
    return bool(name) and str(name).startswith("search_texts")


def _described(connection: Connection) -> dict[str, list[str]]:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite%'"
        )
        return {name: sorted(_parts(sql)) for name, sql in rows if not _of_search(name)}
    indexes = connection.exec_driver_sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    ).fetchall()
    constraints = connection.exec_driver_sql(
        "SELECT conname, conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'"
    ).fetchall()
    return {name: [text] for name, text in [*indexes, *constraints] if not _of_search(name)}
