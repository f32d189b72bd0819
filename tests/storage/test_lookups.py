"""Look-ups that happen all the time are served by an index, however much history there is."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from editorial.suggestion import Status
from storage.migrate import upgrade
from storage.unit import Storage, Unit
from tests.storage.builders import WALL
from tests.storage.conftest import NOW

ROWS = 100_000
SECOND = timedelta(seconds=1)

_SUGGESTIONS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO suggestions (owner_id, post_id, author_id, status, version, urgent, fingerprint, received_at,
    updated_at, due_at, published_at, published_post_id, text, attachments)
SELECT -1, i, 1 + i % 500,
    CASE WHEN i % 10000 = 0 THEN 'scheduled' WHEN i % 2000 = 1 THEN 'pending' ELSE 'published' END,
    1, 0, 'f', {now}, {now},
    CASE WHEN i % 10000 = 0 THEN {now} + i * 1000000 END,
    CASE WHEN i % 10000 = 0 OR i % 2000 = 1 THEN NULL ELSE {now} - i * 1000000 END,
    CASE WHEN i % 10000 = 0 OR i % 2000 = 1 THEN NULL ELSE i + 500000 END,
    'Текст новости номер ' || i, '[]'
FROM n
"""
_OUTBOX = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO outbox (target, destination, kind, number, state, due_at, attempts, created_at, sending_at, done_at,
    payload)
SELECT 'vk_messages', 'user:' || (i % 5000), 'letter', i,
    CASE WHEN i % 100 = 0 THEN 'waiting' ELSE 'sent' END, {now},
    CASE WHEN i % 100 = 0 THEN 0 ELSE 1 END, {now}, CASE WHEN i % 100 = 0 THEN NULL ELSE {now} END,
    CASE WHEN i % 100 = 0 THEN NULL ELSE {now} END, '{{}}'
FROM n
"""
_INBOX = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO inbox (event_id, type, urgent, peer_id, cmid, state, received_at, handled_at, raw)
SELECT 'e' || i, 'message_new', i % 7 = 0, 600 + i % 50, i, CASE WHEN i % 1000 = 0 THEN 'new' ELSE 'done' END, {now},
    CASE WHEN i % 1000 = 0 THEN NULL ELSE {now} END, '{{"type":"message_new"}}'
FROM n
"""
_AUTHORS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO authors (vk_id, name, named_at, wants_letters, updated_at) SELECT i, 'А', {now}, 1, {now} FROM n
"""
_CARDS = """
INSERT INTO cards (number, peer_id, cmid, parts, view, hidden, sent_at, updated_at)
SELECT number, 2000000001, number, '[]', '{{}}', 0, {now}, {now} FROM suggestions
"""
_JOURNAL = """
INSERT INTO journal (at, number, action, details) SELECT {now}, number, 'received', '{{}}' FROM suggestions
"""


@pytest.fixture(scope="module")
def old_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """A database with a long history: 100,000 suggestions, as many deliveries and events."""
    path: Path = tmp_path_factory.mktemp("old") / "desk.db"
    storage = Storage.open(f"sqlite:///{path}")
    upgrade(storage)
    values = {"rows": ROWS, "now": int(NOW.timestamp() * 1_000_000)}
    with storage.connection(writes=True) as connection:
        for sql in (_AUTHORS, _SUGGESTIONS, _OUTBOX, _INBOX, _CARDS, _JOURNAL):
            connection.exec_driver_sql(sql.format(**values))
    yield storage
    storage.close()


Look = Callable[[Unit, datetime], object]
LOOKS: dict[str, Look] = {
    "inbox.next": lambda unit, now: unit.inbox.next(20),
    "inbox.next urgent": lambda unit, now: unit.inbox.next(20, urgent_only=True),
    "inbox.waiting": lambda unit, now: unit.inbox.waiting(),
    "inbox.last_received_at": lambda unit, now: unit.inbox.last_received_at(),
    "outbox.claim": lambda unit, now: unit.outbox.claim("vk_messages", now, 20),
    "outbox.claim closed": lambda unit, now: unit.outbox.claim("vk_messages", now, 20, ("user:1",)),
    "outbox.next_due": lambda unit, now: unit.outbox.next_due("vk_messages"),
    "outbox.stranded": lambda unit, now: unit.outbox.stranded("vk_messages"),
    "outbox.recover": lambda unit, now: unit.outbox.recover(now),
    "outbox.counts": lambda unit, now: unit.outbox.counts(),
    "outbox.for_suggestion": lambda unit, now: unit.outbox.for_suggestion(77_777),
    "outbox.waiting_for_person": lambda unit, now: unit.outbox.waiting_for_person(),
    "outbox.release": lambda unit, now: unit.outbox.release("user:7", now),
    "outbox.cancel_for": lambda unit, now: unit.outbox.cancel_for(77_777, "letter", now),
    "suggestions.next_due": lambda unit, now: unit.suggestions.next_due(now),
    "suggestions.next_due_at": lambda unit, now: unit.suggestions.next_due_at(),
    "suggestions.scheduled": lambda unit, now: unit.suggestions.scheduled(),
    "suggestions.waiting": lambda unit, now: unit.suggestions.waiting(now, now),
    "suggestions.pending": lambda unit, now: unit.suggestions.pending(20, after=50_000),
    "suggestions.by_post": lambda unit, now: unit.suggestions.by_post(WALL, 77_777),
    "suggestions.by_published": lambda unit, now: unit.suggestions.by_published(WALL, 577_777),
    "suggestions.by_author": lambda unit, now: unit.suggestions.by_author(77, 5),
    "suggestions.open_posts": lambda unit, now: unit.suggestions.open_posts(WALL),
    "suggestions.known_posts": lambda unit, now: unit.suggestions.known_posts(WALL, range(1, 101)),
    "suggestions.taken": lambda unit, now: unit.suggestions.taken(now - 60 * SECOND, now + 60 * SECOND),
    "suggestions.counts": lambda unit, now: unit.suggestions.counts(),
    "cards.get": lambda unit, now: unit.cards.get(77_777),
    "cards.by_message": lambda unit, now: unit.cards.by_message(2_000_000_001, 77_777),
    "cards.lowest": lambda unit, now: unit.cards.lowest(2_000_000_001),
    "cards.hidden": lambda unit, now: unit.cards.hidden(5),
    "cards.hidden_count": lambda unit, now: unit.cards.hidden_count(),
    "journal.of": lambda unit, now: unit.journal.of(77_777),
    "journal.latest": lambda unit, now: unit.journal.latest(20),
    "authors.unnamed": lambda unit, now: unit.authors.unnamed(100),
    "digests.waiting": lambda unit, now: unit.digests.waiting(),
    "digests.containing": lambda unit, now: unit.digests.containing(77_777),
    "digests.out_since": lambda unit, now: unit.digests.out_since(now - 60 * SECOND),
    "pictures.near": lambda unit, now: unit.pictures.near((1, 2), 6, now),
    "claims.get": lambda unit, now: unit.claims.get(77_777),
    "suggestions.of_region": lambda unit, now: unit.suggestions.of_region("RU-IRK", 11, 50_000),
    "suggestions.several": lambda unit, now: unit.suggestions.several((5, 77_777)),
    "prompts.get": lambda unit, now: unit.prompts.get(2_000_000_001, 7),
}


@pytest.mark.parametrize("name", LOOKS)
def test_p5_a_look_up_reads_no_whole_table(old_desk: Storage, name: str) -> None:
    plans = _plans(old_desk, LOOKS[name])
    assert plans
    scans = [line for line in plans if line.startswith("SCAN") and "USING" not in line and "CONSTANT" not in line]
    assert name in _WALKS or scans == []
    assert name in _SMALL_SORTS or [line for line in plans if "TEMP B-TREE" in line] == []


_WALKS = {"inbox.last_received_at", "journal.latest"}
"""Walk along the rows from their end; a limit stops them after a few."""

_SMALL_SORTS = {"outbox.waiting_for_person", "suggestions.open_posts", "outbox.claim closed", "outbox.release"}
"""Sort what a partial index already reduced to what is open."""


def test_p5_the_next_due_comes_from_its_partial_index(old_desk: Storage) -> None:
    assert any("suggestions_due" in line for line in _plans(old_desk, LOOKS["suggestions.next_due"]))
    with old_desk.connection(writes=False) as connection:
        entries = connection.exec_driver_sql(
            "SELECT COUNT(*) FROM suggestions INDEXED BY suggestions_due WHERE status = 'scheduled'"
        ).scalar()
        assert entries == ROWS // 10_000


def test_p5_a_long_history_slows_nothing_down(old_desk: Storage, tmp_path: Path) -> None:
    """Counted in steps of SQLite's machine, which do not depend on how busy the computer is."""
    young = Storage.open(f"sqlite:///{tmp_path}/young.db")
    upgrade(young)
    values = {"rows": 1000, "now": int(NOW.timestamp() * 1_000_000)}
    with young.connection(writes=True) as connection:
        for sql in (_AUTHORS, _SUGGESTIONS, _OUTBOX, _INBOX, _CARDS, _JOURNAL):
            connection.exec_driver_sql(sql.format(**values))
    for name in ("inbox.next", "outbox.claim", "outbox.next_due", "suggestions.next_due", "cards.by_message"):
        assert _steps(old_desk, LOOKS[name]) < 4 * _steps(young, LOOKS[name]) + 2000, name
    young.close()


