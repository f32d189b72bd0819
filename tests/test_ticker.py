"""The clock's jobs: late rather than never, and one that fails runs again."""

from __future__ import annotations

import threading

from bot.ticker import Job, Ticker


def test_jobs_run_late_rather_than_never_and_one_that_fails_runs_again() -> None:
    ran = threading.Semaphore(0)

    def fails() -> None:
        ran.release()
        raise RuntimeError

    ticker = Ticker((Job("fails", 0.05, fails, at_once=True),))
    ticker.start()
    try:
        assert all(ran.acquire(timeout=5) for _ in range(3))
        assert ticker.alive
        [job] = ticker._scheduler.get_jobs()
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
    finally:
        ticker.stop()
    assert not ticker.alive
