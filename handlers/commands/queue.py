"""/очередь: what waits for a decision, oldest first; with a number, that card anew."""

from __future__ import annotations

from typing import Final

from editorial.suggestion import Status, Suggestion
from handlers import burst, keyboards, moments, names, texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived
from handlers.numbers import number_of

_MOST_LISTED: Final = 20


def run(context: Context, message: MessageArrived, words: str) -> None:
    wanted = number_of(words)
    if wanted is not None:
        _show(context, message, wanted)
        return
    count = context.unit.suggestions.counts()[Status.PENDING]
    if not count:
        answer(context, message, texts.QUEUE_EMPTY)
        return
    lines = [texts.queue_head(count)]
    lines += [_line(context, one) for one in context.unit.suggestions.pending(_MOST_LISTED)]
    if count > _MOST_LISTED:
        lines.append(texts.and_more(count - _MOST_LISTED))
    hidden = context.unit.cards.hidden_count()
    answer(context, message, "\n".join(lines), keyboards.inline([[burst.button()]]) if hidden else None)


def _line(context: Context, suggestion: Suggestion) -> str:
    age = moments.ago(suggestion.received_at, context.now)
    return texts.queue_line(suggestion.number, age, names.link_to(suggestion.author_id, suggestion.author))


def _show(context: Context, message: MessageArrived, number: int) -> None:
    """The card is sent as a new message; the old one stays where it is, out of date."""
    if context.unit.suggestions.get(number) is None:
        answer(context, message, texts.no_such_number(number))
        return
    was_hidden = number in context.unit.cards.hidden(1000)
    burst.bring_out(context, number)
    if was_hidden:
        burst.tell(context)
