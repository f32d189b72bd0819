"""Whoever stops the program does not wait for a network that hangs."""

from __future__ import annotations

import time
from pathlib import Path

from tests.stories.desk import Desk, as_json
from tests.waiting import until


def test_sigterm_ends_the_program_in_time_while_a_call_of_the_clock_hangs(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    try:
        desk.sandbox.fault("stall", method="groups.getTokenPermissions", seconds=60, times=0)
        desk.launch()
        desk.wait_log("started")
        until(lambda: desk.sandbox.faults()[0]["fired"] > 0)
        asked = time.monotonic()
        assert desk.stop() == 0
        took = time.monotonic() - asked
        stopped = next(line for line in map(as_json, desk.log) if line.get("event") == "stopped")
        assert "watch" in stopped["late"]
        assert took < 10, took
    finally:
        desk.close()
