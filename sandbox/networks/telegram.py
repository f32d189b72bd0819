"""Telegram: a bot, its channel, a log chat, and the channel as its readers see it.

Refuses what Bot API refuses: text and caption limits after entities, wrong offsets, photos out of measure, albums
that are none, strangers' chats, too many messages, old deletions.  It reads entities, not ``parse_mode``.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.networks.base import Call, Platform, Reply, platform, reply
from sandbox.networks.telegram_chats import Chat, Message, Stored, as_number
from sandbox.networks.telegram_methods import METHODS, Files, Params, checked
from sandbox.networks.telegram_rules import Rates, TelegramError, bad
from sandbox.uploads import multipart
from sandbox.world import World

TOKEN = "7000000001:sandbox-telegram-bot-key"
CHANNEL = -1001000000001
LOG_CHAT = -1001000000002
STRANGERS_CHAT = -1001000000003


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
        found = chat.messages.get(as_number(params.get("message_id")))
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
        stored = checked(content, kind, filename)
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
        if not isinstance(body, dict):
            raise bad("can't parse JSON object: expected an Object")
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


def _refusal(error: TelegramError) -> Reply:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    headers = {"Retry_After": str(error.parameters["retry_after"])} if "retry_after" in error.parameters else {}
    return reply(body, error.code, **headers)
