"""Bursts: many suggestions at once do not bury the chat.

Above the desk's limit cards are kept back behind one line with their count; a press shows the next one, in the
order of arrival.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from editorial.delivery import NewDelivery
from handlers import changes, texts
from handlers.context import Context
from handlers.keyboards import Button
from handlers.payloads import Payload

WINDOW: Final = timedelta(minutes=10)
#: The word of the button below the line.
NEXT: Final = "next"
_OFFERED: Final = "cards_offered"
_LINE: Final = "burst_line"


def offer(context: Context, number: int) -> bool:
    """Show the card of a new suggestion, or keep it back; then the line has to be told. True when it is shown."""
    limit = context.desk.burst
    if not limit:
        changes.show_card(context, number)
        return True
    if context.unit.cards.hidden(1):
        context.unit.cards.hide(number, context.now)
        return False
    recent = [at for at in _offered(context) if datetime.fromisoformat(at) > context.now - WINDOW]
    if len(recent) >= limit:
        context.unit.cards.hide(number, context.now)
        return False
    context.unit.settings.set(_OFFERED, [*recent, context.now.isoformat()], context.now)
    changes.show_card(context, number)
    return True


def _offered(context: Context) -> list[str]:
    stored: list[str] = context.unit.settings.get(_OFFERED, [])
    return stored


def show_next(context: Context) -> int | None:
    """Bring out the oldest card that is kept back; its number, or None when there is none."""
    hidden = context.unit.cards.hidden(1)
    tell(context)
    if not hidden:
        return None
    bring_out(context, hidden[0])
    return hidden[0]


def bring_out(context: Context, number: int) -> None:
    """Show a card whether it was kept back or not, as a new message; the former one loses its buttons."""
    former = context.unit.cards.get(number)
    context.unit.cards.forget(number)
    changes.show_card(context, number)
    if former is not None:
        changes.retire_card(context, former)


def to_the_end(context: Context, number: int) -> None:
    """Show a card that changed below all others, unless it stands there already or waits its turn in a burst."""
    card = context.unit.cards.get(number)
    if card is None or not (card.hidden or context.unit.cards.lowest(context.moderators_chat() or 0) == number):
        bring_out(context, number)


def tell(context: Context) -> None:
    """Have the line with the count written or brought up to date."""
    context.unit.outbox.add(NewDelivery(changes.MESSAGES, "chat", "burst", dedupe="burst"), context.now)


def line_in_chat(context: Context) -> int | None:
    """The message that is the line, as long as it stands near the end of the chat."""
    stored: dict[str, Any] | None = context.unit.settings.get(_LINE)
    if not stored or stored["peer_id"] != context.moderators_chat():
        return None
    fresh = context.now - datetime.fromisoformat(stored["at"]) < WINDOW
    return int(stored["cmid"]) if fresh else None


def placed(context: Context, peer_id: int, cmid: int) -> None:
    """The line stands in the chat as this message."""
    if line_in_chat(context) == cmid:
        return
    stored = {"peer_id": peer_id, "cmid": cmid, "at": context.now.isoformat()}
    context.unit.settings.set(_LINE, stored, context.now)


def lost(context: Context) -> None:
    """The line cannot be changed any more: the next one is a new message."""
    context.unit.settings.delete(_LINE)


def button() -> Button:
    return Button(texts.SHOW_NEXT, Payload(NEXT), "primary")
