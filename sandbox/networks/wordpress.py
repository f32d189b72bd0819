"""A WordPress site: posts and media over its REST interface, and the reader's view of the site.

Answers in WordPress' shapes: application passwords, ``rest_…`` errors with their statuses, slugs that get a
number when they are taken, the trash and ``force``.  Only what a poster needs is here.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

from sandbox.networks.base import Call, Platform, Reply, platform, reply
from sandbox.pictures import picture_size
from sandbox.world import World

USER = "okmo-bot"
PASSWORD = "abcd EFGH 1234 ijkl MNOP 5678"
API = "/wp-json/wp/v2/"
EXTENSIONS = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif"}
STATUSES = ("publish", "future", "draft", "pending", "private")
POST_FIELDS = {
    *("title", "content", "excerpt", "status", "slug", "date", "date_gmt", "author", "featured_media"),
    *("categories", "tags", "comment_status", "ping_status", "format", "sticky", "meta", "template", "id"),
}
CAPABILITIES = {
    "administrator": {"publish_posts", "edit_posts", "delete_posts", "upload_files", "unfiltered_html"},
    "author": {"publish_posts", "edit_posts", "delete_posts", "upload_files"},
    "contributor": {"edit_posts", "delete_posts"},
    "subscriber": set(),
}


class WpError(Exception):
    """A refusal in WordPress' words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass
class Entry:
    """A post or a picture of the site; ``fields`` are those that came with it."""

    id: int
    kind: str
    slug: str
    at: float
    status: str = "publish"
    fields: dict[str, Any] = field(default_factory=dict)
    content: bytes = b""
    media_type: str = ""
    modified: float = 0.0


@dataclass
class Switches:
    """What can be changed from outside."""

    password: str = PASSWORD
    role: str = "author"
    header_dropped: bool = False
    rest_off: bool = False
    plain_links: bool = False
    most_bytes: int = 64 * 1024 * 1024
    slug_suffix: str = ""


