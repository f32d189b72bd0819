"""Addresses of strangers: where they may lead, and what an answer may cost."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.config_file import read_settings
from bot.fetch import Fetcher, FetchFailed, Limits, is_public, net_locations
from bot.networks import own_hosts, site_hosts
from tests.media.server import breaks_off, drips, leads_to, sends
from tests.vk.fault_server import FaultServer, closes, fault_server, stalls, talks_nonsense

INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
    "168.63.129.16", "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2001:0:4136:e378:8000:63bf:80ff:fffe", "words", "192.0.0.192", "::127.0.0.1", "fec0::1",
    "64:ff9b:1::7f00:1", "::ffff:0:127.0.0.1", "5f00::1", "3fff::1",
]  # fmt: skip
OUTSIDE = ["87.240.132.67", "8.8.8.8", "2a00:bdc0::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


def fetch(url: str, own: frozenset[str] = frozenset(), most: int = 1000, **limits: float) -> bytes:
    with Fetcher(own, Limits(**limits)).opened(url) as answer:
        assert answer.status == 200
        return b"".join(answer.blocks(most))


def own(server: FaultServer) -> frozenset[str]:
    return net_locations(server.url)


@pytest.mark.parametrize("address", INSIDE)
def test_T67_addresses_of_machines_and_their_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
def test_T67_a_service_on_this_machine_is_not_even_connected_to(host: str) -> None:
    with fault_server(sends(b"secret")) as server:
        port = server.url.split(":")[2].split("/")[0]
        with pytest.raises(FetchFailed) as refused:
            fetch(f"http://{host}:{port}/latest/meta-data")
        assert (refused.value.reason, refused.value.passing) == ("address_refused", False)
        assert server.connections == 0


def test_T67_a_redirect_into_this_machine_is_refused() -> None:
    with fault_server(sends(b"secret")) as inner, fault_server(leads_to(f"{inner.url}x")) as outer:
        with pytest.raises(FetchFailed, match="address_refused"):
            fetch(outer.url, own(outer))
        assert (outer.connections, inner.connections) == (1, 0)


def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its address between the check and the connection gains nothing."""
    answers = iter(["127.0.0.1", "8.8.8.8", "8.8.8.8"])
    real = socket.getaddrinfo

    def swinging(host: str, port: int, *how: object, **more: object) -> object:
        return real(next(answers) if host == "swinging.invalid" else host, port)

    with fault_server(sends(b"secret")) as server:
        monkeypatch.setattr(socket, "getaddrinfo", swinging)
        with pytest.raises(FetchFailed, match="address_refused"):
            fetch(f"http://swinging.invalid:{server.url.split(':')[2].split('/')[0]}/")
        assert server.connections == 0
    assert next(answers) == "8.8.8.8"


def test_t67_a_stranger_s_address_does_not_lead_to_a_server_of_ours(tmp_path: Path) -> None:
    """Telegram's interface beside the bot is called by the bot; pictures and feeds come from VK and the public."""
    near = {"VK_API_URL": "http://127.0.0.1:1/method/", "TELEGRAM_API_URL": "http://127.0.0.1:2"}
    keys = {"VK_GROUP_ID": "1", "VK_GROUP_TOKEN": "key", "DATA_DIR": str(tmp_path)}
    assert own_hosts(read_settings(None, {**keys, **near})) == frozenset({"127.0.0.1:1"})
    assert site_hosts(read_settings(None, keys)) == frozenset({"api.vk.ru:443"})


def test_beside_a_vk_on_this_machine_an_editor_may_name_a_site_on_it(tmp_path: Path) -> None:
    """A rehearsal has its sites where it has its VK; the address of a cloud's own service is refused all the same."""
    keys = {"VK_GROUP_ID": "1", "VK_GROUP_TOKEN": "key", "DATA_DIR": str(tmp_path)}
    allowed = site_hosts(read_settings(None, {**keys, "VK_API_URL": "http://127.0.0.1:1/method/"}))
    with fault_server(sends(b"feed"), leads_to("http://169.254.169.254/")) as server:
        assert fetch(server.url, allowed) == b"feed"
        with pytest.raises(FetchFailed, match="address_refused"):
            fetch(server.url, allowed)


def test_a_service_of_the_settings_may_stand_on_this_machine() -> None:
    with fault_server(sends(b"feed")) as server:
        assert fetch(server.url, own(server)) == b"feed"
        assert net_locations(server.url, "https://api.vk.ru/method/", "") == own(server) | {"api.vk.ru:443"}


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://a.invalid/", "gopher://a.invalid/", "http://", "http://user:word@a.invalid/", "//a",
     "http://a.invalid:0/", "http://[::1", "javascript:alert(1)", "", "http://\x00/", "http://a b/"],
)  # fmt: skip
def test_other_kinds_of_addresses_are_refused(address: str) -> None:
    with pytest.raises(FetchFailed) as refused:
        fetch(address)
    assert refused.value.reason == "bad_address"


def test_redirects_are_followed_only_so_far() -> None:
    with fault_server() as server:
        server.then(leads_to("/two"), leads_to("three", 308), leads_to("/новости", 301), sends(b"here"))
        assert fetch(server.url, own(server)) == b"here"
        paths = [unquote(asked.path) for asked in server.asked]
        assert paths == ["/method/", "/two", "/three", "/новости"]
    with fault_server(leads_to("/again")) as server:
        with pytest.raises(FetchFailed, match="redirects"):
            fetch(server.url, own(server))
        assert len(server.asked) == 6


def test_a_body_is_taken_only_up_to_its_limit() -> None:
    with fault_server(sends(b"x" * 1000), sends(b"x" * 1001)) as server:
        assert len(fetch(server.url, own(server))) == 1000
        with pytest.raises(FetchFailed) as refused:
            fetch(server.url, own(server))
        assert (refused.value.reason, refused.value.passing) == ("too_large", False)


def test_a_body_that_says_it_is_too_long_is_not_even_begun() -> None:
    def announces(connection: socket.socket, asked: object) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 1001\r\n\r\n")

    with fault_server(announces) as server, pytest.raises(FetchFailed, match="too_large"):
        fetch(server.url, own(server))


def test_a_body_that_does_not_tell_its_length_is_counted() -> None:
    def endless(connection: socket.socket, asked: object) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"64\r\n" + b"x" * 100 + b"\r\n")

    with fault_server(endless) as server, pytest.raises(FetchFailed, match="too_large"):
        fetch(server.url, own(server))


@pytest.mark.parametrize("behaviour", [closes, talks_nonsense, breaks_off(b"half")])
def test_a_server_that_breaks_off_may_be_tried_again(behaviour: object) -> None:
    with fault_server(behaviour) as server, pytest.raises(FetchFailed) as failed:  # type: ignore[arg-type]
        fetch(server.url, own(server))
    assert failed.value.passing


@pytest.mark.parametrize("behaviour", [stalls, drips(b"x" * 100, 0.05)])
def test_silence_and_dripping_end_in_time(behaviour: object) -> None:
    with fault_server(behaviour) as server:  # type: ignore[arg-type]
        started = time.monotonic()
        with pytest.raises(FetchFailed) as failed:
            fetch(server.url, own(server), silence=0.5, whole=0.7)
        assert time.monotonic() - started < 3
    assert failed.value.passing


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(FetchFailed) as failed:
        fetch(address, net_locations(address))
    assert failed.value.passing
