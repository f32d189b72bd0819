"""The wall of the neighbour community, shown beside the other networks; it is written through VK's own methods."""

from __future__ import annotations

from typing import Any

from sandbox.networks.base import Call, Platform, Reply, platform
from sandbox.records import Post
from sandbox.walls import attachment_views

COMMUNITY = 2


@platform
class Neighbour(Platform):
    """Community 2 as its readers see it."""

    name = "neighbour"
    title = "Соседнее сообщество ВКонтакте"

    def method(self, call: Call) -> str:  # noqa: ARG002  # it has none of its own
        return "nothing"

    def answer(self, call: Call) -> Reply:  # noqa: ARG002
        return Reply(404, b"")

    def struck(self, code: int, text: str) -> Reply:  # noqa: ARG002
        return Reply(404, b"")

    def view(self) -> dict[str, Any]:
        wall = self.world.wall(-COMMUNITY)
        return {
            "chat": {"title": self.world.groups[COMMUNITY].name},
            "posts": [self._post(post) for post in reversed(wall.posts.values())],
        }

    def _post(self, post: Post) -> dict[str, Any]:
        """A post the way the sandbox shows those of other networks; a repost shows what it repeats."""
        shown = [post, *post.copy_history]
        attachments = [item for one in shown for item in attachment_views(self.world, one.attachments)]
        return {
            "id": post.id,
            "date": post.date,
            "text": "\n\n".join(one.text for one in shown if one.text),
            "edited": bool(post.edited),
            "pictures": [item["photo"]["orig_photo"]["url"] for item in attachments if item["type"] == "photo"],
            "others": [item for item in attachments if item["type"] != "photo"],
            "links": [f"https://vk.com/wall{old.owner_id}_{old.id}" for old in post.copy_history],
            "link": f"https://vk.com/wall-{COMMUNITY}_{post.id}",
        }
