"""messages.*: sending, editing and deleting by the community, and the answers to callback buttons."""

from __future__ import annotations

import json
from typing import Any

from sandbox import talks
from sandbox.api import Call, method
from sandbox.attachments import for_message
from sandbox.errors import MESSAGES, VkError, invalid, missing
from sandbox.keyboards import parse_keyboard
from sandbox.records import CHAT_BASE, Conversation, Json, Message

LONGEST = 4096
INT32 = 2**31
SNACKBAR = 90
EVENT_FIELDS = {
    "show_snackbar": {"text"},
    "open_link": {"link"},
    "open_app": {"app_id", "hash", "owner_id"},
}
INTENTS = (
    "account_update|bot_ad_invite|bot_ad_promo|confirmed_notification|customer_support|default|"
    "finance_notification|game_notification|moderated_newsletter|non_promo_newsletter|promo_newsletter|"
    "purchase_update"
)


def group_of(call: Call) -> int:
    """The community in whose name messages are handled; only its own key may."""
    wanted = call.get("group_id") or call.token.group_id
    if wanted != call.token.group_id:
        raise VkError(15)
    return int(wanted)


def conversation_of(call: Call, peer_id: int) -> Conversation:
    """A conversation to read. Raises VkError 917, 927 or 936."""
    group_id = group_of(call)
    found = call.world.conversation(group_id, peer_id)
    if found is None:
        raise VkError(927 if peer_id > CHAT_BASE else 936)
    if not found.bot_present:
        raise VkError(917)
    return found


# -- sending -----------------------------------------------------------------------------------------


@method(
    "messages.send",
    "user_id:int random_id:int peer_id:int peer_ids:ints(100) domain:text chat_id:uint(0..100000000) "
    "message:text(9000) lat:number long:number attachment:text(9000) reply_to:int forward_messages:ints(1000) "
    "forward:text sticker_id:uint group_id:uint keyboard:text template:text payload:text(1000) content_source:text "
    f"dont_parse_links:bool disable_mentions:bool intent:one({INTENTS}) subscribe_id:uint(0..100) "
    "user_ids:ints(100) expire_ttl:uint format_data:text silent:bool",
    group="messages",
    user="messages",
)
def messages_send(call: Call) -> Any:
    """One peer: an integer id (0 in chats). `peer_ids`: a list, where a refused peer is an entry."""
    group_id = group_of(call)
    many = call.get("peer_ids") or call.get("user_ids")
    peers = many or [_single_peer(call)]
    random_id = _random_id(call)
    content = _content(call, group_id)
    rows = []
    for peer_id in peers:
        try:
            message = _send(call, group_id, peer_id, random_id, content)
        except VkError as error:
            if not many:
                raise
            rows.append(_refused(peer_id, error))
            continue
        rows.append({"peer_id": peer_id, "message_id": message.id, "conversation_message_id": message.cmid})
    return rows if many else rows[0]["message_id"]


def _refused(peer_id: int, error: VkError) -> Json:
    fault = {"code": error.code, "description": MESSAGES.get(error.code, error.text)}
    return {"peer_id": peer_id, "message_id": 0, "conversation_message_id": 0, "error": fault}


def _single_peer(call: Call) -> int:
    if call.get("peer_id"):
        return int(call.get("peer_id"))
    if call.get("user_id"):
        return int(call.get("user_id"))
    if call.get("chat_id"):
        return CHAT_BASE + int(call.get("chat_id"))
    number = str(call.get("domain") or "").removeprefix("id")
    if number.isdigit():
        return int(number)
    raise VkError(100, "you should specify peer_id, user_id, domain, chat_id or user_ids param")


def _random_id(call: Call) -> int:
    random_id = call.get("random_id")
    if random_id is None:
        raise missing("random_id")
    if not -INT32 <= random_id < INT32:
        raise invalid("random_id", "should be a 32-bit integer")
    return int(random_id)


def _content(call: Call, group_id: int) -> Json:
    """Text, attachments, keyboard and quotes, checked as VK does before anything is sent."""
    text = _checked_text(call)
    attachments = for_message(call, call.get("attachment", ""), group_id)
    keyboard = parse_keyboard(call.get("keyboard")) if call.get("keyboard") else None
    template = _json(call, "template")
    if call.get("payload"):
        _json(call, "payload")
    forward = _json(call, "forward")
    quoted = forward is not None or call.get("forward_messages") or call.get("sticker_id")
    if not text.strip() and not attachments and not quoted and template is None:
        raise VkError(100, "message is empty or invalid")
    return {
        "text": text,
        "attachments": attachments,
        "keyboard": keyboard,
        "template": template,
        "forward": forward,
        "payload": call.get("payload") or None,
    }


