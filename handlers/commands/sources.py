"""/источники: the sources of news; with an address a new one, with «стоп» or «старт» and a number one to switch."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time

from editorial import regions
from editorial.sources import STALE, Source, owner_in, read_wish
from handlers import sources, texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived

_SWITCH = re.compile(r"(стоп|старт)\s+(?:№\s*)?(\d{1,9})", re.IGNORECASE)


def run(context: Context, message: MessageArrived, words: str) -> None:
    if not words:
        answer(context, message, _list(context))
        return
    switch = _SWITCH.fullmatch(words)
    if switch is not None:
        answer(context, message, _switch(context, message, int(switch[2]), switch[1].lower() == "старт"))
    else:
        answer(context, message, _add(context, message, words))


def _list(context: Context) -> str:
    known = context.unit.sources.all()
    if not known:
        return texts.NO_SOURCES
    return "\n".join([texts.SOURCES_HEAD, *(_line(source) for source in known), texts.SOURCES_HOW])


def _line(source: Source) -> str:
    region = regions.by_code(source.region)
    return texts.source_line(
        source.number,
        source.name,
        source.link,
        region.short_name if region else None,
        source.tag,
        active=source.active,
        failing=source.failing_since is not None,
    )


def _switch(context: Context, message: MessageArrived, number: int, active: bool) -> str:
    source = context.unit.sources.get(number)
    if source is None:
        return texts.no_such_source(number)
    since = context.now if active else None  # what came while it was stopped is not wanted
    if context.unit.sources.switch(number, context.now, active=active, since=since):
        word = "source_started" if active else "source_stopped"
        if active:
            sources.begin_anew(context, number)
        context.unit.journal.add(context.now, None, message.from_id, word, None, None, {"source": number})
    return texts.source_switched(number, source.name, active)


def _add(context: Context, message: MessageArrived, words: str) -> str:
    wish = read_wish(words)
    if wish is None:
        return texts.SOURCE_UNREADABLE
    owner_id = owner_in(wish.address)
    if wish.address == context.desk.screen_name:
        owner_id = context.desk.owner_id
    if sources.is_our_address(sources.ours(context), wish.kind, wish.address, owner_id):
        return texts.SOURCE_IS_OURS
    since = datetime.combine(wish.since, time(), context.desk.zone).astimezone(UTC) if wish.since else context.now
    added = context.unit.sources.add(wish, owner_id, since, context.now)
    if added is None:
        return texts.SOURCE_KNOWN
    details = {"source": added.number, "address": wish.address}
    context.unit.journal.add(context.now, None, message.from_id, "source_added", None, None, details)
    return texts.source_added(added.number, added.link, since < context.now - STALE)
