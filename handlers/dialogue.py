"""The author's side of the dialog with the community: words and buttons, each answered at once.

Whoever writes can be written to: what was kept for them is given first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from editorial.lifecycle import Action, advance
from editorial.post import utf16_length
from editorial.suggestion import Origin, Status, Suggestion
from handlers import (
    changes,
    drafting,
    forgetting,
    joint,
    keyboards,
    letters,
    network_lines,
    own_posts,
    registry,
    removal,
    suggest,
    texts,
)
from handlers.answers import answer
from handlers.cards import LONGEST_MESSAGE
from handlers.context import Context
from handlers.events import MessageArrived, MessagesAllowed, MessagesDenied, PersonBlocked, PersonUnblocked

#: The general answer to anything else is given at most so often.
HINT_EVERY: Final = timedelta(minutes=10)
#: A confirmation is asked for once; later it has to be asked anew.
CONFIRM_WITHIN: Final = timedelta(minutes=30)
_MOST_SHOWN: Final = 10
_MENTION: Final = re.compile(r"^\s*(?:\[(?:club|public)\d+\|[^\]]*\]|@\S+)[,:]?\s*")
_NUMBERED: Final = re.compile(r"(статус|отозвать|исправить)(?:\s*(?:№|n|#)?\s*(\d+))?", re.IGNORECASE)
#: No news has a number of more digits.
_DIGITS: Final = 12


def written(context: Context, message: MessageArrived) -> None:
    """Answer a message in the dialog of one person with the community."""
    if message.from_id <= 0 or message.action is not None:
        return
    words = plain(message.text)
    if message.payload is not None and message.payload.get("command") == "start":
        words = "начать"
    letters.release(context, message.from_id)
    _answer(context, message, words)


def plain(text: str) -> str:
    """The words of a message in lower case, without what :func:`unaddressed` takes away."""
    return " ".join(unaddressed(text).split()).lower().replace("ё", "е").strip(' .!«»"')


def unaddressed(text: str) -> str:
    """A message without the mention that VK puts before a pressed button's label."""
    return _MENTION.sub("", text)


def _answer(context: Context, message: MessageArrived, words: str) -> None:
    numbered = _NUMBERED.fullmatch(words)
    if numbered is not None and (numbered[2] or numbered[1] != "исправить"):
        about = {"статус": _status, "отозвать": _withdraw, "исправить": _correct}[numbered[1]]
        about(context, message, int(numbered[2][:_DIGITS]) if numbered[2] else None)
        return
    known = _WORDS.get(words)
    if known is not None:
        known(context, message)
        return
    about_draft = _DRAFT_WORDS.get(words)
    if about_draft is not None:
        if not about_draft(context, message):
            _hint(context, message)  # a word out of place is no news
        return
    if registry.answers(context, message, words) or drafting.takes(context, message):
        return
    _hint(context, message)


# --------------------------------------------------------------------------------------------------- the words


def _my_news(context: Context, message: MessageArrived) -> None:
    own = context.unit.suggestions.by_author(message.from_id, _MOST_SHOWN)
    if not own:
        answer(context, message, texts.NO_NEWS, keyboards.spoken("Предложить новость"))
        return
    reading = _reading(context, message, own)
    carriers = own_posts.carriers(context, own)
    copies = context.unit.copies.of_many(frozenset(carriers.values()))
    lines, elsewhere = [], None
    for one in own:
        titles = network_lines.titles_for_author(context, copies.get(carriers[one.number], ()))
        elsewhere = elsewhere or (one.number if titles else None)
        said = letters.status_of(one, replace(reading, suggestion=one))
        lines.append(said + texts.also_in(titles) if titles else said)
    how = [texts.LINKS_BY_STATUS.format(number=elsewhere)] if elsewhere else []
    answer(context, message, _in_one_message([texts.MY_NEWS, *lines], how))


def _in_one_message(lines: Sequence[str], last: Sequence[str]) -> str:
    """The lines with the last ones below; of too many the end is left out."""
    kept = list(lines)
    while utf16_length("\n".join([*kept, *last])) > LONGEST_MESSAGE - 100:
        kept.pop()
    left = len(lines) - len(kept)
    return "\n".join([*kept, *([texts.and_more(left)] if left else []), *last])


