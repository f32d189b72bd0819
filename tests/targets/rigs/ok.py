"""Odnoklassniki: the sandbox's group. Its text has no links, addresses are written out."""

from __future__ import annotations

import re

from bot.targets.ok import TEXT_LIMIT, Ok
from bot.targets.ok_api import OkApi
from editorial.markup import parse
from editorial.networks import Part
from editorial.post import utf16_length
from editorial.render import plain
from sandbox.networks import ok
from tests.sandbox_client import Json
from tests.targets.rig import Rig, Seen


class OkRig(Rig):
    makes = ("ok.mediatopic.post",)
    edits = ("ok.mediatopic.edit",)
    removes = ("ok.mediatopic.deleteTopic",)
    secrets = (ok.ACCESS_TOKEN, ok.APPLICATION_SECRET)
    says_nothing = (
        (
            "ok.group.getStatTopics",
            (
                '{"topics": [{"ID": "1"}]}',
                '{"topics": ["?"]}',
                "{}",
            ),
        ),
        (
            "ok.mediatopic.getByIds",
            (
                '{"media_topics": [{"id": "1"}]}',
                '{"media_topics": [{"id": "1", "media": [{"type": "text", "text_tokens": []}]}]}',
                '{"media_topics": ["?"]}',
            ),
        ),
    )

    def build(self, url: str) -> Ok:
        api = OkApi(
            f"{url}/ok/fb.do",
            ok.APPLICATION_KEY,
            ok.ACCESS_TOKEN,
            ok.APPLICATION_SECRET,
            spacing=0,
            timeout=(1, 1.5),
        )
        return Ok(self.media, api, ok.GROUP_ID, upload_hosts={"127.0.0.1"})

    def seen(self) -> list[Seen]:
        posts = self.vk.state(only="networks")["networks"]["ok"]["posts"]
        return [
            Seen((post["id"],), post["text"], tuple(post["pictures"]), post["edited"], tuple(post["links"]))
            for post in reversed(posts)
        ]

    def words(self, part: Part) -> str:
        return "".join(block["text"] for block in part.body["media"] if block["type"] == "text")

    def links(self, part: Part) -> list[str]:
        return re.findall(r"https?://[^\s)]+", self.words(part))

    def length(self, part: Part) -> tuple[int, int]:
        return utf16_length(self.words(part)), TEXT_LIMIT

    def source(self, vk_text: str) -> str:
        return plain(parse(vk_text))

    def too_often(self, seconds: int) -> Json:
        return {"what": "error", "code": 8}

    def kill_key(self) -> None:
        self.vk.do("network", network="ok", what="session", set="revoked")


RIG = OkRig
