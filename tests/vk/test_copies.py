"""Copies in other communities: a post of their own or a repost, once, whole, and the neighbours left in peace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.fetch import net_locations
from bot.media import Media
from bot.targets.network import Copy, Files
from bot.targets.vk_copy import VkCopy
from bot.vk.client import VkClient
from bot.vk.errors import VkRefused
from bot.vk.posts import attachments_of
from bot.vk.uploads import fresh_addresses
from bot.vk.wall import Wall
from editorial.delivery import Delivery, Refused, RetryLater, Sent, State, Uncertain
from editorial.networks import Story
from editorial.suggestion import Attachment
from tests.media.pictures import a_picture
from tests.media.server import sends
from tests.targets.rig import placed_of
from tests.vk.conftest import World
from tests.vk.fault_server import fault_server

TEXT = "В Черемхове открыли библиотеку. Подробности у [id601|Ирины Ангарской]. #Черемхово@okmo_news"
SOURCE = "Источник: vk.com/wall-1_"
NEVER = datetime(2026, 1, 1, tzinfo=UTC)


def a_delivery(kind: str = "post", number: int = 1) -> Delivery:
    now = datetime.now(UTC)
    return Delivery(number, "vk_copy", "wall:-2", kind, 214, {}, State.SENDING, now, 1, now, sending_at=now)


class Rig:
    """The target of community 2 (and 3), and a story that stands on our wall."""

    def __init__(self, world: World, folder: Path, *groups: int, gap: float = 0, **options: Any) -> None:
        self.world = world
        world.do("limits", off=True)
        self.client: VkClient = world.client("editor-key", rate=50, wall_gap=gap)
        hosts = net_locations(world.address)
        media = Media(folder, refresh=fresh_addresses(self.client), own_hosts=hosts)
        self.target = VkCopy(media, self.client, groups or (2,), **options)

    def story(self, text: str = TEXT, photos: int = 0, **more: Any) -> Story:
        made = self.world.do("post_by_hand", user_id=501, text=text, photos=photos)
        post_id = int(made["post_id"])
        raw = self.client.call("wall.getById", posts=f"-1_{post_id}")["items"][0]
        fields: dict[str, Any] = {
            "number": 214,
            "text": text,
            "attachments": attachments_of(raw["attachments"]),
            "link": f"https://vk.com/wall-1_{post_id}",
            "published_at": datetime.now(UTC),
            "owner_id": -1,
            "post_id": post_id,
        }
        return Story(**{**fields, **more})

    def copy(self, story: Story, at: int = 0, placed: Sent | None = None) -> Copy:
        network = self.target.networks[at]
        stands = placed_of(placed, datetime.now(UTC)) if placed else None
        return Copy(network, story, self.target.render(story, network)[0], 0, stands)

    def wall(self, group: int = 2) -> list[Any]:
        posts: list[Any] = self.client.call("wall.get", owner_id=-group)["items"]
        return posts

    def posted(self, story: Story, **more: Any) -> Sent:
        outcome = self.target.publish(self.copy(story), a_delivery(**more))
        assert isinstance(outcome, Sent), outcome
        return outcome


@pytest.fixture
def rig(world: World, tmp_path: Path) -> Rig:
    return Rig(world, tmp_path)


def test_T57_a_copy_names_its_source_in_the_text_and_keeps_the_markup(rig: Rig) -> None:
    story = rig.story()
    sent = rig.posted(story)
    (post,) = rig.wall()
    assert post["text"] == f"{TEXT}\n\n{SOURCE}{story.post_id}"
    assert (post["from_id"], sent.result["link"]) == (-2, f"https://vk.com/wall-2_{post['id']}")
    assert "notes" not in sent.result


def test_every_attempt_at_a_copy_bears_the_same_mark_and_no_other_copy_does(rig: Rig) -> None:
    story, first = rig.story(), a_delivery()
    for row in (first, replace(first, attempts=2), replace(first, id=first.id + 1)):
        assert isinstance(rig.target.publish(rig.copy(story), row), Sent)
    sent = [call["params"] for call in rig.world.journal() if call["method"] == "wall.post"]
    assert sent[0]["guid"] == sent[1]["guid"] != sent[2]["guid"]
    assert all(str(one["guid"]).startswith("okmo-copy-") for one in sent)


def test_T62_photos_are_uploaded_for_the_community_in_their_order_and_byte_for_byte(rig: Rig) -> None:
    story = rig.story(photos=10)
    rig.posted(story)
    (post,) = rig.wall()
    shown = attachments_of(post["attachments"])
    assert {one.owner_id for one in shown} == {-2}
    assert [_bytes(rig, one) for one in shown] == [_bytes(rig, one) for one in story.attachments]


def _bytes(rig: Rig, photo: Attachment) -> bytes:
    return rig.target.media.get(photo, photo.owner_id or 0, None).read()


def test_videos_and_documents_are_referred_to_and_links_stand_in_the_text(rig: Rig) -> None:
    story = rig.story()
    video = rig.world.do("suggest", user_id=601, text="Видео", attachments=["video", "poll", "doc"])
    seen = rig.client.call("wall.getById", posts=f"-1_{video['post_id']}")["items"][0]
    others = attachments_of(seen["attachments"])
    assert [one.kind for one in others] == ["video", "poll", "doc"]
    rig.posted(replace(story, attachments=(*others, Attachment("link", url="https://okmo.invalid/nopicture"))))
    (post,) = rig.wall()
    assert [one.identity for one in attachments_of(post["attachments"])] == [one.identity for one in others]
    assert f"https://okmo.invalid/nopicture\n{SOURCE}" in post["text"]


def test_a_long_text_is_shortened_and_says_where_the_rest_is(rig: Rig) -> None:
    story = rig.story(text="Предложение о ремонте. " * 900)
    network = rig.target.networks[0]
    (part,) = rig.target.render(story, network)
    assert part.notes == ("text_shortened",)
    assert part.body["text"].endswith(f"{SOURCE}{story.post_id}")
    assert "Читать полностью" in part.body["text"]
    assert len(part.body["text"]) <= 15_000
    rig.posted(story)


def test_what_cannot_stand_in_a_post_is_said(rig: Rig) -> None:
    many = tuple(Attachment("video", -1, number) for number in range(12))
    (part,) = rig.target.render(rig.story(attachments=many), rig.target.networks[0])
    assert (len(part.body["attachments"]), part.notes) == (10, ("attachments_left_out",))
    (part,) = rig.target.render(rig.story(attachments=(Attachment("unknown"),)), rig.target.networks[0])
    assert (part.body["attachments"], part.notes) == ([], ("attachments_left_out",))


def test_T61_a_photo_nobody_can_have_is_said_and_the_others_go(rig: Rig) -> None:
    story = rig.story(photos=2)
    lost = replace(story.attachments[0], media_id=1, url=f"{rig.world.address}cdn/1_x.png?e=1")
    sent = rig.posted(replace(story, attachments=(lost, story.attachments[1])))
    assert sent.result["notes"] == ["photo_as_link"]
    assert len(rig.wall()[0]["attachments"]) == 1


def test_T61_a_photo_vk_takes_for_none_is_said_and_the_others_go(rig: Rig, tmp_path: Path) -> None:
    """One bad photo of three must neither kill the copy nor be passed over in silence."""
    rig.world.do("variant", photo_sides=6000)  # VK takes less than it says
    with fault_server(sends(a_picture(4000, 3000))) as server:
        hosts = net_locations(rig.world.address, server.url)
        rig.target.media = Files(Media(tmp_path / "odd", refresh=fresh_addresses(rig.client), own_hosts=hosts))
        whole = rig.story(photos=3)
        bad = Attachment("photo", -1, 999, None, server.url)
        story = replace(whole, attachments=(whole.attachments[0], bad, whole.attachments[2]))

        sent = rig.posted(story)

        assert sent.result["notes"] == ["photo_as_link"]
        (post,) = rig.wall()
        shown = [_bytes(rig, one) for one in attachments_of(post["attachments"])]
        assert shown == [_bytes(rig, story.attachments[0]), _bytes(rig, story.attachments[2])]
        assert post["text"].endswith(f"{SOURCE}{story.post_id}")
        changed = replace(story, text="Исправлено.")
        edited = rig.target.edit(rig.copy(changed, placed=sent), a_delivery("edit"))
        assert isinstance(edited, Sent)
        assert edited.result["notes"] == ["photo_as_link"]
        assert rig.wall()[0]["text"].startswith("Исправлено.")


def test_an_attachment_vk_dropped_without_a_word_is_noticed(rig: Rig) -> None:
    story = rig.story()
    sent = rig.posted(replace(story, attachments=(Attachment("video", -1, 987654),)))
    assert sent.result["notes"] == ["attachments_lost"]


def test_an_edit_changes_the_copy_and_uploads_only_what_is_new(rig: Rig) -> None:
    story = rig.story(photos=2)
    sent = rig.posted(story)
    before = _uploads(rig)
    changed = replace(story, text="Исправлено.", attachments=story.attachments[::-1])
    edited = rig.target.edit(rig.copy(changed, placed=sent), a_delivery("edit"))
    assert isinstance(edited, Sent)
    (post,) = rig.wall()
    assert post["text"].startswith("Исправлено.\n\n")
    assert [one["photo"]["id"] for one in post["attachments"]] == [
        int(reference.split("_")[1]) for reference in reversed(sent.result["photos"].values())
    ]
    assert _uploads(rig) == before
    assert edited.result["ids"] == sent.result["ids"]


def _uploads(rig: Rig) -> int:
    return sum(entry.get("method") == "upload" for entry in rig.world.journal())


def test_a_copy_is_removed_once_and_a_gone_one_counts_as_removed(rig: Rig) -> None:
    story = rig.story()
    sent = rig.posted(story)
    for answer in (1, 104, 210):
        rig.world.do("variant", delete_twice=answer)
        assert isinstance(rig.target.remove(rig.copy(story, placed=sent), a_delivery("remove")), Sent)
        assert rig.wall() == []
    assert rig.target.edit(rig.copy(story, placed=sent), a_delivery("edit")) == Refused("gone")


def test_a_copy_that_stands_and_may_not_be_touched_is_for_a_person(rig: Rig) -> None:
    story = rig.story()
    sent = rig.posted(story)
    for code in (15, 100, 104, 210):
        for method in ("wall.edit", "wall.delete"):
            rig.world.do("fault", fault={"match": {"method": method}, "what": "error", "code": code})
        copy = rig.copy(replace(story, text="Исправлено."), placed=sent)
        assert rig.target.edit(copy, a_delivery("edit")) == Refused("cannot_edit", code)
        assert rig.target.remove(copy, a_delivery("remove")) == Refused("cannot_remove", code)
    assert [post["id"] for post in rig.wall()] == [int(sent.result["ids"][0])]


@pytest.mark.parametrize("what", ["reset", "html200", "effect_then_reset"])
def test_a_change_whose_answer_is_lost_is_made_again(rig: Rig, what: str) -> None:
    story = rig.story()
    sent = rig.posted(story)
    copy = rig.copy(replace(story, text="Исправлено."), placed=sent)
    rig.world.do("fault", fault={"match": {"method": "wall.edit"}, "what": what})
    assert isinstance(rig.target.edit(copy, a_delivery("edit")), RetryLater)
    assert isinstance(rig.target.edit(copy, a_delivery("edit")), Sent)


def test_a_copy_found_after_a_lost_answer_tells_what_vk_dropped(rig: Rig) -> None:
    missing = Attachment("video", -1, 987654)  # VK drops what does not exist
    for text, more in (("Первый мост", ()), ("Второй мост", (missing,))):
        story = rig.story(text=text, photos=1)
        story = replace(story, attachments=(*story.attachments, *more))
        rig.world.do("fault", fault={"match": {"method": "wall.post"}, "what": "effect_then_reset"})
        copy, delivery = rig.copy(story), a_delivery()
        assert isinstance(rig.target.publish(copy, delivery), Uncertain)
        found = rig.target.find(copy, delivery, datetime.now(UTC))
        assert isinstance(found, Sent)
        assert found.result.get("notes", []) == ["attachments_lost"] * len(more)


def test_a_link_the_text_names_already_is_not_named_twice(rig: Rig) -> None:
    page = Attachment("link", url="https://okmo.ru/most")
    rig.posted(rig.story("Мост: https://okmo.ru/most", attachments=(page, Attachment("link"))))
    assert rig.wall()[0]["text"].count("okmo.ru/most") == 1


def test_a_repost_shows_the_original_and_needs_no_edits(world: World, tmp_path: Path) -> None:
    rig = Rig(world, tmp_path, reposts=True)
    story = rig.story(photos=1)
    sent = rig.posted(story)
    (post,) = rig.wall()
    assert post["copy_history"][0]["id"] == story.post_id
    assert rig.target.edit(rig.copy(story, placed=sent), a_delivery("edit")) == Sent(sent.result)
    assert isinstance(rig.target.remove(rig.copy(story, placed=sent), a_delivery("remove")), Sent)
    assert rig.wall() == []


def test_a_repost_waits_for_its_original(world: World, tmp_path: Path) -> None:
    rig = Rig(world, tmp_path, reposts=True)
    story = replace(rig.story(), post_id=None, link=None)
    assert rig.target.publish(rig.copy(story), a_delivery()) == Refused("no_original")


@pytest.mark.parametrize("reposts", [False, True])
@pytest.mark.parametrize("what", ["effect_then_reset", "effect_then_http", "effect_then_error", "reset"])
def test_what_became_of_an_answer_that_never_came_is_read(
    world: World, tmp_path: Path, reposts: bool, what: str
) -> None:
    rig = Rig(world, tmp_path, reposts=reposts)
    story = rig.story(photos=1)
    method = "wall.repost" if reposts else "wall.post"
    world.do("fault", fault={"match": {"method": method}, "what": what})
    copy, delivery = rig.copy(story), a_delivery()
    assert isinstance(rig.target.publish(copy, delivery), Uncertain)
    now = datetime.now(UTC)
    if what == "reset":
        assert rig.target.find(copy, delivery, now) is None
        assert rig.target.find(copy, delivery, now + timedelta(seconds=30)) == RetryLater("not_sent", 0.0)
        return
    found = rig.target.find(copy, delivery, now)
    assert isinstance(found, Sent)
    assert found.result["ids"] == [str(rig.wall()[0]["id"])]


def test_t02_what_took_long_before_the_post_was_sent_does_not_shorten_the_wait(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The photos went up slowly, so the post itself was given up a moment ago and may still appear."""
    monkeypatch.setattr("bot.targets.attempts.LATE_EFFECT", timedelta(seconds=1))
    copy, delivery = rig.copy(rig.story(photos=1)), a_delivery()
    rig.world.do("fault", fault={"match": {"method": "upload"}, "what": "slow", "seconds": 1.3})
    rig.world.do("fault", fault={"match": {"method": "wall.post"}, "what": "reset"})
    assert isinstance(rig.target.publish(copy, delivery), Uncertain)
    now = datetime.now(UTC)
    assert rig.target.find(copy, delivery, now) is None
    assert rig.target.find(copy, delivery, now + timedelta(seconds=2)) == RetryLater("not_sent", 0.0)


