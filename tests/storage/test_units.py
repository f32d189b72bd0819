"""A unit is stored whole or not at all, and what comes out of the database is what went in."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from storage import errors
from storage.engine import database_url
from storage.errors import Busy, Conflict, SchemaMissing
from storage.migrate import upgrade
from storage.unit import Storage
from tests.storage.builders import cursor, delivery, event, queued, taken_in

ODD_TEXTS = {
    "nul": "до\x00после",
    "lone_surrogate": "\ud800 и \udfff",
    "a_pair_of_halves": "\ud83d\ude00",
    "our_own_escape": "\x1a0000 \x1a",
    "emoji": "👩‍👩‍👧‍👦🇷🇺",
    "right_to_left": "\u202eтекст\u202c שלום",
    "zero_width": "а\u200bб\u200dв\ufeff",
    "markup": "<b>&amp;</b> \\x \\n [club1|ОКМО] '\"--;",
    "line_ends": "раз\r\nдва\rтри\n",
    "beyond_the_plane": "\U0001f9ff\U00010348",
    "empty": "",
}


def test_what_a_unit_did_is_there_after_it(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now).number
    with storage.read() as unit:
        assert unit.suggestions.get(number) is not None


def test_a_unit_that_raises_leaves_nothing(storage: Storage, now: datetime) -> None:
    def broken_off() -> None:
        with storage.begin("test") as unit:
            taken_in(unit, now)
            unit.settings.set("paused", True, now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    with storage.read() as unit:
        assert unit.suggestions.pending(10) == ()
        assert unit.settings.get("paused") is None


def test_hooks_run_after_the_commit_and_may_open_units(storage: Storage, now: datetime) -> None:
    seen: list[object] = []

    def look() -> None:
        with storage.read() as unit:
            seen.append(unit.settings.get("paused"))

    with storage.begin("test") as unit:
        unit.after_commit(look)
        unit.settings.set("paused", True, now)
        assert seen == []
    assert seen == [True]


def test_hooks_of_a_lost_unit_never_run(storage: Storage) -> None:
    seen: list[int] = []

    def broken_off() -> None:
        with storage.begin("test") as unit:
            unit.after_commit(lambda: seen.append(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert seen == []


def test_a_hook_that_fails_does_not_undo_the_unit_nor_stop_the_next_hook(storage: Storage, now: datetime) -> None:
    seen: list[int] = []
    with storage.begin("test") as unit:
        unit.settings.set("paused", True, now)
        unit.after_commit(lambda: seen.remove(7))
        unit.after_commit(lambda: seen.append(1))
    assert seen == [1]
    with storage.read() as unit:
        assert unit.settings.get("paused") is True


def test_a_reading_unit_sees_one_moment(storage: Storage, now: datetime) -> None:
    """On PostgreSQL the other unit is stored meanwhile, on SQLite its commit waits until the reader is done."""
    writer = threading.Thread(target=_set, args=(storage, "paused", True, now))
    with storage.read() as before:
        assert before.settings.get("paused") is None
        writer.start()
        if storage.path is None:
            writer.join(20)
        assert before.settings.get("paused") is None
    writer.join(20)
    with storage.read() as after:
        assert after.settings.get("paused") is True


def test_a_reading_unit_cannot_write(storage: Storage, now: datetime) -> None:
    with storage.read() as unit, pytest.raises(RuntimeError):
        unit.settings.set("paused", True, now)


@pytest.mark.parametrize("outer", ["begin", "read"])
def test_a_unit_inside_a_unit_is_refused_at_once_instead_of_waiting_for_itself(
    storage: Storage, outer: str
) -> None:
    opened = storage.begin("outer") if outer == "begin" else storage.read()
    with opened, pytest.raises(RuntimeError), storage.begin("inner"):
        pass
    with storage.begin("afterwards"):
        pass


def test_readers_do_not_queue_behind_a_writing_unit(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.settings.set("paused", True, now)
        assert _in_a_thread(lambda: _get(storage, "paused")) is None


def test_a_second_process_that_writes_makes_us_busy_not_broken(
    sqlite: Storage, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    assert sqlite.path is not None
    sqlite.engine.dispose()
    monkeypatch.setattr("storage.engine.WAIT_SECONDS", 0.05)
    impatient = Storage.open(f"sqlite:///{sqlite.path}")
    other = sqlite3.connect(sqlite.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy), impatient.begin("test"):
        pass
    other.execute("ROLLBACK")
    other.close()
    with impatient.begin("test") as unit:
        unit.settings.set("paused", True, now)
    impatient.close()


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_t13_t52_odd_text_survives_character_for_character(storage: Storage, now: datetime, text: str) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now, text=text).number
        unit.inbox.store([event("a" + text, raw=text)], cursor(), now)
        unit.authors.name(7, text, now)
        unit.settings.set("words", {"text": [text]}, now)
        unit.outbox.add(delivery(payload={"text": text}, number=number), now)
    with storage.read() as unit:
        found = unit.suggestions.get(number)
        assert found is not None
        assert found.content.text == text
        assert found.author is not None
        assert found.author.name == text
        (row,) = unit.inbox.next(1)
        assert (row.event_id, row.raw) == ("a" + text, text)
        assert unit.settings.get("words") == {"text": [text]}
        assert unit.outbox.for_suggestion(number)[0].payload == {"text": text}


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 24, 6, 30, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 24, 15, 30, tzinfo=timezone(timedelta(hours=9))),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_t30_moments_come_back_as_the_same_instant_in_aware_utc(storage: Storage, moment: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, moment).number
    with storage.read() as unit:
        found = unit.suggestions.get(number)
        assert found is not None
        assert found.received_at == moment
        assert found.received_at.tzinfo is UTC


def test_t30_a_time_without_a_zone_is_refused(storage: Storage, now: datetime) -> None:
    with pytest.raises(ValueError, match="zone"), storage.begin("test") as unit:
        unit.settings.set("paused", True, now.replace(tzinfo=None))


_PRINT_A_MOMENT = """
import sys
from datetime import datetime, UTC
from storage.inbox import Cursor
from storage.unit import Storage
storage = Storage.open(sys.argv[1])
moment = datetime.fromisoformat(sys.argv[2])
with storage.read() as unit:
    print(unit.suggestions.get(1).received_at.isoformat(), unit.suggestions.get(1).updated_at.isoformat())
