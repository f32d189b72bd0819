"""Telegram: a channel that a bot posts to.

How a story looks there is decided by :mod:`bot.targets.telegram_story`; what became of an uncertain message is
found out by :mod:`bot.targets.telegram_search`, and without a log chat people are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, ClassVar, Final, Self

import structlog

from bot.config import Settings
from bot.media import File, Fit, Media, MediaUnavailable
from bot.targets.attempts import Attempts
from bot.targets.base import Parcel, Standstill
from bot.targets.enclosed import kind_word, shown_name
from bot.targets.http import Failed, Http, Upload
from bot.targets.network import Copy, Health, NetworkTarget, Supplies
from bot.targets.pace import ChannelPace
from bot.targets.telegram_api import Refusal, Said, TelegramApi, Told, chat_id, of_a_repeatable, of_a_write
from bot.targets.telegram_search import Search
from bot.targets.telegram_story import CAPTION_LIMIT, TEXT_LIMIT, body_without, parts_of, whole_body
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.networks import Network, Part, Story
from editorial.post import same_words
from editorial.suggestion import Attachment
from handlers import crosspost, texts
from handlers.context import Context

log = structlog.get_logger("telegram")

PHOTO: Final = Fit(most_bytes=10 * 1024 * 1024, most_sum=10_000, most_ratio=20.0)
#: Seconds between two calls to the channel, and messages a minute; an album counts by its items.
GAP: Final = 3.0
PER_MINUTE: Final = 20
#: Where no id of the channel is known, posts made so long before an uncertain one are looked through too.
LAST_POSTS: Final = timedelta(hours=1)
_CANNOT_EDIT: Final = (
    *("can't be edited", "message_edit_time_expired", "message_author_required"),
    *("no text in the message", "no caption in the message", "no media in the"),
)
#: What was tried is remembered of so many deliveries.
_REMEMBERED: Final = 20
#: What Telegram makes of a single file, by its content.
_SENDING: Final[Mapping[str, tuple[str, str]]] = {
    "image/gif": ("sendAnimation", "animation"),
    "video/mp4": ("sendVideo", "video"),
}
#: Servers that do not have a method for these take them as documents.
_SHOWN_MOVING: Final = frozenset(field for _, field in _SENDING.values())


@dataclass(frozen=True, slots=True)
class Piece:
    """A file ready to go, with the attachment it came from; None: it stands there already."""

    attachment: Attachment
    file: File | None

    @property
    def ready(self) -> File:
        assert self.file is not None
        return self.file


@dataclass(frozen=True, slots=True)
class Draft:
    """A part as it is sent: text and entities, its files, and the identities of files that could not go along."""

    text: str
    entities: list[Any]
    pieces: tuple[Piece, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    preview: Mapping[str, Any] | None = None
    poll: Mapping[str, Any] | None = None

    @property
    def media(self) -> list[str]:
        return [piece.attachment.identity for piece in self.pieces]

    @property
    def kind(self) -> str:
        return self.pieces[0].attachment.kind if self.pieces else "text"


class Kept:
    """Drafts that are made when they are first asked for, and kept."""

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self._made: list[Draft] = []
        self._left = iter(drafts)

    def __iter__(self) -> Iterator[Draft]:
        yield from self._made
        for draft in self._left:
            self._made.append(draft)
            yield draft


class TelegramTarget(NetworkTarget):
    """One channel. ``pace`` None keeps to Telegram's rates; uncertain posts are looked for in ``log_chat``."""

    name: ClassVar[str] = "telegram"

    def __init__(
        self, media: Media, api: TelegramApi, chat: str, *, log_chat: str = "", pace: ChannelPace | None = None
    ) -> None:
        super().__init__(media)
        self._api = api
        self._chat = chat_id(chat)
        self._log_chat = chat_id(log_chat)
        self._search = Search(api, chat, log_chat)
        self._pace = pace or ChannelPace(GAP, PER_MINUTE)
        self._attempts = Attempts()
        #: What was sent last of a delivery whose fate is not known; what Telegram refused before stands nowhere.
        self._tried: dict[int, Draft] = {}
        #: Files Telegram did not take within an album, by the news they belong to.
        self._refused: dict[int, set[str]] = {}
        self._network = Network("telegram", "telegram", texts.TELEGRAM_TITLE, chat, self._count)

    @classmethod
    def from_settings(cls, settings: Settings, supplies: Supplies) -> Self | None:
        token, proxy = settings.TELEGRAM_BOT_TOKEN.get_secret_value(), settings.TELEGRAM_PROXY.get_secret_value()
        if not token:
            return None
        api = TelegramApi(Http("telegram", secret=(token,), proxy=proxy), settings.TELEGRAM_API_URL, token)
        return cls(supplies.media, api, settings.TELEGRAM_CHAT_ID, log_chat=settings.TELEGRAM_LOG_CHAT_ID)

    @property
    def networks(self) -> tuple[Network, ...]:
        return (self._network,)

    def standstill(self) -> Standstill | None:
        rests = super().standstill()
        wait = self._pace.wait()
        return rests or (Standstill(wait, "pace") if wait > 0 else None)

    # -- rendering -------------------------------------------------------------------------------------------

    def _count(self, story: Story) -> int:
        return len(self.render(story, self._network))

    def render(self, story: Story, network: Network) -> tuple[Part, ...]:  # noqa: ARG002
        return parts_of(story)

    # -- publishing ------------------------------------------------------------------------------------------

    def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
        parcel = super().pack(context, delivery)
        if parcel is not None and delivery.kind == "post" and self._search.possible:
            since = crosspost.asked_since(delivery) or delivery.sending_at or context.now
            known = context.unit.copies.newest_ids(self._network.key, since)
            self._search.mark(delivery.id, [*known, *_ids_before(parcel.contents)])
        return parcel

    def publish(self, copy: Copy, delivery: Delivery) -> Outcome:
        assert copy.part is not None
        wait = self._pace.wait(max(1, len(copy.part.media)))
        if wait > 0:
            return RetryLater("pace", wait, counts=False)
        try:
            draft = self._draft(copy)
        except MediaUnavailable as fault:
            return RetryLater(fault.reason)
        self._search.mark(delivery.id, _ids_before(copy))
        self._search.sending(delivery.id)
        self._remember(delivery, draft)
        with self._attempts.timed(delivery):
            said = self._send(copy, draft)
            while isinstance(said, Refusal) and said.bad_media and draft.pieces:
                if said.item is not None and len(draft.pieces) > 1:
                    return self._album_in_doubt(copy, draft, said)
                draft = self._without(copy, draft, said.item)
                self._remember(delivery, draft)
                said = self._send(copy, draft)
        outcome = self._placed(said.result, draft) if isinstance(said, Told) else of_a_write(said)
        if not isinstance(outcome, Uncertain):
            ids = outcome.result["ids"] if isinstance(outcome, Sent) else ()
            self._settled(delivery, [int(one) for one in ids])
        return outcome

    def _album_in_doubt(self, copy: Copy, draft: Draft, said: Refusal) -> Uncertain:
        """Telegram had begun to send the items and tells of one of them only: others may stand in the channel.

        That one is left out the next time.
        """
        number = copy.story.number
        gone = self._not_taken(copy, draft, said.item)
        self._refused[number] = {*self._refused.pop(number, ()), *gone}
        if len(self._refused) > _REMEMBERED:
            del self._refused[next(iter(self._refused))]
        return Uncertain("media_refused", said.code)

    def _remember(self, delivery: Delivery, draft: Draft) -> None:
        self._tried.pop(delivery.id, None)  # so that it is the newest
        self._tried[delivery.id] = draft
        if len(self._tried) > _REMEMBERED:
            del self._tried[next(iter(self._tried))]

    def _placed(self, result: Any, draft: Draft) -> Outcome:
        ids = _ids_of(result, max(1, len(draft.pieces)))
        if not ids:  # Telegram sends it later, or nobody can read the answer
            return Uncertain("no_message_id")
        first = result[0] if isinstance(result, list) else result
        return _sent(ids, draft, self._link(first.get("chat"), ids[0]))

    def _link(self, chat: Any, message_id: int) -> str | None:
        """The public address of a message, by the channel as Telegram tells of it or as it was named to us."""
        told = chat if isinstance(chat, dict) else {}
        name = told.get("username") or (str(self._chat).removeprefix("@") if isinstance(self._chat, str) else "")
        if name:
            return f"https://t.me/{name}/{message_id}"
        number = str(told.get("id") or self._chat)
        return f"https://t.me/c/{number.removeprefix('-100')}/{message_id}" if number.startswith("-100") else None

    def _draft(self, copy: Copy) -> Draft:
        """The part with its files. Raises MediaUnavailable when one cannot be had now but perhaps later.

        Of a part that stands already, what stands is not brought again and what was left out stays out.
        """
        assert copy.part is not None
        known = copy.placed.result if copy.placed is not None else {}
        standing = known.get("media") or ()
        refused = {*(known.get("left_out") or ()), *self._refused.get(copy.story.number, ())}
        pieces: list[Piece] = []
        left_out: list[str] = []
        for one in copy.part.media:
            if one.identity in refused:
                left_out.append(one.identity)
                continue
            try:
                file = None if one.identity in standing else self._file(one, copy.story)
                pieces.append(Piece(one, file))
            except MediaUnavailable as fault:
                if fault.passing:
                    raise
                left_out.append(one.identity)
        return self._drafted(copy, pieces, left_out)

    def _file(self, attachment: Attachment, story: Story) -> File:
        file = self.media.get(attachment, story.owner_id, story.post_id)
        return file if attachment.kind == "doc" else self.media.fitted(file, PHOTO)

    def _drafted(self, copy: Copy, pieces: Sequence[Piece], left_out: Sequence[str]) -> Draft:
        part = copy.part
        assert part is not None
        gone = [*left_out, *_left_out_before(copy)]
        body = part.body
        if gone:
            body = body_without(copy.story, part, gone, has_files=bool(pieces))
        lost = [one for one in part.media if one.identity in left_out]
        notes = dict.fromkeys((*part.notes, *(f"{kind_word(one)}_as_link" for one in lost)))
        return Draft(
            body["text"],
            body["entities"],
            tuple(pieces),
            tuple(left_out),
            tuple(notes),
            body.get("preview"),
            body.get("poll"),
        )

    def _without(self, copy: Copy, draft: Draft, place: int | None) -> Draft:
        """Without the file Telegram does not take; without all of them when it does not say which."""
        return self._left_out(copy, draft, self._not_taken(copy, draft, place))

    @staticmethod
    def _not_taken(copy: Copy, draft: Draft, place: int | None) -> list[str]:
        pieces = list(draft.pieces)
        refused = [pieces[place]] if place is not None and 0 <= place < len(pieces) > 1 else pieces
        gone = [piece.attachment.identity for piece in refused]
        log.warning("media_refused", network="telegram", suggestion=copy.story.number, files=len(gone))
        return gone

    def _left_out(self, copy: Copy, draft: Draft, gone: Sequence[str]) -> Draft:
        kept = [piece for piece in draft.pieces if piece.attachment.identity not in gone]
        return self._drafted(copy, kept, [*draft.left_out, *gone])

    def _send(self, copy: Copy, draft: Draft) -> Said:
        if not draft.pieces and not draft.text and not draft.poll:
            return Refusal(400, "message text is empty")
        said = self._call(copy, draft)
        if isinstance(said, Refusal) and said.bad_entities and draft.entities:
            said = self._call(copy, replace(draft, entities=[]))
        return said

    def _call(self, copy: Copy, draft: Draft) -> Said:
        params: dict[str, Any] = {"chat_id": self._chat}
        first = next((copy.before[part] for part in sorted(copy.before) if copy.before[part].ids), None)
        if first is not None:
            params["reply_parameters"] = {"message_id": int(first.ids[0]), "allow_sending_without_reply": True}
        if draft.poll:
            options = [{"text": one} for one in draft.poll["options"]]
            params |= {"question": draft.poll["question"], "options": options}
            params |= {"allows_multiple_answers": True} if draft.poll.get("several") else {}
            return self._made(1, "sendPoll", params)
        if not draft.pieces:
            params |= {"text": draft.text, "entities": draft.entities}
            params["link_preview_options"] = dict(draft.preview or {"is_disabled": True})
            return self._made(1, "sendMessage", params)
        if len(draft.pieces) == 1:
            method, field = _method_for(draft.pieces[0])
            params |= {"caption": draft.text, "caption_entities": draft.entities}
            said = self._made(1, method, params, [_upload(field, draft.pieces[0])])
            if field in _SHOWN_MOVING and _is_unknown(said):
                said = self._made(1, "sendDocument", params, [_upload("document", draft.pieces[0])])
            return said
        uploads = [_upload(f"file{place}", piece) for place, piece in enumerate(draft.pieces)]
        kind = "document" if draft.pieces[0].attachment.kind == "doc" else "photo"
        items: list[dict[str, Any]] = [
            {"type": kind, "media": f"attach://file{place}"} for place in range(len(draft.pieces))
        ]
        if draft.text:
            items[0] |= {"caption": draft.text, "caption_entities": draft.entities}
        return self._made(len(items), "sendMediaGroup", {**params, "media": items}, uploads)

    def _made(self, messages: int, method: str, params: Mapping[str, Any], uploads: Sequence[Upload] = ()) -> Said:
        said = self._api.call(method, params, uploads)
        sent = isinstance(said, Told) or (isinstance(said, Failed) and said.sent)
        self._pace.spent(messages if sent else 0)
        return said

    # -- afterwards ------------------------------------------------------------------------------------------

    def edit(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002
        assert copy.part is not None
        assert copy.placed is not None
        standing = [str(one) for one in copy.placed.result.get("media") or ()]
        try:
            draft = self._draft(copy)
        except MediaUnavailable as fault:
            return RetryLater(fault.reason)
        ids = [int(one) for one in copy.placed.ids]
        if not ids:
            return Refused("cannot_edit")
        if draft.poll or copy.placed.result.get("poll"):
            same = draft.poll == copy.placed.result.get("poll")
            return _sent(ids, draft, copy.placed.link) if same else Refused("cannot_edit")
        if not standing and len(draft.pieces) == 1 and draft.text:
            # A text may become a file with a caption; servers of an older version do not let it.
            outcome = self._edit_file(ids[0], draft.pieces[0], draft)
            if not isinstance(outcome, Refused):
                return _sent(ids, draft, copy.placed.link) if isinstance(outcome, Sent) else outcome
        same_shape = len(standing) == len(draft.pieces)
        if not same_shape and not (standing and draft.pieces):
            # No album comes where a text stands, and no file leaves: the words at least are brought up to date.
            draft = _worded(draft, whole_body(copy.story, CAPTION_LIMIT if standing else TEXT_LIMIT))
        if not standing:
            outcome = self._edit_text(ids[0], draft)
        elif not same_shape:
            outcome = self._edit_caption(ids[0], draft)
        else:
            outcome = self._edit_files(ids, standing, draft)
        if isinstance(outcome, Sent):
            return _sent(ids, draft, copy.placed.link) if same_shape else Refused("cannot_edit")
        return outcome

    def _edit_text(self, message_id: int, draft: Draft) -> Outcome:
        params = {"message_id": message_id, "text": draft.text, "entities": draft.entities}
        options = {"link_preview_options": dict(draft.preview or {"is_disabled": True})}
        return self._changed("editMessageText", {**params, **options})

    def _edit_caption(self, message_id: int, draft: Draft) -> Outcome:
        params = {"message_id": message_id, "caption": draft.text, "caption_entities": draft.entities}
        return self._changed("editMessageCaption", params)

    def _edit_files(self, ids: Sequence[int], standing: Sequence[str], draft: Draft) -> Outcome:
        outcome: Outcome = Sent()
        for place, piece in enumerate(draft.pieces):
            if place >= len(ids) or standing[place] == piece.attachment.identity:
                continue
            outcome = self._edit_file(ids[place], piece, draft if place == 0 else None)
            if not isinstance(outcome, Sent):
                return outcome
        return self._edit_caption(ids[0], draft) if standing[0] == draft.media[0] else outcome

    def _edit_file(self, message_id: int, piece: Piece, captioned: Draft | None) -> Outcome:
        item: dict[str, Any] = {"type": _method_for(piece)[1], "media": "attach://file0"}
        if captioned is not None:
            item |= {"caption": captioned.text, "caption_entities": captioned.entities}
        params = {"message_id": message_id, "media": item}
        return self._changed("editMessageMedia", params, [_upload("file0", piece)])

    def _changed(self, method: str, params: Mapping[str, Any], uploads: Sequence[Upload] = ()) -> Outcome:
        said = self._api.call(method, {"chat_id": self._chat, **params}, uploads)
        self._pace.spent(0)
        if isinstance(said, Refusal) and said.bad_entities and (plain := _without_entities(params)) != params:
            return self._changed(method, plain, uploads)
        if isinstance(said, Told) or (isinstance(said, Refusal) and said.not_modified):
            return Sent()
        if isinstance(said, Refusal) and said.code == 400:
            if said.says("message to edit not found", "message_id_invalid"):
                return Refused("gone", 400)
            if said.says(*_CANNOT_EDIT):
                return Refused("cannot_edit", 400)
        if isinstance(said, Refusal) and said.no_method:
            return Refused("cannot_edit", said.code)
        return of_a_repeatable(said)

    def remove(self, copy: Copy, delivery: Delivery) -> Outcome:  # noqa: ARG002
        assert copy.placed is not None
        ids = [int(one) for one in copy.placed.ids]
        said = self._api.call("deleteMessages", {"chat_id": self._chat, "message_ids": ids})
        if _is_unknown(said):
            said = self._removed_singly(ids, said)
        self._pace.spent(0)
        if isinstance(said, Told) or (isinstance(said, Refusal) and said.says("to delete not found")):
            return Sent()
        forbidden = isinstance(said, Refusal) and said.says("can't be deleted", "message_delete_forbidden")
        if isinstance(said, Refusal) and (forbidden or said.no_method):
            return Refused("cannot_remove", said.code)
        return of_a_repeatable(said)

    def _removed_singly(self, ids: Sequence[int], said: Said) -> Said:
        """What is said last by a server that does not take away several at once."""
        for message_id in ids:
            said = self._api.call("deleteMessage", {"chat_id": self._chat, "message_id": message_id})
            if not isinstance(said, Told) and not (isinstance(said, Refusal) and said.says("to delete not found")):
                break
        return said

    # -- looking ---------------------------------------------------------------------------------------------

    def find(self, copy: Copy, delivery: Delivery, now: datetime) -> Outcome | None:
        try:
            draft = self._draft(copy)
        except MediaUnavailable:
            return None
        self._search.mark(delivery.id, _ids_before(copy))
        tried = self._tried.get(delivery.id)
        drafts = Kept([tried] if tried is not None else chain([draft], self._poorer(copy, draft)))

        def first_of(message: Mapping[str, Any]) -> Draft | None:
            return next((one for one in drafts if _is_first_of(message, one)), None)

        def length_of(message: Mapping[str, Any]) -> int:
            found = first_of(message)
            return max(1, len(found.pieces)) if found else 0

        since = (delivery.sending_at or delivery.created_at) - LAST_POSTS
        traces = self._search.look(delivery.id, length_of, since)
        if traces is None:
            return None
        if traces.ids and traces.message is not None:
            stands = first_of(traces.message) or draft
            origin = traces.message.get("forward_origin")
            chat = origin.get("chat") if isinstance(origin, dict) else None
            outcome: Outcome = _sent(traces.ids, stands, self._link(chat, traces.ids[0]))
        elif self._attempts.over(delivery, now):
            outcome = RetryLater("not_sent", 0.0, counts=False)
        else:
            return None
        self._settled(delivery, traces.ids)
        return outcome

    def _settled(self, delivery: Delivery, ids: Sequence[int]) -> None:
        self._search.settled(delivery.id, ids)
        self._tried.pop(delivery.id, None)

    def _poorer(self, copy: Copy, draft: Draft) -> Iterator[Draft]:
        """The part as it may have gone out without some of its files, when an earlier run sent it.

        The text tells only how many are missing, and an album is known by its first file.
        """
        names = draft.media
        for missing in range(1, len(names) + 1):
            for at_the_beginning in range(missing + 1 if missing < len(names) else 1):
                gone = names[:at_the_beginning] + names[len(names) - missing + at_the_beginning :]
                yield self._left_out(copy, draft, gone)

    # -- health ----------------------------------------------------------------------------------------------

    def health(self) -> Health:
        """Key, channel, rights, log chat; a webhook nobody here set means that somebody else holds the key."""
        me = self._api.call("getMe", {})
        if not isinstance(me, Told):
            return _unwell(me)
        name = f"@{_facts(me).get('username', '')}"
        hook = self._api.call("getWebhookInfo", {})
        if _facts(hook).get("url"):
            return Health(False, "foreign_webhook", name)
        chat = self._api.call("getChat", {"chat_id": self._chat})
        if _is_unknown(chat):
            return Health(True, detail=name)
        if not isinstance(chat, Told):
            return _unwell(chat)
        member = self._api.call("getChatMember", {"chat_id": self._chat, "user_id": _facts(me).get("id")})
        if _is_unknown(member):
            return Health(True, detail=name)
        if not isinstance(member, Told):
            return _unwell(member)
        status = _facts(member).get("status")
        if status != "creator" and not (status == "administrator" and _facts(member).get("can_post_messages")):
            return Health(False, "no_rights", name)
        if self._log_chat and not isinstance(self._api.call("getChat", {"chat_id": self._log_chat}), Told):
            return Health(False, "log_chat_gone", name)
        return Health(True, detail=f"{name} → {_facts(chat).get('title', '')}")


# ----------------------------------------------------------------------------------------------- sending, reading


def _worded(draft: Draft, body: Mapping[str, Any]) -> Draft:
    return replace(draft, text=body["text"], entities=body["entities"])


def _without_entities(params: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a plain text; what is nested is plain too."""
    bare = {name: value for name, value in params.items() if name not in ("entities", "caption_entities")}
    media = bare.get("media")
    return {**bare, "media": _without_entities(media)} if isinstance(media, Mapping) else bare


def _left_out_before(copy: Copy) -> list[str]:
    return [str(one) for placed in copy.before.values() for one in placed.result.get("left_out") or ()]


def _ids_before(copy: Copy) -> list[str]:
    return [one for placed in copy.before.values() for one in placed.ids]


def _method_for(piece: Piece) -> tuple[str, str]:
    """The method that sends this file alone, and the field it goes in."""
    if piece.attachment.kind != "doc":
        return "sendPhoto", "photo"
    return _SENDING.get(piece.ready.kind, ("sendDocument", "document"))


def _upload(field: str, piece: Piece) -> Upload:
    name = shown_name(piece.attachment, piece.ready.name)
    return Upload(field, name, piece.ready.path, piece.ready.kind)


def _sent(ids: Sequence[int], draft: Draft, address: str | None) -> Sent:
    return Sent(
        {
            "ids": [str(one) for one in ids],
            "link": address,
            "media": draft.media,
            "left_out": list(draft.left_out),
            "notes": list(draft.notes),
            **({"poll": dict(draft.poll)} if draft.poll else {}),
        }
    )


def _ids_of(result: Any, messages: int) -> tuple[int, ...]:
    """The ids of the messages that were made; none when an answer does not tell all of them."""
    made = result if isinstance(result, list) else [result]
    ids = [message.get("message_id") for message in made if isinstance(message, dict)]
    known = tuple(one for one in ids if isinstance(one, int) and one > 0)
    return known if len(known) == len(ids) == messages else ()


def _is_first_of(message: Mapping[str, Any], draft: Draft) -> bool:
    """Whether the message is what was sent, or the first of its album."""
    if draft.poll:
        asked = message.get("poll")
        return isinstance(asked, dict) and same_words(draft.poll["question"], _said(asked.get("question")))
    if not draft.pieces:
        return "photo" not in message and same_words(draft.text, _said(message.get("text")))
    piece = draft.pieces[0]
    field = _method_for(piece)[1] if len(draft.pieces) == 1 or piece.attachment.kind != "doc" else "document"
    shown = message.get(field) or (field in _SHOWN_MOVING and message.get("document"))
    if not shown or not same_words(draft.text, _said(message.get("caption"))):
        return False
    if field != "photo" or not isinstance(shown, list):
        return bool(draft.text) or shown.get("file_name") == _upload("", piece).name
    largest = shown[-1]
    width, height = int(largest.get("width") or 0), int(largest.get("height") or 0)
    return abs(width * piece.ready.height - height * piece.ready.width) <= 0.02 * width * piece.ready.height


def _said(text: Any) -> str:
    return str(text or "")


def _facts(said: Said) -> Mapping[str, Any]:
    """The object that Telegram answered with; empty when it is none."""
    return said.result if isinstance(said, Told) and isinstance(said.result, dict) else {}


def _is_unknown(said: Said) -> bool:
    """Whether a server of somebody's own does not have the method; the key is known to be good."""
    return isinstance(said, Refusal) and said.code == 404


def _unwell(said: Refusal | Failed) -> Health:
    if isinstance(said, Failed):
        return Health(False, said.what)
    return Health(False, said.outcome().reason, f"→ {said.moved_to}" if said.moved_to else "")
