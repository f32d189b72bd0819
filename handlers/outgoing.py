"""What a waiting delivery says, in its final form: text, buttons, attachments.

Rendering happens when the courier has claimed the row, from the state of that moment, so a card that was changed
three times while it waited is sent once, as it is now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from editorial.delivery import Delivery, State
from editorial.post import split_text, utf16_length
from editorial.suggestion import CLOSED, Author, Status, Suggestion
from handlers import (
    burst,
    cards,
    changes,
    claims,
    digest,
    drafting,
    duplicates,
    joint,
    keyboards,
    letters,
    more,
    network_lines,
    notes,
    overview,
    own_posts,
    passport,
    registry,
    removal,
    texts,
    warnings,
)
from handlers.card_facts import AuthorFacts, DigestFacts, Facts
from handlers.context import Context
from storage.cards import Card

#: A message VK takes for too long in spite of our counting is cut to so much, UTF-16 units.
PLAIN_LENGTH: Final = 1000


_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent, or to take the place of message ``cmid``.

    ``parts`` are texts that precede it as messages of their own, ``sent_parts`` the numbers of those that stand
    there already.  ``attachments`` are VK references.  ``digest`` marks what is shown.  ``pin``: the message
    is to be pinned, not changed.
    """

    text: str
    keyboard: dict[str, Any] | None = None
    attachments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    reply_to: int | None = None
    cmid: int | None = None
    sent_parts: tuple[int, ...] = ()
    digest: str | None = None
    without: str = ""
    pin: bool = False

    def without_attachments(self) -> Outgoing:
        """The same for a VK that does not take the attachments: ``without`` says where to see them."""
        text = f"{self.text}\n{self.without}" if self.without else self.text
        return replace(self, attachments=(), text=text)

    def plain(self, *, buttons: bool) -> Outgoing:
        """The little that any VK takes: the beginning of the text and the way to the rest."""
        text = self.text
        if utf16_length(text) > PLAIN_LENGTH:
            text = split_text(text, PLAIN_LENGTH)[0].rstrip() + "…"
        shorter = replace(self, text=text, parts=(), keyboard=self.keyboard if buttons else None, digest=None)
        return shorter.without_attachments()


def render(context: Context, delivery: Delivery) -> Outgoing | None:
    """What to send for a delivery to VK messages; None when nothing is left to send.

    In the unit that claims the delivery one that is not wanted any more is taken out of the outbox.
    """
    number = delivery.number
    suggestion = context.unit.suggestions.get(number) if number is not None else None
    match delivery.kind:
        case "card":
            return None if suggestion is None else _card(context, delivery, suggestion)
        case "letter":
            return _letter(context, delivery, suggestion)
        case "passport":
            return None if suggestion is None else _passport(context, delivery, suggestion)
        case "figures":
            return None if suggestion is None else _figures(context, delivery, suggestion)
        case "preview":
            return _spoken(context, delivery, drafting.preview(context, delivery))
        case "ask":
            return _question(context, delivery)
        case "unsent":
            return _reminder(context, delivery)
        case "note":
            return _note(context, delivery, suggestion)
        case changes.RETIRED:
            return Outgoing(texts.CARD_BELOW.format(number=number), cmid=int(delivery.payload["cmid"]))
        case "burst":
            return _burst(context, delivery)
        case overview.KIND:
            return _overview(context, delivery)
        case overview.PIN:
            return Outgoing("", cmid=int(delivery.payload["cmid"]), pin=True)
        case _:
            payload = delivery.payload
            text = str(payload.get("text") or "")
            if not text:
                changes.drop(context, delivery)
                return None
            return Outgoing(text, payload.get("keyboard"), reply_to=payload.get("reply_to"))


# ------------------------------------------------------------------------------------------------------- cards


