"""MAX: a channel that a bot posts to.

::

    pictures ─▶ uploads ─▶ tokens ┐
    text as HTML ─────────────────┴─▶ one message │ each document as a message of its own

MAX is the one messenger whose bot can read its channel: what became of an uncertain post is read there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any, ClassVar, Final, Self

import structlog

from bot.config import Settings
from bot.media import File, Fit, Media, MediaUnavailable
from bot.targets.attempts import CLOCK_SLACK, Attempts
from bot.targets.base import Parcel, Standstill
from bot.targets.enclosed import enclosed, kind_word, shown_name, with_lines
from bot.targets.http import Answer, Failed, Http, Upload, patiently
from bot.targets.network import Copy, Health, NetworkTarget, Supplies
from bot.targets.pace import ChannelPace
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.markup import Rich, link, parse
from editorial.networks import Network, Part, Placed, Reach, Story
from editorial.post import same_words
from editorial.render import max_html, max_length
from editorial.shorten import shorten
from editorial.suggestion import Attachment
from handlers import texts
from handlers.context import Context

log = structlog.get_logger("max")

#: UTF-16 units of raw markup. MAX takes 4,000 of a unit it does not name.
TEXT_LIMIT: Final = 3900
#: MAX does not say how many attachments it takes.
MOST_ATTACHMENTS: Final = 10
IMAGE: Final = Fit(most_bytes=50 * 1024 * 1024, most_side=7680, most_sum=2 * 7680, most_ratio=50.0)
#: Seconds between two messages, and between two edits, of which MAX takes two a second.
GAP: Final = 1.0
#: Seconds until the next try while an upload is not ready; then the ordinary delays, counted.
NOT_READY: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 30.0, 30.0, 60.0)
#: Messages read to find one.
LOOKED_AT: Final = 100
_TOKENS_KEPT: Final = 500
_MADE_KEPT: Final = 500
#: Either lets a bot post: chats know the first, channels the second.
_MAY_POST: Final = frozenset({"write", "post_edit_delete_message"})
_SEES_ALL: Final = "read_all_messages"
_NOT_READY: Final = "attachment.not.ready"
#: MAX tells moments in milliseconds; a number below this one is none.
_SECONDS: Final = 10**11


@dataclass(frozen=True, slots=True)
class Refusal:
    """MAX refused: nothing was carried out."""

    status: int
    code: str
    words: str
    retry_after: float | None = None

    def outcome(self) -> RetryLater | Refused:
        """What it means for a delivery."""
        if self.status == 429:
            return RetryLater("too_often", (self.retry_after or 5.0) + 1.0, 429, counts=False)
        if self.status == 401:
            return RetryLater("key_dead", code=401, counts=False)
        if self.status == 403:
            return RetryLater("no_rights", code=403, counts=False)
        if self.status == 404:
            return RetryLater("chat_gone", code=404, counts=False)
        return Refused("too_large" if self.status == 413 else "content_blocked", self.status)


MaxSaid = dict[str, Any] | Refusal | Failed
"""A JSON object, a refusal, or nobody knows."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A part as it is sent: its markup, its files' attachments, and what could not go along."""

    text: str
    attachments: list[dict[str, Any]]
    media: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    shows_page: bool = False
    #: Files whose uploads are those of an earlier message.
    reused: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """What MAX's schema requires of every message is said even where it is nothing."""
        return {"text": self.text, "format": "html", "notify": True, "link": None, "attachments": self.attachments}


class NotReady(Exception):
    """The part cannot be sent yet; ``outcome`` says why."""

    def __init__(self, outcome: RetryLater | Refused) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass(slots=True)
