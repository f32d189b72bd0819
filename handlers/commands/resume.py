"""/продолжить: ends a pause, and has everything that waits for a repaired key or right tried again."""

from __future__ import annotations

from handlers import overview, publication, texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived


def run(context: Context, message: MessageArrived, _words: str) -> None:
    count = publication.resume(context, message.from_id)
    overview.pin_again(context)
    answer(context, message, texts.resumed_note(count))
