"""Bots Long Poll: history by ts, waiting, the three failures, settings and the shapes of events."""

from __future__ import annotations

import threading
import time

import pytest
import requests

from tests.sandbox_client import Json, SandboxClient


@pytest.fixture
def server(vk: SandboxClient) -> Json:
    found: Json = vk.call("groups.getLongPollServer", group_id=1)
    return found


def texts(answer: Json) -> list[str]:
    return [update["object"]["text"] for update in answer["updates"]]


def test_the_server_is_a_full_address_and_ts_a_string(vk: SandboxClient, server: Json) -> None:
    assert server["server"].startswith(vk.url)
    assert isinstance(server["ts"], str)
    assert vk.poll(server, wait=0) == {"ts": server["ts"], "updates": []}


def test_ts_grows_by_one_for_each_event_and_a_poll_gives_at_most_100(vk: SandboxClient, server: Json) -> None:
    start = int(server["ts"])
    vk.do("backlog", count=250, kind="mix")

    sizes = [len(vk.poll(server, wait=0)["updates"]) for _ in range(4)]

    assert sizes == [100, 100, 50, 0]
    assert int(server["ts"]) == start + 250


def test_a_waiting_poll_returns_as_soon_as_something_happens(vk: SandboxClient, server: Json) -> None:
    began = time.monotonic()
    soon = threading.Timer(0.2, vk.suggest, kwargs={"text": "Скоро"})
    soon.start()

    answer = SandboxClient(vk.url).poll(server, wait=60)

    assert texts(answer) == ["Скоро"]
    assert time.monotonic() - began < 30
    soon.join()


def test_waiting_polls_do_not_hold_anybody_up(vk: SandboxClient, server: Json) -> None:
    waiting = [threading.Thread(target=SandboxClient(vk.url).poll, args=(dict(server), 60)) for _ in range(5)]
    for thread in waiting:
        thread.start()

    began = time.monotonic()
    vk.call("utils.getServerTime")
    assert time.monotonic() - began < 30

    vk.suggest()
    for thread in waiting:
        thread.join(30)
        assert not thread.is_alive()


def test_every_consumer_gets_everything_and_an_old_ts_gives_the_same_again(vk: SandboxClient, server: Json) -> None:
    first, second, start = dict(server), dict(server), server["ts"]
    vk.suggest(text="Одна")

    assert texts(vk.poll(first)) == texts(vk.poll(second)) == ["Одна"]
    again = {**first, "ts": start}
    assert texts(vk.poll(again)) == ["Одна"]


def test_too_old_a_ts_is_failed_1_with_a_number(vk: SandboxClient, server: Json) -> None:
    vk.variant(lp_retention_seconds=60, lp_key_seconds=0)
    vk.suggest(text="Старая")
    vk.clock(advance=61)
    vk.suggest(text="Новая")
    asked = dict(server)

    answer = vk.poll(asked, wait=0)

    assert answer["failed"] == 1
    assert isinstance(answer["ts"], int)
    assert vk.poll(asked, wait=0)["updates"] == []


def test_a_dead_key_is_failed_2_and_ts_stays_good(vk: SandboxClient, server: Json) -> None:
    vk.suggest(text="Ждёт")
    vk.do("long_poll", fail=2)
    assert vk.poll(dict(server), wait=0) == {"failed": 2}

    fresh = vk.call("groups.getLongPollServer", group_id=1)

    assert fresh["key"] != server["key"]
    assert texts(vk.poll({**fresh, "ts": server["ts"]})) == ["Ждёт"]


def test_a_key_dies_by_the_clock(vk: SandboxClient, server: Json) -> None:
    vk.clock(advance=86401)

    assert vk.poll(dict(server), wait=0) == {"failed": 2}


def test_lost_information_is_failed_3(vk: SandboxClient, server: Json) -> None:
    vk.suggest(text="Пропала")
    vk.do("long_poll", fail=3)

    assert vk.poll(dict(server), wait=0) == {"failed": 3}
    fresh = vk.call("groups.getLongPollServer", group_id=1)
    assert vk.poll(fresh, wait=0)["updates"] == []
    assert vk.poll({**fresh, "ts": server["ts"]}, wait=0)["failed"] == 1


