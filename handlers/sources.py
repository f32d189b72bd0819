"""News from the councils' own communities and sites: taken in once each, for the same moderation.

What was found is decided upon by :mod:`editorial.sources`; it is read by the program's own loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from editorial import regions
from editorial.delivery import NewDelivery
from editorial.sources import (
    COMPARED,
    FAILING,
    SAME_WORDS,
    WRONG_ADDRESS,
    Found,
    Kind,
    Ours,
    Source,
    is_news,
    same_news,
)
from editorial.suggestion import CLOSED, Origin, Suggestion
from handlers import duplicates, suggest
from handlers.changes import MESSAGES
from handlers.context import Context
from storage.suggestions import NewSuggestion

#: The newest suggestions that something new is compared with.
_MOST_COMPARED: Final = 500


def ours(context: Context) -> Ours:
    """Our wall, the walls and the sites that show our posts again."""
    walls = {
        int(network.destination.removeprefix("wall:"))
        for network in context.desk.networks
        if network.destination.startswith("wall:-")
    }
    return Ours(context.desk.owner_id, frozenset(walls), context.desk.own_sites)


def news_of(context: Context, source: Source, found: Sequence[Found], own: Ours) -> list[Found]:
    """What is news and not taken yet, the oldest first."""
    stood = _stood_there(context, source) if any(not one.dated for one in found) else frozenset[str]()
    news = [
        one for one in found
        if is_news(source, one, own, context.now) and (one.dated or stood.isdisjoint(one.marks))
    ]  # fmt: skip
    known = context.unit.sources.known(source.number, [one.key for one in news])
    fresh = (one for one in news if one.key not in known and not _is_ours(context, one))
    return sorted(fresh, key=lambda one: (one.at, one.key))


def _is_ours(context: Context, found: Found) -> bool:
    """Whether it says what a post on our wall says that was nobody's suggestion."""
    alike = duplicates.likest_post(context, found.content.text, found.at) if found.content.text.strip() else None
    return alike is not None and alike[1] >= SAME_WORDS


def begun(context: Context, source: Source) -> bool:
    """Whether it is known what stood in the feed when it was first read."""
    return source.kind is not Kind.FEED or context.unit.settings.get(_stood(source.number)) is not None


def begin(context: Context, source: Source, found: Sequence[Found]) -> None:
    """Remember what the feed shows without a date: it may be years old, and what comes later is news."""
    undated = [one for one in found if not one.dated][:_MOST_COMPARED]
    context.unit.settings.set(_stood(source.number), [mark for one in undated for mark in one.marks], context.now)


def begin_anew(context: Context, number: int) -> None:
    """What comes into the feed until the next reading is not wanted."""
    context.unit.settings.delete(_stood(number))


def _stood(number: int) -> str:
    return f"source_stood.{number}"


def _stood_there(context: Context, source: Source) -> frozenset[str]:
    return frozenset(context.unit.settings.get(_stood(source.number)) or ())


def take_in(context: Context, source: Source, found: Found) -> Suggestion | None:
    """Make it a suggestion; None when it was taken before or is the same news as one we have."""
    current = context.unit.sources.get(source.number)
    if current is None or not current.active or context.unit.sources.known(source.number, [found.key]):
        return None
    post = (found.owner_id, found.post_id) if found.owner_id and found.post_id else None
    recent = _recent(context)
    same = same_news(found.content, found.owner_id, recent, source.number, post=post, url=found.url)
    if same is not None:
        context.unit.sources.take(source.number, found.key, same.number, context.now)
        return None
    tagged = regions.tagged_region(found.content.text)
    new = NewSuggestion(
        owner_id=context.desk.owner_id,
        post_id=0,
        author_id=found.owner_id,
        content=found.content,
        received_at=min(found.at, context.now),
        region=source.region or (tagged.code if tagged else None),
        origin=Origin.SOURCE,
        behind={
            "url": found.url,
            "title": source.name,
            "source": source.number,
            "owner_id": found.owner_id,
            "post_id": found.post_id,
        },
    )
    added = suggest.bring_in(context, new, receipt=False)
    context.unit.sources.take(source.number, found.key, added.number, context.now)
    return added


def _recent(context: Context) -> list[Suggestion]:
    newest = context.unit.suggestions.newest(_MOST_COMPARED)
    return [one for one in newest if one.received_at > context.now - COMPARED or one.status not in CLOSED]


# ---------------------------------------------------------------------------------------------- what became of it


def read_well(context: Context, source: Source) -> None:
    """The source was read: what it was blamed for is forgotten."""
    current = context.unit.sources.get(source.number)
    if current is None or current.failing_since is None:
        return
    context.unit.sources.failing(source.number, context.now, since=None, told=False)
    if current.told:
        _note(context, current, "source_well", "")


def failed(context: Context, source: Source, reason: str) -> None:
    """The source could not be read; after a day of that people are told, once. A stopped one is left alone.

    Of one that was never read they are told at once when its address is wrong.
    """
    current = context.unit.sources.get(source.number)
    if current is None or not current.active:
        return
    since = current.failing_since or context.now
    wrong = reason in WRONG_ADDRESS and not _was_read(context, current)
    tell = not current.told and (wrong or context.now - since >= FAILING)
    if current.failing_since is None or tell:
        context.unit.sources.failing(source.number, context.now, since=since, told=current.told or tell)
    if tell:
        _note(context, current, "source_wrong" if wrong else "source_failing", reason)


def _was_read(context: Context, source: Source) -> bool:
    return source.title is not None if source.kind is Kind.VK else begun(context, source)


def needs_note(source: Source, age: timedelta | None) -> bool:
    """Whether anything is to be written about a failure ``age`` after the first; nothing is, while it goes on."""
    return source.failing_since is None or (not source.told and age is not None and age >= FAILING)


def learned(context: Context, source: Source, owner_id: int, title: str, own: Ours) -> bool:
    """The community behind the address is known now. False: it is one of ours, and is stopped."""
    if own.has_wall(owner_id):
        context.unit.sources.switch(source.number, context.now, active=False)
        _note(context, source, "source_is_ours", "")
        return False
    if (source.owner_id, source.title) != (owner_id, title):
        context.unit.sources.learn(source.number, owner_id, title, context.now)
    return True


def _note(context: Context, source: Source, note: str, reason: str) -> None:
    payload = {"note": note, "source": source.number, "name": source.name, "link": source.link, "reason": reason}
    context.unit.outbox.add(NewDelivery(MESSAGES, "chat", "note", payload=payload), context.now)


def is_our_address(own: Ours, kind: Kind, address: str, owner_id: int | None) -> bool:
    """Whether an editor is about to enter our own wall or site as a source."""
    return own.has_wall(owner_id) if kind is Kind.VK else own.has_site(address)