@platform
class WordPress(Platform):
    """The site, its posts and its files."""

    name = "wordpress"
    title = "Сайт"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.entries: dict[int, Entry] = {}
        self.switches = Switches()
        self._last = 100

    # -- requests --------------------------------------------------------------------------------

    def method(self, call: Call) -> str:
        """``posts.create``, ``posts.list``, ``media.create``, ``posts.delete`` and the like."""
        call = _by_path(call)
        if not call.path.startswith(API):
            return "file" if call.path.startswith("/wp-content/") else "page"
        what, _, number = call.path.removeprefix(API).partition("/")
        deed = {"GET": "get" if number else "list", "POST": "edit" if number else "create", "DELETE": "delete"}
        return f"{what}.{deed.get(call.verb, call.verb.lower())}"

    def answer(self, call: Call) -> Reply:
        if call.path.startswith("/wp-content/uploads/"):
            return self._file(call.path)
        if self.switches.plain_links and call.path.startswith("/wp-json/"):
            return Reply(404, b"<html><title>404 Not Found</title></html>", "text/html")
        call = _by_path(call)
        try:
            if not call.path.startswith(API):
                raise WpError(404, "rest_no_route", "Подходящий маршрут для URL и метода запроса не найден.")
            return self._routed(call)
        except WpError as error:
            return self._error(error)

    def struck(self, code: int, text: str) -> Reply:
        status = code if 400 <= code <= 599 else 500
        done = self._error(WpError(status, "rest_sandbox_fault", text or "Ошибка по заказу."))
        seconds = re.sub(r"\D", "", text)
        return replace(done, headers={"Retry-After": seconds}) if seconds else done

    def _error(self, error: WpError) -> Reply:
        body = {"code": error.code, "message": error.message, "data": {"status": error.status}}
        return reply(body, error.status)

    def _file(self, path: str) -> Reply:
        found = next((one for one in self.entries.values() if _path(one) == path), None)
        if found is None:
            return Reply(404, b"", "text/html")
        return Reply(200, found.content, found.media_type, {"Cache-Control": "max-age=3600"})

    def _routed(self, call: Call) -> Reply:
        if self.switches.rest_off:
            raise WpError(404, "rest_no_route", "Подходящий маршрут для URL и метода запроса не найден.")
        known = self._signed_in(call)
        what, _, number = call.path.removeprefix(API).rstrip("/").partition("/")
        query = dict(parse_qsl(call.query, keep_blank_values=True))
        if what == "users" and number == "me":
            return self._me(known, query)
        if what not in ("posts", "media") or (number and not number.isdigit()):
            raise WpError(404, "rest_no_route", "Подходящий маршрут для URL и метода запроса не найден.")
        kind = "post" if what == "posts" else "attachment"
        return self._entries(call, kind, int(number) if number else None, query, known)

    def _signed_in(self, call: Call) -> bool:
        """Whether the request proves who sends it. Raises WpError for a wrong name or password."""
        given = call.headers.get("authorization", "")
        if not given or self.switches.header_dropped:
            return False
        scheme, _, secret = given.partition(" ")
        try:
            user, _, password = base64.b64decode(secret, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        if scheme != "Basic":
            return False
        if user != USER:
            raise WpError(401, "invalid_username", "Неизвестное имя пользователя.")
        if password.replace(" ", "") != self.switches.password.replace(" ", ""):
            raise WpError(401, "incorrect_password", "Введённый пароль приложения неверен.")
        return True

    def _can(self, known: bool, capability: str, code: str) -> None:
        if not known:
            raise WpError(401, code, "Извините, вам не разрешено это делать.")
        if capability not in CAPABILITIES[self.switches.role]:
            raise WpError(403, code, "Извините, вам не разрешено это делать.")

    def _me(self, known: bool, query: dict[str, str]) -> Reply:
        if not known:
            raise WpError(401, "rest_not_logged_in", "Вы не авторизованы.")
        told: dict[str, Any] = {"id": 2, "name": USER, "slug": USER}
        if query.get("context") == "edit":
            told["capabilities"] = dict.fromkeys(sorted(CAPABILITIES[self.switches.role]), True)
        return reply(told)

    def _entries(self, call: Call, kind: str, number: int | None, query: dict[str, str], known: bool) -> Reply:
        match call.verb, number:
            case "GET", None:
                return self._list(kind, query, known)
            case "POST", None if kind == "attachment":
                self._can(known, "upload_files", "rest_cannot_create")
                return self._upload(call)
            case "POST", None:
                self._can(known, "edit_posts", "rest_cannot_create")
                return self._create(_fields(call))
            case "GET", int():
                entry = self._entry(kind, number)
                if entry.status != "publish" or query.get("context") == "edit":
                    self._can(known, "edit_posts", "rest_forbidden_context")
                return reply(self._shown(entry, edit=query.get("context") == "edit"))
            case "POST" | "PUT" | "PATCH", int():
                entry = self._entry(kind, number)
                self._can(known, "edit_posts", "rest_cannot_edit")
                return self._edit(entry, _fields(call))
            case "DELETE", int():
                entry = self._entry(kind, number)
                self._can(known, "delete_posts", "rest_cannot_delete")
                return self._delete(entry, query.get("force") in ("true", "1"))
        raise WpError(404, "rest_no_route", "Подходящий маршрут для URL и метода запроса не найден.")

    def _entry(self, kind: str, number: int | None) -> Entry:
        entry = self.entries.get(number or 0)
        if entry is None or entry.kind != kind:
            raise WpError(404, "rest_post_invalid_id", "Неверный ID записи.")
        return entry

    # -- what is done ----------------------------------------------------------------------------

    def _list(self, kind: str, query: dict[str, str], known: bool) -> Reply:
        edit = query.get("context") == "edit"
        if edit:
            self._can(known, "edit_posts", "rest_forbidden_context")
        status = query.get("status", "publish" if kind == "post" else "inherit")
        if status not in ("publish", "inherit") and not known:
            raise WpError(400, "rest_invalid_param", "Неверный параметр: status")
        slugs = [slug for slug in query.get("slug", "").split(",") if slug]
        most = min(100, int(query.get("per_page", "10")))
        found = [
            entry
            for entry in self.entries.values()
            if entry.kind == kind
            and (not slugs or entry.slug in slugs)
            and (entry.status == status or (status == "any" and entry.status != "trash"))
        ]
        newest = sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)[:most]
        return reply([self._shown(entry, edit=edit) for entry in newest], X_WP_Total=str(len(found)))

    def _create(self, fields: dict[str, Any]) -> Reply:
        if not _raw(fields.get("title")) and not _raw(fields.get("content")):
            raise WpError(400, "empty_content", "Содержимое, заголовок и отрывок пусты.")
        status = fields.get("status", "draft")
        if status not in STATUSES:
            raise WpError(400, "rest_invalid_param", "Неверный параметр: status")
        if status in ("publish", "future", "private"):
            self._can(True, "publish_posts", "rest_cannot_publish")
        self._check_featured(fields)
        now = self.world.clock.now()
        at = _moment(fields.get("date_gmt")) or now
        wanted = _sanitized(str(fields.get("slug") or _raw(fields.get("title"))))
        entry = Entry(self._new_id(), "post", self._free_slug(wanted + self.switches.slug_suffix, "post"), at)
        entry.status = "future" if status == "publish" and at > now + 60 else status
        entry.fields = {**fields}
        entry.modified = now
        self.entries[entry.id] = entry
        return reply(self._shown(entry, edit=True), 201, Location=f"{self._site}{API}posts/{entry.id}")

    def _edit(self, entry: Entry, fields: dict[str, Any]) -> Reply:
        self._check_featured(fields)
        if "slug" in fields and fields["slug"] != entry.slug:
            entry.slug = self._free_slug(_sanitized(str(fields["slug"])), entry.kind)
        if fields.get("status") in STATUSES:
            entry.status = str(fields["status"])
        entry.fields.update(fields)
        entry.modified = self.world.clock.now()
        return reply(self._shown(entry, edit=True))

    def _upload(self, call: Call) -> Reply:
        name = re.search(r'filename="([^"]+)"', call.headers.get("content-disposition", ""))
        if name is None:
            raise WpError(400, "rest_upload_no_content_disposition", "Заголовок Content-Disposition не задан.")
        if not call.body:
            raise WpError(400, "rest_upload_no_data", "Данные не переданы.")
        if len(call.body) > self.switches.most_bytes:
            raise WpError(413, "rest_upload_file_too_big", "Файл слишком большой.")
        stem, _, extension = name[1].rpartition(".")
        expected = EXTENSIONS.get(extension.lower())
        found = picture_size(call.body)
        if expected is None or found is None or found[0] != expected:
            raise WpError(
                500, "rest_upload_sideload_error", "Извините, вам не разрешено загружать файлы этого типа."
            )
        if call.headers.get("content-type", "").split(";")[0] != expected:
            raise WpError(400, "rest_upload_invalid_type", "Тип файла не соответствует.")
        slug = self._free_slug(_sanitized(stem), "attachment")
        entry = Entry(self._new_id(), "attachment", slug, self.world.clock.now(), "inherit")
        entry.fields = {"name": f"{slug}.{extension.lower()}", "width": found[1], "height": found[2]}
        entry.content, entry.media_type = call.body, expected
        self.entries[entry.id] = entry
        return reply(self._shown(entry, edit=True), 201, Location=f"{self._site}{API}media/{entry.id}")

    def _delete(self, entry: Entry, force: bool) -> Reply:
        if not force and entry.kind == "attachment":
            raise WpError(501, "rest_trash_not_supported", "Файл нельзя отправить в корзину.")
        if not force:
            if entry.status == "trash":
                raise WpError(410, "rest_already_trashed", "Запись уже удалена.")
            entry.status, entry.slug = "trash", f"{entry.slug}__trashed"
            return reply(self._shown(entry, edit=True))
        del self.entries[entry.id]
        return reply({"deleted": True, "previous": self._shown(entry, edit=True)})

    def _check_featured(self, fields: dict[str, Any]) -> None:
        unknown = set(fields) - POST_FIELDS
        if unknown:
            raise WpError(400, "rest_invalid_param", f"Неверный параметр: {', '.join(sorted(unknown))}")
        number = fields.get("featured_media", 0)
        if not isinstance(number, int):
            raise WpError(400, "rest_invalid_param", "Неверный параметр: featured_media")
        if number and (number not in self.entries or self.entries[number].kind != "attachment"):
            raise WpError(400, "rest_invalid_featured_media", "Неверный ID миниатюры записи.")

    def _free_slug(self, wanted: str, kind: str) -> str:
        """The slug, numbered when another of its kind has it; a file's name must be free among posts too."""
        taken = {one.slug for one in self.entries.values() if kind in ("attachment", one.kind)}
        candidates: Iterable[str] = (wanted, *(f"{wanted}-{number}" for number in range(2, 10_000)))
        return next(slug for slug in candidates if slug not in taken)

    def _new_id(self) -> int:
        self._last += 1
        return self._last

    # -- how it looks ----------------------------------------------------------------------------

    @property
    def _site(self) -> str:
        return f"{self.world.base_url}/{self.name}"

    def _shown(self, entry: Entry, *, edit: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": entry.id,
            "date_gmt": _iso(entry.at),
            "modified_gmt": _iso(entry.modified or entry.at),
            "slug": entry.slug,
            "status": entry.status,
            "type": entry.kind,
            "link": f"{self._site}/{entry.slug}/",
            "title": self._text(entry, "title", edit),
        }
        if entry.kind == "attachment":
            url = f"{self._site}{_path(entry)}"
            return {**shown, "source_url": url, "mime_type": entry.media_type, "media_type": "image"}
        content = self._text(entry, "content", edit)
        return {**shown, "content": content, "featured_media": entry.fields.get("featured_media", 0)}

    def _text(self, entry: Entry, name: str, edit: bool) -> dict[str, str]:
        raw = _raw(entry.fields.get(name))
        return {"raw": raw, "rendered": raw} if edit else {"rendered": raw}

    def view(self) -> dict[str, Any]:
        posts = [one for one in self.entries.values() if one.kind == "post" and one.status == "publish"]
        newest = sorted(posts, key=lambda one: (one.at, one.id), reverse=True)
        media = [one for one in self.entries.values() if one.kind == "attachment"]
        return {
            "posts": [self._read(one) for one in newest],
            "media": [{"id": one.id, "slug": one.slug, "url": f"{self._site}{_path(one)}"} for one in media],
            "hidden": [
                {"id": one.id, "slug": one.slug, "status": one.status}
                for one in self.entries.values()
                if one.kind == "post" and one.status != "publish"
            ],
        }

    def _read(self, entry: Entry) -> dict[str, Any]:
        html = _raw(entry.fields.get("content"))
        featured = self.entries.get(int(entry.fields.get("featured_media", 0)))
        return {
            "id": entry.id,
            "slug": entry.slug,
            "title": unescape(re.sub(r"<[^>]*>", "", _raw(entry.fields.get("title")))),
            "html": html,
            "pictures": re.findall(r'<img[^>]+src="([^"]+)"', html),
            "featured": f"{self._site}{_path(featured)}" if featured else None,
            "link": f"{self._site}/{entry.slug}/",
            "date": int(entry.at),
            "edited": bool(entry.modified and entry.modified - entry.at > 0.001),
        }

    def do(self, what: dict[str, Any]) -> dict[str, Any]:
        match what.get("what"):
            case "set":
                for name, value in what.items():
                    if hasattr(self.switches, name):
                        setattr(self.switches, name, value)
            case "trash":
                self._delete(self._person_picks(what), force=False)
            case "delete":
                self._delete(self._person_picks(what), force=True)
            case "write":
                made = self._create({"title": what["title"], "content": what.get("html", ""), "status": "publish"})
                return {"id": json.loads(made.body)["id"]}
            case _:
                return super().do(what)
        return {}

    def _person_picks(self, what: dict[str, Any]) -> Entry:
        entry = self.entries.get(int(what["id"]))
        if entry is None:
            raise ValueError("no such post")
        return entry


