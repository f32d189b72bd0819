"""The clock: APScheduler wakes a handful of named periodic jobs and owns nothing.

What is due stands in the database.  The jobs live in memory, run late rather than never, and never twice at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

log = structlog.get_logger("ticker")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done every so many seconds; ``at_once`` also right after the start.

    ``stop`` asks one that is being done to end soon.
    """

    name: str
    every: float
    run: Callable[[], None]
    at_once: bool = False
    stop: Callable[[], None] = lambda: None


class Ticker:
    """Runs the jobs until it is stopped."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        self._jobs = jobs
        self._changed = threading.Condition()
        self._in_hand: set[str] = set()
        self._stopping = False
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(3)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin to tick."""
        now = datetime.now(UTC)
        for job in self._jobs:
            first = now if job.at_once else now + timedelta(seconds=job.every)
            self._scheduler.add_job(
                partial(self._run, job),
                "interval",
                seconds=job.every,
                id=job.name,
                name=job.name,
                next_run_time=first,
                replace_existing=True,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Begin no more jobs and ask those in hand to end soon; returns at once."""
        with self._changed:
            self._stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for job in self._jobs:
            job.stop()

    def wait(self, seconds: float) -> tuple[str, ...]:
        """Wait at most so long for the jobs in hand; the names of those that still are."""
        with self._changed:
            self._changed.wait_for(lambda: not self._in_hand, seconds)
            return tuple(sorted(self._in_hand))

    @property
    def alive(self) -> bool:
        """Whether the scheduler's thread lives."""
        thread = getattr(self._scheduler, "_thread", None)
        return isinstance(thread, threading.Thread) and thread.is_alive()

    def _run(self, job: Job) -> None:
        with self._changed:
            if self._stopping:  # it stood in line behind others
                return
            self._in_hand.add(job.name)
        try:
            job.run()
        except Exception as error:
            log.exception("job_failed", job=job.name, error=type(error).__name__)
        finally:
            with self._changed:
                self._in_hand.discard(job.name)
                self._changed.notify_all()


class ClockWatch:
    """Notices that the clock on the wall jumped: it was set, or the machine slept."""

    def __init__(self, tolerance: float = 2.0) -> None:
        self._tolerance = tolerance
        self._offset = time.time() - time.monotonic()

    def jumped(self) -> float:
        """Seconds of the jump since the last look; 0 when there was none."""
        offset = time.time() - time.monotonic()
        jump = offset - self._offset
        if abs(jump) < self._tolerance:
            return 0.0
        self._offset = offset
        return jump
