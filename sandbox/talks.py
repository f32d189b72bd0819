"""Conversations of a community: who may be written to, what people write and press, how messages look.

The rules of `messages.*` parameters stand with the methods; here are messages themselves and their events.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.errors import VkError
from sandbox.keyboards import find_button
from sandbox.records import CHAT_BASE, Attachment, Conversation, Json, Message
from sandbox.walls import attachment_views
from sandbox.world import Press, World

MEMORY_SECONDS = 3600
MEMORY_MESSAGES = 100
REFUSALS = {
    "never_wrote": 901,
    "denied": 901,
    "blacklisted": 900,
    "privacy": 902,
    "deleted": 18,
}
CLIENT = {
    "button_actions": ["text", "vkpay", "open_app", "location", "open_link", "callback", "intent_subscribe"],
    "keyboard": True,
    "inline_keyboard": True,
    "carousel": True,
    "lang_id": 0,
}


# -- rights ------------------------------------------------------------------------------------------


def refusal(world: World, group_id: int, peer_id: int) -> int:
    """The error code with which a message to the peer would be refused, 0 if it may go."""
    if peer_id > CHAT_BASE:
        chat = world.conversations.get((group_id, peer_id))
        if chat is None or not chat.bot_present:
            return 917
        return 0 if world.groups[group_id].bot_features else 912
    if peer_id <= 0:
        return 932
    person = world.people.get(peer_id)
    if person is None:
        return 901
    if group_id != 1:
        wrote = world.conversations.get((group_id, peer_id))
        return 0 if wrote is not None and wrote.messages else 901
    return REFUSALS.get(person.messages, 0)


def open_conversation(world: World, group_id: int, peer_id: int) -> Conversation:
    """The conversation to write into. Raises VkError with the reason it is closed."""
    code = refusal(world, group_id, peer_id)
    if code:
        raise VkError(code)
    found = world.conversation(group_id, peer_id)
    if found is None:
        raise VkError(936)
    return found


def full_access(world: World, conversation: Conversation) -> bool:
    """Does the bot see the whole chat, or only what is addressed to it?"""
    if not conversation.is_chat or conversation.bot_admin:
        return True
    if conversation.full_access is not None:
        return conversation.full_access
    return bool(world.variants["chat_access"] == "full")


# -- how messages look -------------------------------------------------------------------------------


def view(world: World, group_id: int, conversation: Conversation, message: Message) -> Json:
    """A message as the community sees it."""
    shown: Json = {
        "id": message.id,
        "conversation_message_id": message.cmid,
        "peer_id": message.peer_id,
        "from_id": message.from_id,
        "date": message.date,
        "out": int(message.from_id == -group_id),
        "version": message.version,
        "text": message.text,
        "attachments": attachment_views(world, message.attachments),
        "fwd_messages": [],
        "important": False,
        "is_hidden": False,
        "random_id": message.random_id,
    }
    for name in ("payload", "update_time", "action", "template", "pinned_at", "admin_author_id"):
        value = getattr(message, name)
        if value is not None:
            shown[name] = value
    if message.keyboard is not None:
        shown["keyboard"] = {**message.keyboard, "author_id": -group_id}
    if message.deleted:
        shown["deleted"] = 1
    replied = conversation.messages.get(message.reply_to or 0)
    if replied is not None:
        shown["reply_message"] = quoted(world, replied)
    quotes = [conversation.messages[cmid] for cmid in message.forwarded if cmid in conversation.messages]
    shown["fwd_messages"] = [quoted(world, item) for item in quotes]
    return shown


def quoted(world: World, message: Message) -> Json:
    """A message inside another one: a reply's object, a forward."""
    return {
        "id": message.id,
        "conversation_message_id": message.cmid,
        "peer_id": message.peer_id,
        "from_id": message.from_id,
        "date": message.date,
        "text": message.text,
        "attachments": attachment_views(world, message.attachments),
    }


