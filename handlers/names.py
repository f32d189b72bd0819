"""How people and communities are named in what moderators read."""

from __future__ import annotations

from editorial.suggestion import Author
from handlers import texts


def link_to(vk_id: int | None, author: Author | None) -> str:
    """A person or community as a link, by name when it is known."""
    if not vk_id:
        return texts.AUTHOR_UNKNOWN
    page = f"id{vk_id}" if vk_id > 0 else f"club{-vk_id}"
    return f"[{page}|{plain_name(author.name if author else '') or page}]"


def plain_name(name: str) -> str:
    """A name without the signs that would break a link."""
    return " ".join("".join(" " if sign in "[]|" else sign for sign in name).split())[:60]
