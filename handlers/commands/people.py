"""/автор and /регион: who sent what, and what became of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from editorial import people as people_rules
from editorial import regions
from editorial.post import defuse
from editorial.suggestion import Author, Status, Suggestion
from editorial.when import date_words
from handlers import names, registry, texts
from handlers.answers import answer
from handlers.commands import find
from handlers.context import Context
from handlers.events import MessageArrived
from handlers.person import Person

_LISTED: Final = 5
#: News looked at for the figures.
_COUNTED: Final = 500
_BLOCK: Final = re.compile(r"(.+?)[\s,:]+(заблокировать|разблокировать)(?:[\s:]+(.+))?", re.DOTALL | re.IGNORECASE)
_ID: Final = re.compile(r"(?:https?://)?(?:vk\.(?:com|ru)/)?\[?(id|club|public|-)?(\d{1,12})(?:\|.*)?")


def author(context: Context, message: MessageArrived, words: str) -> None:
    order = _BLOCK.fullmatch(words)
    asked = " ".join((order[1] if order else words).split())[: find.LONGEST]
    by_id = _ID.fullmatch(asked)
    found = [_id(by_id)] if by_id else list(context.unit.authors.named(asked, 4)) if asked else []
    people = [one for vk_id in found if (one := context.unit.authors.get(vk_id)) is not None]
    if not people:
        answer(context, message, texts.AUTHOR_NOT_FOUND if asked else texts.WHICH_AUTHOR)
        return
    if len(people) > 1:
        lines = [names.link_to(one.vk_id, one) + f" · /автор {one.vk_id}" for one in people]
        answer(context, message, "\n".join([texts.SEVERAL_AUTHORS, *lines]))
        return
    [known] = people
    if order is not None:
        person = Person(message.from_id, message.peer_id, message.cmid)
        why = (order[3] or "").strip()
        answer(context, message, registry.block_or_not(context, person, known.vk_id, order[2].lower(), why))
        return
    news = context.unit.suggestions.by_author(known.vk_id, _COUNTED)
    buttons = registry.unblock_keyboard(known.vk_id) if known.blocked else None
    answer(context, message, _answer(context, _about(context, known), news), buttons)


def _id(asked: re.Match[str]) -> int:
    """The number of a person, negative for a community."""
    return int(asked[2]) if asked[1] in (None, "id") else -int(asked[2])


def _about(context: Context, author: Author) -> str:
    """Who the author is, and why nothing is taken from them if so."""
    region, role = regions.by_code(author.region), people_rules.ROLES.get(author.role or "")
    known = (region.name if region else "", defuse(names.plain_name(author.organisation or "")), role or "")
    parts = [names.link_to(author.vk_id, author), *(part for part in known if part)]
    if any(known) and not author.confirmed:
        parts.append(texts.UNCONFIRMED)
    lines = [" · ".join(parts)]
    if author.blocked_at is not None:
        day = date_words(author.blocked_at.astimezone(context.desk.zone).date())
        who = names.plain_name(context.name_of(author.blocked_by))
        lines.append(texts.blocked_line(day, who, defuse(author.blocked_why or "")))
    return "\n".join(lines)


def region(context: Context, message: MessageArrived, words: str) -> None:
    known = regions.by_words(words) if words.strip() else None
    likely = () if known is not None else regions.beginning_with(words)
    known = likely[0] if len(likely) == 1 else known
    if known is None:
        several = texts.several_regions([one.name for one in likely[:_LISTED]])
        unknown = several if likely else texts.REGION_NOT_FOUND if words.strip() else texts.REGION_NOT_SAID
        answer(context, message, unknown)
        return
    answer(context, message, _answer(context, known.name, context.unit.suggestions.of_region(known.code, _COUNTED)))


def _answer(context: Context, head: str, news: Sequence[Suggestion]) -> str:
    if not news:
        return f"{head}\n{texts.NO_NEWS_YET}"
    counts = Counter(one.status for one in news)
    lines = [find.line(context, one) for one in news[:_LISTED]]
    return "\n".join([head, texts.sent_and_out(len(news), counts[Status.PUBLISHED]), *lines])
