"""The sandbox as a web server for feeds and pages, and the neighbour's wall beside the other networks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sandbox.server import Sandbox
from tests.sandbox_client import SandboxClient


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "news").mkdir(parents=True)
    (site / "index.html").write_text("<h1>Новости</h1>")
    (site / "rss.xml").write_text("<rss/>")
    (site / "news" / "214.html").write_text("<h1>214</h1>")
    (site / ".items.json").write_text("{}")
    pictures = [{"url": "p.jpg", "mime_type": "image/jpeg"}]
    item = {"id": "tag:here,2026:news/214", "title": "Первая", "url": "u", "attachments": pictures}
    feed = {"home_page_url": "http://here/pages/", "items": [item]}
    (site / "feed.json").write_text(json.dumps(feed))
    (tmp_path / "secret.txt").write_text("secret")
    return site


@pytest.fixture
def shown(folder: Path) -> Iterator[SandboxClient]:
    with Sandbox(port=0, pages=folder) as sandbox:
        yield SandboxClient(sandbox.url)


def get(client: SandboxClient, path: str, **headers: str) -> requests.Response:
    return requests.get(f"{client.url}/pages/{path}", headers=headers, timeout=5)


def test_the_site_is_served_with_its_types_and_not_sent_again_unchanged(shown: SandboxClient) -> None:
    assert "Новости" in get(shown, "").text
    assert get(shown, "news/214.html").headers["Content-Type"] == "text/html; charset=utf-8"
    feed = get(shown, "rss.xml")
    assert feed.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert get(shown, "rss.xml", **{"If-None-Match": feed.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "path", ["..%2fsecret.txt", "%2e%2e/secret.txt", ".items.json", "nothing.html", "news/%00"]
)
def test_nothing_else_is_shown(shown: SandboxClient, path: str) -> None:
    assert get(shown, path).status_code == 404


def test_the_state_tells_of_the_site_and_of_the_neighbour(shown: SandboxClient) -> None:
    shown.do("post_by_hand", user_id=501, group_id=2, text="У соседей", photos=1)
    networks = shown.state(only="networks")["networks"]
    [page] = networks["pages"]["posts"]
    assert (page["id"], page["title"], page["pictures"], page["links"]) == ("214", "Первая", ["p.jpg"], ["u"])
    [post] = networks["neighbour"]["posts"]
    assert (post["text"], len(post["pictures"]), post["link"]) == (
        "У соседей",
        1,
        f"https://vk.com/wall-2_{post['id']}",
    )
    assert networks["neighbour"]["chat"]["title"] == "Соседние новости"


def test_a_site_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    with Sandbox(port=0, pages=tmp_path / "later") as sandbox:
        client = SandboxClient(sandbox.url)
        assert get(client, "").status_code == 404
        assert client.state(only="networks")["networks"]["pages"]["posts"] == []
