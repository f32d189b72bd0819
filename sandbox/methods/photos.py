"""photos.* and docs.*: addresses to upload to, and saving what was uploaded."""

from __future__ import annotations

import json
from typing import Any

from sandbox import talks
from sandbox.api import Call, method
from sandbox.attachments import MESSAGES_ALBUM
from sandbox.errors import VkError, invalid
from sandbox.records import Attachment, Json
from sandbox.uploads import upload_address
from sandbox.walls import WALL_ALBUM, new_photo

LONGEST_CAPTION = 2048


# -- where to upload ---------------------------------------------------------------------------------


@method("photos.getWallUploadServer", "group_id:int", group=27, user="photos")
def get_wall_upload_server(call: Call) -> Json:
    """An address for a photo of one's own wall, or of a community one edits (its number positive)."""
    group_id = call.get("group_id", 0)
    if group_id:
        if group_id < 0:
            raise invalid("group_id")
        call.community(group_id)
        if call.level(group_id) < 1:
            raise VkError(15)
    url = upload_address(call.world, "wall", owner_id=-group_id or call.token.user_id, user_id=call.token.user_id)
    answer: Json = {"upload_url": url, "album_id": WALL_ALBUM, "user_id": call.token.user_id}
    if group_id:
        answer["group_id"] = group_id
    return {**answer, "fallback_upload_url": url}


@method("photos.getMessagesUploadServer", "peer_id:int", group="photos", user="messages")
def get_messages_upload_server(call: Call) -> Json:
    """An address for a photo in a message."""
    peer_id = call.get("peer_id", 0)
    if peer_id:
        talks.open_conversation(call.world, call.token.group_id, peer_id)
    url = upload_address(call.world, "messages", owner_id=-call.token.group_id, user_id=0)
    return {"upload_url": url, "album_id": MESSAGES_ALBUM, "user_id": 0, "group_id": call.token.group_id}


@method("docs.getWallUploadServer", "group_id:uint", group="docs", user="docs")
def get_wall_docs_server(call: Call) -> Json:
    """An address for a document on the wall."""
    group_id = call.get("group_id") or call.token.group_id
    if group_id and call.level(group_id) < 2:
        raise VkError(15)
    return {"upload_url": upload_address(call.world, "doc", owner_id=-group_id or call.token.user_id, user_id=0)}


@method(
    "docs.getMessagesUploadServer",
    "type:one(audio_message|doc|graffiti) peer_id:int",
    group="docs",
    user="messages",
)
def get_messages_docs_server(call: Call) -> Json:
    """An address for a document in a message."""
    if call.get("peer_id"):
        talks.open_conversation(call.world, call.token.group_id, call.get("peer_id"))
    return {"upload_url": upload_address(call.world, "doc", owner_id=-call.token.group_id, user_id=0)}


# -- saving ------------------------------------------------------------------------------------------


def _uploaded(call: Call, kind: str) -> tuple[Json, Json]:
    """The upload behind `photo`, `server` and `hash`. Raises VkError 100, 114, 118, 121, 129."""
    try:
        parts = json.loads(call.get("photo"))
    except ValueError as fault:
        raise VkError(129, "photo is invalid") from fault
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], dict):
        raise VkError(129, "photo is invalid")
    upload = call.world.uploads.get(str(parts[0].get("photo")))
    if upload is None or upload["kind"] != kind:
        raise VkError(129, "photo is invalid")
    if call.get("server") != upload["server"]:
        raise VkError(118)
    if call.get("hash") != upload["hash"] or upload["saved"]:
        raise VkError(121)
    return upload, parts[0]


def _save(call: Call, upload: Json, album_id: int, origin: str) -> Json:
    world = call.world
    photo = new_photo(
        world, upload["owner_id"], album_id, upload["user_id"], origin, upload["width"], upload["height"]
    )
    photo.content, photo.content_type = upload["content"], upload["content_type"]
    upload["saved"] = True
    upload["content"] = None
    return photo.view(world.base_url, world.picture_expiry())


@method(
    "photos.saveWallPhoto",
    f"user_id:uint group_id:uint photo:text! server:int hash:text latitude:number longitude:number "
    f"caption:text({LONGEST_CAPTION})",
    group=27,
    user="photos",
)
def save_wall_photo(call: Call) -> list[Json]:
    """The photo becomes that of the community it was uploaded for."""
    upload, _ = _uploaded(call, "wall")
    group_id = call.get("group_id", 0)
    if (-group_id or call.token.user_id) != upload["owner_id"]:
        raise VkError(114)
    saved = _save(call, upload, WALL_ALBUM, "wall")
    saved["text"] = call.get("caption", "")
    call.world.photos[saved["id"]].text = saved["text"]
    return [saved]


@method("photos.saveMessagesPhoto", "photo:text! server:int hash:text", group="photos", user="messages")
def save_messages_photo(call: Call) -> list[Json]:
    """The photo may stand in messages of the community."""
    upload, _ = _uploaded(call, "messages")
    return [_save(call, upload, MESSAGES_ALBUM, "messages")]


@method("docs.save", "file:text! title:text tags:text return_tags:bool", group="docs", user="docs")
def docs_save(call: Call) -> Json:
    """The document gets a number."""
    world = call.world
    upload = world.uploads.get(call.get("file"))
    if upload is None or upload["kind"] != "doc" or upload["saved"]:
        raise VkError(105)
    upload["saved"] = True
    number = world.new_id()
    name = upload["file_name"]
    doc: Json = {
        "id": number,
        "owner_id": upload["owner_id"],
        "title": call.get("title") or name,
        "size": len(upload["content"]),
        "ext": name.rpartition(".")[2] or "bin",
        "date": world.clock.seconds(),
        "type": 8,
        "url": f"{world.base_url}/cdn/doc{number}?e={world.picture_expiry()}",
        "access_key": world.secret("doc", number)[:18],
    }
    world.uploads[f"doc{number}"] = {"kind": "file", "content": upload["content"]}
    world.media[f"doc{doc['owner_id']}_{number}"] = Attachment("doc", None, doc)
    return {"type": "doc", "doc": dict(doc)}


@method("photos.getById", "photos:list(500)! extended:bool photo_sizes:bool", group=27, user="photos", service=True)
def get_by_id(call: Call) -> list[Any]:
    """Photos by `owner_id[_key]`; hidden and unknown ones are left out."""
    found = []
    for text in call.get("photos"):
        owner, _, rest = text.partition("_")
        number, _, key = rest.partition("_")
        photo = call.world.photos.get(int(number)) if number.isdigit() else None
        if photo is None or str(photo.owner_id) != owner:
            continue
        if photo.public or key == photo.access_key or call.level(-photo.owner_id) > 0:
            found.append(photo.view(call.world.base_url, call.world.picture_expiry()))
    return found
