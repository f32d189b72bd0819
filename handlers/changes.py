"""The one place where a change of a suggestion is stored: guarded, written to the journal, shown on the card.

What changes and what else follows is decided by the callers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import ModuleType
from typing import Any, Final
from zoneinfo import ZoneInfo

from editorial import etiquette
from editorial.checks.calendar import deadline_of
from editorial.delivery import Delivery, NewDelivery, State
from editorial.lifecycle import Action
from editorial.suggestion import Origin, Status, Suggestion
from handlers.context import Context
from handlers.person import Person
from handlers.zones import zone_of
from storage.cards import Card

#: Whose days are meant where the author's zone is not known.
EDITORIAL: Final = ZoneInfo("Europe/Moscow")
MESSAGES: Final = "vk_messages"
WALL: Final = "vk_wall"
#: What takes the buttons off a message that is the card no more.
RETIRED: Final = "retired"
#: The proof of a piece that went out as a line of a digest.
IN_DIGEST: Final = "digest"


def store(
    context: Context,
    before: Suggestion,
    after: Suggestion,
    action: str,
    *,
    actor: int | None = None,
    details: Mapping[str, Any] | None = None,
    show: bool = True,
) -> bool:
    """Store the change unless somebody was faster (False); the open menu of the card closes.

    ``actor`` None is the program.  ``show`` False leaves the card in the chat as it is.
    """
    if not _joint().may_leave(context, before, after):
        return False
    after = replace(after, expires_at=_of_use_until(after, action))
    slot = after.due_at if after.status is Status.SCHEDULED and not after.urgent else None
    if not context.unit.suggestions.save(after, seen_version=before.version, slot_at=slot):
        return False
    told = {**dict(details or {}), **_changed(before, after)}
    context.unit.journal.add(context.now, before.number, actor, action, str(before.status), str(after.status), told)
    close_menu(context, before.number)
    if before.status is Status.DIGEST and after.status is not Status.DIGEST and action != Action.IN_DIGEST:
        _leave_digests(context, before.number)
    if before.status is not after.status:
        context.unit.claims.end(before.number)
    if show:
        refresh_card(context, before.number)
    refresh_passport(context, before.number)
    _joint().follow(context, before, after, action)
    return True


def _changed(before: Suggestion, after: Suggestion) -> dict[str, Any]:
    """What the journal keeps of the change: each field that differs, as it was and as it is."""
    was, now = _told(before), _told(after)
    differing = {name: [was[name], now[name]] for name in was if was[name] != now[name]}
    return {"changed": differing} if differing else {}


def _told(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "text": suggestion.text,
        "attachments": [f"{one.kind}:{one.media_id or one.url or one.title}" for one in suggestion.attachments],
        "rubric": suggestion.rubric,
        "due_at": None if suggestion.due_at is None else suggestion.due_at.isoformat(),
    }


def _joint() -> ModuleType:
    """What a change means for news in the same post; it stores changes itself, so it cannot be imported above."""
    from handlers import joint

    return joint


def _of_use_until(after: Suggestion, action: str) -> datetime | None:
    """When a planned post runs out by its own words; None when it does not, or was planned for later knowingly.

    A plan that had to be repaired changes nothing of it.  What was returned runs out when nobody answers.
    """
    if after.status is Status.RETURNED and after.decision is not None:
        return after.decision.at + etiquette.CORRECTABLE
    if after.status is not Status.SCHEDULED or after.urgent or after.due_at is None:
        return None
    if action == Action.MOVE:
        return after.expires_at
    zone = zone_of(after, after.author) or EDITORIAL
    until = deadline_of(after.text, after.received_at, zone)
    return until if until is not None and until > after.due_at else None


def refresh_passport(context: Context, number: int) -> None:
    """Have the live message about the news brought up to date, if its author has one."""
    placed = context.unit.passports.get(number)
    if placed is not None:
        new = NewDelivery(MESSAGES, f"user:{placed.peer_id}", "passport", number, dedupe=f"passport:{number}")
        context.unit.outbox.add(new, context.now)


def _leave_digests(context: Context, number: int) -> None:
    """The piece stands in no digest any more that is still to come."""
    holding = context.unit.digests.containing(number)
    context.unit.digests.leave(number)
    for one in holding:
        refresh_card(context, one)


def close_menu(context: Context, number: int) -> None:
    """The card shows its main buttons again."""
    card = context.unit.cards.get(number)
    if card is not None and card.view:
        context.unit.cards.view(number, {}, context.now)


def open_menu(context: Context, number: int, view: Mapping[str, Any]) -> None:
    """The card shows a menu: ``view`` holds its name under "menu" and what it is drawn from; empty is none."""
    card = context.unit.cards.get(number)
    asked = {"asked": True} if card is not None and card.view.get("asked") else {}
    context.unit.cards.view(number, {**view, **asked}, context.now)
    refresh_card(context, number)


def ask_for_words(
    context: Context, person: Person, number: int, kind: str, version: int, view: Mapping[str, Any]
) -> None:
    """The person's next reply to the card answers a question of this kind; the card shows ``view`` meanwhile."""
    context.unit.prompts.ask(person.peer_id, person.user_id, number, kind, version, context.now, person.cmid)
    open_menu(context, number, view)


