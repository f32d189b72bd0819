"""When the moment of a post has come: whether it may still go out, and what moves when the plan was missed.

The gap between posts, the quiet hours and the daily limit are kept here a second time, so that a plan nobody
repaired makes no burst.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from editorial import slots
from editorial.delivery import Delivery, State
from editorial.lifecycle import Action, advance
from editorial.slots import GRACE, Planned
from editorial.suggestion import Status, Suggestion
from handlers import alarms, changes, digest, letters, warnings
from handlers.context import Context

#: A post that moved by less is not worth a letter.
WORTH_TELLING: Final = timedelta(minutes=5)
#: How many moved posts a note lists.
_MOST_LISTED: Final = 10
#: A post that may not go out at this moment is looked at again so much later.
_LATER: Final = timedelta(minutes=1)
_SINCE: Final = timedelta(days=2)


def start(context: Context, delivery: Delivery) -> Suggestion | None:
    """The suggestion to publish now, marked as being published; None when it may not go out (any more).

    Called in the unit that claims the delivery; in any other it changes nothing.
    """
    suggestion = context.unit.suggestions.get(delivery.number or 0)
    if suggestion is None or not changes.claimed_now(context, delivery):
        return suggestion
    if suggestion.status is not Status.SCHEDULED or context.paused() is not None:
        context.unit.outbox.cancel(delivery.id, context.now)
        return None
    if suggestion.expires_at is not None and suggestion.expires_at <= context.now:
        context.unit.outbox.cancel(delivery.id, context.now)
        expire(context, suggestion)
        return None
    later = _not_yet(context, suggestion)
    if later is not None:
        context.unit.outbox.retry(delivery.id, later, "not_yet", None, context.now)
        return None
    content = digest.content(context, suggestion) if suggestion.digest else None
    if suggestion.digest and content is None:
        digest.empty(context, suggestion)
        context.unit.outbox.cancel(delivery.id, context.now)
        return None
    started = advance(context.desk.signed(suggestion), Action.START, context.now, content=content)
    if started is None or not changes.store(context, suggestion, started, str(Action.START), show=False):
        context.unit.outbox.cancel(delivery.id, context.now)
        return None
    return started


def _not_yet(context: Context, suggestion: Suggestion) -> datetime | None:
    """When to look again, if the post may not go out at this moment; None: it may."""
    if suggestion.digest and suggestion.decision is None:
        return _out_of_the_night(context, suggestion)
    if suggestion.urgent or suggestion.due_at is None:
        return None
    if suggestion.due_at > context.now:
        return suggestion.due_at
    mine = Planned(suggestion.number, suggestion.due_at)
    if slots.due([mine], _went_out(context), context.desk.plan, context.now) is not None:
        return None
    replan_after_gap(context, even=suggestion.number)
    moved = context.unit.suggestions.get(suggestion.number)
    if moved is None or moved.due_at is None or moved.due_at <= context.now:
        return context.now + _LATER
    return moved.due_at


def _out_of_the_night(context: Context, made: Suggestion) -> datetime | None:
    """A digest goes out at its own time whatever the plan says; one that is late does not go out at night."""
    rules = context.desk.plan
    late = made.due_at is not None and context.now - made.due_at > GRACE
    if not late or rules.quiet is None or not rules.is_quiet(context.now):
        return None
    return rules.quiet.end_after(context.now, rules.zone)


def _went_out(context: Context) -> list[datetime]:
    """When posts of the last days went out or are just going out."""
    unit = context.unit.suggestions
    in_hand = [one.updated_at for one in unit.by_status(Status.PUBLISHING, 50) if not one.urgent]
    return sorted([*in_hand, *_published_by_plan(context)])


def _published_by_plan(context: Context) -> list[datetime]:
    """Posts that went out at once, or by hand, take nothing away from the plan."""
    rules, unit = context.desk.plan, context.unit.suggestions
    if not rules.min_gap and not rules.daily_limit:
        return []
    owner = context.desk.owner_id
    posts = (unit.by_published(owner, post) for post in unit.published_ids(owner, context.now - _SINCE))
    return [
        post.published_at
        for post in posts
        if post is not None and post.published_at is not None and not post.urgent and post.proof != "by_hand"
    ]


# ------------------------------------------------------------------------------------- when the plan was missed


def has_missed(context: Context) -> bool:
    """Whether a planned post is overdue although nothing stands in its way. Reads only; cheap when none is."""
    due = context.unit.suggestions.next_due_at()
    if due is None or due >= context.now - GRACE or _held_up(context):
        return False
    return any(_missed(context, one) for one in context.unit.suggestions.scheduled())


def _held_up(context: Context) -> bool:
    """Whether publications wait for a person: then the plan is repaired when they go on."""
    return context.paused() is not None or bool({"vk_wall", "key"} & alarms.known(context.unit).keys())


def _missed(context: Context, suggestion: Suggestion) -> bool:
    overdue = suggestion.due_at is not None and suggestion.due_at < context.now - GRACE
    if not overdue or suggestion.urgent:
        return False
    row = changes.publication_row(context, suggestion.number)
    return row is None or (row.state is State.WAITING and row.attempts == 0)


def replan_after_gap(context: Context, *, even: int | None = None) -> dict[int, datetime]:
    """Move what was missed: the oldest first, a gap apart, outside the quiet hours. Returns the new moments.

    What failed and waits for its next try keeps that time; ``even``: this one is moved all the same.
    """
    if context.paused() is not None or (even is None and _held_up(context)):
        return {}
    context.unit.suggestions.lock_plan()
    scheduled = context.unit.suggestions.scheduled()
    planned = [
        Planned(one.number, _stands_at(context, one, even), one.urgent)
        for one in scheduled
        if one.due_at is not None
    ]
    moves = slots.replan(context.desk.plan, planned, _went_out(context), context.now)
    return move_all(context, {one.number: one for one in scheduled}, moves)


def _stands_at(context: Context, suggestion: Suggestion, even: int | None) -> datetime:
    assert suggestion.due_at is not None
    if suggestion.number == even or suggestion.due_at > context.now:
        return suggestion.due_at
    row = changes.publication_row(context, suggestion.number)
    tried = row is not None and row.state is State.WAITING and row.attempts > 0
    return max(suggestion.due_at, row.due_at) if row is not None and tried else suggestion.due_at


def move_all(
    context: Context, known: Mapping[int, Suggestion], moves: Mapping[int, datetime]
) -> dict[int, datetime]:
    """Give posts their new moments, the latest first so that no two ever share one; tell those concerned."""
    moved: dict[int, datetime] = {}
    told: list[tuple[int, str]] = []
    for number, due_at in sorted(moves.items(), key=lambda move: move[1], reverse=True):
        before = known[number]
        if not move(context, before, due_at):
            continue
        moved[number] = due_at
        if before.due_at is None or abs(due_at - before.due_at) > WORTH_TELLING:
            told.append((number, due_at.isoformat()))
    if told:
        told.sort(key=lambda line: line[1])
        more = len(told) - _MOST_LISTED
        changes.note(context, "moved", moves=told[:_MOST_LISTED], more=max(more, 0))
    return moved


def move(context: Context, before: Suggestion, due_at: datetime) -> bool:
    """Give one post its new moment; the author is told when it matters. One that would come too late runs out."""
    if before.expires_at is not None and due_at >= before.expires_at:
        return expire(context, before)
    after = advance(before, Action.MOVE, context.now, due_at=due_at)
    details: dict[str, Any] = {
        "from": before.due_at.isoformat() if before.due_at else None,
        "to": due_at.isoformat(),
    }
    if after is None or not changes.store(context, before, after, str(Action.MOVE), details=details):
        return False
    row = changes.publication_row(context, before.number)
    if row is None:
        changes.plan_publication(context, before.number, due_at)
    elif row.state is State.WAITING:
        context.unit.outbox.move(before.number, "publish", due_at)
    if before.due_at is None or abs(due_at - before.due_at) > WORTH_TELLING:
        letters.write(context, after, "moved", due_at=due_at)
    untrue = warnings.untrue_word(context, after)
    if untrue and not warnings.untrue_word(context, before):
        changes.note(context, "untrue", before.number, said=untrue)
    return True


# -------------------------------------------------------------------------------------- what is of no use any more


def is_over(context: Context) -> bool:
    """Whether a planned post is of no use, or a return was answered by nobody. Reads only; one look at an index."""
    at = context.unit.suggestions.next_over_at()
    return at is not None and at <= context.now


def expire_what_is_over(context: Context) -> int:
    """Take posts out of the plan whose own deadline has passed, close returns that nobody answered. How many."""
    return sum(expire(context, one) for one in context.unit.suggestions.over(context.now))


def expire(context: Context, suggestion: Suggestion) -> bool:
    """The deadline in the text is over: out of the plan, the author and the desk are told.

    What was returned and never answered is closed in the same way; the desk reads that on the card.
    """
    unanswered = suggestion.status is Status.RETURNED
    after = advance(suggestion, Action.EXPIRE, context.now, trouble="unanswered" if unanswered else None)
    until = suggestion.expires_at.isoformat() if suggestion.expires_at else None
    if after is None or not changes.store(context, suggestion, after, str(Action.EXPIRE), details={"until": until}):
        return False
    if unanswered:
        letters.write(context, after, "lapsed")
        return True
    changes.unplan_publication(context, suggestion.number)
    letters.write(context, after, "expired")
    changes.note(context, "expired", suggestion.number)
    return True


# ------------------------------------------------------------------------------------------- by hand, and back


def hand_over(context: Context) -> None:
    """Only a person can publish now: a post that is due does not wait for the key's next try."""
    for one in context.unit.suggestions.scheduled():
        if one.due_at is not None and one.due_at <= context.now:
            context.unit.outbox.move(one.number, "publish", context.now)


