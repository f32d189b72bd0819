"""Feeds and pages on a disk that is full or may not be written to: readers see what stood there, nothing is lost."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.feeds import items
from editorial.delivery import Outcome, RetryLater, Sent
from tests.feeds.test_feeds import Rig, a_delivery
from tests.media.pictures import a_picture
from tests.media.server import sends
from tests.vk.fault_server import FaultServer, fault_server

DISK = RetryLater("disk", 60.0, counts=False)
Deed = Callable[[], Outcome]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server(sends(a_picture(800, 600))) as running:
        yield running


def with_room_for(size: int, deed: Deed) -> bool:
    """Do it in a process whose files may not grow beyond so many bytes. Whether it came to the outcome ``DISK``."""
    return _in_a_child(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)), deed)


def without_privileges(deed: Deed) -> bool:
    """Do it in a process to which modes of files and folders apply, whoever runs the tests."""
    return _in_a_child(_give_up_privileges, deed)


def _in_a_child(first: Callable[[], None], deed: Deed) -> bool:
    child = os.fork()
    if child == 0:
        code = 2
        try:
            sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  # what is told is a file too
            first()
            code = 0 if deed() == DISK else 1
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 1)
    return os.waitstatus_to_exitcode(status) == 0


def _give_up_privileges() -> None:
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)  # of capabilities, version 3, this process
    none = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(head, none):
        raise OSError(ctypes.get_errno(), "capset")


def whole(rig: Rig) -> None:
    """Every file that readers open is whole, and nothing half written lies about."""
    for path in rig.folder.rglob("*.xml"):
        ET.fromstring(path.read_bytes())
    rig.json()
    items.load(rig.folder)
    assert not list(rig.folder.rglob("*.part"))


@pytest.mark.parametrize("room", [0, 400, 1500, 2500, 4000])
@pytest.mark.parametrize("photos", [0, 1])
def test_a_full_disk_costs_no_post_and_leaves_every_file_whole(
    tmp_path: Path, server: FaultServer, room: int, photos: int
) -> None:
    rig, undisturbed = Rig(tmp_path / "full", server), Rig(tmp_path / "whole", server)
    story = rig.story(215, photos=photos)
    for one in (rig, undisturbed):
        one.posted(one.story(214, photos=1))
        one.target.media.get(story.attachments[0], -1, 215) if photos else None
    undisturbed.posted(story)

    assert with_room_for(room, lambda: rig.target.publish(rig.copy(story), a_delivery()))

    whole(rig)
    assert [entry.id.rpartition("/")[2] for entry in rig.rss().entries] in (["214"], ["215", "214"])
    assert isinstance(rig.target.publish(rig.copy(story), a_delivery()), Sent)
    assert rig.files() == undisturbed.files()


@pytest.mark.parametrize("what", ["publish", "edit", "remove"])
def test_a_folder_that_may_not_be_written_to_is_said_and_changes_nothing(
    tmp_path: Path, server: FaultServer, what: str
) -> None:
    rig = Rig(tmp_path, server)
    story = rig.story(214, photos=1)
    sent = rig.posted(story)
    later = rig.story(215)
    deeds: dict[str, Deed] = {
        "publish": lambda: rig.target.publish(rig.copy(later), a_delivery()),
        "edit": lambda: rig.target.edit(rig.copy(rig.story(214, text="Исправлено."), sent), a_delivery("edit")),
        "remove": lambda: rig.target.remove(rig.copy(story, sent), a_delivery("remove")),
    }
    before = rig.files()
    folders = [rig.folder, rig.folder / "news", rig.folder / "media"]
    for folder in folders:
        folder.chmod(0o500)
    try:
        assert without_privileges(deeds[what])
    finally:
        for folder in folders:
            folder.chmod(0o700)

    assert rig.files() == before
    assert isinstance(deeds[what](), Sent)
    whole(rig)