with storage.begin("zone") as unit:
    unit.inbox.store([], Cursor(5, "server", "key", "1"), moment)
with storage.connection(writes=False) as connection:
    print(*connection.exec_driver_sql("SELECT updated_at FROM cursor").fetchone())
"""


def test_t30_the_zone_of_the_process_changes_nothing(sqlite: Storage, now: datetime) -> None:
    with sqlite.begin("test") as unit:
        taken_in(unit, now)
    zones = ("UTC", "Europe/Moscow", "Asia/Kamchatka", "Europe/Kaliningrad", "America/New_York")
    said = {
        subprocess.run(
            [sys.executable, "-c", _PRINT_A_MOMENT, f"sqlite:///{sqlite.path}", now.isoformat()],
            env={**os.environ, "TZ": zone, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for zone in zones
    }
    assert said == {f"{now.isoformat()} {now.isoformat()}\n{int(now.timestamp() * 1_000_000)}\n"}


def test_a_database_without_tables_says_so(empty_url: str) -> None:
    storage = Storage.open(empty_url)
    with storage.read() as unit, pytest.raises(SchemaMissing):
        unit.suggestions.get(1)
    storage.close()


def test_a_broken_promise_between_tables_is_refused(storage: Storage, now: datetime) -> None:
    with pytest.raises(Conflict), storage.begin("test") as unit:
        unit.outbox.add(delivery(number=404), now)


def test_a_file_that_is_no_database_is_called_corrupt(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("это не база данных, а что-то совсем другое" * 100, encoding="utf-8")
    storage = Storage.open(f"sqlite:///{tmp_path}/desk.db")
    with pytest.raises(errors.Corrupt), storage.read():
        pass
    storage.close()


def test_an_unreachable_server_is_called_unavailable() -> None:
    storage = Storage.open("postgresql://nobody@127.0.0.1:1/nowhere")
    with pytest.raises(errors.Unavailable), storage.read():
        pass
    storage.close()


@pytest.mark.parametrize("url", ["", "mysql://host/x", "sqlite://", "sqlite:///:memory:", "desk.db"])
def test_an_address_that_cannot_work_is_refused_before_anything_is_opened(url: str) -> None:
    with pytest.raises(ValueError):
        database_url(url)


@pytest.mark.parametrize("url", ["postgresql://h/x", "postgres://h/x", "postgresql+psycopg://h/x"])
def test_every_spelling_of_postgresql_is_understood(url: str) -> None:
    assert database_url(url).drivername == "postgresql+psycopg"


def test_every_storage_error_says_what_it_means() -> None:
    kinds = [errors.StorageError]
    for kind in kinds:
        kinds += kind.__subclasses__()
        assert str(kind()).endswith((".", ";"))
        assert "here" in str(kind("here"))


def test_the_facts_tell_how_the_database_is_kept(storage: Storage) -> None:
    facts = storage.facts()
    assert facts.revision is not None
    assert facts.size_bytes > 0
    if facts.dialect == "sqlite":
        assert (facts.journal_mode, facts.synchronous) == ("PERSIST", "FULL")


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_the_versions_with_the_wal_defect_are_known(version: tuple[int, ...], affected: bool) -> None:
    from storage.facts import has_wal_reset_defect

    assert has_wal_reset_defect(version) is affected


def test_a_database_left_in_wal_mode_is_brought_back_with_all_it_holds(sqlite: Storage, now: datetime) -> None:
    import sqlite3

    _set(sqlite, "paused", True, now)
    sqlite.close()
    assert sqlite.path is not None
    other = sqlite3.connect(sqlite.path, isolation_level=None)
    assert other.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
    other.execute("UPDATE settings SET value = '\"later\"'")
    other.close()
    assert sqlite.facts().journal_mode == "PERSIST"
    assert _get(sqlite, "paused") == "later"


def test_looking_without_finding_anything_writes_nothing(sqlite: Storage, now: datetime) -> None:
    queued(sqlite, now, delivery(now + timedelta(hours=1)))
    assert sqlite.path is not None
    before = _traces(sqlite.path)
    for _ in range(50):
        with sqlite.read() as unit:
            unit.inbox.next(10)
            unit.outbox.next_due("vk_messages")
            unit.suggestions.next_due(now)
        with sqlite.begin("idle") as unit:
            assert unit.outbox.claim("vk_messages", now, 10) == ()
            assert unit.inbox.prune(now) == 0
            assert unit.outbox.recover(now) == 0
    assert _traces(sqlite.path) == before


def test_starting_needs_neither_alembic_nor_the_orm(sqlite: Storage) -> None:
    script = (
        "import sys; from storage.unit import Storage; from storage.migrate import upgrade;"
        "import storage.lease;"
        f"s = Storage.open('sqlite:///{sqlite.path}'); assert not upgrade(s);"
        "print([m for m in ('alembic', 'sqlalchemy.orm', 'psycopg') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    storage = Storage.open(f"sqlite:///{tmp_path}/new/folder/desk.db")
    assert upgrade(storage)
    storage.close()
    assert (tmp_path / "new/folder/desk.db").exists()


def _traces(path: Path) -> list[tuple[str, int, bytes]]:
    return sorted((one.name, one.stat().st_mtime_ns, one.read_bytes()) for one in path.parent.iterdir())


def _set(storage: Storage, key: str, value: object, now: datetime) -> None:
    with storage.begin("other") as unit:
        unit.settings.set(key, value, now)


def _get(storage: Storage, key: str) -> object:
    with storage.read() as unit:
        return unit.settings.get(key)


def _in_a_thread(work: object) -> object:
    answer: list[object] = []
    thread = threading.Thread(target=lambda: answer.append(work()))  # type: ignore[operator]
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    return answer[0]
