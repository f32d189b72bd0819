"""The methods of Bot API that the sandbox's Telegram has, by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sandbox.networks import telegram_rules as rules
from sandbox.networks.telegram_chats import RIGHTS, Chat, Message, Stored, as_number
from sandbox.networks.telegram_rules import TelegramError, bad
from sandbox.pictures import picture_size

if TYPE_CHECKING:
    from sandbox.networks.telegram import Telegram

BOT = {"id": 7000000001, "is_bot": True, "first_name": "ОКМО", "username": "okmo_news_bot"}
IDENTICAL = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)

Params = dict[str, Any]
Files = dict[str, tuple[str, bytes]]
Method = Callable[["Telegram", Params, Files], Any]
METHODS: dict[str, Method] = {}


def method(function: Method) -> Method:
    """Registers a method under its own name; Telegram does not mind the case."""
    METHODS[function.__name__.lower()] = function
    return function


# -- methods that read ---------------------------------------------------------------------------


@method
def getMe(_telegram: Telegram, _params: Params, _files: Files) -> Any:
    return BOT


@method
def getWebhookInfo(telegram: Telegram, _params: Params, _files: Files) -> Any:
    return {"url": telegram.webhook, "has_custom_certificate": False, "pending_update_count": 0}


@method
def getChat(telegram: Telegram, params: Params, _files: Files) -> Any:
    return telegram.chat(params.get("chat_id")).view()


@method
def getChatMember(telegram: Telegram, params: Params, _files: Files) -> Any:
    chat = telegram.chat(params.get("chat_id"))
    if as_number(params.get("user_id")) != BOT["id"]:
        raise bad("user not found")
    rights = {name: name in chat.rights for name in RIGHTS}
    return {"user": BOT, "status": chat.status, **(rights if chat.status == "administrator" else {})}


# -- methods that send ---------------------------------------------------------------------------


@method
def sendMessage(telegram: Telegram, params: Params, _files: Files) -> Any:
    chat = telegram.chat(params.get("chat_id"), "can_post_messages")
    text, entities = rules.text_of(params.get("text", ""), params.get("entities"), params.get("parse_mode"))
    if not text:
        raise bad("message text is empty")
    if rules.units(text) > rules.TEXT_LIMIT:
        raise bad("message is too long")
    preview = dict(params.get("link_preview_options") or {})
    return _one(telegram, chat, params, text=text, entities=entities, preview=preview)


@method
def sendPhoto(telegram: Telegram, params: Params, files: Files) -> Any:
    return _with_file(telegram, params, files, "photo")


@method
def sendVideo(telegram: Telegram, params: Params, files: Files) -> Any:
    return _with_file(telegram, params, files, "video")


@method
def sendAnimation(telegram: Telegram, params: Params, files: Files) -> Any:
    return _with_file(telegram, params, files, "animation")


@method
def sendDocument(telegram: Telegram, params: Params, files: Files) -> Any:
    return _with_file(telegram, params, files, "document")


@method
def sendMediaGroup(telegram: Telegram, params: Params, files: Files) -> Any:
    chat = telegram.chat(params.get("chat_id"), "can_post_messages")
    if "reply_markup" in params:
        raise bad("reply_markup is not allowed in albums")
    items = params.get("media")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad("can't parse InputMedia: expected an Array of Objects")
    if not 2 <= len(items) <= 10:
        raise bad("wrong number of messages specified")
    kinds = {item.get("type") for item in items}
    if not (kinds <= {"photo", "video"} or kinds in ({"document"}, {"audio"})):
        raise bad("Can't use the media of the specified type in the album")
    prepared = [_item(telegram, item, files, number) for number, item in enumerate(items, 1)]
    replied = _replied(chat, params)
    telegram.count(chat.id, len(items))
    album = telegram.world.secret("album", chat.id, chat.last_id)[:16]
    made = [telegram.post(chat, **fields, album=album, reply_to=replied) for fields in prepared]
    return [telegram.told(message) for message in made]


@method
def sendPoll(telegram: Telegram, params: Params, _files: Files) -> Any:
    chat = telegram.chat(params.get("chat_id"), "can_post_messages")
    question = str(params.get("question", "")).strip()
    given = params.get("options") or []
    if not isinstance(given, list):
        raise bad("expected an Array of String as options")
    options = [str(one.get("text", "") if isinstance(one, dict) else one).strip() for one in given]
    if not all((question, *options)):
        raise bad("poll question and options must be non-empty")
    if not 1 <= rules.units(question) <= 300:
        raise bad("poll question length must not exceed 300")
    if not 1 <= len(options) <= 12:
        raise bad("poll must have 1-12 answer options")
    if any(not 1 <= rules.units(one) <= 100 for one in options):
        raise bad("poll options length must not exceed 100")
    if chat.type == "channel" and params.get("is_anonymous") is False:
        raise bad("non-anonymous polls can't be sent to channel chats")
    poll = {
        "question": question,
        "options": [{"text": one, "voter_count": 0} for one in options],
        "allows_multiple_answers": params.get("allows_multiple_answers") in (True, "true"),
    }
    return _one(telegram, chat, params, kind="poll", poll=poll)


def _item(telegram: Telegram, item: dict[str, Any], files: Files, number: int) -> dict[str, Any]:
    try:
        text, entities = _caption(item)
        kind = str(item["type"])
        return {
            "kind": kind,
            "media": telegram.store(item.get("media"), files, kind),
            "text": text,
            "entities": entities,
        }
    except TelegramError as error:
        words = error.description.removeprefix("Bad Request: ")
        raise bad(f'failed to send message #{number} with the error message "{words}"') from None


def _with_file(telegram: Telegram, params: Params, files: Files, kind: str) -> Any:
    chat = telegram.chat(params.get("chat_id"), "can_post_messages")
    text, entities = _caption(params)
    media = telegram.store(params.get(kind), files, kind)
    return _one(telegram, chat, params, kind=kind, media=media, text=text, entities=entities)


def _one(telegram: Telegram, chat: Chat, params: Params, **fields: Any) -> Any:
    replied = _replied(chat, params)
    telegram.count(chat.id, 1)
    message = telegram.post(chat, reply_to=replied, **fields)
    told = telegram.told(message)
    if telegram.scheduled_next:
        telegram.scheduled_next = False
        told["message_id"] = 0
    return told


def _replied(chat: Chat, params: Params) -> int | None:
    asked = params.get("reply_parameters")
    if not asked:
        return None
    number = as_number(asked.get("message_id"))
    if number in chat.messages:
        return number
    if asked.get("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


def _caption(params: Params) -> tuple[str, list[rules.Entity]]:
    text, entities = rules.text_of(
        params.get("caption", ""), params.get("caption_entities"), params.get("parse_mode")
    )
    if rules.units(text) > rules.CAPTION_LIMIT:
        raise bad("message caption is too long")
    return text, entities


def checked(content: bytes, kind: str, name: str) -> Stored:
    if kind == "photo":
        media_type, width, height = rules.check_photo(content)
        return Stored(content, media_type, name, width, height)
    if not content:
        raise bad("file must be non-empty")
    if len(content) > rules.FILE_BYTES:
        raise TelegramError(413, "Request Entity Too Large")
    measures = picture_size(content) or ("application/octet-stream", 0, 0)
    return Stored(content, measures[0], name, measures[1], measures[2])


# -- methods that change -------------------------------------------------------------------------


@method
def editMessageText(telegram: Telegram, params: Params, _files: Files) -> Any:
    message = _editable(telegram, params)
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    text, entities = rules.text_of(params.get("text", ""), params.get("entities"), params.get("parse_mode"))
    if not text:
        raise bad("message text is empty")
    if rules.units(text) > rules.TEXT_LIMIT:
        raise bad("message is too long")
    preview = dict(params.get("link_preview_options") or {})
    return _changed(telegram, message, text=text, entities=entities, preview=preview)


@method
def editMessageCaption(telegram: Telegram, params: Params, _files: Files) -> Any:
    message = _editable(telegram, params)
    if not message.media:
        raise bad("there is no caption in the message to edit")
    text, entities = _caption(params)
    return _changed(telegram, message, text=text, entities=entities)


@method
def editMessageMedia(telegram: Telegram, params: Params, files: Files) -> Any:
    message = _editable(telegram, params)
    item = params.get("media")
    if not isinstance(item, dict):
        raise bad("can't parse InputMedia: expected an Object")
    if not message.media and message.kind != "text":
        raise bad("there is no media in the message to edit")
    if message.album and item.get("type") not in ("photo", "video"):
        raise bad("Can't use the media of the specified type in the album")
    kind = str(item.get("type"))
    text, entities = _caption(item)
    media = telegram.store(item.get("media"), files, kind)
    return _changed(telegram, message, kind=kind, media=media, text=text, entities=entities)


def _editable(telegram: Telegram, params: Params) -> Message:
    message = telegram.message(params, "edit")
    if message.by != "bot" and "can_edit_messages" not in telegram.chat(params.get("chat_id")).rights:
        raise bad("message can't be edited")
    if message.poll or message.forwarded:
        raise bad("message can't be edited")
    return message


def _changed(telegram: Telegram, message: Message, **fields: Any) -> Any:
    if all(getattr(message, name) == value for name, value in fields.items()):
        raise bad(IDENTICAL)
    for name, value in fields.items():
        setattr(message, name, value)
    message.edited = telegram.world.clock.seconds()
    return telegram.told(message)


@method
def deleteMessage(telegram: Telegram, params: Params, _files: Files) -> Any:
    message = telegram.message(params, "delete")
    _check_removal(telegram, [message])
    del telegram.chats[message.chat_id].messages[message.id]
    return True


@method
def deleteMessages(telegram: Telegram, params: Params, _files: Files) -> Any:
    chat = telegram.chat(params.get("chat_id"))
    numbers = params.get("message_ids")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= 100:
        raise bad("message identifiers are not specified")
    found = [chat.messages[number] for number in map(as_number, numbers) if number in chat.messages]
    _check_removal(telegram, found)
    for message in found:
        del chat.messages[message.id]
    return True


def _check_removal(telegram: Telegram, messages: Iterable[Message]) -> None:
    """A bot removes its own where it may post, others' where it may delete, and nothing that is old."""
    for message in messages:
        chat = telegram.chats[message.chat_id]
        if chat.type == "channel":
            own = {"can_post_messages"} if message.by == "bot" else set()
            if not {"can_delete_messages", *own} & chat.rights:
                raise bad("message can't be deleted")
    oldest = telegram.world.clock.now() - telegram.delete_hours * 3600
    if any(message.date < oldest for message in messages):
        raise bad("message can't be deleted for everyone")


@method
def forwardMessage(telegram: Telegram, params: Params, _files: Files) -> Any:
    return telegram.told(_forwarded(telegram, params))


@method
def copyMessage(telegram: Telegram, params: Params, _files: Files) -> Any:
    message = _forwarded(telegram, params)
    message.forwarded = {}
    return {"message_id": message.id}


def _forwarded(telegram: Telegram, params: Params) -> Message:
    chat = telegram.chat(params.get("chat_id"), "can_post_messages")
    source = telegram.chat(params.get("from_chat_id"))
    found = source.messages.get(as_number(params.get("message_id")))
    if found is None:
        raise bad("message to forward not found")
    if found.kind == "service" or source.protected:
        raise bad("the message can't be forwarded")
    telegram.count(chat.id, 1)
    origin = {"type": "channel", "chat": source.view(), "message_id": found.id, "date": found.date}
    copied = {name: getattr(found, name) for name in ("kind", "text", "entities", "media", "poll")}
    return telegram.post(chat, **copied, forwarded=origin)