def _by_path(call: Call) -> Call:
    """The call as sites with speaking links take it: every site takes the route as a parameter as well."""
    route = dict(parse_qsl(call.query)).get("rest_route", "")
    return replace(call, path=f"/wp-json{route}") if route and call.path in ("", "/", "/index.php") else call


def _fields(call: Call) -> dict[str, Any]:
    """Fields of a post as they were sent: JSON or a form."""
    kind = call.headers.get("content-type", "").split(";")[0]
    if kind == "application/json":
        try:
            body = json.loads(call.body)
        except ValueError:
            raise WpError(400, "rest_invalid_json", "Передано некорректное тело JSON.") from None
        return body if isinstance(body, dict) else {}
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def _raw(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("raw", "")
    return str(value or "")


def _sanitized(text: str) -> str:
    """A slug: small letters, digits, hyphens, underscores."""
    return re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9_а-яё]+", "-", text.lower())).strip("-")[:200]


def _path(entry: Entry) -> str:
    return f"/wp-content/uploads/2026/11/{entry.fields.get('name', '')}"


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _moment(text: Any) -> float | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text).removesuffix("Z"))
    except ValueError:
        raise WpError(400, "rest_invalid_param", "Неверный параметр: date_gmt") from None
    return moment.replace(tzinfo=UTC).timestamp()
