"""/автор and /регион: who sent what, and what became of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from editorial import regions
from editorial.suggestion import Status, Suggestion
from handlers import cards, texts
from handlers.answers import answer
from handlers.commands import find
from handlers.context import Context
from handlers.events import MessageArrived

_LISTED: Final = 5
#: News looked at for the figures.
_COUNTED: Final = 500
_ID: Final = re.compile(r"(?:https?://)?(?:vk\.(?:com|ru)/)?\[?(?:id)?(\d{1,12})(?:\|.*)?")


def author(context: Context, message: MessageArrived, words: str) -> None:
    asked = " ".join(words.split())[: find.LONGEST]
    by_id = _ID.fullmatch(asked)
    found = [int(by_id[1])] if by_id else list(context.unit.authors.named(asked, 4)) if asked else []
    people = [one for vk_id in found if (one := context.unit.authors.get(vk_id)) is not None]
    if not people:
        answer(context, message, texts.AUTHOR_NOT_FOUND)
        return
    if len(people) > 1:
        lines = [cards.link_to(one.vk_id, one) + f" · /автор {one.vk_id}" for one in people]
        answer(context, message, "\n".join([texts.SEVERAL_AUTHORS, *lines]))
        return
    [person] = people
    news = context.unit.suggestions.by_author(person.vk_id, _COUNTED)
    region = regions.by_code(person.region)
    head = " · ".join([cards.link_to(person.vk_id, person), *([region.name] if region else [])])
    answer(context, message, _answer(context, head, news))


def region(context: Context, message: MessageArrived, words: str) -> None:
    known = regions.by_words(words) if words.strip() else None
    if known is None:
        answer(context, message, texts.REGION_NOT_FOUND)
        return
    answer(context, message, _answer(context, known.name, context.unit.suggestions.of_region(known.code, _COUNTED)))


def _answer(context: Context, head: str, news: Sequence[Suggestion]) -> str:
    if not news:
        return f"{head}\n{texts.NO_NEWS_YET}"
    counts = Counter(one.status for one in news)
    lines = [find.line(context, one) for one in news[:_LISTED]]
    return "\n".join([head, texts.sent_and_out(len(news), counts[Status.PUBLISHED]), *lines])
