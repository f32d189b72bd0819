"""messages.*: reading conversations, their members and history; pins, marks and permissions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox import talks
from sandbox.api import Call, method
from sandbox.errors import VkError, invalid, missing
from sandbox.methods.messages import conversation_of, group_of
from sandbox.methods.profiles import extend, people_and_groups
from sandbox.records import CHAT_BASE, Conversation, Json, Message


@method(
    "messages.isMessagesFromGroupAllowed", "group_id:uint(1..)! user_id:uint(1..)!", group="messages", user=True
)
def is_allowed(call: Call) -> Json:
    """May the community write to this person?"""
    group_id = call.get("group_id")
    if call.by_group and call.token.group_id != group_id:
        raise VkError(15)
    return {"is_allowed": int(talks.refusal(call.world, group_id, call.get("user_id")) == 0)}


def _conversation_view(call: Call, conversation: Conversation) -> Json:
    group_id = group_of(call)
    code = talks.refusal(call.world, group_id, conversation.peer_id)
    last = conversation.messages.get(conversation.last_cmid)
    local = conversation.peer_id - CHAT_BASE if conversation.is_chat else conversation.peer_id
    shown: Json = {
        "peer": {
            "id": conversation.peer_id,
            "type": "chat" if conversation.is_chat else "user",
            "local_id": local,
        },
        "last_message_id": last.id if last is not None else 0,
        "last_conversation_message_id": conversation.last_cmid,
        "in_read": conversation.read_cmid,
        "out_read": 0,
        "version": call.world.revision,
        "sort_id": {"major_id": 0, "minor_id": last.date if last is not None else 0},
        "is_marked_unread": False,
        "important": False,
        "can_write": {"allowed": code == 0, **({"reason": code} if code else {})},
    }
    unread = sum(cmid > conversation.read_cmid for cmid in conversation.messages)
    if unread:
        shown["unread_count"] = unread
    if _unanswered(conversation, group_id):
        shown["unanswered"] = True
    if conversation.keyboard is not None:
        shown["current_keyboard"] = {**conversation.keyboard, "author_id": -group_id}
    if conversation.is_chat:
        shown["chat_settings"] = _chat_settings(call, conversation)
    return shown


def _unanswered(conversation: Conversation, group_id: int) -> bool:
    last = conversation.messages.get(conversation.last_cmid)
    return last is not None and last.from_id != -group_id


def _chat_settings(call: Call, chat: Conversation) -> Json:
    admin = chat.bot_admin
    rights = [
        "can_change_info",
        "can_change_invite_link",
        "can_change_pin",
        "can_invite",
        "can_promote_users",
        "can_see_invite_link",
        "can_moderate",
        "can_copy_chat",
        "can_call",
        "can_use_mass_mentions",
    ]
    settings: Json = {
        "owner_id": chat.owner_id,
        "title": chat.title,
        "state": "in" if chat.bot_present else "kicked",
        "acl": dict.fromkeys(rights, admin),
        "members_count": len(chat.members) + 1,
        "active_ids": chat.members[:5],
        "admin_ids": [-call.token.group_id] if admin else [],
        "is_group_channel": False,
    }
    pinned = chat.messages.get(chat.pinned or 0)
    if pinned is not None:
        settings["pinned_message"] = _pinned_view(call, pinned)
    return settings


def _pinned_view(call: Call, message: Message) -> Json:
    quoted = talks.quoted(call.world, message)
    return {**quoted, "out": message.from_id == -call.token.group_id}


@method(
    "messages.getConversationsById",
    "peer_ids:ints(100)! extended:bool fields:list group_id:uint",
    group="messages",
    user="messages",
)
def get_conversations_by_id(call: Call) -> Json:
    """Conversations by peer; a chat the community cannot look into is left out (count 0)."""
    items, people = [], set()
    for peer_id in call.get("peer_ids"):
        found = call.world.conversation(group_of(call), peer_id)
        if found is None or not found.bot_present:
            continue
        items.append(_conversation_view(call, found))
        people.update(found.members)
    answer: Json = {"count": len(items), "items": items}
    return {**answer, **people_and_groups(call, people)} if call.get("extended") else answer


@method(
    "messages.getConversations",
    "offset:uint count:uint(0..200) filter:one(all|archive|important|sorted_chats|unanswered|unread) "
    "extended:bool start_message_id:uint fields:list group_id:uint",
    group="messages",
    user="messages",
)
def get_conversations(call: Call) -> Json:
    """Conversations, the newest first."""
    group_id, name = group_of(call), call.get("filter") or "all"
    rows = [item for (owner, _), item in call.world.conversations.items() if owner == group_id and item.messages]
    rows = [row for row in rows if row.bot_present]
    rows.sort(key=lambda row: (row.messages[row.last_cmid].date, row.peer_id), reverse=True)
    unread = [row for row in rows if row.last_cmid > row.read_cmid and _unanswered(row, group_id)]
    if name == "unanswered":
        rows = [row for row in rows if _unanswered(row, group_id)]
    elif name == "unread":
        rows = unread
    elif name in {"archive", "important"}:
        rows = []
    page = rows[call.get("offset", 0) :][: call.get("count", 20)]
    items = []
    for row in page:
        last = talks.view(call.world, group_id, row, row.messages[row.last_cmid])
        items.append({"conversation": _conversation_view(call, row), "last_message": last})
    answer: Json = {"count": len(rows), "items": items, "unread_count": len(unread)}
    people = {member for row in page for member in row.members}
    return {**answer, **people_and_groups(call, people)} if call.get("extended") else answer


@method(
    "messages.getHistory",
    "offset:int count:uint(0..200) user_id:int peer_id:int start_message_id:int rev:one(0|1) extended:bool "
    "fields:list group_id:uint",
    group="messages",
    user="messages",
)
def get_history(call: Call) -> Json:
    """Messages of a conversation, newest first unless `rev`."""
    peer_id = call.get("peer_id") or call.get("user_id")
    if not peer_id:
        raise missing("peer_id")
    conversation = conversation_of(call, peer_id)
    rows = [item for item in conversation.messages.values() if not item.deleted]
    if call.get("rev") != "1":
        rows.reverse()
    offset = call.get("offset", 0)
    if offset < 0:
        raise invalid("offset")
    page = rows[offset:][: call.get("count", 20)]
    items = [talks.view(call.world, group_of(call), conversation, item) for item in page]
    return extend(call, {"count": len(rows), "items": items}, items)


@method(
    "messages.getByConversationMessageId",
    "peer_id:int! conversation_message_ids:uints(100)! extended:bool fields:list group_id:uint",
    group="messages",
    user="messages",
)
def get_by_cmid(call: Call) -> Json:
    """Messages by their number in the conversation, whole even where the event was cropped."""
    conversation = conversation_of(call, call.get("peer_id"))
    found = [conversation.messages.get(cmid) for cmid in call.get("conversation_message_ids")]
    return _messages(call, [(conversation, item) for item in found])


@method(
    "messages.getById",
    "message_ids:uints(100) preview_length:uint extended:bool fields:list group_id:uint cmids:uints(100) "
    "peer_id:int",
    group="messages",
    user="messages",
)
def get_by_id(call: Call) -> Json:
    """Messages by their number in the community's dialogs, or by cmids of a peer."""
    group_id = group_of(call)
    if call.get("cmids"):
        conversation = conversation_of(call, call.get("peer_id", 0))
        pairs = [(conversation, conversation.messages.get(cmid)) for cmid in call.get("cmids")]
    elif call.get("message_ids"):
        wanted = set(call.get("message_ids")) - {0}
        pairs = [
            (conversation, item)
            for (owner, _), conversation in call.world.conversations.items()
            if owner == group_id
            for item in conversation.messages.values()
            if item.id in wanted
        ]
    else:
        raise missing("message_ids")
    return _messages(call, pairs)


