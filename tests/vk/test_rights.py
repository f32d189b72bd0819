"""What the keys can do is found out by asking; names and managers come with it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.vk.client import VkClient, VkKey
from bot.vk.errors import VkError
from bot.vk.longpoll import Finding
from bot.vk.people import managers, names
from bot.vk.rights import Editor, rights
from tests.vk.fault_server import FaultServer, answers, computes, error, html, response


def key(server: FaultServer, kind: Any = "group", secret: str = "some-key") -> VkClient:
    return VkClient(VkKey(kind, secret), server.url, rate=1000, timeout=(1, 2))


GRANTED = [{"name": name, "setting": 1} for name in ("messages", "manage", "wall", "photos")]
ME = [{"id": 501, "first_name": "Анна", "last_name": "Редактор"}]
QUEUE = {"count": 0, "items": []}


def community(**more: object) -> dict[str, object]:
    return {"groups": [{"id": 1, "name": "ОКМО", **more}]}


def permissions(*missing: str) -> dict[str, object]:
    return {"mask": 1, "permissions": [one for one in GRANTED if one["name"] not in missing]}


@pytest.mark.parametrize(
    ("said", "editor"),
    [
        ({"is_admin": 1, "admin_level": 3}, Editor.OK),
        ({"is_admin": 1, "admin_level": 2}, Editor.OK),
        ({"is_admin": 1, "admin_level": 1}, Editor.NO_RIGHTS),
        ({"is_admin": 0}, Editor.NO_RIGHTS),
    ],
)
def test_the_editors_place_in_the_community_decides(
    server: FaultServer, said: dict[str, object], editor: Editor
) -> None:
    server.then(response(permissions()), response([ME, community(**said), QUEUE]))

    found = rights(key(server, "user"), key(server), 1)

    assert (found.editor, found.editor_id) == (editor, 501)
    assert found.mode == ("editor" if editor is Editor.OK else "degraded")
    assert len(server.asked) == 2


@pytest.mark.parametrize(("edited", "editor"), [([1, 5], Editor.OK), ([5], Editor.NO_RIGHTS)])
def test_where_vk_does_not_say_the_place_the_list_of_edited_communities_does(
    server: FaultServer, edited: list[int], editor: Editor
) -> None:
    listed = response({"count": len(edited), "items": edited})
    server.then(response(permissions()), response([ME, community(), QUEUE]), listed)
    assert rights(key(server, "user"), key(server), 1).editor is editor


def test_a_missing_editors_key_means_the_degraded_mode(server: FaultServer) -> None:
    server.then(response(permissions()))
    found = rights(None, key(server), 1)
    assert (found.editor, found.mode, found.group_ok) == (Editor.MISSING, "degraded", True)


def test_t42_a_vk_id_key_is_recognised_by_its_beginning(server: FaultServer) -> None:
    """T-42: it is not even tried."""
    server.then(response(permissions()))
    found = rights(key(server, "user", "vk2.a.short"), key(server), 1)
    assert (found.editor, found.findings) == (Editor.WRONG_KIND, (Finding("editor_key_vk_id"),))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("refusal", "editor", "mode"),
    [
        (error(5, "invalid access_token"), Editor.DEAD, "degraded"),
        (error(5, "access_token has expired"), Editor.EXPIRED, "degraded"),
        (error(5, "access_token was given to another ip address", error_subcode=1130), Editor.WRONG_IP, "degraded"),
        (error(14, "Captcha needed"), Editor.CAPTCHA, "editor"),
        (error(17, "Validation required"), Editor.VALIDATION, "editor"),
        (error(1051, "not available for this profile type"), Editor.WRONG_KIND, "degraded"),
        (error(15, "Access denied"), Editor.NO_RIGHTS, "degraded"),
        (error(9, "Flood control"), Editor.UNAVAILABLE, "editor"),
        (html(502), Editor.UNAVAILABLE, "editor"),
        (answers({}), Editor.UNAVAILABLE, "editor"),
    ],
)
def test_t43_the_state_of_the_editors_key_is_told_apart(
    server: FaultServer, refusal: Any, editor: Editor, mode: str
) -> None:
    """T-43: dead, expired, another address, captcha: people are told what to do.

    A key that only waits does not change the way of publishing.
    """
    server.then(response(permissions()), refusal)
    found = rights(key(server, "user"), key(server), 1)
    assert (found.editor, found.mode) == (editor, mode)


def test_a_communitys_key_in_the_editors_place_is_of_the_wrong_kind(server: FaultServer) -> None:
    """Asked who it is, such a key answers with nobody."""
    server.then(response(permissions()), response([[], community(), QUEUE]))
    assert rights(key(server, "user"), key(server), 1).editor is Editor.WRONG_KIND


def test_t41_missing_permissions_of_the_community_key_are_named(server: FaultServer) -> None:
    """T-41: before the first post, not after it."""
    server.then(response(permissions("wall")))
    found = rights(None, key(server), 1)
    assert found.findings == (Finding("group_permission_missing", "wall"),)
    assert "messages" in found.permissions


def test_a_dead_community_key_is_a_finding(server: FaultServer) -> None:
    server.then(error(5, "invalid access_token"))
    found = rights(None, key(server), 1)
    assert (found.group_ok, found.findings) == (False, (Finding("group_key", "key_dead"),))


def test_people_and_communities_are_named_in_one_request(server: FaultServer) -> None:
    server.then(response([ME, {"groups": [{"id": 77, "name": "Музей"}]}]))
    assert names(key(server), [501, -77, 0, 501]) == {501: "Анна Редактор", -77: "Музей"}
    assert len(server.asked) == 1
    assert '"user_ids":"501"' in server.asked[0].params["code"]


def test_who_vk_does_not_know_has_no_name(server: FaultServer) -> None:
    server.then(response([None, {"id": "x"}, {"id": 5}, *ME]))
    assert names(key(server), [501, 5, 6]) == {501: "Анна Редактор"}


def test_a_failure_to_learn_names_is_an_error(server: FaultServer) -> None:
    server.then(html(502))
    with pytest.raises(VkError):
        names(key(server), [501, -77])


def test_nobody_to_name_costs_no_request(server: FaultServer) -> None:
    assert names(key(server), []) == {}
    assert server.asked == []


def test_all_managers_are_found_beyond_the_first_page(server: FaultServer) -> None:
    def page(asked: Any) -> object:
        start = int(asked.params.get("offset", 0))
        shown = [{"id": vk_id, "role": "editor"} for vk_id in range(start + 1, min(start + 1000, 1200) + 1)]
        return {"response": {"count": 1200, "items": shown}}

    server.then(computes(page))
    found = managers(key(server), 1)
    assert len(found) == 1200
    assert found[1200] == "editor"
    assert server.asked[0].params["filter"] == "managers"
