"""A site on WordPress: one page for each post, with all its pictures and a link to the post on VK.

The address of a page is made from the post (``vk-1-2``), so a page is looked up before it is made, and what became
of an uncertain one is always known.  Pictures have names made from the page and the photo, so those that a failed
attempt brought there are used again.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from bot.config import Settings
from bot.media import EXTENSIONS, File, Fit, Media, MediaUnavailable
from bot.targets.attempts import CLOCK_SLACK, Attempts
from bot.targets.enclosed import Enclosed, enclosed, with_lines
from bot.targets.http import Answer, Failed, Http, Timeout, patiently
from bot.targets.network import Copy, Health, NetworkTarget, Supplies
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.markup import parse
from editorial.networks import Network, Part, Story
from editorial.render import html, title_of
from editorial.suggestion import Attachment
from handlers import texts

FIT: Final = Fit(
    most_bytes=8 * 1024 * 1024,
    most_side=8000,
    kinds=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"}),
)
#: What is tried when a picture was refused.
SMALLER_FIT: Final = Fit(most_bytes=1024 * 1024, most_side=1600, kinds=frozenset({"image/jpeg"}))
#: Seconds until a careful try when somebody has to do something.
CAREFUL: Final = 1800.0

#: Codes of refusals of a file for what it is; so is any refusal with the status 413.
_FILE_REFUSED: Final = re.compile(r"rest_upload_(?!no_)\w+|rest_invalid_param")
#: What forbids to edit and to remove a page of somebody else's; whether ours may be made the next one tells.
_CANNOT_EDIT: Final = "rest_cannot_edit"
_CANNOT_DELETE: Final = "rest_cannot_delete"
_GONE: Final = frozenset({"rest_post_invalid_id", "rest_already_trashed"})
_WRONG_NAME_OR_PASSWORD: Final = 401
#: What a site answers that does not let its files be listed.
_NOT_LISTED: Final = frozenset({400, 403, 404, 405})
#: What a server says of an address it has not got; without WordPress' words nothing was done.
_NO_SUCH_PLACE: Final = frozenset({404, 405})
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")


class WpError(Exception):
    """The request did not succeed; ``outcome`` is what it means for the delivery, ``code`` WordPress' word."""

    def __init__(self, outcome: Outcome, code: str = "", status: int = 0) -> None:
        super().__init__(code)
        self.outcome = outcome
        self.code = code
        self.status = status

    @property
    def file_refused(self) -> bool:
        return self.status == 413 or bool(_FILE_REFUSED.fullmatch(self.code))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on the site."""

    number: int
    url: str


# ----------------------------------------------------------------------------------------------------- rendering


def slug_of(story: Story) -> str:
    """The page's address: the same every time, and of nothing else."""
    if story.post_id is None:
        return f"okmo-{story.number}"
    return f"vk-{abs(story.owner_id)}-{story.post_id}"


def page(story: Story, zone: ZoneInfo, left_out: Sequence[str] = ()) -> Part:
    """The page a story becomes; the pictures' addresses are known when they are on the site."""
    groups = enclosed(story.attachments, left_out)
    named = tuple(one for one in story.attachments if one not in groups.pictures)
    rich = parse(story.text)
    body = {
        "slug": slug_of(story),
        "title": title_of(rich, story.published_at.astimezone(zone).date()),
        "html": html(with_lines(rich, story, named)),
        "link": story.link,
    }
    return Part("page", body, groups.pictures, Enclosed(groups.pictures, (), named).notes)


def content_of(body: Mapping[str, Any], pictures: Sequence[str]) -> str:
    """The page's HTML: the first picture, the text, the other pictures, the link to VK."""
    title = escape(str(body["title"]))
    figures = [f'<figure><img src="{escape(url)}" alt="{title}"></figure>' for url in pictures]
    source = f'<p><a href="{escape(body["link"])}" rel="noopener">{texts.OPEN_POST}</a></p>' if body["link"] else ""
    return "\n".join(piece for piece in (*figures[:1], body["html"], *figures[1:], source) if piece)