def _messages(call: Call, pairs: Iterable[tuple[Conversation, Message | None]]) -> Json:
    """Those that are there, whole."""
    items = [
        talks.view(call.world, group_of(call), conversation, item)
        for conversation, item in pairs
        if item is not None and not item.deleted
    ]
    return extend(call, {"count": len(items), "items": items}, items)


@method(
    "messages.getConversationMembers",
    "peer_id:int! offset:uint count:uint(1..1000) extended:bool fields:list group_id:uint member_ids:ints",
    group="messages",
    user="messages",
)
def get_members(call: Call) -> Json:
    """Members of a chat; only for a bot that is an administrator of it."""
    conversation = conversation_of(call, call.get("peer_id"))
    group_id = group_of(call)
    if conversation.is_chat and not conversation.bot_admin:
        raise VkError(917)
    items: list[Json] = [
        {
            "member_id": number,
            "is_owner": number == conversation.owner_id,
            "is_admin": number == conversation.owner_id,
            "invited_by": conversation.owner_id or number,
            "join_date": 0,
            "can_kick": number != conversation.owner_id,
        }
        for number in [*conversation.members, -group_id]
    ]
    answer: Json = {"count": len(items), "items": items}
    return {**answer, **people_and_groups(call, {item["member_id"] for item in items})}


@method(
    "messages.pin",
    "peer_id:int! message_id:uint cmid:uint conversation_message_id:uint",
    group="messages",
    user="messages",
)
def pin(call: Call) -> Any:
    """Pins a message in a chat; administrators only."""
    chat = _as_admin(call)
    cmid = call.get("cmid") or call.get("conversation_message_id")
    message = chat.messages.get(cmid or 0)
    if message is None or message.deleted:
        raise invalid("cmid")
    chat.pinned = message.cmid
    message.pinned_at = call.world.clock.seconds()
    call.world.touch()
    return _pinned_view(call, message)


@method("messages.unpin", "peer_id:int! group_id:uint", group="messages", user="messages")
def unpin(call: Call) -> int:
    """Unpins the pinned message."""
    _as_admin(call).pinned = None
    call.world.touch()
    return 1


def _as_admin(call: Call) -> Conversation:
    chat = conversation_of(call, call.get("peer_id"))
    if chat.is_chat and not chat.bot_admin:
        raise VkError(925)
    return chat


@method(
    "messages.markAsRead",
    "message_ids:uints peer_id:int start_message_id:uint group_id:uint mark_conversation_as_read:bool "
    "up_to_cmid:uint",
    group="messages",
    user="messages",
)
def mark_as_read(call: Call) -> int:
    """Everything in the conversation has been read."""
    conversation = conversation_of(call, call.get("peer_id", 0))
    conversation.read_cmid = call.get("up_to_cmid") or conversation.last_cmid
    return 1


@method(
    "messages.setActivity",
    "user_id:int type:one(audiomessage|file|photo|typing|video) peer_id:int group_id:uint",
    group="messages",
    user="messages",
)
def set_activity(call: Call) -> int:
    """«Typing…»."""
    talks.open_conversation(call.world, group_of(call), call.get("peer_id") or call.get("user_id") or 0)
    return 1
