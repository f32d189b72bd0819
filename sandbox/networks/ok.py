"""Odnoklassniki: one group, the methods a poster needs, and the reader's view of the group's topics.

Checks what the real one checks: the signature over every parameter, the session, the application's permissions,
the role in the group, upload tokens, block and text limits.  Errors come with HTTP 200.  Limits that
Odnoklassniki does not publish (text, blocks, pictures) are this file's own and can be set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.networks.base import Call, Platform, Reply, platform, reply
from sandbox.pictures import picture_size
from sandbox.uploads import multipart
from sandbox.world import World

APPLICATION_KEY = "CSANDBOXKEY"
APPLICATION_SECRET = "ok-application-secret"
ACCESS_TOKEN = "ok-access-token"
GROUP_ID = "70000000000001"
USER_ID = "590000000001"

MOST_UPLOADS = 20
MOST_BYTES = 20 * 1024 * 1024
LEAST_SIDE = 16
MOST_SIDE = 10_000
POLL_OPTIONS = {"SingleChoice", "AnonymousVoting", "ResultsAfterVoting", "VotingClosed"}
MOSCOW = timezone(timedelta(hours=3))

Params = dict[str, str]


class OkError(Exception):
    """A refusal with Odnoklassniki's number and words."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


NAMES = {
    1: "UNKNOWN : Unknown error",
    2: "SERVICE : Service temporary unavailable",
    7: "ACTION_BLOCKED : User is blocked from performing this action",
    8: "FLOOD_BLOCKED : Execution of method is blocked because of flooding",
    9: "IP_BLOCKED : IP-address is blocked by suspicious activity",
    10: "PERMISSION_DENIED : Permission denied",
    11: "LIMIT_REACHED : Method invocation limit reached",
    50: "NOT_ADMIN : User must be an administrator or moderator",
    102: "PARAM_SESSION_EXPIRED : Session expired",
    103: "PARAM_SESSION_KEY : Invalid session key",
    104: "PARAM_SIGNATURE : Invalid signature",
    454: "CENSOR_MATCH : Text contains forbidden words",
    504: "PHOTO_CORRUPTED_IMAGE : Corrupted image",
    601: "MEDIA_TOPIC_TEXT_LIMIT : Text is too long",
    704: "EDIT_TIME_EXPIRED : Editing time is over",
    5000: "INVALID_RESPONSE : Invalid response",
    9999: "SYSTEM : Critical system error",
}


@dataclass
class Topic:
    """A topic of the group; `pictures` are numbers of pictures in order."""

    id: str
    at: float
    blocks: list[dict[str, Any]]
    as_group: bool
    edited: bool = False
    shown_from: float = 0.0
    views: int = 0

    @property
    def pictures(self) -> list[str]:
        """Numbers of its pictures, in order."""
        return [photo for block in self.blocks if block["type"] == "photo" for photo in block["photos"]]


@dataclass
class Picture:
    """An uploaded picture; its token works once, in the group it was uploaded for."""

    content: bytes
    kind: str
    gid: str
    token: str
    used: bool = False


@dataclass
class Switches:
    """What can be changed from outside: limits, the key, the roles."""

    text_limit: int = 4000
    block_limit: int = 20
    edit_seconds: float = 30 * 24 * 3600.0
    session: str = "ok"
    permissions: set[str] = field(default_factory=lambda: {"VALUABLE_ACCESS", "GROUP_CONTENT", "PHOTO_CONTENT"})
    admin: bool = True
    statistics: bool = True


Method = Callable[["Ok", Params], Any]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Registers a method of the API."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register


