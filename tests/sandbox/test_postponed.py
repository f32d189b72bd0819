"""Postponed posts: their ids, their events, their limits, and the moment they go out."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import publish
from tests.sandbox_client import Json, SandboxClient

NOON = 1_795_608_000


@pytest.fixture(autouse=True)
def noon(vk: SandboxClient) -> None:
    vk.clock(freeze="2026-11-25T12:00:00Z")


def later(vk: SandboxClient, seconds: int = 600, **fields: object) -> int:
    made = vk.call("wall.post", "editor-key", owner_id=-1, message="Потом", publish_date=NOON + seconds, **fields)
    return int(made["post_id"])


def listed(vk: SandboxClient) -> list[Json]:
    items: list[Json] = vk.call("wall.get", "editor-key", owner_id=-1, filter="postponed")["items"]
    return items


def kinds(vk: SandboxClient, *awaited: str) -> list[str]:
    """The kinds of all events, once those awaited have come one after the other: an event follows its answer."""
    since = 0
    for kind in awaited:
        since = int(vk.wait_event(kind, since=since)["ts"])
    return [event["type"] for event in vk.history()]


def test_it_waits_on_its_list_and_goes_out_in_time(vk: SandboxClient) -> None:
    returned = later(vk)
    assert [(item["id"], item["post_type"], item["date"]) for item in listed(vk)] == [
        (returned, "postpone", NOON + 600)
    ]
    vk.clock(advance=599)
    assert vk.state()["wall"] == []

    vk.clock(advance=1)

    state = vk.state()
    assert state["postponed"] == []
    assert (state["wall"][0]["postponed_id"], state["wall"][0]["date"]) == (returned, NOON + 600)
    assert state["wall"][0]["id"] != returned
    story = ["wall_schedule_post_new", "wall_schedule_post_delete", "wall_post_new"]
    assert kinds(vk, *story) == story
    assert vk.history()[0]["object"] == {"id": returned, "schedule_time": NOON + 600}
    assert vk.history()[-1]["object"]["postponed_id"] == returned


def test_the_list_may_show_another_id_than_was_returned(vk: SandboxClient) -> None:
    vk.variant(postponed_item_id="other", postponed_by_id="missing")

    returned = later(vk)

    item = listed(vk)[0]
    assert item["id"] != returned
    assert item["postponed_id"] == returned
    assert vk.call("wall.getById", "editor-key", posts=f"-1_{item['id']}")["items"] == []


def test_it_may_keep_its_id(vk: SandboxClient) -> None:
    vk.variant(postponed_published_id="same")
    returned = later(vk)

    vk.clock(advance=700)

    assert vk.state()["wall"][0]["id"] == returned


def test_a_suggestion_can_be_postponed_and_keeps_its_author(vk: SandboxClient) -> None:
    post_id = vk.suggest(601, photos=1)

    publish(vk, post_id, publish_date=NOON + 600)
    assert vk.state()["suggestions"] == []
    assert vk.state()["wall"] == []
    vk.clock(advance=601)

    post = vk.state()["wall"][0]
    assert (post["signer_id"], len(post["attachments"])) == (601, 1)


def test_a_suggestion_with_a_date_may_be_refused(vk: SandboxClient) -> None:
    vk.variant(suggestion_publish_date="error")
    post_id = vk.suggest()

    assert (
        vk.error("wall.post", "editor-key", owner_id=-1, post_id=post_id, message="А", publish_date=NOON + 60)
        == 214
    )
    assert len(vk.state()["suggestions"]) == 1


def test_the_same_moment_is_taken(vk: SandboxClient) -> None:
    later(vk)

    error = vk.raw("wall.post", "editor-key", owner_id=-1, message="Б", publish_date=NOON + 600).json()["error"]

    assert error["error_code"] == 214
    assert "a post is already scheduled for this time" in error["error_msg"]


@pytest.mark.parametrize(
    ("limit", "fragment"),
    [
        ("postponed_per_day", "can only schedule 2 posts on a day"),
        ("postponed_total", "cannot schedule more than 2"),
    ],
)
def test_the_list_has_its_limits(vk: SandboxClient, limit: str, fragment: str) -> None:
    vk.limits(**{limit: 2})
    later(vk, 600)
    later(vk, 660)

    error = vk.raw("wall.post", "editor-key", owner_id=-1, message="В", publish_date=NOON + 720).json()["error"]

    assert error["error_code"] == 214
    assert fragment in error["error_msg"]


def test_the_past_is_refused_or_now(vk: SandboxClient) -> None:
    assert vk.error("wall.post", "editor-key", owner_id=-1, message="А", publish_date=NOON - 1) == 100

    vk.variant(past_publish_date="now")
    later(vk, -1)

    assert len(vk.state()["wall"]) == 1


def test_moving_one_is_delete_and_new(vk: SandboxClient) -> None:
    returned = later(vk)
    vk.wait_event("wall_schedule_post_new")

    vk.call("wall.edit", "editor-key", owner_id=-1, post_id=returned, message="Позже", publish_date=NOON + 900)

    assert [(item["text"], item["date"]) for item in listed(vk)] == [("Позже", NOON + 900)]
    story = ["wall_schedule_post_new", "wall_schedule_post_delete", "wall_schedule_post_new"]
    assert kinds(vk, *story) == story


def test_taking_the_timer_off_publishes_and_deleting_forgets(vk: SandboxClient) -> None:
    first, second = later(vk, 600), later(vk, 700)

    vk.call("wall.post", "editor-key", owner_id=-1, post_id=first)
    vk.call("wall.delete", "editor-key", owner_id=-1, post_id=second)

    assert listed(vk) == []
    assert [post["text"] for post in vk.state()["wall"]] == ["Потом"]


def test_strangers_do_not_see_the_list(vk: SandboxClient) -> None:
    assert vk.error("wall.get", "stranger-key", owner_id=-1, filter="postponed") == 15


def test_schedule_events_need_a_tick_by_hand(vk: SandboxClient) -> None:
    vk.do("long_poll", flags={"wall_schedule_post_new": False})

    vk.call("groups.setLongPollSettings", group_id=1, wall_schedule_post_new=1)
    assert vk.call("groups.getLongPollSettings", group_id=1)["events"]["wall_schedule_post_new"] == 0
    later(vk)
    vk.call("wall.post", "editor-key", owner_id=-1, message="Сейчас")

    assert kinds(vk, "wall_post_new") == ["wall_post_new"]
