"""One HTTP request to a network, and what its failure means for a delivery.

::

    Http.ask ──▶ Answer                      the network said something: its target reads it
             └─▶ Failed ──▶ RetryLater       the request certainly did not reach it
                        └─▶ Uncertain        it may have been carried out

Only :func:`patiently` repeats anything, nothing is raised for what the other side does, and no secret leaves in a
``repr``.
"""

from __future__ import annotations

import io
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

from bot.log import MASKING
from bot.transport import FAILURES, read_body, was_sent, what_happened
from editorial.delivery import RetryLater, Uncertain
from storage.faultpoints import reach

USER_AGENT: Final = "okmo-news-desk/1"
#: Seconds of idleness after which a kept connection is replaced: the other side may be closing it.
STALE_AFTER: Final = 4.0
#: Longest answer of a network that is read, bytes.
ANSWER_LIMIT: Final = 8 * 1024 * 1024

#: Pauses before a request that stumbled is made for the second and the third time, seconds.
PAUSES: Final = (0.2, 0.5)
#: Whoever takes longer to fail, seconds, is likely to take as long again, and others wait.
QUICKLY: Final = 5.0

#: Without the network's own words these tell that something on the way refused and nothing was carried out.
_REFUSED_ON_THE_WAY: Final = frozenset({301, 302, 307, 308, 401, 403, 404, 405, 407, 451})

Timeout = tuple[float, float]
"""Seconds to connect; seconds of silence and of the whole answer."""

#: A network that asks for a longer wait is asked again after this one, seconds.
LONGEST_WAIT: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network said. ``headers`` are named in small letters."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The JSON value of the body; None when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def record(self) -> dict[str, Any]:
        """The JSON object of the body; empty when it is none."""
        value = self.json()
        return value if isinstance(value, dict) else {}

    @property
    def is_blocked(self) -> bool:
        """Whether something on the way refused, where the body is not the network's: a proxy, a blocked address."""
        return self.status in _REFUSED_ON_THE_WAY

    @property
    def retry_after(self) -> float | None:
        """Seconds the network asks to wait, told as a number or as a date; a day at most."""
        told = self.headers.get("retry-after", "")
        try:
            seconds = float(told)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(told).timestamp() - time.time()
            except (ValueError, OverflowError):
                return None
        return min(max(seconds, 0.0), LONGEST_WAIT) if isfinite(seconds) else None


@dataclass(frozen=True, slots=True)
class Failed:
    """The request ended without an answer. ``what`` is a stable word, ``sent`` whether it may have arrived."""

    what: str
    sent: bool

    @classmethod
    def on_the_way(cls) -> Failed:
        """Something between us and the network refused."""
        return cls("blocked", sent=False)

    def of_a_write(self) -> RetryLater | Uncertain:
        """What it means for something that must not be done twice."""
        return Uncertain(self.what) if self.sent else self.of_a_repeatable()

    def of_a_repeatable(self) -> RetryLater:
        """What it means for something that may be done again: a reading, an edit, a removal."""
        return RetryLater(self.what, counts=False)


def patiently(ask: Callable[[], Answer | Failed]) -> Answer | Failed:
    """What comes of a request that may be made any number of times: a reading, an address for an upload.

    One stumble among the dozen requests of a large post must not put the post off, so what fails quickly is asked
    twice more.  A limit of the network is no stumble.
    """
    for pause in PAUSES:
        began = time.monotonic()
        said = ask()
        if not _stumbled(said) or time.monotonic() - began > QUICKLY:
            return said
        time.sleep(pause)
    return ask()