def test_another_copy_with_the_same_words_is_not_taken_for_this_one(rig: Rig) -> None:
    first, second = rig.story(), rig.story()
    rig.posted(first)
    later = datetime.now(UTC) + timedelta(seconds=30)
    assert rig.target.find(rig.copy(second), a_delivery(), later) == RetryLater("not_sent", 0.0)


@pytest.mark.parametrize("method", ["photos.getWallUploadServer", "upload", "photos.saveWallPhoto"])
@pytest.mark.parametrize("what", ["effect_then_reset", "reset", "html200"])
def test_a_failed_upload_leaves_nothing_in_doubt(rig: Rig, method: str, what: str) -> None:
    story = rig.story(photos=1)
    rig.world.do("fault", fault={"match": {"method": method, "times": 0}, "what": what})
    assert isinstance(rig.target.publish(rig.copy(story), a_delivery()), RetryLater)
    assert rig.wall() == []
    rig.world.do("faults_clear")
    rig.posted(story)


def test_a_community_that_is_not_ours_is_closed_alone(world: World, tmp_path: Path) -> None:
    rig = Rig(world, tmp_path, 2, 3)
    story = rig.story(photos=1)
    refused = rig.target.publish(rig.copy(story, 1), a_delivery())
    assert isinstance(rig.target._heed(refused), RetryLater)
    assert set(rig.target._shut) == {"wall:-3"}
    assert rig.target.standstill() is None
    rig.posted(story)
    health = rig.target.health()
    assert (health.ok, health.reason, health.detail) == (False, "no_rights", "3")
    assert Rig(world, tmp_path).target.health().ok


