"""One running sandbox for the tests of this folder, set back to its beginning before each of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.vk.client import VkClient, VkKey
from bot.vk.longpoll import LongPoll
from bot.vk.wall import Wall
from bot.work import Work
from storage.migrate import upgrade
from storage.unit import Storage
from tests.handlers.world import a_desk
from tests.vk.desk import Desk
from tests.vk.fault_server import FaultServer, fault_server

ROOT = Path(__file__).parents[2]


@dataclass
class World:
    """VK as people see it, and the desk's ways into it."""

    address: str

    def do(self, action: str, **how: object) -> Any:
        """Something a person does, or the tester; it must succeed."""
        answer = requests.post(f"{self.address}sandbox/do", json={"action": action, **how}, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> Any:
        return requests.get(f"{self.address}sandbox/state", timeout=10).json()

    def journal(self) -> list[Any]:
        entries: list[Any] = requests.get(f"{self.address}sandbox/journal", timeout=10).json()["entries"]
        return entries

    def client(self, key: str = "group-key", *, rate: float | None = None, **options: Any) -> VkClient:
        kind: Any = "group" if key == "group-key" else "user"
        allowed = rate or (20 if kind == "group" else 3)
        return VkClient(VkKey(kind, key), f"{self.address}method/", rate=allowed, **{"timeout": (2, 5), **options})

    def wall(self, key: str = "editor-key", **options: Any) -> Wall:
        return Wall(self.client(key, **options), self.client(**options), 1, post_gap=0)

    def queue(self, wait: int = 1) -> LongPoll:
        """The event queue, with all events switched on by the community's owner."""
        self.do("long_poll", flags="all")
        return LongPoll(self.client(), 1, wait=wait)


@pytest.fixture(scope="session")
def sandbox_address() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--host", "127.0.0.1", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().removeprefix("sandbox: ").strip()
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def world(sandbox_address: str) -> World:
    found = World(sandbox_address)
    found.do("reset")
    return found


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Iterator[Desk]:
    made = Desk(tmp_path, world)
    yield made
    made.storage.close()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A VK that answers as it is told, and badly if need be."""
    with fault_server() as running:
        yield running


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    """Units over a new database."""
    storage = Storage.open(f"sqlite:///{tmp_path}/desk.db")
    upgrade(storage)
    yield Work(storage, a_desk())
    storage.close()