def take_back(context: Context) -> int:
    """The desk can publish again: what moderators were asked to publish by hand is planned anew. How many."""
    unit = context.unit.suggestions
    waiting = [one for one in unit.by_status(Status.FAILED, 500) if one.trouble == "by_hand"]
    if not waiting:
        return 0
    unit.lock_plan()
    taken = _went_out(context)
    others = [Planned(one.number, one.due_at, one.urgent) for one in unit.scheduled() if one.due_at]
    again = [Planned(one.number, min(one.due_at or context.now, context.now - 2 * GRACE)) for one in waiting]
    moves = slots.replan(context.desk.plan, [*others, *again], taken, context.now)
    known = {one.number: one for one in (*waiting, *unit.scheduled())}
    for one in again:
        moves.setdefault(one.number, context.now)
    return len(move_all(context, known, moves))


# ------------------------------------------------------------------------------------------------------- pause


def pause(context: Context, by: int) -> None:
    """Freeze the plan: what has not left stays."""
    context.unit.settings.set("paused", {"by": by, "at": context.now.isoformat()}, context.now)
    context.unit.journal.add(context.now, None, by, "pause")
    for suggestion in context.unit.suggestions.scheduled():
        changes.unplan_publication(context, suggestion.number)


def resume(context: Context, by: int) -> int:
    """Let publications go on, planned anew after a pause; the couriers try again at once. How many are planned."""
    unit = context.unit
    was_paused = context.paused() is not None
    unit.settings.delete("paused")
    unit.settings.set("resume_asked", context.now.isoformat(), context.now)
    unit.journal.add(context.now, None, by, "resume")
    scheduled = unit.suggestions.scheduled()
    if was_paused:
        for suggestion in scheduled:
            if suggestion.due_at is not None:
                changes.plan_publication(context, suggestion.number, suggestion.due_at)
        replan_after_gap(context)
    return len(scheduled)
