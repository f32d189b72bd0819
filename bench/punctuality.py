"""Publication at its time: how late each post is, and whether any is early.

Several desks run side by side.  Each has posts due six seconds apart, because the program keeps five seconds between
two posts of one wall; the times are fractions of a second, which no slot is.
"""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bench import stage
from bench.table import Row, milliseconds, percentile
from tests.sandbox_client import SandboxClient
from tests.stories.desk import Desk

DESKS = 5
POSTS = 20
APART = 6.0
#: The first post is due so long after the start of the program, seconds.
FIRST = 15.0


def measure(_sandbox: SandboxClient, folder: Path) -> list[Row]:
    """The lateness of every post at VK, seconds; the anchor is what a person was promised: a second."""
    with ThreadPoolExecutor(DESKS) as pool:
        runs = list(pool.map(lambda number: _one_desk(folder / f"punctual-{number}", number), range(DESKS)))
    late = [one for run in runs for one in run]
    early = sum(one < 0 for one in late)
    return [
        Row(
            f"publication of {len(late)} posts at their time",
            f"{DESKS} desks, {POSTS} posts each, {APART:.0f} s apart",
            f"{milliseconds(late)} late, latest {max(late) * 1000:.0f} ms, early: {early}",
            f"99th {percentile(late, 0.99):.2f} of the second promised",
            holds=percentile(late, 0.99) <= 1.0 and not early,
        )
    ]


def _one_desk(folder: Path, number: int) -> list[float]:
    folder.mkdir()
    with stage.sandbox(folder) as sandbox, stage.desk(folder, sandbox.url, PUBLISH_SLOTS="0 * * * *") as desk:
        desk.start()
        for at in range(POSTS):
            sandbox.suggest(601, f"К сроку {at} конец")
            desk.press(desk.card_of(f"К сроку {at} конец"), "В очередь")
            desk.wait_card(f"К сроку {at} конец", lambda card: "Отменить" in str(card["keyboard"]))
        desk.stop()
        due = _move(desk, time.time() + FIRST + number * APART / DESKS)
        desk.launch()
        desk.wait_log("started")
        sandbox.wait_for(lambda state: len(state["wall"]) >= POSTS, POSTS * APART + 60, only="wall")
        calls = [call for call in sandbox.journal(method="wall.post") if call.get("executed")]
    posted = {str(call["params"]["post_id"]): datetime.fromisoformat(call["at"]).timestamp() for call in calls}
    return [posted[post_id] - moment for post_id, moment in due.items()]


def _move(desk: Desk, first: float) -> dict[str, float]:
    """Give every post its time, while the program does not run; the times by id of the suggestion."""
    due: dict[str, float] = {}
    with closing(sqlite3.connect(desk.database)) as base, base:
        rows = base.execute("SELECT number, post_id FROM suggestions WHERE status = 'scheduled' ORDER BY number")
        for at, (number, post_id) in enumerate(rows.fetchall()):
            moment = first + at * APART
            stored = int(moment * 1e6)
            base.execute(
                "UPDATE suggestions SET due_at = ?, slot_at = ? WHERE number = ?", (stored, stored, number)
            )
            base.execute("UPDATE outbox SET due_at = ? WHERE number = ? AND kind = 'publish'", (stored, number))
            due[str(post_id)] = stored / 1e6
    assert len(due) == POSTS
    return due
