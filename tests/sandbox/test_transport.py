"""How calls have to be made: forms, keys, versions, strict parameters."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox_client import CHAT, SandboxClient


def test_a_call_is_a_form_with_the_key_in_it_or_in_the_header(vk: SandboxClient) -> None:
    url = f"{vk.url}/method/utils.getServerTime"
    by_form = requests.post(url, data={"access_token": "group-key", "v": "5.199"}, timeout=10).json()
    by_header = requests.post(url, data={"v": "5.199"}, headers={"Authorization": "Bearer group-key"}, timeout=10)
    by_get = requests.get(url, params={"access_token": "group-key", "v": "5.199"}, timeout=10).json()

    assert "response" in by_form
    assert "response" in by_header.json()
    assert "response" in by_get


def test_a_json_body_is_refused(vk: SandboxClient) -> None:
    url = f"{vk.url}/method/utils.getServerTime"

    answer = requests.post(url, json={"access_token": "group-key", "v": "5.199"}, timeout=10).json()

    assert answer["error"]["error_code"] == 100


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("wall.get", {"owner_id": -1, "extended": "True"}, 100),
        ("wall.get", {"owner_id": -1, "extended": "1"}, 0),
        ("wall.get", {"owner_id": "minus one"}, 100),
        ("wall.get", {"owner_id": -1, "colour": "red"}, 100),
        ("wall.get", {"owner_id": -1, "filter": "proposed"}, 100),
        ("wall.getById", {}, 100),
        ("wall.getById", {"posts": "-1_x"}, 100),
        ("wall.delete", {"owner_id": -1, "post_id": -5}, 100),
        ("wall.get", {"owner_id": [-1, -1]}, 100),
        ("groups.get", {"filter": "editor,owner"}, 100),
        ("groups.isMember", {"group_id": 1, "user_ids": "601,0"}, 100),
        ("wall.borrow", {}, 3),
        ("users.get", {"user_ids": "601", "lang": "ru"}, 0),
    ],
)
def test_parameters_are_taken_strictly(vk: SandboxClient, method: str, params: dict[str, Any], code: int) -> None:
    assert vk.error(method, "editor-key", **params) == code


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("messages.delete", {"peer_id": CHAT, "cmids": "1,-2"}, 100),
        ("messages.getByConversationMessageId", {"peer_id": CHAT, "conversation_message_ids": "-1"}, 100),
        ("messages.send", {"chat_id": 100_000_001, "message": "А", "random_id": 1}, 100),
        ("messages.send", {"chat_id": 1, "message": "А", "random_id": 1, "subscribe_id": 101}, 100),
        ("messages.send", {"chat_id": 1, "message": "А", "random_id": 1, "subscribe_id": 100}, 0),
        ("messages.send", {"peer_ids": f"{CHAT}", "message": "А", "random_id": 1, "forward_messages": "-5"}, 0),
    ],
)
def test_numbers_keep_to_their_bounds(vk: SandboxClient, method: str, params: dict[str, Any], code: int) -> None:
    assert vk.error(method, **params) == code


@pytest.mark.parametrize(
    ("code", "text"), [(1012, "Writing is disabled for this chat"), (4, "Incorrect signature")]
)
def test_every_error_that_can_be_asked_for_has_the_words_vk_has(vk: SandboxClient, code: int, text: str) -> None:
    vk.fault("error", "utils.getServerTime", code=code)

    assert vk.raw("utils.getServerTime").json()["error"]["error_msg"] == text


def test_a_missing_version_is_refused_and_an_old_one_changes_shapes(vk: SandboxClient) -> None:
    post = vk.do("post_by_hand", user_id=501, text="Запись")["post_id"]

    assert vk.error("utils.getServerTime", v="") == 8
    assert vk.error("utils.getServerTime", v="5.50") == 8
    assert isinstance(vk.call("wall.getById", "editor-key", posts=f"-1_{post}", v="5.131"), list)
    assert list(vk.call("wall.getById", "editor-key", posts=f"-1_{post}")) == ["items"]
    assert isinstance(vk.call("groups.getById", group_id=1, v="5.131"), list)
    assert set(vk.call("groups.getById", group_id=1)) == {"groups", "profiles"}


def test_an_error_echoes_parameters_without_the_key(vk: SandboxClient) -> None:
    answer = vk.raw("wall.get", owner_id=-1)

    assert answer.status_code == 200
    echoed = {row["key"]: row["value"] for row in answer.json()["error"]["request_params"]}
    assert echoed["owner_id"] == "-1"
    assert "group-key" not in answer.text


def test_the_page_is_served_and_nothing_else_from_the_disk(vk: SandboxClient) -> None:
    page = vk.get(f"{vk.url}/")

    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-cache"
    for path in ("/server.py", "/../server.py", "/page/index.html", "/%2e%2e/world.py", "/samples/samples.json"):
        assert vk.get(vk.url + path).status_code == 404


def test_connections_are_kept_alive(vk: SandboxClient) -> None:
    answers = [vk.raw("utils.getServerTime") for _ in range(3)]

    assert all(
        answer.raw.version == 11 and "close" not in answer.headers.get("connection", "") for answer in answers
    )