def name_of(slug: str, picture: Attachment) -> str:
    """A picture's name on the site, plain ASCII: the page's and the photo's."""
    if picture.owner_id is None or picture.media_id is None:
        return f"okmo-{slug}-{hashlib.sha256(picture.identity.encode()).hexdigest()[:16]}"
    owner = f"club{-picture.owner_id}" if picture.owner_id < 0 else f"id{picture.owner_id}"
    return f"okmo-{slug}-{owner}-{picture.media_id}"


# ------------------------------------------------------------------------------------------------------- the site


class Site:
    """The REST interface of one site.

    A site without speaking links knows no ``/wp-json/``; it takes the route as a parameter.
    """

    def __init__(self, url: str, user: str, password: str, *, timeout: Timeout = (10.0, 60.0)) -> None:
        speaking, plain = f"{url.rstrip('/')}/wp-json/wp/v2/", f"{url.rstrip('/')}/?rest_route=/wp/v2/"
        self._base, self._other_base = speaking, plain
        key = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {key}", "Accept": "application/json"}
        secret = (password, password.replace(" ", ""), key)
        self._http = Http("wordpress", secret=secret, timeout=timeout, headers=headers)

    def __repr__(self) -> str:
        return "Site()"

    def list(self, kind: str, slugs: Sequence[str]) -> list[dict[str, Any]]:
        """What stands under these slugs, of any status but in the trash. Raises WpError."""
        found: list[dict[str, Any]] = []
        for start in range(0, len(slugs), 50):
            asked = {"slug": ",".join(slugs[start : start + 50]), "per_page": 100, "context": "edit"}
            if kind == "posts":
                asked["status"] = "any"
            rows = self._ask("GET", kind, f"{kind}.list", params=asked)
            if not isinstance(rows, list) or not all(map(_is_readable, rows)):
                # It tells neither what is there nor what is not.
                raise WpError(RetryLater("no_answer", counts=False))
            found += rows
        return found

    def get(self, path: str, **params: Any) -> Any:
        """Raises WpError."""
        return self._ask("GET", path, f"{path.split('/', maxsplit=1)[0]}.get", params=params)

    def create(self, fields: Mapping[str, Any]) -> Any:
        """Raises WpError; Uncertain in it when the page may have been made."""
        return self._ask("POST", "posts", "posts.create", write=True, json=dict(fields))

    def edit(self, number: str, fields: Mapping[str, Any]) -> Any:
        """Raises WpError."""
        return self._ask("POST", f"posts/{quote(number)}", "posts.edit", json=dict(fields))

    def delete(self, kind: str, number: str) -> None:
        """Remove for good; what is gone already is removed. Raises WpError."""
        try:
            said = self._ask("DELETE", f"{kind}/{quote(number)}", f"{kind}.delete", params={"force": "true"})
        except WpError as error:
            if error.code not in _GONE:
                raise
            return
        if (not isinstance(said, dict) or said.get("deleted") is not True) and not self._is_gone(kind, number):
            raise WpError(RetryLater("no_answer"))

    def _is_gone(self, kind: str, number: str) -> bool:
        """Whether what an answer of its own kind speaks of is not shown any more. Raises WpError."""
        try:
            row = self.get(f"{kind}/{quote(number)}", context="edit")
        except WpError as error:
            if error.code in _GONE:
                return True
            raise
        return isinstance(row, dict) and row.get("status") == "trash"

    def upload(self, name: str, file: File) -> Any:
        """Raises WpError."""
        headers = {
            "Content-Type": file.kind,
            "Content-Disposition": f'attachment; filename="{name}.{EXTENSIONS.get(file.kind, "jpg")}"',
        }
        return self._ask("POST", "media", "media.create", body=file.read(), headers=headers)

    def _ask(self, verb: str, path: str, what: str, *, write: bool = False, **more: Any) -> Any:
        answer = self._said(verb, path, what, more)
        if isinstance(answer, Answer) and answer.status in _NO_SUCH_PLACE and self._is_reached_otherwise(answer):
            answer = self._said(verb, path, what, more)
        if isinstance(answer, Failed):
            raise WpError(answer.of_a_write() if write else answer.of_a_repeatable())
        value = answer.json()
        if answer.status in (200, 201) and value is not None:
            return value
        record = answer.record()
        raise WpError(_meaning(answer, write=write), str(record.get("code", "")), answer.status)

    def _is_reached_otherwise(self, answer: Answer) -> bool:
        """Whether WordPress, silent in this answer, speaks at its other address, which is used from now on."""
        if answer.json() is not None:
            return False
        other = self._http.ask("GET", f"{self._other_base}users/me", "users.get")
        if not isinstance(other, Answer) or not other.record():
            return False
        self._base, self._other_base = self._other_base, self._base
        return True

    def _said(self, verb: str, path: str, what: str, more: Mapping[str, Any]) -> Answer | Failed:
        def ask() -> Answer | Failed:
            return self._http.ask(verb, self._base + path, what, **more)

        return patiently(ask) if verb == "GET" else ask()


