"""A group in Odnoklassniki: one topic for each post, with its text, pictures and a link.

Text is cut at a limit that Odnoklassniki does not publish, and once more when it refuses.  What became of an
uncertain topic tells the group's statistics, the one list of topics that is documented.  A topic of ours that is
not on it half a minute after the attempt was not made, provided the list is known to be fresh: it has shown one of
ours as soon as it was out, when nobody can have seen it yet, which is remembered.  Otherwise people are asked.
Topics go out at once; postponing is the desk's own business, so neither form of the publication time is ever sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self
from urllib.parse import urlsplit

from bot.config import Settings, is_loopback
from bot.media import File, Fit, Media, MediaUnavailable
from bot.targets.attempts import CLOCK_SLACK, Attempts
from bot.targets.base import Parcel
from bot.targets.enclosed import Enclosed, enclosed, with_lines
from bot.targets.http import Upload
from bot.targets.network import Copy, Health, NetworkTarget, Supplies
from bot.targets.ok_api import (
    BLOCKS_REFUSED,
    NO_SUCH_METHOD,
    PERMISSION_DENIED,
    PICTURE_REFUSED,
    TEXT_TOO_LONG,
    OkApi,
    OkError,
    OkLost,
    OkRefused,
)
from bot.work import Work
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.markup import link, parse
from editorial.networks import Network, Part, Placed, Reach, Story
from editorial.post import same_words
from editorial.render import plain, plain_length
from editorial.shorten import shorten
from editorial.suggestion import Attachment
from handlers import texts
from handlers.context import Context

#: UTF-16 units. Posters agree on the first; the second is tried once when it is refused.
TEXT_LIMIT: Final = 4000
SHORT_LIMIT: Final = 2000
#: Pictures given to one upload address.
BATCH: Final = 5
FIT: Final = Fit(
    most_bytes=10 * 1024 * 1024, most_side=8000, kinds=frozenset({"image/jpeg", "image/png", "image/gif"})
)
#: What is tried when a picture was refused.
SMALLER_FIT: Final = Fit(most_bytes=2 * 1024 * 1024, most_side=2048, kinds=frozenset({"image/jpeg"}))
#: How many of the newest topics are looked through.
NEWEST: Final = 50
_UPLOAD_HOSTS: Final = ("ok.ru", "mycdn.me", "odnoklassniki.ru", "okcdn.ru")
_LIST_IS_FRESH: Final = "ok_list_is_fresh"
_STATISTICS: Final = "id,views,likes,comments,reshares"


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of a post Odnoklassniki takes: units of text, and whether links may have blocks of their own."""

    limit: int = TEXT_LIMIT
    blocks: bool = True

    def after(self, code: int) -> Shape | None:
        """What to try after a refusal; None when there is nothing more to try."""
        if code == TEXT_TOO_LONG and self.limit > SHORT_LIMIT:
            return replace(self, limit=SHORT_LIMIT)
        if code in BLOCKS_REFUSED and self.blocks:
            return replace(self, blocks=False)
        return None


def topic(story: Story, left_out: Collection[str] = (), shape: Shape | None = None) -> Part:
    """The topic a story becomes. ``left_out``: identities of pictures that cannot go along."""
    shape = shape or Shape()
    groups = enclosed(story.attachments, left_out)
    other = [one for one in story.attachments if one not in groups.pictures]
    blocks = _blocks(other) if shape.blocks else {}
    named = tuple(one for one in other if one.identity not in blocks)
    whole = with_lines(parse(story.text), story, named)
    short = shorten(whole, shape.limit, plain_length, link(texts.READ_ON, story.link) if story.link else None)
    text = plain(short)
    media: list[dict[str, Any]] = []
    if text:
        media.append({"type": "text", "text": text})
    if groups.pictures:
        media.append({"type": "photo"})
    media.extend(blocks.values())
    notes = Enclosed(groups.pictures, (), named).notes
    if short is not whole:
        notes = (*notes, "text_shortened")
    return Part("topic", {"media": media}, groups.pictures, notes)


def _blocks(attachments: Iterable[Attachment]) -> dict[str, dict[str, Any]]:
    """Blocks of their own by identity: the first link, and polls whose answers are known."""
    blocks: dict[str, dict[str, Any]] = {}
    for one in attachments:
        answers = (one.answers or "").split("\n") if one.answers else []
        if one.kind == "link" and _can_be_block(one) and not any(two["type"] == "link" for two in blocks.values()):
            blocks[one.identity] = {"type": "link", "url": one.url}
        elif one.kind == "poll" and one.title and len(answers) >= 2:
            blocks[one.identity] = {
                "type": "poll",
                "question": one.title,
                "answers": [{"text": answer} for answer in answers],
                "options": "AnonymousVoting" if one.several else "SingleChoice,AnonymousVoting",
            }
    return blocks


