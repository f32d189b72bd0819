"""MAX: the sandbox's channel, which its bot can read."""

from __future__ import annotations

import html
import re

from bot.targets.http import Http
from bot.targets.max import TEXT_LIMIT, MaxApi, MaxTarget
from bot.targets.pace import ChannelPace
from editorial.networks import Part
from editorial.post import utf16_length
from sandbox.networks.max import CHANNEL, TOKEN
from tests.targets.rig import Rig, Seen


class MaxRig(Rig):
    makes = ("max.messages",)
    edits = ("max.messages.edit",)
    removes = ("max.messages.delete",)
    secrets = (TOKEN,)
    says_nothing = (
        (
            "max.messages.read",
            (
                '{"messages": []}',
                '{"messages": ["?"]}',
                '{"messages": [{"body": {"mid": "mid.1", "text": "?"}}]}',
                '{"messages": [{"timestamp": 1795700000, "body": {"mid": "mid.1", "text": "?"}}]}',
                '{"messages": [{"timestamp": 1795700000000, "body": null}]}',
            ),
        ),
    )

    def build(self, url: str) -> MaxTarget:
        http = Http("max", secret=[TOKEN], timeout=(1, 1.5))
        return MaxTarget(self.media, MaxApi(http, f"{url}/max", TOKEN), CHANNEL, pace=ChannelPace(0))

    def seen(self) -> list[Seen]:
        posts = self.vk.state(only="networks")["networks"]["max"]["posts"]
        return [
            Seen(
                (post["id"],),
                post["text"],
                tuple(post["pictures"]),
                post["edited"],
                tuple(item["url"] for item in post["markup"] if "url" in item),
            )
            for post in reversed(posts)
        ]

    def words(self, part: Part) -> str:
        return html.unescape(re.sub(r"</?a\b[^>]*>", "", part.body["text"]))

    def links(self, part: Part) -> list[str]:
        return [html.unescape(url) for url in re.findall(r'<a href="([^"]*)">', part.body["text"])]

    def length(self, part: Part) -> tuple[int, int]:
        return utf16_length(part.body["text"]), TEXT_LIMIT

    def kill_key(self) -> None:
        self.vk.do("network", network="max", what="key", set="revoked")


RIG = MaxRig
