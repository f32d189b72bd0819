"""Who looks at which card, and whose signature stands on it.

The first touch of a card that decides nothing yet (a menu, «Правка») claims it for some minutes; somebody else
takes it over by pressing twice.  A claim ends by itself: whether it holds is computed from the moment.  Where two
people have to approve, the first press is a signature and the second one, by another person, decides.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from editorial import rubrics
from editorial.errors import Claimed, FirstSignature, SignedAlready
from editorial.lifecycle import Action
from editorial.suggestion import Suggestion
from handlers import changes, warnings
from handlers.context import Context
from handlers.person import Person
from storage.claims import Claim, Signature

#: A second press so long after the first one takes a card over.
TAKE_OVER: Final = timedelta(minutes=2)
#: Approvals for which two people may be needed.
SIGNED: Final = frozenset({Action.PUBLISH, Action.QUEUE, Action.PICK, Action.DIGEST})


def holding(context: Context, number: int) -> Claim | None:
    """The claim that holds now."""
    claim = context.unit.claims.get(number)
    return claim if claim is not None and context.now < claim.until else None


def respect(context: Context, person: Person, number: int) -> None:
    """Raises Claimed when somebody else looks at the card and this person has not insisted yet.

    The first press is remembered, the second one takes the card over.
    """
    claim = holding(context, number)
    if claim is None or claim.user_id == person.user_id:
        return
    insists = (
        claim.wanted_by == person.user_id
        and claim.wanted_at is not None
        and context.now - claim.wanted_at < TAKE_OVER
    )
    if insists:
        take(context, person, number)
        details = {"from": claim.user_id}
        context.unit.journal.add(context.now, number, person.user_id, "taken_over", None, None, details)
        return
    context.unit.claims.want(claim, person.user_id, context.now)
    raise Claimed(number, claim.user_id, claim.until)


def take(context: Context, person: Person, number: int) -> None:
    """The card is this person's for the time of the setting; the author sees that somebody looks, once."""
    untouched = context.unit.claims.get(number) is None
    context.unit.claims.take(number, person.user_id, context.now + context.desk.claim)
    if untouched:
        changes.refresh_passport(context, number)


# ----------------------------------------------------------------------------------------------- two signatures


def first_signature(context: Context, suggestion: Suggestion) -> Signature | None:
    """The signature that stands on this version of the suggestion."""
    found = context.unit.claims.signature(suggestion.number)
    return found if found is not None and found.version == suggestion.version else None


def needs_two(context: Context, suggestion: Suggestion) -> bool:
    """Whether two people have to approve, by the setting."""
    wanted = context.desk.four_eyes
    if not wanted or suggestion.digest:
        return False
    if rubrics.RED_WARNINGS in wanted and any(warn.is_red for warn in warnings.of(context, suggestion)):
        return True
    rubric = rubrics.of(suggestion)
    return rubric is not None and rubric.code in wanted


def both_sign(context: Context, person: Person, suggestion: Suggestion, action: Action) -> None:
    """Where two people are needed: write the first approval down.

    Raises:
        FirstSignature: this was the first one, nothing is decided yet.
        SignedAlready: the second one has to be another person's.
    """
    if action not in SIGNED or not needs_two(context, suggestion):
        return
    first = first_signature(context, suggestion)
    if first is None:
        context.unit.claims.sign(suggestion.number, suggestion.version, person.user_id, context.now)
        status = str(suggestion.status)
        details = {"action": str(action)}
        context.unit.journal.add(context.now, suggestion.number, person.user_id, "signed", status, status, details)
        changes.open_menu(context, suggestion.number, {})
        raise FirstSignature(suggestion.number)
    if first.user_id == person.user_id:
        changes.open_menu(context, suggestion.number, {})
        raise SignedAlready(suggestion.number)
