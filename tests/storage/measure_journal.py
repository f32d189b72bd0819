"""Measures what SQLite's journal modes cost and what the storage layer adds to a bare loop.

``python -m tests.storage.measure_journal [FOLDER]`` prints two tables; the folder should be on the disk
in question. Ratios within one run count, absolute figures only show the order of magnitude.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from storage.inbox import Cursor, RawEvent
from storage.migrate import upgrade
from storage.unit import Storage

MODES = (("DELETE", "FULL"), ("DELETE", "EXTRA"), ("TRUNCATE", "FULL"), ("PERSIST", "FULL"), ("WAL", "FULL"))
RAW = json.dumps({"type": "wall_post_new", "object": {"id": 1, "text": "Новость " * 40}}, ensure_ascii=False)
BATCH = 100
ROUNDS = 5
INSERT = (
    "INSERT INTO inbox (event_id, type, urgent, raw, received_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (event_id) DO NOTHING"
)
KEEP = (
    'INSERT INTO cursor (group_id, server, "key", ts, updated_at) VALUES (1, ?, ?, ?, ?)'
    ' ON CONFLICT (group_id) DO UPDATE SET server = excluded.server, "key" = excluded."key",'
    " ts = excluded.ts, updated_at = excluded.updated_at"
)


def fresh(folder: Path, name: str) -> Path:
    path = folder / f"{name}.db"
    storage = Storage.open(f"sqlite:///{path}")
    upgrade(storage)
    storage.close()
    return path


def bare(path: Path, mode: str, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={mode}").fetchall()
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def bare_store(connection: sqlite3.Connection, start: int, size: int) -> None:
    moment = int(time.time() * 1_000_000)
    connection.execute("BEGIN IMMEDIATE")
    rows = [(f"e{number}", "wall_post_new", False, RAW, moment) for number in range(start, start + size)]
    connection.executemany(INSERT, rows)
    connection.execute(KEEP, ("https://lp.invalid", "key", str(start + size), moment))
    connection.execute("COMMIT")


def unit_store(storage: Storage, start: int, size: int) -> None:
    rows = [RawEvent(f"e{number}", "wall_post_new", False, RAW) for number in range(start, start + size)]
    with storage.begin("intake") as unit:
        unit.inbox.store(rows, Cursor(1, "https://lp.invalid", "key", str(start + size)), datetime.now(UTC))


def timed(store: Callable[[int, int], None], start: int, size: int, commits: int) -> float:
    """Rows a second."""
    began = time.perf_counter()
    for number in range(commits):
        store(start + number * size, size)
    return size * commits / (time.perf_counter() - began)


def measure_modes(folder: Path) -> None:
    print(f"SQLite {sqlite3.sqlite_version}, a bare sqlite3 loop, event and cursor in one commit")
    print(f"{'journal':10}{'synchronous':13}{'commits/s, 1 row':>18}{'rows/s, 100 a commit':>24}")
    for mode, synchronous in MODES:
        connection = bare(fresh(folder, f"{mode}-{synchronous}"), mode, synchronous)

        def store(start: int, size: int, connection: sqlite3.Connection = connection) -> None:
            bare_store(connection, start, size)

        single = [timed(store, n * 200, 1, 200) for n in range(ROUNDS)]
        batch = [timed(store, 1_000_000 + n * 10_000, BATCH, 100) for n in range(ROUNDS)]
        connection.close()
        print(f"{mode:10}{synchronous:13}{median(single):18,.0f}{median(batch):24,.0f}")


def measure_layer(folder: Path) -> None:
    print("\nthe storage layer beside a bare loop, PERSIST and FULL; median of alternating rounds")
    print(f"{'':24}{'bare':>10}{'unit':>10}{'ratio':>8}")
    connection = bare(fresh(folder, "bare"), "PERSIST", "FULL")
    storage = Storage.open(f"sqlite:///{fresh(folder, 'unit')}")
    for label, size, commits in (("rows/s, 1 a commit", 1, 200), ("rows/s, 100 a commit", BATCH, 100)):
        ours: list[float] = []
        floor: list[float] = []
        for number in range(ROUNDS * 2 + 1):
            start = size * 1_000_000 + number * size * commits
            floor.append(timed(lambda at, rows: bare_store(connection, at, rows), start, size, commits))
            ours.append(timed(lambda at, rows: unit_store(storage, at, rows), start, size, commits))
        ratio = median(ours) / median(floor)
        print(f"{label:24}{median(floor):10,.0f}{median(ours):10,.0f}{ratio:8.2f}")
    connection.close()
    storage.close()


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        measure_modes(Path(folder))
        measure_layer(Path(folder))


if __name__ == "__main__":
    main()
