"""The event queue is read to the end, whatever it answers, and nothing is stepped over in silence."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import pytest

from bot.vk.client import VkClient, VkKey
from bot.vk.errors import Remedy, VkRefused, VkTransport
from bot.vk.longpoll import Batch, Cursor, Finding, LongPoll, prepare, shortcomings
from tests.vk.fault_server import (
    Asked,
    Behaviour,
    FaultServer,
    answers,
    closes,
    computes,
    cuts_short,
    error,
    html,
    resets,
    stalls,
    talks_nonsense,
)

NEWS = {"type": "wall_post_new", "event_id": "e1", "object": {"id": 5}, "group_id": 1, "v": "5.199"}
PRESS = {"type": "message_event", "event_id": "e2", "object": {"text": 'скобки ]}, и "кавычки"'}, "group_id": 1}


def queue(server: FaultServer, *behaviours: Behaviour, wait: int = 0) -> LongPoll:
    """The queue behind a server that hands out keys and answers each poll with the next behaviour."""
    polls = list(behaviours)

    def answer(connection: object, asked: Asked) -> None:
        if asked.method == "groups.getLongPollServer":
            keys = sum(one.method == "groups.getLongPollServer" for one in server.asked)
            given = {"server": server.url + "lp", "key": f"key-{keys}", "ts": "100"}
            answers({"response": given})(connection, asked)  # type: ignore[arg-type]
        else:
            (polls.pop(0) if len(polls) > 1 else polls[0])(connection, asked)  # type: ignore[arg-type]

    server.script[:] = [answer]
    client = VkClient(VkKey("group", "group-key"), server.url, rate=1000, timeout=(2, 5))
    return LongPoll(client, 1, wait=wait, connect_timeout=2)


def at(server: FaultServer, ts: str = "7") -> Cursor:
    return Cursor(server.url + "lp", "key-0", ts)


def updates(*several: object, ts: object = "8") -> Behaviour:
    return answers({"ts": ts, "updates": list(several)})


def test_a_batch_brings_each_update_as_its_own_text(server: FaultServer) -> None:
    batch = queue(server, updates(NEWS, PRESS)).poll(at(server))

    assert [json.loads(raw) for raw in batch.updates] == [NEWS, PRESS]
    assert batch.event_ids == ("e1", "e2")
    assert (batch.cursor.ts, batch.gap, batch.failed) == ("8", False, None)


def test_the_question_is_what_vk_asks_for(server: FaultServer) -> None:
    poll = queue(server, updates())
    poll.poll(poll.connect())

    first, second = server.asked
    assert (first.verb, first.method, first.params["group_id"]) == ("POST", "groups.getLongPollServer", "1")
    assert (second.verb, second.params) == ("GET", {"act": "a_check", "key": "key-1", "ts": "100", "wait": "0"})


def test_silence_is_an_empty_batch(server: FaultServer) -> None:
    assert queue(server, updates(ts="7")).poll(at(server)).updates == ()


@pytest.mark.parametrize("ts", ["8", 8])
def test_the_position_may_be_text_or_a_number(server: FaultServer, ts: object) -> None:
    assert queue(server, updates(ts=ts)).poll(at(server)).cursor.ts == "8"


def test_after_failed_1_the_queue_goes_on_at_the_new_place_and_says_there_is_a_gap(server: FaultServer) -> None:
    batch = queue(server, answers({"failed": 1, "ts": 55})).poll(at(server))
    assert (batch.cursor, batch.gap, batch.failed) == (at(server, "55"), True, 1)


def test_after_failed_2_the_key_is_new_and_the_place_the_same(server: FaultServer) -> None:
    batch = queue(server, answers({"failed": 2})).poll(at(server))
    assert (batch.cursor.key, batch.cursor.ts, batch.gap) == ("key-1", "7", False)


@pytest.mark.parametrize("failed", [3, 4, 99, "3", None, 1])
def test_after_any_other_failure_all_is_new_and_there_is_a_gap(server: FaultServer, failed: object) -> None:
    batch = queue(server, answers({"failed": failed})).poll(at(server))
    assert (batch.cursor.key, batch.cursor.ts, batch.gap) == ("key-1", "100", True)


BROKEN: list[tuple[str, Behaviour]] = [
    ("dropped", closes),
    ("dropped", resets),
    ("dropped", talks_nonsense),
    ("cut_short", cuts_short),
    ("http_502", html(502)),
    ("not_json", html(200)),
    ("not_json", answers("")),
    ("not_json", answers("[]")),
    ("no_ts", answers({})),
    ("cut_short", answers('{"ts":"8","updates":[{"type":"wall_post_new","event_id":"e1"}')),
    ("cut_short", answers('{"ts":"8","updates":[{"type":"wall_post_new"')),
]


@pytest.mark.parametrize(("what", "behaviour"), BROKEN)
def test_t14_an_unreadable_answer_keeps_the_place(server: FaultServer, what: str, behaviour: Behaviour) -> None:
    """T-14: a drop, a page, half an answer: the same place is asked again and brings everything."""
    poll = queue(server, behaviour, updates(NEWS))

    with pytest.raises(VkTransport) as caught:
        poll.poll(at(server))
    batch = poll.poll(at(server))

    assert (caught.value.what, caught.value.verdict.remedy) == (what, Remedy.RETRY)
    assert batch.event_ids == ("e1",)


def test_t14_a_server_that_stays_silent_is_left_in_time(server: FaultServer) -> None:
    """T-14: silence beyond the wait ends in an error, not in a hanging thread."""
    poll = queue(server, stalls, wait=-9)
    with pytest.raises(VkTransport) as caught:
        poll.poll(at(server))
    assert caught.value.what == "silence"


def test_a_waiting_poll_ends_at_once_when_the_program_stops(server: FaultServer) -> None:
    asked = threading.Event()

    def silent(connection: object, request: Asked) -> None:
        asked.set()
        stalls(connection, request)  # type: ignore[arg-type]

    poll = queue(server, silent, wait=25)
    outcome: list[VkTransport] = []

    def wait() -> None:
        with pytest.raises(VkTransport) as caught:
            poll.poll(at(server))
        outcome.append(caught.value)

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert asked.wait(5)
    started = time.monotonic()
    poll.stop()
    waiter.join(20)

    assert time.monotonic() - started < 20, "it waited for an answer"
    assert len(outcome) == 1
    with pytest.raises(VkTransport):
        poll.poll(at(server))


def test_a_comma_too_many_loses_nothing(server: FaultServer) -> None:
    text = f'{{"ts":"8","updates":[{json.dumps(NEWS)},{json.dumps(PRESS)},],}}'
    assert queue(server, answers(text)).poll(at(server)).event_ids == ("e1", "e2")


@pytest.mark.parametrize("odd", [None, 7, "text", [], True])
def test_t13_an_update_that_is_no_object_is_kept_beside_the_good_ones(server: FaultServer, odd: object) -> None:
    """T-13: one bad element does not cost the batch."""
    batch = queue(server, updates(NEWS, odd, PRESS)).poll(at(server))
    assert [json.loads(raw) for raw in batch.updates] == [NEWS, odd, PRESS]
    assert len(set(batch.event_ids)) == 3


def test_a_place_that_is_broken_for_good_is_stepped_over_and_called_a_gap(server: FaultServer) -> None:
    spoiled = f'{{"ts":"8","updates":[{json.dumps(NEWS)},{{"type":oops}},{json.dumps(PRESS)}]}}'
    poll = queue(server, answers(spoiled))

    batch = poll_until_read(poll, at(server))

    assert batch.event_ids[0] == "e1"
    assert json.dumps(PRESS) in batch.updates[-1], "what cannot be read is kept as it is"
    assert (batch.cursor.ts, batch.gap) == ("8", True)


def poll_until_read(poll: LongPoll, cursor: Cursor) -> Batch:
    for _ in range(10):
        try:
            return poll.poll(cursor)
        except VkTransport:
            continue
    raise AssertionError("the queue stands still")


def test_an_answer_cut_short_many_times_is_never_stepped_over(server: FaultServer) -> None:
    poll = queue(server, answers('{"ts":"8","updates":[{"type":"message_event","event_id":"e2"},{"ty'))
    for _ in range(20):
        with pytest.raises(VkTransport):
            poll.poll(at(server))


@pytest.mark.parametrize("code", [10, 29, 15])
def test_t14_a_refused_key_is_an_error_the_caller_sees(server: FaultServer, code: int) -> None:
    """T-14: errors of groups.getLongPollServer come out with their meaning."""
    server.script[:] = [error(code, "no")]
    client = VkClient(VkKey("group", "group-key"), server.url, rate=1000)
    with pytest.raises(VkRefused) as caught:
        LongPoll(client, 1).connect()
    assert caught.value.code == code


@pytest.mark.parametrize("given", [None, [], {}, {"server": "x", "key": "k"}, {"server": "x", "ts": "1"}])
def test_a_key_without_its_parts_is_no_key(server: FaultServer, given: object) -> None:
    server.script[:] = [answers({"response": given})]
    client = VkClient(VkKey("group", "group-key"), server.url, rate=1000)
    with pytest.raises(VkTransport):
        LongPoll(client, 1).connect()


def test_t80_the_key_of_the_queue_does_not_print(server: FaultServer) -> None:
    """T-80: the queue's key stays out of errors and reprs as well."""
    cursor = Cursor(server.url + "lp", "queue-secret", "7")
    with pytest.raises(VkTransport) as caught:
        queue(server, resets).poll(cursor)
    assert "queue-secret" not in f"{caught.value!r} {caught.value} {cursor!r}"
    assert caught.value.__context__ is None