@platform
class Ok(Platform):
    """The group and those who may post there."""

    name = "ok"
    title = "Одноклассники"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.topics: dict[str, Topic] = {}
        self.pictures: dict[str, Picture] = {}
        self.uploads: dict[str, tuple[str, list[str]]] = {}
        self.switches = Switches()
        self._number = 151_000_000_000_000

    @property
    def session_secret(self) -> str:
        """What calls are signed with."""
        return hashlib.md5((ACCESS_TOKEN + APPLICATION_SECRET).encode()).hexdigest()

    def new_id(self) -> str:
        """The next number for a topic or a picture."""
        self._number += 1
        return str(self._number)

    def topic(self, params: Params) -> Topic:
        """The topic a call is about. Raises OkError when there is none."""
        found = self.topics.get(params.get("topic_id", ""))
        if found is None:
            raise OkError(300, "NOT_FOUND : Topic is not found")
        return found

    # -- requests --------------------------------------------------------------------------------

    def method(self, call: Call) -> str:
        if call.path.startswith("/upload/"):
            return "upload"
        if call.path.startswith("/picture/"):
            return "picture"
        return _params(call).get("method", "none")

    def answer(self, call: Call) -> Reply:
        if call.path.startswith("/picture/"):
            picture = self.pictures.get(call.path.removeprefix("/picture/"))
            if picture is None:
                return Reply(404, b"", "text/html")
            return Reply(200, picture.content, picture.kind, {"Cache-Control": "max-age=3600"})
        try:
            if call.path.startswith("/upload/"):
                return reply(self._receive(call))
            return reply(self._called(call))
        except OkError as error:
            return self.struck(error.code, error.text)

    def struck(self, code: int, text: str) -> Reply:
        words = text or NAMES.get(code, "UNKNOWN : Unknown error")
        return reply({"error_code": code, "error_msg": words, "error_data": None}, Invocation_Error=str(code))

    def _called(self, call: Call) -> Any:
        if call.verb != "POST":
            raise OkError(4, "REQUEST : Long parameters need POST")
        params = _params(call)
        function = METHODS.get(params.get("method", ""))
        if function is None:
            raise OkError(3, "METHOD : Method does not exist")
        self._check_session(params)
        return function(self, params)

    def _check_session(self, params: Params) -> None:
        if params.get("application_key") != APPLICATION_KEY:
            raise OkError(101, "PARAM_API_KEY : No application key or it is wrong")
        if params.get("access_token") != ACCESS_TOKEN or self.switches.session == "revoked":
            raise OkError(103, NAMES[103])
        if self.switches.session == "expired":
            raise OkError(102, NAMES[102])
        if params.get("sig") != signature(params, self.session_secret):
            raise OkError(104, NAMES[104])
        if params.get("format", "json").lower() != "json":
            raise OkError(100, "PARAM : Only JSON is spoken here")

    def need(self, permission: str) -> None:
        """Raises OkError when the application has not got the permission."""
        if permission not in self.switches.permissions:
            raise OkError(10, f"PERMISSION_DENIED : Application has no permission {permission}")

    def need_group(self, params: Params) -> None:
        """Raises OkError unless the group is named and the user is its administrator."""
        if params.get("gid") != GROUP_ID:
            raise OkError(160, "PARAM_GROUP_ID : No such group")
        if not self.switches.admin:
            raise OkError(50, NAMES[50])

    # -- uploads ---------------------------------------------------------------------------------

    def _receive(self, call: Call) -> Any:
        gid, numbers = self.uploads.get(call.path.removeprefix("/upload/"), ("", []))
        files = [
            content for name, (_, content) in multipart(call.headers.get("content-type", ""), call.body).items()
        ]
        if not numbers or not files:
            raise OkError(505, "PHOTO_NO_IMAGE : No image in request")
        if len(files) > len(numbers):
            raise OkError(100, "PARAM : More pictures than were asked for")
        kinds = [_checked(content) for content in files]
        photos: dict[str, Any] = {}
        for number, content, kind in zip(numbers, files, kinds, strict=False):
            token = self.world.secret("ok", number, len(self.pictures))
            self.pictures[number] = Picture(content, kind, gid, token)
            photos[number] = {"token": token}
        del self.uploads[call.path.removeprefix("/upload/")]
        return {"photos": photos}

    def spend(self, token: str) -> str:
        """The picture's number for its token. Raises OkError for one that is wrong, used or of another group."""
        for number, picture in self.pictures.items():
            if picture.token == token:
                if picture.used or picture.gid != GROUP_ID:
                    break
                picture.used = True
                return number
        raise OkError(100, "PARAM : Invalid photo token")

    # -- readers and people ----------------------------------------------------------------------

    def view(self) -> dict[str, Any]:
        now = self.world.clock.now()
        shown = [topic for topic in self.topics.values() if topic.shown_from <= now]
        return {"posts": [self._shown(topic) for topic in reversed(shown)]}

    def _shown(self, topic: Topic) -> dict[str, Any]:
        return {
            "id": topic.id,
            "text": "\n\n".join(block["text"] for block in topic.blocks if block["type"] == "text"),
            "pictures": [f"{self.world.base_url}/ok/picture/{number}" for number in topic.pictures],
            "links": [block["url"] for block in topic.blocks if block["type"] == "link"],
            "polls": [_shown_poll(block) for block in topic.blocks if block["type"] == "poll"],
            "link": f"https://ok.ru/group/{GROUP_ID}/topic/{topic.id}",
            "date": int(topic.at),
            "edited": topic.edited,
            "as_group": topic.as_group,
            "views": topic.views,
        }

    def do(self, what: dict[str, Any]) -> dict[str, Any]:
        match what.get("what"):
            case "limits":
                for name in ("text_limit", "block_limit", "edit_seconds"):
                    setattr(self.switches, name, what.get(name, getattr(self.switches, name)))
            case "session":
                self.switches.session = str(what["set"])
            case "permission":
                change = self.switches.permissions.add if what["on"] else self.switches.permissions.discard
                change(str(what["name"]))
            case "role":
                self.switches.admin = bool(what["admin"])
            case "statistics":
                self.switches.statistics = bool(what["on"])
            case "delete":
                if self.topics.pop(str(what["id"]), None) is None:
                    raise ValueError("no such topic")
            case _:
                return super().do(what)
        return {}