def _reading(context: Context, message: MessageArrived, about: Sequence[Suggestion]) -> letters.Reading:
    return letters.Reading(
        suggestion=about[0],
        author=context.unit.authors.get(message.from_id),
        now=context.now,
        desk=context.desk,
        paused=context.paused() is not None,
        gone=own_posts.off_the_wall(context, about),
        joints=joint.by_number(context, about),
    )


def _own(context: Context, message: MessageArrived, number: int | None) -> Suggestion | None:
    """The writer's own news item; whatever else is meant gets an answer that tells nothing of others' news."""
    if number is None:
        answer(context, message, texts.NUMBER_NEEDED, keyboards.spoken("Мои новости"))
        return None
    suggestion = context.unit.suggestions.get(number)
    if suggestion is None or suggestion.author_id != message.from_id:
        answer(context, message, texts.NOT_YOURS, keyboards.spoken("Мои новости"))
        return None
    return suggestion


def _status(context: Context, message: MessageArrived, number: int | None) -> None:
    suggestion = _own(context, message, number)
    if suggestion is not None:
        stands = letters.status_of(suggestion, _reading(context, message, [suggestion]))
        answer(context, message, "\n".join([stands, *network_lines.for_author(context, suggestion, whole=True)]))


def _withdraw(context: Context, message: MessageArrived, number: int | None) -> None:
    suggestion = _own(context, message, number)
    if suggestion is None:
        return
    if suggestion.status is Status.PUBLISHED:
        removal.ask(context, suggestion)
        link = suggestion.published_link or context.desk.address
        answer(context, message, texts.withdrawn_too_late(suggestion.number, link))
        return
    if suggestion.status is Status.PUBLISHING or joint.goes_out_now(context, suggestion):
        answer(context, message, texts.withdrawn_in_hand(suggestion.number))
        return
    after = advance(suggestion, Action.WITHDRAW, context.now)
    if after is None:
        refused = texts.NOT_TO_WITHDRAW.get(suggestion.status, texts.NOT_YOURS)
        answer(context, message, refused.format(number=suggestion.number))
    elif changes.store(context, suggestion, after, str(Action.WITHDRAW), actor=message.from_id):
        suggest.close(context, suggestion.number)
        letters.take_back(context, suggestion.number)
        on_the_wall = suggestion.origin is Origin.WALL
        answer(context, message, texts.withdrawn(suggestion.number, on_the_wall=on_the_wall))


def _correct(context: Context, message: MessageArrived, number: int | None) -> None:
    suggestion = _own(context, message, number)
    if suggestion is not None:
        drafting.correct(context, message, suggestion)


def _help(context: Context, message: MessageArrived) -> None:
    answer(context, message, texts.help_author(context.desk.address), _menu())


def _menu(*more: str) -> dict[str, object]:
    return keyboards.spoken("Предложить новость", "Мои новости", "Помощь", *more)


def _start(context: Context, message: MessageArrived) -> None:
    answer(context, message, texts.greeting(context.desk.address), _menu())


def _letters_off(context: Context, message: MessageArrived) -> None:
    context.unit.authors.wants_letters(message.from_id, context.now, yes=False)
    context.unit.journal.add(context.now, None, message.from_id, "letters_off")
    answer(context, message, texts.LETTERS_OFF, keyboards.spoken("Старт"))


def _letters_on(context: Context, message: MessageArrived) -> None:
    context.unit.authors.wants_letters(message.from_id, context.now, yes=True)
    context.unit.journal.add(context.now, None, message.from_id, "letters_on")
    answer(context, message, texts.LETTERS_ON, keyboards.spoken("Мои новости"))
    letters.give_kept(context, message.from_id)


def _forget_asked(context: Context, message: MessageArrived) -> None:
    context.unit.prompts.ask(message.peer_id, message.from_id, None, "forget", None, context.now)
    author = context.unit.authors.get(message.from_id)
    blocked = author is not None and author.blocked
    answer(context, message, texts.forget_asked(blocked=blocked), keyboards.spoken("Да, удалить"))


