"""News that no suggested post stands behind goes out as a new post: whole, once, and never poorer unasked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from editorial.delivery import State
from editorial.suggestion import Content, Status
from handlers import changes, forgetting
from tests.vk.desk import AUTHOR, TEXT, Desk


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
    desk.settles(lambda: desk.suggestion(number).status is Status.PUBLISHED)
    assert len(desk.posts()) == 1


def test_a_post_that_never_arrived_is_sent_again_once_that_is_certain(desk: Desk) -> None:
    desk.world.do("fault", fault={"match": {"method": "wall.post", "nth": 1}, "what": "reset"})
    number = desk.approved(photos=1)
    desk.runs()
    assert desk.suggestion(number).status in (Status.PUBLISHING, Status.SCHEDULED)
    desk.ahead += timedelta(seconds=60)
    desk.settles(lambda: desk.suggestion(number).status is Status.PUBLISHED)
    assert len(desk.posts()) == 1


def test_t02_what_took_long_before_the_post_was_sent_does_not_shorten_the_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The photo went up slowly, so the post itself was given up a moment ago and may still appear."""
    monkeypatch.setattr("bot.targets.attempts.LATE_EFFECT", timedelta(seconds=1))
    desk.world.do("fault", fault={"match": {"method": "upload"}, "what": "slow", "seconds": 1.3})
    desk.world.do("fault", fault={"match": {"method": "wall.post", "nth": 1}, "what": "reset"})
    number = desk.approved(photos=1)
    assert desk.courier.step()
    desk.courier._settle()
    assert desk.suggestion(number).status is Status.PUBLISHING
    with desk.work.look() as context:
        [row] = context.unit.outbox.stranded("vk_wall")
    assert row.state is State.UNCERTAIN
    desk.ahead += timedelta(seconds=5)
    desk.settles(lambda: desk.suggestion(number).status is Status.PUBLISHED)
    assert len(desk.posts()) == 1


def test_a_post_that_only_resembles_ours_is_left_to_a_person(desk: Desk) -> None:
    desk.world.do("fault", fault={"match": {"method": "wall.post", "nth": 1}, "what": "reset"})
    number = desk.approved()
    desk.runs()
    desk.world.do("post_by_hand", user_id=501, text=f"{TEXT}!!\nАвтор: Мария Петрова")
    desk.ahead += timedelta(seconds=60)
    desk.settles(lambda: asked(desk, number))
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


def asked(desk: Desk, number: int) -> bool:
    with desk.work.look() as context:
        known = context.unit.suggestions.get(number)
        rows = context.unit.outbox.for_suggestion(number)
        assert known is not None
        return changes.people_asked(context, known) and any(
            row.kind == "publish" and row.state is State.UNCERTAIN for row in rows
        )


def test_the_signature_of_who_asked_to_be_forgotten_comes_off_the_wall(desk: Desk) -> None:
    """One that VK puts itself, and one in the text."""
    desk.approved(photos=1)
    number, _ = desk.from_the_wall(f"{TEXT} вчера", photos=1)
    desk.approves(number)
    desk.runs()
    assert sorted(post.get("signer_id") or 0 for post in desk.posts()) == [0, AUTHOR]

    with desk.work.begin("test") as context:
        named = forgetting.named(context, AUTHOR)
        context.unit.authors.forget(AUTHOR, context.now)
        assert forgetting.take_off(context, named) == 2
    desk.runs()
    assert [(post.get("signer_id"), len(post["attachments"])) for post in desk.posts()] == [(None, 1), (None, 1)]
    assert {post["text"] for post in desk.posts()} == {TEXT, f"{TEXT} вчера"}
