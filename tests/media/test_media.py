"""The files of posts: brought once, checked by content, cleaned, kept under our own names, made to fit."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from PIL import Image, ImageOps

from bot.config_file import read_settings
from bot.fetch import Fetcher, Limits, net_locations
from bot.media import File, Fit, Media, MediaUnavailable, prune
from bot.networks import media_of
from bot.vk.client import VkClient, VkKey
from editorial.suggestion import Attachment
from tests.media.pictures import PLACE, a_noisy_picture, a_picture, an_animation, corner, exif, opened
from tests.media.server import breaks_off, sends
from tests.vk.fault_server import FaultServer, fault_server, html, stalls

RED, WHITE = (4, 0, 0), (4, 4, 4)
JPEG = frozenset({"image/jpeg"})


def nothing_new(owner_id: int, post_id: int) -> Mapping[str, Attachment]:
    return {}


def a_photo(url: str | None, number: int = 5, **more: object) -> Attachment:
    return replace(Attachment("photo", -1, number, "key", url), **more)  # type: ignore[arg-type]


@pytest.fixture
def server() -> object:
    with fault_server() as running:
        yield running


@pytest.fixture
def media(tmp_path: Path, server: FaultServer) -> Media:
    return a_store(tmp_path, server)


def a_store(
    folder: Path, server: FaultServer, refresh: Callable[..., object] = nothing_new, **more: object
) -> Media:
    own = net_locations(server.url)
    fetcher = Fetcher(own, Limits(silence=0.5, whole=2))
    return Media(folder / "media", refresh=refresh, own_hosts=own, fetcher=fetcher, **more)  # type: ignore[arg-type]


def taken(media: Media, server: FaultServer, body: bytes, kind: str = "photo", number: int = 5) -> File:
    server.then(sends(body, kind="application/octet-stream"))
    return media.get(a_photo(server.url, number, kind=kind), -1, 10)


def refusal(media: Media, attachment: Attachment) -> tuple[str, bool]:
    with pytest.raises(MediaUnavailable) as refused:
        media.get(attachment, -1, 10)
    return refused.value.reason, refused.value.passing


# ---------------------------------------------------------------------------------------------- once, by identity


def test_a_picture_is_brought_once_and_byte_for_byte(media: Media, server: FaultServer) -> None:
    picture = a_picture(800, 600)
    server.then(sends(picture))
    first = media.get(a_photo(f"{server.url}a?e=1"), -1, 10)
    again = media.get(a_photo(f"{server.url}a?e=2"), -1, 10)
    assert first.read() == picture
    assert first == again == File(first.path, "image/jpeg", len(picture), 800, 600)
    assert len(server.asked) == 1


def test_threads_that_want_the_same_wait_for_one_another(media: Media, server: FaultServer) -> None:
    server.then(sends(a_picture()))
    found: list[File] = []
    threads = [
        threading.Thread(target=lambda: found.append(media.get(a_photo(server.url), -1, 10))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found)), len(server.asked)) == (6, 1, 1)


@pytest.mark.parametrize("stale", [sends(b"", status=404), sends(b"", status=403), html()])
def test_T66_an_address_that_expired_is_asked_for_by_identity(
    tmp_path: Path, server: FaultServer, stale: object
) -> None:
    asked: list[tuple[int, int]] = []

    def now_at(owner_id: int, post_id: int) -> Mapping[str, Attachment]:
        asked.append((owner_id, post_id))
        return {"photo-1_6": a_photo(f"{server.url}wrong", 6), "photo-1_5": a_photo(f"{server.url}fresh")}

    server.then(stale, sends(a_picture()))  # type: ignore[arg-type]
    media = a_store(tmp_path, server, now_at)
    assert media.get(a_photo(f"{server.url}old"), -1, 10).width == 640
    assert asked == [(-1, 10)]
    assert [one.path for one in server.asked] == ["/method/old", "/method/fresh"]


def test_a_picture_whose_address_nobody_told_is_asked_for(tmp_path: Path, server: FaultServer) -> None:
    server.then(sends(a_picture()))
    media = a_store(tmp_path, server, lambda owner_id, post_id: {"photo-1_5": a_photo(server.url)})
    assert media.get(a_photo(None), -1, 10).kind == "image/jpeg"


def test_what_the_source_shows_no_more_is_gone(media: Media, server: FaultServer) -> None:
    server.then(sends(b"", status=404))
    assert refusal(media, a_photo(server.url)) == ("gone", False)
    assert refusal(media, a_photo(None)) == ("gone", False)


def test_a_source_that_cannot_be_asked_is_asked_later(tmp_path: Path, server: FaultServer) -> None:
    def away(owner_id: int, post_id: int) -> Mapping[str, Attachment]:
        raise MediaUnavailable("silence", passing=True)

    server.then(sends(b"", status=404))
    assert refusal(a_store(tmp_path, server, away), a_photo(server.url)) == ("silence", True)


@pytest.mark.parametrize("kind", ["video", "poll", "link", "audio", "unknown"])
def test_only_files_are_brought(media: Media, server: FaultServer, kind: str) -> None:
    assert refusal(media, a_photo(server.url, kind=kind)) == ("no_file", False)
    assert server.asked == []


def test_the_picture_of_a_video_is_its_preview(media: Media, server: FaultServer) -> None:
    server.then(sends(a_picture(320, 240)))
    video = Attachment("video", -1, 7, None, None, "Видео", f"{server.url}frame")
    assert (media.preview(video).width, media.preview(video).height, len(server.asked)) == (320, 240, 1)
    with pytest.raises(MediaUnavailable, match="no_file"):
        media.preview(replace(video, preview=None))


# -------------------------------------------------------------------------------------------- checked by content


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>503</html>", "not_a_picture"),
        (b"\xef\xbb\xbf\n <HTML>", "not_a_picture"),
        (b"MZ\x90\x00 program", "not_a_picture"),
        (a_noisy_picture(300, 300)[:9000], "damaged"),
        (a_noisy_picture(60, 60, "PNG")[:4000], "damaged"),
        (b"\xff\xd8\xff\xe0 only the beginning", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "not_a_picture"),
    ],
)
def test_T64_what_is_no_whole_picture_is_refused_and_not_kept(
    media: Media, server: FaultServer, tmp_path: Path, body: bytes, reason: str
) -> None:
    server.then(sends(body))
    assert refusal(media, a_photo(server.url)) == (reason, False)
    assert list((tmp_path / "media").glob("*")) == []


def test_T64_a_picture_too_large_to_be_unpacked_is_refused(media: Media, server: FaultServer) -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    server.then(sends(bomb.getvalue()))
    assert refusal(media, a_photo(server.url)) == ("too_many_pixels", False)


def test_T64_a_file_larger_than_the_limit_is_refused(tmp_path: Path, server: FaultServer) -> None:
    server.then(sends(a_picture(1000, 1000)))
    assert refusal(a_store(tmp_path, server, most_bytes=2000), a_photo(server.url)) == ("too_large", False)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [(sends(b"", status=503), "no_answer"), (sends(b"", status=429), "no_answer"), (breaks_off(b"x"), "cut_short"),
     (stalls, "silence")],
)  # fmt: skip
def test_a_fault_of_the_way_passes(media: Media, server: FaultServer, behaviour: object, reason: str) -> None:
    server.then(behaviour)  # type: ignore[arg-type]
    assert refusal(media, a_photo(server.url)) == (reason, True)


def test_T67_a_picture_in_our_own_network_is_refused(tmp_path: Path, server: FaultServer) -> None:
    server.then(sends(a_picture()))
    media = Media(tmp_path, refresh=nothing_new)
    assert refusal(media, a_photo(server.url)) == ("address_refused", False)
    assert server.connections == 0


@pytest.mark.parametrize(
    ("vk", "of_vk", "taken_from"),
    [("http://127.0.0.1:1/method/", True, True), ("http://127.0.0.1:1/method/", False, False),
     ("https://api.vk.ru/method/", True, False)],
)  # fmt: skip
def test_a_vk_on_this_machine_gives_its_own_files_from_any_port(
    tmp_path: Path, server: FaultServer, vk: str, of_vk: bool, taken_from: bool
) -> None:
    keys = {"VK_GROUP_ID": "1", "VK_GROUP_TOKEN": "key", "VK_API_URL": vk, "DATA_DIR": str(tmp_path)}
    media = media_of(read_settings(None, keys), VkClient(VkKey("user", "key"), vk, rate=3))
    server.then(sends(a_picture()))
    photo = a_photo(server.url) if of_vk else Attachment("photo", None, None, None, server.url)
    if taken_from:
        assert media.get(photo, -1, 10).width
    else:
        assert refusal(media, photo) == ("address_refused", False)
    assert server.connections == int(taken_from)


@pytest.mark.parametrize("name", ["../../evil", "x" * 300, "a\x00b", "🎉/../..", "C:\\con", ""])
def test_T65_names_of_strangers_never_become_paths(
    media: Media, server: FaultServer, tmp_path: Path, name: str
) -> None:
    server.then(sends(b"%PDF-1.7 text"))
    file = media.get(Attachment("doc", -1, 8, name, f"{server.url}doc", name), -1, 10)
    assert file.path.parent == tmp_path / "media"
    assert file.path.name.isalnum()
    assert file.name == f"{file.path.name[:16]}.pdf"


def test_a_document_is_kept_whatever_it_is_but_an_error_page_is_not(media: Media, server: FaultServer) -> None:
    assert taken(media, server, b"any bytes", "doc").kind == "application/octet-stream"
    server.script.clear()
    server.then(html())
    assert refusal(media, a_photo(server.url, 9, kind="doc")) == ("gone", False)


# ------------------------------------------------------------------------------------------------- private data


def test_place_and_camera_are_taken_out_and_the_picture_keeps_its_bytes(media: Media, server: FaultServer) -> None:
    plain = a_picture(quality=90)
    told = a_picture(quality=90, exif=exif(), comment=PLACE.encode())
    assert PLACE.encode() in told
    file = taken(media, server, told + b"\x00a film from the phone" + PLACE.encode())
    assert file.read() == plain


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_formats_tell_nothing_either(media: Media, server: FaultServer, kind: str) -> None:
    told = a_picture(kind=kind, exif=exif(), lossless=True)
    assert PLACE.encode() in told
    file = taken(media, server, told)
    assert PLACE.encode() not in file.read()
    assert opened(file.read()).getexif() == {}
    assert list(opened(file.read()).convert("RGB").tobytes()) == list(opened(told).convert("RGB").tobytes())


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_picture_held_sideways_is_turned_for_good(media: Media, server: FaultServer, orientation: int) -> None:
    told = a_picture(640, 480, exif=exif(orientation), quality=95, comment=PLACE.encode(), xmp=PLACE.encode())
    file = taken(media, server, told)
    shown = ImageOps.exif_transpose(opened(told))
    assert (file.width, file.height) == shown.size
    assert PLACE.encode() not in file.read()
    for left, upper in ((True, True), (False, True), (True, False), (False, False)):
        at = (3 if left else shown.width - 4, 3 if upper else shown.height - 4)
        assert corner(file.read(), left=left, upper=upper) == tuple(
            round(value / 64) for value in cast("tuple[int, int, int]", shown.convert("RGB").getpixel(at))
        )


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_no_format_held_sideways_takes_its_words_along(media: Media, server: FaultServer, kind: str) -> None:
    told = a_picture(kind=kind, mode="RGBA", exif=exif(6), xmp=PLACE.encode())
    file = taken(media, server, told)
    assert (file.width, file.height) == (480, 640)
    assert PLACE.encode() not in file.read()


def test_an_animation_tells_nothing_and_moves_as_before(media: Media, server: FaultServer) -> None:
    words = PLACE.encode()
    told = an_animation(comment=words, loop=0).replace(
        b"\x21\xf9", b"\x21\xff\x0bXMP DataXMP" + bytes([len(words)]) + words + b"\x00\x21\xf9", 1
    )
    file = taken(media, server, told + words)
    assert words not in file.read()
    assert file.read() == an_animation(loop=0)


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1"])
def test_a_phone_s_own_format_is_never_taken_for_a_film(media: Media, server: FaultServer, brand: bytes) -> None:
    server.then(sends(b"\x00\x00\x00\x18ftyp" + brand + bytes(200), kind="video/mp4"))
    assert refusal(media, a_photo(server.url, kind="doc")) == ("not_a_picture", False)


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "AVIF"])
def test_rare_formats_become_common_ones(media: Media, server: FaultServer, kind: str) -> None:
    file = taken(media, server, a_picture(kind=kind))
    assert (file.kind, file.width, file.height) == ("image/jpeg", 640, 480)
    assert corner(file.read()) == RED
    assert corner(file.read(), left=False) == WHITE


def test_a_progressive_picture_with_many_scans_survives_cleaning(media: Media, server: FaultServer) -> None:
    file = taken(media, server, a_picture(900, 700, progressive=True, exif=exif()))
    assert corner(file.read()) == RED
    assert PLACE.encode() not in file.read()


# --------------------------------------------------------------------------------------------------- made to fit


def test_a_picture_with_restart_marks_keeps_every_byte_of_it(media: Media, server: FaultServer) -> None:
    plain = a_picture(quality=80, restart_marker_rows=1)
    assert b"\xff\xd3" in plain
    assert taken(media, server, a_picture(quality=80, restart_marker_rows=1, exif=exif())).read() == plain


def test_a_picture_within_the_limits_goes_as_it_is(media: Media, server: FaultServer) -> None:
    file = taken(media, server, a_picture())
    assert media.fitted(file, Fit(10_000_000)) == file


@pytest.mark.parametrize(
    ("width", "height", "fit"),
    [
        (3000, 1000, Fit(10_000_000, most_side=1280)),
        (3000, 1000, Fit(10_000_000, most_sum=2000)),
        (1000, 3000, Fit(10_000_000, most_side=1280, most_sum=1500)),
        (14_000, 1000, Fit(10_000_000, most_side=2560, most_sum=10_000)),
    ],
)
def test_T64_a_large_picture_is_made_smaller_in_its_proportions(
    media: Media, server: FaultServer, width: int, height: int, fit: Fit
) -> None:
    file = taken(media, server, a_picture(width, height))
    small = media.fitted(file, fit)
    assert max(small.width, small.height) <= fit.most_side
    assert small.width + small.height <= fit.most_sum
    assert small.width / small.height == pytest.approx(width / height, rel=0.02)
    assert corner(small.read()) == RED
    assert media.fitted(file, fit) == small
    assert file.path.exists()


def test_a_heavy_picture_is_made_lighter(media: Media, server: FaultServer) -> None:
    file = taken(media, server, a_noisy_picture(900, 700))
    light = media.fitted(file, Fit(120_000))
    assert light.size <= 120_000 < file.size
    assert light.width / light.height == pytest.approx(9 / 7, rel=0.02)


def test_what_cannot_be_made_light_enough_is_refused(media: Media, server: FaultServer) -> None:
    file = taken(media, server, a_noisy_picture(900, 700))
    with pytest.raises(MediaUnavailable, match="too_large"):
        media.fitted(file, Fit(200))


def test_T64_a_strip_is_refused_where_the_network_refuses_it(media: Media, server: FaultServer) -> None:
    file = taken(media, server, a_picture(2100, 100))
    with pytest.raises(MediaUnavailable, match="strip"):
        media.fitted(file, Fit(10_000_000))
    assert media.fitted(file, Fit(10_000_000, most_ratio=30)) == file


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (a_picture(kind="PNG"), "image/png"),
        (a_picture(kind="WEBP", lossless=True), "image/webp"),
        (an_animation(), "image/gif"),
    ],
)
def test_formats_a_network_does_not_take_are_changed(
    media: Media, server: FaultServer, body: bytes, kind: str
) -> None:
    file = taken(media, server, body)
    assert file.kind == kind
    changed = media.fitted(file, Fit(10_000_000, kinds=JPEG))
    assert (changed.kind, changed.width, changed.height) == ("image/jpeg", file.width, file.height)


def test_an_animation_stays_one_where_it_is_taken(media: Media, server: FaultServer) -> None:
    file = taken(media, server, an_animation())
    assert getattr(opened(file.read()), "n_frames", 1) == 3
    assert media.fitted(file, Fit(10_000_000, kinds=JPEG | {"image/gif"})) == file


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/webp"])
def test_what_shows_through_stays_so_or_stands_on_white(media: Media, server: FaultServer, kind: str) -> None:
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 200, 150))
    out = io.BytesIO()
    image.save(out, "PNG")
    small = media.fitted(taken(media, server, out.getvalue()), Fit(10**7, most_side=200, kinds=frozenset({kind})))
    assert (small.kind, small.width) == (kind, 200)
    assert corner(small.read()) == RED
    if kind == "image/jpeg":
        assert corner(small.read(), left=False, upper=False) == WHITE
    else:
        assert opened(small.read()).convert("RGBA").getpixel((190, 140))[3] == 0  # type: ignore[index]


def test_colours_of_print_are_turned_into_colours_of_a_screen(media: Media, server: FaultServer) -> None:
    file = taken(media, server, a_picture(2000, 1500, mode="CMYK"))
    assert opened(file.read()).mode == "RGB"
    small = media.fitted(file, Fit(10_000_000, most_side=500))
    assert opened(small.read()).mode == "RGB"


def test_a_document_is_no_picture(media: Media, server: FaultServer) -> None:
    file = taken(media, server, b"%PDF-1.4", "doc")
    with pytest.raises(MediaUnavailable, match="not_a_picture"):
        media.fitted(file, Fit(10))


# ------------------------------------------------------------------------------------------------------- kept


def test_old_files_and_what_crashes_left_are_swept_away(media: Media, server: FaultServer, tmp_path: Path) -> None:
    old, young = taken(media, server, a_picture(), number=1), taken(media, server, a_picture(), number=2)
    left = tmp_path / "media" / "x.part"
    left.touch()
    for path, days in ((old.path, 15), (left, 1)):
        os.utime(path, (time.time() - days * 86400,) * 2)
    prune(tmp_path / "media")
    assert list((tmp_path / "media").glob("*")) == [young.path]
    prune(tmp_path / "never")


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    server.then(sends(a_picture()))
    assert refusal(a_store(tmp_path, server), a_photo(server.url)) == ("disk", True)
