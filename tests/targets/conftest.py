"""A fresh sandbox for each test and the rig of every network that has a target."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.targets import http
from bot.targets.registry import known
from sandbox.server import Sandbox
from tests.sandbox_client import SandboxClient
from tests.targets.rig import Rig

RIGS = {path.stem for path in (Path(__file__).parent / "rigs").glob("*.py")} - {"__init__"}
NAMES = [kind.name for kind in known() if kind.name in RIGS]


@pytest.fixture(autouse=True)
def no_pauses_between_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stumbles is asked again as often as ever, without waiting."""
    monkeypatch.setattr(http, "PAUSES", (0.0,) * len(http.PAUSES))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits_off=True) as running:
        yield running


@pytest.fixture
def vk(sandbox: Sandbox) -> SandboxClient:
    client = SandboxClient(sandbox.url)
    client.reset()
    client.limits(off=True)
    return client


def rig_of(name: str, vk: SandboxClient, folder: Path) -> Rig:
    """The rig of a network. Fails when nobody has written one."""
    module = importlib.import_module(f"tests.targets.rigs.{name}")
    made: Rig = module.RIG(vk, folder)
    return made


@pytest.fixture(params=NAMES)
def rig(request: pytest.FixtureRequest, vk: SandboxClient, tmp_path: Path) -> Rig:
    return rig_of(request.param, vk, tmp_path)


@pytest.fixture(params=NAMES)
def online(request: pytest.FixtureRequest, vk: SandboxClient, tmp_path: Path) -> Rig:
    """Networks that are spoken to over HTTP."""
    found = rig_of(request.param, vk, tmp_path)
    if not found.over_http:
        pytest.skip("nothing leaves this machine")
    return found
