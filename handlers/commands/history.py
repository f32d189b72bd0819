"""/журнал 214: who did what with a piece of news, and when; /журнал списки: who changed the lists."""

from __future__ import annotations

from typing import Final

from editorial.lists import Kept
from editorial.post import defuse
from editorial.suggestion import Status
from handlers import moments, texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived
from handlers.numbers import number_of
from storage.journal import JournalEntry

_MOST: Final = 25
_LISTS: Final = frozenset({"списки", "списков", "список"})


def run(context: Context, message: MessageArrived, words: str) -> None:
    if words.strip().casefold() in _LISTS:
        answer(context, message, _of_lists(context))
        return
    number = number_of(words)
    if number is None:
        answer(context, message, texts.HISTORY_OF_WHAT)
        return
    entries = [one for one in context.unit.journal.of(number) if one.action not in texts.HISTORY_SILENT]
    if not entries:
        answer(context, message, texts.no_such_number(number))
        return
    whose = moments.whose(context.desk.zone, context.now)
    lines = [_line(context, one) for one in entries[-_MOST:]]
    if len(entries) > _MOST:
        lines.insert(0, texts.and_more(len(entries) - _MOST))
    answer(context, message, "\n".join([texts.history_head(number, whose), *lines]))


def _of_lists(context: Context) -> str:
    """Who changed which list, the last times."""
    entries = context.unit.journal.of_action("list_changed", _MOST)
    if not entries:
        return texts.LISTS_NEVER_CHANGED
    lines = [f"{_when_and_who(context, one)} · {_changed(one)}" for one in entries]
    return "\n".join([texts.history_of_lists(moments.whose(context.desk.zone, context.now)), *lines])


def _changed(entry: JournalEntry) -> str:
    """Empty details: whoever changed it asked to be forgotten."""
    if "list" not in entry.details:
        return texts.history_action(entry.action)
    kept = Kept(entry.details["list"])
    said = [[str(one) for one in entry.details.get(word, ())] for word in ("added", "removed")]
    return defuse(texts.list_changed(texts.LIST_NAMES[kept], kept, *said))


def _when_and_who(context: Context, entry: JournalEntry) -> str:
    local = entry.at.astimezone(context.desk.zone)
    who = texts.HISTORY_BOT if entry.actor is None else context.name_of(entry.actor) or texts.HISTORY_NOBODY
    return f"{local:%d.%m} {moments.clock(entry.at, context.desk.zone)} · {defuse(who)}"


def _line(context: Context, entry: JournalEntry) -> str:
    done = f"{texts.history_action(entry.action)}{_change(entry)}{_details(entry)}"
    return f"{_when_and_who(context, entry)} · {done}"


def _change(entry: JournalEntry) -> str:
    if not entry.before or not entry.after or entry.before == entry.after:
        return ""
    return f": {_status(entry.before)} → {_status(entry.after)}"


def _status(word: str) -> str:
    known = {str(status): status for status in Status}.get(word)
    return texts.DESK_STATUS[known] if known is not None else word


def _details(entry: JournalEntry) -> str:
    said = entry.details
    if "reason" in said:
        return f" ({defuse(texts.reason_label(said['reason'], said.get('words')))})"
    if entry.action == "worded":
        return f": «{defuse(str(said.get('from')))}» → «{defuse(str(said.get('to')))}»"
    together = [said["lead"]] if said.get("lead") else said.get("pieces") or []
    return f" ({', '.join(f'№ {number}' for number in together)})" if together else ""
