"""What follows from a delivery's outcome: the row is settled, and the world is told.

When an event settled the row first, nothing is done a second time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from editorial.delivery import Delivery, NewDelivery, Outcome, Refused, RetryLater, Sent, State, Verdict, after
from editorial.lifecycle import Action, advance
from editorial.suggestion import Status, Suggestion
from handlers import (
    alarms,
    burst,
    changes,
    copy_outcomes,
    duplicates,
    joint,
    letters,
    overview,
    own_posts,
    passport,
    removal,
    suggest,
)
from handlers.context import Context
from handlers.events import WallPublished, WallSuggested

#: A post is read back so long after it went out, unless its event has proved it by then.
READ_BACK: Final = timedelta(seconds=5)
#: A post by the community's own key is proved by its event alone; one that shows none for so long is looked at by a
#: person, unless an editor's key can read it by then.
EVENT_LATE: Final = timedelta(minutes=2)
#: Messages that are changed where they stand.
_IN_PLACE: Final = frozenset({"card", "burst", changes.RETIRED})
#: Reasons for which a card that could not be edited is sent anew.
_LOST_CARD: Final = frozenset({"edit_window_over", "message_gone", "edit_refused", "not_found"})


def apply(context: Context, delivery: Delivery, outcome: Outcome) -> bool:
    """Record the outcome and do what follows. False: the delivery was settled already."""
    at_fault = isinstance(outcome, RetryLater) and outcome.counts and delivery.attempts > 1
    spared = context.unit.outbox.spared(delivery.id) if at_fault else 0
    verdict = after(delivery, outcome, context.now, spared)
    match delivery.kind:
        case "publish":
            return _publish(context, delivery, outcome, verdict)
        case "verify":
            return _verify(context, delivery, outcome, verdict)
        case "card":
            return _card(context, delivery, outcome, verdict)
        case "letter":
            return _letter(context, delivery, outcome, verdict)
        case "passport":
            return _passport(context, delivery, outcome, verdict)
        case "preview" | "unsent" | "figures" | "ask":
            return _aside(context, delivery, verdict)
        case overview.KIND | overview.PIN:
            return _overview(context, delivery, outcome, verdict)
        case changes.RETIRED if isinstance(outcome, Refused) and outcome.reason in _LOST_CARD:
            verdict = Verdict(State.SENT)  # VK lets nobody change it any more, or it is gone
        case "burst":
            return _burst(context, delivery, outcome, verdict)
        case "look":
            return _look(context, delivery, outcome, verdict)
        case "post" | "edit" | "remove":
            return _copy(context, delivery, verdict)
        case "note" if verdict.state is State.HELD:  # a manager who takes no letters; later it would be old news
            verdict = Verdict(State.REFUSED, error=verdict.error, code=verdict.code)
        case "edit_post" | "delete_post":
            return _on_vk(context, delivery, outcome, verdict)
    return record(context, delivery, verdict)


def record(context: Context, delivery: Delivery, verdict: Verdict) -> bool:
    """Put the delivery where the verdict says. False: it was not in hand any more."""
    outbox, now = context.unit.outbox, context.now
    match verdict.state:
        case State.SENT:
            return outbox.sent(delivery.id, verdict.result, now)
        case State.WAITING:
            assert verdict.due_at is not None
            error, in_place = verdict.error or "", delivery.kind in _IN_PLACE
            code, spared = verdict.code, verdict.spared
            return outbox.retry(delivery.id, verdict.due_at, error, code, now, in_place=in_place, spared=spared)
        case State.REFUSED:
            return outbox.refused(delivery.id, verdict.error or "", verdict.code, now)
        case State.UNCERTAIN:
            return outbox.uncertain(delivery.id, verdict.error or "", now)
        case State.HELD:
            return outbox.held(delivery.id, verdict.error or "", now)
        case other:
            raise ValueError(f"a delivery does not become {other}")


def undecidable(context: Context, delivery: Delivery) -> bool:
    """Reading could not tell whether the post is out: people are asked, once."""
    if delivery.kind == "post":
        return copy_outcomes.ask(context, delivery)
    suggestion = context.unit.suggestions.get(delivery.number or 0)
    if delivery.kind != "publish" or suggestion is None or suggestion.status is not Status.PUBLISHING:
        return False
    if delivery.state is State.SENDING:
        context.unit.outbox.uncertain(delivery.id, "interrupted", context.now)
    if changes.people_asked(context, suggestion):
        return False
    changes.ask_people(context, suggestion.number)
    changes.refresh_card(context, suggestion.number)
    changes.note(context, "undecidable", suggestion.number)
    context.unit.journal.add(
        context.now, suggestion.number, None, "asked", str(suggestion.status), str(suggestion.status)
    )
    return True


# ------------------------------------------------------------------------------------------------- publications


def _publish(context: Context, delivery: Delivery, outcome: Outcome, verdict: Verdict) -> bool:
    if verdict.state is State.HELD:  # nobody is coming for a post: it failed
        verdict = Verdict(State.REFUSED, error=verdict.error, code=verdict.code)
    if not record(context, delivery, verdict):
        return False
    suggestion = context.unit.suggestions.get(delivery.number or 0)
    if suggestion is None:
        return True
    match verdict.state:
        case State.SENT:
            _came_out(context, suggestion, verdict)
        case State.WAITING:
            _try_later(context, suggestion, verdict)
        case State.UNCERTAIN:
            changes.refresh_card(context, suggestion.number)
        case State.REFUSED:
            _refused(context, suggestion, delivery, outcome, verdict.error or "refused")
    return True


def _came_out(context: Context, suggestion: Suggestion, verdict: Verdict) -> None:
    result = verdict.result or {}
    post_id, beside = int(result["post_id"]), bool(result.get("new"))
    proof = "by_hand" if result.get("by_hand") else None
    if not suggest.came_out(context, suggestion, post_id, proof=proof, beside=beside):
        return
    if proof is None:  # the key that made a new post cannot read it back: its event is waited for
        _read_back(context, suggestion, post_id, EVENT_LATE if beside else READ_BACK)


def _read_back(context: Context, suggestion: Suggestion, post_id: int, wait: timedelta) -> None:
    wall, number = f"wall:{suggestion.number}", suggestion.number
    read = NewDelivery(changes.WALL, wall, "verify", number, {"post_id": post_id}, context.now + wait)
    context.unit.outbox.add(read, context.now)


def _try_later(context: Context, suggestion: Suggestion, verdict: Verdict) -> None:
    """Nothing went out: the post waits in the plan again, where it can still be undone."""
    reason = verdict.error if verdict.error in alarms.ALARMING else suggestion.trouble
    back = advance(suggestion, Action.MOVE, context.now, due_at=suggestion.due_at, trouble=reason)
    if back is not None and suggestion.status is Status.PUBLISHING:
        changes.store(context, suggestion, back, str(Action.MOVE), details={"why": verdict.error})


def _refused(context: Context, suggestion: Suggestion, delivery: Delivery, outcome: Outcome, reason: str) -> None:
    found = outcome.found if isinstance(outcome, Refused) else None
    if reason == "changed" and isinstance(found, WallSuggested):
        suggest.author_edited(context, suggestion, found.content)
    elif reason == "piece_changed" and isinstance(found, joint.PieceSeen):
        _piece_changed(context, suggestion, found)
    elif reason == "gone":
        suggest.vanished(context, suggestion)
    elif reason == "postponed" and isinstance(found, WallPublished):
        suggest.postponed(context, suggestion, found)
    else:
        _failed(context, suggestion, reason, beside=delivery.payload.get("mode") == "community")


def _piece_changed(context: Context, lead: Suggestion, found: joint.PieceSeen) -> None:
    """Nothing went out: the piece was changed on VK since, and its post waits for a decision without it."""
    back = advance(lead, Action.MOVE, context.now, due_at=lead.due_at)
    piece = context.unit.suggestions.get(found.number)
    if back is None or not changes.store(context, lead, back, str(Action.MOVE), details={"why": "piece_changed"}):
        return
    if piece is None or piece.status is not Status.MERGED:
        pass
    elif isinstance(found.record, WallSuggested):
        suggest.author_edited(context, piece, found.record.content)
    elif isinstance(found.record, WallPublished):
        suggest.hand_published(context, piece, found.record)
    else:
        suggest.vanished(context, piece)
    left = context.unit.suggestions.get(lead.number)
    if left is not None and left.status is Status.SCHEDULED:  # it must not wait in the plan for nothing
        joint.again(context, left, found.number, "gone")


def _failed(context: Context, suggestion: Suggestion, reason: str, *, beside: bool = False) -> None:
    failed = advance(suggestion, Action.FAIL, context.now, trouble=reason)
    if failed is None or not changes.store(context, suggestion, failed, str(Action.FAIL), details={"why": reason}):
        return
    word = "failed" if reason != "by_hand" else "new_refused" if beside else "by_hand"
    changes.note(context, word, suggestion.number, reason=reason)


def _verify(context: Context, delivery: Delivery, outcome: Outcome, verdict: Verdict) -> bool:
    seen = outcome.result.get("post") if isinstance(outcome, Sent) else None
    if isinstance(seen, WallPublished):
        verdict = Verdict(State.SENT, result={"post_id": seen.post_id})
    if not record(context, delivery, verdict):
        return False
    suggestion = context.unit.suggestions.get(delivery.number or 0)
    if suggestion is None:
        return True
    if isinstance(seen, WallPublished):
        suggest.prove(context, suggestion, seen)
    elif verdict.state is State.REFUSED and suggestion.proof is None and suggestion.trouble is None:
        lacks = "not_found" if verdict.error == "post_not_found" else suggest.UNSEEN
        after_look = advance(suggestion, Action.PROVE, context.now, trouble=f"missing:{lacks}")
        if after_look is not None:
            changes.store(context, suggestion, after_look, "checked", details={"trouble": lacks})
    return True


# ------------------------------------------------------------------------------------------------ other networks


def _copy(context: Context, delivery: Delivery, verdict: Verdict) -> bool:
    if verdict.state is State.HELD:  # a network has no recipient who could be waited for
        verdict = Verdict(State.REFUSED, error=verdict.error, code=verdict.code)
    if not record(context, delivery, verdict):
        return False
    copy_outcomes.settled(context, delivery, verdict)
    return True


def _on_vk(context: Context, delivery: Delivery, outcome: Outcome, verdict: Verdict) -> bool:
    seen = outcome.result.get("post") if isinstance(outcome, Sent) else None
    if isinstance(seen, WallPublished):
        verdict = Verdict(State.SENT, result={"post_id": seen.post_id})
    if verdict.state is State.HELD:
        verdict = Verdict(State.REFUSED, error=verdict.error, code=verdict.code)
    if not record(context, delivery, verdict):
        return False
    content = seen.content if isinstance(seen, WallPublished) else None
    own_posts.settled_on_vk(context, delivery, verdict, content)
    if delivery.kind == "delete_post":
        removal.settled(context, delivery, verdict)
    return True


# ----------------------------------------------------------------------------------------------------- messages


def _card(context: Context, delivery: Delivery, outcome: Outcome, verdict: Verdict) -> bool:
    if not record(context, delivery, verdict):
        return False
    number = delivery.number or 0
    card = context.unit.cards.get(number)
    if isinstance(outcome, Sent):
        result = outcome.result
        peer_id, cmid = int(result.get("peer_id") or 0), result.get("cmid")
        # What answers a second attempt may be the first one's message, as it was then.
        digest = result.get("digest") if delivery.attempts == 1 else None
        if card is not None and card.cmid == cmid and list(card.parts) == list(result.get("parts", ())):
            context.unit.cards.shown(number, digest, context.now)
        elif cmid:
            context.unit.cards.placed(number, peer_id, int(cmid), result.get("parts", ()), context.now, digest)
            if card is not None and card.cmid != cmid:
                changes.retire_card(context, card)
    elif isinstance(outcome, Refused) and outcome.reason in _LOST_CARD and card is not None and card.cmid:
        view = card.view
        context.unit.cards.forget(number)
        if view:
            context.unit.cards.view(number, view, context.now)
        changes.show_card(context, number)
    return True


def _given_up(verdict: Verdict) -> Verdict:
    """What was worth saying at its moment only is not kept for a person who cannot be written to."""
    if verdict.state is not State.HELD:
        return verdict
    return Verdict(State.REFUSED, error=verdict.error, code=verdict.code)


def _passport(context: Context, delivery: Delivery, outcome: Outcome, verdict: Verdict) -> bool:
    if not record(context, delivery, _given_up(verdict)):
        return False
    number = delivery.number or 0
    if isinstance(outcome, Sent):
        context.unit.passports.shown(number, outcome.result.get("digest"))
    elif isinstance(outcome, Refused) and outcome.reason in _LOST_CARD:
        context.unit.passports.forget(number)  # its outcomes are letters of their own
    return True


def _letter(context: Context, delivery: Delivery, outcome: Outcome, verdict: Verdict) -> bool:
    if not record(context, delivery, verdict):
        return False
    _place_passport(context, delivery, outcome)
    vk_id = int(delivery.destination.partition(":")[2])
    author = context.unit.authors.get(vk_id)
    if author is None:
        return True
    if verdict.state is State.SENT and author.reachable is not True:
        context.unit.authors.reachable(vk_id, context.now, yes=True)
    elif verdict.state is State.HELD:
        _unreachable(context, vk_id, verdict.error or "unreachable")
        if delivery.number is not None:
            changes.refresh_card(context, delivery.number)
        _keep_apart(context, delivery)
    return True


def _aside(context: Context, delivery: Delivery, verdict: Verdict) -> bool:
    """A question or a word beside the letters: it is not kept, but that nobody can be written to is known now."""
    if not record(context, delivery, _given_up(verdict)):
        return False
    vk_id = int(delivery.destination.partition(":")[2] or 0)
    if verdict.state is State.HELD and context.unit.authors.get(vk_id) is not None:
        _unreachable(context, vk_id, verdict.error or "unreachable")
    return True


def _unreachable(context: Context, vk_id: int, why: str) -> None:
    """The person does something first; until then nothing more is tried."""
    context.unit.authors.reachable(vk_id, context.now, yes=False, why=why)
    letters.keep_all(context, vk_id, why)


def _place_passport(context: Context, delivery: Delivery, outcome: Outcome) -> None:
    """The receipt is the beginning of the live message; once that is too old, the next letter takes its place."""
    number, letter = delivery.number, str(delivery.payload.get("letter"))
    if not isinstance(outcome, Sent) or number is None:
        return
    cmid, peer_id = outcome.result.get("cmid"), outcome.result.get("peer_id")
    if len(delivery.payload.get("numbers") or ()) > 1:  # it tells of other news besides, which has to stay
        return
    if not cmid or not peer_id or not (letter == "received" or _is_the_next(context, number, letter)):
        return
    context.unit.passports.placed(number, int(peer_id), int(cmid), None, context.now)
    suggestion = context.unit.suggestions.get(number)
    if letter == "received" and suggestion is not None and suggestion.version > 1:
        changes.refresh_passport(context, number)


def _is_the_next(context: Context, number: int, letter: str) -> bool:
    known = context.unit.passports.get(number)
    return letter in passport.GOES_ON and (known is None or context.now - known.sent_at > passport.EDITABLE)


def _keep_apart(context: Context, delivery: Delivery) -> None:
    """A summary that did not arrive is kept under one of its news items, where it is found again."""
    numbers = delivery.payload.get("numbers") or ()
    for number in numbers:
        suggestion = context.unit.suggestions.get(int(number))
        if suggestion is not None:
            context.unit.outbox.cancel(delivery.id, context.now)
            letters.write(context, suggestion, "summary", numbers=list(numbers))
            return


def _overview(context: Context, delivery: Delivery, outcome: Outcome, verdict: Verdict) -> bool:
    if not record(context, delivery, verdict):
        return False
    if delivery.kind == overview.PIN:
        if isinstance(outcome, Refused):
            overview.cannot_pin(context)
    elif isinstance(outcome, Sent) and outcome.result.get("cmid"):
        result = outcome.result
        overview.placed(context, int(result.get("peer_id") or 0), int(result["cmid"]), result.get("digest"))
    elif isinstance(outcome, Refused) and outcome.reason in _LOST_CARD:
        overview.lost(context)
    return True


def _burst(context: Context, delivery: Delivery, outcome: Outcome, verdict: Verdict) -> bool:
    if not record(context, delivery, verdict):
        return False
    if isinstance(outcome, Sent) and outcome.result.get("cmid"):
        burst.placed(context, int(outcome.result.get("peer_id") or 0), int(outcome.result["cmid"]))
    elif isinstance(outcome, Refused):
        in_chat = burst.line_in_chat(context) is not None
        burst.lost(context)
        if in_chat and outcome.reason in _LOST_CARD:
            burst.tell(context)
    return True


# ------------------------------------------------------------------------------------------------------- pictures


def _look(context: Context, delivery: Delivery, outcome: Outcome, verdict: Verdict) -> bool:
    """Pictures that cannot be had are no trouble: the moderators see them on the card."""
    if not record(context, delivery, verdict):
        return False
    number = delivery.number or 0
    if isinstance(outcome, Sent) and duplicates.seen(context, number, outcome.result.get("marks", ())):
        changes.refresh_card(context, number)
    return True