@pytest.mark.parametrize("code", [1, 2, 3, 4, 99])
def test_failures_on_request(vk: SandboxClient, server: Json, code: int) -> None:
    vk.fault("lp_failed", code=code)

    assert vk.poll(dict(server), wait=0)["failed"] == code


def test_an_event_comes_only_when_its_flag_is_on(limited: SandboxClient) -> None:
    limited.suggest(text="Никто не слышит")
    limited.call("groups.setLongPollSettings", group_id=1, enabled=1, api_version="5.199", wall_post_new=1)

    limited.suggest(text="Слышно")

    assert [event["object"]["text"] for event in limited.history()] == ["Слышно"]


def test_settings_report_what_vk_reports(vk: SandboxClient) -> None:
    vk.call("groups.setLongPollSettings", group_id=1, message_edit=1, message_event=1, wall_post_new=0)

    settings = vk.call("groups.getLongPollSettings", group_id=1)

    assert (settings["is_enabled"], settings["api_version"]) == (True, "5.199")
    assert settings["events"]["message_edit"] == 0
    assert settings["events"]["wall_post_new"] == 0
    assert "message_event" not in settings["events"]
    assert not any(name.startswith(("wall_post_edit", "wall_post_delete")) for name in settings["events"])


def test_switched_off_there_is_no_server(vk: SandboxClient) -> None:
    vk.call("groups.setLongPollSettings", group_id=1, enabled=0)

    assert vk.error("groups.getLongPollServer", group_id=1) == 100


@pytest.mark.parametrize(("version", "wrapped"), [("5.199", True), ("5.103", True), ("5.95", False)])
def test_the_settings_version_decides_the_shape_of_message_new(
    vk: SandboxClient, version: str, wrapped: bool
) -> None:
    vk.call("groups.setLongPollSettings", group_id=1, api_version=version)

    vk.write(601, "Привет")

    event = vk.wait_event("message_new")
    message = event["object"]["message"] if wrapped else event["object"]
    assert (event["v"], message["text"], message["from_id"]) == (version, "Привет", 601)
    assert ("client_info" in event["object"]) == wrapped


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("lp_drop_event", ["Б"]),
        ("lp_duplicate", ["А", "А", "Б"]),
        ("lp_reorder", ["Б", "А"]),
        ("lp_late", ["Б", "А"]),
    ],
)
def test_events_are_struck_by_faults(vk: SandboxClient, what: str, expected: list[str]) -> None:
    vk.clock(freeze="2026-11-25T12:00:00Z")
    vk.fault(what, event="wall_post_new", seconds=30)

    vk.suggest(text="А")
    vk.suggest(text="Б")
    vk.clock(advance=31)

    events = vk.history()
    assert [event["object"]["text"] for event in events] == expected
    assert len({event["event_id"] for event in events}) == len(set(expected))


def test_a_broken_event_stands_in_the_batch_beside_a_good_one(vk: SandboxClient, server: Json) -> None:
    vk.fault("lp_broken_event")
    vk.suggest(text="Целая")

    updates = vk.poll(server)["updates"]

    assert [update["type"] for update in updates] == ["message_new", "wall_post_new"]
    assert updates[0]["object"] is None


def test_unknown_events_can_be_put_in(vk: SandboxClient, server: Json) -> None:
    vk.do("event", type="group_dance", object={"steps": [1, 2]})

    assert vk.poll(server)["updates"][0]["object"] == {"steps": [1, 2]}


@pytest.mark.parametrize("what", ["http", "html200", "empty", "truncated", "trailing_comma"])
def test_polls_break_like_everything_else(vk: SandboxClient, server: Json, what: str) -> None:
    vk.suggest()
    vk.fault(what, "lp")
    asked = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": 0}

    with pytest.raises(requests.exceptions.JSONDecodeError):
        requests.get(server["server"], params=asked, timeout=10).json()
    assert len(vk.poll(server)["updates"]) == 1


def test_a_stalled_poll_says_nothing(vk: SandboxClient, server: Json) -> None:
    vk.fault("lp_stall", seconds=30)
    asked = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": 0}

    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(server["server"], params=asked, timeout=0.4)
