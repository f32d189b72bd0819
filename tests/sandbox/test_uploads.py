"""Uploads: addresses, fields, hashes, whose the saved photo is, and the links to pictures."""

from __future__ import annotations

import pytest

from sandbox.pictures import png
from tests.sandbox_client import Json, SandboxClient

PICTURE = png(1, 120, 90)


def wall_upload(vk: SandboxClient, field: str = "photo", content: bytes = PICTURE, group_id: int = 1) -> Json:
    server = vk.call("photos.getWallUploadServer", "editor-key", group_id=group_id)
    return vk.upload(server["upload_url"], field, "a.png", content)


def message_photo(vk: SandboxClient, content: bytes = PICTURE) -> str:
    server = vk.call("photos.getMessagesUploadServer", peer_id=601)
    sent = vk.upload(server["upload_url"], "photo", "a.png", content)
    photo = vk.call("photos.saveMessagesPhoto", **sent)[0]
    return f"photo{photo['owner_id']}_{photo['id']}_{photo['access_key']}"


@pytest.mark.parametrize("field", ["photo", "file0"])
def test_a_photo_goes_up_and_stands_on_the_wall(vk: SandboxClient, field: str) -> None:
    photo = vk.call("photos.saveWallPhoto", "editor-key", group_id=1, **wall_upload(vk, field))[0]
    assert photo["owner_id"] == -1
    assert vk.get(photo["sizes"][-1]["url"]).content == PICTURE

    name = f"photo-1_{photo['id']}_{photo['access_key']}"
    vk.call("wall.post", "editor-key", owner_id=-1, message="А", attachments=name)

    assert len(vk.state()["wall"][0]["attachments"]) == 1


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("picture", PICTURE),
        ("photo", b""),
        ("photo", b"no picture at all"),
        ("photo", png(1, 100, 4)),
        ("photo", png(1, 13999, 700)[:100]),
    ],
    ids=["wrong field", "empty", "no picture", "too narrow", "too large"],
)
def test_a_bad_upload_is_an_empty_photo(vk: SandboxClient, field: str, content: bytes) -> None:
    sent = wall_upload(vk, field, content)

    assert sent["photo"] == "[]"
    assert vk.error("photos.saveWallPhoto", "editor-key", group_id=1, **sent) == 129


@pytest.mark.parametrize(("name", "value", "code"), [("server", 1, 118), ("hash", "no", 121), ("photo", "{", 129)])
def test_saving_wants_exactly_what_the_host_said(vk: SandboxClient, name: str, value: object, code: int) -> None:
    sent = {**wall_upload(vk), name: value}

    assert vk.error("photos.saveWallPhoto", "editor-key", group_id=1, **sent) == code


def test_a_photo_is_saved_once_and_for_its_own_community(vk: SandboxClient) -> None:
    sent = wall_upload(vk)

    assert vk.error("photos.saveWallPhoto", "editor-key", group_id=2, **sent) == 114
    assert vk.error("photos.saveWallPhoto", "editor-key", group_id=1, **sent) == 0
    assert vk.error("photos.saveWallPhoto", "editor-key", group_id=1, **sent) == 121


def test_a_fresh_photo_does_not_cross_communities(vk: SandboxClient) -> None:
    photo = vk.call("photos.saveWallPhoto", "editor-key", group_id=1, **wall_upload(vk))[0]
    name = f"photo-1_{photo['id']}_{photo['access_key']}"

    vk.call("wall.post", "editor-key", owner_id=-2, message="У соседей", attachments=name)

    assert vk.call("wall.get", "editor-key", owner_id=-2)["items"][0]["attachments"] == []


def test_a_post_of_an_editor_is_the_community_s_only_where_it_is_asked_for(vk: SandboxClient) -> None:
    for asked in (1, 0):
        vk.call("wall.post", "editor-key", owner_id=-2, message="У соседей", from_group=asked)
    newest = vk.call("wall.get", "editor-key", owner_id=-2)["items"]
    assert [one["from_id"] < 0 for one in newest] == [False, True]
    own = vk.call("wall.get", "editor-key", owner_id=-2, filter="owner")["items"]
    assert [one["from_id"] for one in own] == [-2]


def test_upload_addresses_and_pictures_expire(vk: SandboxClient) -> None:
    address = vk.call("photos.getWallUploadServer", "editor-key", group_id=1)["upload_url"]
    vk.suggest(photos=1)
    picture = vk.state()["suggestions"][0]["attachments"][0]["photo"]["sizes"][0]["url"]
    assert vk.get(picture).status_code == 200

    vk.clock(advance=2 * 86400)

    assert "error" in vk.upload(address, "photo", "a.png", PICTURE)
    assert vk.get(picture).status_code == 404
    fresh = vk.state()["suggestions"][0]["attachments"][0]["photo"]["sizes"][0]["url"]
    assert vk.get(fresh).status_code == 200


def test_a_photo_of_messages_stands_in_messages_and_is_stripped_from_the_wall(vk: SandboxClient) -> None:
    name = message_photo(vk)
    vk.call("messages.send", peer_id=601, message="А", random_id=1, attachment=name)
    assert len(vk.dialog(601)[0]["attachments"]) == 1

    vk.call("wall.post", owner_id=-1, message="А", attachments=name)

    assert vk.state()["wall"][0]["attachments"] == []


def test_one_report_says_a_jpeg_of_messages_with_its_key_stays(vk: SandboxClient) -> None:
    vk.variant(community_messages_photo="attach")
    jpeg = bytes.fromhex("ffd8ffc0000b080050006401011100ffd9") + bytes(8)

    for content in (jpeg, PICTURE):
        vk.call("wall.post", owner_id=-1, message="А", attachments=message_photo(vk, content))

    newest, oldest = vk.state()["wall"]
    assert (len(newest["attachments"]), len(oldest["attachments"])) == (0, 1)


def test_no_address_for_somebody_who_cannot_be_written_to(vk: SandboxClient) -> None:
    assert vk.error("photos.getMessagesUploadServer", peer_id=604) == 901


def test_a_document_goes_up_by_the_community_key(vk: SandboxClient) -> None:
    server = vk.call("docs.getWallUploadServer", group_id=1)
    sent = vk.upload(server["upload_url"], "file", "план.txt", "план".encode())
    doc = vk.call("docs.save", title="План", **sent)["doc"]

    vk.call("wall.post", owner_id=-1, message="А", attachments=f"doc{doc['owner_id']}_{doc['id']}")

    assert vk.state()["wall"][0]["attachments"][0]["doc"]["title"] == "План"
    assert vk.error("docs.save", **sent) == 105
    assert vk.get(doc["url"]).content == "план".encode()