# -- methods -------------------------------------------------------------------------------------


@method("users.getCurrentUser")
def _current_user(_ok: Ok, _params: Params) -> Any:
    return {"uid": USER_ID, "name": "Редакция ОКМО"}


@method("group.getUserGroupsByIds")
def _roles(ok: Ok, params: Params) -> Any:
    if params.get("group_id") != GROUP_ID:
        raise OkError(160, "PARAM_GROUP_ID : No such group")
    status = "ADMIN" if ok.switches.admin else "ACTIVE"
    return [{"userId": uid, "status": status} for uid in params.get("uids", "").split(",") if uid == USER_ID]


@method("photosV2.getUploadUrl")
def _upload_url(ok: Ok, params: Params) -> Any:
    ok.need("PHOTO_CONTENT")
    ok.need_group(params)
    count = int(params.get("count", "1")) if params.get("count", "1").isdigit() else 0
    if not 1 <= count <= MOST_UPLOADS:
        raise OkError(100, f"PARAM : count must be 1 to {MOST_UPLOADS}")
    numbers = [ok.new_id() for _ in range(count)]
    ticket = ok.world.secret("ok-upload", *numbers)[:20]
    ok.uploads[ticket] = (GROUP_ID, numbers)
    expires = int(ok.world.clock.now() * 1000) + 3_600_000
    return {
        "photo_ids": numbers,
        "upload_url": f"{ok.world.base_url}/ok/upload/{ticket}",
        "ttl_ms": 3_600_000,
        "expires_ms": expires,
    }


@method("mediatopic.post")
def _post(ok: Ok, params: Params) -> Any:
    ok.need("GROUP_CONTENT")
    ok.need_group(params)
    if params.get("type") != "GROUP_THEME":
        raise OkError(100, "PARAM : A topic of a group has type GROUP_THEME")
    attachment = _attachment(params)
    shown_from = _publication(attachment, ok.world.clock.now())
    blocks = _blocks(ok, attachment)
    topic = Topic(ok.new_id(), ok.world.clock.now(), blocks, _flag(attachment, "onBehalfOfGroup"))
    topic.shown_from = shown_from
    ok.topics[topic.id] = topic
    return topic.id


@method("mediatopic.edit")
def _edit(ok: Ok, params: Params) -> Any:
    ok.need("GROUP_CONTENT")
    topic = ok.topic(params)
    if not ok.switches.admin:
        raise OkError(50, NAMES[50])
    if ok.world.clock.now() - topic.at > ok.switches.edit_seconds:
        raise OkError(704, NAMES[704])
    topic.blocks = _blocks(ok, _attachment(params))
    topic.edited = True
    return {"success": True}


