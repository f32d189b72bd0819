"""What stories share: a desk that runs, and a browser to look at it with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.stories.browser import chromium
from tests.stories.desk import Desk, open_desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The whole program beside a sandbox, with the usual settings."""
    with open_desk(tmp_path) as running:
        yield running