def _can_be_block(attachment: Attachment) -> bool:
    """Links to Odnoklassniki itself need a signature of their own, so they stay text."""
    parts = urlsplit(attachment.url or "")
    host = (parts.hostname or "").lower()
    its_own = f".{host}".endswith((".ok.ru", ".odnoklassniki.ru"))
    return parts.scheme in ("http", "https") and bool(host) and not its_own


class Ok(NetworkTarget):
    """Target ``ok``: one group."""

    name = "ok"

    def __init__(self, media: Media, api: OkApi, group_id: str, *, upload_hosts: Collection[str] = ()) -> None:
        super().__init__(media)
        self._api = api
        self._group_id = group_id
        self._upload_hosts = frozenset(upload_hosts)
        self._attempts = Attempts()
        self._list_is_fresh = False
        self._remembered = False

    @classmethod
    def from_settings(cls, settings: Settings, supplies: Supplies) -> Self | None:
        if "ok" not in settings.networks:
            return None
        host = urlsplit(settings.OK_API_URL).hostname or ""
        api = OkApi(
            settings.OK_API_URL,
            settings.OK_APPLICATION_KEY,
            settings.OK_ACCESS_TOKEN.get_secret_value(),
            settings.OK_SECRET_KEY.get_secret_value(),
            spacing=0.0 if is_loopback(settings.OK_API_URL) else 1.0,
        )
        return cls(supplies.media, api, settings.OK_GROUP_ID, upload_hosts={host})

    @property
    def networks(self) -> tuple[Network, ...]:
        return (Network("ok", self.name, texts.OK_TITLE, self._group_id, lambda story: len(self._parts(story))),)

    def render(self, story: Story, network: Network) -> tuple[Part, ...]:  # noqa: ARG002
        return self._parts(story)

    @staticmethod
    def _parts(story: Story) -> tuple[Part, ...]:
        part = topic(story)
        return (part,) if part.body["media"] else ()

    def prepare(self, work: Work) -> None:
        """Remember for later runs what this one has learnt of the list."""
        if self._list_is_fresh and not self._remembered:
            with work.begin("ok_list", quiet=True) as context:
                context.unit.settings.set(_LIST_IS_FRESH, True, context.now)
            self._remembered = True

    def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
        if not self._list_is_fresh and context.unit.settings.get(_LIST_IS_FRESH):
            self._list_is_fresh = self._remembered = True
        return super().pack(context, delivery)

    # -- sending -------------------------------------------------------------------------------------------------

    def publish(self, copy: Copy, delivery: Delivery) -> Outcome:
        with self._attempts.timed(delivery):
            try:
                standing = self._stood_before(copy, delivery) if delivery.attempts > 1 else None
                return standing or self._post(copy)
            except OkError as error:
                return error.outcome

    def _stood_before(self, copy: Copy, delivery: Delivery) -> Sent | None:
        """The topic of an earlier attempt, which is said to have failed. Raises OkError when there is no answer.

        An application that may not look may post all the same.
        """
        try:
            return self._stands(copy, self._listed(delivery.created_at))
        except OkRefused:
            return None

    def _post(self, copy: Copy) -> Outcome:
        said, number = self._say(copy, "mediatopic.post", write=True, type="GROUP_THEME", gid=self._group_id)
        if not isinstance(number, (str, int)) or not str(number).isdigit():
            return Uncertain("no_answer")
        if not self._list_is_fresh:
            self._look_whether_listed(str(number))
        return self._sent(copy, str(number), said, self._shortcomings(str(number), said))

    def edit(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002
        assert copy.placed is not None
        number = copy.placed.ids[0]
        try:
            said, answer = self._say(copy, "mediatopic.edit", topic_id=number)
        except OkError as error:
            return self._or_gone(number, _of_this_one(error.outcome, "cannot_edit"), Refused("gone"))
        not_done = _not_done(answer, "cannot_edit")
        return self._or_gone(number, not_done, Refused("gone")) if not_done else self._sent(copy, number, said)

    def remove(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002
        assert copy.placed is not None
        number = copy.placed.ids[0]
        removed = Sent({"ids": [number], "link": None})
        try:
            answer = self._api.call("mediatopic.deleteTopic", topic_id=number, gid=self._group_id)
        except OkError as error:
            return self._or_gone(number, _of_this_one(error.outcome, "cannot_remove"), removed)
        not_done = _not_done(answer, "cannot_remove")
        return self._or_gone(number, not_done, removed) if not_done else removed

    def _or_gone(self, number: str, outcome: Outcome, gone: Outcome) -> Outcome:
        """What a refused change means: ``gone`` where the group does not show the topic any more.

        Odnoklassniki has no one word for a topic that is not there, so it is read.
        """
        if not isinstance(outcome, Refused):
            return outcome
        if outcome.reason == "gone":
            return gone
        with suppress(OkError):
            return outcome if self._read([number]) else gone
        return outcome

    def _say(self, copy: Copy, method: str, *, write: bool = False, **params: Any) -> tuple[Part, Any]:
        """Say the story by that method; what was said, and the answer. Raises OkError."""
        tokens = self._uploaded(copy.story, topic(copy.story).media)
        left_out = [one for one, token in tokens.items() if token is None]
        shape: Shape | None = Shape()
        while True:
            part = topic(copy.story, left_out, shape)
            if not part.body["media"]:
                raise OkLost(Refused("nothing_to_send"))
            try:
                answer = self._api.call(method, write=write, attachment=_attachment(part, tokens), **params)
            except OkRefused as refusal:
                shape = shape.after(refusal.code) if shape is not None else None
                if shape is None:
                    raise
                continue
            return part, answer

    def _sent(self, copy: Copy, number: str, said: Part, shortcomings: Sequence[str] = ()) -> Sent:
        """``notes``: what the rendered part does not tell."""
        told = copy.part.notes if copy.part is not None else ()
        notes = [note for note in (*said.notes, *shortcomings) if note not in told]
        return Sent({"ids": [number], "link": self._link(number), "notes": notes})

    def _link(self, number: str) -> str:
        return f"https://ok.ru/group/{self._group_id}/topic/{number}"

    # -- pictures ------------------------------------------------------------------------------------------------

    def _uploaded(self, story: Story, pictures: Sequence[Attachment]) -> dict[str, str | None]:
        """Tokens of the pictures by identity, in order; None for one that cannot go along. Raises OkError."""
        tokens: dict[str, str | None] = {one.identity: None for one in pictures}
        files = {one.identity: file for one in pictures if (file := self._file(story, one)) is not None}
        names = list(files)
        for start in range(0, len(names), BATCH):
            batch = names[start : start + BATCH]
            tokens.update(self._upload_batch({name: files[name] for name in batch}))
        return tokens

    def _file(self, story: Story, picture: Attachment) -> File | None:
        """The file as Odnoklassniki takes it, None when it cannot be had. Raises OkError: it may be had later."""
        try:
            return self.media.fitted(self.media.get(picture, story.owner_id, story.post_id), FIT)
        except MediaUnavailable as trouble:
            if trouble.passing:
                raise OkLost(RetryLater(trouble.reason)) from None
            return None

    def _upload_batch(self, files: Mapping[str, File]) -> dict[str, str | None]:
        try:
            return dict(zip(files, self._upload(list(files.values())), strict=True))
        except OkRefused as refusal:
            if refusal.code not in PICTURE_REFUSED:
                raise
        return {name: self._upload_alone(file) for name, file in files.items()}

    def _upload_alone(self, file: File) -> str | None:
        """One picture, as it is or made smaller; None when neither is taken. Raises OkError."""
        for smaller in (False, True):
            try:
                return self._upload([self.media.fitted(file, SMALLER_FIT) if smaller else file])[0]
            except MediaUnavailable:
                return None
            except OkRefused as refusal:
                if refusal.code not in PICTURE_REFUSED:
                    raise
        return None

    def _upload(self, files: Sequence[File]) -> list[str]:
        """Tokens of the files, in order; what gets lost is tried once more at a new address. Raises OkError."""
        try:
            return self._upload_once(files)
        except OkLost as lost:
            if isinstance(lost.outcome, RetryLater) and lost.outcome.seconds is None:
                return self._upload_once(files)
            raise

    def _upload_once(self, files: Sequence[File]) -> list[str]:
        place = self._api.call("photosV2.getUploadUrl", gid=self._group_id, count=len(files))
        url = place.get("upload_url") if isinstance(place, dict) else None
        if not isinstance(url, str) or not self._is_upload_host(url):
            raise OkLost(RetryLater("no_answer"))
        forms = [Upload(f"pic{number}", file.name, file.path, file.kind) for number, file in enumerate(files, 1)]
        answer = self._api.upload(url, forms)
        photos = answer.get("photos") if isinstance(answer, dict) else None
        known = photos if isinstance(photos, dict) else {}
        tokens = [_token(known.get(str(number))) for number in place.get("photo_ids") or known]
        if len(tokens) != len(files) or not all(tokens):
            raise OkLost(RetryLater("no_answer"))
        return tokens

    def _is_upload_host(self, url: str) -> bool:
        host = (urlsplit(url).hostname or "").lower()
        ours = any(host == known or host.endswith(f".{known}") for known in _UPLOAD_HOSTS)
        beside_us = is_loopback(url) and any(is_loopback(f"http://{known}") for known in self._upload_hosts)
        return ours or host in self._upload_hosts or beside_us

    # -- reading -------------------------------------------------------------------------------------------------

    def find(self, copy: Copy, delivery: Delivery, now: datetime) -> Outcome | None:
        try:
            rows = self._listed(delivery.created_at)
            standing = self._stands(copy, rows)
        except OkError:
            return None
        if standing is not None:
            return standing
        sure = self._list_is_fresh and len(rows) < NEWEST and self._attempts.over(delivery, now)
        return RetryLater("not_sent", 0.0, counts=False) if sure else None

    def _look_whether_listed(self, number: str) -> None:
        """Whether the list shows a topic that has just gone out."""
        with suppress(OkError):
            self._list_is_fresh = number in _numbers(self._listed(datetime.now(UTC) - timedelta(hours=1)))

    def _listed(self, since: datetime) -> list[Mapping[str, Any]]:
        """The group's topics since then, newest first. Raises OkError."""
        begin = int((since - CLOCK_SLACK).timestamp() * 1000)
        listed = self._api.call(
            "group.getStatTopics", gid=self._group_id, start_time=begin, count=NEWEST, fields="id,created_ms"
        )
        rows = listed.get("topics") if isinstance(listed, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("id") for row in rows):
            raise OkLost(RetryLater("no_answer"))  # it tells neither what is there nor what is not
        return rows

    def _stands(self, copy: Copy, rows: Sequence[Mapping[str, Any]]) -> Sent | None:
        """The topic of the story if it is among the listed ones. Raises OkError."""
        ids = _numbers(rows)
        topics = self._read(ids) if ids else {}
        readable = {number: topic for number, topic in topics.items() if _is_readable(topic)}
        for part in _ways_to_say(copy.story):
            ours = [number for number in reversed(ids) if number in readable and _says(readable[number], part)]
            if ours:
                return self._sent(copy, ours[0], part)
        if len(readable) < len(topics):
            raise OkLost(RetryLater("no_answer"))  # one that cannot be understood may be the one
        return None

    def _read(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Topics as the group shows them, by number. Raises OkError."""
        answer = self._api.call(
            "mediatopic.getByIds", topic_ids=",".join(ids), fields="media_topic.*", media_limit=3
        )
        rows = answer.get("media_topics") if isinstance(answer, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("id") for row in rows):
            raise OkLost(RetryLater("no_answer"))
        return {str(row["id"]): row for row in rows}

    def _shortcomings(self, number: str, said: Part) -> list[str]:
        """What did not come out as it was said; nothing when it cannot be read."""
        try:
            read = self._read([number]).get(number)
        except OkError:
            return []
        if read is None:
            return ["not_shown"]
        pictures = _pictures_in(read)
        lost = pictures is not None and pictures < len(said.media)
        changed = not same_words(_text_in(said.body["media"]), _text_in(read.get("media")))
        return ["pictures_lost"] * lost + ["text_changed"] * changed

    def keep_alive(self) -> None:
        """The key lives for thirty days after the last call."""
        with suppress(OkError):
            self._api.call("users.getCurrentUser", fields="uid")

    def health(self) -> Health:
        try:
            person = self._api.call("users.getCurrentUser", fields="uid")
            uid = str(person.get("uid", "")) if isinstance(person, dict) else ""
        except OkRefused as refusal:  # who the user is is of use only for the next question
            known = refusal.code == NO_SUCH_METHOD
            return Health(known, "" if known else _reason(refusal.outcome))
        except OkError as error:
            return Health(False, _reason(error.outcome))
        try:
            roles = self._api.call("group.getUserGroupsByIds", group_id=self._group_id, uids=uid)
        except OkError as error:
            reason = _reason(error.outcome)
            return Health(reason != "no_rights", reason if reason == "no_rights" else "")
        status = next((str(row.get("status", "")).upper() for row in roles if isinstance(row, dict)), "")
        if status in ("ACTIVE", "PASSIVE", "BLOCKED", "MAYBE", "UNKNOWN") or not roles:
            return Health(False, "no_rights", status.lower())
        return Health(True)

    def reach(self, network: Network, placed: Placed) -> Reach | None:  # noqa: ARG002
        try:
            answer = self._api.call("group.getStatTopic", topic_id=placed.ids[0], fields=_STATISTICS)
        except OkError:
            return None
        row = answer.get("topic") if isinstance(answer, dict) else None
        if not isinstance(row, dict):
            return None
        views, likes, comments, reposts = (
            _count(row.get(key)) for key in ("views", "likes", "comments", "reshares")
        )
        return Reach(views, likes, reposts, comments)


def _is_readable(topic: Mapping[str, Any]) -> bool:
    """Whether it can be told what a topic says; one without a text has no block of it."""
    media = topic.get("media")
    if not isinstance(media, list) or not all(isinstance(block, dict) for block in media):
        return False
    return all(isinstance(block.get("text"), str) for block in media if block.get("type") == "text")


def _numbers(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(row["id"]) for row in rows]


def _of_this_one(outcome: Outcome, forbidden: str) -> Outcome:
    """A permission that is missing for a change may be missing for this topic only: a person does that one by hand.

    Where it is missing altogether, the next topic tells.
    """
    denied = isinstance(outcome, RetryLater) and outcome.code == PERMISSION_DENIED
    return Refused(forbidden, PERMISSION_DENIED) if denied else outcome


def _not_done(answer: Any, forbidden: str) -> Outcome | None:
    """What an answer to a change means that is not plain success; one that says nothing proves nothing."""
    success = answer.get("success") if isinstance(answer, dict) else answer
    if success in (True, "true"):
        return None
    return Refused(forbidden) if success in (False, "false") else RetryLater("no_answer")


def _attachment(part: Part, tokens: Mapping[str, str | None]) -> dict[str, Any]:
    """The topic with the tokens of its pictures, from the group and not from the person whose key it is."""
    photos = [{"id": tokens[one.identity]} for one in part.media]
    media = [
        {"type": "photo", "list": photos} if block["type"] == "photo" else block for block in part.body["media"]
    ]
    return {"media": media, "onBehalfOfGroup": "true"}


def _ways_to_say(story: Story) -> Iterator[Part]:
    """Every topic this story may have become, the likeliest first."""
    pictures = [one.identity for one in topic(story).media]
    for missing in range(len(pictures) + 1):
        for shape in (Shape(), Shape(SHORT_LIMIT), Shape(blocks=False), Shape(SHORT_LIMIT, blocks=False)):
            yield topic(story, pictures[len(pictures) - missing :] if missing else (), shape)


def _says(read: Mapping[str, Any], part: Part) -> bool:
    """Whether a topic of the group is this one; the order of its pictures is not told."""
    pictures = _pictures_in(read)
    same_pictures = pictures is None or pictures == len(part.media)
    return same_pictures and same_words(_text_in(part.body["media"]), _text_in(read.get("media")))


def _text_in(media: Any) -> str:
    blocks = [block for block in media if isinstance(block, dict)] if isinstance(media, list) else []
    return "\n".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")


def _pictures_in(read: Mapping[str, Any]) -> int | None:
    """How many pictures a topic shows; None when it does not tell."""
    media = read.get("media")
    blocks = [one for one in media if isinstance(one, dict)] if isinstance(media, list) else []
    shown = [block for block in blocks if block.get("type") == "photo"]
    lists: list[Any] = [block.get("photo_refs") or block.get("photos") or block.get("list") for block in shown]
    return sum(len(one) for one in lists) if all(isinstance(one, list) for one in lists) else None


def _token(photo: Any) -> str:
    return str(photo.get("token") or "") if isinstance(photo, dict) else ""


def _reason(outcome: Outcome) -> str:
    return "" if isinstance(outcome, Sent) else outcome.reason


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, str)) and str(value).isdigit() else None
