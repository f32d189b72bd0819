"""A session whose waiting request another thread can end, so that the program stops at once.

Knows how ``urllib3`` makes its connections and nothing of what is asked through them.
"""

from __future__ import annotations

import contextlib
import socket
import weakref
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

Connections = weakref.WeakSet[HTTPConnection]


class InterruptibleAdapter(HTTPAdapter):
    """Keeps an eye on its connections; :meth:`interrupt` hangs up on all of them."""

    def __init__(self) -> None:
        self._connections: Connections = weakref.WeakSet()
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._connections)

    def interrupt(self) -> None:
        for connection in list(self._connections):
            wire = connection.sock
            if wire is not None:
                with contextlib.suppress(OSError):  # past TLS, whose reader is another thread
                    socket.socket.shutdown(wire, socket.SHUT_RDWR)


def _pools(connections: Connections) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            connections.add(self)

    class Secure(HTTPSConnection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            connections.add(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def mount(session: requests.Session) -> InterruptibleAdapter:
    """Let all requests of ``session`` go through an adapter that can be interrupted."""
    adapter = InterruptibleAdapter()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return adapter
