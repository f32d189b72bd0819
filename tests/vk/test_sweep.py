"""Posts that are out, read again on a real VK: what proves that one was deleted, and what never does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sweep import Sweep
from bot.vk.posts import WallRecord
from bot.vk.wall import Wall
from bot.work import Work, utc_now
from editorial.networks import PostState
from handlers.events import WallPublished
from handlers.router import handle
from storage.migrate import upgrade
from storage.unit import Storage
from tests.builders import CHAT, GROUP, on_the_wall, suggested
from tests.handlers.world import a_desk
from tests.vk.conftest import World

TEXT = "Открыли библиотеку"


class FaultyWall(Wall):
    """A wall that may answer well-formed nonsense: ``blind`` shows no post by its id, ``bare`` none at all."""

    blind = bare = False

    def read(self, post_ids: Sequence[int], *, urgent: bool = False) -> dict[int, WallRecord]:
        return {} if self.blind else super().read(post_ids, urgent=urgent)

    def newest(self, count: int = 20) -> tuple[WallPublished, ...]:
        return () if self.bare else super().newest(count)

    def is_empty(self) -> bool:
        return self.bare or super().is_empty()


class Watched:
    """A desk that knows one published post of a wall where nothing else stands."""

    def __init__(self, folder: Path, world: World) -> None:
        self.world = world
        world.do("limits", off=True)
        self.ahead = timedelta()
        self.refused = 0
        self.storage = Storage.open(f"sqlite:///{folder / 'okmo.db'}")
        upgrade(self.storage)
        self.work = Work(self.storage, a_desk(), lambda: utc_now() + self.ahead)
        self.wall = FaultyWall(world.client("editor-key", rate=1000), world.client(), GROUP, post_gap=0)
        self.sweep = Sweep(self.wall, self.work, (), can_read=lambda: True, on_refusal=self._refused)
        for post in world.state()["wall"]:
            world.do("delete_by_hand", user_id=501, owner_id=-GROUP, post_id=post["id"])
        self.post_id = int(world.do("post_by_hand", user_id=501, group_id=GROUP, text=TEXT)["post_id"])
        with self.work.begin("test") as context:
            context.unit.settings.set("moderators_chat", CHAT, context.now)
            handle(suggested(7001, text=TEXT), context)
            handle(on_the_wall(self.post_id, text=TEXT, by=501, at=context.now), context)

    def _refused(self) -> None:
        self.refused += 1

    def looks(self, **later: float) -> PostState:
        """One round, so much later; where the post stands then."""
        self.ahead += timedelta(**later)
        self.sweep.posts()
        with self.work.look() as context:
            post = context.unit.posts.get(1)
        assert post is not None
        return post.state

    def is_deleted(self) -> None:
        self.world.do("delete_by_hand", user_id=501, owner_id=-GROUP, post_id=self.post_id)


@pytest.fixture
def watched(tmp_path: Path, world: World) -> Iterator[Watched]:
    made = Watched(tmp_path, world)
    yield made
    made.storage.close()


def test_a_post_that_stands_is_left_alone(watched: Watched) -> None:
    assert watched.looks(minutes=2) is PostState.LIVE


def test_t71_beside_another_post_a_deleted_one_is_known_at_once(watched: Watched) -> None:
    watched.world.do("post_by_hand", user_id=501, group_id=GROUP, text="Другая новость")
    watched.is_deleted()
    assert watched.looks(minutes=2) is PostState.GONE


def test_t71_the_only_post_of_a_wall_is_known_to_be_gone_after_a_second_look(watched: Watched) -> None:
    watched.is_deleted()
    assert watched.looks(minutes=2) is PostState.LIVE
    assert watched.looks(minutes=11) is PostState.GONE


def test_a_waiting_suggestion_serves_as_the_witness(watched: Watched) -> None:
    waiting = int(watched.world.do("suggest", user_id=601, text="Ещё новость")["post_id"])
    with watched.work.begin("test") as context:
        handle(suggested(waiting, text="Ещё новость", at=context.now), context)
    watched.is_deleted()
    assert watched.looks(minutes=2) is PostState.GONE


@pytest.mark.parametrize("fault", [{"what": "empty"}, {"what": "braces"}, {"what": "error", "code": 10}], ids=str)
def test_t16_a_failure_that_looks_like_nothing_erases_nothing(watched: Watched, fault: dict[str, object]) -> None:
    watched.world.do("fault", fault={**fault, "match": {"method": "wall.*", "times": 0}})
    assert watched.looks(minutes=2) is PostState.LIVE
    watched.sweep._rest_until = 0.0
    assert watched.looks(minutes=11) is PostState.LIVE


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "beside another"])
def test_t16_an_answer_without_the_post_is_not_believed_while_the_wall_shows_it(
    watched: Watched, others: int
) -> None:
    for _ in range(others):
        watched.world.do("post_by_hand", user_id=501, group_id=GROUP, text="Другая новость")
    watched.wall.blind = True
    assert watched.looks(minutes=2) is PostState.LIVE
    assert watched.looks(minutes=11) is PostState.LIVE


def test_a_post_that_was_seen_again_in_between_starts_the_doubt_anew(watched: Watched) -> None:
    watched.wall.blind = watched.wall.bare = True
    assert watched.looks(minutes=2) is PostState.LIVE
    watched.wall.blind = watched.wall.bare = False
    assert watched.looks(minutes=11) is PostState.LIVE
    watched.is_deleted()
    assert watched.looks(minutes=20) is PostState.LIVE
    assert watched.looks(minutes=11) is PostState.GONE


def test_posts_that_are_due_together_are_read_in_one_call(watched: Watched) -> None:
    for number in range(2, 12):
        text = f"Новость номер {number} о посёлке под номером {number}"
        post = int(watched.world.do("post_by_hand", user_id=501, group_id=GROUP, text=text)["post_id"])
        with watched.work.begin("test") as context:
            handle(suggested(7000 + number, text=text), context)
            handle(on_the_wall(post, text=text, by=501, at=context.now), context)
    before = len([one for one in watched.world.journal() if one["method"] == "wall.getById"])
    assert watched.looks(minutes=2) is PostState.LIVE
    after = len([one for one in watched.world.journal() if one["method"] == "wall.getById"])
    assert after - before == 1
