"""The author's side of the wall: suggestions come in, posts of the community are recognised.

Events are hints: one about a known suggestion changes nothing, because only the comparison with the whole queue
knows what VK shows now.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from editorial import etiquette, regions, signing
from editorial.lifecycle import Action, advance
from editorial.post import published_mismatch
from editorial.sources import same_news
from editorial.suggestion import POSTPONED, REPLACED, Content, Origin, Status, Suggestion
from handlers import (
    burst,
    changes,
    crosspost,
    digest,
    duplicates,
    joint,
    letters,
    matching,
    passport,
    registry,
    warnings,
)
from handlers.context import Context
from handlers.events import WallPublished, WallSuggested
from storage.suggestions import NewSuggestion

#: A suggestion found so late is not answered at night any more.
_JUST_NOW: Final = timedelta(hours=1)
#: What a post lacks that nobody here can read: its event did not come, and there is no editor's key.
UNSEEN: Final = "unseen"
#: Suggestions of one state that a post without a signature is compared with.
_MOST_COMPARED: Final = 500
_NEWEST_OF_AUTHOR: Final = 20
_MOST_OF_AUTHOR: Final = 50
#: What people postponed on VK lately: pairs of the number there and ours.
_WAITS_ON_VK: Final = "postponed_on_vk"
_MOST_WAITING: Final = 50
_COMPARED: Final = (
    Status.PUBLISHING,
    Status.SCHEDULED,
    Status.FAILED,
    Status.PENDING,
    Status.RETURNED,
    Status.DIGEST,
    Status.MERGED,
)


def suggested(context: Context, event: WallSuggested) -> Suggestion | None:
    """Take a suggestion in: number, card, receipt. None when it is known or not on this community's wall."""
    added = take_in(context, event)
    if added is not None and added.status is Status.PENDING and not burst.offer(context, added.number):
        burst.tell(context)
    return added


def take_in(context: Context, event: WallSuggested) -> Suggestion | None:
    """The same without its card."""
    if event.owner_id != context.desk.owner_id:
        return None
    new = NewSuggestion(
        owner_id=event.owner_id,
        post_id=event.post_id,
        author_id=event.author_id or None,
        content=event.content,
        received_at=min(event.at, context.now),
        region=region_of(context, event.author_id, event.content.text),
        corrects=_corrected(context, event),
    )
    added = context.unit.suggestions.add(new, context.now)
    if added is None:
        return None
    context.unit.journal.add(context.now, added.number, event.author_id, "suggested", None, str(added.status))
    _take_the_place_of_a_source(context, added)
    fresh = context.now - added.received_at < _JUST_NOW
    turned_away = _turned_away(context, added)
    if turned_away is not None:
        return turned_away
    letters.write(context, added, "received", answering=fresh, at=context.now)
    _close_corrected(context, added)
    if fresh:
        registry.greet(context, added)
    duplicates.have_pictures_looked_at(context, added)
    return added


def bring_in(context: Context, new: NewSuggestion, *, receipt: bool = True) -> Suggestion:
    """Take in what does not come from the wall: number, card and, unless the caller writes it, the receipt."""
    assert new.origin is not Origin.WALL
    added = context.unit.suggestions.add(new, context.now)
    assert added is not None
    details = {"origin": str(new.origin)}
    context.unit.journal.add(
        context.now, added.number, new.author_id, "suggested", None, str(added.status), details
    )
    turned_away = _turned_away(context, added)
    if turned_away is not None:
        return turned_away
    if receipt:
        letters.write(context, added, "received", answering=True, at=context.now)
        registry.greet(context, added)
    duplicates.have_pictures_looked_at(context, added)
    if not burst.offer(context, added.number):
        burst.tell(context)
    return added


def _take_the_place_of_a_source(context: Context, suggestion: Suggestion) -> None:
    """The same news was found at its source: the suggestion, which bears its author's name, stays alone."""
    waiting = (Status.PENDING, Status.RETURNED)
    open_ones = context.unit.suggestions.of_origin(Origin.SOURCE, waiting, _MOST_COMPARED)
    same = same_news(suggestion.content, suggestion.author_id, open_ones) if open_ones else None
    if same is not None:
        vanished(context, same, trouble="suggested_too")


