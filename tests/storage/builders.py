"""Makes what a storage test needs; every argument that does not matter has a default."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from editorial.delivery import NewDelivery
from editorial.suggestion import Content, Suggestion
from storage.inbox import Cursor, RawEvent
from storage.suggestions import NewSuggestion
from storage.unit import Storage, Unit

GROUP = 1
WALL = -GROUP


def event(event_id: str, *, urgent: bool = False, raw: str = "{}", type: str = "message_new") -> RawEvent:
    return RawEvent(event_id, type, urgent, raw)


def cursor(ts: str = "1", group_id: int = GROUP) -> Cursor:
    return Cursor(group_id, "https://lp.invalid", "key", ts)


def news(
    post_id: int = 1,
    *,
    author: int | None = 7,
    text: str = "В школе открыли музей",
    owner: int = WALL,
    at: datetime,
) -> NewSuggestion:
    return NewSuggestion(owner, post_id, author, Content(text), at)


def taken_in(unit: Unit, now: datetime, post_id: int = 1, **more: Any) -> Suggestion:
    added = unit.suggestions.add(news(post_id, at=now, **more), now)
    assert added is not None
    return added


def delivery(
    due_at: datetime | None = None,
    *,
    target: str = "vk_messages",
    destination: str = "chat",
    kind: str = "card",
    number: int | None = None,
    payload: dict[str, Any] | None = None,
    dedupe: str | None = None,
    hold: str | None = None,
) -> NewDelivery:
    return NewDelivery(target, destination, kind, number, payload or {}, due_at, dedupe, hold)


def queued(storage: Storage, now: datetime, *new: NewDelivery) -> list[int]:
    with storage.begin("test") as unit:
        return [unit.outbox.add(one, now) for one in new]


def together(work: Callable[[Any], Any], inputs: Iterable[Any]) -> list[Any]:
    """Run ``work`` on every input in a thread of its own, all starting at the same moment."""
    chosen = list(inputs)
    start = threading.Barrier(len(chosen))

    def one(value: Any) -> Any:
        start.wait(30)
        return work(value)

    with ThreadPoolExecutor(len(chosen)) as threads:
        return list(threads.map(one, chosen))
