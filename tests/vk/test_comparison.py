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
from editorial.suggestion import Status
from handlers import duplicates
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


def a_comparison(desk: Desk, wall: Wall, folder: Path, **more: Any) -> Reconciler:
    user, group = desk.world.client("editor-key", rate=1000), desk.world.client()
    fields: dict[str, Any] = {
        "heartbeat": Heartbeat(folder),
        "can_read": lambda: True,
        "still_manager": lambda: rights(user, group, 1).editor is Editor.OK,
        "on_refusal": lambda: None,
    }
    return Reconciler(wall, desk.work, 60, **fields | more)


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


# --------------------------------------------------------------------------------------- posts nobody suggested

BY_HAND = "В Братске починили мост через ручей у школы № 12, по нему снова ходят дети и ездят автобусы."


def similar_to_a_post(desk: Desk) -> list[str]:
    """What the card of news that repeats the post says of it."""
    number, _ = desk.from_the_wall(BY_HAND.replace("починили", "отремонтировали"))
    with desk.work.look() as context:
        news = context.unit.suggestions.get(number)
        assert news is not None
        return [line for line in duplicates.lines(context, news) if "wall-1_" in line]


def looks(desk: Desk) -> int:
    return sum(
        call["params"].get("filter") == "owner" for call in desk.world.journal() if call["method"] == "wall.get"
    )


def test_a_post_made_while_the_program_was_down_is_compared_with_news(desk: Desk, tmp_path: Path) -> None:
    desk.world.do("post_by_hand", user_id=EDITOR, text=BY_HAND)
    comparison = a_comparison(desk, desk.world.wall(rate=1000), tmp_path)
    comparison.step()
    assert len(similar_to_a_post(desk)) == 1

    with desk.work.look() as context:
        before = context.unit.wall_posts.moments(range(1, 50))
    comparison.step()
    assert looks(desk) == 1, "what events tell is not asked for every minute"
    desk.world.do("post_by_hand", user_id=EDITOR, text="Другой пост о снеге во дворах")
    comparison.ask()
    comparison.step()
    assert looks(desk) == 2
    with desk.work.look() as context:
        assert len(context.unit.wall_posts.moments(range(1, 50)).keys() - before.keys()) == 1


@pytest.mark.parametrize("code", [9, 14, 29])
def test_what_vk_wants_left_alone_is_left_alone_by_the_rest_of_a_comparison(
    desk: Desk, tmp_path: Path, code: int
) -> None:
    desk.world.do("fault", fault={"match": {"method": "wall.get"}, "what": "error", "code": code})
    a_comparison(desk, desk.world.wall(rate=1000), tmp_path).step()
    assert [call["method"] for call in desk.world.journal()].count("wall.get") == 1


def test_our_own_posts_are_no_posts_of_others(desk: Desk, tmp_path: Path) -> None:
    desk.approved()
    desk.runs()
    a_comparison(desk, desk.world.wall(rate=1000), tmp_path).step()
    with desk.work.look() as context:
        assert context.unit.wall_posts.moments(range(1, 50)) == {}


def test_without_an_editor_s_key_the_service_key_reads_what_everybody_may(desk: Desk, tmp_path: Path) -> None:
    desk.world.do("post_by_hand", user_id=EDITOR, text=BY_HAND)
    instead = Wall(desk.world.client("service-key", rate=1000), desk.world.client(), 1, post_gap=0)
    a_comparison(desk, desk.world.wall(), tmp_path, can_read=lambda: False, instead=instead).step()
    assert len(similar_to_a_post(desk)) == 1
    assert [call["params"].get("filter") for call in desk.world.journal() if call["method"] == "wall.get"] == [
        "owner"
    ]