def test_T44_a_community_that_has_its_posts_for_today_waits_alone(world: World, tmp_path: Path) -> None:
    rig = Rig(world, tmp_path, 2, 3)
    story = rig.story()
    words = "Access to adding post denied: you can only add 50 posts a day"
    world.do(
        "fault", fault={"match": {"method": "wall.post", "times": 1}, "what": "error", "code": 214, "text": words}
    )
    refused = rig.target._heed(rig.target.publish(rig.copy(story), a_delivery()))
    assert isinstance(refused, RetryLater)
    assert (refused.reason, refused.counts) == ("posts_per_day", False)
    assert set(rig.target._shut) == {"wall:-2"}
    assert rig.target.standstill() is None
    rig.target.resume()
    rig.posted(story)


def test_T44_the_day_s_limit_of_a_neighbour_and_ours_do_not_stop_each_other(world: World, tmp_path: Path) -> None:
    rig = Rig(world, tmp_path)
    own = Wall(rig.client, world.client(), 1)
    story = rig.story()
    words = "Access to adding post denied: you can only add 50 posts a day"
    limit = {"what": "error", "code": 214, "text": words, "match": {"method": "wall.post", "times": 1}}
    world.do("fault", fault=limit)
    assert isinstance(rig.target.publish(rig.copy(story), a_delivery()), RetryLater)
    assert rig.client.pauses.paused("wall.post", write=True, wall=-1) is None

    world.do("fault", fault=limit)
    with pytest.raises(VkRefused):
        own.publish_made("Своя запись", (), guid="one")
    assert rig.client.pauses.paused("wall.post", write=True, wall=-1) is not None
    assert rig.target.standstill() is None
    rig.target._shut.clear()
    rig.posted(story)
    assert rig.client.pauses.paused("wall.post", write=True, wall=-1) is not None


