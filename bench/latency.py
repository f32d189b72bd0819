"""How long people wait: from a suggestion to its card, from a press to the line on the screen."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import stage
from bench.table import Row, milliseconds, percentile
from editorial.delivery import NewDelivery
from editorial.suggestion import Content
from storage.migrate import upgrade
from storage.suggestions import NewSuggestion
from storage.unit import Storage
from tests.sandbox_client import SandboxClient
from tests.stories.desk import CHAT, Desk

RUNS = 200
KEPT = 100_000
WAITING = 1_000
#: What is promised: the 99th in seconds, and no growth beyond what two runs of the same differ by.
PROMISED = 0.3
GROWTH = 1.3


def measure(sandbox: SandboxClient, folder: Path) -> list[Row]:
    """With an empty database and with a full one and a long outbox, in the same run."""
    rows: list[Row] = []
    empty: dict[str, float] = {}
    for name, fill in (("idle", False), (f"{KEPT:,} suggestions, {WAITING:,} deliveries waiting", True)):
        sandbox.reset()
        with stage.desk(folder / ("full" if fill else "empty"), sandbox.url, RECONCILE_SECONDS="60") as desk:
            if fill:
                fill_up(desk)
            desk.start()
            cards, snackbars = _live(desk)
        for what, values in (("suggestion to card", cards), ("press to snackbar", snackbars)):
            p99 = percentile(values, 0.99)
            ratio = f"99th {p99 / empty[what]:.2f} of idle" if fill else ""
            empty.setdefault(what, p99)
            holds = p99 <= PROMISED and p99 <= GROWTH * empty[what]
            rows.append(Row(what, name, milliseconds(values), ratio, holds))
    return rows


def fill_up(desk: Desk) -> None:
    """A database of several years and an outbox whose letters wait for the morning."""
    desk.database.parent.mkdir(parents=True, exist_ok=True)
    storage = Storage.open(f"sqlite:///{desk.database}")
    upgrade(storage)
    now = datetime.now(UTC)
    for start in range(0, KEPT, 5_000):
        with storage.begin("fill") as unit:
            for number in range(start, start + 5_000):
                content = Content(f"Новость прошлых лет {number}: в посёлке открыли площадку")
                unit.suggestions.add(NewSuggestion(-1, 1_000_000 + number, 601, content, now), now)
    with storage.connection(writes=True) as connection:
        connection.exec_driver_sql("UPDATE suggestions SET status = 'rejected'")
    with storage.begin("fill") as unit:
        for number in range(1, WAITING + 1):
            new = NewDelivery("vk_messages", f"user:{10_000 + number}", "letter", number, {"letter": "gone"})
            unit.outbox.add(new, now + timedelta(hours=5))
            unit.outbox.move(number, "letter", now + timedelta(hours=5))
    storage.close()


def _live(desk: Desk) -> tuple[list[float], list[float]]:
    cards: list[float] = []
    snackbars: list[float] = []
    for number in range(RUNS):
        text = f"Замер {number} пуск"
        started = time.perf_counter()
        desk.sandbox.suggest(601, text)
        card = desk.card_of(text)
        cards.append(time.perf_counter() - started)
        started = time.perf_counter()
        _wait_for_snackbar(desk, desk.press(card, "Отклонить"))
        snackbars.append(time.perf_counter() - started)
    assert desk.sandbox.chat(CHAT)
    return cards, snackbars


def _wait_for_snackbar(desk: Desk, answer: str | None) -> None:
    desk.sandbox.wait_for(
        lambda state: any(bar["event_id"] == answer for bar in state["snackbars"]), 10, only="snackbars"
    )
