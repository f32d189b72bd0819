"""The process dies at any moment: what was answered is stored, what was not is absent or whole, never half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from storage.audit import check
from storage.unit import Storage
from tests.storage.builders import GROUP

HOUSE = Path(__file__).parents[2]

_INTAKE = """
import sys
from datetime import UTC, datetime
from editorial.delivery import NewDelivery
from editorial.suggestion import Content
from storage.inbox import Cursor, RawEvent
from storage.suggestions import NewSuggestion
from storage.unit import Storage
storage = Storage.open(sys.argv[1])
with storage.read() as unit:
    known = unit.inbox.cursor(1)
step = int(known.ts) if known else 0
while True:
    now = datetime.now(UTC)
    batch = [RawEvent(f"e{step}-{n}", "wall_post_new", False, "{}") for n in range(3)]
    with storage.begin("intake") as unit:
        unit.inbox.store(batch, Cursor(1, "s", "k", str(step + 1)), now)
    with storage.begin("event") as unit:
        for row in unit.inbox.next(10):
            unit.suggestions.add(NewSuggestion(-1, row.id, 7, Content("Новость"), now), now)
            number = unit.suggestions.by_post(-1, row.id).number
            unit.journal.add(now, number, None, "received")
            unit.outbox.add(NewDelivery("vk_messages", "chat", "card", number, {}, now), now)
            unit.inbox.done(row.id, now)
    with storage.begin("claim") as unit:
        claimed = unit.outbox.claim("vk_messages", now, 1)
    with storage.begin("outcome") as unit:
        for one in claimed:
            unit.outbox.sent(one.id, {"cmid": one.id}, now)
    step += 1
    print(step, flush=True)
"""


def started(storage: Storage, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _INTAKE, f"sqlite:///{storage.path}"],
        env={**os.environ, "PYTHONPATH": str(HOUSE), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def balanced(storage: Storage, answered: int, now: datetime) -> int:
    """The accounts after a crash; returns the place in the stream."""
    with storage.begin("recover") as unit:
        unit.outbox.recover(now)
    with storage.read() as unit:
        known = unit.inbox.cursor(GROUP)
        waiting = unit.inbox.waiting()
        posts = unit.suggestions.known_posts(-1, range(1, 10_000))
        cards = [len(unit.outbox.for_suggestion(mark.number)) for mark in posts.values()]
        journal = [len(unit.journal.of(mark.number)) for mark in posts.values()]
    place = int(known.ts) if known else 0
    assert place >= answered
    assert waiting + len(posts) == place * 3
    assert set(cards) <= {1}
    assert set(journal) <= {1}
    assert [finding for finding in check(storage, now) if finding.level == "failed"] == []
    return place


@pytest.mark.parametrize("edge", ["before", "after"])
@pytest.mark.parametrize("label", ["intake", "event", "claim", "outcome"])
@pytest.mark.parametrize("occurrence", [1, 3])
def test_t81_killed_at_a_commit_nothing_is_lost_or_doubled(
    sqlite: Storage, now: datetime, label: str, edge: str, occurrence: int
) -> None:
    process = started(sqlite, OKMO_FAULT_POINT=f"commit.{label}.{edge}:{occurrence}")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    place = balanced(sqlite, len(said.split()), now)
    done_before = {"intake": occurrence - 1, "event": occurrence, "claim": occurrence, "outcome": occurrence}
    assert place == done_before[label] + (label == "intake" and edge == "after")


def test_t81_killed_at_random_moments_nothing_answered_is_lost(sqlite: Storage, now: datetime) -> None:
    luck = random.Random(20261124)
    for _ in range(12):
        process = started(sqlite)
        assert process.stdout is not None
        answered = 0
        for _ in range(luck.randrange(1, 25)):
            answered = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
        process.wait(60)
        balanced(sqlite, int(rest[-1]) if rest else answered, now)