def claimed_now(context: Context, delivery: Delivery) -> bool:
    """Whether this very unit has claimed the delivery; otherwise it is only being looked at."""
    return delivery.state is State.SENDING and delivery.sending_at == context.now


def drop(context: Context, delivery: Delivery) -> None:
    """Nothing to send: the row is closed, but only by the unit that has just claimed it."""
    if claimed_now(context, delivery):
        context.unit.outbox.cancel(delivery.id, context.now)


def refresh_card(context: Context, number: int) -> None:
    """Have the card sent, or brought up to date, unless it is kept back during a burst."""
    card = context.unit.cards.get(number)
    if card is None or not card.hidden:
        show_card(context, number)


def show_card(context: Context, number: int) -> None:
    """Have the card sent or brought up to date."""
    new = NewDelivery(MESSAGES, "chat", "card", number, dedupe=f"card:{number}")
    context.unit.outbox.add(new, context.now)


def retire_card(context: Context, former: Card) -> None:
    """Have the message that was the card say that the card stands below now."""
    if former.cmid and former.peer_id == context.moderators_chat():
        new = NewDelivery(MESSAGES, "chat", RETIRED, former.number, {"cmid": former.cmid})
        context.unit.outbox.add(new, context.now)


def in_one_post(context: Context, number: int) -> tuple[Suggestion, ...]:
    """The news with this number and what went out in its post; a digest and its lines."""
    lead = context.unit.suggestions.get(number)
    if lead is not None and lead.digest:
        lines = context.unit.suggestions.several(context.unit.digests.pieces(number))
        return (lead, *(one for one in reversed(lines) if stands_in(one, lead)))
    if lead is not None and not lead.joint:
        return (lead,)
    joined = context.unit.suggestions.joined_to(number)
    return (*((lead,) if lead is not None else ()), *(one for one in joined if one.status is Status.PUBLISHED))


def stands_in(piece: Suggestion, made: Suggestion) -> bool:
    """Whether the piece went out in this digest; those of a week name the posts of its days."""
    same_post = piece.published_post_id == made.published_post_id
    return piece.status is Status.PUBLISHED and piece.proof == IN_DIGEST and same_post


def refresh_cards_of_post(context: Context, number: int) -> None:
    """Have the cards that show this post's copies brought up to date; those of a digest's lines do not."""
    for one in in_one_post(context, number):
        if one.number == number or one.proof != IN_DIGEST:
            refresh_card(context, one.number)


def refresh_post(context: Context, number: int) -> None:
    """Have the cards of all the news in this post brought up to date, and their live messages."""
    for one in in_one_post(context, number):
        refresh_card(context, one.number)
        refresh_passport(context, one.number)


def note(context: Context, word: str, number: int | None = None, **facts: Any) -> None:
    """Have a line written to the moderators' chat; with a number it is a reply to the card."""
    new = NewDelivery(MESSAGES, "chat", "note", number, {"note": word, **facts})
    context.unit.outbox.add(new, context.now)


def publication_row(context: Context, number: int) -> Delivery | None:
    """The delivery that publishes the suggestion, while it is not finished."""
    for delivery in reversed(context.unit.outbox.for_suggestion(number)):
        if delivery.kind == "publish" and delivery.state not in (State.SENT, State.REFUSED, State.CANCELLED):
            return delivery
    return None


def in_doubt(context: Context, suggestion: Suggestion) -> bool:
    """Whether nobody knows if the publication arrived."""
    if suggestion.status is not Status.PUBLISHING:
        return False
    row = publication_row(context, suggestion.number)
    return row is not None and row.state is State.UNCERTAIN


def people_asked(context: Context, suggestion: Suggestion) -> bool:
    """Whether moderators are asked if the publication arrived."""
    if not in_doubt(context, suggestion):
        return False
    card = context.unit.cards.get(suggestion.number)
    return card is not None and bool(card.view.get("asked"))


def ask_people(context: Context, number: int) -> None:
    """From now on moderators may say whether the publication arrived."""
    context.unit.cards.view(number, {"asked": True}, context.now)


def plan_publication(context: Context, number: int, due_at: datetime, *, mode: str | None = None) -> None:
    """Have the suggestion published at ``due_at``; a pause keeps that for later.

    ``mode`` "suggestion": the record that waits on VK; "new": a new post, the only way for what does not come from
    the wall; "community": a new post with the community's own key.
    """
    context.unit.outbox.cancel_for(number, "publish", context.now)
    if context.paused() is None:
        mode = mode or _mode(context, number)
        new = NewDelivery(WALL, f"wall:{number}", "publish", number, {"mode": mode}, due_at, f"publish:{number}")
        context.unit.outbox.add(new, context.now)


def _mode(context: Context, number: int) -> str:
    suggestion = context.unit.suggestions.get(number)
    return "suggestion" if suggestion is None or suggestion.origin is Origin.WALL else "new"


def unplan_publication(context: Context, number: int) -> None:
    """Take back what has not left."""
    context.unit.outbox.cancel_for(number, "publish", context.now)
