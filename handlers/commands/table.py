"""The chat commands by name: reads the words, checks the right, hands over to the command's own file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from editorial.errors import DeskError, NotAModerator, RoleTooLow, WrongChat
from handlers import moments, review, texts
from handlers.answers import answer
from handlers.commands import (
    find,
    history,
    lists,
    networks,
    pause,
    people,
    plan,
    queue,
    resume,
    rubrics,
    setup,
    sources,
    status,
)
from handlers.commands import help as help_command
from handlers.context import CHATS_FROM, Context
from handlers.dialogue import plain, unaddressed
from handlers.events import MessageArrived
from handlers.payloads import Payload
from handlers.person import Person

_COMMAND: Final = re.compile(r"/([а-яa-z]+)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """``run`` gets the message and what stands behind the command's name.

    ``editors``: needs the role of an editor.  ``anywhere``: in any conversation, else in the moderators' chat.
    ``verbatim``: the words are given as they were written, not in lower case.
    """

    run: Callable[[Context, MessageArrived, str], None]
    editors: bool = False
    anywhere: bool = False
    verbatim: bool = False


COMMANDS: Final[dict[str, Command]] = {
    "помощь": Command(help_command.run, anywhere=True),
    "очередь": Command(queue.run),
    "план": Command(plan.run, anywhere=True),
    "статус": Command(status.run, anywhere=True),
    "списки": Command(lists.run, verbatim=True),
    "рубрики": Command(rubrics.run, verbatim=True),
    "пауза": Command(pause.run, editors=True),
    "продолжить": Command(resume.run, editors=True),
    "источники": Command(sources.run, editors=True, verbatim=True),
    "сети": Command(networks.run, editors=True),
    "найти": Command(find.run),
    "автор": Command(people.author, verbatim=True),
    "регион": Command(people.region),
    "журнал": Command(history.run),
    "настроить": Command(setup.run, editors=True, anywhere=True),
}


def run(context: Context, message: MessageArrived) -> bool:
    """Run the command the message is. False: it is none that concerns the desk here."""
    words = plain(message.text)
    found = _COMMAND.fullmatch(words)
    if found is None:
        return False
    command = COMMANDS.get(found[1])
    if command is None:
        return _unknown(context, message)
    try:
        _admit(context, message, command)
    except DeskError as error:
        person = Person(message.from_id, message.peer_id, message.cmid)
        answer(context, message, review.refuse(context, person, error, Payload(f"/{found[1]}")))
        return True
    context.unit.authors.ensure(message.from_id, context.now)
    if context.late:
        written = moments.say(message.at, context.now, context.desk.zone)
        answer(context, message, texts.command_late(found[1], written))
        return True
    command.run(context, message, _words(message.text) if command.verbatim else (found[2] or "").strip())
    return True


def _words(text: str) -> str:
    """What stands behind the command's name, as it was written."""
    return " ".join(unaddressed(text).split(maxsplit=1)[1:]).strip()


def _admit(context: Context, message: MessageArrived, command: Command) -> None:
    role = context.role(message.from_id)
    if not role.decides:
        raise NotAModerator
    if command.editors and not role.runs_the_desk:
        raise RoleTooLow
    if not command.anywhere and message.peer_id != context.moderators_chat():
        raise WrongChat


def _unknown(context: Context, message: MessageArrived) -> bool:
    """Other bots in a chat have commands too: only the moderators' own chat and dialogs get an answer."""
    here = message.peer_id == context.moderators_chat() or message.peer_id < CHATS_FROM
    if here and context.role(message.from_id).decides:
        answer(context, message, texts.UNKNOWN_COMMAND)
        return True
    return False