def test_T45_a_captcha_stops_the_copies_though_our_wall_has_its_posts_for_today(
    world: World, tmp_path: Path
) -> None:
    """The longer rest of our own wall does not hide the shorter one of the whole key."""
    rig = Rig(world, tmp_path)
    story = rig.story()
    own = Wall(rig.client, world.client(), 1, post_gap=0)
    once = {"match": {"method": "wall.post", "times": 1}, "what": "error"}
    words = "Access to adding post denied: you can only add 50 posts a day"
    world.do("fault", fault={**once, "code": 214, "text": words})
    with pytest.raises(VkRefused):
        own.publish_made("Своя запись", (), guid="one")
    assert rig.target.standstill() is None
    world.do("fault", fault={**once, "code": 14})
    assert isinstance(rig.target.publish(rig.copy(story), a_delivery()), RetryLater)
    still = rig.target.standstill()
    assert still is not None
    assert still.reason == "captcha"


def test_T45_a_captcha_stops_the_copies_and_names_the_page_for_a_person(rig: Rig) -> None:
    story = rig.story(photos=1)
    rig.world.do("fault", fault={"match": {"method": "wall.post", "times": 1}, "what": "error", "code": 14})
    stopped = rig.target._heed(rig.target.publish(rig.copy(story), a_delivery()))
    assert isinstance(stopped, RetryLater)
    assert (stopped.reason, stopped.counts) == ("captcha", False)
    assert (stopped.url or "").startswith("http")
    still = rig.target.standstill()
    assert still is not None
    assert still.seconds > 60
    assert rig.wall() == []
    rig.target.resume()
    rig.posted(story)


