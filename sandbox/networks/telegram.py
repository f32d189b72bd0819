"""Telegram: a bot, its channel, a log chat, and the channel as its readers see it.

Refuses what Bot API refuses: text and caption limits after entities, wrong offsets, photos out of measure, albums
that are none, strangers' chats, too many messages, old deletions.  It reads entities, not ``parse_mode``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from sandbox.networks import telegram_rules as rules
from sandbox.networks.base import Call, Platform, Reply, platform, reply
from sandbox.networks.telegram_rules import Rates, TelegramError, bad
from sandbox.pictures import picture_size
from sandbox.uploads import multipart
from sandbox.world import World

TOKEN = "7000000001:sandbox-telegram-bot-key"
BOT = {"id": 7000000001, "is_bot": True, "first_name": "ОКМО", "username": "okmo_news_bot"}
CHANNEL = -1001000000001
LOG_CHAT = -1001000000002
STRANGERS_CHAT = -1001000000003
RIGHTS = ("can_post_messages", "can_edit_messages", "can_delete_messages")
IDENTICAL = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)

Params = dict[str, Any]
Files = dict[str, tuple[str, bytes]]


@dataclass
class Message:
    """A message of a chat. ``media`` is the file's number, ``kind`` what it is shown as."""

    id: int
    chat_id: int
    date: int
    kind: str = "text"
    text: str = ""
    entities: list[rules.Entity] = field(default_factory=list)
    media: str = ""
    album: str = ""
    reply_to: int | None = None
    edited: int = 0
    preview: dict[str, Any] = field(default_factory=dict)
    poll: dict[str, Any] = field(default_factory=dict)
    forwarded: dict[str, Any] = field(default_factory=dict)
    by: str = "bot"
    views: int = 0


@dataclass
class Stored:
    """A file Telegram keeps."""

    content: bytes
    kind: str
    name: str
    width: int = 0
    height: int = 0


@dataclass
class Chat:
    """A chat and what the bot may do there; ``status`` as getChatMember tells it."""

    id: int
    type: str
    title: str
    username: str = ""
    status: str = "administrator"
    rights: set[str] = field(default_factory=lambda: set(RIGHTS))
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    moved_to: int | None = None
    #: Nothing of it can be forwarded.
    protected: bool = False

    def view(self) -> dict[str, Any]:
        """As messages carry it."""
        shown: dict[str, Any] = {"id": self.id, "type": self.type, "title": self.title}
        return {**shown, "username": self.username} if self.username else shown


Method = Callable[["Telegram", Params, Files], Any]
METHODS: dict[str, Method] = {}


def method(function: Method) -> Method:
    """Registers a method under its own name; Telegram does not mind the case."""
    METHODS[function.__name__.lower()] = function
    return function


