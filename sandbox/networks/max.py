"""MAX: a bot, its channel, uploads, and the channel as its readers see it.

Refuses what MAX refuses: a key that is not in the header, strangers' chats, texts of more than 4,000 units of raw
markup, files beside anything else, attachments that are not ready, files that were deleted with their message, more
than two edits a second.  Tags it does not know are dropped.
"""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

from sandbox.networks.base import Call, Platform, Reply, platform, reply
from sandbox.pictures import picture_size
from sandbox.uploads import multipart
from sandbox.world import World

TOKEN = "sandbox-max-bot-key"
CHANNEL = -70000000000001
STRANGERS_CHAT = -70000000000002
BOT = {"user_id": 5500001, "first_name": "ОКМО", "username": "okmo_bot", "is_bot": True}
PERMISSIONS = ("read_all_messages", "write", "post_edit_delete_message", "edit", "delete")
#: Each of them lets a bot take a message away.
DELETE = {"delete", "delete_message", "post_edit_delete_message"}

TEXT_LIMIT = 4000
MOST_ATTACHMENTS = 10
IMAGE_BYTES = 50 * 1024 * 1024
IMAGE_SIDE = 7680
PER_SECOND = 30
EDITS_PER_SECOND = 2
#: What a request may name in its address, by verb and path; and what a message may.
TAKEN = {
    ("GET", "/me"): set(),
    ("POST", "/messages"): {"chat_id", "user_id", "disable_link_preview"},
    ("PUT", "/messages"): {"message_id"},
    ("DELETE", "/messages"): {"message_id"},
    ("GET", "/messages"): {"chat_id", "message_ids", "from", "to", "count"},
    ("POST", "/uploads"): {"type"},
}
MESSAGE = {"text", "attachments", "link", "notify", "format"}
#: Link buttons in a row.
LINKS_IN_ROW = 3
KINDS = {
    "b": "strong",
    "strong": "strong",
    "i": "emphasized",
    "em": "emphasized",
    "s": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "code": "monospaced",
    "pre": "monospaced",
    "a": "link",
    "mark": "highlighted",
    "h1": "heading",
}


