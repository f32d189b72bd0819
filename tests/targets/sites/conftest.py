"""A sandbox for the tests of targets that speak to it over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.server import Sandbox
from tests.sandbox_client import SandboxClient


@pytest.fixture
def vk() -> Iterator[SandboxClient]:
    """A fresh world without VK's limits."""
    with Sandbox(limits_off=True) as running:
        yield SandboxClient(running.url)
