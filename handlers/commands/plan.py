"""/план: what comes out and when."""

from __future__ import annotations

from typing import Final

from editorial.post import defuse
from editorial.suggestion import Suggestion
from handlers import moments, texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived

_MOST_LISTED: Final = 20
_START: Final = 40


def run(context: Context, message: MessageArrived, _words: str) -> None:
    scheduled = context.unit.suggestions.scheduled()
    if not scheduled:
        answer(context, message, texts.PLAN_EMPTY)
        return
    lines = [_line(context, one) for one in scheduled[:_MOST_LISTED]]
    if len(scheduled) > _MOST_LISTED:
        lines.append(texts.and_more(len(scheduled) - _MOST_LISTED))
    if (pause := context.paused()) is not None:
        since = moments.say(pause.at, context.now, context.desk.zone)
        lines.append(texts.paused_line(since, context.name_of(pause.by)))
    answer(context, message, "\n".join(lines))


def _line(context: Context, suggestion: Suggestion) -> str:
    assert suggestion.due_at is not None
    text = " ".join(suggestion.text.split())
    start = text if len(text) <= _START else text[:_START].rstrip() + "…"
    when = moments.say(suggestion.due_at, context.now, context.desk.zone)
    return texts.plan_line(suggestion.number, when[:1].upper() + when[1:], defuse(start))