def card_facts(context: Context, suggestion: Suggestion, card: Card | None) -> Facts:
    """What the card of the suggestion is drawn from."""
    view = card.view if card is not None else {}
    people = {suggestion.decision.by} if suggestion.decision else set()
    if view.get("by"):
        people.add(int(view["by"]))
    claim = claims.holding(context, suggestion.number)
    waits = suggestion.status in (Status.PENDING, Status.EXPIRED, Status.FAILED)
    signature = claims.first_signature(context, suggestion) if waits else None
    people |= {one.user_id for one in (claim, signature) if one is not None}
    author = suggestion.author
    closed = author is not None and author.reachable is False
    found = warnings.of(context, suggestion)
    uncovered = card is not None and card.uncovered
    return Facts(
        now=context.now,
        desk=context.desk,
        view=view,
        uncertain=changes.in_doubt(context, suggestion),
        asked=bool(view.get("asked")),
        paused=context.paused() is not None,
        new_post=context.community_may_post(),
        photos_stuck=context.photos_stuck(suggestion),
        about=_about_author(context, suggestion),
        letter_held=closed and _has_held_letter(context, suggestion.number),
        deciders={who: context.name_of(who) for who in people},
        more=more.offered(context, suggestion),
        similar=duplicates.lines(context, suggestion),
        joint=joint.lines(context, suggestion),
        warnings=found,
        covered=not uncovered and joint.covered(context, suggestion, found, joint.pieces_of(context, suggestion)),
        menu=more.drawn(context, suggestion, view),
        networks=network_lines.for_card(context, suggestion),
        off_the_wall=network_lines.wall_status(context, suggestion),
        digest=_digest_facts(context, suggestion) if suggestion.digest else None,
        claimed=(claim.user_id, claim.until) if claim is not None else None,
        signed=(signature.user_id, signature.at) if signature is not None else None,
        needs_two=waits and claims.needs_two(context, suggestion),
        line=digest.line_of(context, suggestion).text if suggestion.status is Status.DIGEST else None,
    )


def _about_author(context: Context, suggestion: Suggestion) -> AuthorFacts | None:
    """Known as long as somebody has to decide."""
    if suggestion.status in CLOSED:
        return None
    unit = context.unit.suggestions
    latest = unit.latest_of_region(suggestion.region, 3) if suggestion.region else ()
    if not suggestion.author_id:
        return AuthorFacts(latest=latest)
    tally = unit.tally(suggestion.author_id, context.now - _A_DAY)
    limit = context.desk.daily_limit(suggestion.author)
    too_many = tally.lately if limit and tally.lately > limit else 0
    return AuthorFacts(tally.sent, tally.accepted, too_many, latest)


def _digest_facts(context: Context, made: Suggestion) -> DigestFacts:
    pieces = len(context.unit.digests.pieces(made.number))
    return DigestFacts(digest.text_of(context, made), pieces)


def _has_held_letter(context: Context, number: int) -> bool:
    rows = context.unit.outbox.for_suggestion(number)
    return any(row.kind == "letter" and row.state is State.HELD for row in rows)


def _card(context: Context, delivery: Delivery, suggestion: Suggestion) -> Outgoing | None:
    placed = context.unit.cards.get(suggestion.number)
    drawn = cards.card(suggestion, card_facts(context, suggestion, placed))
    without = texts.NOT_SHOWN.format(link=suggestion.link)
    fresh = Outgoing(
        drawn.text, drawn.keyboard, drawn.attachments, drawn.parts, digest=drawn.digest, without=without
    )
    if placed is None or placed.cmid is None or placed.peer_id != context.moderators_chat():
        if placed is None and suggestion.status is Status.WITHDRAWN and changes.claimed_now(context, delivery):
            changes.drop(context, delivery)  # nobody saw it, nobody needs to decide
            return None
        return fresh
    if placed.shown == drawn.digest and changes.claimed_now(context, delivery):
        changes.drop(context, delivery)
        return None
    if len(drawn.parts) > len(placed.parts):
        return fresh  # more text than the messages above the card can hold
    filler = texts.TEXT_SHORTER.format(number=suggestion.number)
    parts = drawn.parts + (filler,) * (len(placed.parts) - len(drawn.parts))
    return replace(fresh, cmid=placed.cmid, parts=parts, sent_parts=placed.parts)


# ------------------------------------------------------------------------------------------------ other kinds


def _letter(context: Context, delivery: Delivery, suggestion: Suggestion | None) -> Outgoing | None:
    payload = delivery.payload
    reader = int(delivery.destination.partition(":")[2])
    others = tuple(
        found for number in payload.get("numbers", ()) if (found := context.unit.suggestions.get(int(number)))
    )
    if not payload or (suggestion is None and not others):
        changes.drop(context, delivery)
        return None
    reading = letters.Reading(
        suggestion=suggestion,
        author=context.unit.authors.get(reader),
        now=context.now,
        desk=context.desk,
        others=others,
        paused=context.paused() is not None,
        gone=own_posts.off_the_wall(context, [one for one in (suggestion, *others) if one is not None]),
        joints=joint.by_number(context, [*others, *([suggestion] if suggestion is not None else [])]),
    )
    letter = letters.render(payload, reading)
    return Outgoing(letter.text, letter.keyboard)


