"""A copy made while the program runs brings everything back; a bad copy is refused before anything is touched."""

from __future__ import annotations

import sqlite3
import threading
from datetime import datetime
from pathlib import Path

import pytest

from storage.audit import Finding
from storage.backup import backup, check, restore
from storage.errors import AlreadyRunning, BackupFailed, SchemaTooNew
from storage.lease import take_lease
from storage.unit import Storage
from tests.storage.builders import cursor, delivery, event, queued, taken_in
from tests.storage.conftest import Server


@pytest.fixture
def tools(request: pytest.FixtureRequest, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs, those of the test server."""
    if storage.path is None:
        server: Server = request.getfixturevalue("server")
        monkeypatch.setenv("PATH", str(server.programs), prepend=":")


def address(storage: Storage) -> str:
    return storage.engine.url.render_as_string(hide_password=False)


def failed(found: list[Finding]) -> list[str]:
    return [finding.name for finding in found if finding.level == "failed"]


@pytest.mark.usefixtures("tools")
def test_r7_what_was_backed_up_comes_back_and_later_changes_are_gone(
    storage: Storage, now: datetime, tmp_path: Path
) -> None:
    copy = tmp_path / "copies" / "desk.backup"
    with storage.begin("test") as unit:
        kept = taken_in(unit, now, 1, text="Было \x00 🎈")
        unit.inbox.store([event("a")], cursor("5"), now)
    assert backup(storage, copy) == copy.stat().st_size > 0
    with storage.begin("test") as unit:
        taken_in(unit, now, 2)
    storage.close()
    restore(copy, address(storage))
    with storage.read() as unit:
        assert unit.suggestions.get(kept.number) == kept
        assert unit.suggestions.by_post(-1, 2) is None
        assert unit.inbox.cursor(1) == cursor("5")
    with storage.begin("test") as unit:
        assert taken_in(unit, now, 3).number == kept.number + 1
    assert failed(check(storage, now)) == []


@pytest.mark.usefixtures("tools")
def test_r7_a_copy_made_under_load_is_whole(storage: Storage, now: datetime, tmp_path: Path) -> None:
    finished = threading.Event()

    def work() -> None:
        post_id = 0
        while not finished.is_set():
            post_id += 1
            with storage.begin("work") as unit:
                number = taken_in(unit, now, post_id).number
                unit.journal.add(now, number, None, "received")
                unit.outbox.add(delivery(now, number=number), now)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        copies = [tmp_path / f"{n}.backup" for n in range(3)]
        for copy in copies:
            backup(storage, copy)
    finally:
        finished.set()
        worker.join(30)
    storage.close()
    for copy in copies:
        restore(copy, address(storage))
        with storage.read() as unit:
            known = unit.suggestions.known_posts(-1, range(1, 100_000))
            numbers = {mark.number for mark in known.values()}
            assert set(known) == set(range(1, len(known) + 1))
            assert all(len(unit.outbox.for_suggestion(number)) == 1 for number in numbers)
            assert all(len(unit.journal.of(number)) == 1 for number in numbers)
        assert failed(check(storage, now)) == []
        storage.close()


def test_an_unfinished_copy_never_replaces_a_good_one(
    sqlite: Storage, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "desk.backup"
    backup(sqlite, copy)
    good = copy.read_bytes()

    def break_off(_source: Path, part: Path) -> None:
        part.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.backup._copy", break_off)
    with pytest.raises(BackupFailed, match="space"):
        backup(sqlite, copy)
    assert copy.read_bytes() == good
    assert [one.name for one in tmp_path.iterdir() if "part" in one.name] == []


def test_a_copy_onto_the_database_itself_is_refused(sqlite: Storage) -> None:
    assert sqlite.path is not None
    with pytest.raises(BackupFailed):
        backup(sqlite, sqlite.path)


@pytest.mark.usefixtures("tools")
def test_t04_nothing_is_restored_under_a_running_program(storage: Storage, tmp_path: Path) -> None:
    copy = tmp_path / "desk.backup"
    backup(storage, copy)
    with take_lease(storage), pytest.raises(AlreadyRunning):
        restore(copy, address(storage))


def test_a_damaged_copy_is_refused_and_the_database_stays(sqlite: Storage, now: datetime, tmp_path: Path) -> None:
    with sqlite.begin("test") as unit:
        for post_id in range(1, 200):
            taken_in(unit, now, post_id)
    copy = tmp_path / "desk.backup"
    backup(sqlite, copy)
    with copy.open("r+b") as file:
        file.seek(copy.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    with pytest.raises(BackupFailed):
        restore(copy, address(sqlite))
    with sqlite.read() as unit:
        assert len(unit.suggestions.open_posts(-1)) == 199


def test_something_else_than_a_copy_is_refused(sqlite: Storage, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("не база " * 1000, encoding="utf-8")
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE anything (id)")
    other.close()
    for name in ("text", "other.db", "absent"):
        with pytest.raises(BackupFailed):
            restore(tmp_path / name, address(sqlite))
    assert failed(check(sqlite)) == []


def test_a_copy_from_a_newer_program_is_refused(sqlite: Storage, tmp_path: Path) -> None:
    copy = tmp_path / "desk.backup"
    backup(sqlite, copy)
    newer = sqlite3.connect(copy)
    newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.commit()
    newer.close()
    with pytest.raises(SchemaTooNew):
        restore(copy, address(sqlite))


def test_the_replaced_database_is_kept_beside_the_new_one(sqlite: Storage, now: datetime, tmp_path: Path) -> None:
    copy = tmp_path / "desk.backup"
    backup(sqlite, copy)
    with sqlite.begin("test") as unit:
        taken_in(unit, now)
    sqlite.close()
    kept = restore(copy, address(sqlite))
    assert kept is not None
    before = Storage.open(f"sqlite:///{kept}")
    with before.read() as unit:
        assert len(unit.suggestions.open_posts(-1)) == 1
    before.close()


def test_a_database_can_be_restored_where_there_is_none_and_where_it_is_damaged(
    sqlite: Storage, now: datetime, tmp_path: Path
) -> None:
    copy = tmp_path / "desk.backup"
    with sqlite.begin("test") as unit:
        taken_in(unit, now)
    backup(sqlite, copy)
    (tmp_path / "damaged.db").write_bytes(b"\x00\xff" * 5000)
    for name in ("new/place.db", "damaged.db"):
        restore(copy, f"sqlite:///{tmp_path}/{name}")
        restored = Storage.open(f"sqlite:///{tmp_path}/{name}")
        with restored.read() as unit:
            assert unit.suggestions.by_post(-1, 1) is not None
        restored.close()


def test_t81_an_unfinished_transaction_of_the_old_database_does_not_reach_the_restored_one(
    sqlite: Storage, now: datetime, tmp_path: Path
) -> None:
    """A program killed while its pages were half written leaves a journal; SQLite would play it back."""
    assert sqlite.path is not None
    copy = tmp_path / "desk.backup"
    backup(sqlite, copy)
    sqlite.close()
    dying = sqlite3.connect(sqlite.path, isolation_level=None)
    dying.execute("PRAGMA journal_mode=DELETE")
    dying.execute("PRAGMA cache_size=1")
    dying.execute("BEGIN IMMEDIATE")
    dying.execute(
        "INSERT INTO settings SELECT 'k' || value, zeroblob(3000), 0 FROM json_each(?)", (str([*range(50)]),)
    )
    journal = Path(f"{sqlite.path}-journal")
    torn, hot = sqlite.path.read_bytes(), journal.read_bytes()
    dying.close()
    sqlite.path.write_bytes(torn)
    journal.write_bytes(hot)
    restore(copy, address(sqlite))
    assert failed(check(sqlite, now)) == []
    with sqlite.read() as unit:
        assert unit.settings.get("k1") is None


@pytest.mark.postgres
def test_without_pg_dump_the_reason_is_said(
    postgres: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed, match="pg_dump is not installed"):
        backup(postgres, tmp_path / "desk.backup")


def test_a_sound_database_has_no_bad_findings(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        taken_in(unit, now)
    assert {finding.level for finding in check(storage, now)} == {"ok"}


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ("UPDATE suggestions SET published_post_id = 5", "one_post_one_suggestion"),
        ("UPDATE suggestions SET status = 'rejected' WHERE number = 1", "decided_without_journal"),
        ("UPDATE outbox SET state = 'sent', done_at = created_at", "sent_without_attempt"),
        ("INSERT INTO card_messages VALUES (1, 1, 1)", "card_messages_without_card"),
        (
            "INSERT INTO attempts (outbox_id, number_of, at, outcome) SELECT id, 9, created_at, 'sent' FROM outbox",
            "more_attempts_than_claims",
        ),
    ],
)
def test_r7_accounts_that_do_not_balance_are_found(storage: Storage, now: datetime, broken: str, name: str) -> None:
    with storage.begin("test") as unit:
        taken_in(unit, now, 1)
        taken_in(unit, now, 2)
    queued(storage, now, delivery(now))
    with storage.connection(writes=True) as connection:
        connection.exec_driver_sql(broken)
    assert [finding.name for finding in check(storage, now) if finding.level != "ok"] == [name]


def test_r1_a_suggestion_that_vanished_is_found(sqlite: Storage, now: datetime) -> None:
    with sqlite.begin("test") as unit:
        taken_in(unit, now, 1)
        taken_in(unit, now, 2)
    with sqlite.connection(writes=True) as connection:
        connection.exec_driver_sql("DELETE FROM suggestions WHERE number = 1")
    assert failed(check(sqlite, now)) == ["vanished_suggestions"]


def test_r3_a_delivery_stuck_in_sending_is_found(storage: Storage, now: datetime) -> None:
    from datetime import timedelta

    queued(storage, now, delivery(now))
    with storage.begin("claim") as unit:
        unit.outbox.claim("vk_messages", now, 1)
    minute = timedelta(seconds=60)
    assert {finding.level for finding in check(storage, now + minute)} == {"ok"}
    stuck = check(storage, now + minute + timedelta(seconds=1))
    assert [finding.name for finding in stuck if finding.level == "warning"] == ["stuck_in_sending"]


def test_r7_a_damaged_file_is_found(sqlite: Storage, now: datetime) -> None:
    with sqlite.begin("test") as unit:
        for post_id in range(1, 300):
            taken_in(unit, now, post_id)
    sqlite.close()
    assert sqlite.path is not None
    with sqlite.path.open("r+b") as file:
        file.seek(sqlite.path.stat().st_size // 2)
        file.write(b"\xff" * 4096)
    assert "integrity" in failed(check(sqlite, now))