def setting(**flags: int) -> Callable[[Asked], object]:
    def answer(asked: Asked) -> object:
        if asked.method == "groups.setLongPollSettings":
            return {"response": 1}
        return {"response": {"is_enabled": True, "api_version": "5.199", "events": flags}}

    return answer


def test_the_needed_events_are_switched_on_and_checked(server: FaultServer) -> None:
    server.script[:] = [computes(setting(wall_post_new=1, message_new=1, message_allow=0))]
    client = VkClient(VkKey("group", "group-key"), server.url, rate=1000)

    assert prepare(client, 1) == [Finding("longpoll_flag_off", "message_allow")]

    said = server.asked[0].params
    assert (said["enabled"], said["api_version"], said["message_event"]) == ("1", "5.199", "1")


def test_a_key_that_may_not_change_settings_is_a_finding(server: FaultServer) -> None:
    server.script[:] = [error(15, "Access denied"), error(15, "Access denied")]
    client = VkClient(VkKey("group", "group-key"), server.url, rate=1000)
    assert [finding.code for finding in prepare(client, 1)] == ["longpoll_set_refused", "longpoll_get_refused"]


def test_a_flag_vk_does_not_report_is_not_called_missing() -> None:
    """VK leaves message_event out of its report although it can be set."""
    assert shortcomings({"is_enabled": True, "api_version": "5.199", "events": {}}) == []
    assert shortcomings({"is_enabled": False, "api_version": "5.131", "events": {"message_new": False}}) == [
        Finding("longpoll_off"),
        Finding("longpoll_version", "5.131"),
        Finding("longpoll_flag_off", "message_new"),
    ]
