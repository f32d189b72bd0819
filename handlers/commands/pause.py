"""/пауза: nothing is published until /продолжить; intake, cards and letters go on."""

from __future__ import annotations

from handlers import publication, texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived


def run(context: Context, message: MessageArrived, _words: str) -> None:
    if context.paused() is not None:
        answer(context, message, texts.ALREADY_PAUSED)
        return
    publication.pause(context, message.from_id)
    answer(context, message, texts.paused(len(context.unit.suggestions.scheduled())))
