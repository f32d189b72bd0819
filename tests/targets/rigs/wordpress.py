"""WordPress: the sandbox's site. A post is a page, whose address is the same every time."""

from __future__ import annotations

import html
import re
from zoneinfo import ZoneInfo

from bot.targets.wordpress import Site, WordPress
from editorial.networks import Part
from sandbox.networks import wordpress
from tests.targets.rig import Rig, Seen


class WordPressRig(Rig):
    makes = ("wordpress.posts.create",)
    edits = ("wordpress.posts.edit",)
    removes = ("wordpress.posts.delete",)
    page = True
    secrets = (wordpress.PASSWORD,)

    def build(self, url: str) -> WordPress:
        site = Site(f"{url}/wordpress", wordpress.USER, wordpress.PASSWORD, timeout=(1, 1.5))
        return WordPress(self.media, site, "site", ZoneInfo("Europe/Moscow"))

    def seen(self) -> list[Seen]:
        posts = self.vk.state(only="networks")["networks"]["wordpress"]["posts"]
        return [
            Seen(
                (str(post["id"]),),
                _words(post["html"]),
                tuple(post["pictures"]),
                post["edited"],
                tuple(html.unescape(url) for url in re.findall(r'<a href="([^"]*)"', post["html"])),
            )
            for post in reversed(posts)
        ]

    def words(self, part: Part) -> str:
        return _words(part.body["html"])

    def links(self, part: Part) -> list[str]:
        return [html.unescape(url) for url in re.findall(r'<a href="([^"]*)"', part.body["html"])]

    def length(self, part: Part) -> tuple[int, int]:
        return len(part.body["title"]), 101

    def source(self, vk_text: str) -> str:
        return " ".join(super().source(vk_text).split())

    def kill_key(self) -> None:
        self.vk.do("network", network="wordpress", what="set", password="revoked")


RIG = WordPressRig


def _words(markup: str) -> str:
    """What a reader reads; blanks are as browsers show them."""
    inline = re.sub(r"</?a\b[^>]*>", "", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", inline)).split())
