"""When the queue was last compared with VK: the time of an empty file, so that an idle program writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import structlog

log = structlog.get_logger("heartbeat")


class Heartbeat:
    """A moment that outlives the process and that others on the machine may read."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "compared"

    def beat(self) -> None:
        """It happened now. A folder that takes no file is only logged."""
        try:
            self._file.touch()
        except OSError as fault:
            log.warning("heartbeat_unwritten", error=type(fault).__name__)

    def last(self) -> datetime | None:
        """When it last happened, aware UTC; None when it never did."""
        try:
            return datetime.fromtimestamp(self._file.stat().st_mtime, UTC)
        except OSError:
            return None
