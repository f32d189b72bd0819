"""The router's loop: a store that fails is nobody's event's fault, and ends no loop."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import router
from bot.router import Router
from bot.work import Work
from handlers.events import Unknown
from storage.errors import Full, ReadOnly, StorageError, Unavailable
from storage.inbox import Cursor, RawEvent
from storage.migrate import upgrade
from storage.unit import Storage
from tests.handlers.world import a_desk
from tests.waiting import until

NOBODY: Any = None
ALLOWED = json.dumps(
    {"type": "message_allow", "object": {"user_id": 601, "key": ""}, "group_id": 1, "event_id": "e"}
)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    storage = Storage.open(f"sqlite:///{tmp_path}/desk.db")
    upgrade(storage)
    made = Work(storage, a_desk())
    with made.begin("test") as context:
        events = [RawEvent(f"e{n}", "message_allow", False, ALLOWED) for n in range(2)]
        context.unit.inbox.store(events, Cursor(1, "server", "key", "3"), context.now)
    yield made
    storage.close()


def waiting(work: Work) -> tuple[int, int]:
    """Events that wait, and events that were set aside."""
    with work.look() as context:
        return context.unit.inbox.waiting(), context.unit.inbox.set_aside()


@pytest.mark.parametrize("fault", [Full, ReadOnly, Unavailable])
def test_events_wait_for_the_disk_however_often_it_fails(
    work: Work, monkeypatch: pytest.MonkeyPatch, fault: type[StorageError]
) -> None:
    def fails(*_asked: object) -> None:
        raise fault

    loop = Router(work, NOBODY, NOBODY, 1, before=lambda: None)
    with monkeypatch.context() as broken:
        broken.setattr(router, "handle", fails)
        for _ in range(5):
            with pytest.raises(fault):
                loop.step()
    assert waiting(work) == (2, 0)


def test_a_beginning_that_fails_is_tried_again(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def before() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise Full

    monkeypatch.setattr(router, "parse", lambda *_: Unknown("message_allow", "not used"))
    loop = Router(work, NOBODY, NOBODY, 1, before=before)
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    until(lambda: waiting(work)[0] == 0)
    assert thread.is_alive()
    loop.stop()
    thread.join(5)
    assert tries == [0, 1, 2]


def test_what_asks_for_deletion_is_emptied_with_the_rest(work: Work) -> None:
    loop = Router(work, NOBODY, NOBODY, 1, before=lambda: None, judge=lambda: None)
    for cmid, text in enumerate(("Мы из Юрги, здравствуйте", "Удалить мои данные", "Да, удалить"), start=1):
        message = {"from_id": 7341, "peer_id": 7341, "conversation_message_id": cmid, "text": text, "date": 1}
        raw = json.dumps({"type": "message_new", "object": {"message": message}, "group_id": 1})
        with work.begin("test") as context:
            told = RawEvent(f"m{cmid}", "message_new", False, raw, (7341, cmid))
            context.unit.inbox.store([told], Cursor(1, "server", "key", f"{3 + cmid}"), context.now)
        loop.step()

    with work.storage.connection(writes=False) as connection:
        kept = connection.exec_driver_sql("SELECT raw FROM inbox WHERE event_id LIKE 'm%'").scalars().all()
    assert kept == ["{}"] * 3
