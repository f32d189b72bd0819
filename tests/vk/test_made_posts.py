"""News that no suggested post stands behind goes out as a new post: whole, once, and never poorer unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.courier import Courier
from bot.fetch import net_locations
from bot.media import Media
from bot.targets.vk_wall import VkWall
from bot.vk.uploads import fresh_addresses
from bot.work import Work, utc_now
from editorial.delivery import State
from editorial.lifecycle import Action, Press, decide
from editorial.roles import Role
from editorial.suggestion import Attachment, Content, Origin, Status, Suggestion
from handlers import changes, suggest
from storage.migrate import upgrade
from storage.suggestions import NewSuggestion
from storage.unit import Storage
from tests.builders import ANNA
from tests.handlers.world import a_desk
from tests.vk.conftest import World

AUTHOR = 601
TEXT = "В Ангарске открыли сквер у школы"


class Desk:
    """The wall's courier with a real database before a real sandbox; its clock can be put forward."""

    def __init__(self, folder: Path, world: World) -> None:
        self.world = world
        self.ahead = timedelta()
        self.dead_key = False
        self.storage = Storage.open(f"sqlite:///{folder / 'okmo.db'}")
        upgrade(self.storage)
        self.work = Work(self.storage, a_desk(), self.now)
        media = Media(
            folder / "media",
            refresh=fresh_addresses(world.client("editor-key")),
            own_hosts=net_locations(world.address),
        )
        self.target = VkWall(world.wall(rate=1000, timeout=(2, 2)), media, by_hand=lambda: self.dead_key)
        self.courier = Courier(self.target, self.work)

    def now(self) -> datetime:
        return utc_now() + self.ahead

    def message(self, text: str = "", **more: Any) -> tuple[int, tuple[Attachment, ...]]:
        """The author writes into the dialog; returns the message's number and attachments as the event has them."""
        cmid = int(self.world.do("write", user_id=AUTHOR, text=text, **more)["cmid"])
        group = self.world.client()
        answer = group.call("messages.getByConversationMessageId", peer_id=AUTHOR, conversation_message_ids=[cmid])
        from bot.vk.posts import attachments_of

        return cmid, attachments_of(answer["items"][0]["attachments"])

    def approved(self, text: str = TEXT, **more: Any) -> int:
        """News of the dialog with an approval to publish at once."""
        cmid, attachments = self.message(text, **more)
        with self.work.begin("test") as context:
            context.unit.authors.name(AUTHOR, "Мария Петрова", context.now)
            new = NewSuggestion(
                -1, 0, AUTHOR, Content(text, attachments), context.now, None, Origin.DIALOGUE,
                {"peer_id": AUTHOR, "cmids": [cmid]},
            )  # fmt: skip
            added = suggest.bring_in(context, new)
            after = decide(added, Press(Action.PUBLISH, ANNA, Role.EDITOR, 1), context.now)
            assert changes.store(context, added, after, "publish", actor=ANNA)
            changes.plan_publication(context, added.number, context.now)
        return added.number

    def runs(self) -> None:
        while self.courier.step():
            pass

    def suggestion(self, number: int) -> Suggestion:
        with self.work.look() as context:
            found = context.unit.suggestions.get(number)
        assert found is not None
        return found

    def posts(self) -> list[Any]:
        return [post for post in self.world.state()["wall"] if TEXT in post["text"]]


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Iterator[Desk]:
    made = Desk(tmp_path, world)
    yield made
    made.storage.close()


def test_the_post_has_the_photos_in_order_and_says_its_author(desk: Desk) -> None:
    number = desk.approved(photos=3)
    desk.runs()

    [post] = desk.posts()
    assert post["text"] == f"{TEXT}\n\nАвтор: Мария Петрова"
    photos = [one["photo"] for one in post["attachments"]]
    assert [photo["owner_id"] for photo in photos] == [-1, -1, -1]
    assert [photo["id"] for photo in photos] == sorted(photo["id"] for photo in photos)
    published = desk.suggestion(number)
    assert (published.status, published.published_post_id) == (Status.PUBLISHED, post["id"])


def test_the_post_is_read_back_and_found_whole(desk: Desk) -> None:
    number = desk.approved(photos=2)
    desk.runs()
    desk.ahead += timedelta(seconds=10)
    desk.runs()
    assert desk.suggestion(number).proof == "checked"