@method("mediatopic.deleteTopic")
def _delete(ok: Ok, params: Params) -> Any:
    ok.need("GROUP_CONTENT")
    ok.need_group(params)
    del ok.topics[ok.topic(params).id]
    return {"success": True}


@method("mediatopic.getByIds")
def _by_ids(ok: Ok, params: Params) -> Any:
    wanted = params.get("topic_ids", "").split(",")
    most = int(params.get("media_limit", "0" if len(wanted) > 1 else "3"))
    if len(wanted) > 1 and not 1 <= most <= 3:
        raise OkError(100, "PARAM : media_limit must be 1 to 3 for several topics")
    if not params.get("fields"):
        raise OkError(100, "PARAM : fields are missing")
    found = [ok.topics[one] for one in wanted if one in ok.topics]
    return {"media_topics": [_written(topic, most) for topic in found], "entities": {}}


@method("group.getStatTopics")
def _statistics(ok: Ok, params: Params) -> Any:
    ok.need("GROUP_CONTENT")
    ok.need_group(params)
    if not ok.switches.statistics:
        raise OkError(10, "PERMISSION_DENIED : Statistics are closed")
    begin = float(params.get("start_time", "0")) / 1000
    end = float(params.get("end_time", "9e15")) / 1000
    count = int(params.get("count", "20"))
    if not 1 <= count <= 50:
        raise OkError(100, "PARAM : count must be 1 to 50")
    newest = sorted(ok.topics.values(), key=lambda topic: topic.at, reverse=True)
    within = [topic for topic in newest if begin <= topic.at <= end]
    return {"topics": [{"id": topic.id, "created_ms": int(topic.at * 1000)} for topic in within[:count]]}


@method("group.getStatTopic")
def _statistic(ok: Ok, params: Params) -> Any:
    ok.need("GROUP_CONTENT")
    topic = ok.topic(params)
    return {"topic": {"id": topic.id, "views": topic.views, "likes": 0, "comments": 0, "reshares": 0}}


# -- what is sent --------------------------------------------------------------------------------


def signature(params: Params, secret: str) -> str:
    """The signature of a call: sorted pairs without the session and the signature itself, then the secret."""
    signed = sorted((name, value) for name, value in params.items() if name not in _UNSIGNED)
    return hashlib.md5(("".join(f"{name}={value}" for name, value in signed) + secret).encode()).hexdigest()


_UNSIGNED = {"access_token", "session_key", "sig"}


def _params(call: Call) -> Params:
    pairs = parse_qsl(call.query, keep_blank_values=True)
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs += parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    return dict(pairs)


def _checked(content: bytes) -> str:
    """The media type of a picture. Raises OkError for what is none or does not keep to the limits."""
    if len(content) > MOST_BYTES:
        raise OkError(500, "PHOTO_SIZE_LIMIT_EXCEEDED : File is too large")
    found = picture_size(content)
    if found is None:
        raise OkError(503 if content else 505, "PHOTO_INVALID_FORMAT : Unknown image format")
    kind, width, height = found
    if min(width, height) < LEAST_SIDE:
        raise OkError(501, "PHOTO_SIZE_TOO_SMALL : Image is too small")
    if max(width, height) > MOST_SIDE:
        raise OkError(502, "PHOTO_SIZE_TOO_BIG : Image is too big")
    return kind


def _attachment(params: Params) -> dict[str, Any]:
    try:
        attachment = json.loads(params.get("attachment", ""))
    except ValueError:
        raise OkError(100, "PARAM : attachment is no JSON") from None
    if not isinstance(attachment, dict) or not isinstance(attachment.get("media"), list):
        raise OkError(100, "PARAM : attachment has no media")
    unknown = set(attachment) - {"media", "onBehalfOfGroup", "disableComments", "publishAt", "publishAtMs"}
    if unknown:
        raise OkError(100, f"PARAM : attachment has unknown fields {sorted(unknown)}")
    return attachment


