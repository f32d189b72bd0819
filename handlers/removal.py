"""A post that its author wants taken down: moderators are asked, and the author is answered either way."""

from __future__ import annotations

from typing import Any, Final

from editorial.delivery import NewDelivery
from editorial.errors import NotAModerator, PayloadForeign
from editorial.suggestion import Status, Suggestion
from handlers import changes, keyboards, letters, texts
from handlers.changes import WALL
from handlers.context import Context
from handlers.keyboards import Button
from handlers.payloads import Payload
from handlers.person import Person

#: The word of the buttons below the request.
WORD: Final = "removal"


def keyboard(suggestion: Suggestion) -> dict[str, Any]:
    number = suggestion.number
    take = Button(texts.TAKE_DOWN, Payload(WORD, number, arg="take"), "negative")
    leave = Button(texts.LEAVE_UP, Payload(WORD, number, arg="leave"))
    return keyboards.inline([[take, leave]])


def ask(context: Context, suggestion: Suggestion) -> bool:
    """Ask the moderators, once for each post; False when they were asked before."""
    asked = [entry for entry in context.unit.journal.of(suggestion.number) if entry.action == "asks_removal"]
    if asked:
        return False
    context.unit.journal.add(context.now, suggestion.number, suggestion.author_id, "asks_removal")
    changes.note(context, "asks_removal", suggestion.number)
    return True


def pressed(context: Context, person: Person, payload: Payload) -> str:
    """A press below the request. Raises NotAModerator, PayloadForeign."""
    if not context.role(person.user_id).decides:
        raise NotAModerator
    suggestion = context.unit.suggestions.get(payload.number)
    if suggestion is None or payload.arg not in ("take", "leave"):
        raise PayloadForeign
    settled = next(
        (
            entry
            for entry in context.unit.journal.of(suggestion.number)
            if entry.action in ("taken_down", "left_up")
        ),
        None,
    )
    if settled is not None:
        return texts.removal_settled(suggestion.number, settled.action == "taken_down")
    if suggestion.status is not Status.PUBLISHED or suggestion.published_post_id is None:
        return texts.NOTHING_TO_TAKE_DOWN
    if payload.arg == "leave":
        context.unit.journal.add(context.now, suggestion.number, person.user_id, "left_up")
        letters.write(context, suggestion, "kept")
        return texts.LEFT_UP
    if context.mode() == "degraded":
        return texts.TAKE_DOWN_BY_HAND
    context.unit.journal.add(context.now, suggestion.number, person.user_id, "taken_down")
    details = {"post_id": suggestion.published_post_id}
    new = NewDelivery(WALL, f"wall:{suggestion.number}", "take_down", suggestion.number, details)
    context.unit.outbox.add(new, context.now)
    return texts.TAKING_DOWN


def taken_down(context: Context, suggestion: Suggestion) -> None:
    """The post is gone: the author and the moderators are told."""
    letters.write(context, suggestion, "removed")
    changes.note(context, "removed", suggestion.number)
