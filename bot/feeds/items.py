"""What the feeds and pages are made of, and how it is kept: one file of state, replaced whole.

Pages stand for ever, the feeds hold the newest; how either looks is decided by its own file.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from storage.faultpoints import reach

#: How many items the feeds show.
SHOWN: Final = 50
#: How many whole items are kept, so that the feeds stay full when some are taken back.
KEPT: Final = 100
STATE: Final = ".items.json"
VERSION: Final = 1
_PART: Final = ".part"
_TICK: Final = timedelta(seconds=1)


class StateUnreadable(Exception):
    """The file of state is there, and it is not ours or not whole."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture beside the pages: its name in the folder of media, its real length and pixels."""

    name: str
    kind: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Link:
    """Something a post carries that is no picture: a video, a document, a poll, a site."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """A post as feeds and pages show it. ``html`` is ready markup, everything else plain text; times are aware.

    ``source`` is the post on VK, None while it is not there.
    """

    number: int
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    source: str | None = None
    tags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What is remembered of every page: when it came, when it changed, which pictures it needs."""

    published: datetime
    updated: datetime
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """All pages by number, and the newest items, newest first."""

    pages: Mapping[int, Page] = field(default_factory=dict)
    items: tuple[Item, ...] = ()

    @property
    def shown(self) -> tuple[Item, ...]:
        return self.items[:SHOWN]

    def item(self, number: int) -> Item | None:
        return next((item for item in self.items if item.number == number), None)

    def with_item(self, item: Item) -> State:
        """With the item added, or in the place of its former self."""
        names = tuple(picture.name for picture in item.pictures)
        pages = {**self.pages, item.number: Page(item.published, item.updated, names)}
        others = [one for one in self.items if one.number != item.number]
        newest = sorted([*others, item], key=lambda one: (one.published, one.number), reverse=True)
        return State(pages, tuple(newest[:KEPT]))

    def without(self, number: int) -> State:
        pages = {known: page for known, page in self.pages.items() if known != number}
        return State(pages, tuple(one for one in self.items if one.number != number))

    @property
    def pictures(self) -> frozenset[str]:
        """Every picture that some page needs."""
        return frozenset(name for page in self.pages.values() for name in page.pictures)


def load(folder: Path) -> State:
    """The state kept in the folder, an empty one if there is none. Raises StateUnreadable and OSError."""
    try:
        raw = (folder / STATE).read_bytes()
    except FileNotFoundError:
        return State()
    try:
        return _state_of(json.loads(raw))
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise StateUnreadable(type(fault).__name__) from None


def save(folder: Path, state: State) -> None:
    pages = {str(number): asdict(page) for number, page in state.pages.items()}
    value = {"version": VERSION, "pages": pages, "items": [asdict(item) for item in state.items]}
    written = json.dumps(value, ensure_ascii=False, indent=1, default=datetime.isoformat)
    put(folder / STATE, written.encode())


def _state_of(value: Mapping[str, Any]) -> State:
    if value["version"] != VERSION:
        raise ValueError
    pages = {
        int(number): Page(**_times(page, pictures=tuple(page["pictures"])))
        for number, page in value["pages"].items()
    }
    return State(pages, tuple(_item_of(one) for one in value["items"]))


def _item_of(raw: Mapping[str, Any]) -> Item:
    return Item(
        **_times(
            raw,
            tags=tuple(raw["tags"]),
            links=tuple(Link(**one) for one in raw["links"]),
            pictures=tuple(Picture(**one) for one in raw["pictures"]),
        )
    )


def _times(raw: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    moments = {name: datetime.fromisoformat(raw[name]) for name in ("published", "updated")}
    return {**raw, **moments, **more}


def changed_since(known: Item | None, item: Item) -> Item:
    """The item with a later time of change than before, if it says something else than the one known."""
    if known is None or replace(item, updated=known.updated) == known:
        return item if known is None else known
    return (
        item
        if item.updated > known.updated
        else replace(item, updated=known.updated.replace(microsecond=0) + _TICK)
    )


def put(path: Path, content: bytes) -> None:
    """Write the file so that a reader, or a crash, sees either the old one or the new one. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return
    _make(path.parent)
    handle, name = tempfile.mkstemp(prefix=".", suffix=_PART, dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fchmod(out.fileno(), 0o644)
            os.fsync(out.fileno())
        reach("feeds.file.written")
        part.replace(path)
        reach("feeds.file.renamed")
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _make(folder: Path) -> None:
    """Make the folder, and those above it, so that a web server may look into them whatever our own umask is."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what a crash left half written. Nothing may be writing there meanwhile."""
    for part in folder.rglob(f".*{_PART}"):
        part.unlink(missing_ok=True)
