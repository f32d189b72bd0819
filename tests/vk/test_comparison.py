"""Events are hints, the wall is the truth: what stands on VK is compared with the queue, and with what was approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.heartbeat import Heartbeat
from bot.reconciler import Reconciler
from bot.vk.posts import WallRecord
from bot.vk.rights import Editor, rights
from bot.vk.wall import SuggestionList, Wall
from editorial.suggestion import Status
from tests.vk.conftest import World
from tests.vk.desk import AUTHOR, TEXT, Desk

EDITOR = 501


@pytest.fixture
def comparing(desk: Desk, tmp_path: Path) -> Reconciler:
    """The comparison with the editor's key; the queue holds one suggestion already."""
    desk.world.do("suggest", user_id=AUTHOR, text=TEXT, photos=1)
    comparison = a_comparison(desk, desk.world.wall(rate=1000), tmp_path)
    comparison.step()
    assert desk.suggestion(1).status is Status.PENDING
    return comparison


def a_comparison(desk: Desk, wall: Wall, folder: Path) -> Reconciler:
    user, group = desk.world.client("editor-key", rate=1000), desk.world.client()
    return Reconciler(
        wall,
        desk.work,
        60,
        heartbeat=Heartbeat(folder),
        can_read=lambda: True,
        still_manager=lambda: rights(user, group, 1).editor is Editor.OK,
        on_refusal=lambda: None,
    )


def suggestion_on_vk(world: World) -> int:
    return int(world.state()["suggestions"][0]["id"])


def test_t16_a_key_whose_owner_is_no_manager_any_more_closes_nothing(desk: Desk, comparing: Reconciler) -> None:
    """VK shows such a key an empty queue, and no suggestion of others by its id, without any error."""
    desk.world.do("set_role", user_id=EDITOR, role="author")
    comparing.step()
    assert desk.suggestion(1).status is Status.PENDING

    desk.world.do("set_role", user_id=EDITOR, role="editor")
    desk.world.do("delete_suggestion", user_id=AUTHOR, post_id=suggestion_on_vk(desk.world))
    comparing.step()
    assert desk.suggestion(1).status is Status.WITHDRAWN


class MovingWall(Wall):
    """A wall whose queue never stands still while it is read, and that shows nothing by its id."""

    def suggestions(self) -> SuggestionList:
        names: Mapping[int, str] = {}
        return SuggestionList((), names, complete=False)

    def read(self, post_ids: Sequence[int], *, urgent: bool = False) -> dict[int, WallRecord]:
        return {}


def test_t16_a_list_that_did_not_stand_still_closes_nothing(
    desk: Desk, comparing: Reconciler, tmp_path: Path
) -> None:
    wall = MovingWall(desk.world.client("editor-key", rate=1000), desk.world.client(), 1)
    a_comparison(desk, wall, tmp_path).step()
    assert desk.suggestion(1).status is Status.PENDING


class ForgetfulWall(Wall):
    """A wall whose queue is said to be empty, while it shows what is asked for by its id."""

    def suggestions(self) -> SuggestionList:
        names: Mapping[int, str] = {}
        return SuggestionList((), names, complete=True)


def test_t16_what_still_stands_is_not_closed_though_the_list_is_silent_of_it(
    desk: Desk, comparing: Reconciler, tmp_path: Path
) -> None:
    wall = ForgetfulWall(desk.world.client("editor-key", rate=1000), desk.world.client(), 1)
    a_comparison(desk, wall, tmp_path).step()
    assert desk.suggestion(1).status is Status.PENDING

    desk.world.do("delete_suggestion", user_id=AUTHOR, post_id=suggestion_on_vk(desk.world))
    a_comparison(desk, wall, tmp_path).step()
    assert desk.suggestion(1).status is Status.WITHDRAWN
