"""What follows for a copy in another network from what became of a delivery, and from what people say of it.

::

    sent ──▶ out, and up to date once more when the post changed meanwhile
    refused ──▶ refused, its later parts with it │ an edit, a removal: to do by hand
    nobody knows ──▶ asked ──«Вышло»──▶ out │ ──«Повторить»──▶ waiting

When copies are sent, changed and taken back is decided in ``crosspost``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from editorial.delivery import Delivery, State, Verdict
from editorial.networks import CopyState, Network, NetworkCopy, PostState, next_reach
from handlers import changes, crosspost
from handlers.context import Context

#: Why a part is not sent: the one before it failed.
EARLIER_PART: Final = "earlier_part"
#: Refusals that say: the network does not allow it, a person has to.
FORBIDS: Final = frozenset({"cannot_edit", "cannot_remove"})


def settled(context: Context, delivery: Delivery, verdict: Verdict) -> None:
    """What follows from the outcome of a delivery to a network, once it is recorded."""
    key, part = str(delivery.payload.get("network")), int(delivery.payload.get("part", 0))
    copy = next(
        (one for one in context.unit.copies.of(delivery.number or 0) if (one.network, one.part) == (key, part)),
        None,
    )
    if copy is None:
        return
    match verdict.state:
        case State.SENT:
            _succeeded(context, delivery, copy, verdict.result or {})
        case State.REFUSED:
            _refused(context, delivery, copy, verdict.error or "refused")
        case State.WAITING:
            if copy.error == verdict.error and copy.state is CopyState.WAITING and copy.doing != "look":
                return  # nothing new to show
            state = CopyState.WAITING if delivery.kind == "post" else copy.state
            doing = None if delivery.kind == "post" else copy.doing
            context.unit.copies.put(replace(copy, state=state, error=verdict.error, doing=doing), context.now)
        case State.UNCERTAIN if delivery.kind == "post":
            context.unit.copies.put(replace(copy, doing="look", error=verdict.error), context.now)
        case _:
            return
    changes.refresh_cards_of_post(context, copy.number)


def _succeeded(context: Context, delivery: Delivery, copy: NetworkCopy, result: Mapping[str, Any]) -> None:
    if delivery.kind == "remove":
        gone = replace(copy, state=CopyState.REMOVED, removed_at=context.now, next_reach=None)
        context.unit.copies.put(replace(gone, doing=None, todo=None, error=None, said=None), context.now)
        return
    after = _standing(copy, result, context.now)
    if delivery.kind == "edit":
        after = replace(after, sent_at=copy.sent_at, edited_at=context.now)
    if copy.todo == crosspost.DECIDE:
        after = replace(after, todo=crosspost.DECIDE)
    context.unit.copies.put(after, context.now)
    _follow_up(context, after)


def _standing(copy: NetworkCopy, result: Mapping[str, Any], now: datetime) -> NetworkCopy:
    ids = tuple(str(one) for one in result.get("ids") or ()) or copy.ids
    said = copy.said or {}
    return replace(
        copy,
        state=CopyState.OUT,
        ids=ids,
        link=result.get("link") or copy.link,
        result={**copy.result, **result},
        digest=said.get("digest") or copy.digest,
        notes=tuple(result.get("notes") or ()) if "notes" in result else copy.notes,
        sent_at=now,
        next_reach=next_reach(now, now) if copy.part == 0 and ids else copy.next_reach,
        doing=None,
        todo=None,
        error=None,
        said=None,
    )


def _follow_up(context: Context, copy: NetworkCopy) -> None:
    """The post may have changed while this was under way; and the next parts may wait for it."""
    suggestion = context.unit.suggestions.get(copy.number)
    post = context.unit.posts.get(copy.number)
    found = crosspost.network(context, copy.network)
    if suggestion is None or post is None or found is None:
        return
    if post.state is PostState.GONE:
        if copy.todo != crosspost.DECIDE:
            crosspost.take_out(context, found, copy)
        return
    crosspost.bring_up_to_date_in(context, found, suggestion, post)
    _resume_parts(context, found, copy.number)


def _resume_parts(context: Context, network: Network, number: int) -> None:
    """Parts that were taken out of the outbox while an earlier one was in doubt are queued again."""
    for copy in crosspost.by_network(context.unit.copies.of(number)).get(network.key, ()):
        if copy.state is CopyState.WAITING and copy.delivery is None:
            crosspost.send(context, network, copy)


def _refused(context: Context, delivery: Delivery, copy: NetworkCopy, reason: str) -> None:
    if reason == "gone" and delivery.kind == "edit":  # somebody deleted it there
        gone = replace(copy, state=CopyState.REMOVED, doing=None, error=reason, said=None, removed_at=context.now)
        context.unit.copies.put(replace(gone, next_reach=None), context.now)
        return
    if delivery.kind in ("edit", "remove"):
        error = None if reason in FORBIDS else reason
        context.unit.copies.put(replace(copy, doing=None, todo=delivery.kind, error=error, said=None), context.now)
        return
    context.unit.copies.put(
        replace(copy, state=CopyState.REFUSED, error=reason, doing=None, said=None), context.now
    )
    for later in _later_parts(context, copy):
        crosspost.call_off(context, later)
        cancelled = replace(later, state=CopyState.CANCELLED, error=EARLIER_PART, delivery=None)
        context.unit.copies.put(cancelled, context.now)
    changes.note(context, "copy_refused", copy.number, network=copy.network, reason=reason)


def _later_parts(context: Context, copy: NetworkCopy) -> list[NetworkCopy]:
    parts = crosspost.by_network(context.unit.copies.of(copy.number)).get(copy.network, [])
    return [one for one in parts if one.part > copy.part and one.state is CopyState.WAITING]


# ----------------------------------------------------------------------------------------------- what people settle


def ask(context: Context, delivery: Delivery) -> bool:
    """Reading could not tell whether a part arrived: people are asked, once; what is behind it goes on."""
    copy = _in_network(context, delivery.number or 0, str(delivery.payload.get("network")), delivery.id)
    if delivery.kind != "post" or copy is None or copy.state is not CopyState.WAITING:
        return False
    context.unit.outbox.ask(delivery.id, context.now)
    context.unit.copies.put(replace(copy, state=CopyState.ASKED, doing=None), context.now)
    for later in _later_parts(context, copy):
        crosspost.call_off(context, later)
        context.unit.copies.put(replace(later, delivery=None), context.now)
    changes.refresh_cards_of_post(context, copy.number)
    changes.note(context, "copy_asked", copy.number, network=copy.network)
    context.unit.journal.add(context.now, copy.number, None, "asked", details={"network": copy.network})
    return True


def _in_network(context: Context, number: int, key: str, delivery: int) -> NetworkCopy | None:
    parts = crosspost.by_network(context.unit.copies.of(number)).get(key, [])
    return next((copy for copy in parts if copy.delivery == delivery), None)


def confirm(context: Context, number: int, key: str) -> bool:
    """A person saw the part that was asked about in its network. False: nothing was asked."""
    copy = _asked(context, number, key)
    if copy is None:
        return False
    context.unit.outbox.sent(copy.delivery or 0, {"by_hand": True}, context.now)
    after = _standing(copy, {"by_hand": True}, context.now)
    if copy.todo in ("remove", crosspost.DECIDE):
        after = replace(after, todo=copy.todo)
    context.unit.copies.put(after, context.now)
    if after.todo is None:
        _follow_up(context, after)
    return True


def repeat(context: Context, number: int, key: str) -> bool:
    """Send what failed, or what a person says did not arrive, and nothing else. False: there is no such part."""
    found = crosspost.network(context, key)
    parts = crosspost.by_network(context.unit.copies.of(number)).get(key, [])
    post = context.unit.posts.get(number)
    if found is None or post is None:
        return False
    if _change_again(context, found, parts):
        return True
    failed = [one for one in parts if one.state in (CopyState.REFUSED, CopyState.ASKED)]
    if not failed or post.state is PostState.GONE:
        return False
    asked_since = None
    if failed[0].state is CopyState.ASKED:
        row = context.unit.outbox.get(failed[0].delivery or 0)
        if row is not None:
            asked_since = crosspost.asked_since(row) or row.sending_at or row.created_at
        context.unit.outbox.refused(failed[0].delivery or 0, "repeated", None, context.now)
    for copy in parts:
        behind = copy.part > failed[0].part and (copy.error == EARLIER_PART or copy.delivery is None)
        if copy == failed[0]:
            crosspost.send(context, found, copy, asked_since=asked_since)
        elif behind and copy.state in (CopyState.CANCELLED, CopyState.WAITING):
            crosspost.send(context, found, copy)
    return True


def may_change_again(copy: NetworkCopy) -> bool:
    """Whether an edit or removal failed for a reason that may have passed."""
    return copy.todo in ("edit", "remove") and copy.error is not None


def _change_again(context: Context, network: Network, parts: Iterable[NetworkCopy]) -> bool:
    failed = [one for one in parts if may_change_again(one)]
    for copy in failed:
        again = replace(copy, todo=None, error=None)
        if copy.todo == "edit":
            crosspost.edit(context, network, again)
        else:
            crosspost.take_out(context, network, again)
    return bool(failed)


def _asked(context: Context, number: int, key: str) -> NetworkCopy | None:
    parts = crosspost.by_network(context.unit.copies.of(number)).get(key, [])
    return next((copy for copy in parts if copy.state is CopyState.ASKED), None)
