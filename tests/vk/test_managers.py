"""Who left the community's managers is known to the desk within a minute, whatever events were lost."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import watch
from bot.check_vk import vk
from bot.config import Settings
from bot.status import look, readable
from bot.vk import people
from bot.vk.pace import Pace, Turn
from bot.watch import Watch
from bot.work import Work
from editorial.roles import Role
from handlers.events import OfficersChanged
from handlers.router import handle
from tests.builders import CHAT, a_message
from tests.vk.conftest import World
from tests.vk.test_status_lines import settings
from tests.waiting import until

LEFT = 502


def a_watch(world: World, work: Work, **options: Any) -> Watch:
    return Watch(
        work,
        world.client("editor-key"),
        world.client(**options),
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


def test_a_manager_whose_role_vk_does_not_name_has_no_rights_and_people_are_told(
    world: World, work: Work, tmp_path: Path
) -> None:
    wanted = settings(world, tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/desk.db")
    world.do("set_role", user_id=LEFT, role="advertiser")
    a_watch(world, work).read_managers()
    assert not role(work).decides, "whoever buys advertisements does not decide on news"
    assert "не назвал роль" not in readable(look(wanted), wanted)

    world.do("set_role", user_id=LEFT, role="unnamed")
    a_watch(world, work).read_managers()
    assert not role(work).decides
    with work.begin("test") as context:
        handle(a_message("/статус", by=501, where=CHAT, at=context.now), context)
        [answer] = context.unit.outbox.claim("vk_messages", context.now, 9)
    for told in (readable(look(wanted), wanted), answer.payload["text"], _line(wanted)):
        assert f"vk.com/id{LEFT}" in told
        assert "Назначьте роль" in told


def _line(wanted: Settings) -> str:
    """What `check` says of the managers."""
    line = next(line for line in vk(wanted, None) if line.name == "managers")
    assert line.state == "warning"
    return f"{line.text} {line.do}"


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


def test_a_press_overtakes_what_waits_for_the_key_and_gives_a_silent_vk_up_soon(
    world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    urgent: list[bool] = []

    class Noted(Pace):
        def wait(self, urgent_: bool = False) -> Turn:
            urgent.append(urgent_)
            return super().wait(urgent_)

    watching = a_watch(world, work, timeout=(2, 100), pace=Noted)
    watching.refresh_managers()
    assert urgent == [True]
    monkeypatch.setattr(watch, "WHILE_THEY_WORK", 0.0)
    assert sum(watch.PRESS_WITHIN) <= 1.0
    monkeypatch.setattr(watch, "PRESS_WITHIN", (0.2, 0.2))
    world.do("fault", fault={"match": {"method": "groups.getMembers", "times": 1}, "what": "stall", "seconds": 90})
    watching.refresh_managers()
    assert asked(world) == 2
    assert role(work).decides


def test_a_press_does_not_wait_for_a_list_that_another_waits_for(
    world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching = a_watch(world, work)
    watching.refresh_managers()
    monkeypatch.setattr(watch, "WHILE_THEY_WORK", 0.0)
    world.do("fault", fault={"match": {"method": "groups.getMembers", "times": 1}, "what": "slow", "seconds": 2})
    behind = threading.Thread(target=watching.read_managers)
    behind.start()
    until(lambda: asked(world) == 2)
    pressed = time.monotonic()
    watching.refresh_managers()
    assert time.monotonic() - pressed < 1.0
    assert role(work).decides
    behind.join(10)


def test_while_nobody_is_known_the_next_press_asks_again(world: World, work: Work) -> None:
    watching = a_watch(world, work)
    match = {"method": "groups.getMembers", "times": 1}
    world.do("fault", fault={"match": match, "what": "error", "code": 10})
    watching.refresh_managers()
    assert not role(work).decides
    watching.refresh_managers()
    assert role(work).decides


def test_an_older_list_is_never_written_over_a_newer_one(
    world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is on its way while somebody leaves; the second one does not overtake it."""
    monkeypatch.setattr(watch, "WHILE_THEY_WORK", 0.0)
    watching = a_watch(world, work)
    watching.refresh_managers()
    world.do("fault", fault={"match": {"method": "groups.getMembers", "times": 1}, "what": "slow", "seconds": 0.3})
    first = threading.Thread(target=watching.read_managers)
    first.start()
    until(lambda: asked(world) == 2)
    world.do("set_role", user_id=LEFT, role="stranger")
    watching.refresh_managers()
    first.join(10)
    assert role(work) is Role.STRANGER


def test_the_same_list_again_writes_nothing_and_wakes_nobody(world: World, work: Work) -> None:
    watching = a_watch(world, work)
    watching.read_managers()
    woken: list[None] = []
    work.listen(lambda: woken.append(None))
    watching.read_managers()
    assert woken == []
    with work.begin("test", quiet=True) as context:
        context.unit.settings.set("staff_stale", True, context.now)
    watching.read_managers()
    assert woken == [None]
    with work.look() as context:
        assert context.unit.settings.get("staff_stale") is None


def test_a_change_that_came_while_the_list_was_read_is_not_overwritten_and_not_forgotten(
    world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """VK has answered with the former list; before it arrives an event says that somebody left."""
    watching = a_watch(world, work)
    watching.read_managers()
    ask = people.managers

    def and_meanwhile_somebody_left(*asked: Any, **how: Any) -> Any:
        former = ask(*asked, **how)
        world.do("set_role", user_id=LEFT, role="stranger")
        with work.begin("event") as context:
            handle(OfficersChanged(LEFT, 1, 0), context)
        return former

    monkeypatch.setattr(people, "managers", and_meanwhile_somebody_left)
    watching.read_managers()
    monkeypatch.undo()
    assert role(work) is Role.STRANGER
    watching.tick()
    with work.look() as context:
        assert context.unit.settings.get("staff_stale") is None
    assert role(work) is Role.STRANGER
