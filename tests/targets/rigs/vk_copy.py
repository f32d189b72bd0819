"""Other VK communities: the neighbour of the sandbox, which the same editor manages."""

from __future__ import annotations

from bot.targets.vk_copy import VkCopy
from bot.vk.client import VkClient, VkKey
from editorial.markup import parse
from editorial.networks import Part
from editorial.post import TEXT_LIMIT, utf16_length
from tests.sandbox_client import Json
from tests.targets.rig import LINK, Rig, Seen

KEY = "editor-key"
SOURCE = f"Источник: {LINK.removeprefix('https://')}"


class VkCopyRig(Rig):
    makes = ("wall.post",)
    edits = ("wall.edit",)
    removes = ("wall.delete",)
    secrets = (KEY,)
    says_nothing = (("wall.get", ('{"response": {}}', '{"response": {"count": 2}}')),)
    takes = frozenset({"video", "poll"})

    def build(self, url: str) -> VkCopy:
        client = VkClient(VkKey("user", KEY), f"{url}/method/", rate=1000, timeout=(1, 1.5), wall_gap=0)
        return VkCopy(self.media, client, (2,))

    def seen(self) -> list[Seen]:
        posts = self.vk.state(only="networks")["networks"]["neighbour"]["posts"]
        return [
            Seen(
                (str(post["id"]),),
                parse(post["text"]).text.removesuffix(SOURCE).rstrip(),
                tuple(post["pictures"]),
                post["edited"],
                tuple(span.url for span in parse(post["text"]).spans),
            )
            for post in reversed(posts)
        ]

    def words(self, part: Part) -> str:
        return parse(part.body["text"]).text

    def links(self, part: Part) -> list[str]:
        return [span.url for span in parse(part.body["text"]).spans]

    def length(self, part: Part) -> tuple[int, int]:
        return utf16_length(part.body["text"]), TEXT_LIMIT

    def kill_key(self) -> None:
        self.vk.token(KEY, "revoked")

    def too_often(self, seconds: int) -> Json:
        """VK names no time; it says that the same was done too often."""
        return {"what": "error", "code": 9, "text": f"Flood control, {seconds}"}


RIG = VkCopyRig
