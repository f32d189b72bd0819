"""Processes this program starts beside itself: the sandbox, and the bot of the demonstration.

A child runs in a session of its own, so that Ctrl-C reaches only the parent, which then stops its children in
order.  Only children started here are ever signalled.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Final, Self

#: Seconds a child has to end after it was asked to.
GRACE: Final = 12.0
ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Child:
    """A running ``python -m …``. ``log``: where its output goes, None for ours; ``heard``: stdout can be read."""

    def __init__(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        heard: bool = False,
    ) -> None:
        self.arguments = arguments
        self.log = log
        output: IO[bytes] | None = log.open("ab") if log is not None else None
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=None if environment is None else dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if heard else output,
                stderr=output,
                start_new_session=True,
            )
        finally:
            if output is not None:
                output.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def first_line(self) -> str:
        """The first line it prints; empty when it ends without one. Only for a child that is heard."""
        stream = self._process.stdout
        return stream.readline().decode("utf-8", "replace").strip() if stream is not None else ""

    def ended(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for its end at most so long; its exit code, None when it still runs."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> int:
        """Ask it to end, and end it when it does not."""
        if self.ended() is None:
            self._process.terminate()
            if self.wait(GRACE) is None:
                self._process.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return self._process.wait()

    def last_words(self, lines: int = 5) -> str:
        """The end of its log, to show why it ended."""
        if self.log is None:
            return ""
        written = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(written[-lines:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@contextmanager
def asked_to_end() -> Iterator[threading.Event]:
    """An event that is set by SIGINT, SIGTERM or SIGHUP while the block runs. Main thread only."""
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {
        number: signal.signal(number, ask) for number in ENDING
    }
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
