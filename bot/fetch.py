"""Downloads from addresses that strangers gave: pictures of posts, feeds of sites.

An address is followed only to the public internet; what comes is capped in size and in time.  What the bytes are
and what they are good for is decided by the caller.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError, ProtocolError, ReadTimeoutError
from urllib3.util.connection import create_connection

from bot.transport import FAILURES, what_happened
from bot.vk.client import new_session

MOST_REDIRECTS: Final = 5
BLOCK: Final = 64 * 1024
#: Addresses of machines' own services which lie in the public range.
_SERVICES: Final = tuple(
    map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "3fff::/20"))
)
#: Where public IPv6 addresses lie. What is outside are old and local forms, some of which carry an IPv4 address.
_PUBLIC_IPV6: Final = ipaddress.ip_network("2000::/3")
#: Public IPv6 addresses that carry an IPv4 address in their last four bytes.
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
_PORTS: Final = {"http": 80, "https": 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchFailed(Exception):
    """Nothing was got; ``reason`` is a stable word, ``passing`` says whether another try may help."""

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an answer may take: seconds to connect, of silence, and altogether."""

    connect: float = 5.0
    silence: float = 15.0
    whole: float = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, behind all redirects; header names are found in any case."""

    url: str
    status: int
    headers: Mapping[str, str]
    response: requests.Response

    def blocks(self, most: int) -> Iterator[bytes]:
        """The body piece by piece. Raises FetchFailed when it is larger than ``most`` bytes or does not come."""
        size = 0
        told = self.headers.get("Content-Length", "")
        if told.isdigit() and int(told) > most:
            raise FetchFailed("too_large", passing=False)
        try:
            while block := self.response.raw.read1(BLOCK, decode_content=True):
                size += len(block)
                if size > most:
                    raise FetchFailed("too_large", passing=False)
                yield block
        except FAILURES as failure:
            raise FetchFailed(_broken_body(failure), passing=True) from None


def _broken_body(failure: Exception) -> str:
    if isinstance(failure, (TimeoutError, ReadTimeoutError)):
        return "silence"
    return "cut_short" if isinstance(failure, ProtocolError) else what_happened(failure)


def net_locations(*urls: str) -> frozenset[str]:
    """``host:port`` of addresses of our own settings, for :class:`Fetcher`'s ``own_hosts``."""
    parts = [urlsplit(url) for url in urls if url]
    return frozenset(f"{one.hostname}:{one.port or _PORTS.get(one.scheme, 443)}" for one in parts if one.hostname)


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the public internet, and not to a machine, its network or its cloud."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner: Address | None = None
    if isinstance(address, ipaddress.IPv6Address):
        teredo = address.teredo
        inner = address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
        if address in _TRANSLATED:
            inner = ipaddress.ip_address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(str(inner))
    if address.version == 6 and address not in _PUBLIC_IPV6:
        return False
    return address.is_global and not address.is_multicast and not any(address in net for net in _SERVICES)


class Fetcher:
    """Opens addresses of strangers.

    ``own_hosts``: ``host:port`` of services named in our settings, which may lie on this machine; ``host:*`` for
    whatever port.
    """

    def __init__(self, own_hosts: frozenset[str] = frozenset(), limits: Limits | None = None) -> None:
        self._own = own_hosts
        self._wires: dict[int, list[socket.socket]] = {}
        self._limits = limits or Limits()

    @contextlib.contextmanager
    def opened(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """The answer at that address, redirects followed. Raises FetchFailed."""
        wires: list[socket.socket] = []
        self._wires[id(wires)] = wires
        watch = threading.Timer(self._limits.whole, _hang_up, (wires,))
        watch.daemon = True
        with new_session() as session:
            _guard(session, self._own, wires)
            session.headers["Accept-Encoding"] = "identity"
            watch.start()
            try:
                with contextlib.closing(self._follow(session, url, headers or {})) as response:
                    yield Answer(response.url, response.status_code, response.headers, response)
            finally:
                watch.cancel()
                self._wires.pop(id(wires), None)

    def interrupt(self) -> None:
        """Hang up on everything that is under way."""
        for wires in list(self._wires.values()):
            _hang_up(wires)

    def _follow(self, session: requests.Session, url: str, headers: Mapping[str, str]) -> requests.Response:
        for _ in range(MOST_REDIRECTS + 1):
            response = self._ask(session, url, headers)
            location = _as_sent(response.headers.get("Location", ""))
            if response.status_code not in (301, 302, 303, 307, 308) or not location:
                return response
            response.close()
            try:
                url = urljoin(url, location)
            except ValueError:
                break
        raise FetchFailed("redirects", passing=False)

    def _ask(self, session: requests.Session, url: str, headers: Mapping[str, str]) -> requests.Response:
        _check_form(url)
        try:
            return session.get(
                url,
                headers=dict(headers),
                timeout=(self._limits.connect, self._limits.silence),
                allow_redirects=False,
                stream=True,
            )
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
            raise FetchFailed("bad_address", passing=False) from None
        except FAILURES as failure:
            raise FetchFailed(what_happened(failure), passing=True) from None


def _as_sent(value: str) -> str:
    """A header as the site wrote it: headers are read as Latin-1, and many write Cyrillic addresses as they are."""
    with contextlib.suppress(UnicodeError):
        return value.encode("latin-1").decode()
    return value


def _check_form(url: str) -> None:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in _PORTS and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise FetchFailed("bad_address", passing=False)


def _hang_up(wires: list[socket.socket]) -> None:
    for wire in wires:
        with contextlib.suppress(OSError):  # past TLS, whose reader is another thread
            socket.socket.shutdown(wire, socket.SHUT_RDWR)


def _guard(session: requests.Session, own: frozenset[str], wires: list[socket.socket]) -> None:
    adapter = _GuardedAdapter(own, wires)
    session.mount("http://", adapter)
    session.mount("https://", adapter)


class _GuardedAdapter(HTTPAdapter):
    """Connects to public addresses only: the name is resolved once, and what was checked is connected to."""

    def __init__(self, own: frozenset[str], wires: list[socket.socket]) -> None:
        self._pools = _pools(own, wires)
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


def _pools(own: frozenset[str], wires: list[socket.socket]) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, own, wires)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, own, wires)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _connected(connection: HTTPConnection, own: frozenset[str], wires: list[socket.socket]) -> socket.socket:
    last: OSError = OSError("no address")
    for address in _allowed_addresses(connection.host, connection.port, own):
        try:
            wire = create_connection(
                (address, connection.port), connection.timeout, socket_options=connection.socket_options
            )
        except OSError as failure:
            last = failure
            continue
        wires.append(wire)
        return wire
    raise NewConnectionError(connection, f"nobody there: {type(last).__name__}")


def _allowed_addresses(host: str, port: int, own: frozenset[str]) -> list[str]:
    """The addresses of the host that may be connected to. Raises FetchFailed when there is none."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchFailed("unknown_host", passing=True) from None
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
    if {f"{host}:{port}", f"{host}:*"} & own:
        return addresses
    allowed = [address for address in addresses if is_public(address)]
    if not allowed:
        raise FetchFailed("address_refused", passing=False)
    return allowed