def _announce(world: World, group_id: int, conversation: Conversation, message: Message) -> None:
    body = view(world, group_id, conversation, message)
    limit = world.variants.number("crop_events_over")
    if limit and len(message.text) > limit:
        body.update(text=message.text[:limit], is_cropped=True)
    version = tuple(int(part) for part in world.long_poll(group_id).api_version.split("."))
    wrapped = {"message": body, "client_info": CLIENT} if version >= (5, 103) else body
    world.emit(group_id, "message_new", wrapped)


# -- the community writes ----------------------------------------------------------------------------


def remembered(world: World, conversation: Conversation, random_id: int) -> Message | None:
    """The message sent before with this random_id, within VK's memory of an hour and 100 messages."""
    cmid = conversation.random_ids.get(random_id) if random_id else None
    message = conversation.messages.get(cmid) if cmid else None
    if message is None or world.clock.seconds() - message.date > MEMORY_SECONDS:
        return None
    return message if conversation.last_cmid - message.cmid < MEMORY_MESSAGES else None


def post_message(
    world: World,
    group_id: int,
    conversation: Conversation,
    from_id: int,
    text: str,
    *,
    attachments: list[Attachment] | None = None,
    keyboard: Json | None = None,
    random_id: int = 0,
    payload: str | None = None,
    reply_to: int | None = None,
    forwarded: list[int] | None = None,
    template: Json | None = None,
    action: Json | None = None,
) -> Message:
    """Puts a message into a conversation, without events."""
    cmid = conversation.last_cmid + 1
    message = Message(
        id=0 if conversation.is_chat else world.new_message_id(group_id),
        cmid=cmid,
        peer_id=conversation.peer_id,
        from_id=from_id,
        date=world.clock.seconds(),
        text=text,
        attachments=attachments or [],
        keyboard=keyboard if keyboard and keyboard["inline"] else None,
        random_id=random_id,
        payload=payload,
        reply_to=reply_to,
        forwarded=forwarded or [],
        template=template,
        action=action,
    )
    conversation.messages[cmid] = message
    if keyboard is not None and not keyboard["inline"]:
        conversation.keyboard = keyboard if keyboard["buttons"] else None
        conversation.keyboard_cmid = cmid
    if random_id:
        conversation.random_ids[random_id] = cmid
    world.touch()
    return message


def announce_reply(world: World, group_id: int, conversation: Conversation, message: Message) -> None:
    """The event of the community's own message."""
    if world.long_poll(group_id).flags["message_reply"]:
        world.emit(group_id, "message_reply", view(world, group_id, conversation, message))


# -- people write and press --------------------------------------------------------------------------


def write(
    world: World,
    group_id: int,
    user_id: int,
    peer_id: int,
    text: str,
    *,
    attachments: list[Attachment] | None = None,
    reply_to: int | None = None,
    forwarded: list[int] | None = None,
    payload: str | None = None,
) -> Message:
    """A person writes into the dialog with the community or into a chat. Raises ValueError if they cannot."""
    conversation = place_of(world, group_id, user_id, peer_id)
    for cmid in [*(forwarded or []), *([reply_to] if reply_to is not None else [])]:
        if cmid not in conversation.messages:
            raise ValueError(f"no message {cmid} to reply to or to forward")
    if not conversation.is_chat and group_id == 1 and world.people[user_id].messages in {"never_wrote", "denied"}:
        world.people[user_id].messages = "allowed"
    message = post_message(
        world,
        group_id,
        conversation,
        user_id,
        text,
        attachments=attachments,
        reply_to=reply_to,
        forwarded=forwarded,
        payload=payload,
    )
    if conversation.keyboard and conversation.keyboard["one_time"]:
        conversation.keyboard = None
    if conversation.bot_present and (
        full_access(world, conversation) or _addressed(world, group_id, conversation, message)
    ):
        _announce(world, group_id, conversation, message)
    return message


