"""The couriers: what stands in the outbox is delivered, one outcome at a time.

::

    waiting ──claim (commit: sending)──▶ send ──▶ sent | waiting again | refused | held   (commit)
                                           │
                                           └──▶ uncertain ──look at the platform──▶ sent | waiting | refused
                                                    └── still unknown after a while ──▶ a person is asked

A courier owns one target and is the only one that sends there.  Whatever is found in ``sending`` when the
program starts was in hand when it died: it is uncertain, and is looked for before anything is repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import structlog

from bot.steps import Steps
from bot.targets.base import Parcel, Target
from bot.work import STORE_FAILS, Work
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, Uncertain
from handlers import alarms, outcomes
from handlers.context import Context

log = structlog.get_logger("courier")

#: Longest sleep without a look at the outbox, seconds.
LONGEST_SLEEP: Final = 20.0
#: Sleep while what is due has to wait for something else, seconds.
BLOCKED_SLEEP: Final = 1.0
#: Seconds between looks for an uncertain delivery; the last one repeats.
LOOK_DELAYS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 11.0, 8.0, 10.0, 30.0, 60.0, 300.0)
#: After so long of looking a person is asked.
ASK_AFTER: Final = timedelta(seconds=40)


class _Looks(NamedTuple):
    """How often an uncertain delivery was looked for, when it may be again (monotonic seconds), and since when.

    Not since it was sent: the program may have been down meanwhile.
    """

    tries: int
    again_at: float
    since: datetime


class Courier(Steps):
    """Delivers for one target. ``before`` runs first; ``on_refusal`` hears of refusals that people are told of."""

    FIRST_PAUSE = 1.0
    LONGEST_PAUSE = 30.0

    def __init__(
        self,
        target: Target,
        work: Work,
        *,
        before: Callable[[], object] = lambda: None,
        on_refusal: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(work)
        self.target = target
        self._before = before
        self._on_refusal = on_refusal
        #: How often each was looked for, when it may be again, and when that began.
        self._looks: dict[int, _Looks] = {}
        self._in_doubt = True

    def prepare(self) -> None:
        self._before()

    def failed(self, error: Exception) -> None:
        log.error("courier_fault", exc_info=error, target=self.target.name, error=type(error).__name__)
        self._in_doubt = True

    def step(self) -> bool:
        """One round: settle what is in doubt, then deliver what is due. True when there may be more at once."""
        if self._in_doubt:
            self._settle()
        if self.target.standstill() is not None:
            return False
        parcels = self._claim()
        if not parcels:
            return False
        self._record(parcels, self._send(parcels))
        return True

    def _claim(self) -> list[Parcel]:
        with self._work.look() as context:
            due = context.unit.outbox.next_due(self.target.name)
        if due is None or due > self._work.now():
            return []
        self.target.prepare(self._work)
        parcels: list[Parcel] = []
        with self._work.begin(f"claim.{self.target.name}", quiet=True) as context:
            closed = self.target.closed(context)
            outbox = context.unit.outbox
            for delivery in outbox.claim(self.target.name, context.now, self.target.batch, closed):
                parcel = self._packed(context, delivery)
                if parcel is not None:
                    parcels.append(parcel)
                    self._looks.pop(delivery.id, None)  # this attempt is looked for from the beginning
        return parcels

    def _packed(self, context: Context, delivery: Delivery) -> Parcel | None:
        """What cannot even be read is refused where people see it, and stops nobody behind it."""
        try:
            return self.target.pack(context, delivery)
        except STORE_FAILS:
            raise
        except Exception as error:
            log.exception("not_packed", **self._facts(delivery), error=type(error).__name__)
            outcomes.apply(context, delivery, Refused("program_fault"))
            return None

    def _send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        try:
            return self.target.send(parcels)
        except Exception as error:
            log.exception("target_fault", target=self.target.name, error=type(error).__name__)
            return [Uncertain("program_fault") for _ in parcels]

    def _record(self, parcels: Sequence[Parcel], results: Sequence[Outcome]) -> None:
        with self._work.begin(f"outcome.{self.target.name}") as context:
            for parcel, outcome in zip(parcels, results, strict=True):
                self._log(parcel, outcome)
                outcomes.apply(context, parcel.delivery, outcome)
                if isinstance(outcome, Uncertain):
                    self._in_doubt = True
            alarms.heed(context, self.target.name, results, [parcel.delivery for parcel in parcels])
        if any(isinstance(outcome, RetryLater) and outcome.reason in alarms.ALARMING for outcome in results):
            self._on_refusal()

    def _log(self, parcel: Parcel, outcome: Outcome) -> None:
        delivery = parcel.delivery
        facts = self._facts(delivery)
        if isinstance(outcome, Sent):
            log.info("delivered", suggestion=delivery.number, **facts)
        else:
            log.warning(
                "not_delivered",
                suggestion=delivery.number,
                outcome=type(outcome).__name__,
                reason=outcome.reason,
                code=outcome.code,
                attempt=delivery.attempts,
                **facts,
            )

    def _facts(self, delivery: Delivery) -> dict[str, Any]:
        return {"target": self.target.name, "delivery": delivery.id, "kind": delivery.kind}

    # --- what is in doubt

    def _settle(self) -> None:
        with self._work.look() as context:
            stranded = context.unit.outbox.stranded(self.target.name)
        self._in_doubt = bool(stranded)
        known = {delivery.id for delivery in stranded}
        self._looks = {id_: look for id_, look in self._looks.items() if id_ in known}
        for delivery in stranded:
            if self._stopping.is_set() or not self._time_to_look(delivery.id):
                continue
            try:
                self._settle_one(delivery)
            except STORE_FAILS:
                raise
            except Exception as error:  # its outcome cannot be written down; those of others can
                log.exception("not_settled", **self._facts(delivery), error=type(error).__name__)

    def _time_to_look(self, delivery_id: int) -> bool:
        tries, again_at, since = self._looks.get(delivery_id, _Looks(0, 0.0, self._work.now()))
        if time.monotonic() < again_at:
            return False
        delay = LOOK_DELAYS[min(tries, len(LOOK_DELAYS) - 1)]
        self._looks[delivery_id] = _Looks(tries + 1, time.monotonic() + delay, since)
        return True

    def _settle_one(self, delivery: Delivery) -> None:
        now = self._work.now()
        try:
            with self._work.look() as context:
                parcel = self.target.pack(context, delivery)
            if parcel is None:
                return
            outcome = self.target.look(parcel, now)
        except STORE_FAILS:
            raise
        except Exception as error:  # it cannot tell, and stops nobody else
            log.exception("not_looked_for", **self._facts(delivery), error=type(error).__name__)
            parcel, outcome = Parcel(delivery, None), None
        if outcome is not None:
            self._record([parcel], [outcome])
        elif now - self._looks[delivery.id].since >= ASK_AFTER:
            with self._work.begin(f"ask.{self.target.name}") as context:
                outcomes.undecidable(context, delivery)

    # --- sleeping

    def idle_seconds(self) -> float:
        pause = self.target.standstill()
        if pause is not None:
            return min(pause.seconds, LONGEST_SLEEP, 1.0 if self._in_doubt else LONGEST_SLEEP)
        with self._work.look() as context:
            due = context.unit.outbox.next_due(self.target.name)
        wait = LONGEST_SLEEP if due is None else (due - self._work.now()).total_seconds()
        if wait <= 0:
            wait = BLOCKED_SLEEP  # due, but not to be claimed: behind an earlier one, or its place is closed
        if self._in_doubt:
            wait = min(wait, 0.5)
        return min(wait, LONGEST_SLEEP)
