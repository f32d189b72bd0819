"""The files of a post: downloaded once, kept under our own names, handed to every network.

What is downloaded comes from strangers: addresses, sizes and types are checked by content.  How a network wants a
picture (size, format) is given by its target; how pictures are read and written stands in :mod:`bot.pictures`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.fetch import Fetcher, FetchFailed
from editorial.suggestion import Attachment

#: The largest file that is taken, bytes; VK takes no larger pictures either.
MOST_BYTES: Final = 50 * 1024 * 1024
#: How long files are kept, seconds.
KEPT: Final = 14 * 24 * 3600.0
#: A download that was cut by a crash is swept away after so many seconds.
_LEFT_BEHIND: Final = 3600.0
_PART: Final = ".part"

PICTURES: Final = frozenset({"photo", "posted_photo", "graffiti"})
#: What is a file at all; a video, a poll or a link is not.
FILES: Final = PICTURES | {"doc", "audio_message"}

EXTENSIONS: Final[Mapping[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
}
_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
_BOXED: Final[Mapping[bytes, str]] = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}
_PAGES: Final = (b"<!doctype html", b"<html", b"<head", b"<body")


@dataclass(frozen=True, slots=True)
class File:
    """A downloaded file. ``kind`` is a media type by content; width and height are pixels, 0 if not a picture."""

    path: Path
    kind: str
    size: int
    width: int = 0
    height: int = 0

    def read(self) -> bytes:
        return self.path.read_bytes()

    @property
    def name(self) -> str:
        """A name of our own for the file, with the ending its content deserves."""
        return f"{self.path.name[:16]}.{EXTENSIONS.get(self.kind, 'bin')}"


@dataclass(frozen=True, slots=True)
class Fit:
    """What a network takes for a picture: bytes, pixels of the longer side and of both together, longest ratio."""

    most_bytes: int
    most_side: int = 10_000
    most_sum: int = 20_000
    most_ratio: float = 20.0
    kinds: frozenset[str] = frozenset({"image/jpeg", "image/png"})


class MediaUnavailable(Exception):
    """The file cannot be had now; ``reason`` is a stable word, ``passing`` says whether another try may help.

    no_file            the attachment is no file: a video, a poll, a link
    gone               VK shows it no more, or has nothing at its address
    address_refused    the address leads into somebody's own network
    bad_address        it is no address; "redirects": it leads round in circles
    empty, damaged, not_a_picture   what came is not what was announced
    too_large          more bytes than is taken; "too_many_pixels": too large to be opened
    strip              so long and narrow that the network does not take it
    disk               our own disk does not take it
    Everything else is a fault of the way there, and passes.
    """

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


class _Stale(MediaUnavailable):
    """The address holds nothing any more; the source may know a fresh one."""


class Media:
    """The files by the identity of their attachments::

        get:    kept? ─no─▶ download ─stale address─▶ refresh ─▶ download ─▶ check ─▶ clean ─▶ keep
        fitted: within the limits? ─no─▶ made smaller, kept beside

    ``refresh`` asks the source for the present attachments of a post, by identity, when an address has expired:
    VK's picture addresses live for hours.  It raises MediaUnavailable when the source cannot be asked.
    ``own_hosts``: see :class:`~bot.fetch.Fetcher`; ``vk_hosts`` are more of them for what VK itself keeps, whose
    addresses are VK's word and no stranger's.  Safe for any number of threads.
    """

    def __init__(
        self,
        folder: Path,
        *,
        refresh: Callable[[int, int], Mapping[str, Attachment]],
        own_hosts: frozenset[str] = frozenset(),
        vk_hosts: frozenset[str] = frozenset(),
        fetcher: Fetcher | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._folder = folder
        self._refresh = refresh
        self._fetcher = fetcher or Fetcher(own_hosts)
        self._vk_fetcher = Fetcher(own_hosts | vk_hosts) if vk_hosts else self._fetcher
        self._most_bytes = most_bytes
        self._locks = tuple(threading.Lock() for _ in range(16))

    def get(self, attachment: Attachment, owner_id: int, post_id: int | None) -> File:
        """The file of an attachment of that post, without private data in it. Raises MediaUnavailable."""
        if attachment.kind not in FILES:
            raise MediaUnavailable("no_file", passing=False)
        return self._kept(attachment.identity, lambda path: self._bring(attachment, owner_id, post_id, path))

    def preview(self, attachment: Attachment) -> File:
        """The picture that stands for a video or a link. Raises MediaUnavailable."""
        address = attachment.preview
        if not address:
            raise MediaUnavailable("no_file", passing=False)
        fetcher = self._fetcher_of(attachment)
        what = f"preview of {attachment.identity}"
        return self._kept(what, lambda path: self._download(address, True, path, fetcher))

    def fitted(self, file: File, fit: Fit) -> File:
        """The picture as the network takes it: the same file, or a smaller copy.

        Raises MediaUnavailable when it cannot be made to fit, or is no picture.
        """
        if not file.width:
            raise MediaUnavailable("not_a_picture", passing=False)
        if max(file.width, file.height) > fit.most_ratio * min(file.width, file.height):
            raise MediaUnavailable("strip", passing=False)
        if _fits(file, fit):
            return file
        wanted = f"{file.path.name} {fit.most_bytes} {fit.most_side} {fit.most_sum} {sorted(fit.kinds)}"
        return self._kept(wanted, lambda path: self._shrink(file, fit, path))

    def _kept(self, what: str, bring: Callable[[Path], None]) -> File:
        """The file kept for that, brought first if there is none; two threads never bring the same."""
        path = self._folder / _name_of(what)
        with self._locks[int(path.name[:2], 16) % len(self._locks)]:
            if not path.exists():
                bring(path)
            return _described(path)

    def _shrink(self, file: File, fit: Fit, path: Path) -> None:
        from bot import pictures  # Pillow is loaded when the first picture asks for it

        with self._kept_as(path) as part:
            pictures.shrink(file, fit, part)

    def _bring(self, attachment: Attachment, owner_id: int, post_id: int | None, path: Path) -> None:
        """Download it, from the address known or from the one its post shows now."""
        gone = MediaUnavailable("gone", passing=False)
        if attachment.url:
            try:
                self._download(attachment.url, attachment.kind in PICTURES, path, self._fetcher_of(attachment))
                return
            except _Stale as stale:
                gone = MediaUnavailable(stale.reason, passing=False)
        if post_id is None:
            raise gone
        fresh = self._refresh(owner_id, post_id).get(attachment.identity)
        if fresh is None or not fresh.url or fresh.url == attachment.url:
            raise gone
        self._download(fresh.url, attachment.kind in PICTURES, path, self._fetcher_of(fresh))

    def _fetcher_of(self, attachment: Attachment) -> Fetcher:
        return self._fetcher if attachment.media_id is None else self._vk_fetcher

    def _download(self, url: str, picture: bool, path: Path, fetcher: Fetcher) -> None:
        try:
            with fetcher.opened(url) as answer:
                _check_status(answer.status)
                with self._kept_as(path) as part:
                    with part.open("wb") as out:
                        for block in answer.blocks(self._most_bytes):
                            out.write(block)
                    _check_and_clean(part, picture)
        except FetchFailed as failure:
            raise MediaUnavailable(failure.reason, passing=failure.passing) from None

    @contextlib.contextmanager
    def _kept_as(self, path: Path) -> Iterator[Path]:
        """A file to write, which takes its place only when all has gone well."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=_PART, dir=self._folder)
            os.close(handle)
        except OSError:
            raise MediaUnavailable("disk", passing=True) from None
        part = Path(name)
        try:
            yield part
            part.chmod(0o644)
            with part.open("rb") as done:
                os.fsync(done.fileno())
            part.replace(path)
        except OSError:
            raise MediaUnavailable("disk", passing=True) from None
        finally:
            part.unlink(missing_ok=True)


