"""Desks without processes: a migrated database, the handlers, and a made-up world outside, for thousands of cases in
seconds.  What is done with a desk is decided by the proofs that ask for one.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

from editorial.roles import Role
from handlers.context import Desk
from proof.office import template
from storage.unit import Storage
from tests.builders import ANNA, BORIS, CHAT, DINA, GLEB, NOW, VERA
from tests.handlers.world import World, a_desk

STAFF: Final[dict[int, str]] = {
    ANNA: Role.EDITOR.name.lower(),
    BORIS: Role.MODERATOR.name.lower(),
    VERA: Role.ADMINISTRATOR.name.lower(),
    GLEB: Role.EDITOR.name.lower(),
    DINA: "creator",
}
NAMES: Final = {ANNA: "Анна", BORIS: "Борис", VERA: "Вера", GLEB: "Глеб", DINA: "Дина"}


def quiet() -> None:
    """Thousands of refusals and strange events would fill the terminal: only faults are printed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


@contextmanager
def world(desk: Desk | None = None, url: str | None = None) -> Iterator[World]:
    """A desk with its staff; on an SQLite file of its own, or on the (migrated, empty) database at ``url``."""
    quiet()
    memory = Path("/dev/shm")
    # A commit there costs no disk: thousands of cases are about order, not about power cuts.
    with tempfile.TemporaryDirectory(prefix="okmo-room-", dir=memory if memory.is_dir() else None) as folder:
        if url is None:
            path = Path(folder) / "desk.db"
            shutil.copy(template(), path)
            url = f"sqlite:///{path}"
        storage = Storage.open(url)
        try:
            with storage.begin("staff") as unit:
                unit.staff.replace(STAFF, NOW)
                unit.settings.set("moderators_chat", CHAT, NOW)
            yield World(storage, desk or a_desk(), names=dict(NAMES))
        finally:
            storage.close()
