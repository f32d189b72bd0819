"""/настроить: the chat where it is written becomes the moderators' chat."""

from __future__ import annotations

from typing import Final

from handlers import burst, texts
from handlers.answers import answer
from handlers.context import CHATS_FROM, Context
from handlers.events import MessageArrived

_MOST_SENT_AGAIN: Final = 1000


def run(context: Context, message: MessageArrived, _words: str) -> None:
    if message.peer_id < CHATS_FROM:
        answer(context, message, texts.SETUP_IN_A_CHAT)
        return
    before = context.moderators_chat()
    if before == message.peer_id:
        answer(context, message, texts.SETUP_ALREADY)
        return
    unit = context.unit
    unit.settings.set("moderators_chat", message.peer_id, context.now)
    details = {"from": before, "to": message.peer_id}
    unit.journal.add(context.now, None, message.from_id, "moderators_chat", details=details)
    answer(context, message, texts.SETUP_DONE)
    if before is not None:
        _send_again(context)


def _send_again(context: Context) -> None:
    """Cards that wait for a decision belong into the new chat; those never sent wait in the outbox already."""
    burst.lost(context)
    for suggestion in context.unit.suggestions.pending(_MOST_SENT_AGAIN):
        card = context.unit.cards.get(suggestion.number)
        if card is not None and not card.hidden:
            context.unit.cards.forget(suggestion.number)
            burst.offer(context, suggestion.number)
    if context.unit.cards.hidden(1):
        burst.tell(context)
