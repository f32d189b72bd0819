"""Named places where a test may end the process; in production each of them does nothing.

A fault point is armed by the environment, ``OKMO_FAULT_POINT=name:count``: the process is killed with
SIGKILL when the point of that name is reached for the count-th time.  ``OKMO_FAULT_TRACE=FILE`` appends every
name reached to a file, which is how the list of points is made.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

_armed, _, _count = os.environ.get("OKMO_FAULT_POINT", "").partition(":")
_trace = os.environ.get("OKMO_FAULT_TRACE", "")
_left = int(_count or "1")
_lock = threading.Lock()
_active = bool(_armed or _trace)


def reach(name: str) -> None:
    """Mark that the program is at the point ``name``."""
    if _active:
        _reach(name)


def _reach(name: str) -> None:
    global _left
    with _lock:
        if _trace:
            with Path(_trace).open("a", encoding="utf-8") as lines:
                lines.write(name + "\n")
        if name == _armed:
            _left -= 1
            if _left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