def _reading(context: Context, suggestion: Suggestion) -> letters.Reading:
    paused, gone = context.paused() is not None, own_posts.off_the_wall(context, [suggestion])
    joints = joint.by_number(context, [suggestion])
    author = suggestion.author
    return letters.Reading(suggestion, author, context.now, context.desk, paused=paused, gone=gone, joints=joints)


def _passport(context: Context, delivery: Delivery, suggestion: Suggestion) -> Outgoing | None:
    """The live message as it should read now; nothing when it reads so, or cannot be changed any more."""
    placed = context.unit.passports.get(suggestion.number)
    if placed is None or not passport.wanted(suggestion, delivery):
        changes.drop(context, delivery)
        return None
    said = passport.text(context, suggestion, _reading(context, suggestion))
    mark = passport.mark_of(said)
    if (placed.shown == mark or context.now - placed.sent_at > passport.EDITABLE) and changes.claimed_now(
        context, delivery
    ):
        changes.drop(context, delivery)
        return None
    keyboard = letters.passport_keyboard(suggestion)
    return Outgoing(said, keyboard, cmid=placed.cmid, digest=mark)


def _figures(context: Context, delivery: Delivery, suggestion: Suggestion) -> Outgoing | None:
    """The figures of the first day; nothing where nobody knows them."""
    figures = passport.figures_of(context, suggestion)
    if not figures or not passport.wanted(suggestion, delivery):
        changes.drop(context, delivery)
        return None
    link = suggestion.published_link or context.desk.address
    return Outgoing(texts.first_day(suggestion.number, figures, link))


def _question(context: Context, delivery: Delivery) -> Outgoing | None:
    payload = delivery.payload
    if not payload or not registry.still_asked(context, delivery):
        if payload and changes.claimed_now(context, delivery):
            registry.not_asked(context, delivery)
        changes.drop(context, delivery)
        return None
    return Outgoing(str(payload["text"]), payload.get("keyboard"))


def _reminder(context: Context, delivery: Delivery) -> Outgoing | None:
    found = drafting.reminder(context, delivery)
    if found is not None and changes.claimed_now(context, delivery):
        context.unit.drafts.reminded(int(delivery.payload["author"]), context.now)
    return _spoken(context, delivery, found)


def _spoken(context: Context, delivery: Delivery, found: letters.LetterText | None) -> Outgoing | None:
    if found is None:
        changes.drop(context, delivery)
        return None
    return Outgoing(found.text, found.keyboard, found.attachments, found.parts)


def _note(context: Context, delivery: Delivery, suggestion: Suggestion | None) -> Outgoing:
    payload = delivery.payload
    text = notes.render(payload, suggestion, context.now, context.desk, _author_of(context, payload))
    card = context.unit.cards.get(suggestion.number) if suggestion is not None else None
    in_chat = card is not None and card.peer_id == context.moderators_chat()
    reply_to = card.cmid if card is not None and in_chat else None
    return Outgoing(text, _note_keyboard(payload, suggestion), reply_to=reply_to)


def _author_of(context: Context, payload: Mapping[str, Any]) -> Author | None:
    return context.unit.authors.get(int(payload["author"])) if payload.get("author") else None


def _note_keyboard(payload: Mapping[str, Any], suggestion: Suggestion | None) -> dict[str, Any] | None:
    if payload["note"] == "author_named":
        return registry.line_keyboard(int(payload["author"]))
    if payload["note"] == "asks_removal" and suggestion is not None:
        return removal.keyboard(suggestion)
    return None


def _overview(context: Context, delivery: Delivery) -> Outgoing | None:
    if not context.desk.overview:
        changes.drop(context, delivery)
        return None
    text = overview.text(context)
    return Outgoing(text, cmid=overview.message_in_chat(context), digest=overview.mark(text))


def _burst(context: Context, delivery: Delivery) -> Outgoing | None:
    count = context.unit.cards.hidden_count()
    line = burst.line_in_chat(context)
    if not count and line is None:
        changes.drop(context, delivery)
        return None
    keyboard = keyboards.inline([[burst.button()]]) if count else None
    return Outgoing(texts.burst_line(count), keyboard, cmid=line, digest=str(count))
