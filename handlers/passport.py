"""The passport: one live message per news item in the dialog with its author, edited as the news moves.

It begins as the receipt.  An edit wakes nobody, so outcomes are letters of their own besides; when the message is
too old to be edited it is left as it is, and the next letter about the news is the live message from then on.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from editorial.delivery import Delivery, NewDelivery
from editorial.networks import PostState
from editorial.post import difference
from editorial.suggestion import Status, Suggestion
from handlers import letters, network_lines, texts
from handlers.changes import MESSAGES
from handlers.context import Context

#: The figures are told so long after the post went out.
FIGURES_AFTER: Final = timedelta(hours=24)
#: By then the news stands in the other networks too.
LINKS_AFTER: Final = timedelta(minutes=3)
#: VK lets a message be edited for a day; we stop a little earlier.
EDITABLE: Final = timedelta(hours=23, minutes=30)
#: Letters after which the news goes on, so that they can become the live message.
GOES_ON: Final = frozenset({"scheduled", "moved", "undone", "returned", "author_edited", "published", "in_digest"})
#: Places of a moderator's wording that are shown.
_MOST_CHANGES: Final = 3
_LONGEST_PLACE: Final = 60


def text(context: Context, suggestion: Suggestion, reading: letters.Reading) -> str:
    """What the message says now."""
    lines = [texts.passport_head(suggestion.number)]
    edited = letters.together_with(suggestion, reading) if suggestion.joint else _edited(suggestion)
    lines += [part for part in (texts.corrected_of(suggestion.corrects), edited) if part]
    lines.append(texts.LOOKED_AT if _looked_at(context, suggestion) else letters.standing(suggestion, reading))
    if suggestion.status is Status.PUBLISHED:
        lines += network_lines.for_author(context, suggestion)
        figures = figures_of(context, suggestion)
        lines += [figures] if figures else []
    return "\n".join(lines)


def _looked_at(context: Context, suggestion: Suggestion) -> bool:
    """Whether a moderator has touched its card since it waits; who looks and how often is nobody's business."""
    return suggestion.status is Status.PENDING and context.unit.claims.get(suggestion.number) is not None


def _edited(suggestion: Suggestion) -> str:
    """What a moderator changed in the wording."""
    if suggestion.edited_text is None:
        return ""
    places = difference(suggestion.content.text, suggestion.edited_text)[:_MOST_CHANGES]
    said = [texts.changed_place(_short(one.removed), _short(one.added)) for one in places]
    return texts.edited_by_desk("; ".join(said)) if said else ""


def _short(words: str) -> str:
    even = " ".join(words.split())
    return even if len(even) <= _LONGEST_PLACE else even[: _LONGEST_PLACE - 1] + "…"


def figures_of(context: Context, suggestion: Suggestion) -> str:
    """How far the post has got, once that is known."""
    post = context.unit.posts.get(suggestion.carrier)
    if post is None or post.state is PostState.GONE or suggestion.published_at is None:
        return ""
    if context.now - suggestion.published_at < FIGURES_AFTER or post.reach.views is None:
        return ""
    return texts.figures(post.reach.views, post.reach.likes or 0, post.reach.reposts or 0)


def mark_of(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def figures_later(context: Context, suggestion: Suggestion) -> None:
    """A day from now the author reads how far the post has got."""
    if (suggestion.author_id or 0) <= 0:
        return
    number = suggestion.number
    a_day_later = context.now + FIGURES_AFTER + timedelta(minutes=5)
    due_at = letters.by_day(context, suggestion, suggestion.author, a_day_later, patient=True)
    destination = f"user:{suggestion.author_id}"
    new = NewDelivery(MESSAGES, destination, "figures", number, {}, due_at, f"figures:{number}")
    context.unit.outbox.add(new, context.now)
    if context.desk.networks:  # their links come a little later
        late = context.now + LINKS_AFTER
        again = NewDelivery(MESSAGES, destination, "passport", number, {}, late, f"links:{number}")
        context.unit.outbox.add(again, context.now)


def wanted(suggestion: Suggestion, delivery: Delivery) -> bool:
    """Whether the author may be written to at all, and it is still them."""
    author = suggestion.author
    if author is None or delivery.destination != f"user:{author.vk_id}":
        return False
    return author.wants_letters and author.reachable is not False
