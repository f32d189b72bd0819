"""A fresh desk for every test: the database is made once by the migrations and copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handlers.context import Desk
from storage.migrate import upgrade
from storage.unit import Storage
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, DINA, GLEB, NOW, VERA
from tests.handlers.world import World, a_desk

STAFF = {ANNA: "editor", BORIS: "moderator", VERA: "administrator", GLEB: "editor", DINA: "creator"}
NAMES = {
    ANNA: "Анна Смирнова",
    BORIS: "Борис Котов",
    VERA: "Вера Лис",
    GLEB: "Глеб Орлов",
    DINA: "Дина Ким",
    AUTHOR: "Мария Петрова",
}


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("handlers") / "empty.db"
    storage = Storage.open(f"sqlite:///{path}")
    upgrade(storage)
    with storage.begin("staff") as unit:
        unit.staff.replace(STAFF, NOW)
        unit.settings.set("moderators_chat", CHAT, NOW)
        unit.authors.asked(AUTHOR, NOW)  # no new author: who writes for the first time is met in test_registry
        unit.authors.consent_asked(AUTHOR, NOW)
    storage.close()
    return path


@pytest.fixture
def make_world(empty_database: Path, tmp_path: Path) -> Iterator[Callable[..., World]]:
    made: list[Storage] = []

    def make(desk: Desk | None = None) -> World:
        path = tmp_path / f"desk{len(made)}.db"
        shutil.copy(empty_database, path)
        made.append(Storage.open(f"sqlite:///{path}"))
        return World(made[-1], desk or a_desk(), names=dict(NAMES))

    yield make
    for storage in made:
        storage.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()
