"""Who handles what: one event in, changes in the unit, at most one immediate reply out."""

from __future__ import annotations

from editorial.roles import Role, role_of_level
from handlers import dialogue, review, suggest
from handlers.answers import answer
from handlers.commands import table
from handlers.context import CHATS_FROM, Context
from handlers.events import (
    ButtonPressed,
    Event,
    MessageArrived,
    MessagesAllowed,
    MessagesDenied,
    OfficersChanged,
    PersonBlocked,
    PersonUnblocked,
    WallPublished,
    WallSuggested,
)
from handlers.replies import Snackbar
from handlers.texts import INVITED


def handle(event: Event, context: Context) -> Snackbar | None:
    """Do what follows from the event; the snackbar, if any, is to be shown after the commit."""
    context.late = isinstance(event, MessageArrived) and context.is_late(event.at)
    match event:
        case ButtonPressed():
            return review.pressed(context, event)
        case WallSuggested():
            suggest.suggested(context, event)
        case WallPublished():
            suggest.published(context, event)
        case MessageArrived() if event.peer_id >= CHATS_FROM:
            _in_a_chat(context, event)
        case MessageArrived():
            _in_a_dialog(context, event)
        case MessagesAllowed():
            dialogue.allowed(context, event)
        case MessagesDenied() | PersonBlocked():
            dialogue.denied(context, event)
        case PersonUnblocked():
            dialogue.unblocked(context, event)
        case OfficersChanged():
            _officers_changed(context, event)
        case _:
            pass  # nothing follows from it
    return None


def _in_a_chat(context: Context, message: MessageArrived) -> None:
    if message.action == "chat_invite_user" and message.action_member_id == context.desk.owner_id:
        if context.moderators_chat() is None:
            answer(context, message, INVITED)
        return
    if message.from_id <= 0 or message.action is not None:
        return
    if table.run(context, message):
        return
    if message.peer_id == context.moderators_chat():
        review.replied(context, message)


def _in_a_dialog(context: Context, message: MessageArrived) -> None:
    if not table.run(context, message):
        dialogue.written(context, message)


def _officers_changed(context: Context, event: OfficersChanged) -> None:
    """Take the new role at once; the list of managers is read again to be sure."""
    role = role_of_level(event.level_new)
    word = None if role is Role.STRANGER else role.name.lower()
    context.unit.staff.set(event.user_id, word, context.now)
    context.unit.settings.set("staff_stale", context.now.isoformat(), context.now)
    details = {"from": event.level_old, "to": event.level_new}
    context.unit.journal.add(context.now, None, event.user_id, "officer", None, word, details)