class MaxApi:
    """One bot. What changes anything is asked once; said is the JSON object, a refusal, or nobody knows."""

    http: Http
    base_url: str
    token: str = field(repr=False)

    def call(self, what: str, verb: str, path: str, body: Any = None, **params: Any) -> MaxSaid:
        url, key = f"{self.base_url}{path}", {"Authorization": self.token}

        def ask() -> Answer | Failed:
            return self.http.ask(verb, url, what, params=params, json=body, headers=key)

        changes_nothing = verb == "GET" or what == "uploads"
        return self._read(what, patiently(ask) if changes_nothing else ask())

    def upload(self, url: str, file: File, name: str) -> MaxSaid:
        """Send a file to the address MAX gave for it; that is another host, which is given no key."""
        sent = Upload("data", name, file.path, file.kind)
        return self._read("upload", self.http.ask("POST", url, "upload", files=[sent], timeout=(10.0, 180.0)))

    def _read(self, what: str, answer: Answer | Failed) -> MaxSaid:
        if isinstance(answer, Failed):
            return answer
        said = answer.record()
        if answer.status == 200 and said and "code" not in said:
            return said
        code = said.get("code") or said.get("error")
        if not isinstance(code, str) or answer.status >= 500 or answer.status == 200:
            if not said and answer.is_blocked:
                return Failed.on_the_way()
            if answer.status == 413:
                return Refusal(413, "too_large", "")
            if answer.status == 429:  # whoever said so, in whatever words, did not pass it on
                return Refusal(429, "", "", answer.retry_after)
            return Failed(f"http_{answer.status}" if answer.status != 200 else "not_json", sent=True)
        words = self.http.redact(str(said.get("message", "")))[:300]
        log.info("max_refused", method=what, status=answer.status, code=code, words=words)
        return Refusal(answer.status, code, words, answer.retry_after)


