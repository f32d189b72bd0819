"""Walls of other communities, written and read with an editor's key.

Says what stands there and puts things there; what is put there and what follows from a failure is decided by the
targets and the sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.vk.client import Call, VkClient, listed
from bot.vk.errors import VkError, VkTransport
from bot.vk.posts import content_of, post_type_of
from bot.vk.scalars import items, mapping, moment, number, person, words
from editorial.networks import Reach
from editorial.suggestion import Content

WRITE_TIMEOUT: Final = (5.0, 20.0)
EDITOR_LEVEL: Final = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """A post on a wall. ``original``: owner and number of the post it repeats, None when it repeats none."""

    owner_id: int
    post_id: int
    at: datetime
    content: Content
    from_id: int | None
    original: tuple[int, int] | None
    is_ad: bool
    pinned: bool
    reach: Reach


def standing(raw: object, owner_id: int) -> Standing | None:
    """A published post in VK's ``raw`` object; None for what not everybody may read, or nobody any more."""
    post = mapping(raw)
    post_id = number(post.get("id"))
    closed = mapping(post.get("donut")).get("is_donut") or post.get("is_deleted") or post.get("is_archived")
    if not post_id or closed or post_type_of(post) not in ("post", "reply", "copy", ""):
        return None
    repeated = next((mapping(one) for one in items(post.get("copy_history"))), None)
    original = None
    if repeated is not None:
        original = (number(repeated.get("owner_id")) or 0, number(repeated.get("id")) or 0)
    return Standing(
        owner_id=number(post.get("owner_id")) or owner_id,
        post_id=post_id,
        at=moment(post.get("date")),
        content=content_of(post),
        from_id=person(post.get("from_id")),
        original=original,
        is_ad=bool(number(post.get("marked_as_ads"))),
        pinned=bool(number(post.get("is_pinned"))),
        reach=Reach(
            *(number(mapping(post.get(what)).get("count")) for what in ("views", "likes", "reposts", "comments"))
        ),
    )


class OtherWalls:
    """All walls but our own, with one key. All methods raise VkError."""

    def __init__(self, client: VkClient) -> None:
        self.client = client

    def newest(self, owner_id: int, count: int = 100) -> tuple[Standing, ...]:
        """The newest posts of the wall's owner, newest first; a pinned one stands where its time puts it."""
        answer = self.client.call("wall.get", owner_id=owner_id, filter="owner", count=count)
        found = [post for raw in listed("wall.get", answer) if (post := standing(raw, owner_id))]
        return tuple(sorted(found, key=lambda post: (post.at, post.post_id), reverse=True))

    def page(self, owner_id: int, count: int, offset: int) -> tuple[Standing, ...]:
        """Posts of the wall's owner in the wall's order, from the one at ``offset``."""
        answer = self.client.call("wall.get", owner_id=owner_id, filter="owner", count=count, offset=offset)
        return tuple(post for raw in listed("wall.get", answer) if (post := standing(raw, owner_id)))

    def community(self, name: str) -> tuple[int, str] | None:
        """Number (positive) and name of the community with that number or screen name; None when there is none."""
        answer = self.client.call("groups.getById", group_id=name)
        listed = answer if isinstance(answer, list) else items(mapping(answer).get("groups"))
        found = mapping(listed[0]) if listed else {}
        group_id = number(found.get("id"))
        return (group_id, words(found.get("name"))) if group_id else None

    def read(self, owner_id: int, post_id: int) -> Standing | None:
        """The post, None when it is gone."""
        answer = self.client.call("wall.getById", posts=f"{owner_id}_{post_id}")
        found = listed("wall.getById", answer)
        return next((post for raw in found if (post := standing(raw, owner_id))), None)

    def seconds_until_write(self) -> float:
        return self.client.walls.seconds_left() if self.client.walls is not None else 0.0

    def post(self, owner_id: int, text: str, attachments: Sequence[str], *, guid: str) -> int:
        """A new post in the community's name; returns its number."""
        answer = self._write(
            "wall.post",
            owner_id=owner_id,
            from_group=True,
            message=text,
            attachments=list(attachments) or None,
            guid=guid,
        )
        return _post_id("wall.post", answer)

    def repost(self, owner_id: int, original: str) -> int:
        """A repost of ``wall-1_2`` in the community's name; returns the number of the new post."""
        return _post_id("wall.repost", self._write("wall.repost", object=original, group_id=-owner_id))

    def edit(self, owner_id: int, post_id: int, text: str, attachments: Sequence[str]) -> None:
        given = list(attachments) or None
        self._write("wall.edit", owner_id=owner_id, post_id=post_id, message=text, attachments=given)

    def delete(self, owner_id: int, post_id: int) -> None:
        self._write("wall.delete", owner_id=owner_id, post_id=post_id)

    def names(self, group_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
        """Name of each community, and the level of the key's owner in it: 0 nobody, 2 editor, 3 administrator."""
        answer = self.client.call("groups.getById", group_ids=list(group_ids), fields=["is_admin", "admin_level"])
        listed = answer if isinstance(answer, list) else items(mapping(answer).get("groups"))
        found = {}
        for group in map(mapping, listed):
            level = number(group.get("admin_level")) or 0
            found[number(group.get("id")) or 0] = (
                str(group.get("name", "")),
                level if group.get("is_admin") else 0,
            )
        return found

    def _write(self, method: str, **params: Any) -> Any:
        with self.client.walls.turn() if self.client.walls is not None else nullcontext():
            return self.client.make(Call(method, params, write=True), timeout=WRITE_TIMEOUT)


def _post_id(method: str, answer: object) -> int:
    new_id = number(mapping(answer).get("post_id"))
    if not new_id:
        raise VkTransport(method, "no_post_id", write=True)
    return new_id


def is_gone(error: VkError) -> bool:
    """Whether VK says that there is no such post, or that it may not be touched; reading tells which."""
    return getattr(error, "code", None) in (15, 100, 104, 210)
