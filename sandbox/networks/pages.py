"""A web server that shows a folder: where the feeds and pages of the program under test are looked at.

Reads files only; a folder that is not there yet is an empty site.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sandbox.networks.base import Call, Platform, Reply, platform

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
FEEDS = {"rss.xml": "application/rss+xml; charset=utf-8", "atom.xml": "application/atom+xml; charset=utf-8"}


def _post(item: dict[str, Any]) -> dict[str, Any]:
    """An item of the feed the way the sandbox shows posts."""
    attachments = item.get("attachments", ())
    return {
        "id": item.get("id", "").rpartition("/")[2],
        "title": item.get("title", ""),
        "html": item.get("content_html", ""),
        "date": _seconds(item.get("date_published", "")),
        "edited": item.get("date_modified") != item.get("date_published"),
        "pictures": [one["url"] for one in attachments if one.get("mime_type", "").startswith("image/")],
        "links": [item["url"]] if item.get("url") else [],
    }


def _seconds(moment: str) -> int:
    try:
        return int(datetime.fromisoformat(moment).timestamp())
    except ValueError:
        return 0


@platform
class Pages(Platform):
    """The site in the folder ``world.pages_folder``."""

    name = "pages"
    title = "Страницы и ленты"

    def method(self, call: Call) -> str:  # noqa: ARG002  # it has one
        return "get"

    def answer(self, call: Call) -> Reply:
        path = self._file(unquote(call.path))
        if path is None or call.verb not in ("GET", "HEAD"):
            return Reply(404, b"<h1>404</h1>", TYPES[".html"])
        body = path.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if call.headers.get("if-none-match") == tag:
            return Reply(304, b"", headers={"ETag": tag})
        kind = FEEDS.get(path.name) or TYPES.get(path.suffix, "application/octet-stream")
        return Reply(200, body, kind, {"ETag": tag})

    def _file(self, path: str) -> Path | None:
        """The file at an address; hidden files and what lies outside the folder are not shown."""
        folder = self.world.pages_folder
        if folder is None or "\0" in path:
            return None
        wanted = (folder / path.lstrip("/")).resolve()
        if wanted.is_dir():
            wanted /= "index.html"
        inside = wanted.is_relative_to(folder.resolve())
        return wanted if inside and not wanted.name.startswith(".") and wanted.is_file() else None

    def struck(self, code: int, text: str) -> Reply:
        return Reply(code if 400 <= code < 600 else 500, text.encode(), TYPES[".html"])

    def view(self) -> dict[str, Any]:
        """What the site's own feed tells."""
        feed: dict[str, Any] = {}
        path = self._file("/feed.json")
        if path is not None:
            with contextlib.suppress(OSError, ValueError):
                feed = json.loads(path.read_bytes())
        return {"posts": [_post(item) for item in feed.get("items", ())], "url": feed.get("home_page_url")}