def place_of(world: World, group_id: int, user_id: int, peer_id: int) -> Conversation:
    person = world.people.get(user_id)
    if person is None:
        raise ValueError(f"no person {user_id}")
    conversation = world.conversation(group_id, peer_id if peer_id > CHAT_BASE else user_id)
    if conversation is None:
        raise ValueError(f"no chat {peer_id}")
    if conversation.is_chat and user_id not in conversation.members:
        raise ValueError(f"{person.name} is not in the chat")
    if not conversation.is_chat and person.messages in {"blacklisted", "deleted"}:
        raise ValueError(f"{person.name} cannot write to the community: {person.messages}")
    return conversation


def _addressed(world: World, group_id: int, conversation: Conversation, message: Message) -> bool:
    """Mentions of the community, replies to it and its buttons reach a bot without full access."""
    group = world.groups[group_id]
    marks = (f"[club{group_id}|", f"@club{group_id}", f"@{group.screen_name}", f"[public{group_id}|")
    replied = conversation.messages.get(message.reply_to or 0)
    to_bot = replied is not None and replied.from_id == -group_id
    return to_bot or message.payload is not None or any(mark in message.text for mark in marks)


def press(
    world: World, group_id: int, user_id: int, peer_id: int, *, cmid: int | None, label: str, stale: bool
) -> Json:
    """A person presses a button they see. Raises ValueError when there is no such button."""
    conversation = place_of(world, group_id, user_id, peer_id)
    action = _button(conversation, cmid, label, stale)
    if action["type"] == "callback":
        at = cmid if cmid is not None else conversation.keyboard_cmid
        return press_callback(world, group_id, user_id, conversation.peer_id, at, action.get("payload"))
    if action["type"] == "text":
        group = world.groups[group_id]
        text = action["label"]
        if conversation.is_chat:
            text = f"[club{group_id}|@{group.screen_name}] {text}"
        message = write(world, group_id, user_id, peer_id, text, payload=action.get("payload"))
        return {"cmid": message.cmid, "event_id": None}
    return {"opened": action.get("link"), "event_id": None}


def _button(conversation: Conversation, cmid: int | None, label: str, stale: bool) -> dict[str, Any]:
    if cmid is None:
        action = find_button(conversation.keyboard, label)
    else:
        message = conversation.messages.get(cmid)
        if message is None or message.deleted:
            raise ValueError(f"no message {cmid}")
        action = find_button(message.keyboard, label)
        for keyboard in reversed(message.old_keyboards if stale else []):
            action = action or find_button(keyboard, label)
    if action is None:
        raise ValueError(f"no button {label!r} to press")
    return action


def press_callback(
    world: World, group_id: int, user_id: int, peer_id: int, cmid: int | None, payload: str | None
) -> Json:
    """A callback event as VK makes it: valid for a minute, to be answered once."""
    number = len(world.presses) + 1
    event_id = world.secret("press", number)[:12]
    world.presses[event_id] = Press(event_id, group_id, user_id, peer_id, world.clock.now())
    value: Any = payload
    if world.variants["message_event_payload"] == "object" and payload is not None:
        try:
            value = json.loads(payload)
        except ValueError:
            value = payload
    body: Json = {"user_id": user_id, "peer_id": peer_id, "event_id": event_id, "payload": value}
    if cmid is not None:
        body["conversation_message_id"] = cmid
    world.emit(group_id, "message_event", body)
    world.touch()
    return {"event_id": event_id}


def forge(
    world: World, group_id: int, user_id: int, peer_id: int, *, cmid: int | None, payload: str, kind: str
) -> Json:
    """A made-up press with any payload: as a callback event or as a text with payload."""
    if kind == "text":
        message = write(world, group_id, user_id, peer_id, "Кнопка", payload=payload)
        return {"cmid": message.cmid, "event_id": None}
    place = peer_id if peer_id > CHAT_BASE else user_id
    return press_callback(world, group_id, user_id, place, cmid, payload)


def service_message(world: World, group_id: int, chat: Conversation, from_id: int, action: Json) -> None:
    """Somebody joined, left, renamed the chat: a message without text."""
    message = post_message(world, group_id, chat, from_id, "", action=action)
    _announce(world, group_id, chat, message)