def _checked_text(call: Call) -> str:
    text = str(call.get("message", ""))
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise VkError(914)
    return text


def _json(call: Call, name: str) -> Any:
    if not call.get(name):
        return None
    try:
        return json.loads(call.get(name))
    except ValueError as fault:
        raise invalid(name, "is not valid JSON") from fault


def _send(call: Call, group_id: int, peer_id: int, random_id: int, content: Json) -> Message:
    world = call.world
    conversation = talks.open_conversation(world, group_id, peer_id)
    known = talks.remembered(world, conversation, random_id)
    if known is not None:
        return known
    reply_to, forwarded = _quotes(call, conversation, content["forward"])
    message = talks.post_message(
        world,
        group_id,
        conversation,
        -group_id,
        content["text"],
        attachments=list(content["attachments"]),
        keyboard=content["keyboard"],
        random_id=random_id,
        payload=content["payload"],
        reply_to=reply_to,
        forwarded=forwarded,
        template=content["template"],
    )
    talks.announce_reply(world, group_id, conversation, message)
    return message


def _quotes(call: Call, conversation: Conversation, forward: Any) -> tuple[int | None, list[int]]:
    if forward is None:
        wanted = call.get("reply_to")
        if not wanted:
            return None, []
        for message in conversation.messages.values():
            if message.id == wanted and not message.deleted:
                return message.cmid, []
        raise VkError(921)
    if not isinstance(forward, dict):
        raise invalid("forward")
    numbers = forward.get("conversation_message_ids") or forward.get("cmids") or []
    if isinstance(numbers, int):
        numbers = [numbers]
    if not isinstance(numbers, list) or not all(isinstance(cmid, int) for cmid in numbers):
        raise invalid("forward")
    if forward.get("peer_id", conversation.peer_id) != conversation.peer_id:
        raise VkError(921)
    for cmid in numbers:
        if cmid not in conversation.messages or conversation.messages[cmid].deleted:
            raise VkError(921)
    if forward.get("is_reply"):
        if len(numbers) != 1:
            raise VkError(913)
        return numbers[0], []
    if len(numbers) > 100:
        raise VkError(913)
    return None, list(numbers)


# -- editing and deleting ----------------------------------------------------------------------------


@method(
    "messages.edit",
    "peer_id:int! message:text(9000) lat:number long:number attachment:text keep_forward_messages:bool "
    "keep_snippets:bool group_id:uint dont_parse_links:bool disable_mentions:bool message_id:uint cmid:uint "
    "template:text keyboard:text conversation_message_id:uint format_data:text",
    group="messages",
    user="messages",
)
def messages_edit(call: Call) -> int:
    """Replaces a message of the community: what is not sent again is gone, the keyboard too."""
    group_id, world = group_of(call), call.world
    conversation = talks.open_conversation(world, group_id, call.get("peer_id"))
    message = _editable(call, group_id, conversation)
    text = _checked_text(call)
    attachments = for_message(call, call.get("attachment", ""), group_id)
    keyboard = parse_keyboard(call.get("keyboard")) if call.get("keyboard") else None
    if not text.strip() and not attachments:
        raise VkError(100, "message is empty or invalid")
    inline = keyboard if keyboard and keyboard["inline"] and keyboard["buttons"] else None
    before = (message.text, [item.identity for item in message.attachments], message.keyboard)
    after = (text, [item.identity for item in attachments], inline)
    if before == after and world.variants["identical_edit"] == "error":
        raise VkError(100, "message is not changed")
    if message.keyboard is not None and message.keyboard != inline:
        message.old_keyboards.append(message.keyboard)
    message.text, message.attachments, message.keyboard = text, attachments, inline
    if not call.get("keep_forward_messages"):
        message.forwarded, message.reply_to = [], None
    message.template = _json(call, "template")
    message.update_time = world.clock.seconds()
    message.version += 1
    if world.long_poll(group_id).flags["message_edit"]:
        world.emit(group_id, "message_edit", talks.view(world, group_id, conversation, message))
    world.touch()
    return 1


def _editable(call: Call, group_id: int, conversation: Conversation) -> Message:
    world = call.world
    message = _find(call, conversation)
    if message is None or message.deleted:
        raise invalid("message_id", "is not found")
    if message.from_id != -group_id or message.action is not None:
        raise VkError(920)
    if world.clock.seconds() - message.date > world.variants.number("edit_window_seconds"):
        raise VkError(909)
    pause = world.variants.number("pin_edit_seconds")
    if message.pinned_at is not None and world.clock.seconds() - message.pinned_at < pause:
        raise VkError(949)
    return message


