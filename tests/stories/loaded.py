"""Child processes that begin with everything imported.

Loading its libraries is most of what a start of the program costs, and the proofs start it hundreds of times. One
process per test run loads them once, and each child is a fork of it: a process like any other, with its own id and
group, environment, folder and streams, which ends as the program ends or by a signal. How long a start takes and how
much memory the program needs is measured on ``python -m bot`` itself.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
#: What a child finds loaded; nothing here starts a thread or opens a file by being imported.
LOADED: Final = (
    "alembic.command",
    "bot.app",
    "bot.check",
    "bot.cli",
    "bot.database",
    "bot.runner",
    "bot.status",
    "sandbox.server",
    "sqlalchemy.dialects.sqlite",
)
#: These read the environment as they are imported, so each child imports them anew.
READ_ENVIRONMENT: Final = ("storage.faultpoints",)

_NUMBER: Final = struct.Struct("!i")


class Forked:
    """One child, waited for and signalled as a :class:`subprocess.Popen` is."""

    def __init__(self, told: int) -> None:
        self._told = told
        self._turn = threading.Lock()
        self.returncode: int | None = None
        self.pid = self._read()

    def _read(self) -> int:
        number: int = _NUMBER.unpack(os.read(self._told, _NUMBER.size))[0]
        return number

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code at the end. Raises subprocess.TimeoutExpired after ``timeout`` seconds."""
        with self._turn:
            if self.returncode is None:
                if not select.select([self._told], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
                self.returncode = self._read()
                os.close(self._told)
            return self.returncode

    def send_signal(self, sig: int) -> None:
        """Nothing happens to a child that has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The loaded process. It starts with the first child that is asked for and ends with us."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._line: socket.socket | None = None

    def fork(self, arguments: Sequence[str], env: dict[str, str], folder: Path, streams: Sequence[int]) -> Forked:
        """A child that runs ``python -m`` with these arguments; ``streams`` are its descriptors 0, 1 and 2."""
        order = json.dumps({"arguments": list(arguments), "env": env, "folder": str(folder)}).encode()
        told, tells = os.pipe()
        try:
            with self._turn:
                line = self._line = self._line or _start()
                socket.send_fds(line, [_NUMBER.pack(len(order))], [*streams, tells])
                line.sendall(order)
        finally:
            os.close(tells)
        return Forked(told)


NURSERY: Final = Nursery()


def _start() -> socket.socket:
    ours, theirs = socket.socketpair()
    with theirs:
        place = theirs.fileno()
        command = [sys.executable, "-m", "tests.stories.loaded", str(place)]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[place], start_new_session=True)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


# -- in the loaded process ------------------------------------------------------------------------------------


def serve(line: socket.socket) -> dict[str, Any] | None:
    """Fork a child for every order; returns the order in that child, None in the parent when nobody asks any more."""
    while True:
        head, streams, _, _ = socket.recv_fds(line, _NUMBER.size, 4)
        _bury()
        if not head:
            return None
        order = json.loads(_whole(line, _NUMBER.unpack(head)[0]))
        if not os.fork():
            line.close()
            _mind(streams)
            return dict(order)
        for stream in streams:
            os.close(stream)


def _bury() -> None:
    """Let go of the minders that have ended, so that their time is counted as ours."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _whole(line: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        read += line.recv(size - len(read))
    return read


def _mind(streams: Sequence[int]) -> None:
    """Fork the child itself, tell its id and how it ended. Returns in the child, whose streams these are."""
    *three, tells = streams
    child = os.fork()
    if child:
        for stream in three:
            os.close(stream)
        with suppress(BrokenPipeError):
            os.write(tells, _NUMBER.pack(child))
            os.write(tells, _NUMBER.pack(_end_of(child, tells)))
        os._exit(0)
    os.close(tells)
    os.setsid()
    for number, stream in enumerate(three):
        os.dup2(stream, number)
        os.close(stream)


def _end_of(child: int, tells: int) -> int:
    """How the child ended. Where nobody is left to be told it is ended here, so that it outlives no test run."""
    if hasattr(os, "pidfd_open"):
        watched = select.poll()
        watched.register(os.pidfd_open(child), select.POLLIN)
        watched.register(tells, 0)  # of a pipe nobody reads poll always tells
        if any(place == tells for place, _ in watched.poll()):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def become(order: dict[str, Any]) -> None:
    """Take on the order's environment, folder and arguments, and run its module to the end."""
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    time.tzset()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  for as long as the process lives
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False, errors="backslashreplace")  # noqa: SIM115
    for name in READ_ENVIRONMENT:
        importlib.reload(sys.modules[name])
    module, *sys.argv[1:] = order["arguments"]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()
    asked = serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is not None:
        become(asked)
