"""How far copies got is asked for once a day, of the networks that tell; nothing known is lost by a failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.sweep import Sweep
from bot.work import Work, utc_now
from editorial.networks import CopyState, Network, NetworkCopy, Placed, Reach
from handlers.router import handle
from storage.migrate import upgrade
from storage.unit import Storage
from tests.builders import suggested
from tests.handlers.world import a_desk
from tests.sandbox_client import SandboxClient
from tests.targets.rig import Rig
from tests.targets.rigs.max import MaxRig
from tests.targets.rigs.telegram import TelegramRig


class Read:
    """A desk with one copy that stands in a network, and the rounds that ask how far it got."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self.rig = rig
        self.ahead = timedelta()
        self.storage = Storage.open(f"sqlite:///{folder / 'okmo.db'}")
        upgrade(self.storage)
        self.work = Work(self.storage, a_desk(), lambda: utc_now() + self.ahead)
        self.sweep = Sweep(
            cast("Any", None), self.work, (rig.target,), can_read=lambda: True, on_refusal=lambda: None
        )
        placed = rig.publish(rig.story("Мост"))[0]
        self.id = placed.ids[0]
        with self.work.begin("test") as context:
            handle(suggested(31), context)
            now = context.now
            copy = NetworkCopy(
                1,
                rig.network.key,
                0,
                CopyState.OUT,
                ids=placed.ids,
                link=placed.link,
                sent_at=now,
                next_reach=now + timedelta(days=1),
            )
            context.unit.copies.put(copy, now)

    def round(self, **later: float) -> NetworkCopy:
        self.ahead += timedelta(**later)
        self.sweep.reach()
        with self.work.look() as context:
            [copy] = context.unit.copies.of(1)
        return copy

    def is_read(self, times: int) -> None:
        self.rig.vk.do("network", network="max", what="read", id=self.id, times=times)


@pytest.fixture
def read(vk: SandboxClient, tmp_path: Path) -> Iterator[Read]:
    made = Read(MaxRig(vk, tmp_path), tmp_path)
    yield made
    made.storage.close()


def test_reach_is_read_once_a_day_and_no_oftener(read: Read) -> None:
    read.is_read(31)
    assert read.round(hours=1).reach == Reach()
    copy = read.round(hours=24)
    assert copy.reach.views == 31
    assert copy.next_reach is not None
    assert timedelta(hours=23) < copy.next_reach - (utc_now() + read.ahead) <= timedelta(days=1)
    read.is_read(9)
    assert read.round(hours=1).reach.views == 31
    assert read.round(hours=24).reach.views == 40


def test_a_failure_keeps_what_is_known_and_asks_again_the_next_day(read: Read) -> None:
    read.is_read(31)
    read.round(days=1, minutes=1)
    read.rig.kill_key()
    copy = read.round(days=1, minutes=1)
    assert copy.reach.views == 31
    assert copy.next_reach is not None
    assert copy.next_reach > utc_now() + read.ahead


def test_after_two_weeks_nobody_asks_any_more(read: Read) -> None:
    assert read.round(days=15).next_reach is None


@pytest.mark.parametrize("told", [10**30, -5])
def test_a_figure_that_cannot_be_keeps_no_reach_from_being_read(read: Read, told: int) -> None:
    read.is_read(31)
    read.round(hours=25)
    read.rig.fault("says", "max.messages.read", body=f'{{"stat": {{"views": {told}}}}}')

    copy = read.round(hours=25)

    assert copy.reach.views == 31
    assert copy.next_reach is not None
    assert copy.next_reach > utc_now() + read.ahead


def test_a_network_that_does_not_tell_has_no_reach(vk: SandboxClient, tmp_path: Path) -> None:
    silent = Read(TelegramRig(vk, tmp_path), tmp_path)
    copy = silent.round(days=1, minutes=1)
    assert (copy.reach, copy.next_reach is not None) == (Reach(), True)
    silent.storage.close()


def test_whoever_stops_waits_for_one_copy_at_most(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first copy's call is in hand when the program is asked to stop: the others keep their turn."""
    with read.work.begin("test") as context:
        [first] = context.unit.copies.of(1)
        for part in (1, 2):
            context.unit.copies.put(replace(first, part=part), context.now)
    ask = read.rig.target.reach
    asked: list[str] = []

    def stopped_meanwhile(network: Network, placed: Placed) -> Reach | None:
        asked.append(network.key)
        read.sweep.stop()
        return ask(network, placed)

    monkeypatch.setattr(read.rig.target, "reach", stopped_meanwhile)
    read.ahead += timedelta(days=1, minutes=1)
    read.sweep.reach()
    assert len(asked) == 1
    with read.work.look() as context:
        assert len(context.unit.copies.due_reach(context.now, 50)) == 2


def test_a_network_that_breaks_down_costs_the_others_nothing(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def breaks_down() -> str:
        raise ZeroDivisionError

    broken = TelegramRig(read.rig.vk, tmp_path).target
    monkeypatch.setattr(broken, "standstill", breaks_down)
    read.sweep = Sweep(
        cast("Any", None), read.work, (broken, read.rig.target), can_read=lambda: True, on_refusal=lambda: None
    )
    with read.work.begin("test") as context:
        [copy] = context.unit.copies.of(1)
        key = broken.networks[0].key
        context.unit.copies.put(replace(copy, network=key), context.now)
    read.is_read(31)
    read.ahead += timedelta(days=1, minutes=1)
    read.sweep.reach()
    with read.work.look() as context:
        assert {one.network: one.reach.views for one in context.unit.copies.of(1)} == {key: None, "max": 31}
