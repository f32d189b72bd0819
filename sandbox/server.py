"""The HTTP side: connections, routes, and the transport faults that need the socket itself.

Own small HTTP/1.1 loop over threads, so that an answer can be cut, delayed, or the connection reset.
Everything about VK is decided in `api.py` and behind; everything about people in `deeds/`.
"""

from __future__ import annotations

import contextlib
import json
import re
import select
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

import sandbox.methods.conversations
import sandbox.methods.execute
import sandbox.methods.groups
import sandbox.methods.messages
import sandbox.methods.others
import sandbox.methods.photos
import sandbox.methods.service
import sandbox.methods.users
import sandbox.methods.wall
import sandbox.networks.max
import sandbox.networks.neighbour
import sandbox.networks.ok
import sandbox.networks.pages
import sandbox.networks.telegram
import sandbox.networks.webhook
import sandbox.networks.wordpress  # noqa: F401  methods and platforms register themselves
from sandbox.actions import do
from sandbox.api import Api, struck
from sandbox.deeds.tester import tick
from sandbox.faults import BEFORE, DAMAGED, EFFECT, LATE, POLL, Fault
from sandbox.longpoll import COMPACT
from sandbox.networks.base import Call, Platform, Reply
from sandbox.people import fill_default, fill_from
from sandbox.pictures import png
from sandbox.state import state_of
from sandbox.uploads import receive
from sandbox.world import World

HERE = Path(__file__).parent
PAGE_FILE = re.compile(r"^[a-z0-9_-]+\.(html|js|css|svg|png|ico)$")
TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "json": "application/json; charset=utf-8",
}
JSON = TYPES["json"]
HTML = "text/html; charset=utf-8"
REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 502: "Bad Gateway"}
ERROR_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>%d</h1></center></body></html>"
INNER_CALL = re.compile(r"API\.(\w+\.\w+)")
LONGEST_WAIT = 90.0
TICK_SECONDS = 0.05
MOST_BODY = 60 * 1024 * 1024


@dataclass
class Request:
    """One request as it came."""

    verb: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    ip: str

    def arguments(self) -> dict[str, str]:
        """The query as a dictionary."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


class Hangup(Exception):
    """The connection is over."""


class Connection:
    """One client connection: reads requests, writes answers, can be cut in every way."""

    def __init__(self, sock: socket.socket, ip: str, stopping: threading.Event) -> None:
        self._sock = sock
        self._ip = ip
        self._rest = b""
        self._stopping = stopping
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self) -> Request:
        """The next request. Raises Hangup."""
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3:
            raise Hangup
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0") or 0)
        if length > MOST_BODY:
            raise Hangup
        if headers.get("expect", "").lower() == "100-continue":
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        pieces, have = [self._rest], len(self._rest)
        while have < length:
            piece = self._receive()
            pieces.append(piece)
            have += len(piece)
        everything = b"".join(pieces)
        body, self._rest = everything[:length], everything[length:]
        path, _, query = parts[1].partition("?")
        return Request(parts[0], unquote(path), query, headers, body, self._ip)

    def write(self, status: int, content_type: str, body: bytes, extra: str = "") -> None:
        """Head and body in one packet. Raises Hangup."""
        head = (
            f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n{extra}\r\n"
        )
        self._send(head.encode() + body)

    def reset(self) -> None:
        """Cuts the connection with RST."""
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()
        raise Hangup

    def stall(self, seconds: float) -> None:
        """Says nothing for so long, or until the client has gone. Raises Hangup if it has."""
        waited = 0.0
        while waited < seconds:
            if self.gone() or self._stopping.wait(min(0.1, seconds - waited)):
                raise Hangup
            waited += 0.1

    def gone(self) -> bool:
        """Has the client hung up?"""
        try:
            ready, _, _ = select.select([self._sock], [], [], 0)
            return bool(ready) and self._sock.recv(1, socket.MSG_PEEK) == b""
        except (OSError, ValueError):
            return True

    def close(self) -> None:
        """Ends the connection, also for the thread that reads from it."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    def _send(self, data: bytes) -> None:
        try:
            self._sock.sendall(data)
        except OSError as fault:
            raise Hangup from fault

    def _more(self) -> None:
        self._rest += self._receive()

    def _receive(self) -> bytes:
        try:
            data = self._sock.recv(65536)
        except OSError as fault:
            raise Hangup from fault
        if not data:
            raise Hangup
        return data


