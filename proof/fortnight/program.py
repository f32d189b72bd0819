"""The real program in simulated time: every part as ``bot.app.build`` joins it, talking HTTP to the real sandbox.

Only the waiting is taken out: instead of a thread that sleeps in each loop, one thread takes the loops' own steps
until nothing moves any more, and says when the program would wake by itself.  Waiting for a key's pace moves the
clock by as much.
"""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from concurrent.futures import Executor, Future
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog

from bot.app import App, build
from bot.config import Settings
from bot.courier import Courier
from bot.desk import desk_of
from bot.ground import lay
from bot.vk.errors import VkError
from bot.vk.pace import BUDGET, Pace, Pauses, Turn
from editorial.suggestion import Status
from proof.fortnight.timeline import Timeline
from sandbox.deeds.tester import tick
from sandbox.server import Sandbox

#: Rounds in which everything that follows from one deed is over, far more than it takes.
MOST_ROUNDS: Final = 2000
#: What is due and cannot go is tried again after so long, seconds; each time twice as long, up to the last.
BLOCKED: Final = (2.0, 300.0)
#: What is in doubt is looked for so often, seconds.
IN_DOUBT: Final = 2.0
#: Statuses of what is on its way to somewhere.
MOVING: Final = (Status.PENDING, Status.SCHEDULED, Status.PUBLISHING, Status.DIGEST, Status.FAILED)


class NeverQuiet(Exception):
    """The program goes on and on about one and the same moment."""


class SteppedPace(Pace):
    """A pace whose waiting lets simulated time pass."""

    def __init__(self, timeline: Timeline, rate: float, *, budget: float = BUDGET) -> None:
        super().__init__(rate, budget=budget, clock=timeline.monotonic)
        self._forward = timeline.forward

    def wait(self, urgent: bool = False) -> Turn:
        left = self._free(urgent=urgent) - self._clock()
        if left > 0:
            self._forward(left + 0.001)
        return super().wait(urgent)


class AtOnce(Executor):
    """Does what it is given before it returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Noise:
    """The program's warnings and faults, kept instead of printed."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self._before: dict[str, Any] = {}

    def install(self) -> None:
        """From now on every logger of the process speaks here."""
        self._before = structlog.get_config()
        structlog.configure(processors=[self._hear], cache_logger_on_first_use=False)

    def remove(self) -> None:
        """Every logger speaks where it spoke before."""
        structlog.configure(**self._before)

    def _hear(self, _logger: Any, level: str, line: MutableMapping[str, Any]) -> Any:
        if level not in ("info", "debug"):
            kept = {name: value for name, value in line.items() if name != "exc_info"}
            if line.get("exc_info"):
                kept["trace"] = structlog.processors.ExceptionRenderer()(None, "", dict(line)).get("exception")
            self.lines.append({"level": level, **kept})
        raise structlog.DropEvent

    @property
    def faults(self) -> list[str]:
        """What went wrong in the program itself."""
        bad = [line for line in self.lines if line["level"] in ("error", "critical") or line.get("trace")]
        return [str(line) for line in bad]


