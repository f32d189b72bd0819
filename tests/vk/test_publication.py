"""A suggestion leaves VK's queue as the post that was approved, and as no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.targets.vk_wall import VkWall
from bot.vk.wall import Wall
from editorial.suggestion import Status
from tests.vk.desk import AUTHOR, TEXT, Desk


def test_what_was_approved_becomes_the_post_signed_by_its_author(desk: Desk) -> None:
    number, waited = desk.from_the_wall(photos=2)
    desk.approves(number)
    desk.runs()
    [post] = desk.posts()
    assert (post["text"], post["signer_id"], len(post["attachments"])) == (TEXT, AUTHOR, 2)
    published = desk.suggestion(number)
    assert (published.status, published.published_post_id) == (Status.PUBLISHED, post["id"])
    assert waited not in [one["id"] for one in desk.world.state()["suggestions"]]


@pytest.mark.parametrize("change", [{"text": f"{TEXT} и закрыли"}, {"photos": 1}])
def test_t17_what_its_author_changed_since_goes_back_to_the_moderators(desk: Desk, change: dict[str, Any]) -> None:
    number, waits = desk.from_the_wall(photos=2)
    desk.approves(number)
    desk.world.do("edit_suggestion", user_id=AUTHOR, post_id=waits, **change)
    desk.runs()
    assert desk.posts() == []
    back = desk.suggestion(number)
    assert (back.status, back.trouble) == (Status.PENDING, "author_edited")
    assert "wall.post" not in [call["method"] for call in desk.world.journal()]
    assert back.text == change.get("text", TEXT)


def test_what_its_author_took_back_since_is_closed(desk: Desk) -> None:
    number, waits = desk.from_the_wall()
    desk.approves(number)
    desk.world.do("delete_suggestion", user_id=AUTHOR, post_id=waits)
    desk.runs()
    assert desk.posts() == []
    assert desk.suggestion(number).status is Status.WITHDRAWN


def test_what_a_person_published_since_stands_once(desk: Desk) -> None:
    number, waits = desk.from_the_wall()
    desk.approves(number)
    by_hand = desk.world.do("publish_by_hand", user_id=501, post_id=waits)["post_id"]
    desk.runs()
    assert [post["id"] for post in desk.posts()] == [by_hand]
    published = desk.suggestion(number)
    assert (published.status, published.published_post_id) == (Status.PUBLISHED, by_hand)


def test_t74_a_post_made_of_the_authors_other_news_is_not_this_one(desk: Desk) -> None:
    """Nobody has heard yet that a person published the other one; this one was taken back."""
    _, other = desk.from_the_wall()
    number, waits = desk.from_the_wall("Субботник у школы перенесли")
    desk.approves(number)
    desk.world.do("publish_by_hand", user_id=501, post_id=other)
    desk.world.do("delete_suggestion", user_id=AUTHOR, post_id=waits)
    desk.runs()
    assert desk.suggestion(number).status is Status.WITHDRAWN


def test_t02_the_same_words_of_another_news_prove_nothing(desk: Desk) -> None:
    """The author sent the same twice; the answer to the second publication is lost, and it never arrived."""
    first, _ = desk.from_the_wall()
    second, _ = desk.from_the_wall()
    desk.approves(first)
    desk.runs()
    desk.world.do("fault", fault={"match": {"method": "wall.post"}, "what": "reset"})
    desk.approves(second)
    desk.settles(lambda: desk.suggestion(second).status is Status.PUBLISHED)
    posts = {post["id"] for post in desk.posts()}
    assert {desk.suggestion(number).published_post_id for number in (first, second)} == posts
    assert len(posts) == 2


def test_t02_a_post_from_before_the_attempt_proves_nothing(desk: Desk) -> None:
    number = desk.from_the_dialogue()
    desk.world.do("post_by_hand", user_id=501, text=f"{TEXT}\n\nАвтор: Мария Петрова")
    desk.ahead += timedelta(hours=1)
    desk.world.do("fault", fault={"match": {"method": "wall.post"}, "what": "reset"})
    desk.approves(number)
    desk.settles(lambda: desk.suggestion(number).status is Status.PUBLISHED)
    newest = max(post["id"] for post in desk.posts())
    assert (desk.suggestion(number).published_post_id, len(desk.posts())) == (newest, 2)


@pytest.mark.parametrize("code", [15, 100, 214])
def test_t03_a_refusal_of_what_is_out_already_is_no_failure(desk: Desk, code: int) -> None:
    """VK has no one word for a second publication: what stands on the wall is believed, not the word."""
    number, _ = desk.from_the_wall()
    desk.world.do("fault", fault={"match": {"method": "wall.post"}, "what": "effect_then_error", "code": code})
    desk.approves(number)
    desk.runs()
    [post] = desk.posts()
    published = desk.suggestion(number)
    assert (published.status, published.published_post_id) == (Status.PUBLISHED, post["id"])


def test_after_a_restart_posts_keep_their_distance_to_what_went_out_before(desk: Desk) -> None:
    number, _ = desk.from_the_wall()
    desk.approves(number)
    desk.runs()
    wall = Wall(desk.world.client("editor-key"), desk.world.client(), 1, post_gap=60.0)
    again = VkWall(wall, desk.media, by_hand=lambda: False)
    assert again.standstill() is None
    again.prepare(desk.work)
    rests = again.standstill()
    assert rests is not None
    assert rests.reason == "spacing"
    assert 50 < rests.seconds <= 60


def test_nothing_goes_out_poorer_than_it_was_approved(desk: Desk) -> None:
    """VK showed an attachment that it takes back from nobody: a person decides."""
    number, _ = desk.from_the_wall(attachments=[{"type": "hologram", "hologram": {"title": "Глава"}}])
    desk.approves(number)
    desk.runs()
    assert desk.posts() == []
    failed = desk.suggestion(number)
    assert (failed.status, failed.trouble) == (Status.FAILED, "attachment_unknown")
