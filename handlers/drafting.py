"""News written in the dialog: messages gather in a draft, are shown as they would come out, and are sent by a word.

::

    «Предложить новость» ─▶ messages ─▶ preview ─▶ «Отправить» ─▶ a number, a card, a receipt
                              ▲    └──▶ «Исправить»: the next text takes the place of the old
                              └── late pieces of an album join, in the order of their numbers

The answer to a return is a draft too, about that news.  A draft lives in the database until it is sent or dropped.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from editorial import draft as drafts
from editorial import etiquette
from editorial.delivery import Delivery, NewDelivery
from editorial.draft import Draft, Limit, Piece
from editorial.lifecycle import OPEN, Action, advance
from editorial.post import split_text, utf16_length
from editorial.suggestion import Attachment, Content, Origin, Status, Suggestion, comparable
from handlers import changes, joint, keyboards, letters, suggest, texts
from handlers.answers import answer
from handlers.changes import MESSAGES
from handlers.context import Context
from handlers.events import MessageArrived, Quote
from handlers.zones import night_of_writer
from storage.drafts import Kept
from storage.suggestions import NewSuggestion

#: The preview waits so long for the rest of an album.
TOGETHER: Final = timedelta(seconds=2)
#: An unsent draft is offered again after so long.
REMIND_AFTER: Final = timedelta(hours=3)
#: A piece of an album that comes after the news was sent still joins it.
LATE_PIECE: Final = timedelta(minutes=10)
#: A text of so many characters is news even where nobody asked for it.
A_STORY: Final = 300
#: A question so short is no correction.
_A_QUESTION: Final = 80
#: Who was told that nothing is taken is not told how to send for so long.
NO_HINT: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
#: Returned for these, the author adds a line; otherwise a text takes the place of the old.
_ADDS: Final = frozenset({"when_where", "facts", "minors"})
_MOST_LOOKED_AT: Final = 20
_SHOWN_BY_REFERENCE: Final = frozenset({"photo", "video", "doc", "audio", "poll"})


# ------------------------------------------------------------------------------------------------- beginning


def begin(context: Context, message: MessageArrived) -> None:
    """«Предложить новость»: a new draft, or the one that was left unsent."""
    if not _may_send(context, message):
        return
    kept = context.unit.drafts.get(message.from_id)
    draft = kept.draft if kept is not None else Draft(message.from_id)
    whole = _with_quotes(context, replace(message, text=""), draft)
    if whole.text or whole.attachments:  # the news came with the words
        _add(context, whole, draft)
        return
    if not draft.empty:
        answer(context, message, texts.unsent(_start_of(draft), draft.number))
        _show(context, message)
        return
    context.unit.drafts.put(Draft(message.from_id), message.peer_id, context.now)
    answer(context, message, texts.WRITE_NEWS)


def correct(context: Context, message: MessageArrived, suggestion: Suggestion) -> None:
    """«Исправить 214»: a draft that begins with what was sent."""
    if suggestion.status not in OPEN:
        answer(context, message, texts.not_to_correct(suggestion.number))
        return
    kept = context.unit.drafts.get(message.from_id)
    if kept is not None and not kept.draft.empty and kept.draft.number != suggestion.number:
        answer(context, message, texts.unsent(_start_of(kept.draft), kept.draft.number))
        _show(context, message)
        return
    context.unit.drafts.put(_of(suggestion, "wording"), message.peer_id, context.now)
    answer(context, message, texts.correct_news(suggestion.number))


def _of(suggestion: Suggestion, state: str) -> Draft:
    author = suggestion.author_id or 0
    first = Piece(0, suggestion.content.text, suggestion.content.attachments)
    return Draft(author, state, (first,), suggestion.number)


# ------------------------------------------------------------------------------------------------ its messages


def takes(context: Context, message: MessageArrived) -> bool:
    """Whether the message belongs to a draft, begins one, answers a return, or is a late piece of what was sent."""
    kept = context.unit.drafts.get(message.from_id)
    if kept is not None:
        _add(context, _with_quotes(context, message, kept.draft), kept.draft)
        return True
    # Whoever answers a message may be talking; what is forwarded to the desk is meant for it.
    is_forward = any(not one.answered for one in message.quoted)
    if is_forward or _is_news(message):
        message = _with_quotes(context, message, Draft(message.from_id))
    if _joins_sent(context, message):
        return True
    returned = _returned(context, message)
    if returned is not None:
        _add(context, message, _of(returned, "writing" if _only_adds(returned, message.text) else "wording"))
        return True
    if is_forward or _is_news(message):
        if _may_send(context, message, asked=False):
            _add(context, message, Draft(message.from_id))
        return True
    return False


def _with_quotes(context: Context, message: MessageArrived, draft: Draft) -> MessageArrived:
    """The message with what it carries of others as if it were written in it."""
    quoted = [one for one in message.quoted if not (one.answered and _is_known(context, message, draft, one))]
    said = [
        texts.quoted_post(one.content.text.strip(), one.link) if one.link else one.content.text for one in quoted
    ]
    text = "\n\n".join(part.strip() for part in (message.text, *said) if part.strip())
    inner = (one for quote in quoted for one in quote.content.attachments)
    return replace(message, text=text, attachments=(*message.attachments, *inner), quoted=())


def _is_known(context: Context, message: MessageArrived, draft: Draft, answered: Quote) -> bool:
    """Whether the answered message is in the draft, or in news that was sent, already."""
    if answered.cmid in [piece.cmid for piece in draft.pieces]:
        return True
    words = comparable(answered.content.text)
    sent = context.unit.suggestions.by_author(message.from_id, _MOST_LOOKED_AT)
    return bool(words) and any(words in comparable(one.content.text) for one in sent)


def _is_news(message: MessageArrived) -> bool:
    return bool(_taken(message.attachments)) or len(message.text) >= A_STORY


def _taken(attachments: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    return tuple(one for one in attachments if one.kind in drafts.TAKEN and one.reference)


def _returned(context: Context, message: MessageArrived) -> Suggestion | None:
    """The news that was returned last, when this message can be the answer to that."""
    text = message.text.strip()
    if not _taken(message.attachments) and (not text or (text.endswith("?") and len(text) <= _A_QUESTION)):
        return None
    own = context.unit.suggestions.by_author(message.from_id, _MOST_LOOKED_AT)
    returned = [
        (one.decision.at, one)
        for one in own
        if one.status is Status.RETURNED and one.decision and context.now - one.decision.at < etiquette.CORRECTABLE
    ]
    return max(returned, key=lambda pair: pair[0])[1] if returned else None


def _only_adds(suggestion: Suggestion, text: str) -> bool:
    reason = suggestion.decision.reason if suggestion.decision else None
    return reason in _ADDS and 2 * len(text) < len(suggestion.content.text)


def _add(context: Context, message: MessageArrived, draft: Draft) -> None:
    piece = Piece(message.cmid or 0, message.text, message.attachments)
    changed, limits = drafts.added(draft, piece)
    if changed is not draft:
        context.unit.drafts.put(changed, message.peer_id, context.now)
    for limit in limits:
        answer(context, message, _limit_words(limit))
    if not changed.empty and Limit.TEXT not in limits:
        _show(context, message)
        _remind_later(context, message, changed.content.text)


def _limit_words(limit: Limit) -> str:
    return {
        Limit.ATTACHMENTS: texts.TOO_MANY_ATTACHMENTS,
        Limit.TEXT: texts.DRAFT_TOO_LONG,
        Limit.KIND: texts.KIND_NOT_TAKEN,
    }[limit]


def _joins_sent(context: Context, message: MessageArrived) -> bool:
    """A piece of an album that VK delivered after the word «Отправить» that was written behind it."""
    newest = context.unit.suggestions.by_author(message.from_id, 1)
    sent = newest[0] if newest else None
    attachments = _taken(message.attachments)
    if sent is None or sent.origin is not Origin.DIALOGUE or not attachments or message.cmid is None:
        return False
    behind = dict(sent.behind or {})
    early = message.cmid < int(behind.get("until") or 0) and message.cmid not in behind.get("cmids", ())
    if not early or sent.status is not Status.PENDING or context.now - sent.received_at > LATE_PIECE:
        return False
    of = [int(cmid) for cmid in behind.get("of", ())]
    pairs = [*zip(of, sent.content.attachments, strict=False), *((message.cmid, one) for one in attachments)]
    pairs.sort(key=lambda pair: pair[0])
    pairs = pairs[: drafts.MOST_ATTACHMENTS]
    behind |= {"cmids": sorted({*behind.get("cmids", ()), message.cmid}), "of": [pair[0] for pair in pairs]}
    content = Content(sent.content.text, tuple(pair[1] for pair in pairs))
    after = replace(sent, content=content, edited_attachments=None, behind=behind)
    after = replace(after, version=sent.version + 1, updated_at=context.now)
    changes.store(context, sent, after, "late_piece", actor=message.from_id)
    answer(context, message, texts.late_piece(sent.number))
    return True


# --------------------------------------------------------------------------------------------------- the words


def send(context: Context, message: MessageArrived) -> bool:
    """«Отправить»; False when there is nothing to send."""
    kept = context.unit.drafts.get(message.from_id)
    if kept is None or kept.draft.empty:
        return False
    if not _may_send(context, message, correction=kept.draft.number is not None):
        return True
    context.unit.drafts.drop(message.from_id)
    if kept.draft.number is not None:
        _send_correction(context, message, kept)
    else:
        _send_news(context, message, kept)
    return True


def reword(context: Context, message: MessageArrived) -> bool:
    """«Исправить»; False when there is no draft and nothing returned."""
    kept = context.unit.drafts.get(message.from_id)
    if kept is None:
        own = context.unit.suggestions.by_author(message.from_id, _MOST_LOOKED_AT)
        returned = next((one for one in own if one.status is Status.RETURNED), None)
        if returned is None:
            return False
        correct(context, message, returned)
        return True
    context.unit.drafts.put(replace(kept.draft, state="wording"), message.peer_id, context.now)
    answer(context, message, texts.SEND_NEW_TEXT, keyboards.spoken("Убрать вложения", "Удалить"))
    return True


def strip(context: Context, message: MessageArrived) -> bool:
    """«Убрать вложения»; False without a draft."""
    kept = context.unit.drafts.get(message.from_id)
    if kept is None:
        return False
    context.unit.drafts.put(drafts.without_attachments(kept.draft), message.peer_id, context.now)
    answer(context, message, texts.ATTACHMENTS_DROPPED)
    _show(context, message)
    return True


def drop(context: Context, message: MessageArrived) -> bool:
    """«Удалить»; False without a draft."""
    kept = context.unit.drafts.get(message.from_id)
    if kept is None:
        return False
    context.unit.drafts.drop(message.from_id)
    answer(context, message, texts.draft_dropped(kept.draft.number))
    return True


def _may_send(context: Context, message: MessageArrived, *, asked: bool = True, correction: bool = False) -> bool:
    """Whether the desk takes news from the writer now; if not, they are told.

    Whoever did not ask but goes on sending is told once a day.  ``correction``: it is no further piece, so that the
    limit of the day does not concern it.
    """
    author = context.unit.authors.get(message.from_id)
    limit = context.desk.daily_limit(author)
    if author is not None and author.blocked:
        said = texts.blocked_author(author.blocked_why or "")
    elif (
        limit
        and not correction
        and context.unit.suggestions.tally(message.from_id, context.now - _DAY).lately >= limit
    ):
        said = texts.daily_limit(limit)
    else:
        return True
    told = author is not None and author.told_at is not None and context.now - author.told_at < _DAY
    if asked or not told:
        context.unit.authors.ensure(message.from_id, context.now)
        context.unit.authors.told(message.from_id, context.now)
        answer(context, message, said, keyboards.spoken(texts.CALL_HUMAN))
    return False


def was_turned_away(context: Context, message: MessageArrived) -> bool:
    """Whether the writer was told a while ago that no news is taken: they need no hint how to send it."""
    author = context.unit.authors.get(message.from_id)
    return author is not None and author.told_at is not None and context.now - author.told_at < NO_HINT


def _send_news(context: Context, message: MessageArrived, kept: Kept) -> None:
    content = kept.draft.content
    new = NewSuggestion(
        owner_id=context.desk.owner_id,
        post_id=0,
        author_id=message.from_id,
        content=content,
        received_at=context.now,
        region=suggest.region_of(context, message.from_id, content.text),
        origin=Origin.DIALOGUE,
        behind=_behind(message, kept),
    )
    suggest.bring_in(context, new)


def _behind(message: MessageArrived, kept: Kept) -> dict[str, Any]:
    of = [piece.cmid for piece in kept.draft.pieces for _ in piece.attachments]
    cmids = [cmid for cmid in kept.draft.cmids if cmid]
    return {"peer_id": message.peer_id, "cmids": cmids, "of": of, "until": message.cmid or 0}


def _send_correction(context: Context, message: MessageArrived, kept: Kept) -> None:
    """The same news with the new content: the card shows the difference and stands at the end of the chat."""
    assert kept.draft.number is not None
    known = context.unit.suggestions.get(kept.draft.number)
    if known is None or known.author_id != message.from_id:
        answer(context, message, texts.NOT_YOURS)
        return
    if joint.goes_out_now(context, known) or known.status not in OPEN:
        answer(context, message, texts.not_to_correct(known.number))
        return
    after = advance(known, Action.AUTHOR_EDITED, context.now, content=kept.draft.content)
    if after is None:
        answer(context, message, texts.nothing_changed(known.number))
        return
    behind = {**(known.behind or {}), **_behind(message, kept)}
    if known.origin is Origin.WALL:
        # What stands on VK is not what will be published any more.
        behind |= {"left": known.content.fingerprint, "owner_id": known.owner_id, "post_id": known.post_id}
    after = replace(after, origin=Origin.DIALOGUE, behind=behind, without_photos=False)
    suggest.store_edited(context, known, after)


# -------------------------------------------------------------------------------------------------- the preview


def _show(context: Context, message: MessageArrived) -> None:
    who = message.from_id
    zone = night_of_writer(message.text, context.unit.authors.get(who), context.desk.zone)
    quiet = context.desk.letters_quiet
    due_at = etiquette.letter_time(context.now + TOGETHER, zone, quiet, answering=not context.late)
    new = NewDelivery(
        MESSAGES, f"peer:{message.peer_id}", "preview", None, {"author": who}, due_at, f"preview:{who}"
    )
    context.unit.outbox.add(new, context.now)


def _remind_later(context: Context, message: MessageArrived, text: str) -> None:
    zone = night_of_writer(text, context.unit.authors.get(message.from_id), context.desk.zone)
    due_at = etiquette.letter_time(context.now + REMIND_AFTER, zone, context.desk.letters_quiet, answering=False)
    who = message.from_id
    new = NewDelivery(MESSAGES, f"user:{who}", "unsent", None, {"author": who}, due_at, f"unsent:{who}")
    context.unit.outbox.add(new, context.now)


def preview(context: Context, delivery: Delivery) -> letters.LetterText | None:
    """How the draft would come out, with the buttons; None when there is none any more."""
    kept = context.unit.drafts.get(int(delivery.payload.get("author") or 0))
    if kept is None or kept.draft.empty:
        return None
    return _drawn(context, kept.draft, texts.draft_head(kept.draft.number))


def reminder(context: Context, delivery: Delivery) -> letters.LetterText | None:
    """The draft that was left unsent, once; None when it is sent, dropped, or its author wants no letters."""
    who = int(delivery.payload.get("author") or 0)
    kept = context.unit.drafts.get(who)
    author = context.unit.authors.get(who)
    silent = author is not None and (author.reachable is False or not author.wants_letters)
    if kept is None or kept.draft.empty or kept.reminded_at is not None or silent:
        return None
    return _drawn(context, kept.draft, texts.unsent(_start_of(kept.draft), kept.draft.number))


def _drawn(context: Context, draft: Draft, head: str) -> letters.LetterText:
    content = draft.content
    shown = tuple(one.reference for one in content.attachments if one.kind in _SHOWN_BY_REFERENCE and one.reference)
    links = [
        one.url for one in content.attachments if one.kind == "link" and one.url and one.url not in content.text
    ]
    author = context.unit.authors.get(draft.author_id)
    signed = texts.signed_by(author.name) if author is not None and author.name else ""
    body = "\n\n".join(part for part in (content.text, "\n".join(links), signed) if part)
    keyboard = keyboards.spoken("Отправить", "Исправить", "Удалить")
    if utf16_length(body) <= 3500:
        return letters.LetterText(f"{head}\n\n{body}", keyboard, shown)
    parts = tuple(piece.strip("\n") for piece in split_text(body, 4000))
    return letters.LetterText(texts.PREVIEW_ABOVE, keyboard, shown, (head, *parts))


def _start_of(draft: Draft) -> str:
    words = " ".join(draft.content.text.split())
    return words if len(words) <= 60 else words[:59].rstrip() + "…"
