"""/найти: news by number, region, author or words; the newest first, ten at a time."""

from __future__ import annotations

from typing import Any, Final

from editorial import regions
from editorial.delivery import NewDelivery
from editorial.post import defuse
from editorial.suggestion import Status, Suggestion
from editorial.when import date_words
from handlers import keyboards, names, texts
from handlers.answers import answer
from handlers.changes import MESSAGES
from handlers.context import Context
from handlers.events import MessageArrived
from handlers.keyboards import Button
from handlers.numbers import number_of
from handlers.payloads import Payload
from handlers.person import Person
from storage.search import stems_of

#: The word of «Ещё» below the results.
MORE: Final = "found"
PAGE: Final = 10
#: A question longer than this is cut, characters: it travels in the button.
LONGEST: Final = 80
_START: Final = 60


def run(context: Context, message: MessageArrived, words: str) -> None:
    asked = " ".join(words.split())[:LONGEST]
    if not asked:
        answer(context, message, texts.FIND_WHAT)
        return
    text, keyboard = found(context, asked, None)
    answer(context, message, text, keyboard)


def press(context: Context, person: Person, payload: Payload) -> str:
    """The next ten, as a message of their own."""
    text, keyboard = found(context, (payload.arg or "")[:LONGEST], payload.number or None)
    contents: dict[str, Any] = {"text": text} | ({"keyboard": keyboard} if keyboard else {})
    context.unit.outbox.add(NewDelivery(MESSAGES, f"peer:{person.peer_id}", "reply", None, contents), context.now)
    return texts.FIND_NEXT


def found(context: Context, asked: str, before: int | None) -> tuple[str, dict[str, Any] | None]:
    """The answer to a question, from the number below ``before`` on, and its button."""
    numbers = _numbers(context, asked, before)
    if not numbers:
        return texts.FIND_NOTHING.format(asked=defuse(asked)), None
    shown = context.unit.suggestions.several(numbers[:PAGE])
    text = "\n".join(line(context, one) for one in shown)
    if len(numbers) <= PAGE:
        return text, None
    onward = Button(texts.MORE, Payload(MORE, numbers[PAGE - 1], 0, asked))
    return text, keyboards.inline([[onward]])


def _numbers(context: Context, asked: str, before: int | None) -> list[int]:
    """What the question finds, the newest first, one more than a page."""
    unit, count = context.unit, PAGE + 1
    exact = number_of(asked)
    if exact is not None and before is None and unit.suggestions.get(exact) is not None:
        return [exact]
    found: set[int] = set(unit.search.find(stems_of(asked), count, before))
    region = regions.by_words(asked)
    if region is not None and _names_only(asked, region):
        found |= {one.number for one in unit.suggestions.of_region(region.code, count, before)}
    for vk_id in unit.authors.named(asked, 5):
        found |= {one.number for one in unit.suggestions.by_author(vk_id, count, before)}
    return sorted(found, reverse=True)[:count]


def _names_only(asked: str, region: regions.Region) -> bool:
    """Whether the words say nothing but the region."""
    return len(asked.split()) <= len(region.name.split()) + 1


def line(context: Context, suggestion: Suggestion) -> str:
    """A piece of news as a line of a list, with its link."""
    text = " ".join(suggestion.text.split())
    start = defuse(text if len(text) <= _START else text[:_START].rstrip() + "…")
    region = regions.by_code(suggestion.region)
    day = date_words(suggestion.received_at.astimezone(context.desk.zone).date())
    who = names.link_to(suggestion.author_id, suggestion.author) if not suggestion.digest else texts.DIGEST_NAME
    about = [f"№ {suggestion.number}", day, *([region.short_name] if region else []), who]
    state = texts.DESK_STATUS[suggestion.status]
    if suggestion.merged_into and suggestion.status is Status.MERGED:
        state = texts.merged_state(suggestion.merged_into)
    link = suggestion.published_link or suggestion.link
    return f"{' · '.join(about)} · {state}\n{start} {link}"