def _name_of(what: str) -> str:
    return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _check_status(status: int) -> None:
    if status == 429 or status >= 500:
        raise MediaUnavailable("no_answer", passing=True)
    if status != 200:
        raise _Stale("gone", passing=False)


def _check_and_clean(part: Path, picture: bool) -> None:
    """What came must be what was announced; private data in pictures is taken out."""
    with part.open("rb") as file:
        head = file.read(512)
    if not head:
        raise MediaUnavailable("empty", passing=False)
    kind = kind_of(head)
    if kind == "text/html":
        raise _Stale("not_a_picture" if picture else "gone", passing=False)
    if kind.startswith("image/"):
        from bot import pictures

        pictures.check(part, kind)
        pictures.clean(part, kind)
    elif picture:
        raise MediaUnavailable("not_a_picture", passing=False)


def kind_of(head: bytes) -> str:
    """The media type by the first bytes; names and announced types are not believed."""
    if head[4:8] == b"ftyp":
        return _BOXED.get(head[8:12], "video/mp4")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        return "text/html"
    return next((kind for sign, kind in _SIGNATURES if head.startswith(sign)), "application/octet-stream")


def _described(path: Path) -> File:
    with path.open("rb") as file:
        kind = kind_of(file.read(512))
    size = path.stat().st_size
    if not kind.startswith("image/"):
        return File(path, kind, size)
    from bot import pictures

    width, height = pictures.measure(path)
    return File(path, kind, size, width, height)


def _fits(file: File, fit: Fit) -> bool:
    return (
        file.kind in fit.kinds
        and file.size <= fit.most_bytes
        and max(file.width, file.height) <= fit.most_side
        and file.width + file.height <= fit.most_sum
    )


def prune(folder: Path, older_than: float = KEPT) -> None:
    """Remove files older than so many seconds, and what crashes left."""
    now = time.time()
    for path in folder.glob("*") if folder.is_dir() else ():
        age = now - path.stat().st_mtime
        if age > (min(_LEFT_BEHIND, older_than) if path.name.endswith(_PART) else older_than):
            path.unlink(missing_ok=True)
