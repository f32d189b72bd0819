"""Who left the community's managers is known to the desk within a minute, whatever events were lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import watch
from bot.watch import Watch
from bot.work import Work
from editorial.roles import Role
from storage.migrate import upgrade
from storage.unit import Storage
from tests.handlers.world import a_desk
from tests.vk.conftest import World

LEFT = 502


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    storage = Storage.open(f"sqlite:///{tmp_path}/desk.db")
    upgrade(storage)
    yield Work(storage, a_desk())
    storage.close()


def a_watch(world: World, work: Work) -> Watch:
    return Watch(
        work,
        world.client("editor-key"),
        world.client(),
        1,
        (),
        lambda: None,
        keep_events=timedelta(days=14),
        keep_authors=timedelta(days=365),
    )


def role(work: Work) -> Role:
    with work.look() as context:
        return context.role(LEFT)


def asked(world: World) -> int:
    return sum(entry["method"] == "groups.getMembers" for entry in world.journal())


def test_presses_within_a_minute_ask_once(world: World, work: Work) -> None:
    watching = a_watch(world, work)
    for _ in range(5):
        watching.refresh_managers()
    assert asked(world) == 1
    assert role(work).decides


def test_a_minute_later_who_left_is_known(world: World, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    watching = a_watch(world, work)
    watching.refresh_managers()
    world.do("set_role", user_id=LEFT, role="stranger")
    assert role(work).decides  # nobody has told the desk
    assert watch.WHILE_THEY_WORK < 60
    monkeypatch.setattr(watch, "WHILE_THEY_WORK", 0.0)
    watching.refresh_managers()
    assert role(work) is Role.STRANGER


def test_a_vk_that_answers_with_a_fault_takes_nobodys_rights(
    world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = a_watch(world, work)
    watching.refresh_managers()
    monkeypatch.setattr(watch, "WHILE_THEY_WORK", 0.0)
    match = {"method": "groups.getMembers", "times": 1}
    world.do("fault", fault={"match": match, "what": "error", "code": 10})
    watching.refresh_managers()
    assert asked(world) == 2
    assert role(work).decides
