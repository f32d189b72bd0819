"""Keys: the measured matrix of kinds and methods, rights, and the ways a key dies."""

from __future__ import annotations

import pytest

from tests.sandbox_client import CHAT, SandboxClient

KEYS = ("group-key", "editor-key", "stranger-key", "service-key", "vkid-key")
MATRIX: dict[str, tuple[dict[str, object], tuple[int, int, int, int, int]]] = {
    "wall.get": ({"owner_id": -1}, (27, 0, 0, 0, 1051)),
    "wall.getById": ({"posts": "-1_1"}, (27, 0, 0, 0, 1051)),
    "wall.getComments": ({"owner_id": -1, "post_id": 1}, (27, 0, 0, 0, 1051)),
    "wall.post": ({"owner_id": -1, "message": "Запись"}, (0, 0, 0, 28, 1051)),
    "wall.edit": ({"owner_id": -1, "post_id": 1, "message": "Б"}, (27, 0, 15, 28, 1051)),
    "wall.delete": ({"owner_id": -1, "post_id": 1}, (27, 0, 210, 28, 1051)),
    "wall.restore": ({"owner_id": -1, "post_id": 1}, (27, 210, 210, 28, 1051)),
    "wall.pin": ({"owner_id": -1, "post_id": 1}, (27, 0, 15, 28, 1051)),
    "wall.repost": ({"object": "wall-1_1"}, (27, 0, 0, 28, 1051)),
    "photos.getWallUploadServer": ({"group_id": 1}, (27, 0, 15, 28, 1051)),
    "photos.getMessagesUploadServer": ({}, (0, 15, 15, 28, 1051)),
    "photos.getById": ({"photos": "-1_1"}, (27, 0, 0, 0, 1051)),
    "docs.getWallUploadServer": ({"group_id": 1}, (0, 0, 15, 28, 1051)),
    "messages.send": ({"peer_id": CHAT, "message": "А", "random_id": 1}, (0, 15, 15, 28, 1051)),
    "messages.getHistory": ({"peer_id": CHAT}, (0, 15, 15, 28, 1051)),
    "messages.getConversations": ({}, (0, 15, 15, 28, 1051)),
    "groups.getTokenPermissions": ({}, (0, 5, 5, 28, 1051)),
    "groups.getLongPollServer": ({"group_id": 1}, (0, 15, 15, 28, 1051)),
    "groups.getMembers": ({"group_id": 1}, (0, 0, 0, 0, 1051)),
    "groups.getById": ({"group_id": 1}, (0, 0, 0, 0, 0)),
    "groups.get": ({"filter": "editor"}, (27, 0, 0, 0, 1051)),
    "stats.get": ({"group_id": 1}, (27, 15, 15, 28, 1051)),
    "newsfeed.search": ({"q": "а"}, (27, 0, 0, 28, 1051)),
    "users.get": ({"user_ids": 601}, (0, 0, 0, 0, 0)),
    "utils.getServerTime": ({}, (0, 0, 0, 0, 0)),
    "execute": ({"code": "return 1;"}, (0, 0, 0, 28, 1051)),
}


@pytest.mark.parametrize("method", MATRIX)
@pytest.mark.parametrize("key", KEYS)
def test_each_kind_of_key_may_what_was_measured(vk: SandboxClient, method: str, key: str) -> None:
    vk.do("post_by_hand", user_id=500, text="Первая запись")
    params, codes = MATRIX[method]

    assert vk.error(method, key, **params) == codes[KEYS.index(key)]


def test_managers_are_listed_for_the_community_and_administrators_only(vk: SandboxClient) -> None:
    managers = vk.call("groups.getMembers", group_id=1, filter="managers")

    assert [(row["id"], row["role"]) for row in managers["items"]] == [
        (500, "creator"),
        (501, "editor"),
        (502, "moderator"),
    ]
    assert vk.error("groups.getMembers", "admin-key", group_id=1, filter="managers") == 0
    assert vk.error("groups.getMembers", "editor-key", group_id=1, filter="managers") == 15
    assert vk.error("groups.getMembers", group_id=2, filter="managers") == 15


@pytest.mark.parametrize(
    ("state", "code", "subcode"),
    [
        ("revoked", 5, None),
        ("expired", 5, 1117),
        ("other_ip", 5, 1130),
        ("blocked", 5, None),
        ("validation", 17, None),
    ],
)
def test_a_key_dies_in_several_ways(vk: SandboxClient, state: str, code: int, subcode: int | None) -> None:
    vk.token("editor-key", state)

    error = vk.raw("wall.get", "editor-key", owner_id=-1).json()["error"]

    assert (error["error_code"], error.get("error_subcode")) == (code, subcode)
    vk.token("editor-key", "ok")
    assert vk.error("wall.get", "editor-key", owner_id=-1) == 0


