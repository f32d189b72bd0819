"""A sandbox process without rate limits, for the benches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sandbox_client import SandboxClient
from tests.stories.desk import Desk, Running, clean_environment


@contextmanager
def sandbox(folder: Path) -> Iterator[SandboxClient]:
    """The sandbox, ended at the end of the block."""
    running = Running(
        "sandbox", "--port", "0", "--speed", env=clean_environment(), folder=folder, stream="stdout", fresh=True
    )
    try:
        line = running.lines.wait_for(lambda line: line.startswith("sandbox: "), 20)
        yield SandboxClient(line.removeprefix("sandbox: ").rstrip("/"))
    finally:
        running.end()


@contextmanager
def desk(folder: Path, url: str, **env: str | None) -> Iterator[Desk]:
    """A desk on a running sandbox; its bot is not started yet."""
    made = Desk(folder, env=dict(env), url=url, fresh=True)
    try:
        yield made
    finally:
        made.close()
