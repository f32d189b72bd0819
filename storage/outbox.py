"""Everything that leaves: letters, cards, edits, posts; a row each, from the decision to its outcome.

A row is claimed before the call and settled after it, and each step applies only if the row is still where the
caller left it.  What an outcome means and when to try again is decided by the courier.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Text,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)

from editorial.delivery import FINISHED, Delivery, NewDelivery, State
from storage import schema
from storage.columns import spelled
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery and how it ended: sent, retry, refused, uncertain or held."""

    delivery_id: int
    number_of: int
    at: datetime
    outcome: str
    error: str | None


#: How an attempt ended that does not count against its delivery.
_SPARED: Final = "spared"

_table = schema.outbox
_attempts = schema.attempts
_earlier = schema.outbox.alias("earlier")

_WAITING = spelled("outbox.state = 'waiting'")
_HELD = spelled("outbox.state = 'held'")
_STOPPED = spelled("outbox.state IN ('waiting', 'held')")
_OVER = _table.c.state.in_([str(state) for state in sorted(FINISHED)])
_UNSETTLED = spelled("outbox.state IN ('sending', 'uncertain')")
_UNSENT = spelled("outbox.state NOT IN ('sent', 'cancelled')")
_EARLIER_OPEN = spelled("earlier.state IN ('waiting', 'sending', 'uncertain')")
_EARLIER_ASKED = spelled("(earlier.state = 'uncertain' AND earlier.error = 'asked')")
_EARLIER_NOT_AHEAD = spelled("(earlier.state = 'waiting' AND earlier.attempts = 0)")

_overtakes = exists(
    select(_earlier.c.id).where(
        _earlier.c.target == _table.c.target,
        _earlier.c.destination == _table.c.destination,
        _earlier.c.id < _table.c.id,
        _EARLIER_OPEN,
        ~_EARLIER_ASKED,
        or_(~_EARLIER_NOT_AHEAD, _earlier.c.due_at <= bindparam("now")),
    )
)
_claimable = (
    select(_table)
    .where(
        _WAITING,
        _table.c.target == bindparam("by_target"),
        _table.c.due_at <= bindparam("now"),
        ~_overtakes,
    )
    .order_by(_table.c.due_at, _table.c.id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True, of=_table)
)
_claimable_elsewhere = _claimable.where(_table.c.destination.not_in(bindparam("excluded", expanding=True)))
_claim = (
    update(_table)
    .where(_table.c.id.in_(bindparam("claimed", expanding=True)))
    .values(state="sending", sending_at=bindparam("at"), attempts=_table.c.attempts + 1)
)
_get = select(_table).where(_table.c.id == bindparam("row"))
_same = (
    select(_table.c.id, _table.c.state, _table.c.attempts, _table.c.due_at)
    .where(_STOPPED, _table.c.dedupe == bindparam("mark"))
    .order_by(_table.c.state.desc(), _table.c.id)  # a waiting one before a held one
    .limit(1)
    .with_for_update()
)
_waiting_same = select(_table.c.id).where(
    _WAITING, _table.c.dedupe == bindparam("mark"), _table.c.id != bindparam("row")
)
_next_due = (
    select(_table.c.due_at)
    .where(_WAITING, _table.c.target == bindparam("by_target"))
    .order_by(_table.c.due_at)
    .limit(1)
)
_stranded = select(_table).where(_UNSETTLED, _table.c.target == bindparam("by_target")).order_by(_table.c.id)
_in_state = select(_table).where(_UNSENT, _table.c.state == bindparam("one")).order_by(_table.c.id)
_first_in_state = _in_state.limit(bindparam("count"))
_of_number = select(_table).where(_table.c.number == bindparam("about")).order_by(_table.c.id)
_counts = select(_table.c.state, func.count()).where(_UNSENT).group_by(_table.c.state)
_tries = select(_attempts).where(_attempts.c.outbox_id == bindparam("row")).order_by(_attempts.c.id)
_add_attempt = insert(_attempts)

ASKED = "asked"
"""Marks an uncertain delivery that people are asked about."""

_IN_HAND = (State.SENDING, State.UNCERTAIN)
_NOT_LEFT = (State.WAITING, State.HELD)


