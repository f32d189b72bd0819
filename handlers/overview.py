"""The overview of the queue: one pinned message in the moderators' chat, kept up to date.

It is edited only when it says something else than before, and not more often than every half a minute; when it is
lost, a new one takes its place.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from editorial.delivery import NewDelivery
from handlers import alarms, changes, moments, texts
from handlers.context import Context

#: Edits are so far apart at least.
GLUE: Final = timedelta(seconds=30)
KIND: Final = "overview"
PIN: Final = "pin"
_KEY: Final = "overview"
_UNPINNED: Final = "overview_unpinned"
_NEXT: Final = 3


def text(context: Context) -> str:
    """What it says now."""
    unit = context.unit
    late, very_late = (context.now - timedelta(hours=hours) for hours in (6, 24))
    lines = [texts.overview_waiting(*unit.suggestions.waiting(late, very_late))]
    lines += [
        texts.overview_next(one.number, moments.say(one.due_at, context.now, context.desk.zone))
        for one in unit.suggestions.scheduled(_NEXT)
        if one.due_at is not None
    ]
    lines += [texts.trouble_line(reason) for reason in dict.fromkeys(alarms.known(context.unit).values())]
    if (pause := context.paused()) is not None:
        since = moments.say(pause.at, context.now, context.desk.zone)
        lines.append(texts.paused_line(since, context.name_of(pause.by)))
    return "\n".join(lines)


def mark(shown: str) -> str:
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_stale(context: Context) -> bool:
    """Whether the message in the chat says something else. Reads only."""
    chat = context.moderators_chat()
    if not context.desk.overview or chat is None:
        return False
    placed = _placed(context)
    if placed is not None and context.now - datetime.fromisoformat(placed["at"]) < GLUE:
        return False
    return placed is None or placed["shown"] != mark(text(context))


def refresh(context: Context) -> None:
    """Have the message written or brought up to date."""
    context.unit.outbox.add(NewDelivery(changes.MESSAGES, "chat", KIND, dedupe=KIND), context.now)


def message_in_chat(context: Context) -> int | None:
    """The message that is the overview, while it stands in the chat."""
    placed = _placed(context)
    return int(placed["cmid"]) if placed is not None else None


def _placed(context: Context) -> dict[str, Any] | None:
    stored: dict[str, Any] | None = context.unit.settings.get(_KEY)
    return stored if stored and stored["peer_id"] == context.moderators_chat() else None


def placed(context: Context, peer_id: int, cmid: int, shown: str | None) -> None:
    """It stands in the chat as this message; a new one is to be pinned."""
    new = message_in_chat(context) != cmid
    stored = {"peer_id": peer_id, "cmid": cmid, "shown": shown, "at": context.now.isoformat()}
    context.unit.settings.set(_KEY, stored, context.now)
    if new and not context.unit.settings.get(_UNPINNED):
        _pin(context, cmid)


def _pin(context: Context, cmid: int) -> None:
    new = NewDelivery(changes.MESSAGES, "chat", PIN, payload={"cmid": cmid}, dedupe=PIN)
    context.unit.outbox.add(new, context.now)


def pin_again(context: Context) -> None:
    """Somebody may have let the bot pin: the message that stands in the chat is pinned after all."""
    cmid = message_in_chat(context)
    if context.desk.overview and cmid is not None and context.unit.settings.delete(_UNPINNED):
        _pin(context, cmid)


def lost(context: Context) -> None:
    """The message is gone: the next one is new."""
    context.unit.settings.delete(_KEY)


def cannot_pin(context: Context) -> None:
    """VK does not let the bot pin: said once, the overview goes on unpinned."""
    if not context.unit.settings.get(_UNPINNED):
        context.unit.settings.set(_UNPINNED, True, context.now)
        changes.note(context, "cannot_pin")
