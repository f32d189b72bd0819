"""Named places where a test may end the process; in production each of them does nothing.

A fault point is armed by the environment, ``OKMO_FAULT_POINT=name:count``: the process is killed with
SIGKILL when the point of that name is reached for the count-th time.  ``OKMO_FAULT_FILE=FILE`` arms what the file
says, counted from the moment it says so.  ``OKMO_FAULT_TRACE=FILE`` appends every name reached to a file, which is
how the list of points is made.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

_trace = os.environ.get("OKMO_FAULT_TRACE", "")
_file = os.environ.get("OKMO_FAULT_FILE", "")
_said = os.environ.get("OKMO_FAULT_POINT", "")
_reached = 0
_lock = threading.Lock()
_active = bool(_said or _trace or _file)


def reach(name: str) -> None:
    """Mark that the program is at the point ``name``."""
    if _active:
        _reach(name)


def _reach(name: str) -> None:
    global _reached  # noqa: PLW0603
    with _lock:
        if _trace:
            with Path(_trace).open("a", encoding="utf-8") as lines:
                lines.write(name + "\n")
        if _file:
            _listen()
        armed, _, count = _said.partition(":")
        if name == armed:
            _reached += 1
            if _reached == int(count or "1"):
                os.kill(os.getpid(), signal.SIGKILL)


def _listen() -> None:
    global _said, _reached
    says = Path(_file).read_text(encoding="utf-8") if Path(_file).exists() else ""
    if says != _said:
        _said, _reached = says, 0