def _find(call: Call, conversation: Conversation) -> Message | None:
    cmid = call.get("cmid") or call.get("conversation_message_id")
    if cmid:
        return conversation.messages.get(cmid)
    wanted = call.get("message_id")
    if not wanted:
        raise missing("message_id")
    return next((item for item in conversation.messages.values() if item.id == wanted), None)


@method(
    "messages.delete",
    "message_ids:uints(1000) spam:bool reason:uint group_id:uint delete_for_all:bool peer_id:int "
    "cmids:uints(100) conversation_message_ids:uints(100)",
    group="messages",
    user="messages",
)
def messages_delete(call: Call) -> Any:
    """Deletes messages; each one has its own outcome (a list since 5.199, a dictionary before)."""
    group_id = group_of(call)
    cmids = call.get("cmids") or call.get("conversation_message_ids")
    rows = []
    if cmids:
        if not call.get("peer_id"):
            raise missing("peer_id")
        conversation = conversation_of(call, call.get("peer_id"))
        rows = [_deleted(call, group_id, conversation, conversation.messages.get(cmid), cmid) for cmid in cmids]
    elif call.get("message_ids"):
        rows = [_deleted_by_id(call, group_id, number) for number in call.get("message_ids")]
    else:
        raise missing("message_ids")
    if call.version < (5, 199):
        return {str(row["conversation_message_id"]): row.get("response", 0) for row in rows}
    return rows


def _deleted_by_id(call: Call, group_id: int, number: int) -> Json:
    for (owner, _), conversation in call.world.conversations.items():
        for message in conversation.messages.values():
            if owner == group_id and message.id == number:
                return _deleted(call, group_id, conversation, message, message.cmid)
    return {"message_id": number, "conversation_message_id": 0, "peer_id": 0, "error": _fault(100)}


def _deleted(call: Call, group_id: int, conversation: Conversation, message: Message | None, cmid: int) -> Json:
    row: Json = {"peer_id": conversation.peer_id, "conversation_message_id": cmid, "message_id": 0}
    if message is None or message.deleted:
        return {**row, "error": _fault(100)}
    row["message_id"] = message.id
    own = message.from_id == -group_id
    window = call.world.variants.number("edit_window_seconds")
    too_old = call.world.clock.seconds() - message.date > window
    if call.get("delete_for_all") and (too_old or not (own or conversation.bot_admin)):
        return {**row, "error": _fault(924)}
    message.deleted = True
    call.world.touch()
    return {**row, "response": 1}


def _fault(code: int) -> Json:
    return {"code": code, "description": MESSAGES[code]}


# -- answers to buttons ------------------------------------------------------------------------------


@method(
    "messages.sendMessageEventAnswer",
    "event_id:text! user_id:int! peer_id:int! event_data:text(1000)",
    group="messages",
    user=15,
)
def send_message_event_answer(call: Call) -> int:
    """Answers a pressed callback button: once, within a minute, to the person who pressed."""
    world = call.world
    late = VkError(int(world.variants["late_event_answer_code"]), "event_id is invalid")
    pressed = world.presses.get(call.get("event_id"))
    if pressed is None or pressed.group_id != call.token.group_id or pressed.answered:
        raise late
    if (pressed.user_id, pressed.peer_id) != (call.get("user_id"), call.get("peer_id")):
        raise late
    if world.clock.now() - pressed.at > world.variants.number("event_answer_seconds"):
        raise late
    data = _event_data(call)
    pressed.answered = True
    if data is not None:
        shown = {"user_id": pressed.user_id, "peer_id": pressed.peer_id, "event_id": pressed.event_id}
        world.snackbars.append({**shown, "at": world.clock.iso(), "text": data.get("text", ""), "event_data": data})
    world.touch()
    return 1


def _event_data(call: Call) -> Json | None:
    data = _json(call, "event_data")
    if data is None:
        return None
    kind = data.get("type") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in EVENT_FIELDS or not set(data) <= {"type"} | EVENT_FIELDS[kind]:
        raise invalid("event_data")
    text = data.get("text", "")
    if kind == "show_snackbar" and not (
        isinstance(text, str) and 0 < len(text.encode("utf-16-le")) // 2 <= SNACKBAR
    ):
        raise invalid("event_data", "text should have 1 to 90 characters")
    if kind == "open_link" and not str(data.get("link", "")).startswith(("http://", "https://")):
        raise invalid("event_data", "link is invalid")
    found: Json = data
    return found