class MaxError(Exception):
    """A refusal: HTTP status, code, words."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.code = code
        self.words = words


def units(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


class _Markup(HTMLParser):
    """Reads MAX's HTML into a text and its markup; unknown tags are dropped, their content stays."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.markup: list[dict[str, Any]] = []
        self._open: list[tuple[str, int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in KINDS:
            self._open.append((tag, units(self.text), dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                _, start, url = self._open.pop(place)
                length = units(self.text) - start
                if length:
                    item = {"type": KINDS[tag], "from": start, "length": length}
                    self.markup.append({**item, "url": url} if tag == "a" else item)
                return

    def handle_data(self, data: str) -> None:
        self.text += data


@dataclass
class Message:
    """A message of the channel. Pictures are numbers, ``attachments`` what the API shows."""

    mid: str
    seq: int
    chat_id: int
    at: float
    text: str
    markup: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    edited: bool = False
    by: str = "bot"
    views: int = 0
    #: Whether pages that the text leads to are shown under it.
    previews: bool = True


@dataclass
class Stored:
    """An uploaded file; ``late`` is how many more messages with it are refused as not ready."""

    content: bytes
    kind: str
    name: str
    what: str
    late: int = 0


@dataclass
class Chat:
    """A chat and what the bot may do there."""

    id: int
    title: str
    member: bool = True
    permissions: set[str] = field(default_factory=lambda: set(PERMISSIONS))
    messages: list[Message] = field(default_factory=list)


@platform
class Max(Platform):
    """The bot's side and the readers' side."""

    name = "max"
    title = "MAX"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.alive = True
        #: 0: any number; None: as the sandbox's own limits are.
        self.per_second: int | None = None
        self.late = 0
        self.says_no: set[str] = set()
        self.files: dict[str, Stored] = {}
        self.tickets: dict[str, str] = {}
        self.chats = {
            CHANNEL: Chat(CHANNEL, "ОКМО · новости"),
            STRANGERS_CHAT: Chat(STRANGERS_CHAT, "Чужой канал", member=False),
        }
        self._asked: deque[float] = deque()
        self._edits: deque[float] = deque()
        self._seq = 116_000_000_000_000

    # -- requests --------------------------------------------------------------------------------

    def method(self, call: Call) -> str:
        head = call.path.strip("/").split("/")[0] or "none"
        if head == "chats":
            return "members" if call.path.endswith("/me") else "chats"
        ends = {"PUT": ".edit", "DELETE": ".delete", "GET": ".read"}
        return head + (ends.get(call.verb, "") if head == "messages" else "")

    def answer(self, call: Call) -> Reply:
        if call.path.startswith("/picture/"):
            return self._picture(call.path.removeprefix("/picture/"))
        try:
            if call.path.startswith("/upload/"):
                return self._receive(call)
            self._check(call)
            return self._routed(call)
        except MaxError as error:
            return self._refusal(error)

    def struck(self, code: int, text: str) -> Reply:
        codes = {400: "proto.payload", 401: "verify.token", 403: "chat.denied", 404: "not.found"}
        codes |= {429: "too.many.requests", 503: "service.unavailable"}
        return self._refusal(MaxError(code, codes.get(code, "internal.error"), text or "Refused"))

    def _refusal(self, error: MaxError) -> Reply:
        return reply({"code": error.code, "message": error.words}, error.status)

    def _check(self, call: Call) -> None:
        if call.headers.get("authorization") != TOKEN or not self.alive:
            raise MaxError(401, "verify.token", "Invalid access_token")
        allowed = self.per_second
        if allowed is None:
            allowed = PER_SECOND if any(self.world.limits.values.values()) else 0
        _count(self._asked, allowed)
        if self.method(call) == "messages.edit":
            _count(self._edits, EDITS_PER_SECOND if allowed else 0)

    def _routed(self, call: Call) -> Reply:
        found: dict[tuple[str, str], Callable[[dict[str, str], bytes], Any]] = {
            ("GET", "/me"): lambda _given, _body: BOT,
            ("POST", "/messages"): self._send,
            ("PUT", "/messages"): self._edit,
            ("DELETE", "/messages"): self._delete,
            ("GET", "/messages"): self._read,
            ("POST", "/uploads"): self._upload,
        }
        given = dict(parse_qsl(call.query, keep_blank_values=True))
        route = (call.verb, call.path.rstrip("/"))
        if handler := found.get(route):
            if unknown := set(given) - TAKEN[route]:
                raise MaxError(400, "proto.payload", f"unknown parameters {sorted(unknown)}")
            if given.get("disable_link_preview", "true") not in ("true", "false"):
                raise MaxError(400, "proto.payload", "disable_link_preview: true or false")
            if call.body and call.headers.get("content-type", "").split(";")[0] != "application/json":
                raise MaxError(400, "proto.payload", "Content-Type: application/json is needed")
            return reply(handler(given, call.body))
        if match := re.fullmatch(r"/chats/(-?\d+)(/members/me)?", call.path):
            return reply(self._about(self._chat(match[1]), member=bool(match[2])))
        if (match := re.fullmatch(r"/messages/([\w.-]+)", call.path)) and call.verb == "GET":
            return reply(self._told(self._message(match[1])))
        known = any(path == call.path for _, path in found)
        raise (
            MaxError(405, "method.not.allowed", "Method not allowed")
            if known
            else MaxError(404, "not.found", "Path not found")
        )

    def _about(self, chat: Chat, *, member: bool) -> dict[str, Any]:
        if member:
            return {**BOT, "is_admin": bool(chat.permissions), "permissions": sorted(chat.permissions)}
        return {"chat_id": chat.id, "type": "channel", "status": "active", "title": chat.title}

    def _chat(self, number: str) -> Chat:
        chat = self.chats.get(int(number)) if re.fullmatch(r"-?\d+", number or "") else None
        if chat is None:
            raise MaxError(404, "chat.not.found", f"Chat {number} not found")
        if not chat.member:
            raise MaxError(403, "chat.denied", "Bot is not a member of the chat")
        return chat

    def _message(self, mid: str) -> Message:
        for chat in self.chats.values():
            for message in chat.messages:
                if message.mid == mid:
                    return message
        raise MaxError(404, "not.found", f"Message {mid} not found")

    # -- messages --------------------------------------------------------------------------------

    def _send(self, given: dict[str, str], body: bytes) -> Any:
        chat = self._chat(given.get("chat_id", ""))
        if "write" not in chat.permissions:
            raise MaxError(403, "chat.denied", "Bot has no permission to write")
        wanted = _object(body)
        text, markup = _text(wanted)
        attachments = self._attachments(wanted.get("attachments") or [])
        if not text and not attachments:
            raise MaxError(400, "proto.payload", "text: message is empty")
        self._seq += 1
        mid = f"mid.{self._seq:016x}"
        message = Message(mid, self._seq, chat.id, self.world.clock.now(), text, markup, attachments)
        message.previews = given.get("disable_link_preview") != "true"
        chat.messages.append(message)
        return {"message": self._told(message)}

    def _edit(self, given: dict[str, str], body: bytes) -> Any:
        message = self._message(given.get("message_id", ""))
        if "edit" in self.says_no or "edit" not in self._chat(str(message.chat_id)).permissions:
            return {"success": False, "message": "Message can't be edited"}
        wanted = _object(body)
        text, markup = _text(wanted) if wanted.get("text") is not None else (message.text, message.markup)
        if wanted.get("attachments") is not None:
            attachments = self._attachments(wanted["attachments"])
        else:
            attachments = message.attachments
        if not text and not attachments:
            raise MaxError(400, "proto.payload", "text: message is empty")
        before = message.attachments
        message.text, message.markup, message.attachments, message.edited = text, markup, attachments, True
        self._drop(before)
        return {"success": True}

    def _delete(self, given: dict[str, str], _body: bytes) -> Any:
        message = self._message(given.get("message_id", ""))
        if "delete" in self.says_no:
            return {"success": False, "message": "Message can't be deleted"}
        if not DELETE & self._chat(str(message.chat_id)).permissions:
            raise MaxError(403, "access.denied", "Bot has no permission to delete messages")
        self.chats[message.chat_id].messages.remove(message)
        self._drop(message.attachments)
        return {"success": True}

    def _drop(self, attachments: list[dict[str, Any]]) -> None:
        """Files are kept until they are deleted from where they were sent to."""
        still = {token for chat in self.chats.values() for one in chat.messages for token in _tokens(one)}
        for one in attachments:
            if (token := one["payload"].get("token")) not in still:
                self.files.pop(token, None)

    def _read(self, given: dict[str, str], _body: bytes) -> Any:
        chat = self._chat(given.get("chat_id", ""))
        if "read_all_messages" not in chat.permissions:
            raise MaxError(403, "chat.denied", "Bot may not read messages")
        count = int(given.get("count") or 50)
        if not 1 <= count <= 100:
            raise MaxError(400, "proto.payload", "count: must be between 1 and 100")
        newest = [self._told(message) for message in reversed(chat.messages)]
        return {"messages": newest[:count]}

    def _told(self, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {"mid": message.mid, "seq": message.seq, "text": message.text}
        body["attachments"] = message.attachments or None
        if message.markup:
            body["markup"] = message.markup
        return {
            "sender": BOT,
            "recipient": {"chat_id": message.chat_id, "chat_type": "channel"},
            "timestamp": int(message.at * 1000),
            "body": body,
            "url": f"https://max.ru/okmo_news/{message.seq:x}",
            "stat": {"views": message.views},
        }

    def _attachments(self, wanted: Any) -> list[dict[str, Any]]:
        if not isinstance(wanted, list) or len(wanted) > MOST_ATTACHMENTS:
            raise MaxError(400, "proto.payload", f"attachments: size must be between 0 and {MOST_ATTACHMENTS}")
        kinds = [one.get("type") if isinstance(one, dict) else None for one in wanted]
        if len(wanted) > 1 and {"file", "audio"} & set(kinds):
            raise MaxError(400, "proto.payload", "attachments: file must be the only attachment")
        return [shown for one, kind in zip(wanted, kinds, strict=True) for shown in self._attachment(kind, one)]

    def _attachment(self, kind: Any, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        payload = wanted.get("payload") or {}
        if kind == "inline_keyboard":
            return [{"type": kind, "payload": {"buttons": _buttons(payload.get("buttons"))}}]
        if kind not in ("image", "video", "file", "audio"):
            raise MaxError(400, "proto.payload", f"attachments: unknown type {kind}")
        tokens = [payload["token"]] if payload.get("token") else []
        tokens += [one.get("token") for one in (payload.get("photos") or {}).values() if isinstance(one, dict)]
        if kind == "image" and sum(bool(payload.get(name)) for name in ("url", "token", "photos")) != 1:
            raise MaxError(400, "proto.payload", "attachments: exactly one of url, token, photos is needed")
        return [self._file(kind, token) for token in tokens]

    def _file(self, kind: str, token: Any) -> dict[str, Any]:
        file = self.files.get(str(token))
        if file is None or file.what != kind:
            raise MaxError(400, "proto.payload", f"attachments: {kind} not found by token")
        if file.late > 0:
            file.late -= 1
            raise MaxError(400, "attachment.not.ready", "Key: errors.process.attachment.file.not.processed")
        address = f"{self.world.base_url}/max/picture/{token}"
        shown: dict[str, Any] = {"type": kind, "payload": {"token": token, "url": address}}
        return shown if kind == "image" else {**shown, "filename": file.name, "size": len(file.content)}

    # -- uploads ---------------------------------------------------------------------------------

    def _upload(self, given: dict[str, str], _body: bytes) -> Any:
        what = given.get("type", "")
        if what not in ("image", "video", "audio", "file"):
            raise MaxError(400, "proto.payload", "type: unknown upload type")
        ticket = self.world.secret("max-upload", len(self.tickets))[:20]
        self.tickets[ticket] = what
        return {"url": f"{self.world.base_url}/max/upload/{ticket}"}

    def _receive(self, call: Call) -> Reply:
        if "authorization" in call.headers:
            raise MaxError(400, "proto.payload", "Another host is not to be given the key")
        what = self.tickets.pop(call.path.removeprefix("/upload/"), None)
        if what is None:
            raise MaxError(404, "not.found", "Upload address is over")
        files = multipart(call.headers.get("content-type", ""), call.body)
        if set(files) != {"data"}:
            raise MaxError(400, "proto.payload", "One file in the field data is needed")
        name, content = files["data"]
        kind = "application/octet-stream"
        if what == "image":
            kind = _checked_image(content)
        token = self.world.secret("max-token", len(self.files), name)
        self.files[token] = Stored(content, kind, name, what, self.late)
        return reply({"photos": {token[:16]: {"token": token}}} if what == "image" else {"token": token})

    def _picture(self, token: str) -> Reply:
        file = self.files.get(token)
        if file is None:
            return Reply(404, b"", "text/html")
        return Reply(200, file.content, file.kind, {"Cache-Control": "max-age=3600"})

    # -- readers and people ----------------------------------------------------------------------

    def view(self) -> dict[str, Any]:
        channel = self.chats[CHANNEL]
        return {
            "chat": {"id": channel.id, "title": channel.title},
            "posts": [self._shown(message) for message in reversed(channel.messages)],
        }

    def _shown(self, message: Message) -> dict[str, Any]:
        files = [one for one in message.attachments if one["type"] not in ("image", "inline_keyboard")]
        buttons = [one["payload"]["buttons"] for one in message.attachments if one["type"] == "inline_keyboard"]
        return {
            "ids": [message.mid],
            "id": message.mid,
            "text": message.text,
            "markup": message.markup,
            "pictures": [one["payload"]["url"] for one in message.attachments if one["type"] == "image"],
            "files": [{"name": one.get("filename", ""), "url": one["payload"]["url"]} for one in files],
            "buttons": [button for rows in buttons for row in rows for button in row],
            "link": self._told(message)["url"],
            "date": int(message.at),
            "edited": message.edited,
            "by": message.by,
            "views": message.views,
            "previews": message.previews,
        }

    def do(self, what: dict[str, Any]) -> dict[str, Any]:
        """Switches: key, membership, permissions, limits, not_ready (times), says_no (edit, delete).
        Deeds of people: post, delete, read."""
        chat = self.chats[int(what.get("chat", CHANNEL))]
        match what.get("what"):
            case "key":
                self.alive = what["set"] == "ok"
            case "membership":
                chat.member = bool(what["on"])
            case "permissions":
                chat.permissions = set(what["set"])
            case "limits":
                self.per_second = int(what.get("per_second", PER_SECOND)) if what["on"] else 0
            case "not_ready":
                self.late = int(what["times"])
            case "says_no":
                self.says_no = set(what["to"])
            case "post":
                self._seq += 1
                mid = f"mid.{self._seq:016x}"
                now = self.world.clock.now()
                chat.messages.append(Message(mid, self._seq, chat.id, now, str(what["text"]), [], [], by="person"))
                return {"id": mid}
            case "delete":
                chat.messages.remove(self._message(str(what["id"])))
            case "read":
                self._message(str(what["id"])).views += int(what.get("times", 1))
            case _:
                return super().do(what)
        return {}


def _count(made: deque[float], allowed: int) -> None:
    """One more of what may be done so often a second, 0: any number. Raises MaxError."""
    now = time.monotonic()
    while made and made[0] <= now - 1:
        made.popleft()
    if allowed and len(made) >= allowed:
        raise MaxError(429, "too.many.requests", "Rate limit exceeded")
    made.append(now)


def _tokens(message: Message) -> list[str]:
    return [one["payload"]["token"] for one in message.attachments if one["payload"].get("token")]


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise MaxError(400, "proto.payload", "Body is not JSON") from None
    if not isinstance(value, dict) or set(value) - MESSAGE:
        raise MaxError(400, "proto.payload", "Body is not a message")
    return value


def _text(wanted: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    raw = wanted.get("text") or ""
    if not isinstance(raw, str) or units(raw) > TEXT_LIMIT:
        raise MaxError(400, "proto.payload", f"text: size must be between 0 and {TEXT_LIMIT}")
    if wanted.get("format") is None:
        return raw, []
    if wanted["format"] != "html":
        raise MaxError(400, "proto.payload", "format: the sandbox reads html only")
    reader = _Markup()
    reader.feed(raw)
    reader.close()
    return reader.text, reader.markup


def _buttons(rows: Any) -> list[list[dict[str, Any]]]:
    if not isinstance(rows, list) or not 1 <= len(rows) <= 30:
        raise MaxError(400, "proto.payload", "buttons: 1 to 30 rows")
    if any(not 1 <= len(row) <= LINKS_IN_ROW for row in rows):
        raise MaxError(400, "proto.payload", f"buttons: 1 to {LINKS_IN_ROW} links in a row")
    for button in (button for row in rows for button in row):
        if button.get("type") != "link" or not str(button.get("url", "")).startswith(("http://", "https://")):
            raise MaxError(400, "proto.payload", "buttons: a link button with a web address is needed")
        if not 1 <= units(str(button.get("text", ""))) <= 128 or len(str(button["url"])) > 2048:
            raise MaxError(400, "proto.payload", "buttons: text or url is too long")
    return list(rows)


def _checked_image(content: bytes) -> str:
    found = picture_size(content)
    if found is None:
        raise MaxError(400, "upload.error", "File extension is forbidden")
    kind, width, height = found
    if len(content) > IMAGE_BYTES or max(width, height) > IMAGE_SIDE:
        raise MaxError(400, "upload.error", "Image is too large")
    return kind
