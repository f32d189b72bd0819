"""The control interface: state that waits, the journal, the clock, variants, and starting on its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from sandbox.variants import CHOICES
from tests.sandbox.conftest import card, publish
from tests.sandbox_client import CHAT, SandboxClient, SandboxRefused

ROOT = Path(__file__).parents[2]


def test_the_state_shows_the_whole_world(vk: SandboxClient) -> None:
    publish(vk, vk.suggest(601, "Вышла", photos=1))
    vk.suggest(602, "Ждёт")
    card(vk)
    vk.write(601, "Привет")

    state = vk.state()

    assert state["group"] == {"id": 1, "name": "ОКМО", "screen_name": "okmo_news"}
    assert {"id": 501, "name": "Анна Редактор", "role": "editor", "city": "Москва", "messages": "allowed"} in state[
        "people"
    ]
    assert [post["text"] for post in state["suggestions"]] == ["Ждёт"]
    assert [post["text"] for post in state["wall"]] == ["Вышла"]
    assert state["chats"][0]["members"] == [500, 501, 502]
    assert state["chats"][0]["messages"][0]["keyboard"]["inline"] is True
    assert state["dialogs"][0]["messages"][0]["text"] == "Привет"
    assert state["now"].endswith("Z")


def test_the_state_waits_for_a_newer_revision(vk: SandboxClient) -> None:
    seen = vk.state()["revision"]
    soon = threading.Timer(0.2, SandboxClient(vk.url).suggest)
    soon.start()

    began = time.monotonic()
    fresh = vk.state(since=seen, wait=60)

    assert fresh["revision"] > seen
    assert time.monotonic() - began < 30
    soon.join()
    assert vk.state(since=fresh["revision"], wait=0.1)["revision"] == fresh["revision"]


def test_waiting_for_what_never_comes_says_so(vk: SandboxClient) -> None:
    with pytest.raises(AssertionError, match="a post on the wall"):
        vk.wait_for(lambda state: state["wall"], timeout=0.2, what="a post on the wall")


def test_the_journal_tells_who_called_what_and_never_a_key(vk: SandboxClient) -> None:
    vk.call("users.get", "editor-key", user_ids=601)
    vk.error("wall.get", owner_id=-1)

    rows = vk.journal()

    assert [(row["n"], row["method"], row["token_kind"], row["token_name"]) for row in rows] == [
        (1, "users.get", "user", "editor"),
        (2, "wall.get", "group", "group"),
    ]
    assert rows[0]["answer"][0]["first_name"] == "Ирина"
    assert rows[1]["error_code"] == 27
    assert rows[0]["params"] == {"v": "5.199", "user_ids": "601"}
    assert "-key" not in json.dumps(rows)
    assert vk.journal(since=1)[0]["n"] == 2
    assert vk.journal(method="users.get", since=1) == []


def test_the_journal_can_be_waited_for(vk: SandboxClient) -> None:
    soon = threading.Timer(0.2, SandboxClient(vk.url).call, args=("utils.getServerTime",))
    soon.start()

    assert vk.journal(wait=10)[0]["method"] == "utils.getServerTime"
    soon.join()


def test_the_clock_stands_jumps_and_runs(vk: SandboxClient) -> None:
    vk.clock(freeze="2026-11-25T12:00:00Z")
    assert vk.call("utils.getServerTime") == 1_795_608_000
    vk.clock(advance=90)
    assert vk.call("utils.getServerTime") == 1_795_608_090
    vk.clock(offset=-3600)
    assert abs(vk.call("utils.getServerTime") - (time.time() - 3600)) < 60
    vk.clock(freeze="2026-11-25T12:00:00Z")
    vk.clock(run=True)
    assert 0 <= vk.call("utils.getServerTime") - 1_795_608_000 <= 60


@pytest.mark.parametrize("name", CHOICES)
def test_every_variant_takes_its_values_and_no_others(vk: SandboxClient, name: str) -> None:
    for value in CHOICES[name]:
        vk.variant(**{name: value})
    with pytest.raises(SandboxRefused):
        vk.variant(**{name: "something else"})


def test_unknown_actions_variants_limits_people_are_refused(vk: SandboxClient) -> None:
    for action, fields in (
        ("dance", {}),
        ("variant", {"colour": "red"}),
        ("limits", {"colour": 3}),
        ("suggest", {"user_id": 1, "text": "А"}),
        ("write", {"user_id": 700, "peer_id": CHAT, "text": "Не в чате"}),
        ("token", {"key": "editor-key", "set": "tired"}),
        ("suggest", {}),
    ):
        with pytest.raises(SandboxRefused):
            vk.do(action, **fields)


def test_a_reset_gives_the_first_world_again(vk: SandboxClient) -> None:
    vk.suggest()
    vk.variant(guid="hour")
    vk.fault("reset", "*", times=0)
    vk.do("reset")

    assert vk.state()["suggestions"] == []
    assert vk.faults() == []
    assert vk.call("utils.getServerTime")


def test_samples_name_people_of_the_world(vk: SandboxClient) -> None:
    samples = vk.get(f"{vk.url}/sandbox/samples").json()
    people = {person["id"] for person in vk.state()["people"]}

    assert 6 <= len(samples) <= 8
    for sample in samples:
        assert sample["user_id"] in people
        vk.suggest(sample["user_id"], sample["text"], sample["photos"], attachments=sample["attachments"])
    assert len(vk.state()["suggestions"]) == len(samples)


def test_the_same_steps_at_a_frozen_clock_give_the_same_world() -> None:
    worlds = []
    for _ in range(2):
        with Sandbox(limits_off=True) as running:
            client = SandboxClient(running.url)
            client.clock(freeze="2026-11-25T12:00:00Z")
            client.do("long_poll", flags="all")
            publish(client, client.suggest(601, photos=2))
            client.wait_event("wall_post_new", since=2)
            card(client)
            client.wait_event("message_reply")
            client.press(501, "Опубликовать", 1)
            world = {"state": client.state(), "history": client.history()}
            worlds.append(json.dumps(world, sort_keys=True).replace(running.url, ""))

    assert worlds[0] == worlds[1]


def test_a_big_backlog_is_quick(vk: SandboxClient) -> None:
    began = time.monotonic()
    vk.do("backlog", count=5000)
    server = vk.call("groups.getLongPollServer", group_id=1)
    server["ts"] = "1"
    seen = sum(len(vk.poll(server, wait=0)["updates"]) for _ in range(50))

    assert seen == 5000
    assert time.monotonic() - began < 60


def test_it_starts_on_its_own_says_where_and_stops_at_once(tmp_path: Path) -> None:
    world = tmp_path / "world.json"
    person = {"id": 900, "first_name": "Зоя", "last_name": "Новая", "role": "editor"}
    world.write_text(json.dumps({"people": [person], "variants": {"guid": "hour"}}), encoding="utf-8")
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--world", str(world), "--speed"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()

    client = SandboxClient(line.removeprefix("sandbox: ").strip())
    assert {"id": 900, "name": "Зоя Новая", "role": "editor", "city": "", "messages": "allowed"} in client.state()[
        "people"
    ]
    process.send_signal(signal.SIGTERM)

    assert process.wait(20) == 0
    process.stdout.close()
