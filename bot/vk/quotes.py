"""What a message carries of others: forwarded and answered messages, and posts of walls attached to it.

Pure and tolerant like :mod:`bot.vk.posts`.  An empty list and a missing key say the same: look deeper.  What of it
becomes news is decided by the handlers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from bot.vk.posts import attachment_of
from bot.vk.scalars import cmid_of, items, mapping, number, words
from editorial.suggestion import Attachment, Content
from handlers.events import Quote

#: How deep forwards are followed, and how many of them are taken.
_DEEPEST: Final = 8
_MOST: Final = 40
_POSTS: Final = frozenset({"wall", "wall_reply"})


def quotes_of(message: Mapping[str, Any], group_id: int) -> tuple[Quote, ...]:
    """In the order in which they are shown; what the community itself wrote is left out."""
    return tuple(islice(_within(message, group_id, 0), _MOST))


def attachments_within(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The attachments of a message and of everything in it."""
    inner = (one for quote in quotes_of(message, 0) for one in quote.content.attachments)
    return (*own_attachments(message), *inner)


def own_attachments(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The attachments without the posts that can be read as quotes."""
    return tuple(attachment_of(raw) for raw in items(message.get("attachments")) if not any(_of_posts(raw, 0)))


def _within(message: Mapping[str, Any], group_id: int, depth: int) -> Iterator[Quote]:
    if depth > _DEEPEST:
        return
    answered = mapping(message.get("reply_message"))
    if answered and depth == 0:
        for quote in _of_message(answered, group_id, depth):
            yield Quote(quote.content, quote.link, cmid_of(answered), answered=True)
    for inner in items(message.get("fwd_messages")):
        yield from _of_message(mapping(inner), group_id, depth)
    for raw in items(message.get("attachments")):
        yield from _of_posts(raw, depth)


def _of_message(message: Mapping[str, Any], group_id: int, depth: int) -> Iterator[Quote]:
    if group_id and number(message.get("from_id")) == -group_id:
        return
    content = Content(words(message.get("text")) or words(message.get("body")), own_attachments(message))
    if _says_something(content):
        yield Quote(content)
    yield from _within(message, group_id, depth + 1)


def _of_posts(raw: object, depth: int) -> Iterator[Quote]:
    """An attached post of a wall and the posts it repeats, as far as they say anything."""
    outer = mapping(raw)
    kind = words(outer.get("type"))
    if kind in _POSTS and depth <= _DEEPEST:
        post = mapping(outer.get(kind))
        yield from _of_post(post)
        for repeated in items(post.get("copy_history")):
            yield from _of_post(mapping(repeated))


def _of_post(post: Mapping[str, Any]) -> Iterator[Quote]:
    content = Content(words(post.get("text")), tuple(map(attachment_of, items(post.get("attachments")))))
    if _says_something(content):
        owner = number(post.get("owner_id")) or number(post.get("to_id")) or number(post.get("from_id"))
        post_id = number(post.get("post_id")) or number(post.get("id"))
        yield Quote(content, f"https://vk.com/wall{owner}_{post_id}" if owner and post_id else None)


def _says_something(content: Content) -> bool:
    return bool(content.text.strip() or content.attachments)
