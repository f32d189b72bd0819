"""One request to a network: what every way of failing means, and what never shows."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import HTTP
from email.utils import formatdate
from pathlib import Path
from typing import Any, cast

import pytest

from bot.config_file import read_settings
from bot.targets import http as http_
from bot.targets.http import Answer, Failed, Http, Upload, patiently
from bot.targets.max import MaxTarget
from bot.targets.network import Supplies
from bot.targets.telegram import TelegramTarget
from editorial.delivery import RetryLater, Uncertain
from tests.vk.fault_server import (
    Behaviour,
    answers,
    closes,
    cuts_short,
    fault_server,
    html,
    resets,
    stalls,
    stalls_in_the_body,
    talks_nonsense,
    trickles,
)

SECRET = "4839574812:AAFdhqwertyuiopasdfghjk"
CERTIFICATES = Path(__file__).parent / "certificates"


def way(**more: object) -> Http:
    return Http("telegram", secret=[SECRET], **{"timeout": (0.5, 0.5), **more})  # type: ignore[arg-type]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    "behaviour", [stalls, resets, closes, cuts_short, stalls_in_the_body, talks_nonsense, trickles]
)
def test_t02_a_request_that_may_have_arrived_is_in_doubt(behaviour: Behaviour) -> None:
    with fault_server(behaviour) as server:
        failed = way().ask("POST", f"{server.url}bot{SECRET}/sendMessage", "sendMessage", json={"text": "а"})

    assert isinstance(failed, Failed)
    assert isinstance(failed.of_a_write(), Uncertain)
    assert isinstance(failed.of_a_repeatable(), RetryLater)
    assert len(server.asked) == 1


def test_nobody_there_is_certainly_not_sent() -> None:
    failed = way().ask("POST", f"http://127.0.0.1:{free_port()}/", "sendMessage")

    assert isinstance(failed, Failed)
    assert failed.of_a_write() == RetryLater("nobody_there", counts=False)


def test_no_cookie_is_kept() -> None:
    with fault_server(answers({}, headers="Set-Cookie: session=hidden; Path=/\r\n")) as server:
        http = way()
        for _ in range(2):
            http.ask("GET", server.url, "getMe")
    assert ["cookie" in one.headers for one in server.asked] == [False, False]


def test_it_says_who_it_is_and_takes_no_password_from_its_surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login okmo password hidden-word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with fault_server(answers({})) as server:
        way().ask("GET", server.url, "getMe")
    [asked] = server.asked
    assert asked.headers["user-agent"].startswith("okmo-news-desk/")
    assert "authorization" not in asked.headers


@pytest.mark.parametrize(("after", "connections"), [(60.0, 1), (-1.0, 2)], ids=["fresh", "stale"])
def test_t02_a_connection_that_was_idle_is_replaced(
    monkeypatch: pytest.MonkeyPatch, after: float, connections: int
) -> None:
    """The other side may be closing it at this very moment, and nobody could tell what it still heard."""
    monkeypatch.setattr(http_, "STALE_AFTER", after)
    with fault_server(html(502), answers({})) as server:
        http = way()
        for _ in range(2):
            http.ask("GET", server.url, "getMe")
    assert server.connections == connections


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
@pytest.mark.parametrize("address", ["http://network.invalid/", "https://network.invalid/"])
def test_t47_a_dead_proxy_is_certainly_not_sent(scheme: str, address: str) -> None:
    proxied = way(proxy=f"{scheme}://user:hidden-word@127.0.0.1:{free_port()}")

    failed = proxied.ask("POST", address, "sendMessage", json={})

    assert isinstance(failed, Failed)
    assert isinstance(failed.of_a_write(), RetryLater)


def test_a_proxy_carries_the_request() -> None:
    with fault_server(answers({"ok": True})) as proxy:
        address = proxy.url.removesuffix("/method/")
        answer = way(proxy=address).ask("GET", "http://network.invalid/getMe", "getMe")

    assert isinstance(answer, Answer)
    assert answer.record() == {"ok": True}
    assert proxy.asked[0].path == "/getMe"


def test_every_answer_is_an_answer_and_a_redirect_is_not_followed() -> None:
    elsewhere = answers("", status=302, headers="Location: /elsewhere\r\n")
    with fault_server(html(502), elsewhere, answers([1])) as server:
        http = way()
        got = [http.ask("GET", server.url, "getMe") for _ in range(3)]

    assert [one.status for one in got if isinstance(one, Answer)] == [502, 302, 200]
    assert [one.json() for one in got if isinstance(one, Answer)] == [None, None, [1]]
    assert [one.record() for one in got if isinstance(one, Answer)] == [{}, {}, {}]
    assert [one.path for one in server.asked] == ["/method/"] * 3


def test_a_reading_that_stumbles_is_asked_twice_more() -> None:
    with fault_server(html(502), resets, answers([1]), answers("", status=500)) as server:
        http = way()
        got = patiently(lambda: http.ask("GET", server.url, "getMe"))
        in_vain = patiently(lambda: http.ask("GET", server.url, "getMe"))

    assert isinstance(got, Answer)
    assert got.json() == [1]
    assert isinstance(in_vain, Answer)
    assert in_vain.status == 500
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "limit",
    [Answer(429, {}, b""), Answer(503, {"retry-after": "7"}, b""), Answer(403, {}, b""), Answer(200, {}, b"{}")],
)
def test_a_limit_or_a_refusal_is_no_stumble(limit: Answer) -> None:
    said: list[Answer | Failed] = [limit, Failed("asked_again", sent=False)]
    assert patiently(lambda: said.pop(0)) == limit


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [("7", 7, 7), ("-1", 0, 0), ("1e99", 86_400, 86_400), ("date", 80, 90),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), ("nan", None, None), ("inf", None, None), ("soon", None, None)],
)  # fmt: skip
def test_how_long_to_wait_is_a_number_or_a_date(told: str, least: float | None, most: float | None) -> None:
    told = formatdate(time.time() + 90, usegmt=True) if told == "date" else told
    wait = Answer(429, {"retry-after": told}, b"").retry_after
    if least is None or most is None:
        assert wait is None
    else:
        assert wait is not None
        assert least <= wait <= most


def test_t80_no_secret_shows_in_what_can_be_written(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), fault_server(resets) as server:
        http = way(headers={"Authorization": SECRET})
        failed = http.ask("POST", f"{server.url}bot{SECRET}/sendMessage", "sendMessage")

    assert SECRET not in repr(http) + repr(failed) + repr(vars(http)["name"])
    assert http.redact(f"POST /bot{SECRET}/getMe") == "POST /bot…/getMe"


def test_a_form_with_files_is_what_a_reader_of_mail_understands(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n--\r\n\x00" * 50_000)
    seen: list[tuple[bytes, bytes]] = []

    with one_request(seen) as address:
        http = way(timeout=(5, 5))
        http.ask(
            "POST",
            address,
            "sendPhoto",
            form={"chat_id": "@okmo", "caption": "Мост «открыт»"},
            files=[Upload("photo", 'a"б.png', picture, "image/png"), Upload("data", "x", b"\r\n")],
        )

    head, body = seen[0]
    kind = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-type"))
    read = message_from_bytes(kind + b"\r\n\r\n" + body, policy=HTTP)
    parts = [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True))
        for part in read.walk()
    ][1:]
    assert parts == [
        ("chat_id", b"@okmo"),
        ("caption", "Мост «открыт»".encode()),
        ("photo", picture.read_bytes()),
        ("data", b"\r\n"),
    ]


def test_a_large_upload_over_a_slow_line_has_more_time_than_connecting(tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(bytes(6 * 1024 * 1024))
    seen: list[tuple[bytes, bytes]] = []

    with one_request(seen, pause=0.02) as address:
        http = way(timeout=(0.3, 10))
        sent = http.ask("POST", address, "sendVideo", files=[Upload("video", "v.mp4", video)])
        raw = http.ask("POST", address, "hook", body=bytes(6 * 1024 * 1024))

    assert isinstance(sent, Answer)
    assert isinstance(raw, Answer)
    assert [len(body) > 6 * 1024 * 1024 - 1 for _, body in seen] == [True, True]


@contextmanager
def one_request(seen: list[tuple[bytes, bytes]], pause: float = 0.0) -> Iterator[str]:
    """A server that reads slowly and keeps what it read."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            left, read = int(self.headers["Content-Length"]), b""
            while left:
                piece = self.rfile.read(min(left, 128 * 1024))
                threading.Event().wait(pause)
                left -= len(piece)
                read += piece
            seen.append((str(self.headers).replace("\n", "\r\n").encode(), read))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with serving(http.server.HTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def serving(server: http.server.HTTPServer) -> Iterator[int]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def with_own_root() -> Iterator[str]:
    """A server whose certificate only its own root vouches for."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server) as port:
        yield f"https://127.0.0.1:{port}/"


def test_an_unknown_root_is_trusted_only_where_it_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whatever the environment trusts instead of the usual certificates must neither help nor disturb.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATES / "root.pem"))
    with with_own_root() as address:
        monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
        named = way(ca_file=CERTIFICATES / "root.pem", timeout=(5, 5)).ask("GET", address, "me")
        other = way(timeout=(5, 5)).ask("GET", address, "me")

    assert isinstance(named, Answer)
    assert named.status == 204
    assert isinstance(other, Failed)
    assert other.of_a_write() == RetryLater("tls", counts=False)


NOBODY = Supplies(*[cast("Any", None)] * 3)
VK = {"VK_GROUP_ID": "1", "VK_GROUP_TOKEN": "key"}


def test_the_root_and_the_proxy_that_are_named_in_the_settings_are_used() -> None:
    max_, telegram = (
        {"MAX_TOKEN": "key", "MAX_CHAT_ID": "-7"},
        {"TELEGRAM_BOT_TOKEN": "7:key", "TELEGRAM_CHAT_ID": "@a"},
    )
    with with_own_root() as address, fault_server(answers({"ok": True, "result": {}})) as proxy:
        for ca_file, reason in (({}, "tls"), ({"MAX_CA_FILE": str(CERTIFICATES / "root.pem")}, "http_204")):
            told = read_settings(None, {**VK, **max_, "MAX_API_URL": address, **ca_file})
            target = MaxTarget.from_settings(told, NOBODY)
            assert target is not None
            assert target.health().reason == reason
        way_out = {
            "TELEGRAM_API_URL": "http://network.invalid",
            "TELEGRAM_PROXY": proxy.url.removesuffix("/method/"),
        }
        through = TelegramTarget.from_settings(read_settings(None, {**VK, **telegram, **way_out}), NOBODY)
        assert through is not None
        through.health()

    assert proxy.asked[0].path == "/bot7:key/getMe"


def test_a_file_that_cannot_be_read_never_left(tmp_path: Path) -> None:
    gone, unknown_root = tmp_path / "gone.png", tmp_path / "gone.pem"
    with fault_server(answers({})) as server:
        for http, files in ((way(), [Upload("photo", "a", gone)]), (way(ca_file=unknown_root), [])):
            failed = http.ask("POST", server.url, "sendPhoto", files=files)
            assert failed == Failed("FileNotFoundError", sent=False)

    assert server.asked == []