class MaxTarget(NetworkTarget):
    """One channel. ``pace`` None keeps to a message a second."""

    name: ClassVar[str] = "max"

    def __init__(self, media: Media, api: MaxApi, chat_id: int, *, pace: ChannelPace | None = None) -> None:
        super().__init__(media)
        self._api = api
        self._chat_id = chat_id
        self._pace = pace or ChannelPace(GAP)
        #: Uploads are used again as long as MAX knows them: what it gave for a file, by the file's name.
        self._tokens: dict[str, dict[str, Any]] = {}
        self._tries: dict[int, int] = {}
        #: Ids of our own messages, the oldest first.
        self._made: dict[str, None] = {}
        self._attempts = Attempts()
        self._network = Network("max", "max", texts.MAX_TITLE, str(chat_id), self._count)

    @classmethod
    def from_settings(cls, settings: Settings, supplies: Supplies) -> Self | None:
        token = settings.MAX_TOKEN.get_secret_value()
        if not token or settings.MAX_CHAT_ID is None:
            return None
        http = Http("max", secret=(token,), ca_file=settings.MAX_CA_FILE)
        return cls(supplies.media, MaxApi(http, settings.MAX_API_URL, token), settings.MAX_CHAT_ID)

    @property
    def networks(self) -> tuple[Network, ...]:
        return (self._network,)

    def standstill(self) -> Standstill | None:
        wait = self._pace.wait()
        return super().standstill() or (Standstill(wait, "pace") if wait > 0 else None)

    # -- rendering -------------------------------------------------------------------------------------------

    def _count(self, story: Story) -> int:
        return len(self.render(story, self._network))

    def render(self, story: Story, network: Network) -> tuple[Part, ...]:  # noqa: ARG002
        inside = enclosed(story.attachments)
        groups = [
            inside.pictures[start : start + MOST_ATTACHMENTS]
            for start in range(0, len(inside.pictures), MOST_ATTACHMENTS)
        ]
        body, notes = _body(story, ())
        parts: list[Part] = []
        if body["text"] or groups:
            parts.append(Part("post", body, groups[0] if groups else (), (*notes, *inside.notes)))
        parts += [Part("post", _bare(), group) for group in groups[1:]]
        parts += [Part("file", _bare(), (one,)) for one in inside.documents]
        return tuple(parts)

    # -- publishing ------------------------------------------------------------------------------------------

    def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
        parcel = super().pack(context, delivery)
        if parcel is not None and delivery.kind == "post":
            # What went out before must not be taken for what is looked for.
            self._know(context.unit.copies.newest_ids(self._network.key, delivery.sending_at or context.now))
        return parcel

    def _know(self, mids: Iterable[str]) -> None:
        self._made.update(dict.fromkeys(mids))
        while len(self._made) > _MADE_KEPT:
            del self._made[next(iter(self._made))]

    def publish(self, copy: Copy, delivery: Delivery) -> Outcome:
        wait = self._pace.wait()
        if wait > 0:
            return RetryLater("pace", wait, counts=False)
        with self._attempts.timed(delivery):
            try:
                draft, said = self._said(copy, self._post)
            except NotReady as not_yet:
                return not_yet.outcome
        self._pace.spent()
        if isinstance(said, Refusal) and said.code == _NOT_READY:
            return self._not_ready(delivery)
        self._tries.pop(delivery.id, None)
        if isinstance(said, Refusal):
            return said.outcome()
        if isinstance(said, Failed):
            return said.of_a_write()
        message = said.get("message")
        return self._placed(message if isinstance(message, dict) else {}, draft) or Uncertain("no_message_id")

    def _said(self, copy: Copy, say: Callable[[Draft], MaxSaid]) -> tuple[Draft, MaxSaid]:
        """What was said of the part, and what MAX said to it. Raises NotReady.

        A file is forgotten with the last message it stood in, and what MAX gave for it then is refused: it is
        uploaded anew, once. A refusal left nothing there.
        """
        draft = self._draft(copy)
        said = say(draft)
        if draft.reused and isinstance(said, Refusal) and said.status == 400 and said.code != _NOT_READY:
            for name in draft.reused:
                self._tokens.pop(name, None)
            draft = self._draft(copy)
            said = say(draft)
        return draft, said

    def _post(self, draft: Draft) -> MaxSaid:
        """Raises NotReady when there is nothing to be said."""
        if not draft.text and not draft.attachments:
            raise NotReady(Refused("nothing_to_send"))
        params = {"chat_id": self._chat_id, "disable_link_preview": _yes(not draft.shows_page)}
        return self._api.call("messages", "POST", "/messages", draft.body(), **params)

    def _not_ready(self, delivery: Delivery) -> RetryLater:
        """Nothing was made. Soon again; after three minutes it counts like any other failure."""
        tries = self._tries[delivery.id] = self._tries.get(delivery.id, 0) + 1
        if tries <= len(NOT_READY):
            return RetryLater("upload_not_ready", NOT_READY[tries - 1], counts=False)
        return RetryLater("upload_not_ready")

    def _draft(self, copy: Copy) -> Draft:
        """The part with its files uploaded. Raises NotReady."""
        part = copy.part
        assert part is not None
        attachments: list[dict[str, Any]] = []
        taken: list[Attachment] = []
        left_out: list[Attachment] = []
        reused: list[str] = []
        for one in part.media:
            found = self._uploaded(one, copy.story, reused)
            (left_out if found is None else taken).append(one)
            attachments += [found] if found else []
        body = self._text(copy, left_out, has_files=bool(taken))
        attachments += (
            _keyboard(body["button"]) if len(attachments) < MOST_ATTACHMENTS and part.kind == "post" else []
        )
        return Draft(
            body["text"],
            attachments,
            tuple(one.identity for one in taken),
            tuple(one.identity for one in left_out),
            _notes(part, left_out),
            bool(body["page"]) and not taken,
            tuple(reused),
        )

    def _text(self, copy: Copy, left_out: Sequence[Attachment], *, has_files: bool) -> dict[str, Any]:
        """The part's text and button; it names what was left out."""
        assert copy.part is not None
        body: dict[str, Any] = copy.part.body
        if left_out and (body["text"] or copy.index == 0):
            body = _body(copy.story, [one.identity for one in left_out])[0]
        if not body["text"] and not has_files:
            body = {**_bare(), "text": max_html(with_lines(Rich(), copy.story, left_out))}
        return body

    def _uploaded(self, attachment: Attachment, story: Story, reused: list[str]) -> dict[str, Any] | None:
        """The file as an attachment; None when it cannot go along at all. Raises NotReady.

        Its name is added to ``reused`` when it was uploaded before.
        """
        kind = "file" if attachment.kind == "doc" else "image"
        try:
            file = self.media.get(attachment, story.owner_id, story.post_id)
            file = file if kind == "file" else self.media.fitted(file, IMAGE)
        except MediaUnavailable as fault:
            if fault.passing:
                raise NotReady(RetryLater(fault.reason)) from None
            return None
        name = file.path.name
        if name in self._tokens:
            reused.append(name)
            return {"type": kind, "payload": self._tokens[name]}
        payload = self._upload(kind, file, shown_name(attachment, file.name))
        if payload is None:
            return None
        self._tokens[name] = payload
        if len(self._tokens) > _TOKENS_KEPT:
            del self._tokens[next(iter(self._tokens))]
        return {"type": kind, "payload": payload}

    def _upload(self, kind: str, file: File, name: str, *, again: bool = True) -> dict[str, Any] | None:
        """What MAX gives for the file; None when it does not take it. Uploading twice does no harm.

        ``again``: what failed may be tried once more at once, at a new address. Raises NotReady.
        """
        place = self._api.call("uploads", "POST", "/uploads", type=kind)
        if not isinstance(place, dict):
            raise NotReady(place.of_a_repeatable() if isinstance(place, Failed) else place.outcome())
        said = self._api.upload(str(place.get("url", "")), file, name)
        if isinstance(said, Failed) and again:
            return self._upload(kind, file, name, again=False)
        if isinstance(said, Refusal) and said.status in (400, 413, 415):
            log.warning("upload_refused", network="max", code=said.code)
            return None
        if isinstance(said, Refusal) and said.status != 429:  # that host knows no key: the address has run out
            raise NotReady(RetryLater("upload_failed", code=said.status))
        if not isinstance(said, dict):
            raise NotReady(said.of_a_repeatable() if isinstance(said, Failed) else said.outcome())
        if kind == "image" and _are_tokens(said.get("photos")):
            return {"photos": said["photos"]}
        token = said.get("token") or place.get("token")
        if not isinstance(token, str):
            raise NotReady(RetryLater("upload_unreadable"))
        return {"token": token}

    def _placed(self, message: Mapping[str, Any], draft: Draft) -> Sent | None:
        body = message.get("body")
        mid = body.get("mid") if isinstance(body, dict) else None
        if not isinstance(mid, str) or not mid:
            return None
        self._know([mid])
        address = message.get("url")
        return _sent([mid], draft, address if isinstance(address, str) else None)

    # -- afterwards ------------------------------------------------------------------------------------------

    def edit(self, copy: Copy, delivery: Delivery) -> Outcome:
        assert copy.placed is not None
        if not copy.placed.ids:
            return Refused("cannot_edit")
        kept, mid = self._kept(copy), copy.placed.ids[0]

        def put(draft: Draft) -> MaxSaid:
            body = draft.body() | ({"attachments": None} if kept else {})
            return self._api.call("messages.edit", "PUT", "/messages", body, message_id=mid)

        try:
            draft, said = (kept, put(kept)) if kept else self._said(copy, put)
        except NotReady as not_yet:
            return not_yet.outcome
        self._pace.spent()
        if isinstance(said, Refusal) and said.code == _NOT_READY:
            return self._not_ready(delivery)
        done = self._done(said, mid, "cannot_edit")
        return _sent(copy.placed.ids, draft, copy.placed.link) if isinstance(done, Sent) else done

    def _kept(self, copy: Copy) -> Draft | None:
        """The part with the files that stand there already, which MAX keeps; None when they are to be others."""
        assert copy.part is not None
        assert copy.placed is not None
        known = copy.placed.result
        media, left_out = list(known.get("media") or ()), list(known.get("left_out") or ())
        if [one.identity for one in copy.part.media if one.identity not in left_out] != media:
            return None
        lost = [one for one in copy.part.media if one.identity in left_out]
        text = self._text(copy, lost, has_files=bool(media))["text"]
        return Draft(text, [], tuple(media), tuple(left_out), _notes(copy.part, lost))

    def remove(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002
        assert copy.placed is not None
        for mid in copy.placed.ids:
            said = self._api.call("messages.delete", "DELETE", "/messages", message_id=mid)
            done = self._done(said, mid, "cannot_remove")
            if not isinstance(done, Sent) and done != Refused("gone", 404):
                return done
        return Sent()

    def _done(self, said: MaxSaid, mid: str, forbidden: str) -> Outcome:
        if isinstance(said, Failed):
            return said.of_a_repeatable()
        if isinstance(said, Refusal):
            if said.status == 403 and self._may_post():
                return Refused(forbidden, 403)
            return Refused("gone", 404) if said.status == 404 else said.outcome()
        if said.get("success") is True:
            return Sent()
        if said.get("success") is not False:
            return RetryLater("no_answer")
        stands = self._api.call("messages.read", "GET", f"/messages/{mid}")  # MAX does not say why
        gone = isinstance(stands, Refusal) and stands.status == 404
        return Refused("gone", 404) if gone else Refused(forbidden)

    def _may_post(self) -> bool:
        """Whether only this one deed is forbidden, and the channel is not closed to the bot."""
        member = self._api.call("members", "GET", f"/chats/{self._chat_id}/members/me")
        return isinstance(member, dict) and bool(_MAY_POST & set(member.get("permissions") or ()))

    # -- looking ---------------------------------------------------------------------------------------------

    def find(self, copy: Copy, delivery: Delivery, now: datetime) -> Outcome | None:
        try:
            draft = self._draft(copy)
        except NotReady:
            return None
        said = self._api.call("messages.read", "GET", "/messages", chat_id=self._chat_id, count=LOOKED_AT)
        messages = said.get("messages") if isinstance(said, dict) else None
        if not isinstance(messages, list):
            return None
        since = (delivery.sending_at or delivery.created_at) - CLOCK_SLACK
        readable = list(filter(_is_readable, messages))
        fresh = [one for one in readable if one["timestamp"] >= since.timestamp() * 1000]
        others = {*self._made, *(one for placed in copy.before.values() for one in placed.ids)}
        ours = [one for one in fresh if _is_it(one, draft) and _mid(one) not in others]
        if ours:
            return self._placed(ours[-1], draft)
        # What the bot does not see, or we cannot read, may be there all the same.
        whole = len(readable) == len(messages) and (messages or self._is_empty())
        if whole and len(fresh) < LOOKED_AT and self._attempts.over(delivery, now):
            return RetryLater("not_sent", 0.0, counts=False)
        return None

    def _is_empty(self) -> bool:
        """Whether what shows nothing has nothing: nothing of ours went out, and the bot sees everything."""
        if self._made:
            return False
        member = self._api.call("members", "GET", f"/chats/{self._chat_id}/members/me")
        return isinstance(member, dict) and _SEES_ALL in (member.get("permissions") or ())

    # -- reading ---------------------------------------------------------------------------------------------

    def health(self) -> Health:
        me = self._api.call("me", "GET", "/me")
        if not isinstance(me, dict):
            return self._reads_the_channel(me)
        name = f"@{me.get('username') or me.get('first_name') or ''}"
        member = self._api.call("members", "GET", f"/chats/{self._chat_id}/members/me")
        if not isinstance(member, dict):
            return self._reads_the_channel(member, name)
        if not _MAY_POST & set(member.get("permissions") or ()):
            return Health(False, "no_rights", name)
        return Health(True, detail=name)

    def _reads_the_channel(self, said: Refusal | Failed, name: str = "") -> Health:
        """Where MAX does not tell who the bot is or what it may: whether it sees the channel."""
        if isinstance(said, Refusal) and said.status in (404, 405):
            said_again = self._api.call("messages.read", "GET", "/messages", chat_id=self._chat_id, count=1)
            return Health(True, detail=name) if isinstance(said_again, dict) else _unwell(said_again)
        return _unwell(said)

    def reach(self, network: Network, placed: Placed) -> Reach | None:  # noqa: ARG002
        said = self._api.call("messages.read", "GET", f"/messages/{placed.ids[0]}") if placed.ids else None
        stat = said.get("stat") if isinstance(said, dict) else None
        views = stat.get("views") if isinstance(stat, dict) else None
        return Reach(views=views) if isinstance(views, int) else None


# ------------------------------------------------------------------------------------------------------- rendering


def _body(story: Story, left_out: Sequence[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The text of the first part with its button, and notes about it."""
    inside = enclosed(story.attachments, left_out)
    text = with_lines(parse(story.text).stripped(), story, inside.named)
    if not max_html(text) and not inside.pictures and not inside.documents and story.link:
        text = link(texts.OPEN_POST, story.link)
    tail = link(texts.READ_ON, story.link) if story.link else None
    short = shorten(text, TEXT_LIMIT, max_length, tail)
    cut = short is not text
    page = next((one.url for one in inside.named if one.kind == "link" and one.url), None)
    button = {"text": texts.READ_ON, "url": story.link} if cut and story.link else None
    return {"text": max_html(short), "button": button, "page": page}, ("text_shortened",) if cut else ()


def _bare() -> dict[str, Any]:
    return {"text": "", "button": None, "page": None}


def _notes(part: Part, left_out: Sequence[Attachment]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*part.notes, *(f"{kind_word(one)}_as_link" for one in left_out))))


def _keyboard(button: Mapping[str, str] | None) -> list[dict[str, Any]]:
    if button is None:
        return []
    return [{"type": "inline_keyboard", "payload": {"buttons": [[{"type": "link", **button}]]}}]


# --------------------------------------------------------------------------------------------------------- reading


def _sent(ids: Sequence[str], draft: Draft, address: str | None) -> Sent:
    media = {"media": list(draft.media), "left_out": list(draft.left_out), "notes": list(draft.notes)}
    return Sent({"ids": list(ids), "link": address, **media})


def _is_it(message: Mapping[str, Any], draft: Draft) -> bool:
    """Whether the message says what was sent, with as many files."""
    body = message.get("body")
    if not isinstance(body, dict):
        return False
    files = [
        one
        for one in body.get("attachments") or ()
        if isinstance(one, dict) and one.get("type") in ("image", "file")
    ]
    wanted = [one for one in draft.attachments if one["type"] in ("image", "file")]
    told = str(body.get("text") or "")
    return len(files) == len(wanted) and any(same_words(one, told) for one in (_plain(draft.text), draft.text))


def _are_tokens(photos: Any) -> bool:
    """Whether MAX gave what an image is attached by."""
    if not isinstance(photos, dict) or not photos:
        return False
    return all(isinstance(one, dict) and one.get("token") for one in photos.values())


def _plain(markup: str) -> str:
    return unescape(re.sub(r"</?a\b[^>]*>", "", markup))


def _is_readable(message: Any) -> bool:
    """Whether it can be told when a message was sent and what it says; one that only forwards has no body."""
    moment = message.get("timestamp") if isinstance(message, dict) else None
    if not isinstance(moment, (int, float)) or moment <= _SECONDS:
        return False
    return isinstance(message.get("body"), dict) or isinstance(message.get("link"), dict)


def _mid(message: Mapping[str, Any]) -> Any:
    body = message.get("body")
    return body.get("mid") if isinstance(body, dict) else None


def _unwell(said: Refusal | Failed) -> Health:
    return Health(False, said.what if isinstance(said, Failed) else said.outcome().reason)


def _yes(value: bool) -> str:
    return "true" if value else "false"
