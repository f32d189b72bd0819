"""Reads VK's wall records and attachments.

Pure and tolerant: a key that is missing, null or of another type costs that one fact and never the record.
What a record leads to is decided by the handlers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from bot.vk.scalars import EPOCH, items, mapping, moment, number, person, words
from editorial.markup import unwrapped
from editorial.networks import Reach
from editorial.suggestion import Attachment, Content
from handlers.events import WallOther, WallPublished, WallSuggested

WallRecord = WallSuggested | WallPublished | WallOther

MOST_ATTACHMENTS: Final = 10
SIZE_LETTERS: Final = "smxopqryzw"
"""Photo sizes from the smallest to the largest, for photos that do not tell their measures."""


def attachment_of(raw: object) -> Attachment:
    """One attachment; of the kind "unknown" when it cannot be read."""
    outer = mapping(raw)
    kind = words(outer.get("type"))[:40]
    if not kind:
        return Attachment("unknown")
    inner = mapping(outer.get(kind))
    owner = number(inner.get("owner_id"))
    if owner is None and kind == "wall":
        owner = number(inner.get("to_id")) or number(inner.get("from_id"))
    width, height = _measures(kind, inner)
    return Attachment(
        kind=kind,
        owner_id=owner,
        media_id=number(inner.get("id")),
        access_key=words(inner.get("access_key")) or words(outer.get("access_key")) or None,
        url=_address(kind, inner),
        title=_title(kind, inner),
        preview=_preview(kind, inner),
        width=width,
        height=height,
        answers=_answers(kind, inner),
        several=True if kind == "poll" and inner.get("multiple") in (True, 1) else None,
    )


def attachments_of(raw: object) -> tuple[Attachment, ...]:
    return tuple(attachment_of(item) for item in items(raw))


def _answers(kind: str, inner: Mapping[str, Any]) -> str | None:
    told = (words(mapping(answer).get("text")) for answer in items(inner.get("answers"))) if kind == "poll" else ()
    return "\n".join(" ".join(one.split()) for one in told if one.strip()) or None


def _address(kind: str, inner: Mapping[str, Any]) -> str | None:
    if kind in ("photo", "posted_photo"):
        return largest_picture(inner)
    if kind == "audio_message":
        return words(inner.get("link_mp3")) or words(inner.get("link_ogg")) or None
    address = words(inner.get("url")) or words(inner.get("view_url")) or None
    return unwrapped(address) if address is not None and kind == "link" else address


def _title(kind: str, inner: Mapping[str, Any]) -> str | None:
    if kind == "audio":
        named = [words(inner.get("artist")), words(inner.get("title"))]
        return " — ".join(name for name in named if name) or None
    for key in ("title", "question", "name", "text"):
        if found := words(inner.get(key)):
            return found
    return None


def _preview(kind: str, inner: Mapping[str, Any]) -> str | None:
    if kind in ("photo", "posted_photo"):
        return None
    if kind == "doc":
        return largest_picture(mapping(mapping(inner.get("preview")).get("photo")))
    if kind == "link":
        return largest_picture(mapping(inner.get("photo")))
    pictures = items(inner.get("image")) or items(inner.get("first_frame")) or items(inner.get("images"))
    return _largest(pictures)


def largest_picture(photo: Mapping[str, Any]) -> str | None:
    """The address of a photo's largest picture."""
    return _largest(_pictures(photo)) or words(photo.get("url")) or None


def _pictures(photo: Mapping[str, Any]) -> list[object]:
    original = photo.get("orig_photo")
    return [*items(photo.get("sizes")), *items(photo.get("images")), *([original] if original else [])]


