"""WordPress: the sandbox's site. A post is a page, whose address is the same every time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.targets.wordpress import Site, WordPress
from editorial.networks import Part
from sandbox.networks import wordpress
from tests.targets.rig import Rig, Seen, links_on, words_on


class WordPressRig(Rig):
    makes = ("wordpress.posts.create",)
    edits = ("wordpress.posts.edit",)
    removes = ("wordpress.posts.delete",)
    page = True
    secrets = (wordpress.PASSWORD,)
    says_nothing = (
        ("wordpress.posts.list", ('["?"]', '[{"id": 5}]', '[{"id": "?", "slug": "vk-1-1"}]', '{"posts": []}')),
    )

    def build(self, url: str) -> WordPress:
        site = Site(f"{url}/wordpress", wordpress.USER, wordpress.PASSWORD, timeout=(1, 1.5))
        return WordPress(self.media, site, "site", ZoneInfo("Europe/Moscow"))

    def seen(self) -> list[Seen]:
        posts = self.vk.state(only="networks")["networks"]["wordpress"]["posts"]
        return [
            Seen(
                (str(post["id"]),),
                words_on(post["html"]),
                tuple(post["pictures"]),
                post["edited"],
                tuple(links_on(post["html"])),
            )
            for post in reversed(posts)
        ]

    def words(self, part: Part) -> str:
        return words_on(part.body["html"])

    def links(self, part: Part) -> list[str]:
        return links_on(part.body["html"])

    def length(self, part: Part) -> tuple[int, int]:
        return len(part.body["title"]), 101

    def kill_key(self) -> None:
        self.vk.do("network", network="wordpress", what="set", password="revoked")


RIG = WordPressRig