def _stumbled(said: Answer | Failed) -> bool:
    if isinstance(said, Failed):
        return True
    return (said.status >= 500 and said.retry_after is None) or (said.status == 200 and said.json() is None)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes along in a form. ``content`` is a path or the bytes, ``kind`` a media type."""

    field: str
    name: str
    content: Path | bytes
    kind: str = "application/octet-stream"


class Http:
    """The way to one network.

    ``proxy`` is ``http://…`` or ``socks5h://…``.  ``ca_file`` is trusted besides the usual certificates, by this
    object only.  ``secret`` values are kept out of everything written.  The environment's proxies, certificates
    and passwords are not heeded.  Any number of threads may ask; each keeps its own connections.
    """

    def __init__(
        self,
        name: str,
        *,
        secret: Iterable[str] = (),
        timeout: Timeout = (10.0, 60.0),
        proxy: str = "",
        ca_file: Path | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.timeout = timeout
        self._secrets = tuple(one for one in secret if one)
        self._proxy = proxy
        self._ca_file = ca_file
        self._headers = {"User-Agent": USER_AGENT, **(headers or {})}
        self._kept = threading.local()
        MASKING.learn((*self._secrets, *_password_of(proxy)))

    def __repr__(self) -> str:
        return f"Http({self.name!r})"

    def redact(self, text: str) -> str:
        """The text without this network's secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text

    def ask(
        self,
        verb: str,
        url: str,
        what: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        files: Sequence[Upload] = (),
        headers: Mapping[str, str] | None = None,
        timeout: Timeout | None = None,
    ) -> Answer | Failed:
        """Make one request, once. ``what`` names it in fault points.

        At most one of ``json``, ``form``, ``body`` is given; with ``files`` the form goes as multipart.  A
        redirect is an answer like any other: secrets are not carried after it.
        """
        reach(f"{self.name}.{what}.before")
        request = requests.Request(verb, url, params=params, json=json, headers=dict(headers or {}))
        if not files and (body is not None or form is not None):
            request.data = body if body is not None else form
        with ExitStack() as opened:
            result = self._ask(request, form or {}, files, timeout or self.timeout, opened)
        reach(f"{self.name}.{what}.after")
        self._kept.used = time.monotonic()
        return result

    def _ask(
        self,
        request: requests.Request,
        form: Mapping[str, Any],
        files: Sequence[Upload],
        seconds: Timeout,
        opened: ExitStack,
    ) -> Answer | Failed:
        try:
            session = self._session()
            prepared = session.prepare_request(request)
            if files:
                _attach(prepared, opened.enter_context(closing(Multipart(form, files))))
            elif isinstance(prepared.body, bytes):
                # In one piece it would have to be taken within the time for connecting.
                prepared.body = io.BytesIO(prepared.body)  # type: ignore[assignment]
        except FAILURES as failure:
            return Failed(what_happened(failure), sent=False)
        try:
            return self._send(session, prepared, seconds)
        except FAILURES as failure:
            return Failed(what_happened(failure), was_sent(failure))

    def _send(self, session: requests.Session, prepared: requests.PreparedRequest, seconds: Timeout) -> Answer:
        proxies = {"http": self._proxy, "https": self._proxy} if self._proxy else {}
        response = session.send(prepared, timeout=seconds, allow_redirects=False, stream=True, proxies=proxies)
        with closing(response):
            body = read_body(response, seconds[1], ANSWER_LIMIT)
        return Answer(response.status_code, {name.lower(): text for name, text in response.headers.items()}, body)

    def _session(self) -> requests.Session:
        """This thread's session; its connection is a fresh one after a while of idleness."""
        session: requests.Session | None = getattr(self._kept, "session", None)
        if session is None:
            session = self._kept.session = self._new_session()
        elif time.monotonic() - self._kept.used > STALE_AFTER:
            session.close()
        return session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.update(self._headers)
        adapter = TrustingAdapter(self._ca_file) if self._ca_file else HTTPAdapter(max_retries=0)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session


class TrustingAdapter(HTTPAdapter):
    """Trusts the certificates of a file besides the usual ones. Raises OSError when the file is no good."""

    def __init__(self, ca_file: Path) -> None:
        self._context = trusting(ca_file)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(*args, **kwargs, ssl_context=self._context)


def trusting(ca_file: Path) -> ssl.SSLContext:
    """A TLS context that trusts the machine's certificates and those of the PEM file. Raises OSError."""
    context = create_urllib3_context()
    context.load_default_certs()
    context.load_verify_locations(ca_file)
    return context


class Multipart:
    """A form with files that is read piece by piece, so that a large file is never held in memory.

    Raises OSError when a file cannot be opened.
    """

    def __init__(self, fields: Mapping[str, Any], files: Sequence[Upload]) -> None:
        self._boundary = secrets.token_hex(16)
        self._parts: list[BinaryIO] = []
        self.length = 0
        try:
            for name, value in fields.items():
                self._add(self._head(name) + b"\r\n" + str(value).encode("utf-8", "replace") + b"\r\n")
            for file in files:
                self._add(self._head(file.field, file.name) + f"Content-Type: {file.kind}\r\n\r\n".encode())
                self._add(file.content)
                self._add(b"\r\n")
        except OSError:
            self.close()
            raise
        self._add(f"--{self._boundary}--\r\n".encode())
        self._reading = iter(self._parts)
        self._current: BinaryIO | None = next(self._reading, None)

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self._boundary}"

    def read(self, size: int = -1) -> bytes:
        """The next bytes; nothing at the end."""
        while self._current is not None:
            piece = self._current.read(size)
            if piece:
                return piece
            self._current = next(self._reading, None)
        return b""

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(64 * 1024), b"")

    def close(self) -> None:
        for part in self._parts:
            part.close()

    def _head(self, name: str, filename: str | None = None) -> bytes:
        named = f'; filename="{_quoted(filename)}"' if filename is not None else ""
        return f'--{self._boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"{named}\r\n'.encode()

    def _add(self, content: Path | bytes) -> None:
        if isinstance(content, bytes):
            self._parts.append(io.BytesIO(content))
            self.length += len(content)
        else:
            self._parts.append(content.open("rb"))
            self.length += content.stat().st_size


def _attach(prepared: requests.PreparedRequest, body: Multipart) -> None:
    prepared.body = body  # type: ignore[assignment]
    prepared.headers["Content-Type"] = body.content_type
    prepared.headers["Content-Length"] = str(body.length)


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _password_of(proxy: str) -> tuple[str, ...]:
    _, _, rest = proxy.rpartition("://")
    user, _, _ = rest.rpartition("@")
    _, _, password = user.partition(":")
    return (password,) if password else ()
