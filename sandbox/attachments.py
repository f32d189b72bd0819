"""From attachment strings (`photo-1_5_key`, a link) to attachments, with VK's silent droppings.

Decides what may stand on a wall and what in a message; a malformed string is an error, an object the
caller may not use is left out without a word.
"""

from __future__ import annotations

import re

from sandbox.api import Call
from sandbox.errors import VkError, invalid
from sandbox.records import Attachment, Json, Photo
from sandbox.walls import view

PATTERN = re.compile(r"^([a-z_]+?)(-?\d+)_(\d+)(?:_([\w-]+))?$")
TYPES = {
    "photo",
    "video",
    "audio",
    "doc",
    "wall",
    "poll",
    "market",
    "article",
    "album",
    "audio_playlist",
    "podcast",
    "clip",
    "graffiti",
    "note",
    "page",
    "event",
    "story",
    "audio_message",
}
MOST = 10
MESSAGES_ALBUM = -3
SUGGEST_ALBUM = -8


def for_wall(call: Call, strings: list[str], owner_id: int, *, of_suggestion: int = 0) -> list[Attachment]:
    """Attachments of a wall post; `of_suggestion` is the id of the suggestion being published, if any."""
    links = [text for text in strings if _is_link(text)]
    if len(links) > 1:
        raise invalid("attachments", "can contain only one link")
    if len(strings) - len(links) > MOST:
        raise invalid("attachments", f"can contain at most {MOST} items")
    found = []
    for text in strings:
        item = _link(call, text) if _is_link(text) else _object(call, text)
        if item is not None and _fits_wall(call, item, text, owner_id, of_suggestion):
            found.append(item)
    return found


def for_message(call: Call, text: str, group_id: int) -> list[Attachment]:
    """Attachments of a message."""
    strings = [part.strip() for part in text.split(",") if part.strip()]
    if len(strings) > MOST:
        raise invalid("attachment", f"can contain at most {MOST} items")
    found = []
    for part in strings:
        item = _object(call, part)
        if item is None or (item.photo is not None and not _visible(call, item.photo, part, group_id)):
            continue
        found.append(item)
    return found


def _is_link(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _link(call: Call, url: str) -> Attachment:
    pictured = call.world.variants["links_have_pictures"] and "nopicture" not in url
    if not pictured and not call.get("link_photo_id"):
        raise VkError(100, "link_photo_sizing_rule: link does not have a suitable picture")
    return Attachment("link", None, {"url": url, "title": call.get("link_title") or url, "description": ""})


def _object(call: Call, text: str) -> Attachment | None:
    match = PATTERN.match(text)
    if match is None or match.group(1) not in TYPES:
        raise invalid("attachments", f"contains an unknown item {text[:40]}")
    kind, owner, number, key = match.groups()
    if kind == "photo":
        photo = call.world.photos.get(int(number))
        if photo is None or photo.owner_id != int(owner) or (key and key != photo.access_key):
            return None
        return Attachment("photo", photo)
    if kind == "wall":
        return _wall(call, int(owner), int(number))
    return call.world.media.get(f"{kind}{owner}_{number}")


def _wall(call: Call, owner_id: int, post_id: int) -> Attachment | None:
    post = call.world.wall(owner_id).posts.get(post_id)
    if post is None:
        return None
    body: Json = view(call.world, post, manager=False)
    return Attachment("wall", None, body)


def _fits_wall(call: Call, item: Attachment, text: str, owner_id: int, of_suggestion: int) -> bool:
    photo = item.photo
    if photo is None:
        return True
    if photo.public:
        return True
    if photo.origin == "messages":
        jpeg_with_key = photo.content_type == "image/jpeg" and text.endswith(photo.access_key)
        return call.world.variants["community_messages_photo"] == "attach" and jpeg_with_key
    if photo.origin == "suggest":
        if photo.owner_id != owner_id:
            return False
        if call.by_group and not of_suggestion:
            return bool(call.world.variants["community_photo_album8"] == "attach")
        return True
    if photo.owner_id > 0:
        return _of_person(call, photo, text, owner_id, of_suggestion)
    return photo.owner_id == owner_id


def _of_person(call: Call, photo: Photo, text: str, owner_id: int, of_suggestion: int) -> bool:
    """A person's photo: their own, of the suggestion being published, or shown to all (or with its key)."""
    if photo.user_id == call.token.user_id:
        return True
    suggestion = call.world.wall(owner_id).suggests.get(of_suggestion)
    if suggestion is not None and any(item.photo is photo for item in suggestion.attachments):
        return True
    person = call.world.people.get(photo.owner_id)
    return person is not None and not person.closed and text.endswith(photo.access_key)


def _visible(call: Call, photo: Photo, text: str, group_id: int) -> bool:
    if photo.public or photo.owner_id == -group_id or text.endswith(photo.access_key):
        return True
    person = call.world.people.get(photo.owner_id)
    return person is not None and not person.closed
