"""A press that cannot be carried out is tried again, and at last answered: a button does not turn for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from bot import router
from bot.router import Router
from bot.snackbars import Snackbars
from bot.vk.client import VkClient, VkKey
from bot.work import Work
from handlers.replies import Snackbar
from handlers.router import handle
from handlers.texts import PRESS_FAILED
from storage.errors import Busy, Conflict, StorageError
from storage.inbox import TRIES, Cursor, RawEvent
from storage.migrate import upgrade
from storage.unit import Storage
from tests.builders import GROUP
from tests.handlers.world import a_desk

PRESS = (Path(__file__).parent / "golden" / "press_payload_object.json").read_text(encoding="utf-8")


@dataclass
class Desk:
    """A desk whose handlers meet somebody faster so many times."""

    storage: Storage
    faults: int = 0
    fault: type[StorageError] = Conflict
    shown: list[str] = field(default_factory=list)

    def show(self, snackbar: Snackbar) -> None:
        self.shown.append(snackbar.text)

    def presses(self, faults: int) -> None:
        work = Work(self.storage, a_desk())
        group = VkClient(VkKey("group", "group-key"), "http://vk.invalid/", rate=1000.0)
        handled = Router(work, cast("Snackbars", self), group, GROUP, before=lambda: None)
        with work.begin("press") as context:
            event = RawEvent("e1", json.loads(PRESS)["type"], True, PRESS)
            context.unit.inbox.store([event], Cursor(GROUP, "s", "k", "1"), context.now)
        self.faults = faults
        for _ in range(20):  # the loop goes on after a fault of its own
            with suppress(Busy):
                if not handled.step():
                    break


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(Storage.open(f"sqlite:///{tmp_path}/desk.db"))
    upgrade(made.storage)

    def late(*event_and_context: Any) -> Snackbar | None:
        made.faults -= 1
        if made.faults >= 0:
            raise made.fault("somebody was faster")
        return handle(*event_and_context)

    monkeypatch.setattr(router, "handle", late)
    yield made
    made.storage.close()


def test_a_press_that_met_somebody_faster_is_answered_when_it_is_tried_again(desk: Desk) -> None:
    desk.presses(faults=1)
    [said] = desk.shown
    assert said != PRESS_FAILED


def test_a_press_that_fails_every_time_is_answered_in_the_end(desk: Desk) -> None:
    desk.presses(faults=TRIES)
    assert desk.shown == [PRESS_FAILED]


def test_a_press_waits_as_long_as_somebody_holds_the_database(desk: Desk) -> None:
    desk.fault = Busy
    desk.presses(faults=2 * TRIES)
    [said] = desk.shown
    assert said != PRESS_FAILED