def test_a_long_queue_for_one_chat_is_claimed_in_bounded_work(old_desk: Storage) -> None:
    assert _steps(old_desk, lambda unit, now: unit.outbox.claim("vk_messages", now, 20)) < 100_000


def test_pages_of_a_busy_desk_are_spread_over_all_statuses(old_desk: Storage) -> None:
    with old_desk.read() as unit:
        counts = unit.suggestions.counts()
        numbers = random.Random(1).sample(range(1, ROWS), 20)
        assert all(unit.suggestions.get(number) is not None for number in numbers)
    assert counts[Status.SCHEDULED] == ROWS // 10_000
    assert counts[Status.PENDING] == ROWS // 2000


def _plans(storage: Storage, look: Look) -> list[str]:
    statements: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, sql: str, parameters: object, *_rest: object) -> None:
        if not sql.startswith(("BEGIN", "INSERT")):
            statements.append((sql, parameters))

    event.listen(storage.engine, "before_cursor_execute", note)
    try:
        _look(storage, look)
    finally:
        event.remove(storage.engine, "before_cursor_execute", note)
    with storage.connection(writes=False) as connection:
        return [
            str(row[3])
            for sql, parameters in statements
            for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, parameters)  # type: ignore[arg-type]
        ]


def _look(storage: Storage, look: Look) -> None:
    class Undone(Exception):
        pass

    try:
        with storage.begin("look") as unit:
            look(unit, NOW)
            raise Undone
    except Undone:
        pass


def _steps(storage: Storage, look: Look) -> int:
    counted = [0]

    def tick() -> int:
        counted[0] += 1
        return 0

    def measured(unit: Unit, now: datetime) -> None:
        driver = unit.inbox._work._connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(tick, 10)
        try:
            look(unit, now)
        finally:
            driver.set_progress_handler(None, 0)

    _look(storage, measured)
    return counted[0] * 10
