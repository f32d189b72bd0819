"""The wall is read whole, published to once, and our own posts are recognised on it."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.vk.client import VkClient, VkKey
from bot.vk.errors import Remedy, VkError, VkRefused
from bot.vk.posts import references
from bot.vk.wall import NoEditorKey, Wall
from editorial.suggestion import Attachment
from handlers.events import WallOther, WallPublished, WallSuggested
from tests.vk.fault_server import Asked, FaultServer, answers, computes, error, html, response

PHOTO = Attachment("photo", -1, 10, "key")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def wall(server: FaultServer, *, editor: bool = True, post_gap: float = 0) -> Wall:
    group = VkClient(VkKey("group", "group-key"), server.url, rate=1000, timeout=(1, 2))
    user = VkClient(VkKey("user", "editor-key"), server.url, rate=1000, timeout=(1, 2)) if editor else None
    return Wall(user, group, 1, post_gap=post_gap)


def waiting(post_id: int, **more: object) -> dict[str, object]:
    """A suggestion as the list shows it."""
    post = {"id": post_id, "owner_id": -1, "from_id": 600 + post_id, "date": 1700000000 + post_id}
    return {**post, "post_type": "suggest", "text": f"Новость {post_id}", **more}


class Queue:
    """A list of suggestions that answers page by page, alone or inside ``execute``, and may move meanwhile."""

    def __init__(self, posts: list[dict[str, object]]) -> None:
        self.posts = posts
        self.pages = 0
        self.moves: dict[int, Any] = {}

    def __call__(self, asked: Asked) -> object:
        if asked.method == "wall.get":
            return {"response": self.page(int(asked.params.get("offset", 0)), int(asked.params["count"]))}
        asked_for = re.findall(r"API\.wall\.get\((\{.*?\})\)", asked.params["code"])
        pages = [json.loads(one) for one in asked_for]
        return {"response": [self.page(page["offset"], page["count"]) for page in pages]}

    def page(self, offset: int, count: int) -> dict[str, object]:
        self.pages += 1
        self.moves.pop(self.pages, lambda: None)()
        newest_first = sorted(self.posts, key=lambda post: int(str(post["date"])), reverse=True)
        shown = newest_first[offset : offset + count]
        profiles = [{"id": post["from_id"], "first_name": "Имя", "last_name": str(post["id"])} for post in shown]
        return {"count": len(self.posts), "items": shown, "profiles": profiles, "groups": []}


def test_t12_three_hundred_and_fifty_suggestions_are_all_seen(server: FaultServer) -> None:
    """T-12: more than a page; oldest first, each once, with the names of the authors, in two requests."""
    server.then(computes(Queue([waiting(number) for number in range(1, 351)])))

    seen = wall(server).suggestions()

    assert [event.post_id for event in seen.items] == list(range(1, 351))
    assert seen.complete
    assert seen.names[601] == "Имя 1"
    assert len(server.asked) == 2


def test_ten_thousand_suggestions_take_few_requests(server: FaultServer) -> None:
    server.then(computes(Queue([waiting(number) for number in range(1, 10_001)])))
    seen = wall(server).suggestions()
    assert (len(seen.items), seen.complete) == (10_000, True)
    assert len(server.asked) <= 21


def test_a_list_that_moved_while_it_was_read_is_read_anew(server: FaultServer) -> None:
    queue = Queue([waiting(number) for number in range(1, 351)])
    queue.moves[2] = lambda: queue.posts.append(waiting(999))
    server.then(computes(queue))

    seen = wall(server).suggestions()

    assert seen.complete
    assert len(seen.items) == len({event.post_id for event in seen.items}) == 351


def test_a_list_that_never_stands_still_is_taken_as_it_is_but_not_called_complete(server: FaultServer) -> None:
    queue = Queue([waiting(number) for number in range(1, 151)])
    for page in range(1, 60):
        queue.moves[page] = lambda page=page: queue.posts.append(waiting(1000 + page))
    server.then(computes(queue))

    seen = wall(server).suggestions()

    assert not seen.complete
    assert len(seen.items) >= 100


def test_an_empty_queue_is_empty_and_complete(server: FaultServer) -> None:
    server.then(computes(Queue([])))
    assert (wall(server).suggestions().items, wall(server).suggestions().complete) == ((), True)


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"count": 3, "items": []}, {"items": []}, {"count": 1, "items": [{"text": "?"}]}]
)
def test_t16_an_answer_that_makes_no_sense_is_never_called_complete(server: FaultServer, answer: object) -> None:
    """T-16: nothing can be concluded from it about what is not on the list."""
    server.then(response(answer))
    assert not wall(server).suggestions().complete


def test_t16_a_failure_on_a_later_page_is_a_failure_of_the_whole(server: FaultServer) -> None:
    """T-16: half a list is no list."""
    queue = Queue([waiting(number) for number in range(1, 351)])
    server.then(computes(queue), html(502))
    with pytest.raises(VkError):
        wall(server).suggestions()


def test_suggestions_are_asked_for_by_their_documented_names(server: FaultServer) -> None:
    server.then(computes(Queue([])))
    wall(server).suggestions()
    asked = server.asked[0].params
    assert {key: asked[key] for key in ("owner_id", "filter", "count", "offset", "extended")} == {
        "owner_id": "-1",
        "filter": "suggests",
        "count": "100",
        "offset": "0",
        "extended": "1",
    }


def test_without_an_editors_key_there_is_no_wall_to_read(server: FaultServer) -> None:
    with pytest.raises(NoEditorKey) as caught:
        wall(server, editor=False).suggestions()
    assert caught.value.verdict.remedy is Remedy.SWITCH_KEY
    assert server.asked == []


@pytest.mark.parametrize("shape", ["list", "items"])
def test_what_stands_under_an_id_is_read_in_both_shapes(server: FaultServer, shape: str) -> None:
    posts = [waiting(5), waiting(7, post_type="post", from_id=-1), waiting(9, post_type="postpone")]
    server.then(response(posts if shape == "list" else {"items": posts}))

    found = wall(server).read([5, 6, 7, 9])

    assert isinstance(found[5], WallSuggested)
    assert isinstance(found[7], WallPublished)
    assert isinstance(found[9], WallOther)
    assert 6 not in found
    assert server.asked[0].params["posts"] == "-1_5,-1_6,-1_7,-1_9"


def test_t07_a_record_of_another_wall_is_not_taken_for_ours(server: FaultServer) -> None:
    """T-07: equal post ids on two walls do not meet."""
    server.then(response({"items": [waiting(5, owner_id=-2)]}))
    assert wall(server).read_suggestion(5) is None


def test_a_suggestion_is_published_with_everything_said_again(server: FaultServer) -> None:
    server.then(response({"post_id": 8}))
    link = Attachment("link", url="https://example.org/a")

    new_id = wall(server).publish_suggestion(5, "Текст", [PHOTO, link], signed=True, guid="g-5")

    assert new_id == 8
    asked = server.asked[0].params
    asked.pop("v")
    assert asked == {
        "access_token": "editor-key",
        "owner_id": "-1",
        "post_id": "5",
        "from_group": "1",
        "signed": "1",
        "message": "Текст",
        "attachments": "photo-1_10_key,https://example.org/a",
        "guid": "g-5",
    }


def test_a_new_post_goes_out_with_the_communitys_key(server: FaultServer) -> None:
    server.then(response({"post_id": 9}))
    assert wall(server, editor=False).publish_new("Текст", [], guid="g") == 9
    asked = server.asked[0].params
    assert asked["access_token"] == "group-key"
    assert "post_id" not in asked
    assert "attachments" not in asked


@pytest.mark.parametrize("answer", [response(1), response({}), response({"post_id": 0}), answers({})])
def test_t18_a_success_without_an_id_is_uncertain(server: FaultServer, answer: Any) -> None:
    """T-18: what VK did not confirm is read, not believed."""
    server.then(answer)
    with pytest.raises(VkError) as caught:
        wall(server).publish_suggestion(5, "Текст", [], signed=False, guid="g")
    assert (caught.value.verdict.remedy, caught.value.executed) == (Remedy.UNCERTAIN, None)


def test_t40_a_frozen_account_leaves_the_outcome_open(server: FaultServer) -> None:
    """T-40: error 10 on wall.post may mean anything, so it is never a licence to repeat."""
    server.then(error(10, "Internal server error"))
    with pytest.raises(VkRefused) as caught:
        wall(server).publish_suggestion(5, "Текст", [], signed=False, guid="g")
    assert caught.value.executed is None
    assert len(server.asked) == 1


def test_two_posts_keep_their_distance(server: FaultServer) -> None:
    """Seen from VK: what the key's own pace takes does not come off the distance."""
    arrived: list[float] = []

    def posted(asked: Asked) -> object:
        if asked.method == "wall.post":
            arrived.append(time.monotonic())
        return {"response": {"post_id": 8}}

    server.then(computes(posted))
    group = VkClient(VkKey("group", "group-key"), server.url, rate=2, timeout=(2, 5))
    one = Wall(None, group, 1, post_gap=0.6)
    group.call("groups.getById")
    one.publish_new("А", [], guid="a")
    assert one.seconds_until_post() <= 0.6
    one.publish_new("Б", [], guid="b")

    assert arrived[1] - arrived[0] >= 0.59


def test_what_cannot_be_attached_again_is_named() -> None:
    event = Attachment("event", title="Сбор")
    first, second = Attachment("link", url="https://a.example"), Attachment("link", url="https://b.example")
    photos = [Attachment("photo", -1, number) for number in range(12)]

    assert references([first, event, second]) == (("https://a.example",), (event, second))
    taken, left_out = references(photos)
    assert (len(taken), left_out) == (10, (photos[10], photos[11]))
