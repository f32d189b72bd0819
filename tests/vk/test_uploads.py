"""Pictures put onto VK: for each community its own, again when VK asks, and never as if nothing had happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.fetch import Fetcher, net_locations
from bot.media import File, Media, MediaUnavailable
from bot.vk.client import VkClient, VkKey
from bot.vk.errors import VkError, VkRefused
from bot.vk.posts import attachments_of
from bot.vk.uploads import VK_PHOTO, Uploads, fresh_addresses
from tests.media.pictures import a_picture
from tests.vk.conftest import World
from tests.vk.fault_server import answers, fault_server


@pytest.fixture
def picture(tmp_path: Path) -> File:
    path = tmp_path / "0123456789abcdef0123"
    path.write_bytes(a_picture(800, 600))
    return File(path, "image/jpeg", path.stat().st_size, 800, 600)


def calls(world: World, method: str) -> int:
    return sum(entry.get("method") == method for entry in world.journal())


def test_a_photo_stands_in_a_post_byte_for_byte(world: World, picture: File) -> None:
    user = world.client("editor-key")
    photo = Uploads(user).photo(1, picture)
    user.call("wall.post", write=True, owner_id=-1, from_group=1, message="С фото", attachments=photo.reference)
    post = world.state()["wall"][0]
    shown = attachments_of(user.call("wall.getById", posts=f"-1_{post['id']}")["items"][0]["attachments"])
    own = Fetcher(net_locations(world.address))
    with own.opened(shown[0].url or "") as answer:
        assert b"".join(answer.blocks(10_000_000)) == picture.read()


def test_the_same_photo_for_the_same_wall_is_uploaded_once(world: World, picture: File) -> None:
    uploads = Uploads(world.client("editor-key"))
    assert uploads.photo(1, picture) == uploads.photo(1, picture)
    assert calls(world, "upload") == 1
    uploads.forget(2)
    uploads.photo(1, picture)
    assert calls(world, "upload") == 1
    uploads.forget(1)
    uploads.photo(1, picture)
    assert calls(world, "upload") == 2


def test_a_file_that_is_no_picture_is_refused_for_good(world: World, tmp_path: Path) -> None:
    path = tmp_path / "nonsense"
    path.write_bytes(b"no picture")
    with pytest.raises(VkError) as refused:
        Uploads(world.client("editor-key")).photo(1, File(path, "image/jpeg", 10))
    assert (refused.value.verdict.reason, refused.value.executed) == ("photo_refused", False)
    assert calls(world, "upload") == 2


@pytest.mark.parametrize("what", ["reset", "http", "html200"])
def test_a_host_of_pictures_that_is_away_is_tried_again_later(world: World, picture: File, what: str) -> None:
    world.do("fault", fault={"match": {"method": "upload", "times": 0}, "what": what})
    with pytest.raises(VkError) as failed:
        Uploads(world.client("editor-key")).photo(1, picture)
    assert failed.value.executed is False


def test_a_save_that_vk_wants_anew_is_made_anew(world: World, picture: File) -> None:
    world.do("fault", fault={"match": {"method": "photos.saveWallPhoto", "times": 1}, "what": "error", "code": 121})
    assert Uploads(world.client("editor-key")).photo(1, picture).owner_id == -1


def test_a_community_one_does_not_manage_takes_no_photo(world: World, picture: File) -> None:
    with pytest.raises(VkRefused) as refused:
        Uploads(world.client("editor-key")).photo(999, picture)
    assert refused.value.executed is False


def test_T66_the_pictures_of_a_post_are_found_again_after_their_addresses_expired(
    world: World, tmp_path: Path
) -> None:
    user = world.client("editor-key")
    made = world.do("post_by_hand", user_id=501, text="Новость", photos=2)
    post_id = int(made["post_id"])
    old = fresh_addresses(user)(-1, post_id)
    assert len(old) == 2
    world.do("clock", advance=3 * 86400)
    media = Media(tmp_path, refresh=fresh_addresses(user), own_hosts=net_locations(world.address))
    for photo in old.values():
        file = media.get(photo, -1, post_id)
        assert media.fitted(file, VK_PHOTO) == file
        assert file.kind == "image/png"


@pytest.mark.parametrize("own", [{"attachments": []}, {"attachments": None}, {}], ids=["empty", "null", "missing"])
def test_T63_pictures_of_what_a_post_repeats_are_found_whatever_stands_for_its_own(own: dict[str, Any]) -> None:
    """An empty list and a missing one both mean: look deeper."""
    photo = {"id": 5, "owner_id": -2, "sizes": [{"type": "w", "url": "https://img.invalid/5.jpg", "width": 9}]}
    original = {"id": 4, "owner_id": -2, "text": "", "attachments": [{"type": "photo", "photo": photo}]}
    post = {"id": 7, "owner_id": -1, "text": "", "copy_history": [original], **own}
    with fault_server(answers({"response": {"items": [post]}})) as server:
        client = VkClient(VkKey("user", "editor-key"), server.url, rate=1000, timeout=(1, 1))
        found = fresh_addresses(client)(-1, 7)
    assert [one.url for one in found.values()] == ["https://img.invalid/5.jpg"]


def test_a_post_that_is_gone_has_no_pictures(world: World) -> None:
    assert fresh_addresses(world.client("editor-key"))(-1, 987654) == {}


def test_a_key_that_cannot_read_says_so(world: World) -> None:
    with pytest.raises(MediaUnavailable):
        fresh_addresses(world.client())(-1, 1)