@platform
class Telegram(Platform):
    """The bot's side and the readers' side."""

    name = "telegram"
    title = "Телеграм"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.alive = True
        self.webhook = ""
        self.delete_hours = 48.0
        self.scheduled_next = False
        self.rates = Rates()
        #: None: as the sandbox's own limits are.
        self.limited: bool | None = None
        self.files: dict[str, Stored] = {}
        self.chats = {
            CHANNEL: Chat(CHANNEL, "channel", "ОКМО · новости", "okmo_news"),
            LOG_CHAT: Chat(LOG_CHAT, "supergroup", "Служебный чат"),
            STRANGERS_CHAT: Chat(STRANGERS_CHAT, "channel", "Чужой канал", "foreign", status="left"),
        }

    # -- requests --------------------------------------------------------------------------------

    def method(self, call: Call) -> str:
        if call.path.startswith("/picture/"):
            return "picture"
        name = call.path.rsplit("/", 1)[-1]
        found = METHODS.get(name.lower())
        return found.__name__ if found else name[:40]

    def answer(self, call: Call) -> Reply:
        if call.path.startswith("/picture/"):
            return self._picture(call.path.removeprefix("/picture/"))
        match = re.fullmatch(r"/bot([^/]+)/(\w+)", call.path)
        try:
            if match is None or ":" not in match[1]:
                raise TelegramError(404, "Not Found")
            if match[1] != TOKEN or not self.alive:
                raise TelegramError(401, "Unauthorized")
            function = METHODS.get(match[2].lower())
            if function is None:
                raise TelegramError(404, "Not Found: method not found")
            return reply({"ok": True, "result": function(self, *_sent(call))})
        except TelegramError as error:
            return _refusal(error)

    def struck(self, code: int, text: str) -> Reply:
        if code == 429:
            seconds = int(re.sub(r"\D", "", text) or 1)
            return _refusal(TelegramError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds))
        words = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
        return _refusal(TelegramError(code, text or words.get(code, "Internal Server Error")))

    def _picture(self, number: str) -> Reply:
        file = self.files.get(number)
        if file is None:
            return Reply(404, b"", "text/html")
        return Reply(200, file.content, file.kind, {"Cache-Control": "max-age=3600"})

    # -- what methods share ----------------------------------------------------------------------

    def chat(self, name: Any, right: str = "") -> Chat:
        """The chat a request names, in which the bot has the right. Raises TelegramError."""
        for chat in self.chats.values():
            if str(name) in (str(chat.id), f"@{chat.username}" if chat.username else "-"):
                break
        else:
            raise bad("chat not found")
        if chat.moved_to is not None:
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            raise TelegramError(400, text, migrate_to_chat_id=chat.moved_to)
        if chat.status in ("left", "kicked"):
            how = "was kicked from" if chat.status == "kicked" else "is not a member of"
            raise TelegramError(403, f"Forbidden: bot {how} the {chat.type} chat")
        if right and chat.type == "channel" and right not in chat.rights:
            raise bad("not enough rights to post messages" if "post" in right else "message can't be edited")
        return chat

    def message(self, params: Params, what: str) -> Message:
        """The message a request names. Raises TelegramError."""
        chat = self.chat(params.get("chat_id"))
        found = chat.messages.get(_number(params.get("message_id")))
        if found is None:
            raise bad(f"message to {what} not found")
        return found

    def post(self, chat: Chat, **what: Any) -> Message:
        """One more message in the chat, from the bot unless ``by`` says otherwise."""
        chat.last_id += 1
        message = Message(chat.last_id, chat.id, self.world.clock.seconds(), **what)
        chat.messages[message.id] = message
        return message

    def count(self, chat_id: int, messages: int) -> None:
        """Counts messages against the rates, unless limits are off here or in the whole sandbox."""
        if self.limited if self.limited is not None else any(self.world.limits.values.values()):
            self.rates.count(chat_id, messages)

    def store(self, given: Any, files: Files, kind: str) -> str:
        """The number of a file given as an upload or by an earlier number. Raises TelegramError."""
        if not isinstance(given, str) or not given:
            given = f"attach://{kind}"
        if given in self.files:
            return str(given)
        if given == f"attach://{kind}" and kind not in files:
            raise bad(f"there is no {kind} in the request")
        name = given.removeprefix("attach://")
        if not given.startswith("attach://") or name not in files:
            raise bad("wrong remote file identifier specified: wrong padding in the string")
        filename, content = files[name]
        stored = _checked(content, kind, filename)
        number = self.world.secret("telegram", len(self.files), filename)[:24]
        self.files[number] = stored
        return number

    def told(self, message: Message) -> dict[str, Any]:
        """The message as the API gives it."""
        shown: dict[str, Any] = {
            "message_id": message.id,
            "date": message.date,
            "chat": self.chats[message.chat_id].view(),
        }
        if message.edited:
            shown["edit_date"] = message.edited
        if message.album:
            shown["media_group_id"] = message.album
        if message.forwarded:
            shown["forward_origin"] = message.forwarded
        field_name = "text" if message.kind == "text" else "caption"
        if message.text:
            shown[field_name] = message.text
            shown["entities" if message.kind == "text" else "caption_entities"] = message.entities
        if message.poll:
            shown["poll"] = message.poll
        if message.media:
            shown[message.kind] = self._media(message)
        return shown

    def _media(self, message: Message) -> Any:
        file = self.files[message.media]
        named = {"file_id": message.media, "file_unique_id": message.media[:12], "file_size": len(file.content)}
        if message.kind == "photo":
            scale = min(1.0, 2560 / max(file.width, file.height, 1))
            width, height = max(1, int(file.width * scale)), max(1, int(file.height * scale))
            return [
                {**named, "width": max(1, width // 4), "height": max(1, height // 4)},
                {**named, "width": width, "height": height},
            ]
        return {**named, "file_name": file.name}

    # -- readers and people ----------------------------------------------------------------------

    def view(self) -> dict[str, Any]:
        channel = self.chats[CHANNEL]
        posts: list[dict[str, Any]] = []
        shown = (one for one in channel.messages.values() if one.kind != "service")
        for message in sorted(shown, key=lambda one: one.id):
            if message.album and posts and posts[-1]["album"] == message.album:
                self._joined(posts[-1], message)
            else:
                posts.append(self._shown(message))
        return {
            "chat": channel.view(),
            "posts": posts[::-1],
            "log_chat": [self._shown(message) for message in self.chats[LOG_CHAT].messages.values()],
        }

    def _joined(self, post: dict[str, Any], message: Message) -> None:
        item = self._shown(message)
        post["ids"] += item["ids"]
        post["pictures"] += item["pictures"]
        post["files"] += item["files"]
        post["edited"] = post["edited"] or item["edited"]
        if item["text"]:
            # Telegram shows no text under an album of which several items have one.
            post["text"], post["entities"] = ("", []) if post["text"] else (item["text"], item["entities"])

    def _shown(self, message: Message) -> dict[str, Any]:
        file = self.files.get(message.media)
        address = f"{self.world.base_url}/telegram/picture/{message.media}"
        pictured = file is not None and file.width and message.kind != "document"
        return {
            "ids": [message.id],
            "id": message.id,
            "kind": message.kind,
            "text": message.text,
            "entities": message.entities,
            "pictures": [address] if pictured else [],
            "files": [{"name": file.name, "url": address}] if file is not None and not pictured else [],
            "poll": message.poll or None,
            "link": f"https://t.me/okmo_news/{message.id}",
            "album": message.album,
            "reply_to": message.reply_to,
            "preview": message.preview,
            "date": message.date,
            "edited": bool(message.edited),
            "by": message.by,
            "views": message.views,
        }

    def do(self, what: dict[str, Any]) -> dict[str, Any]:
        """Switches: limits, key, membership, rights, webhook, delete_hours, scheduled, upgrade, protect.
        Deeds of people: post, delete, read; service: what a channel tells of itself, a pin or a new title."""
        chat = self.chats[int(what.get("chat", CHANNEL))]
        match what.get("what"):
            case "limits":
                self.limited = bool(what["on"])
                self.rates = Rates(**{name: value for name, value in what.items() if name in _RATES})
            case "key":
                self.alive = what["set"] == "ok"
            case "membership":
                chat.status = str(what["set"])
            case "rights":
                chat.rights = set(what["set"])
            case "webhook":
                self.webhook = str(what.get("url", ""))
            case "delete_hours":
                self.delete_hours = float(what["set"])
            case "scheduled":
                self.scheduled_next = True
            case "upgrade":
                chat.moved_to = int(what["to"])
            case "protect":
                chat.protected = bool(what["on"])
            case "post":
                return {"id": self.post(chat, text=str(what["text"]), by="person").id}
            case "service":
                return {"id": self.post(chat, kind="service", by="person").id}
            case "delete":
                chat.messages.pop(int(what["id"]))
            case "read":
                chat.messages[int(what["id"])].views += int(what.get("times", 1))
            case _:
                return super().do(what)
        return {}


_RATES = {"per_second", "burst", "per_minute", "overall"}


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
    if _number(params.get("user_id")) != BOT["id"]:
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
    question = str(params.get("question", ""))
    options = [one.get("text", "") if isinstance(one, dict) else str(one) for one in params.get("options") or []]
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
    number = _number(asked.get("message_id"))
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


def _checked(content: bytes, kind: str, name: str) -> Stored:
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
    _check_age(telegram, [message])
    del telegram.chats[message.chat_id].messages[message.id]
    return True


@method
def deleteMessages(telegram: Telegram, params: Params, _files: Files) -> Any:
    chat = telegram.chat(params.get("chat_id"))
    numbers = params.get("message_ids")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= 100:
        raise bad("message identifiers are not specified")
    found = [chat.messages[number] for number in map(_number, numbers) if number in chat.messages]
    _check_age(telegram, found)
    for message in found:
        del chat.messages[message.id]
    return True


def _check_age(telegram: Telegram, messages: Iterable[Message]) -> None:
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
    found = source.messages.get(_number(params.get("message_id")))
    if found is None:
        raise bad("message to forward not found")
    if found.kind == "service" or source.protected:
        raise bad("the message can't be forwarded")
    telegram.count(chat.id, 1)
    origin = {"type": "channel", "chat": source.view(), "message_id": found.id, "date": found.date}
    copied = {name: getattr(found, name) for name in ("kind", "text", "entities", "media", "poll")}
    return telegram.post(chat, **copied, forwarded=origin)


# -- requests read -------------------------------------------------------------------------------


def _sent(call: Call) -> tuple[Params, Files]:
    """Parameters of a request, JSON values among them read, and its files. Raises TelegramError."""
    kind = call.headers.get("content-type", "").split(";")[0]
    params: Params = dict(parse_qsl(call.query, keep_blank_values=True))
    files: Files = {}
    if kind == "application/json":
        try:
            body = json.loads(call.body or b"{}")
        except ValueError:
            raise bad("can't parse JSON object") from None
        params.update(body)
        return params, files
    if kind == "multipart/form-data":
        for name, (filename, content) in multipart(call.headers["content-type"], call.body).items():
            if filename:
                files[name] = (filename, content)
            else:
                params[name] = content.decode("utf-8", "replace")
    else:
        params.update(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    for name in _STRUCTURED & params.keys():
        try:
            params[name] = json.loads(params[name])
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None
    return params, files


_STRUCTURED = {
    *("entities", "caption_entities", "media", "options", "reply_parameters", "link_preview_options"),
    "message_ids",
}


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _refusal(error: TelegramError) -> Reply:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    headers = {"Retry_After": str(error.parameters["retry_after"])} if "retry_after" in error.parameters else {}
    return reply(body, error.code, **headers)
