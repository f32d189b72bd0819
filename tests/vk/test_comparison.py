"""Events are hints, the wall is the truth: what stands on VK is compared with the queue, and with what was approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.heartbeat import Heartbeat
from bot.reconciler import Reconciler
from bot.vk.posts import WallRecord
from bot.vk.rights import Editor, rights
from bot.vk.wall import SuggestionList, Wall
from editorial.lifecycle import Action, Press, decide
from editorial.roles import Role
from editorial.suggestion import Status
from handlers import changes
from tests.builders import ANNA
from tests.vk.conftest import World
from tests.vk.desk import AUTHOR, TEXT, Desk

EDITOR = 501


@pytest.fixture
def comparing(desk: Desk, tmp_path: Path) -> Reconciler:
    """The comparison with the editor's key; the queue holds one suggestion already."""
    desk.world.do("limits", off=True)
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


@pytest.mark.parametrize(
    ("deed", "how", "status"),
    [
        ("edit_suggestion", {"text": f"{TEXT}, но не сегодня"}, Status.PENDING),
        ("edit_suggestion", {"photos": 1}, Status.PENDING),
        ("delete_suggestion", {}, Status.WITHDRAWN),
    ],
    ids=["text", "photo", "gone"],
)
def test_what_is_not_on_vk_as_it_was_approved_does_not_go_out(
    desk: Desk, comparing: Reconciler, deed: str, how: dict[str, Any], status: Status
) -> None:
    """The author changes the suggestion behind the desk's back, after the decision and before the publication."""
    with desk.work.begin("test") as context:
        before = context.unit.suggestions.get(1)
        assert before is not None
        after = decide(before, Press(Action.PUBLISH, ANNA, Role.EDITOR, before.version), context.now)
        assert changes.store(context, before, after, "publish", actor=ANNA)
        changes.plan_publication(context, 1, context.now)
    desk.world.do(deed, user_id=AUTHOR, post_id=suggestion_on_vk(desk.world), **how)

    desk.runs()

    assert desk.posts() == []
    assert desk.suggestion(1).status is status
    assert [call for call in desk.world.journal() if call["method"] == "wall.post"] == []
