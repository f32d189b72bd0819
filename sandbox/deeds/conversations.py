"""What people write and press, whom they let write to them, and what happens to the bot in chats."""

from __future__ import annotations

import json

from sandbox import talks
from sandbox.deeds.table import action, group_of, staff
from sandbox.deeds.things import make_attachments
from sandbox.records import CHAT_BASE, MESSAGE_STATES, Conversation, Json
from sandbox.world import World


def _peer(body: Json, user_id: int) -> int:
    peer = body.get("peer_id", "group")
    return int(peer) if peer not in ("group", None) and int(peer) > CHAT_BASE else user_id


@action("write")
def write(world: World, body: Json) -> Json:
    """A person writes to the community or into a chat; ``forward_cmids``: messages of the same conversation."""
    user_id = int(body["user_id"])
    text = body.get("text", "")
    attachments = make_attachments(world, user_id, body, in_message=True)
    forwarded = [int(cmid) for cmid in body.get("forward_cmids") or []]
    if not text and not attachments and not forwarded:
        raise ValueError("a message needs a text or something attached")
    payload = body.get("payload")
    message = talks.write(
        world,
        group_of(body),
        user_id,
        _peer(body, user_id),
        text,
        attachments=attachments,
        reply_to=body.get("reply_to_cmid"),
        forwarded=forwarded,
        payload=payload if payload is None or isinstance(payload, str) else json.dumps(payload),
    )
    return {"cmid": message.cmid, "message_id": message.id}


@action("answer_by_hand")
def answer_by_hand(world: World, body: Json) -> Json:
    """A manager (`by`) answers a person (`user_id`) in the community's dialog, in VK itself."""
    group_id, manager = group_of(body), staff(world, {**body, "user_id": body.get("by", 500)}, "moderator")
    conversation = talks.open_conversation(world, group_id, int(body["user_id"]))
    message = talks.post_message(world, group_id, conversation, -group_id, body["text"])
    message.admin_author_id = manager
    talks.announce_reply(world, group_id, conversation, message)
    return {"cmid": message.cmid}


@action("press")
def press(world: World, body: Json) -> Json:
    """A person presses a button by its label; `stale` an old one, `forged` one that never was."""
    user_id = int(body["user_id"])
    peer_id, cmid = _peer(body, user_id), body.get("cmid")
    payload = body.get("payload")
    if payload is not None and not isinstance(payload, str):
        payload = json.dumps(payload, ensure_ascii=False)
    if body.get("forged"):
        kind = body.get("as", "callback")
        return talks.forge(world, group_of(body), user_id, peer_id, cmid=cmid, payload=payload or "", kind=kind)
    if body.get("stale") and payload is not None:
        talks.place_of(world, group_of(body), user_id, peer_id)
        return talks.press_callback(world, group_of(body), user_id, peer_id, cmid, payload)
    return talks.press(
        world, group_of(body), user_id, peer_id, cmid=cmid, label=body["label"], stale=bool(body.get("stale"))
    )


@action("allow_messages")
def allow_messages(world: World, body: Json) -> Json:
    """A person allows the community to write."""
    person = world.people[int(body["user_id"])]
    if person.messages in {"blacklisted", "deleted"}:
        raise ValueError(f"{person.name} cannot: {person.messages}")
    person.messages = "allowed"
    world.emit(group_of(body), "message_allow", {"user_id": person.id, "key": body.get("key", "")})
    world.touch()
    return {}


@action("deny_messages")
def deny_messages(world: World, body: Json) -> Json:
    """A person forbids the community to write."""
    person = world.people[int(body["user_id"])]
    person.messages = "denied"
    world.emit(group_of(body), "message_deny", {"user_id": person.id})
    world.touch()
    return {}


@action("ban")
def ban(world: World, body: Json) -> Json:
    """A manager puts a person on the community's blacklist, or with `off` takes them off."""
    group, person, off = world.groups[group_of(body)], world.people[int(body["user_id"])], body.get("off")
    person.messages = "never_wrote" if off else "blacklisted"
    told: Json = {"admin_id": int(body.get("admin_id", 500)), "user_id": person.id}
    told |= {"by_end_date": 0} if off else {"unblock_date": 0, "reason": 0, "comment": ""}
    world.emit(group.id, "user_unblock" if off else "user_block", told)
    world.touch()
    return {}


@action("set_messages")
def set_messages(world: World, body: Json) -> Json:
    """Sets silently whether the community may write to a person."""
    if body["state"] not in MESSAGE_STATES:
        raise ValueError(f"messages are one of {sorted(MESSAGE_STATES)}")
    world.people[int(body["user_id"])].messages = body["state"]
    world.touch()
    return {}


def _chat(world: World, body: Json) -> Conversation:
    chat = world.conversations.get((group_of(body), int(body["peer_id"])))
    if chat is None or not chat.is_chat:
        raise ValueError(f"no chat {body['peer_id']}")
    return chat


@action("kick_bot")
def kick_bot(world: World, body: Json) -> Json:
    """The community is removed from a chat; it still hears of that."""
    chat = _chat(world, body)
    gone = {"type": "chat_kick_user", "member_id": -group_of(body)}
    talks.service_message(world, group_of(body), chat, int(body.get("user_id") or chat.owner_id), gone)
    chat.bot_present = chat.bot_admin = False
    world.touch()
    return {}


@action("invite_bot")
def invite_bot(world: World, body: Json) -> Json:
    """A person invites the community into a chat, perhaps a new one."""
    user_id, peer_id = int(body["user_id"]), int(body["peer_id"])
    if not world.groups[group_of(body)].bot_features:
        raise ValueError("the community cannot be invited: bot features are off")
    chat = world.conversations.get((group_of(body), peer_id))
    if chat is None:
        title, members = body.get("title", "Новая беседа"), [int(n) for n in body.get("members", [user_id])]
        chat = Conversation(peer_id, title, members, owner_id=user_id)
        world.conversations[(group_of(body), peer_id)] = chat
    if user_id not in chat.members:
        chat.members.append(user_id)
    chat.bot_present = True
    came = {"type": "chat_invite_user", "member_id": -group_of(body)}
    talks.service_message(world, group_of(body), chat, user_id, came)
    return {}


@action("set_chat")
def set_chat(world: World, body: Json) -> Json:
    """Rights of the community in a chat, its members and title."""
    chat = _chat(world, body)
    for name in ("bot_admin", "full_access", "title", "members"):
        if name in body:
            setattr(chat, name, body[name])
    world.touch()
    return {}