def _flag(attachment: dict[str, Any], name: str) -> bool:
    value = attachment.get(name, "false")
    if value not in ("true", "false"):
        raise OkError(100, f"PARAM : {name} must be a string, true or false")
    return bool(value == "true")


def _publication(attachment: dict[str, Any], now: float) -> float:
    """When the topic appears: the one form is Moscow time, the other an instant."""
    if "publishAtMs" in attachment:
        return float(attachment["publishAtMs"]) / 1000
    if "publishAt" in attachment:
        moment = datetime.strptime(str(attachment["publishAt"]), "%Y-%m-%d %H:%M:%S").replace(tzinfo=MOSCOW)
        return moment.timestamp()
    return now


def _blocks(ok: Ok, attachment: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks as they are kept. Nothing is spent when one of them is wrong."""
    media = attachment["media"]
    if not media or len(media) > ok.switches.block_limit:
        raise OkError(600, "MEDIA_TOPIC_BLOCK_LIMIT : Too few or too many blocks")
    for block in media:
        _check_block(ok, block)
    return [_kept(ok, block) for block in media]


def _check_block(ok: Ok, block: Any) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    match kind:
        case "text":
            if not isinstance(block.get("text"), str) or not block["text"].strip():
                raise OkError(100, "PARAM : A text block is empty")
            if len(block["text"].encode("utf-16-le")) // 2 > ok.switches.text_limit:
                raise OkError(601, NAMES[601])
        case "link":
            _check_link(block.get("url"))
        case "poll":
            _check_poll(block)
        case "photo":
            _check_photos(ok, block.get("list"))
        case _:
            raise OkError(100, f"PARAM : Unknown block {kind!r}")


def _check_link(url: Any) -> None:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise OkError(607, "MEDIA_TOPIC_LINK_BAD_FORMAT : Bad link")
    if parts.hostname == "ok.ru" or parts.hostname.endswith(".ok.ru"):
        raise OkError(100, "PARAM : errors.web-grabber.internal-link-failure")


def _check_poll(block: dict[str, Any]) -> None:
    answers = block.get("answers")
    chosen = {one for one in str(block.get("options", "")).split(",") if one}
    if chosen - POLL_OPTIONS:
        raise OkError(604, "MEDIA_TOPIC_POLL_OPTIONS : Unknown options")
    if not block.get("question") or not isinstance(answers, list):
        raise OkError(602, "MEDIA_TOPIC_POLL_QUESTION : Question or answers are missing")
    if not 2 <= len(answers) <= 20 or not all(isinstance(one, dict) and one.get("text") for one in answers):
        raise OkError(603, "MEDIA_TOPIC_POLL_ANSWERS : Bad answers")


def _shown_poll(block: dict[str, Any]) -> dict[str, Any]:
    several = "SingleChoice" not in str(block.get("options", "")).split(",")
    options = [answer["text"] for answer in block["answers"]]
    return {"question": block["question"], "options": options, "several": several}


def _check_photos(ok: Ok, photos: Any) -> None:
    if not isinstance(photos, list) or not 1 <= len(photos) <= MOST_UPLOADS:
        raise OkError(100, "PARAM : A photo block has no photos or too many")
    tokens = [photo.get("id") for photo in photos]
    known = {picture.token for picture in ok.pictures.values() if not picture.used and picture.gid == GROUP_ID}
    if len(set(tokens)) != len(tokens) or not set(tokens) <= known:
        raise OkError(100, "PARAM : Invalid photo token")


def _kept(ok: Ok, block: dict[str, Any]) -> dict[str, Any]:
    if block["type"] != "photo":
        return dict(block)
    return {"type": "photo", "photos": [ok.spend(photo["id"]) for photo in block["list"]]}


def _written(topic: Topic, most: int) -> dict[str, Any]:
    """A topic the way it is read."""
    media = [
        {"type": "photo", "photo_refs": [f"group_photo:{number}" for number in block["photos"]]}
        if block["type"] == "photo"
        else dict(block)
        for block in topic.blocks[:most]
    ]
    return {"id": topic.id, "created_ms": int(topic.at * 1000), "media": media, "author_ref": f"group:{GROUP_ID}"}