def test_no_key_and_an_unknown_key_are_refused(vk: SandboxClient) -> None:
    assert vk.error("users.get", "") == 5
    assert vk.error("users.get", "made-up") == 5


def test_a_key_expires_by_the_clock(vk: SandboxClient) -> None:
    assert vk.error("wall.get", "miniapp-key", owner_id=-1) == 0

    vk.clock(advance=86401)

    assert vk.error("wall.get", "miniapp-key", owner_id=-1) == 5


def test_a_frozen_community_key_gets_10_when_posting_and_works_otherwise(vk: SandboxClient) -> None:
    vk.token("group-key", "frozen")

    assert vk.error("wall.post", owner_id=-1, message="А") == 10
    assert vk.error("users.get", user_ids=601) == 0
    assert vk.state()["wall"] == []


@pytest.mark.parametrize(
    ("state", "shape"),
    [
        ("captcha_old", {"captcha_sid", "captcha_img"}),
        ("captcha_new", {"redirect_uri", "remixstlid"}),
        ("captcha_both", {"captcha_sid", "captcha_img", "redirect_uri", "remixstlid"}),
    ],
)
def test_captcha_comes_in_both_shapes_and_only_for_writes(vk: SandboxClient, state: str, shape: set[str]) -> None:
    vk.token("editor-key", state)

    error = vk.raw("wall.post", "editor-key", owner_id=-1, message="А").json()["error"]

    assert error["error_code"] == 14
    assert shape <= set(error)
    assert ("captcha_sid" in error) == ("captcha_sid" in shape)
    assert vk.error("wall.get", "editor-key", owner_id=-1) == 0


def test_a_passed_captcha_lets_the_call_through(vk: SandboxClient) -> None:
    vk.token("editor-key", "captcha_old")
    sid = vk.raw("wall.post", "editor-key", owner_id=-1, message="А").json()["error"]["captcha_sid"]

    assert vk.error("wall.post", "editor-key", owner_id=-1, message="А", captcha_sid=sid, captcha_key="no") == 14
    assert vk.error("wall.post", "editor-key", owner_id=-1, message="А", captcha_sid=sid, captcha_key="passed") == 0
    vk.token("editor-key", "captcha_new")
    assert vk.error("wall.post", "editor-key", owner_id=-1, message="Б", success_token="passed") == 0


@pytest.mark.parametrize(
    ("key", "state", "method", "params", "code"),
    [
        ("group-key", "no_wall", "wall.post", {"owner_id": -1, "message": "А"}, 214),
        ("editor-key", "no_wall", "wall.post", {"owner_id": -1, "message": "А"}, 15),
        ("editor-key", "no_wall", "wall.get", {"owner_id": -1, "filter": "suggests"}, 15),
        ("group-key", "no_messages", "messages.getConversations", {}, 15),
        ("group-key", "no_manage", "groups.getLongPollServer", {"group_id": 1}, 15),
        ("group-key", "no_photos", "photos.getMessagesUploadServer", {}, 15),
        ("editor-key", "no_photos", "photos.getWallUploadServer", {"group_id": 1}, 15),
        ("editor-key", "metered", "wall.get", {"owner_id": -1}, 9),
        ("editor-key", "two_factor", "wall.delete", {"owner_id": -1, "post_id": 1}, 703),
    ],
)
def test_a_missing_right_shuts_its_methods(
    vk: SandboxClient, key: str, state: str, method: str, params: dict[str, object], code: int
) -> None:
    assert vk.error(method, key, **params) in {0, 104}

    vk.token(key, state)

    assert vk.error(method, key, **params) == code


def test_permissions_show_what_the_key_was_given(vk: SandboxClient) -> None:
    rights = vk.call("groups.getTokenPermissions")
    assert rights["mask"] == 4 + 4096 + 8192 + 131072 + 262144

    vk.token("group-key", "no_wall")

    names = {row["name"] for row in vk.call("groups.getTokenPermissions")["permissions"]}
    assert names == {"messages", "photos", "docs", "manage"}


def test_a_demoted_editor_loses_the_queue_and_everybody_hears_of_it(vk: SandboxClient) -> None:
    vk.suggest()
    assert vk.call("wall.get", "editor-key", owner_id=-1, filter="suggests")["count"] == 1

    vk.do("set_role", user_id=501, role="stranger")

    assert vk.call("wall.get", "editor-key", owner_id=-1, filter="suggests")["count"] == 0
    change = vk.wait_event("group_officers_edit")["object"]
    assert (change["user_id"], change["level_old"], change["level_new"]) == (501, 2, 0)
    me = vk.call("groups.getById", "editor-key", group_id=1, fields="is_admin,admin_level")["groups"][0]
    assert me["is_admin"] == 0
    assert "admin_level" not in me