class Sandbox:
    """The running sandbox: `start()`, `url`, `world`, `stop()`. Port 0 takes any free one."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        description: dict[str, Any] | None = None,
        limits_off: bool = False,
        pages: Path | None = None,
    ) -> None:
        filler = fill_from(description) if description else fill_default

        def fill(world: World) -> None:
            filler(world)
            if limits_off:
                world.limits.set({"off": True})

        self.world = World(fill)
        self.world.pages_folder = pages
        self.api = Api(self.world)
        self._address = (host, port)
        self._stopping = threading.Event()
        self._connections: set[Connection] = set()
        self._connections_lock = threading.Lock()
        self._timers: list[threading.Timer] = []
        self._in_hand = 0
        self._finished = threading.Condition()
        self._socket: socket.socket | None = None
        self.url = ""

    # -- life ------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Listens from now on, in threads of its own."""
        listener = socket.create_server(self._address, backlog=512)
        self._socket = listener
        host, port = listener.getsockname()[:2]
        self.url = f"http://{host}:{port}"
        self.world.base_url = self.url
        threading.Thread(target=self._accept, args=(listener,), name="sandbox-accept", daemon=True).start()
        threading.Thread(target=self._tick, name="sandbox-tick", daemon=True).start()
        return self

    def stop(self) -> None:
        """Ends at once; open connections are closed."""
        self._stopping.set()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        for timer in self._timers:
            timer.cancel()
        self.world.close()
        with self._connections_lock:
            for connection in list(self._connections):
                connection.close()

    def settle(self, timeout: float = 10.0) -> bool:
        """Waits until every request that was read is over, with the events that follow its answer."""
        with self._finished:
            return self._finished.wait_for(lambda: not self._in_hand, timeout)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                sock, address = listener.accept()
            except OSError:
                return
            connection = Connection(sock, address[0], self._stopping)
            with self._connections_lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), name="sandbox-client", daemon=True).start()

    def _tick(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            tick(self.world)

    def _serve(self, connection: Connection) -> None:
        try:
            while not self._stopping.is_set():
                request = connection.read()
                with self._finished:
                    self._in_hand += 1
                try:
                    self._answer(connection, request)
                finally:
                    with self._finished:
                        self._in_hand -= 1
                        self._finished.notify_all()
        except Hangup:
            pass
        finally:
            with self._connections_lock:
                self._connections.discard(connection)
            connection.close()

    def _answer(self, connection: Connection, request: Request) -> None:
        path = request.path
        if path.startswith("/method/"):
            self._method(connection, request, path.removeprefix("/method/"))
        elif path.startswith("/lp/"):
            self._poll(connection, request)
        elif path.startswith("/upload/"):
            self._upload(connection, request)
        elif path.startswith("/cdn/"):
            self._picture(connection, request)
        elif (platform := self.world.platforms.get(path.split("/", 2)[1])) is not None:
            self._platform(connection, request, platform)
        elif path.startswith("/sandbox/"):
            self._control(connection, request)
        else:
            self._page(connection, path)

    # -- VK methods ------------------------------------------------------------------------------

    def _method(self, connection: Connection, request: Request, name: str) -> None:
        sent, wrong = form(request)
        if wrong:
            error = {"error_code": 100, "error_msg": wrong, "request_params": []}
            connection.write(200, JSON, json.dumps({"error": error}).encode())
            return
        rule = self._rule(name, sent)
        if rule is None or rule.what == "error":
            body, after = self.api.call(name, sent, request.ip, rule)
            self._deliver(after, lambda: connection.write(200, JSON, body))
        elif rule.what in LATE:
            self.api.note_lost(name, sent, request.ip, rule)
            self._later(rule.seconds, lambda: self._run_late(name, sent, request.ip))
            self._blow(connection, rule, rule.then, b"{}")
        elif rule.what in BEFORE and not rule.effect:
            self.api.note_lost(name, sent, request.ip, rule)
            self._blow(connection, rule, rule.what, b"{}")
        else:
            body, after = self.api.call(name, sent, request.ip, rule)
            self._deliver(after, lambda: self._blow(connection, rule, rule.what.removeprefix("effect_then_"), body))

    def _rule(self, name: str, sent: dict[str, str]) -> Fault | None:
        faults = self.world.faults
        if not faults:
            return None
        token = self.world.tokens.get(sent.get("access_token", ""))
        kind, key = (token.kind, token.name) if token is not None else ("unknown", "unknown")
        text = json.dumps({k: v for k, v in sent.items() if k != "access_token"}, ensure_ascii=False)
        names = {name} | set(INNER_CALL.findall(sent.get("code", "")) if name == "execute" else ())
        return faults.pick({name}, {"error"}, kind, key, text) or faults.pick(
            names, (BEFORE - {"error"}) | DAMAGED | EFFECT | LATE, kind, key, text
        )

    def _deliver(self, after: list[Callable[[], None]], send: Callable[[], None]) -> None:
        try:
            send()
        finally:
            for deed in after:
                deed()

    def _later(self, seconds: float, deed: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, deed)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def _run_late(self, name: str, sent: dict[str, str], ip: str) -> None:
        _, after = self.api.call(name, sent, ip, late=True)
        for deed in after:
            deed()

    def _blow(self, connection: Connection, rule: Fault, what: str, body: bytes) -> None:
        """Answers wrongly, as the fault says; `body` is what a healthy answer would be."""
        if what == "reset":
            connection.reset()
        if what == "stall":
            connection.stall(rule.seconds)
            raise Hangup
        if what == "slow":
            connection.stall(rule.seconds)
            connection.write(200, JSON, body)
        elif what == "http":
            connection.write(rule.status, HTML, ERROR_PAGE % rule.status)
        elif what == "html200":
            connection.write(200, HTML, ERROR_PAGE % 502)
        elif what == "says":
            connection.write(200, JSON, rule.body.encode())
        elif what == "error":
            text = {"error": struck(rule).answer("", {})}
            connection.write(200, JSON, json.dumps(text, ensure_ascii=False).encode())
        else:
            damaged = {
                "empty": b"",
                "braces": b"{}",
                "truncated": body[: max(1, len(body) * 2 // 3)],
                "trailing_comma": body[:-1] + b",}",
            }
            connection.write(200, JSON, damaged[what])

    # -- other platforms -------------------------------------------------------------------------

    def _platform(self, connection: Connection, request: Request, platform: Platform) -> None:
        path = request.path.removeprefix(f"/{platform.name}")
        call = Call(request.verb, path or "/", request.query, request.headers, request.body, self.url)
        name = f"{platform.name}.{platform.method(call)}"
        rule = self.world.faults.pick({name}, BEFORE | DAMAGED | EFFECT | LATE)
        entry: dict[str, Any] = {"method": name, "verb": request.verb, "at": self.world.clock.iso()}
        if rule is not None:
            entry["fault"] = rule.what
        if rule is not None and rule.what == "error" and not rule.effect:
            with self.world.lock:
                struck_by = platform.struck(rule.code, rule.text)
            self.world.journal.write({**entry, "executed": False})
            self._send_reply(connection, struck_by)
            return
        if rule is not None and rule.what in LATE:
            self.world.journal.write({**entry, "executed": False})
            self._later(rule.seconds, lambda: self._carried_out_late(platform, call, name))
            self._blow(connection, rule, rule.then, b"{}")
            return
        if rule is not None and rule.what in BEFORE and not rule.effect:
            self.world.journal.write({**entry, "executed": False})
            self._blow(connection, rule, rule.what, b"{}")
            return
        done = self._carry_out(platform, call, entry)
        what = rule.what.removeprefix("effect_then_") if rule is not None else ""
        if rule is None:
            self._send_reply(connection, done)
        elif what == "error":
            self._send_reply(connection, platform.struck(rule.code, rule.text))
        else:
            self._blow(connection, rule, what, done.body)

    def _carry_out(self, platform: Platform, call: Call, entry: dict[str, Any]) -> Reply:
        with self.world.lock:
            done = platform.answer(call)
            if not done.content_type.startswith("image/"):  # somebody looks at a picture: nothing has changed
                self.world.touch()
        self.world.journal.write({"at": self.world.clock.iso(), **entry, "executed": True, "status": done.status})
        return done

    def _carried_out_late(self, platform: Platform, call: Call, name: str) -> None:
        self._carry_out(platform, call, {"method": name, "late": True})

    def _send_reply(self, connection: Connection, done: Reply) -> None:
        extra = "".join(f"{name}: {value}\r\n" for name, value in done.headers.items())
        connection.write(done.status, done.content_type, done.body, extra)

    # -- Long Poll, uploads, pictures ------------------------------------------------------------

    def _poll(self, connection: Connection, request: Request) -> None:
        number, given = request.path.removeprefix("/lp/"), request.arguments()
        queue = self.world.long_polls.get(int(number)) if number.isdigit() else None
        if queue is None:
            connection.write(404, HTML, ERROR_PAGE % 404)
            return
        rule = self.world.faults.pick({"lp"}, POLL | BEFORE | DAMAGED)
        if rule is not None:
            self.world.journal.write({"method": "lp", "fault": rule.what, "at": self.world.clock.iso()})
            if rule.what == "lp_failed":
                code = rule.code if rule.code != 10 else 2
                connection.write(200, JSON, json.dumps(queue.fail(code)).encode())
                return
            if rule.what in BEFORE | {"lp_stall"}:
                self._blow(connection, rule, rule.what.removeprefix("lp_"), b"{}")
                return
        if given.get("act") != "a_check":
            connection.write(200, JSON, b'{"failed":2}')
            return
        wait = min(LONGEST_WAIT, max(0.0, _number(given.get("wait"), 25.0)))
        body = queue.poll(given.get("key", ""), given.get("ts", ""), wait, connection.gone).encode()
        if rule is not None:
            self._blow(connection, rule, rule.what, body)
        else:
            connection.write(200, JSON, body)

    def _upload(self, connection: Connection, request: Request) -> None:
        rule = self.world.faults.pick({"upload"}, BEFORE | DAMAGED | EFFECT)
        if rule is not None and rule.what in BEFORE:
            self.world.journal.write({"method": "upload", "fault": rule.what, "at": self.world.clock.iso()})
            self._blow(connection, rule, rule.what, b"{}")
            return
        answer = receive(self.world, request.query, request.headers.get("content-type", ""), request.body)
        body = json.dumps(answer, separators=COMPACT).encode()
        self.world.journal.write(
            {"method": "upload", "at": self.world.clock.iso(), "bytes": len(request.body), "executed": True}
        )
        if rule is not None:
            self._blow(connection, rule, rule.what.removeprefix("effect_then_"), body)
        else:
            connection.write(200, "text/html; charset=utf-8", body)

    def _picture(self, connection: Connection, request: Request) -> None:
        name = request.path.removeprefix("/cdn/").rpartition(".")[0] or request.path.removeprefix("/cdn/")
        expires = _number(request.arguments().get("e"), 0.0)
        if expires < self.world.clock.now():
            connection.write(404, HTML, ERROR_PAGE % 404)
            return
        found = self._picture_bytes(name)
        if found is None:
            connection.write(404, HTML, ERROR_PAGE % 404)
        else:
            connection.write(200, found[0], found[1], "Cache-Control: max-age=3600\r\n")

    def _picture_bytes(self, name: str) -> tuple[str, bytes] | None:
        if name.startswith("doc"):
            with self.world.lock:
                file = self.world.uploads.get(name)
            return ("application/octet-stream", file["content"]) if file is not None else None
        number, _, letter = name.partition("_")
        photo = self.world.photos.get(int(number)) if number.isdigit() else None
        if photo is None:
            return None
        if photo.content is not None:
            return photo.content_type, photo.content
        for size in photo.view("", 0)["sizes"]:
            if size["type"] == letter:
                return "image/png", png(photo.id, size["width"], size["height"])
        return None

    # -- control and page ------------------------------------------------------------------------

    def _control(self, connection: Connection, request: Request) -> None:
        name, given = request.path.removeprefix("/sandbox/"), request.arguments()
        wait = min(LONGEST_WAIT, _number(given.get("wait"), 0.0))
        since = int(_number(given.get("since"), 0.0))
        world = self.world
        if name == "do":
            self._do(connection, request)
            return
        if name == "state":
            if "since" in given:
                self._wait_state(connection, since, wait)
            only = set(given["only"].split(",")) if given.get("only") else None
            last = int(_number(given.get("last"), 0.0))
            answer: Any = state_of(world, int(_number(given.get("group"), 1.0)), only, last)
        elif name == "journal":
            answer = {"entries": world.journal.since(since, given.get("method"), wait)}
        elif name == "history":
            answer = {"events": world.long_poll(int(_number(given.get("group"), 1.0))).history(since)}
        elif name == "events/wait":
            queue = world.long_poll(int(_number(given.get("group"), 1.0)))
            answer = {"event": queue.wait_for(given.get("type", ""), since, wait)}
        elif name == "health":
            answer = {"ok": True, "revision": world.revision, "polls": world.long_poll(1).polls}
        elif name == "faults":
            answer = {"faults": world.faults.shown()}
        elif name == "variants":
            answer = {"variants": world.variants.all(), "limits": world.limits.values}
        elif name == "samples":
            answer = json.loads((HERE / "samples" / "samples.json").read_text(encoding="utf-8"))
        else:
            connection.write(404, JSON, b'{"ok":false,"error":"no such address"}')
            return
        body = json.dumps(answer, ensure_ascii=False, separators=COMPACT).encode()
        connection.write(200, JSON, body, "Cache-Control: no-store\r\n")

    def _wait_state(self, connection: Connection, since: int, wait: float) -> None:
        left = wait
        while left > 0 and not self._stopping.is_set():
            if self.world.wait_change(since, min(left, 1.0)) > since:
                return
            if connection.gone():
                raise Hangup
            left -= 1.0

    def _do(self, connection: Connection, request: Request) -> None:
        try:
            body = json.loads(request.body or b"{}")
            if request.verb != "POST" or not isinstance(body, dict):
                raise ValueError("POST a JSON object with an action")
            answer = {"ok": True, **do(self.world, body)}
        except ValueError as fault:
            text = json.dumps({"ok": False, "error": str(fault)}, ensure_ascii=False)
            connection.write(400, JSON, text.encode())
            return
        connection.write(200, JSON, json.dumps(answer, ensure_ascii=False).encode())

    def _page(self, connection: Connection, path: str) -> None:
        name = path.removeprefix("/") or "index.html"
        file = HERE / "page" / name
        if not PAGE_FILE.match(name) or not file.is_file():
            connection.write(404, HTML, ERROR_PAGE % 404)
            return
        kind = TYPES[name.rpartition(".")[2]]
        connection.write(200, kind, file.read_bytes(), "Cache-Control: no-cache\r\n")


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text else default
    except ValueError:
        return default


def form(request: Request) -> tuple[dict[str, str], str]:
    """Parameters of a method call, and what is wrong with the way they were sent (empty if nothing)."""
    pairs = parse_qsl(request.query, keep_blank_values=True)
    kind = request.headers.get("content-type", "").split(";")[0]
    if request.body:
        if kind == "application/json":
            return {}, "One of the parameters specified was missing or invalid: request body should be a form"
        if kind == "multipart/form-data":
            return {}, "One of the parameters specified was missing or invalid: request body should be urlencoded"
        pairs += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    sent: dict[str, str] = {}
    for name, value in pairs:
        if name in sent:
            return {}, f"One of the parameters specified was missing or invalid: {name} is sent twice"
        sent[name] = value
    bearer = request.headers.get("authorization", "")
    if bearer.startswith("Bearer "):
        sent["access_token"] = bearer.removeprefix("Bearer ").strip()
    return sent, ""
