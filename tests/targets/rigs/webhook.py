"""The webhook: the sandbox's receiver. Its text has no links, addresses are written out."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from bot.targets.webhook import MOST_BYTES, Webhook, minified
from editorial.markup import parse
from editorial.networks import Part
from editorial.render import plain
from sandbox.networks import webhook
from tests.targets.rig import Rig, Seen


class WebhookRig(Rig):
    makes = edits = removes = ("webhook.receive",)
    tells_when = True
    repeatable = True
    by_reference = True
    secrets = (webhook.SECRET, webhook.SECRET.removeprefix("whsec_"))

    def build(self, url: str) -> Webhook:
        address = f"{url}/webhook/hook"
        return Webhook(self.media, address, webhook.SECRET, ZoneInfo("Europe/Moscow"), timeout=(1, 1.5))

    def seen(self) -> list[Seen]:
        state = self.vk.state(only="networks")["networks"]["webhook"]
        ids = {one["data"]["number"]: one["id"] for one in reversed(state["received"])}
        return [
            Seen((ids[int(post["id"])],), post["text"], tuple(post["pictures"]), post["edited"])
            for post in reversed(state["posts"])
        ]

    def words(self, part: Part) -> str:
        text: str = part.body["text"]["plain"]
        return text

    def links(self, part: Part) -> list[str]:
        return re.findall(r"https?://[^\s)]+", self.words(part))

    def length(self, part: Part) -> tuple[int, int]:
        return len(minified(part.body)), MOST_BYTES

    def source(self, vk_text: str) -> str:
        return plain(parse(vk_text))

    def kill_key(self) -> None:
        self.vk.do("network", network="webhook", what="secret", set=webhook.SECRET[:-8] + "AAAAAAA=")


RIG = WebhookRig