def test_t62_a_photo_of_a_message_is_not_put_on_the_wall_as_it_is(desk: Desk) -> None:
    """The sandbox drops such a photo without a word, as VK does; the post must have it all the same."""
    desk.approved(photos=1)
    desk.runs()
    [post] = desk.posts()
    assert len(post["attachments"]) == 1


def test_t66_an_address_that_has_expired_is_asked_for_again(desk: Desk) -> None:
    number = desk.approved(photos=1)
    desk.world.do("clock", advance=3 * 86400)
    desk.ahead += timedelta(days=3)
    desk.runs()
    assert desk.suggestion(number).status is Status.PUBLISHED
    desk.world.do("clock", run=True)


def test_t02_a_post_whose_answer_is_lost_is_found_and_not_sent_again(desk: Desk) -> None:
    desk.world.do("fault", fault={"match": {"method": "wall.post", "nth": 1}, "what": "effect_then_reset"})
    number = desk.approved(photos=1)
    desk.runs()
    settle(desk, lambda: desk.suggestion(number).status is Status.PUBLISHED)
    assert len(desk.posts()) == 1


def test_a_post_that_never_arrived_is_sent_again_once_that_is_certain(desk: Desk) -> None:
    desk.world.do("fault", fault={"match": {"method": "wall.post", "nth": 1}, "what": "reset"})
    number = desk.approved(photos=1)
    desk.runs()
    assert desk.suggestion(number).status in (Status.PUBLISHING, Status.SCHEDULED)
    desk.ahead += timedelta(seconds=60)
    settle(desk, lambda: desk.suggestion(number).status is Status.PUBLISHED)
    assert len(desk.posts()) == 1


def test_a_post_that_only_resembles_ours_is_left_to_a_person(desk: Desk) -> None:
    desk.world.do("fault", fault={"match": {"method": "wall.post", "nth": 1}, "what": "reset"})
    number = desk.approved()
    desk.runs()
    desk.world.do("post_by_hand", user_id=501, text=f"{TEXT}!!\nАвтор: Мария Петрова")
    desk.ahead += timedelta(seconds=60)
    settle(desk, lambda: asked(desk, number))
    assert desk.suggestion(number).status is Status.PUBLISHING
    assert len(desk.posts()) == 1


def test_without_an_editors_key_photos_wait_for_a_decision(desk: Desk) -> None:
    desk.dead_key = True
    number = desk.approved(photos=2)
    desk.runs()
    waits = desk.suggestion(number)
    assert (waits.status, waits.trouble) == (Status.FAILED, "by_hand")
    assert desk.posts() == []


def test_without_an_editors_key_a_text_goes_out_with_the_communitys(desk: Desk) -> None:
    desk.dead_key = True
    number = desk.approved()
    desk.runs()
    [post] = desk.posts()
    assert desk.suggestion(number).published_post_id == post["id"]


def test_a_photo_that_is_gone_for_good_fails_the_publication_visibly(desk: Desk) -> None:
    number = desk.approved(photos=1)
    with desk.work.begin("test") as context:
        known = context.unit.suggestions.get(number)
        assert known is not None
        from dataclasses import replace

        nowhere = (replace(known.content.attachments[0], url=f"{desk.world.address}nothing/here.png", media_id=9),)
        changed = replace(known, content=Content(known.content.text, nowhere), version=known.version + 1)
        assert context.unit.suggestions.save(changed, seen_version=known.version)
    desk.runs()
    assert (desk.suggestion(number).status, desk.suggestion(number).trouble) == (Status.FAILED, "photo_gone")
    assert desk.posts() == []


def settle(desk: Desk, wanted: Callable[[], bool]) -> None:
    """Run the courier until the world is as wanted; it looks at what is in doubt every half second or so."""
    for _ in range(40):
        desk.courier.step()
        if wanted():
            return
        desk.courier._looks.clear()  # look now instead of in a second
        desk.ahead += timedelta(seconds=5)
    raise AssertionError("it never came so far")


def asked(desk: Desk, number: int) -> bool:
    with desk.work.look() as context:
        known = context.unit.suggestions.get(number)
        rows = context.unit.outbox.for_suggestion(number)
        assert known is not None
        return changes.people_asked(context, known) and any(
            row.kind == "publish" and row.state is State.UNCERTAIN for row in rows
        )
