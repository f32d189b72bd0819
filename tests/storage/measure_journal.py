"""Measures what SQLite's journal modes cost and what the storage layer adds to a bare loop.

``python -m tests.storage.measure_journal [FOLDER]`` prints three tables; the folder should be on the disk
in question. Ratios within one run count, absolute figures only show the order of magnitude.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from storage.inbox import Cursor, RawEvent
from storage.migrate import upgrade
from storage.unit import Storage

MODES = (("DELETE", "FULL"), ("DELETE", "EXTRA"), ("TRUNCATE", "FULL"), ("PERSIST", "FULL"), ("WAL", "FULL"))
RAW = json.dumps({"type": "wall_post_new", "object": {"id": 1, "text": "Новость " * 40}}, ensure_ascii=False)
BATCH = 100
ROUNDS = 9
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
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
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
    print(
        f"SQLite {sqlite3.sqlite_version}, a bare sqlite3 loop, event and cursor in one commit; median of {ROUNDS}"
    )
    print(f"{'journal':10}{'synchronous':13}{'commits/s, 1 row':>18}{'rows/s, 100 a commit':>24}")
    opened = {mode: bare(fresh(folder, "-".join(mode)), *mode) for mode in MODES}
    single: dict[tuple[str, str], list[float]] = {mode: [] for mode in MODES}
    batch: dict[tuple[str, str], list[float]] = {mode: [] for mode in MODES}
    for number in range(ROUNDS):  # in turn, so that a busy moment of the disk meets every mode
        for mode, connection in opened.items():
            store = partial(bare_store, connection)
            single[mode].append(timed(store, number * 200, 1, 200))
            batch[mode].append(timed(store, 1_000_000 + number * 10_000, BATCH, 100))
    for mode, connection in opened.items():
        connection.close()
        print(f"{mode[0]:10}{mode[1]:13}{median(single[mode]):18,.0f}{median(batch[mode]):24,.0f}")


def measure_layer(folder: Path) -> None:
    print("\nthe storage layer beside a bare loop, PERSIST and FULL; median of alternating rounds")
    print(f"{'':24}{'bare':>10}{'unit':>10}{'ratio':>8}")
    connection = bare(fresh(folder, "bare"), "PERSIST", "FULL")
    storage = Storage.open(f"sqlite:///{fresh(folder, 'unit')}")
    for label, size, commits in (("rows/s, 1 a commit", 1, 200), ("rows/s, 100 a commit", BATCH, 100)):
        ours: list[float] = []
        floor: list[float] = []
        for number in range(ROUNDS):
            start = size * 1_000_000 + number * size * commits
            floor.append(timed(lambda at, rows: bare_store(connection, at, rows), start, size, commits))
            ours.append(timed(lambda at, rows: unit_store(storage, at, rows), start, size, commits))
        ratio = median(ours) / median(floor)
        print(f"{label:24}{median(floor):10,.0f}{median(ours):10,.0f}{ratio:8.2f}")
    connection.close()
    storage.close()


def waits(read: Callable[[], object], write: Callable[[int], None], seconds: float = 5.0) -> list[float]:
    """How long each reader waited, in seconds and in order, while one thread wrote without a rest."""
    end = time.monotonic() + seconds
    found: list[float] = []

    def writer() -> None:
        number = 0
        while time.monotonic() < end:
            write(number)
            number += 1

    thread = threading.Thread(target=writer)
    thread.start()
    while time.monotonic() < end:
        began = time.perf_counter()
        read()
        found.append(time.perf_counter() - began)
    thread.join()
    return sorted(found)


def measure_readers(folder: Path) -> None:
    print("\na reader beside a thread that commits without a rest, PERSIST and FULL, five seconds")
    print(f"{'':24}{'reads':>8}{'median ms':>12}{'99th ms':>10}{'longest ms':>12}")
    path = fresh(folder, "sleep")
    reading, writing = (bare(path, "PERSIST", "FULL") for _ in range(2))
    for connection in (reading, writing):
        connection.execute("PRAGMA busy_timeout=30000")
    storage = Storage.open(f"sqlite:///{fresh(folder, 'gate')}")

    def look() -> None:
        with storage.read() as unit:
            unit.inbox.next(5)

    sleeping = waits(
        lambda: reading.execute("SELECT * FROM inbox WHERE state = 'new' LIMIT 5").fetchall(),
        lambda number: bare_store(writing, number, 1),
    )
    gated = waits(look, lambda number: unit_store(storage, number, 1))
    for label, found in (("SQLite's own sleeping", sleeping), ("the gate", gated)):
        times = [1000 * found[int(len(found) * part)] for part in (0.5, 0.99)]
        print(f"{label:24}{len(found):8,}{times[0]:12.1f}{times[1]:10.1f}{1000 * found[-1]:12.1f}")
    storage.close()


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        measure_modes(Path(folder))
        measure_layer(Path(folder))
        measure_readers(Path(folder))


if __name__ == "__main__":
    main()