class Program:
    """The program on one database, which may be stopped and started again."""

    def __init__(self, settings: Settings, sandbox: Sandbox, timeline: Timeline) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._timeline = timeline
        self._app: App | None = None
        self._ran: dict[str, float] = {}
        self._compared = -1e9
        self._blocked: dict[str, tuple[float, datetime]] = {}

    @property
    def up(self) -> bool:
        """Whether it runs."""
        return self._app is not None

    def start(self) -> None:
        """As after «run»: what the loops do before their first step, then all of them once."""
        ground = lay(self._settings, desk_of(self._settings), pace=partial(SteppedPace, self._timeline))
        for client in (ground.group, ground.user):
            client.pauses = Pauses(self._timeline.monotonic)
        app = self._app = build(self._settings, ground)
        app.parts.snackbars.pool.shutdown()
        app.parts.snackbars.pool = AtOnce()
        app.watch.know_managers()
        app.watch.switch_events_on()
        if not self._poll_known():
            app.parts.intake.step()
        self._ran.clear()
        self._blocked.clear()
        self._compared = -1e9
        self.settle(jobs=True)

    def stop(self) -> None:
        """As after SIGTERM."""
        app, self._app = self._app, None
        if app is not None:
            app.parts.close()

    # -- steps

    def settle(self, *, jobs: bool = False) -> None:
        """Take steps until nothing moves. ``jobs``: those of the clock that are due as well.

        Raises NeverQuiet.
        """
        app = self._running
        for round_ in range(MOST_ROUNDS):
            self._sandbox.settle()
            tick(self._sandbox.world)
            busy = self._hear()
            handled = app.parts.router.step()
            busy = handled or busy
            for courier in app.parts.couriers:
                busy = courier.step() or busy
            if jobs and round_ == 0 and self._compare():
                busy = True
            if handled or (jobs and round_ == 0):
                self._run_jobs(every=jobs and round_ == 0)
            if not busy:
                return
        raise NeverQuiet(self._timeline.now.isoformat())

    @property
    def _running(self) -> App:
        assert self._app is not None, "the program is down"
        return self._app

    def _hear(self) -> bool:
        if not self._events_wait():
            return False
        try:
            self._running.parts.intake.step()
        except VkError:
            return False  # heard again at the next step
        return True

    def _poll_known(self) -> bool:
        with self._running.work.look() as context:
            return context.unit.inbox.cursor(self._settings.VK_GROUP_ID) is not None

    def _events_wait(self) -> bool:
        with self._running.work.look() as context:
            cursor = context.unit.inbox.cursor(self._settings.VK_GROUP_ID)
        newest = self._sandbox.world.long_poll(self._settings.VK_GROUP_ID).newest
        return cursor is None or int(cursor.ts) < newest

    def _compare(self) -> bool:
        if time.monotonic() - self._compared < self._settings.RECONCILE_SECONDS - 1:
            return False
        self._compared = time.monotonic()
        reconciler = self._running.parts.reconciler
        try:
            reconciler.step()
        except Exception as error:  # noqa: BLE001  # as the loop does
            reconciler.failed(error)
        return True

    def _run_jobs(self, *, every: bool) -> None:
        """``every``: all whose time has come; otherwise only the one that carries out what people asked for."""
        for job in self._running.parts.jobs:
            if not every and job.name != "watch":
                continue
            now = time.monotonic()
            if every and not job.at_once and job.name not in self._ran:
                self._ran[job.name] = now - job.every * (job.every < 3600)
            if job.name == "watch" or now - self._ran.get(job.name, -1e9) >= job.every:
                self._ran[job.name] = now
                job.run()

    def has_work(self) -> bool:
        """Whether anything is planned, in hand or still to be said."""
        with self._running.work.look() as context:
            counts = context.unit.suggestions.counts()
        if sum(counts.get(status, 0) for status in MOVING):
            return True
        wakes = self.wakes_at()
        return wakes is not None and wakes - self._timeline.now < timedelta(hours=12)

    # -- waking

    def wakes_at(self) -> datetime | None:
        """When the program would move by itself next, as far as the outbox says; None: not before something happens."""
        found = [self._courier_wakes(courier) for courier in self._running.parts.couriers]
        return min((moment for moment in found if moment is not None), default=None)

    def _courier_wakes(self, courier: Courier) -> datetime | None:
        name, now = courier.target.name, self._timeline.now
        with self._running.work.look() as context:
            due = context.unit.outbox.next_due(name)
            doubt = bool(context.unit.outbox.stranded(name))
        if doubt:
            return now + timedelta(seconds=IN_DOUBT)
        if due is None or due > now:
            self._blocked.pop(name, None)
            return due
        wait, until = self._blocked.get(name, (BLOCKED[0] / 2, now))
        if until <= now:
            wait = min(wait * 2, BLOCKED[1])
            until = now + timedelta(seconds=wait)
            self._blocked[name] = (wait, until)
        return until
