"""What people attach to posts and messages, made as VK has it."""

from __future__ import annotations

from sandbox import walls
from sandbox.attachments import MESSAGES_ALBUM
from sandbox.records import Attachment, Json
from sandbox.world import World


def make_attachments(world: World, owner_id: int, body: Json, *, in_message: bool = False) -> list[Attachment]:
    """Photos drawn for the person, then other things: `video`, `link:https://…`, or objects as VK has them."""
    found = walls.drawn_photos(world, owner_id, body.get("photos") or 0)
    for item in found if in_message else ():
        if item.photo is not None:  # kept with the messages: a wall does not take it as it is
            item.photo.origin, item.photo.album_id = "messages", MESSAGES_ALBUM
    for item in body.get("attachments") or []:
        if isinstance(item, dict):
            kind = item["type"]
            made = Attachment(kind, None, dict(item[kind]))
        else:
            kind, _, detail = item.partition(":")
            made = Attachment(kind, None, _thing(world, owner_id, kind, detail))
        world.media[made.identity] = made
        found.append(made)
    return found


def _thing(world: World, owner_id: int, kind: str, detail: str) -> Json:
    if kind == "link":
        return {"url": detail or "https://example.org/", "title": detail or "example.org", "description": ""}
    number = world.new_id()
    if kind == "poll":
        return {"id": number, "owner_id": owner_id, **_poll(world, detail or "Опрос")}
    thing: Json = {"id": number, "owner_id": owner_id, "access_key": world.secret(kind, number)[:18]}
    thing["date"] = world.clock.seconds()
    thing["title"] = detail or {"video": "Видео", "doc": "Документ.pdf"}.get(kind, kind)
    if kind == "video":
        thing.update(duration=61, image=[], can_play=1)
    if kind == "audio":
        thing.update(artist="Хор", duration=61, url="")
    if kind == "doc":
        world.uploads[f"doc{number}"] = {"kind": "file", "content": _A_DOCUMENT}
        address = f"{world.base_url}/cdn/doc{number}?e={world.picture_expiry()}"
        thing.update(size=len(_A_DOCUMENT), ext="pdf", type=1, url=address)
    return thing


#: The smallest document there is: one empty page.
_A_DOCUMENT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def _poll(world: World, question: str) -> Json:
    switches = "can_edit can_report can_share can_vote closed disable_unvote is_board multiple anonymous"
    return {
        **dict.fromkeys(switches.split(), False),
        "question": question,
        "answers": [{"id": n, "text": text, "votes": 0, "rate": 0} for n, text in enumerate(("Да", "Нет"), 1)],
        "answer_ids": [],
        "votes": 0,
        "created": world.clock.seconds(),
        "end_date": 0,
    }
