"""Feeds and pages: files in a folder, shown by a web server that knows nothing of them, read as readers do."""

from __future__ import annotations

import html
import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

from bot.targets.feeds import Feeds
from editorial.networks import Part
from tests.targets.rig import Rig, Seen, links_on, words_on


class FeedsRig(Rig):
    over_http = False
    repeatable = True
    page = True

    def build(self, url: str) -> Feeds:  # no platform of the sandbox takes part
        self.site = self.folder / "site"
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(self.site)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/"
        return Feeds(self.media, self.site, base, ZoneInfo("Europe/Moscow"), "Новости", "О советах")

    def seen(self) -> list[Seen]:
        path = self.site / "feed.json"
        items = json.loads(path.read_bytes())["items"] if path.exists() else []
        return [
            Seen(
                (item["id"].rpartition("/")[2],),
                words_on(item["content_html"]),
                tuple(one["url"] for one in item.get("attachments", ())),
                item["date_modified"] != item["date_published"],
                (*links_on(item["content_html"]), item.get("external_url", "")),
            )
            for item in reversed(items)
        ]

    def words_of_files(self) -> list[str]:
        files = (path for path in self.site.rglob("*") if path.suffix in (".xml", ".json", ".html"))
        return [html.unescape(path.read_text(encoding="utf-8")) for path in files if not path.name.startswith(".")]

    def words(self, part: Part) -> str:
        return words_on(part.body["html"])

    def links(self, part: Part) -> list[str]:
        return [*links_on(part.body["html"]), *(url for _, url in part.body["links"])]

    def length(self, part: Part) -> tuple[int, int]:
        return len(part.body["title"]), 100


RIG = FeedsRig


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing is told."""
