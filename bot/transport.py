"""Whether a request that failed on the way may have been carried out; the answer read within a time and a size.

Knows the exceptions of ``requests`` only; what follows for the delivery is decided by each platform's own rules.
"""

from __future__ import annotations

import socket
import ssl
import time
from http.client import HTTPException
from typing import Final
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import (
    ClosedPoolError,
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
)

FAILURES = (OSError, HTTPError, HTTPException)
"""All that may come out of a request, the exceptions of ``requests`` and what it lets slip through."""
NEVER_CONNECTED = (NameResolutionError, NewConnectionError, ConnectTimeoutError, ClosedPoolError, ProxyError)
#: Longest answer that is read unless the caller says otherwise, bytes.
ANSWER_LIMIT: Final = 32 * 1024 * 1024
NEVER_BUILT = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidProxyURL,
)
BROKEN_AFTER_HANDSHAKE = ("eof", "decryption", "bad record", "shutdown", "closed")
"""What a TLS error says when the connection had been standing already."""


def was_sent(failure: Exception) -> bool:
    """False only when the request certainly did not reach the other side; True when it may have."""
    if isinstance(failure, requests.exceptions.SSLError):
        return any(words in str(failure).lower() for words in BROKEN_AFTER_HANDSHAKE)
    if isinstance(failure, (requests.exceptions.ConnectTimeout, *NEVER_BUILT)):
        return False
    cause = failure.args[0] if failure.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    return not isinstance(cause, NEVER_CONNECTED)


def what_happened(failure: Exception) -> str:
    """A stable word for the failure; it never repeats the address, which may hold a key."""
    cause = failure.args[0] if failure.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    if isinstance(failure, requests.exceptions.SSLError):
        return "tls"
    if isinstance(failure, requests.exceptions.ConnectTimeout):
        return "connect_timeout"
    if isinstance(failure, requests.exceptions.ReadTimeout) or isinstance(cause, ReadTimeoutError):
        return "silence"
    if isinstance(failure, requests.exceptions.ChunkedEncodingError):
        return "cut_short"
    if isinstance(cause, NameResolutionError):
        return "unknown_host"
    if isinstance(cause, ProxyError):
        return "proxy"
    if isinstance(cause, NewConnectionError):
        return "nobody_there"
    if isinstance(cause, ProtocolError):
        return "dropped"
    return type(failure).__name__


def knock(url: str, seconds: float) -> str | None:
    """A stable word for why nobody can be spoken to at an address, None when somebody can; asks for nothing."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    try:
        with socket.create_connection((host, parts.port or (443 if secure else 80)), timeout=seconds) as wire:
            if secure:
                ssl.create_default_context().wrap_socket(wire, server_hostname=host).close()
    except (socket.gaierror, UnicodeError):
        return "unknown_host"
    except ssl.SSLError:
        return "tls"
    except TimeoutError:
        return "connect_timeout"
    except OSError:
        return "nobody_there"
    return None


def read_body(response: requests.Response, seconds: float, limit: int = ANSWER_LIMIT) -> bytes:
    """The body of a streamed answer.

    Raises requests.ReadTimeout when it takes longer than ``seconds``, however slowly it trickles, and
    requests.ConnectionError when it is larger than ``limit`` bytes.
    """
    deadline = time.monotonic() + seconds
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(256 * 1024):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise requests.exceptions.ContentDecodingError("the answer is too large")
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout("the answer trickles")
    return b"".join(parts)