class Outbox:
    """The deliveries. Setters return False when the row was no longer in a state the step starts from."""

    def __init__(self, work: Work) -> None:
        self._work = work

    # -- putting in -----------------------------------------------------------------------------------------

    def add(self, new: NewDelivery, now: datetime) -> int:
        """Queue a delivery, due at once unless it says otherwise; one with ``hold`` is held from the start.

        Returns its id, or the id of the one not yet sent it was merged into.
        """
        merged = self._merged(new, now)
        if merged is not None:
            return merged
        row = {
            "target": new.target,
            "destination": new.destination,
            "created_at": now,
            "due_at": new.due_at or now,
            "dedupe": new.dedupe,
            **_contents(new),
        }
        added = self._work.written_row(insert(_table).values(row).returning(_table.c.id))
        return int(added.id)

    def _merged(self, new: NewDelivery, now: datetime) -> int | None:
        if new.dedupe is None:
            return None
        same = self._work.row(_same, {"mark": new.dedupe})
        if same is None:
            return None
        # One that failed before keeps its time: news about it is no reason to hurry the other side.
        waits_again = same.attempts > 0 and same.state == State.WAITING
        due_at = same.due_at if waits_again else new.due_at or now
        change = update(_table).where(_table.c.id == same.id)
        self._work.change(change.values(due_at=due_at, **_contents(new)))
        return int(same.id)

    # -- sending --------------------------------------------------------------------------------------------

    def claim(
        self, target: str, now: datetime, limit: int, exclude_destinations: Collection[str] = ()
    ) -> tuple[Delivery, ...]:
        """Mark what is due as being sent, the longest due first, and return it.

        At most one delivery for each destination: nothing is claimed while an earlier one of the same
        destination is due, being sent, uncertain or waiting to be tried again; one that people are asked about
        holds nothing up.
        """
        values: dict[str, Any] = {"by_target": target, "now": now, "count": limit}
        statement = _claimable
        if exclude_destinations:
            statement = _claimable_elsewhere
            values["excluded"] = list(exclude_destinations)
        found = self._work.rows(statement, values)
        if not found:
            return ()
        self._work.change(_claim, {"claimed": [row.id for row in found], "at": now})
        return tuple(_record(row, state=State.SENDING, sending_at=now, once_more=1) for row in found)

    def sent(self, id: int, result: Mapping[str, Any] | None, now: datetime) -> bool:
        """It left; ``result`` is what the platform answered."""
        kept = None if result is None else dict(result)
        values = {"state": "sent", "done_at": now, "result": kept, "error": None, "error_code": None}
        return self._step(id, _IN_HAND, values, "sent", None, now)

    def retry(
        self,
        id: int,
        due_at: datetime,
        error: str,
        code: str | int | None,
        now: datetime,
        *,
        in_place: bool = False,
        spared: bool = False,
    ) -> bool:
        """It did not leave; try again at ``due_at``. Gives way to a newer one with the same dedupe.

        ``spared``: the attempt does not count against it, see :meth:`spared`.
        ``in_place``: a message that can be changed later.  When it was in doubt it stays before the newer one and
        keeps its number: should the first attempt arrive after all, VK knows the second for a repetition.
        """
        delivery = self.get(id)
        if delivery is None:
            return False
        values = {"state": "waiting", "due_at": due_at, "error": error, "error_code": _code(code)}
        if self._superseded(delivery):
            if in_place and delivery.state is State.UNCERTAIN:
                values["dedupe"] = None
            else:
                values = {"state": "cancelled", "done_at": now, "error": error, "error_code": _code(code)}
        return self._step(id, _IN_HAND, values, _SPARED if spared else "retry", error, now)

    def spared(self, id: int) -> int:
        """How many of its attempts ended by no fault of its own."""
        count = select(func.count()).where(_attempts.c.outbox_id == id, _attempts.c.outcome == _SPARED)
        return int(self._work.value(count) or 0)

    def refused(self, id: int, error: str, code: str | int | None, now: datetime) -> bool:
        """The platform will never take it."""
        values = {"state": "refused", "done_at": now, "error": error, "error_code": _code(code)}
        return self._step(id, (*_IN_HAND, *_NOT_LEFT), values, "refused", error, now)

    def uncertain(self, id: int, error: str, now: datetime) -> bool:
        """Nobody knows whether it left."""
        values = {"state": "uncertain", "error": error}
        return self._step(id, (State.SENDING,), values, "uncertain", error, now)

    def ask(self, id: int, now: datetime) -> bool:
        """Nobody knows whether it left, and people are asked: what stands behind it goes on."""
        values = {"state": "uncertain", "error": ASKED}
        return self._step(id, _IN_HAND, values, "uncertain", ASKED, now)

    def held(self, id: int, error: str, now: datetime) -> bool:
        """The addressee cannot be reached; keep it until :meth:`release`."""
        values = {"state": "held", "error": error}
        return self._step(id, (*_IN_HAND, State.WAITING), values, "held", error, now)

    def release(self, destination: str, now: datetime) -> int:
        """The addressee can be reached again: everything held for them is due now."""
        theirs = select(_table).where(_HELD, _table.c.destination == destination).order_by(_table.c.id)
        held = self._work.rows(theirs)
        released = 0
        for delivery in map(_record, held):
            if self._superseded(delivery):
                self.cancel(delivery.id, now)
            else:
                released += self._move_on(delivery.id, (State.HELD,), {"state": "waiting", "due_at": now})
        return released

    # -- taking back ----------------------------------------------------------------------------------------

    def cancel(self, id: int, now: datetime) -> bool:
        """Take back what has not left; what is being sent only its claimer may take back, before the call."""
        starts_from = (*_NOT_LEFT, State.SENDING)
        return self._move_on(id, starts_from, {"state": "cancelled", "done_at": now}) == 1

    def cancel_for(self, number: int, kind: str | None, now: datetime) -> int:
        """Take back what has not left for a suggestion; of one kind or, with None, of every kind."""
        which = and_(_STOPPED, _table.c.number == number, _of_kind(kind))
        return self._work.change(update(_table).where(which).values(state="cancelled", done_at=now))

    def move(self, number: int, kind: str, due_at: datetime) -> int:
        """Change the time of what waits for a suggestion."""
        which = and_(_WAITING, _table.c.number == number, _of_kind(kind))
        return self._work.change(update(_table).where(which).values(due_at=due_at))

    def hurry(self, target: str, now: datetime, causes: Collection[str] | None = None) -> int:
        """What waits after a failed attempt is due now: the cause is said to be gone. ``causes``: these only."""
        which = and_(_WAITING, _table.c.target == target, _table.c.attempts > 0, _table.c.due_at > now)
        if causes is not None:
            which = and_(which, _table.c.error.in_(sorted(causes)))
        return self._work.change(update(_table).where(which).values(due_at=now))

    def forget(self, destination: str, now: datetime) -> int:
        """Empty every delivery for a person whose data are deleted; what has not left is cancelled.

        What is over does not say either for whom it was, nor do the lines that told moderators of the person.
        """
        theirs = _table.c.destination == destination
        self._work.change(update(_table).where(theirs, _STOPPED).values(state="cancelled", done_at=now))
        emptied = self._work.change(update(_table).where(theirs).values(payload={}, result=None))
        nobody = {"destination": f"{destination.partition(':')[0]}:0", "dedupe": None}
        self._work.change(update(_table).where(theirs, _OVER).values(**nobody))
        payload = type_coerce(_table.c.payload, Text)
        said = (payload.like(f'%"author":{destination.partition(":")[2]}{end}%') for end in (",", "}"))
        self._work.change(update(_table).where(or_(*said), _OVER).values(payload={}))
        return emptied

    def forget_words(self, number: int, now: datetime) -> None:
        """Empty what corrected the post of a suggestion: it may name a person; what has not left is cancelled."""
        about = (_table.c.number == number, _table.c.kind == "edit_post")
        self._work.change(update(_table).where(*about, _STOPPED).values(state="cancelled", done_at=now))
        self._work.change(update(_table).where(*about, _OVER).values(payload={}, result=None))

    # -- after a crash --------------------------------------------------------------------------------------

    def recover(self, now: datetime) -> int:
        """What was being sent when the program ended is uncertain now. Call at start, before any courier."""
        found = self._many(_in_state, {"one": str(State.SENDING)})
        return sum(self.uncertain(delivery.id, "interrupted", now) for delivery in found)

    def stranded(self, target: str) -> tuple[Delivery, ...]:
        """What is being sent or uncertain, the oldest first."""
        return self._many(_stranded, {"by_target": target})

    # -- looking --------------------------------------------------------------------------------------------

    def get(self, id: int) -> Delivery | None:
        row = self._work.row(_get, {"row": id})
        return None if row is None else _record(row)

    def next_due(self, target: str) -> datetime | None:
        """When the next waiting delivery of ``target`` is due; may lie in the past."""
        moment: datetime | None = self._work.value(_next_due, {"by_target": target})
        return moment

    def counts(self) -> dict[State, int]:
        """How many there are in each state, zeros included; sent and cancelled ones are not counted."""
        found = {State(row[0]): int(row[1]) for row in self._work.rows(_counts)}
        states = (state for state in State if state not in (State.SENT, State.CANCELLED))
        return {state: found.get(state, 0) for state in states}

    def for_suggestion(self, number: int) -> tuple[Delivery, ...]:
        return self._many(_of_number, {"about": number})

    def waiting_for_person(self, limit: int = 100) -> tuple[Delivery, ...]:
        """What stays where it is until somebody acts: uncertain (a moderator) and held (the addressee)."""
        found = [
            delivery
            for state in (State.UNCERTAIN, State.HELD)
            for delivery in self._many(_first_in_state, {"one": str(state), "count": limit})
        ]
        return tuple(sorted(found, key=lambda delivery: delivery.id)[:limit])

    def attempts(self, id: int) -> tuple[Attempt, ...]:
        rows = self._work.rows(_tries, {"row": id})
        return tuple(Attempt(row.outbox_id, row.number_of, row.at, row.outcome, row.error) for row in rows)

    # -- steps ----------------------------------------------------------------------------------------------

    def _step(
        self,
        id: int,
        starts_from: tuple[State, ...],
        values: dict[str, Any],
        outcome: str,
        error: str | None,
        now: datetime,
    ) -> bool:
        if not self._move_on(id, starts_from, values):
            return False
        number_of = self._work.value(select(_table.c.attempts).where(_table.c.id == id))
        row = {"outbox_id": id, "number_of": number_of, "at": now, "outcome": outcome, "error": error}
        self._work.change(_add_attempt, row)
        return True

    def _move_on(self, id: int, starts_from: tuple[State, ...], values: dict[str, Any]) -> int:
        where = and_(_table.c.id == id, _table.c.state.in_([str(state) for state in starts_from]))
        return self._work.change(update(_table).where(where).values(values))

    def _superseded(self, delivery: Delivery) -> bool:
        if delivery.dedupe is None:
            return False
        return self._work.row(_waiting_same, {"mark": delivery.dedupe, "row": delivery.id}) is not None

    def _many(self, statement: Any, values: dict[str, Any]) -> tuple[Delivery, ...]:
        return tuple(_record(row) for row in self._work.rows(statement, values))


def _contents(new: NewDelivery) -> dict[str, Any]:
    return {
        "kind": new.kind,
        "number": new.number,
        "payload": dict(new.payload),
        "state": str(State.HELD if new.hold else State.WAITING),
        "error": new.hold,
        "error_code": None,
    }


def _of_kind(kind: str | None) -> ColumnElement[bool]:
    return spelled("1 = 1") if kind is None else _table.c.kind == kind


def _code(code: str | int | None) -> str | None:
    return None if code is None else str(code)


def _record(
    row: Row[Any],
    *,
    state: State | None = None,
    sending_at: datetime | None = None,
    once_more: int = 0,
) -> Delivery:
    return Delivery(
        id=row.id,
        target=row.target,
        destination=row.destination,
        kind=row.kind,
        number=row.number,
        state=state or State(row.state),
        due_at=row.due_at,
        attempts=row.attempts + once_more,
        created_at=row.created_at,
        sending_at=sending_at or row.sending_at,
        done_at=row.done_at,
        error=row.error,
        error_code=row.error_code,
        dedupe=row.dedupe,
        result=row.result,
        payload=row.payload,
    )
