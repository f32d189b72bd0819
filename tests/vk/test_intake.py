"""The batch and the place behind it are one transaction, whenever the program dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bot.intake import Intake
from bot.vk.errors import VkTransport
from bot.vk.longpoll import Batch, Cursor
from bot.work import Work
from storage.errors import Full
from storage.inbox import Inbox
from storage.migrate import upgrade
from storage.unit import Storage

HOUSE = Path(__file__).parents[2]

#: A stream with one batch behind its beginning: the first commit keeps the place, the second the batch.
_LISTENING = """
import sys
from bot.intake import Intake
from bot.vk.longpoll import Batch, Cursor
from bot.work import Work
from storage.unit import Storage
from tests.handlers.world import a_desk

class Stream:
    def connect(self):
        return Cursor("server", "key", "1")
    def poll(self, cursor):
        return Batch(("{}", "{}"), ("e1", "e2"), ("message_new", "message_event"), (None, None), Cursor("server", "key", "3"))

work = Work(Storage.open(sys.argv[1]), a_desk())
intake = Intake(Stream(), work, 1, before=lambda: None, on_gap=lambda: None)
intake.step()
intake.step()
"""


@pytest.mark.parametrize(("edge", "place", "events"), [("before", "1", 0), ("after", "3", 2)])
def test_t01_a_batch_and_its_place_are_stored_together_or_not_at_all(
    tmp_path: Path, edge: str, place: str, events: int
) -> None:
    storage = Storage.open(f"sqlite:///{tmp_path}/desk.db")
    upgrade(storage)
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "OKMO_FAULT_POINT": f"commit.intake.{edge}:2"}

    done = subprocess.run(
        [sys.executable, "-c", _LISTENING, f"sqlite:///{storage.path}"], env=environment, timeout=60, check=False
    )

    assert done.returncode == -signal.SIGKILL
    with storage.read() as unit:
        kept = unit.inbox.cursor(1)
        assert (kept.ts if kept else None, unit.inbox.waiting()) == (place, events)
        pressed = [row.type for row in unit.inbox.next(10, urgent_only=True)]
        assert pressed == ["message_event"] * (events // 2), "a press is handled before everything else"
    storage.close()


def test_whoever_is_no_moderator_any_more_decides_nothing_with_a_press_that_comes_after(work: Work) -> None:
    kinds = ("message_new", "group_officers_edit", "message_event")

    class Stream:
        def connect(self) -> Cursor:
            return Cursor("server", "key", "1")

        def poll(self, _cursor: Cursor) -> Batch:
            return Batch(("{}",) * 3, ("e1", "e2", "e3"), kinds, (None,) * 3, Cursor("server", "key", "4"))

    stream: Any = Stream()
    intake = Intake(stream, work, 1, before=lambda: None, on_gap=lambda: None)
    intake.step()
    intake.step()
    with work.look() as context:
        order = [row.type for row in context.unit.inbox.next(10)]
    assert order == ["group_officers_edit", "message_event", "message_new"]


def test_what_comes_after_the_stop_is_left_for_the_next_start(work: Work) -> None:
    class Stream:
        def connect(self) -> Cursor:
            return Cursor("server", "key", "1")

        def poll(self, _cursor: Cursor) -> Batch:
            intake.stop()
            return Batch(("{}",), ("e1",), ("message_new",), (None,), Cursor("server", "key", "2"))

        def stop(self) -> None:
            """The answer is on its way already."""

    stream: Any = Stream()
    intake = Intake(stream, work, 1, before=lambda: None, on_gap=lambda: None)
    intake.step()
    assert intake.step() == 0
    with work.look() as context:
        kept = context.unit.inbox.cursor(1)
        assert kept is not None
        assert (kept.ts, context.unit.inbox.waiting()) == ("1", 0)


def test_t14_a_stream_that_breaks_off_has_the_wall_compared(work: Work) -> None:
    compared = threading.Event()

    class Stream:
        def connect(self) -> Cursor:
            raise VkTransport("longpoll", "connection")

        def stop(self) -> None:
            """Nothing is under way."""

    stream: Any = Stream()
    intake = Intake(stream, work, 1, before=lambda: None, on_gap=compared.set)
    thread = threading.Thread(target=intake.run, daemon=True)
    thread.start()
    assert compared.wait(10)
    intake.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_the_first_place_is_kept_while_the_disk_does_not_take_it(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens between the first try and the one that is stored is behind the place VK gave first."""
    places = iter("159")

    class Stream:
        def connect(self) -> Cursor:
            return Cursor("server", "key", next(places))

    def full(*_asked: object) -> int:
        raise Full

    stream: Any = Stream()
    intake = Intake(stream, work, 1, before=lambda: None, on_gap=lambda: None)
    with monkeypatch.context() as broken:
        broken.setattr(Inbox, "store", full)
        with pytest.raises(Full):
            intake.step()
    intake.step()

    with work.look() as context:
        kept = context.unit.inbox.cursor(1)
    assert kept is not None
    assert kept.ts == "1"


def test_t14_a_gap_in_the_stream_has_the_wall_compared(work: Work) -> None:
    asked: list[str] = []
    place = Cursor("server", "key", "1")
    brought = iter([Batch((), (), (), (), place), Batch((), (), (), (), place, gap=True, failed=3)])

    class Stream:
        def connect(self) -> Cursor:
            return place

        def poll(self, _cursor: Cursor) -> Batch:
            return next(brought)

    stream: Any = Stream()
    intake = Intake(stream, work, 1, before=lambda: None, on_gap=lambda: asked.append("compare"))
    intake.step()
    assert asked == ["compare"], "what was suggested before the very first start"
    intake.step()
    assert asked == ["compare"]
    intake.step()
    assert asked == ["compare", "compare"]
