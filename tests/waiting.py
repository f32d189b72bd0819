"""Waiting for something that tells nobody when it happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def until(reached: Callable[[], bool], seconds: float = 30.0) -> None:
    """Return as soon as ``reached`` says so. Raises TimeoutError after so many seconds."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not reached within {seconds} s")
        pause.wait(0.001)