def _turned_away(context: Context, added: Suggestion) -> Suggestion | None:
    """News of a blocked author is closed at once; its author is told, the first time."""
    author = added.author
    if author is None or not author.blocked:
        return None
    after = advance(added, Action.TURN_AWAY, context.now, trouble="blocked")
    assert after is not None
    changes.store(context, added, after, str(Action.TURN_AWAY), show=False)
    if author.told_at is None:
        context.unit.authors.told(author.vk_id, context.now)
        letters.write(context, after, "blocked", answering=True)
    return after


def _corrected(context: Context, event: WallSuggested) -> int | None:
    """The returned news that a new suggestion of the same author is the corrected form of."""
    if not event.author_id:
        return None
    returned = [
        one
        for one in context.unit.suggestions.returned_to(event.author_id, _NEWEST_OF_AUTHOR)
        if one.decision and context.now - one.decision.at < etiquette.CORRECTABLE
    ]
    best = max(returned, key=lambda one: matching.likeness(one.content, event.content), default=None)
    if best is None or matching.likeness(best.content, event.content) < matching.CORRECTED:
        return None
    return best.number


def _close_corrected(context: Context, added: Suggestion) -> None:
    """The returned news has come again: its own card closes and points to the new one."""
    before = context.unit.suggestions.get(added.corrects) if added.corrects else None
    after = advance(before, Action.GONE, context.now, trouble=f"{REPLACED}:{added.number}") if before else None
    if before is not None and after is not None:
        changes.store(context, before, after, "replaced", details={"by": added.number})
        close(context, before.number)


def region_of(context: Context, author_id: int | None, text: str) -> str | None:
    """What is certain: an author on record keeps their region, else a hashtag says it; words only suggest one."""
    author = context.unit.authors.get(author_id) if author_id else None
    if author is not None and author.region:
        return author.region
    tagged = regions.tagged_region(text)
    return tagged.code if tagged else None


# ------------------------------------------------------------------------------------------- posts on the wall


def published(context: Context, event: WallPublished) -> None:
    """A post stands on the wall: the proof of ours, or a suggestion that somebody published by hand."""
    if event.owner_id != context.desk.owner_id:
        return
    known = context.unit.suggestions.by_published(event.owner_id, event.post_id)
    if known is not None:
        prove(context, known, event)
        return
    found = _same_number(context, event) or matching.suggestion_of(event, unpublished(context, event.signer_id))
    found = found or _worded_anew(context, event)
    if found is None:
        duplicates.wall_has(context, event)
        return
    if found.status is Status.PUBLISHING:
        came_out(context, found, event.post_id, seen=event.content)
    else:
        hand_published(context, found, event)


def _same_number(context: Context, event: WallPublished) -> Suggestion | None:
    """VK may keep the number, or name the one a post had while it was postponed."""
    unit = context.unit.suggestions
    postponed_by_hand = dict(context.unit.settings.get(_WAITS_ON_VK, []))
    for post_id in (event.post_id, event.postponed_id):
        found = unit.by_post(event.owner_id, post_id) if post_id else None
        if found is None and post_id in postponed_by_hand:
            found = unit.get(postponed_by_hand[post_id])
        if found is not None and found.status is not Status.PUBLISHED:
            return found
    return None


def _worded_anew(context: Context, event: WallPublished) -> Suggestion | None:
    """What a person was asked to publish by hand may come out in other words, and no list can be read to tell."""
    failed = context.unit.suggestions.by_status(Status.FAILED, _MOST_COMPARED)
    alike = [one for one in failed if one.trouble == "by_hand" and matching.worded_anew(event, one)]
    return alike[0] if len(alike) == 1 else None