def test_a_dead_key_closes_them_all(rig: Rig) -> None:
    story = rig.story()
    rig.world.do("token", key="editor-key", set="revoked")
    outcome = rig.target.publish(rig.copy(story), a_delivery())
    assert isinstance(outcome, RetryLater)
    assert outcome.reason == "key_dead"
    rig.target._heed(outcome)
    assert rig.target.standstill() is not None
    rig.target.resume()
    assert rig.target.standstill() is None


def test_writes_to_all_walls_with_one_key_keep_their_distance(world: World, tmp_path: Path) -> None:
    rig = Rig(world, tmp_path, gap=1.0)
    own = Wall(rig.client, world.client(), 1)
    story = rig.story()
    own.publish_made("Своя запись", (), guid="one")
    standstill = rig.target.standstill()
    assert standstill is not None
    assert 0 < standstill.seconds <= 1.0
    rig.posted(story)
    assert own.seconds_until_post() > 0.5


def test_reach_is_read(rig: Rig) -> None:
    story = rig.story()
    sent = rig.posted(story)
    reach = rig.target.reach(rig.target.networks[0], placed_of(sent, NEVER))
    assert reach is not None
    assert reach.views == 0
    rig.target.remove(rig.copy(story, placed=sent), a_delivery("remove"))
    assert rig.target.reach(rig.target.networks[0], placed_of(sent, NEVER)) is None
