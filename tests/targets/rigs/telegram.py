"""Telegram: the sandbox's channel with a log chat, in which uncertain posts are looked for."""

from __future__ import annotations

from bot.targets.http import Http
from bot.targets.pace import ChannelPace
from bot.targets.telegram import TelegramTarget
from bot.targets.telegram_api import TelegramApi
from bot.targets.telegram_story import CAPTION_LIMIT, TEXT_LIMIT
from editorial.networks import Part
from editorial.post import utf16_length
from sandbox.networks.telegram import LOG_CHAT, TOKEN
from tests.sandbox_client import Json
from tests.targets.rig import Rig, Seen


class TelegramRig(Rig):
    makes = tuple(
        f"telegram.send{what}"
        for what in ("Message", "Photo", "Video", "Animation", "Document", "MediaGroup", "Poll")
    )
    edits = tuple(f"telegram.editMessage{what}" for what in ("Text", "Caption", "Media"))
    removes = ("telegram.deleteMessages",)
    tells_when = True
    secrets = (TOKEN,)
    says_nothing = (("telegram.forwardMessage", ('{"ok": true, "result": true}', '{"ok": true}')),)

    def build(self, url: str) -> TelegramTarget:
        api = TelegramApi(Http("telegram", secret=[TOKEN], timeout=(1, 1.5)), f"{url}/telegram", TOKEN)
        return TelegramTarget(self.media, api, "@okmo_news", log_chat=str(LOG_CHAT), pace=ChannelPace(0))

    def seen(self) -> list[Seen]:
        posts = self.vk.state(only="networks")["networks"]["telegram"]["posts"]
        return [
            Seen(
                tuple(str(one) for one in post["ids"]),
                post["text"],
                tuple(post["pictures"]),
                post["edited"],
                tuple(entity["url"] for entity in post["entities"] if "url" in entity),
            )
            for post in reversed(posts)
        ]

    def log_chat(self) -> list[Json]:
        """What stands in the chat where posts in doubt are looked for."""
        found: list[Json] = self.vk.state(only="networks")["networks"]["telegram"]["log_chat"]
        return found

    def words(self, part: Part) -> str:
        text: str = part.body["text"]
        return text

    def links(self, part: Part) -> list[str]:
        units = part.body["text"].encode("utf-16-le")
        return [
            entity.get("url")
            or units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
            for entity in part.body["entities"]
            if entity["type"] in ("text_link", "url")
        ]

    def length(self, part: Part) -> tuple[int, int]:
        return utf16_length(part.body["text"]), TEXT_LIMIT if part.kind == "text" else CAPTION_LIMIT

    def kill_key(self) -> None:
        self.vk.do("network", network="telegram", what="key", set="revoked")


RIG = TelegramRig