def unpublished(context: Context, author_id: int | None) -> list[Suggestion]:
    """What a post on the wall may be made of: all that is open or being published, and the author's newest."""
    unit = context.unit.suggestions
    found = [one for status in _COMPARED for one in unit.by_status(status, _MOST_COMPARED)]
    waiting = (unit.get(number) for _, number in context.unit.settings.get(_WAITS_ON_VK, []))
    found += [one for one in waiting if one is not None]
    if author_id:
        found += unit.by_author(author_id, _MOST_OF_AUTHOR)
    return list({one.number: one for one in found}.values())


def rivals(context: Context, author_id: int | None) -> tuple[Suggestion, ...]:
    """The few that a post may be made of which looks like another piece: the author's, and what goes out now."""
    unit = context.unit.suggestions
    by_author = unit.by_author(author_id, _MOST_OF_AUTHOR) if author_id else ()
    return (*unit.by_status(Status.PUBLISHING, _MOST_OF_AUTHOR), *by_author)


def came_out(
    context: Context,
    suggestion: Suggestion,
    post_id: int,
    *,
    seen: Content | None = None,
    proof: str | None = None,
    beside: bool = False,
) -> bool:
    """Our publication arrived as ``post_id``; ``seen``, when known, proves what is there. False: known already.

    ``beside``: it is a new post, whatever was suggested stands on VK still.
    """
    trouble, by_hand = None, proof == "by_hand"
    row = changes.publication_row(context, suggestion.number)
    beside |= row is not None and row.payload.get("mode") == "community"
    if seen is not None:
        seen = signing.unsigned(suggestion, seen)
        proof, trouble = judged(suggestion.for_publication, seen)
    after = advance(suggestion, Action.PROVE, context.now, post_id=post_id, proof=proof, trouble=trouble)
    if after is None or not changes.store(context, suggestion, after, str(Action.PROVE), details={"post": post_id}):
        return False
    _end_delivery(context, suggestion.number, post_id)
    if suggestion.post_id > 0 and not by_hand and (beside or suggestion.origin is not Origin.WALL):
        changes.note(context, "left_on_vk", suggestion.number)
    context.unit.wall_posts.drop(post_id)
    if after.digest:
        digest.came_out(context, after)
    letters.write(context, after, "published")
    crosspost.came_out(context, after, seen, by_hand=by_hand)
    passport.figures_later(context, after)
    return True


def judged(wanted: Content, seen: Content) -> tuple[str | None, str | None]:
    """Proof and trouble: whether the post is whole, or what it lacks."""
    lacks = published_mismatch(wanted, seen)
    return ("checked", None) if lacks is None else (None, f"missing:{lacks}")


def _end_delivery(context: Context, number: int, post_id: int) -> None:
    """Whatever was to publish the suggestion has nothing left to do."""
    row = changes.publication_row(context, number)
    if row is not None:
        context.unit.outbox.sent(row.id, {"post_id": post_id}, context.now)
    close(context, number)


def hand_published(context: Context, suggestion: Suggestion, post: WallPublished) -> bool:
    """Somebody published the suggestion on VK: the card closes itself, the author is told."""
    after = advance(suggestion, Action.HAND_PUBLISHED, context.now, post_id=post.post_id, proof="by_hand")
    details = {"post": post.post_id, "by": post.created_by}
    if after is None or not changes.store(
        context, suggestion, after, str(Action.HAND_PUBLISHED), actor=post.created_by, details=details
    ):
        return False
    _end_delivery(context, suggestion.number, post.post_id)
    context.unit.wall_posts.drop(post.post_id)
    joint.made_by_hand(context, after, post.content)
    letters.write(context, after, "published")
    crosspost.came_out(context, after, post.content, by_hand=True)
    passport.figures_later(context, after)
    return True


