"""The adapter before VK itself, as far as a machine can have it: real HTTP to the sandbox."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bot.vk import people
from bot.vk.client import Call
from bot.vk.errors import Remedy, VkError, VkRefused, VkTransport
from bot.vk.longpoll import Batch, Cursor, LongPoll, prepare
from bot.vk.rights import Editor, rights
from bot.vk.updates import parse
from handlers.events import ButtonPressed, MessageArrived, WallPublished, WallSuggested
from tests.vk.conftest import World

CHAT = 2000000001


def events(batch: Batch) -> list[Any]:
    return [parse(raw, 1) for raw in batch.updates]


# -- a suggestion's way ---------------------------------------------------------------------------------------


def test_a_suggestion_reads_the_same_as_event_on_the_list_and_by_its_id(world: World) -> None:
    poll = world.queue()
    start = poll.connect()
    post_id = world.do("suggest", user_id=601, text="В Иркутске открыт музей", photos=2)["post_id"]

    [event] = events(poll.poll(start))
    listed = world.wall().suggestions()
    by_id = world.wall().read_suggestion(post_id)

    assert isinstance(event, WallSuggested)
    assert isinstance(by_id, WallSuggested)
    assert event.content.fingerprint == listed.items[0].content.fingerprint == by_id.content.fingerprint
    assert (event.post_id, event.author_id, len(event.content.attachments)) == (post_id, 601, 2)
    assert listed.complete
    assert listed.names[601] == people.names(world.client(), [601])[601]


@pytest.mark.parametrize(
    "variant",
    [
        {},
        {"published_photo_ids": "recreated"},
        {"published_id": "same"},
        {"signed_author": "publisher"},
        {"signed_author": "nobody"},
        {"event_before_answer": True},
        {"suggestion_photo_owner": "author"},
    ],
)
def test_a_published_suggestion_is_found_again_whatever_vk_does_with_it(
    world: World, variant: dict[str, object]
) -> None:
    world.do("variant", **variant)
    world.do("limits", off=True)
    post_id = world.do("suggest", user_id=601, text="Открыт музей", photos=2)["post_id"]
    wall = world.wall(rate=50)
    [suggestion] = wall.suggestions().items

    new_id = wall.publish_suggestion(
        post_id, "Открыт музей!", suggestion.content.attachments, signed=True, guid="g"
    )

    [found] = wall.newest()
    assert found.content.text == "Открыт музей!"
    assert found.post_id == new_id
    assert len(found.content.attachments) == 2
    assert wall.suggestions().items == ()
    assert isinstance(wall.read([new_id])[new_id], WallPublished)


@pytest.mark.parametrize(
    "fault",
    [
        {"what": "effect_then_reset"},
        {"what": "effect_then_error", "code": 10},
        {"what": "effect_then_error", "code": 1},
        {"what": "effect_then_http", "status": 502},
        {"what": "effect_then_empty"},
        {"what": "truncated"},
        {"what": "reset"},
        {"what": "html200"},
        {"what": "braces"},
    ],
)
def test_t02_a_publication_without_an_answer_is_settled_by_reading(world: World, fault: dict[str, object]) -> None:
    """T-02: done or not, the outcome is uncertain first and certain after a look at the wall."""
    world.do("fault", fault={"match": {"method": "wall.post"}, **fault})
    world.do("limits", off=True)
    post_id = world.do("suggest", user_id=601, text="Открыт музей")["post_id"]
    wall = world.wall(rate=50)
    [suggestion] = wall.suggestions().items

    with pytest.raises(VkError) as caught:
        wall.publish_suggestion(post_id, "Открыт музей", (), signed=True, guid="g")
    assert (caught.value.verdict.remedy, caught.value.executed) == (Remedy.UNCERTAIN, None)

    stands = world.state()["wall"]
    found = [post for post in wall.newest() if post.content.text == suggestion.content.text]
    still_waits = isinstance(wall.read_suggestion(post_id), WallSuggested)
    assert (len(found) == 1) == (len(stands) == 1) == (not still_waits)


def test_what_vk_refuses_is_certainly_not_done(world: World) -> None:
    world.do("limits", day_posts=1)
    first, second = (world.do("suggest", user_id=601, text=f"Новость {n}")["post_id"] for n in (1, 2))
    wall = world.wall()
    wall.publish_suggestion(first, "Новость 1", (), signed=True, guid="g1")

    with pytest.raises(VkRefused) as caught:
        wall.publish_suggestion(second, "Новость 2", (), signed=True, guid="g2")

    assert (caught.value.verdict.reason, caught.value.executed) == ("posts_per_day", False)
    assert [post["text"] for post in world.state()["wall"]] == ["Новость 1"]


def test_t12_three_hundred_and_fifty_suggestions_in_two_requests(world: World) -> None:
    """T-12: all of them, oldest first, with few calls."""
    world.do("backlog", count=350)
    wall = world.wall()

    seen = wall.suggestions()

    assert len(seen.items) == len({event.post_id for event in seen.items}) == 350
    assert [event.post_id for event in seen.items] == sorted(event.post_id for event in seen.items)
    assert seen.complete
    assert [entry["method"] for entry in world.journal() if not entry.get("inside")].count("execute") <= 1


# -- keys -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "editor"),
    [
        ("ok", Editor.OK),
        ("revoked", Editor.DEAD),
        ("blocked", Editor.DEAD),
        ("expired", Editor.EXPIRED),
        ("other_ip", Editor.WRONG_IP),
        ("validation", Editor.VALIDATION),
        ("no_wall", Editor.NO_RIGHTS),
        ("captcha_new", Editor.OK),
    ],
)
def test_t43_the_state_of_the_editors_key_is_found_out_by_asking(world: World, state: str, editor: Editor) -> None:
    """T-43: a captcha only stops writing, so reading does not meet it."""
    world.do("token", key="editor-key", set=state)
    assert rights(world.client("editor-key"), world.client(), 1).editor is editor


def test_a_strangers_key_is_no_editors_key_though_it_reads(world: World) -> None:
    world.do("suggest", user_id=602, text="Новость")
    assert rights(world.client("stranger-key"), world.client(), 1).editor is Editor.NO_RIGHTS


def test_a_demoted_editor_is_noticed(world: World) -> None:
    world.do("set_role", user_id=501, role="moderator")
    assert rights(world.client("editor-key"), world.client(), 1).editor is Editor.NO_RIGHTS


def test_t41_a_community_key_cannot_read_the_wall_and_the_error_says_so(world: World) -> None:
    """T-41: 27 on every wall method but publishing."""
    for method in ("wall.get", "wall.getById"):
        params: dict[str, object] = {"owner_id": -1} if method == "wall.get" else {"posts": "-1_1"}
        with pytest.raises(VkRefused) as caught:
            world.client().call(method, **params)  # type: ignore[arg-type]
        assert caught.value.verdict.remedy is Remedy.SWITCH_KEY
    assert world.wall().publish_new("Новость", (), guid="g") > 0


@pytest.mark.parametrize("shape", ["captcha_old", "captcha_new", "captcha_both"])
def test_t45_a_captcha_comes_out_whole_in_every_shape(world: World, shape: str) -> None:
    """T-45: the address for the human is there and the writes of the key are to be left alone."""
    world.do("token", key="editor-key", set=shape)
    wall = world.wall()
    post_id = world.do("suggest", user_id=601, text="Новость")["post_id"]

    with pytest.raises(VkRefused) as caught:
        wall.publish_suggestion(post_id, "Новость", (), signed=True, guid="g")

    assert (caught.value.verdict.remedy, caught.value.verdict.reason) == (Remedy.PAUSE_KEY, "captcha")
    assert caught.value.human_url
    assert wall.user is not None
    assert wall.user.pauses.paused("wall.post", write=True) is not None
    assert wall.suggestions().complete


@pytest.mark.parametrize(("key", "calls"), [("group-key", 60), ("editor-key", 9)])
def test_t44_at_full_speed_vk_never_says_too_many(world: World, key: str, calls: int) -> None:
    """T-44: many threads, one key, the whole budget: not one error 6."""
    client = world.client(key)

    def work() -> None:
        for _ in range(calls // 3):
            client.call("users.get", user_ids=[601])

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    answered = [entry for entry in world.journal() if entry["method"] == "users.get"]
    assert len(answered) == calls
    assert [entry for entry in answered if entry.get("error_code")] == []


def test_managers_are_known_by_their_roles(world: World) -> None:
    found = people.managers(world.client(), 1)
    assert (found[501], found[502]) == ("editor", "moderator")
    assert 601 not in found


# -- messages -------------------------------------------------------------------------------------------------


def message(peer_id: int, text: str, random_id: int) -> Call:
    return Call("messages.send", {"peer_ids": [peer_id], "message": text, "random_id": random_id}, write=True)


def test_messages_of_one_moment_leave_in_one_call(world: World) -> None:
    card, wrong, name = world.client().batch(
        [
            message(CHAT, 'Карточка: «"\\{}[]»\n\U0001f600 #1', 11),
            Call("messages.edit", {"peer_id": CHAT, "cmid": 9999, "message": "?"}, write=True),
            Call("users.get", {"user_ids": [601]}),
        ]
    )

    assert card[0]["conversation_message_id"] > 0
    assert isinstance(wrong, VkRefused)
    assert name[0]["id"] == 601
    [chat] = [chat for chat in world.state()["chats"] if chat["peer_id"] == CHAT]
    assert chat["messages"][-1]["text"] == 'Карточка: «"\\{}[]»\n\U0001f600 #1'


def test_a_press_and_a_message_arrive_as_events(world: World) -> None:
    poll = world.queue()
    start = poll.connect()
    action = {"type": "callback", "label": "Да", "payload": '{"a":"yes","v":1}'}
    keyboard = {"inline": True, "buttons": [[{"action": action, "color": "positive"}]]}
    [sent] = world.client().call(
        "messages.send", write=True, peer_ids=[CHAT], message="?", random_id=5, keyboard=keyboard
    )
    cmid = sent["conversation_message_id"]

    world.do("press", user_id=502, peer_id=CHAT, cmid=cmid, label="Да")
    world.do("write", user_id=502, peer_id=CHAT, text="Новый текст", reply_to_cmid=cmid)
    got = collected(poll, start, 2)

    [press] = [event for event in got if isinstance(event, ButtonPressed)]
    [reply] = [event for event in got if isinstance(event, MessageArrived)]
    assert (press.user_id, press.cmid, press.payload) == (502, cmid, {"a": "yes", "v": 1})
    assert (reply.text, reply.reply_to_cmid, reply.from_id) == ("Новый текст", cmid, 502)


# -- the queue ------------------------------------------------------------------------------------------------


def collected(poll: LongPoll, cursor: Cursor, wanted: int, tries: int = 40) -> list[Any]:
    """The events after ``cursor``, through whatever stands between."""
    found: dict[str, Any] = {}
    for _ in range(tries):
        try:
            batch = poll.poll(cursor)
        except VkTransport:
            continue
        cursor = batch.cursor
        found |= dict(zip(batch.event_ids, events(batch), strict=True))
        if len(found) >= wanted:
            return list(found.values())
    raise AssertionError(f"only {len(found)} of {wanted} events came")


@pytest.mark.parametrize(
    "what", ["reset", "empty", "braces", "html200", "http", "truncated", "trailing_comma", "slow", "error"]
)
def test_t14_the_queue_comes_back_after_any_trouble(world: World, what: str) -> None:
    """T-14: nothing that was waiting is lost."""
    poll = world.queue()
    start = poll.connect()
    world.do("fault", fault={"match": {"method": "lp", "times": 3}, "what": what, "seconds": 0.2})
    for number in range(5):
        world.do("suggest", user_id=601, text=f"Новость {number}")

    assert [event.content.text for event in collected(poll, start, 5)] == [f"Новость {n}" for n in range(5)]


@pytest.mark.parametrize("failed", [1, 2, 3, 77])
def test_t14_a_lost_key_or_place_is_found_again(world: World, failed: int) -> None:
    """T-14: failed 1, 2, 3 and anything unknown; only 2 promises that nothing is missing."""
    poll = world.queue()
    start = poll.connect()
    world.do("fault", fault={"match": {"method": "lp"}, "what": "lp_failed", "code": failed})

    batch = poll.poll(start)
    world.do("suggest", user_id=601, text="Новость")

    assert batch.gap == (failed != 2)
    assert collected(poll, batch.cursor, 1)


@pytest.mark.parametrize("what", ["lp_duplicate", "lp_reorder", "lp_broken_event"])
def test_t06_repeated_reordered_and_broken_events_keep_their_neighbours(world: World, what: str) -> None:
    """T-06: one event comes twice, out of order or broken; each of the good ones is there once by its id."""
    poll = world.queue()
    start = poll.connect()
    world.do("fault", fault={"match": {"event": "wall_post_new", "nth": 2}, "what": what})
    for number in range(4):
        world.do("suggest", user_id=601, text=f"Новость {number}")

    got = collected(poll, start, 4)
    texts = {event.content.text for event in got if isinstance(event, WallSuggested)}
    assert texts >= {"Новость 0", "Новость 2", "Новость 3"}


def test_the_events_we_need_are_switched_on(world: World) -> None:
    world.do("long_poll", flags={"message_event": False, "wall_post_new": False}, api_version="5.131")
    assert prepare(world.client(), 1) == []

    poll = LongPoll(world.client(), 1, wait=1)
    start = poll.connect()
    world.do("suggest", user_id=601, text="Новость")
    assert collected(poll, start, 1)


def test_a_backlog_is_read_batch_by_batch_without_a_loss(world: World) -> None:
    poll = world.queue()
    cursor = poll.connect()
    world.do("backlog", count=1000, events_only=True)
    seen: set[str] = set()
    while len(seen) < 1000:
        batch = poll.poll(cursor)
        assert batch.updates
        cursor = batch.cursor
        seen.update(batch.event_ids)
    assert len(seen) == 1000
