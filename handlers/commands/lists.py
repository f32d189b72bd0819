"""/списки: what the editors keep; everybody on the desk looks, editors change."""

from __future__ import annotations

import re
from typing import Final

from editorial import lists
from editorial.errors import DeskError, RoleTooLow
from editorial.lists import Kept
from editorial.post import defuse
from handlers import changes, keeping, review, texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived
from handlers.payloads import Payload
from handlers.person import Person

#: Entries of a list that one answer shows.
_MOST_SHOWN: Final = 40
#: Cards that are looked at again after a change.
_MOST_CARDS: Final = 200
_EDIT: Final = re.compile(r"(добавить|убрать)\s+([^:]+):\s*(.+)", re.DOTALL | re.IGNORECASE)


def run(context: Context, message: MessageArrived, words: str) -> None:
    edit = _EDIT.fullmatch(words)
    if edit is not None:
        answer(context, message, _edited(context, message, edit))
    elif words:
        answer(context, message, _shown(context, words))
    else:
        answer(context, message, _overview(context))


def _overview(context: Context) -> str:
    kept = keeping.all_entries(context.unit)
    lines = [texts.list_line(texts.LIST_NAMES[name], len(found)) for name, found in kept.items()]
    return "\n".join([*lines, texts.LISTS_HOW])


def _shown(context: Context, words: str) -> str:
    name = texts.list_named(words)
    if name is None:
        return texts.no_such_list(words)
    found = keeping.entries(context.unit, name)
    if not found:
        return texts.list_empty(texts.LIST_NAMES[name])
    lines = [defuse(texts.entry_words(name, entry)) for entry in found[:_MOST_SHOWN]]
    if len(found) > _MOST_SHOWN:
        lines.append(texts.and_more(len(found) - _MOST_SHOWN))
    return "\n".join([texts.list_line(texts.LIST_NAMES[name], len(found)), *lines])


def _edited(context: Context, message: MessageArrived, edit: re.Match[str]) -> str:
    """Change all the entries named, or none of them."""
    name = texts.list_named(edit[2])
    if name is None:
        return texts.no_such_list(edit[2])
    try:
        if not context.role(message.from_id).runs_the_desk:
            raise RoleTooLow
        done = _change(context, message.from_id, name, edit[1].lower() == "добавить", edit[3].split(";"))
    except DeskError as error:
        person = Person(message.from_id, message.peer_id, message.cmid)
        return review.refuse(context, person, error, Payload("/списки"))
    if not done:
        return texts.list_unchanged(texts.LIST_NAMES[name])
    look_again(context)
    return texts.list_changed(texts.LIST_NAMES[name], name, done.added, done.removed)


def _change(context: Context, by: int, name: Kept, adds: bool, said: list[str]) -> keeping.Changed:
    unit, now = context.unit, context.now
    given = [words for words in said if words.strip()]
    if adds:
        return keeping.add(unit, now, by, name, [lists.canonical(name, words) for words in given or [""]])
    if name in lists.PAIRS:  # the word of a pair is enough
        return keeping.remove(unit, now, by, name, [" ".join(words.split()) for words in given])
    return keeping.remove(unit, now, by, name, [lists.canonical(name, words) for words in given or [""]])


def look_again(context: Context) -> None:
    """Cards that wait are drawn anew; one that shows the same as before is not sent."""
    waiting = (*context.unit.suggestions.pending(_MOST_CARDS), *context.unit.suggestions.scheduled())
    for suggestion in waiting[:_MOST_CARDS]:
        changes.refresh_card(context, suggestion.number)
