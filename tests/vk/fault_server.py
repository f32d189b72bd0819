"""A server that misbehaves on request: a real socket that refuses, stalls, resets, cuts short or talks nonsense.

It reads whole HTTP requests and answers each with the next thing it was told, the last one for ever.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Behaviour = Callable[[socket.socket, "Asked"], None]
"""Answers one request; raises ConnectionAbortedError to hang up afterwards."""


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    verb: str
    path: str
    params: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass
class FaultServer:
    """Answers with ``script``, one behaviour a request."""

    script: list[Behaviour] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/method/"

    def then(self, *behaviours: Behaviour) -> FaultServer:
        self.script += behaviours
        return self

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection.makefile("rb") as stream:
                while (request := self._read(stream)) is not None:
                    with self._lock:
                        self.asked.append(request)
                        behave = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                    behave(connection, request)
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    @staticmethod
    def _read(stream: Any) -> Asked | None:
        line = stream.readline().decode()
        if not line.strip():
            return None
        verb, target, _ = line.split(" ")
        headers: dict[str, str] = {}
        while (header := stream.readline().decode().strip()) != "":
            name, _, told = header.partition(":")
            headers[name.lower()] = told.strip()
        body = stream.read(int(headers.get("content-length", 0))).decode(errors="replace")
        parts = urlsplit(target)
        return Asked(verb, parts.path, dict(parse_qsl(body or parts.query, keep_blank_values=True)), headers)


@contextmanager
def fault_server(*behaviours: Behaviour) -> Iterator[FaultServer]:
    server = FaultServer(list(behaviours))
    try:
        yield server
    finally:
        server.close()


def answers(value: object, *, status: int = 200, kind: str = "application/json", headers: str = "") -> Behaviour:
    """An ordinary HTTP answer; text goes out as it is, anything else as JSON. ``headers``: whole lines of more."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    body = text.encode()

    def behave(connection: socket.socket, asked: Asked) -> None:
        head = f"HTTP/1.1 {status} X\r\n{headers}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    return behave


def response(value: object) -> Behaviour:
    return answers({"response": value})


def error(code: int, message: str = "", **more: object) -> Behaviour:
    return answers({"error": {"error_code": code, "error_msg": message, "request_params": [], **more}})


def html(status: int = 200) -> Behaviour:
    return answers("<html><body>Bad gateway</body></html>", status=status, kind="text/html")


def computes(make: Callable[[Asked], object]) -> Behaviour:
    def behave(connection: socket.socket, asked: Asked) -> None:
        answers(make(asked))(connection, asked)

    return behave


def resets(connection: socket.socket, asked: Asked) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionAbortedError


def closes(connection: socket.socket, asked: Asked) -> None:
    raise ConnectionAbortedError


def stalls(connection: socket.socket, asked: Asked) -> None:
    threading.Event().wait(30)


def stalls_in_the_body(connection: socket.socket, asked: Asked) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"resp')
    threading.Event().wait(30)


def trickles(connection: socket.socket, asked: Asked) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(300):
        connection.sendall(b"1\r\n \r\n")
        threading.Event().wait(0.1)


def cuts_short(connection: socket.socket, asked: Asked) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"response":1')
    raise ConnectionAbortedError


def talks_nonsense(connection: socket.socket, asked: Asked) -> None:
    connection.sendall(b"\x00\xff what?\r\n\r\n")
    raise ConnectionAbortedError
