"""Answers of a server of pictures, well and badly behaved, for the fault server."""

from __future__ import annotations

import socket
import threading

from tests.vk.fault_server import Asked, Behaviour


def sends(body: bytes, *, status: int = 200, kind: str = "image/jpeg", head: str = "") -> Behaviour:
    """These bytes, whatever is asked for."""

    def behave(connection: socket.socket, asked: Asked) -> None:
        top = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{head}\r\n"
        connection.sendall(top.encode() + body)

    return behave


def leads_to(address: str, status: int = 302) -> Behaviour:
    return sends(b"", status=status, head=f"Location: {address}\r\n")


def breaks_off(body: bytes) -> Behaviour:
    """Announces more than it sends."""

    def behave(connection: socket.socket, asked: Asked) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: %d\r\n\r\n" % (len(body) + 100) + body)
        raise ConnectionAbortedError

    return behave


def drips(body: bytes, every: float) -> Behaviour:
    """A byte at a time, never silent for long."""

    def behave(connection: socket.socket, asked: Asked) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: %d\r\n\r\n" % len(body))
        for at in range(len(body)):
            connection.sendall(body[at : at + 1])
            threading.Event().wait(every)

    return behave
