"""The command ``run``: from the settings to a serving program and its exit code."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from bot import log as journal
from bot.config import Settings
from bot.database import location
from bot.faults import Stopped


def serve(settings: Settings) -> int:
    """Build the program and serve until SIGTERM or SIGINT; returns 0, or 1 when a part of it died.

    Raises Stopped, StorageError.
    """
    # Until the service listens to signals itself, one of them simply ends the start: nothing has begun yet.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    journal.configure(settings.LOG_LEVEL, settings.LOG_FORMAT)
    from bot.desk import desk_of
    from bot.ground import lay

    location(settings)
    ground = lay(settings, desk_of(settings))
    ground.listening.start()
    from bot.app import build

    try:
        app = build(settings, ground)
    except OSError as fault:
        if fault.filename is not None:
            raise
        raise Stopped(f"Порт METRICS_PORT={settings.METRICS_PORT} не открывается ({fault.strerror})") from fault
    gc.freeze()  # what stands now stands to the end
    gc.enable()
    code = app.service.run()
    if app.service.late:
        _leave_behind(code)
    return code


def _leave_behind(code: int) -> NoReturn:
    """End without what is still in hand: the interpreter would wait for its threads, however long their calls take.

    What it does to the database is a unit or nothing, and what it sent stands there as being sent.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # asked again while ending, it ends all the same
    raise SystemExit(0)