def _meaning(answer: Answer, *, write: bool) -> Outcome:
    """What a refusal means for the delivery. 5xx may come after the page was made."""
    status, code = answer.status, str(answer.record().get("code", ""))
    if status == 429 or (status == 503 and answer.retry_after is not None):
        return RetryLater("need_wait", answer.retry_after or 60.0, status, counts=False)
    if status >= 500 or status < 300:
        return Uncertain("server_error", status) if write else RetryLater("server_error", code=status)
    if 300 <= status < 400:
        return RetryLater("moved", CAREFUL, status, counts=False)
    if status == _WRONG_NAME_OR_PASSWORD:
        return RetryLater("key_dead", CAREFUL, status, counts=False)
    if code in _GONE:
        return Refused("gone", status)
    if status == 403:
        return RetryLater("no_rights", CAREFUL, status, counts=False)
    if code == "rest_no_route" or not code:
        return RetryLater("method_off", CAREFUL, status, counts=False)
    return Refused("bad_parameter", status)


# ----------------------------------------------------------------------------------------------------- the target


class WordPress(NetworkTarget):
    """Target ``wordpress``: one site."""

    name = "wordpress"

    def __init__(self, media: Media, site: Site, destination: str, zone: ZoneInfo) -> None:
        super().__init__(media)
        self._site = site
        self._destination = destination
        self._zone = zone
        self._attempts = Attempts()

    @classmethod
    def from_settings(cls, settings: Settings, supplies: Supplies) -> Self | None:
        if "wordpress" not in settings.networks:
            return None
        password = settings.WORDPRESS_APP_PASSWORD.get_secret_value()
        site = Site(settings.WORDPRESS_URL, settings.WORDPRESS_USER, password)
        return cls(supplies.media, site, urlsplit(settings.WORDPRESS_URL).netloc, settings.zone)

    @property
    def networks(self) -> tuple[Network, ...]:
        return (Network("wordpress", self.name, texts.WORDPRESS_TITLE, self._destination, lambda _: 1),)

    def render(self, story: Story, network: Network) -> tuple[Part, ...]:  # noqa: ARG002
        return (page(story, self._zone),)

    # -- sending -------------------------------------------------------------------------------------------------

    def publish(self, copy: Copy, delivery: Delivery) -> Outcome:
        with self._attempts.timed(delivery):
            try:
                standing = self._standing(copy.story, delivery)
                return self._say(copy, delivery, str(standing["id"]) if standing else None)
            except WpError as error:
                return error.outcome

    def edit(self, copy: Copy, delivery: Delivery) -> Outcome:
        assert copy.placed is not None
        try:
            return self._say(copy, delivery, copy.placed.ids[0])
        except WpError as error:
            return Refused("cannot_edit", error.status) if error.code == _CANNOT_EDIT else error.outcome

    def remove(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002
        """The page, then its pictures; asked again after a failure it goes on where it stopped."""
        assert copy.placed is not None
        try:
            self._site.delete("posts", copy.placed.ids[0])
            for number in copy.placed.result.get("media", ()):
                self._site.delete("media", str(number))
        except WpError as error:
            return Refused("cannot_remove", error.status) if error.code == _CANNOT_DELETE else error.outcome
        return Sent({"ids": list(copy.placed.ids), "link": None})

    def _say(self, copy: Copy, delivery: Delivery, number: str | None) -> Outcome:
        """Make the page, or make the one that stands there say the story. Raises WpError."""
        pictures = self._pictures(copy.story)
        left_out = [one for one, picture in pictures.items() if picture is None]
        part = page(copy.story, self._zone, left_out)
        there = [picture for picture in pictures.values() if picture is not None]
        fields = {
            "title": _title(part.body["title"]),
            "content": content_of(part.body, [picture.url for picture in there]),
            "featured_media": there[0].number if there else 0,
            "status": "publish",
        }
        if number is not None:
            made = self._site.edit(number, fields)
        else:
            made = self._created(copy.story, delivery, {**fields, "slug": part.body["slug"]})
        if not isinstance(made, dict) or not isinstance(made.get("id"), int):
            raise WpError(Uncertain("no_answer") if number is None else RetryLater("no_answer"))
        notes = [*part.notes, *_shortcomings(made, fields)]
        return _sent(copy, made, [picture.number for picture in there], notes)

    def _created(self, story: Story, delivery: Delivery, fields: Mapping[str, Any]) -> Any:
        """The page just made. Where another of the story took the address in the meantime, ours goes and that one
        stays.  Raises WpError."""
        made = self._site.create(fields)
        if not isinstance(made, dict) or made.get("slug") in (fields["slug"], None):
            return made
        other = self._standing(story, delivery, but=made.get("id"))
        if other is None:
            return made  # the site changes addresses in its own way; the page is known by its number
        self._site.delete("posts", str(made["id"]))
        return self._site.edit(str(other["id"]), {name: value for name, value in fields.items() if name != "slug"})

    def _standing(self, story: Story, delivery: Delivery, but: Any = None) -> dict[str, Any] | None:
        """The story's page, also if the site gave its address a number. Raises WpError.

        A story that went out in VK's stead had no post when its page was made, so its other address counts too.
        """
        addresses = dict.fromkeys((slug_of(story), slug_of(replace(story, post_id=None))))
        first, *others = (f"{slug}{end}" for slug in addresses for end in ("", "-2"))
        # Every site finds one address; several at once are not understood everywhere.
        for wanted in ([first], others):
            rows = self._site.list("posts", wanted)
            ours = [row for row in rows if row["id"] != but and _is_of(row, story, delivery)]
            if ours:
                return min(ours, key=lambda row: int(row["id"]))
        return None

    # -- pictures ------------------------------------------------------------------------------------------------

    def _pictures(self, story: Story) -> dict[str, Picture | None]:
        """The story's pictures on the site by identity, in order; None for one it does not take. Raises WpError."""
        names = {one.identity: name_of(slug_of(story), one) for one in page(story, self._zone).media}
        if not names:
            return {}
        there = {row.get("slug"): _picture(row) for row in self._media(list(names.values()))}
        attachments = {one.identity: one for one in story.attachments}
        return {
            identity: there.get(name) or self._brought(story, attachments[identity], name)
            for identity, name in names.items()
        }

    def _media(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """The pictures of these names on the site; none where it does not list them. Raises WpError."""
        try:
            return self._site.list("media", names)
        except WpError as error:
            if error.status not in _NOT_LISTED:
                raise
            return []

    def _brought(self, story: Story, picture: Attachment, name: str) -> Picture | None:
        for file in self._files(story, picture):
            try:
                return _picture(self._site.upload(name, file))
            except WpError as error:
                if not error.file_refused:
                    raise
        return None

    def _files(self, story: Story, picture: Attachment) -> Iterator[File]:
        """The picture as it is, then smaller; nothing if it cannot be had. Raises WpError: it may be later."""
        try:
            file = self.media.get(picture, story.owner_id, story.post_id)
            yield self.media.fitted(file, FIT)
            yield self.media.fitted(file, SMALLER_FIT)
        except MediaUnavailable as trouble:
            if trouble.passing:
                raise WpError(RetryLater(trouble.reason)) from None

    # -- reading -------------------------------------------------------------------------------------------------

    def find(self, copy: Copy, delivery: Delivery, now: datetime) -> Outcome | None:
        try:
            standing = self._standing(copy.story, delivery)
            media = self._media(self._names(copy.story)) if standing is not None else []
        except WpError:
            return None
        if standing is not None:
            return _sent(copy, standing, [row["id"] for row in media], [])
        return RetryLater("not_sent", 0.0, counts=False) if self._attempts.over(delivery, now) else None

    def _names(self, story: Story) -> list[str]:
        return [name_of(slug_of(story), one) for one in page(story, self._zone).media]

    def health(self) -> Health:
        try:
            person = self._site.get("users/me", context="edit")
        except WpError as error:
            if error.status != 404:
                return _unwell(error)
            return self._lists_posts()  # some sites hide who their users are
        may = person.get("capabilities") if isinstance(person, dict) else None
        missing = [
            one for one in ("publish_posts", "upload_files") if not isinstance(may, dict) or not may.get(one)
        ]
        return Health(False, "no_rights", ", ".join(missing)) if missing else Health(True)

    def _lists_posts(self) -> Health:
        try:
            self._site.get("posts", context="edit", status="any", per_page=1)
        except WpError as error:
            return _unwell(error)
        return Health(True)


def _is_readable(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), int) and isinstance(row.get("slug"), str)


def _unwell(error: WpError) -> Health:
    return Health(False, "" if isinstance(error.outcome, Sent) else error.outcome.reason, error.code)


def _title(words: str) -> str:
    """A title for a field that takes HTML: nothing in it is a tag or an entity."""
    return _ENTITY.sub("&amp;", words).replace("<", "&lt;").replace(">", "&gt;")


def _sent(copy: Copy, made: Mapping[str, Any], media: Sequence[int], notes: Sequence[str]) -> Outcome:
    """``notes``: what the rendered part does not tell. A page in the trash was removed by somebody."""
    if made.get("status") == "trash":
        return Refused("gone")
    told = copy.part.notes if copy.part is not None else ()
    extra = [note for note in notes if note not in told]
    return Sent({"ids": [str(made["id"])], "link": made.get("link"), "media": list(media), "notes": extra})


def _is_of(row: Mapping[str, Any], story: Story, delivery: Delivery) -> bool:
    """Whether a page under one of the story's addresses is the story's.

    The desk's own numbers may have begun anew since older pages; a post's number is of one post only.
    """
    slug, desk_s = str(row.get("slug")), slug_of(replace(story, post_id=None))
    if story.post_id is not None and _is_at(slug, slug_of(story)):
        return True
    if not _is_at(slug, desk_s):
        return False
    try:
        made = datetime.fromisoformat(str(row.get("date_gmt"))).replace(tzinfo=UTC)
    except ValueError:
        return False
    return made >= delivery.created_at - CLOCK_SLACK


def _is_at(slug: str, address: str) -> bool:
    """Whether a page stands under this address, which a site numbers when it is taken."""
    return re.fullmatch(rf"{re.escape(address)}(?:-\d{{1,2}})?", slug) is not None


def _picture(row: Any) -> Picture:
    """Raises WpError."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), int) or not row.get("source_url"):
        raise WpError(RetryLater("no_answer"))
    return Picture(row["id"], str(row["source_url"]))


def _shortcomings(made: Mapping[str, Any], fields: Mapping[str, Any]) -> list[str]:
    """What the site changed on its own: T-18, an answer of success is not believed."""
    content = made.get("content")
    raw = content.get("raw") if isinstance(content, dict) else None
    changed = isinstance(raw, str) and _plain(raw) != _plain(str(fields["content"]))
    lost = isinstance(raw, str) and raw.count("<img") < str(fields["content"]).count("<img")
    hidden = made.get("status") not in ("publish", "trash", None)
    return ["text_changed"] * changed + ["pictures_lost"] * lost + ["not_shown"] * hidden


def _plain(markup: str) -> str:
    """The words; some databases keep emoji as numbers."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())
