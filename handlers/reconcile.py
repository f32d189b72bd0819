"""The queue compared with what VK shows: missed suggestions are taken in, edited ones go back to review.

Suggestions that are not on the list are only named; each is looked at by itself before anything is closed.  An
empty or incomplete list closes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple

from editorial.lifecycle import OPEN
from editorial.suggestion import Origin, Status, Suggestion, same_content
from handlers import burst, duplicates, matching, suggest
from handlers.context import Context
from handlers.events import WallPublished, WallSuggested
from storage.suggestions import PostMark

#: Authors named at once.
_MOST_NAMED: Final = 500


class Missing(NamedTuple):
    """A suggestion that should be on VK's list and is not."""

    number: int
    post_id: int


def worth_storing(context: Context, listed: Sequence[WallSuggested]) -> list[WallSuggested]:
    """Those of the list that are not known, or not as they are now. Reads only."""
    known = context.unit.suggestions.known_posts(context.desk.owner_id, [event.post_id for event in listed])
    news = []
    for event in listed:
        mark = known.get(event.post_id)
        if mark is None or mark.missed or _is_edit(mark, event):
            news.append(event)
    return news


def _is_edit(mark: PostMark, event: WallSuggested) -> bool:
    return (mark.status in OPEN or mark.reopens) and mark.fingerprint != event.content.fingerprint


def remember_names(context: Context, names: Mapping[int, str]) -> None:
    """Keep the names that came with the list for the authors who have none yet."""
    for vk_id in context.unit.authors.unnamed(_MOST_NAMED):
        if vk_id in names:
            context.unit.authors.name(vk_id, names[vk_id], context.now)


def compare(context: Context, listed: Iterable[WallSuggested]) -> None:
    """Take in what was missed, send back what was edited, store silently what VK changed on its own."""
    kept_back = False
    own = [event for event in listed if event.owner_id == context.desk.owner_id]
    ever_seen = context.unit.suggestions.known_posts(context.desk.owner_id, [event.post_id for event in own])
    for event in own:
        if event.post_id not in ever_seen:
            added = suggest.take_in(context, event)
            waits = added is not None and added.status is Status.PENDING
            kept_back |= added is not None and waits and not burst.offer(context, added.number)
            continue
        known = context.unit.suggestions.by_post(event.owner_id, event.post_id)
        if known is not None and (known.status in OPEN or known.reopens_when_edited):
            _update(context, known, event)
        elif known is not None and known.was_missed:
            suggest.seen_again(context, known)
    if kept_back:
        burst.tell(context)


def _update(context: Context, known: Suggestion, event: WallSuggested) -> None:
    if known.origin is not Origin.WALL:
        if event.content.fingerprint != (known.behind or {}).get("left"):
            suggest.author_edited(context, known, event.content)
    elif not same_content(known.content, event.content):
        suggest.author_edited(context, known, event.content)
    elif known.content.fingerprint != event.content.fingerprint:
        _store_silently(context, known, event)


def _store_silently(context: Context, known: Suggestion, event: WallSuggested) -> None:
    """VK moved a photo to the community or renewed its key: the same content under other names."""
    context.unit.suggestions.save(replace(known, content=event.content), seen_version=known.version)


def unnoticed(context: Context, newest: Sequence[WallPublished]) -> list[WallPublished]:
    """Those of the newest posts that came of no suggestion and that no event told of. Reads only."""
    since = context.now - duplicates.WINDOW
    fresh = [post for post in newest if post.at >= since and post.content.text.strip()]
    if not fresh:
        return []
    ours = context.unit.suggestions.published_ids(context.desk.owner_id, since)
    known = context.unit.wall_posts.moments([post.post_id for post in fresh])
    return [post for post in fresh if post.post_id not in ours and post.post_id not in known]


def missing(context: Context, listed: Collection[WallSuggested]) -> list[Missing]:
    """The known open suggestions that are not on a complete list. Reads only.

    Being named closes nothing: a key without rights sees an empty list too.
    """
    shown = {event.post_id for event in listed}
    return [
        Missing(mark.number, post_id)
        for post_id, mark in context.unit.suggestions.open_posts(context.desk.owner_id).items()
        if post_id not in shown and mark.status is not Status.PUBLISHING
    ]


def gone(
    context: Context, number: int, newest: Sequence[WallPublished], waiting: Sequence[WallPublished] = ()
) -> bool:
    """Close a suggestion that is not on VK any more: published or postponed by hand when a post says so.

    Otherwise it is withdrawn.  ``newest`` are the newest posts of the wall, ``waiting`` the postponed ones.  False
    when nothing was to close.
    """
    suggestion = context.unit.suggestions.get(number)
    if (
        suggestion is None
        or suggestion.origin is not Origin.WALL
        or suggestion.status is Status.PUBLISHING
        or suggestion.status not in OPEN
    ):
        return False
    free = [post for post in newest if not _is_another(context, post, number)]
    others = partial(suggest.unpublished, context, suggestion.author_id)
    post = matching.made_by_hand_of(free, suggestion, others)
    if post is not None:
        return suggest.hand_published(context, suggestion, post)
    later = matching.made_by_hand_of(waiting, suggestion, others)
    if later is not None:
        return suggest.postponed(context, suggestion, later)
    return suggest.vanished(context, suggestion)


def _is_another(context: Context, post: WallPublished, number: int) -> bool:
    known = context.unit.suggestions.by_published(post.owner_id, post.post_id)
    return known is not None and known.number != number
