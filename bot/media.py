"""The files of a post: downloaded once, kept under our own names, handed to every network.

What is downloaded comes from strangers: addresses, sizes and types are checked by content.  How a network wants a
picture (size, format) is given by its target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from editorial.suggestion import Attachment


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


@dataclass(frozen=True, slots=True)
class Fit:
    """What a network takes for a picture: bytes, pixels of the longer side and of both together, longest ratio."""

    most_bytes: int
    most_side: int = 10_000
    most_sum: int = 20_000
    most_ratio: float = 20.0
    kinds: frozenset[str] = frozenset({"image/jpeg", "image/png"})


class MediaUnavailable(Exception):
    """The file cannot be had now; ``reason`` is a stable word, ``passing`` says whether another try may help."""

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


class Media:
    """The files by the identity of their attachments.

    ``refresh`` asks the source for the present addresses of a post's attachments, by identity, when one has
    expired: VK's picture addresses live for hours.
    """

    def __init__(
        self,
        folder: Path,
        *,
        refresh: Callable[[int, int], Mapping[str, Attachment]],
        own_hosts: frozenset[str] = frozenset(),
    ) -> None:
        self._folder = folder
        self._refresh = refresh
        self._own_hosts = own_hosts

    def get(self, attachment: Attachment, owner_id: int, post_id: int | None) -> File:  # noqa: ARG002
        """The file of an attachment of that post. Raises MediaUnavailable."""
        raise MediaUnavailable("not_kept", passing=False)

    def fitted(self, file: File, fit: Fit) -> File:  # noqa: ARG002
        """The picture as the network takes it: the same file, or a smaller copy without EXIF. Raises
        MediaUnavailable when it cannot be made to fit."""
        return file
