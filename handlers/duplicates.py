"""News that was sent before: texts and pictures like those of the last two weeks, shown on the card.

The suggestion's own region comes first.  A corrected piece is no duplicate of the one it corrects.  Nothing is
decided here: a moderator sees what is alike, how much, and what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from editorial.delivery import NewDelivery
from editorial.lifecycle import OPEN
from editorial.likeness import ALIKE, SAME_PICTURE, Trace, apart, likeness, trace
from editorial.suggestion import Attachment, Status, Suggestion
from handlers import moments, texts
from handlers.context import Context
from handlers.events import WallPublished

PICTURES: Final = "pictures"
#: So far back others are looked at.
WINDOW: Final = timedelta(days=14)
#: What a card lists.
MOST_SHOWN: Final = 3
#: Numbers so far back lie in the window even when a campaign fills it.
_BACK: Final = 2_000
#: Candidates that are compared word by word.
_CANDIDATES: Final = 20
#: Words by which candidates are looked for: long numbers, but for years, and long words are the rarest.
_TELLING: Final = 8
_NUMBERS: Final = 2
_SHORT_WORD: Final = 5
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
#: What was taken back or turned down by its author leaves no duplicate behind.
_UNDECIDED: Final = frozenset({Status.PENDING, Status.RETURNED, Status.FAILED})
_GONE: Final = frozenset({Status.WITHDRAWN, Status.EXPIRED})


@dataclass(frozen=True, slots=True)
class Similar:
    """Another suggestion like this one: by how much (0 to 1), and whether by its picture."""

    suggestion: Suggestion
    likeness: float
    by_picture: bool = False


def of(context: Context, suggestion: Suggestion, most: int = MOST_SHOWN) -> tuple[Similar, ...]:
    """The most similar first, those of the same region before others; at most so many."""
    if suggestion.status in _GONE:
        return ()
    found = {one.suggestion.number: one for one in _by_picture(context, suggestion)}
    for one in _by_text(context, suggestion):
        known = found.get(one.suggestion.number)
        if known is None or known.likeness < one.likeness:
            found[one.suggestion.number] = one
    similar = [one for one in found.values() if not _related(suggestion, one.suggestion)]
    similar.sort(key=lambda one: (one.suggestion.region != suggestion.region, -one.likeness, one.suggestion.number))
    return tuple(similar[:most])


def lines(context: Context, suggestion: Suggestion) -> tuple[str, ...]:
    """What the card says about news that is alike; nothing once this one is decided."""
    if suggestion.status not in _UNDECIDED:
        return ()
    return (*(_line(context, one) for one in of(context, suggestion)), *_on_the_wall(context, suggestion))


def wall_has(context: Context, post: WallPublished) -> None:
    """Somebody published what is no suggestion: news that repeats it is to be known."""
    if context.now - post.at <= WINDOW and post.content.text.strip():
        context.unit.wall_posts.put(post.post_id, post.content.text, post.at)


def _on_the_wall(context: Context, suggestion: Suggestion) -> tuple[str, ...]:
    """The post nobody suggested that says the same, if there is one."""
    alike = likest_post(context, suggestion.content.text, suggestion.received_at)
    if alike is None:
        return ()
    post, share, at = alike
    link = f"https://vk.com/wall{context.desk.owner_id}_{post}"
    return (texts.similar_post(round(share * 100), moments.say(at, context.now, context.desk.zone), link),)


def likest_post(context: Context, text: str, at: datetime) -> tuple[int, float, datetime] | None:
    """The post nobody suggested that says most of what the text says: its number, how much of it, and its time."""
    if not context.unit.wall_posts.any():
        return None
    own = trace(text)
    likely = _likely(context, own, context.unit.search.alike_posts(telling(own), _CANDIDATES))
    alike = [
        (post, likely[-post], moment)
        for post, moment in context.unit.wall_posts.moments([-number for number in likely]).items()
        if abs(at - moment) <= WINDOW
    ]
    return max(alike, key=lambda one: (one[1], one[0])) if alike else None


def _likely(context: Context, own: Trace, candidates: Sequence[int]) -> dict[int, float]:
    """Which of these texts say the same, and how much of it."""
    told = context.unit.search.stems_of_each(candidates)
    found = {number: likeness(own, Trace(stems)) for number, stems in told.items()}
    return {number: share for number, share in found.items() if share >= ALIKE}


def _line(context: Context, similar: Similar) -> str:
    other = similar.suggestion
    when = moments.say(other.published_at or other.received_at, context.now, context.desk.zone)
    link = other.published_link or other.link
    percent = round(similar.likeness * 100)
    return texts.similar_line(other.number, percent, other.status, when, link, by_picture=similar.by_picture)


def _related(one: Suggestion, other: Suggestion) -> bool:
    """Whether one corrects the other, or the other was sent back to be corrected by the same author; or both go
    out in one post."""
    if other.merged_into == one.number or (
        one.merged_into and one.merged_into in (other.number, other.merged_into)
    ):
        return True
    if one.corrects == other.number or other.corrects == one.number:
        return not (one.status in OPEN and other.status in OPEN)  # both wait: they are two pieces after all
    return other.status is Status.RETURNED and other.author_id == one.author_id


def _by_text(context: Context, suggestion: Suggestion) -> Iterable[Similar]:
    own = trace(suggestion.content.text)
    candidates = context.unit.search.alike(telling(own), max(0, suggestion.number - _BACK), _CANDIDATES)
    likely = _likely(context, own, [number for number in candidates if number != suggestion.number])
    for other in context.unit.suggestions.several(likely):
        if _recent(suggestion, other):
            yield Similar(other, likely[other.number])


def telling(own: Trace) -> list[str]:
    """The words that candidates are looked for by."""
    words = sorted(own.words, key=lambda word: (-len(word), word))
    numbers = sorted(
        (one for one in own.numbers if len(one) > 1 and not _YEAR.fullmatch(one)), key=lambda one: (-len(one), one)
    )
    long = [word for word in words if len(word) >= _SHORT_WORD]
    return [*numbers[:_NUMBERS], *long, *numbers[_NUMBERS:]][:_TELLING]


def _recent(suggestion: Suggestion, other: Suggestion) -> bool:
    apart_by = abs(suggestion.received_at - (other.published_at or other.received_at))
    return apart_by <= WINDOW and other.status not in _GONE


# ------------------------------------------------------------------------------------------------------ pictures


def photos_of(suggestion: Suggestion) -> tuple[Attachment, ...]:
    return tuple(one for one in suggestion.content.attachments if one.kind == "photo")


def have_pictures_looked_at(context: Context, suggestion: Suggestion) -> None:
    """Have the pictures brought and compared, if there are any."""
    if photos_of(suggestion):
        destination = f"pictures:{suggestion.number}"
        new = NewDelivery(PICTURES, destination, "look", suggestion.number, dedupe=f"look:{suggestion.number}")
        context.unit.outbox.add(new, context.now)


def seen(context: Context, number: int, marks: Iterable[int]) -> bool:
    """The pictures of a suggestion were looked at. True when something like them is known."""
    context.unit.pictures.put(number, tuple(marks), context.now)
    suggestion = context.unit.suggestions.get(number)
    return suggestion is not None and any(_by_picture(context, suggestion))


def _by_picture(context: Context, suggestion: Suggestion) -> Iterable[Similar]:
    own = context.unit.pictures.of(suggestion.number)
    if not own:
        return
    near: dict[int, int] = {}
    for number, mark in context.unit.pictures.near(own, SAME_PICTURE, suggestion.received_at - WINDOW):
        distance = min(apart(mark, one) for one in own)
        if number != suggestion.number:
            near[number] = min(distance, near.get(number, distance))
    for found in context.unit.suggestions.several(near):
        if _recent(suggestion, found):
            yield Similar(found, 1 - near[found.number] / 64, by_picture=True)
