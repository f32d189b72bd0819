"""«Показать заново»: the card stands at the end of the chat as a new message."""

from __future__ import annotations

from typing import Final

from editorial.lifecycle import OPEN
from editorial.suggestion import Suggestion
from handlers import burst, changes, texts
from handlers.context import Context
from handlers.payloads import Payload
from handlers.person import Person

WORD: Final = "again"
LABEL: Final = "Показать заново"


def shown(_context: Context, suggestion: Suggestion) -> bool:
    return suggestion.status in OPEN


def press(context: Context, _person: Person, suggestion: Suggestion, _payload: Payload) -> str:
    asked = changes.people_asked(context, suggestion)
    burst.bring_out(context, suggestion.number)
    if asked:
        changes.ask_people(context, suggestion.number)
    return texts.NEXT_SHOWN.format(number=suggestion.number)