def prove(context: Context, suggestion: Suggestion, post: WallPublished) -> bool:
    """The post was read back: say on the card whether it is whole. False when that is known."""
    if suggestion.proof is not None or suggestion.trouble not in (None, f"missing:{UNSEEN}"):
        context.unit.outbox.cancel_for(suggestion.number, "verify", context.now)
        return False
    seen = signing.unsigned(suggestion, post.content)
    proof, trouble = judged(suggestion.for_publication, seen)
    after = advance(suggestion, Action.PROVE, context.now, post_id=post.post_id, proof=proof, trouble=trouble)
    if after is None or not changes.store(context, suggestion, after, "checked", details={"trouble": trouble}):
        return False
    context.unit.outbox.cancel_for(suggestion.number, "verify", context.now)
    crosspost.came_out(context, after, seen)
    return True


# ------------------------------------------------------------------------------------------- what VK shows now


def author_edited(context: Context, suggestion: Suggestion, seen: Content) -> bool:
    """The author changed the suggestion: back to review, with the difference shown. False: nothing changed."""
    if joint.goes_out_now(context, suggestion):
        return False  # seen again once it is known whether the post is out
    before = suggestion
    if suggestion.origin is not Origin.WALL:  # corrected in the dialog, now once more where it was suggested
        suggestion = replace(suggestion, origin=Origin.WALL, behind=None)
    if suggestion.status is Status.PUBLISHING:
        back = advance(suggestion, Action.BACK_TO_REVIEW, context.now)
        if back is None:
            return False
        suggestion = back
    after = advance(suggestion, Action.AUTHOR_EDITED, context.now, content=seen)
    return after is not None and store_edited(context, before, after)


def store_edited(context: Context, before: Suggestion, after: Suggestion) -> bool:
    """The author changed the news: it waits for a decision again at the end of the chat, and its author is told."""
    if not changes.store(context, before, after, str(Action.AUTHOR_EDITED), actor=before.author_id):
        return False
    changes.unplan_publication(context, before.number)
    warnings.cover_again(context, before.number)
    duplicates.have_pictures_looked_at(context, after)
    was_scheduled = before.status in (Status.SCHEDULED, Status.PUBLISHING)
    if was_scheduled:
        changes.note(context, "changed", before.number)
    burst.to_the_end(context, before.number)
    letters.write(context, after, "author_edited", answering=True, was_scheduled=was_scheduled, at=context.now)
    return True


def vanished(context: Context, suggestion: Suggestion, *, trouble: str = "gone") -> bool:
    """The suggestion is not on VK any more, or the same news is there instead: closed. False: it was closed."""
    if joint.goes_out_now(context, suggestion):
        return False
    after = advance(suggestion, Action.GONE, context.now, trouble=trouble)
    if after is None or not changes.store(context, suggestion, after, str(Action.GONE)):
        return False
    close(context, suggestion.number)
    letters.write(context, after, "postponed" if after.postponed_to else "gone", answering=True)
    return True


def seen_again(context: Context, suggestion: Suggestion) -> bool:
    """VK did not show it for a while and shows it now: nobody withdrew it, and somebody has to decide after all."""
    after = advance(suggestion, Action.SEEN_AGAIN, context.now)
    if after is None or not changes.store(context, suggestion, after, str(Action.SEEN_AGAIN)):
        return False
    letters.write(context, after, "undone", answering=True)
    return True


def postponed(context: Context, suggestion: Suggestion, post: WallPublished) -> bool:
    """A person postponed it on VK: nothing is left to decide here, its event will say when it is out."""
    known = [pair for pair in context.unit.settings.get(_WAITS_ON_VK, []) if pair[1] != suggestion.number]
    waits = [*known, [post.post_id, suggestion.number]][-_MOST_WAITING:]
    context.unit.settings.set(_WAITS_ON_VK, waits, context.now)
    return vanished(context, suggestion, trouble=f"{POSTPONED}:{post.at.isoformat()}")


def close(context: Context, number: int) -> None:
    """Nothing is left to do about a suggestion: what has not left is taken back, a card kept back is dropped."""
    changes.unplan_publication(context, number)
    card = context.unit.cards.get(number)
    if card is not None and card.hidden:
        context.unit.cards.forget(number)
        burst.tell(context)
