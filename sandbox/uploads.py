"""Upload hosts: what `/upload/...` answers to a multipart form.

Checks field names, size and proportions like VK's hosts do; a refused picture comes back as an empty `photo`.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from sandbox.longpoll import COMPACT
from sandbox.pictures import picture_size
from sandbox.records import Json
from sandbox.world import World

MOST_BYTES = 50 * 1024 * 1024
MOST_RATIO = 20
PHOTO_FIELDS = {"photo", "file0", "file1", "file"}


def upload_address(world: World, kind: str, *, owner_id: int, user_id: int) -> str:
    """A fresh address that works for a while."""
    number = len(world.uploads) + 1
    ticket = world.secret("upload", number)[:16]
    world.uploads[ticket] = {
        "kind": kind,
        "owner_id": owner_id,
        "user_id": user_id,
        "until": world.clock.now() + world.variants.number("upload_seconds"),
        "server": 800000 + number % 1000,
        "ticket": True,
    }
    return f"{world.base_url}/upload/{kind}?ticket={ticket}"


def receive(world: World, query: str, content_type: str, body: bytes) -> Json:
    """The answer of the upload host as an object."""
    ticket = parse_qs(query).get("ticket", [""])[0]
    parts = multipart(content_type, body)
    with world.lock:
        address = world.uploads.get(ticket)
        if address is None or not address.get("ticket") or world.clock.now() > address["until"]:
            return {"error": "ERR_UPLOAD_EXPIRED_SESSION", "bwact": "do_add"}
        if address["kind"] == "doc":
            return _receive_document(world, ticket, address, parts)
        return _receive_photo(world, ticket, address, parts)


def _receive_document(world: World, ticket: str, address: Json, parts: dict[str, tuple[str, bytes]]) -> Json:
    if "file" not in parts or not parts["file"][1]:
        return {"error": "no_file"}
    name, content = parts["file"]
    number = f"{address['owner_id']}|0|{ticket}|{len(world.uploads)}"
    world.uploads[number] = {**address, "ticket": False, "saved": False, "file_name": name, "content": content}
    return {"file": number}


def _receive_photo(world: World, ticket: str, address: Json, parts: dict[str, tuple[str, bytes]]) -> Json:
    field = next((name for name in parts if name in PHOTO_FIELDS), None)
    content = parts[field][1] if field is not None else b""
    found = picture_size(content)
    number = len(world.uploads)
    secret = world.secret("hash", ticket, number)[:32]
    if found is None or not _allowed(found, len(content), world.variants.number("photo_sides")):
        return {"server": address["server"], "photo": "[]", "hash": secret}
    mime, width, height = found
    name = f"{world.secret('photo', ticket, number)[:18]}:x"
    world.uploads[name] = {
        **address,
        "ticket": False,
        "saved": False,
        "hash": secret,
        "content": content,
        "content_type": mime,
        "width": width,
        "height": height,
    }
    photo = [{"markers_restarted": True, "photo": name, "sizes": [["x", name, width, height]], "kid": secret[:16]}]
    return {"server": address["server"], "photo": json.dumps(photo, separators=COMPACT), "hash": secret}


def _allowed(found: tuple[str, int, int], length: int, most_sides: float) -> bool:
    _, width, height = found
    if not width or not height or length > MOST_BYTES or width + height > most_sides:
        return False
    return max(width, height) <= MOST_RATIO * min(width, height)


def multipart(content_type: str, body: bytes) -> dict[str, tuple[str, bytes]]:
    """Fields of a multipart form: name to file name and content. Nothing for any other body."""
    mark = "boundary="
    if not content_type.startswith("multipart/form-data") or mark not in content_type:
        return {}
    boundary = b"--" + content_type.split(mark, 1)[1].split(";", maxsplit=1)[0].strip('" ').encode()
    parts: dict[str, tuple[str, bytes]] = {}
    for piece in body.split(boundary)[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        fields: dict[str, Any] = {}
        for item in head.decode("utf-8", "replace").replace("\r\n", ";").split(";"):
            name, _, value = item.strip().partition("=")
            fields[name] = value.strip('"')
        if "name" in fields:
            parts[fields["name"]] = (fields.get("filename", ""), content.removesuffix(b"\r\n"))
    return parts