def _forget(context: Context, message: MessageArrived) -> None:
    prompt = context.unit.prompts.get(message.peer_id, message.from_id)
    if prompt is None or prompt.kind != "forget" or context.now - prompt.asked_at > CONFIRM_WITHIN:
        answer(context, message, texts.NOTHING_ASKED)
        return
    context.unit.outbox.forget(f"user:{message.from_id}", context.now)
    context.unit.outbox.forget(f"peer:{message.peer_id}", context.now)
    joints = joint.leads_of_author(context, message.from_id)
    author = context.unit.authors.get(message.from_id)
    named = forgetting.named(context, message.from_id)
    context.unit.authors.forget(message.from_id, context.now)
    context.unit.journal.forget(message.from_id)
    context.unit.inbox.forget(message.from_id)
    joint.forgotten(context, joints)
    posts = forgetting.take_off(context, named)
    context.unit.journal.add(context.now, None, None, "person_forgotten")
    answer(context, message, texts.forgotten(blocked=author is not None and author.blocked, posts=posts))


def _yes(context: Context, message: MessageArrived) -> None:
    prompt = context.unit.prompts.get(message.peer_id, message.from_id)
    if prompt is not None and prompt.kind == "forget":
        _forget(context, message)
    else:
        _hint(context, message)


def _hint(context: Context, message: MessageArrived) -> None:
    """One short helpful answer, then silence for a while: a person may be writing to people."""
    if registry.human_talks(context, message.from_id) or drafting.was_turned_away(context, message):
        return
    prompt = context.unit.prompts.get(message.peer_id, message.from_id)
    if prompt is not None and context.now - prompt.asked_at < HINT_EVERY:
        return
    context.unit.prompts.ask(message.peer_id, message.from_id, None, "hinted", None, context.now)
    answer(context, message, texts.not_understood(context.desk.address), _menu(texts.CALL_HUMAN))


_WORDS: Final[dict[str, Callable[[Context, MessageArrived], None]]] = {
    "мои новости": _my_news,
    "помощь": _help,
    "начать": _start,
    "предложить новость": drafting.begin,
    "регион": registry.change_region,
    "пояс": registry.change_zone,
    "позвать человека": registry.call_human,
    "стоп": _letters_off,
    "старт": _letters_on,
    "удалить мои данные": _forget_asked,
    "да, удалить": _forget,
    "да": _yes,
}


def _dissents(context: Context, message: MessageArrived) -> bool:
    """«Не согласен»: nothing is kept of who does not want that; asked once more, because it cannot be undone."""
    author = context.unit.authors.get(message.from_id)
    if author is None or author.consent_asked_at is None:
        return False
    _forget_asked(context, message)
    return True


#: Words that mean something only at their moment; otherwise they are a message like any other.
_DRAFT_WORDS: Final[dict[str, Callable[[Context, MessageArrived], bool]]] = {
    "отправить": drafting.send,
    "исправить": drafting.reword,
    "убрать вложения": drafting.strip,
    "удалить": drafting.drop,
    "согласен": registry.consents,
    "согласна": registry.consents,
    "не согласен": _dissents,
    "не согласна": _dissents,
}


# ----------------------------------------------------------------------------------- who can be written to at all


def allowed(context: Context, event: MessagesAllowed) -> None:
    """The person lets the community write: what was kept is given."""
    letters.release(context, event.user_id)


def denied(context: Context, event: MessagesDenied | PersonBlocked) -> None:
    """The person cannot be written to from now on."""
    if context.unit.authors.get(event.user_id) is not None:
        why = "blacklisted" if isinstance(event, PersonBlocked) else "denied"
        context.unit.authors.reachable(event.user_id, context.now, yes=False, why=why)
        letters.keep_all(context, event.user_id, why)


def unblocked(context: Context, event: PersonUnblocked) -> None:
    """Nobody knows whether the person can be written to; the next letter will show."""
    author = context.unit.authors.get(event.user_id)
    if author is not None and author.reachable is False:
        context.unit.authors.reachable(event.user_id, context.now, yes=None)
        letters.give_kept(context, event.user_id)