def _measures(kind: str, photo: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Width and height of a photo's largest picture; None, None when VK does not tell them."""
    if kind not in ("photo", "posted_photo"):
        return None, None
    told = [
        (number(picture.get("width")) or 0, number(picture.get("height")) or 0)
        for picture in map(mapping, [photo, *_pictures(photo)])
    ]
    width, height = max(told, key=lambda measures: measures[0] * measures[1])
    return (width, height) if width > 0 and height > 0 else (None, None)


def _largest(pictures: Iterable[object]) -> str | None:
    best, address = (-1, -1), None
    for picture in map(mapping, pictures):
        url = words(picture.get("url")) or words(picture.get("src"))
        area = (number(picture.get("width")) or 0) * (number(picture.get("height")) or 0)
        rank = (area, SIZE_LETTERS.find(words(picture.get("type")) or " "))
        if url and rank > best:
            best, address = rank, url
    return address


def content_of(post: Mapping[str, Any]) -> Content:
    return Content(words(post.get("text")), attachments_of(post.get("attachments")))


def post_type_of(post: Mapping[str, Any]) -> str:
    """``suggest``, ``post``, ``postpone``, …; empty when VK does not say and nothing tells."""
    said = words(post.get("post_type")) or words(post.get("type"))
    if said and said != "wall":
        return said
    writer, owner = number(post.get("from_id")) or 0, number(post.get("owner_id")) or 0
    if writer > 0 > owner and "signer_id" not in post:
        return "suggest"  # a visitor's record without a type: at worst a card too many
    return ""


def wall_record(raw: object, owner_id: int, otherwise: datetime = EPOCH) -> WallRecord | None:
    """The wall record in VK's ``raw`` object; None when it has no id.

    ``owner_id`` is the wall it stands on when the record does not say, ``otherwise`` its time in that case.
    """
    post = mapping(raw)
    post_id = number(post.get("id")) or number(post.get("post_id"))
    if not post_id:
        return None
    owner = number(post.get("owner_id")) or number(post.get("to_id")) or owner_id
    kind = post_type_of(post)
    if kind == "suggest":
        return suggested(post, owner, post_id, otherwise)
    if mapping(post.get("donut")).get("is_donut"):
        return WallOther(owner, post_id, "donut")
    if kind == "post":
        return published(post, owner, post_id, otherwise)
    return WallOther(owner, post_id, kind)


def suggested(post: Mapping[str, Any], owner: int, post_id: int, otherwise: datetime = EPOCH) -> WallSuggested:
    signer = person(post.get("signer_id"))
    author = signer if signer and signer > 0 else person(post.get("from_id")) or person(post.get("created_by"))
    return WallSuggested(owner, post_id, author, content_of(post), moment(post.get("date"), otherwise))


def published(post: Mapping[str, Any], owner: int, post_id: int, otherwise: datetime = EPOCH) -> WallPublished:
    return WallPublished(
        owner_id=owner,
        post_id=post_id,
        content=content_of(post),
        signer_id=person(post.get("signer_id")),
        created_by=person(post.get("created_by")),
        postponed_id=person(post.get("postponed_id")),
        at=moment(post.get("date"), otherwise),
        from_id=person(post.get("from_id")),
        reach=_reach(post),
    )


def _reach(post: Mapping[str, Any]) -> Reach:
    """Views, likes, reposts and comments as far as VK tells them."""
    counts = (number(mapping(post.get(name)).get("count")) for name in ("views", "likes", "reposts", "comments"))
    return Reach(*counts)


def references(attachments: Iterable[Attachment]) -> tuple[tuple[str, ...], tuple[Attachment, ...]]:
    """What can be given back to VK, and what cannot.

    At most ten attachments, one link among them; things without an id (an unknown kind, an event) stay out.
    """
    taken: list[str] = []
    left_out: list[Attachment] = []
    link_taken = False
    for attachment in attachments:
        reference = attachment.reference
        is_link = attachment.kind == "link"
        if not reference or len(taken) == MOST_ATTACHMENTS or (is_link and link_taken):
            left_out.append(attachment)
            continue
        link_taken = link_taken or is_link
        taken.append(reference)
    return tuple(taken), tuple(left_out)
