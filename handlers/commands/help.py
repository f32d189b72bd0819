"""/помощь: the commands, one a line."""

from __future__ import annotations

from handlers import texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived


def run(context: Context, message: MessageArrived, _words: str) -> None:
    answer(context, message, texts.HELP)
