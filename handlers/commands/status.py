"""/статус: how the queue and the bot are, first what needs somebody."""

from __future__ import annotations

from editorial.delivery import State
from handlers import alarms, moments, texts
from handlers.answers import answer
from handlers.context import Context
from handlers.events import MessageArrived


def run(context: Context, message: MessageArrived, _words: str) -> None:
    troubles = _troubles(context)
    lines = [*(troubles or [texts.ALL_WELL]), *texts.status_lines(context.unit.suggestions.counts())]
    scheduled = context.unit.suggestions.scheduled()
    if scheduled and scheduled[0].due_at is not None:
        when = moments.say(scheduled[0].due_at, context.now, context.desk.zone)
        lines.append(texts.next_line(scheduled[0].number, when))
    letters = context.unit.outbox.counts()
    if letters[State.HELD]:
        lines.append(texts.held_line(letters[State.HELD]))
    answer(context, message, "\n".join(lines))


def _troubles(context: Context) -> list[str]:
    titles = {network.target: network.title for network in context.desk.networks}
    known = alarms.known(context.unit)
    lines = [texts.trouble_line(why) for why in dict.fromkeys(why for at, why in known.items() if at not in titles)]
    lines += [texts.network_line(titles[at], why) for at, why in known.items() if at in titles]
    if (pause := context.paused()) is not None:
        since = moments.say(pause.at, context.now, context.desk.zone)
        lines.insert(0, texts.paused_line(since, context.name_of(pause.by)))
    if unnamed := context.unit.staff.unnamed():
        lines.append(texts.roles_unnamed_line(unnamed))
    if context.mode() == "degraded":
        lines.append(texts.degraded_line())
    in_doubt = context.unit.outbox.counts()[State.UNCERTAIN]
    return [*lines, texts.in_doubt_line(in_doubt)] if in_doubt else lines
