"""The keys to VK: where they come from, and how one is replaced while the program runs.

A key is set in the configuration.  ``okmo-bot token set`` puts a newer one into a file of the data directory
that only its owner can read; it holds as long as the configured key is the one it replaced, so that editing the
configuration always wins in the end.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["user", "group"]


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The place of a replaced key."""

    path: Path

    @classmethod
    def of(cls, data_dir: Path, kind: Kind) -> KeyFile:
        return cls(data_dir / f"vk-{kind}.key")

    def read(self, configured: str) -> str:
        """The key in force: the replacement of ``configured`` if there is one, else ``configured`` itself."""
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
            if stored["instead_of"] == _digest(configured):
                return str(stored["key"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return configured

    def write(self, key: str, configured: str) -> None:
        """Put ``key`` in the place of ``configured``; whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"instead_of": _digest(configured), "key": key})
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=".key-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def stamp(self) -> int:
        """Changes when the file does; 0 when there is none."""
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return 0


def _digest(configured: str) -> str:
    return hashlib.sha256(configured.encode()).hexdigest()
