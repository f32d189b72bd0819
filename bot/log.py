"""The program's journal on stderr: one line per thing that happened, a stable event word and ids, no secrets.

Every line passes through one mask that knows the secrets in use and the shapes they take, so that a key cannot
reach the journal even inside somebody else's exception text.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final, TextIO, cast

import structlog

_SHAPES: Final = re.compile(
    r"vk[12]\.a\.[\w-]+|(?<=access_token=)[^&\s'\"]+|(?<=/bot)\d+:[\w-]+|whsec_[\w+/=-]+|(?<=key=)[0-9a-f]{16,}"
)
MASK: Final = "***"


class SecretMask:
    """Replaces secrets in anything that is about to be written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: tuple[str, ...] = ()

    def learn(self, secrets: Iterable[str]) -> None:
        """Add values that must never be written."""
        with self._lock:
            known = {*self._secrets, *(secret for secret in secrets if len(secret) >= 4)}
            self._secrets = tuple(sorted(known, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, MASK)
        return _SHAPES.sub(MASK, text)

    def __call__(self, _logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for name, value in event.items():
            event[name] = self._cleaned(value)
        return event

    def _cleaned(self, value: Any) -> Any:
        if value is None or isinstance(value, (int, float, bool)):
            return value
        if isinstance(value, Mapping):
            return {self.clean(str(name)): self._cleaned(one) for name, one in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._cleaned(one) for one in value]
        return self.clean(str(value))


MASKING: Final = SecretMask()


def configure(level: str, form: str) -> None:
    """Write lines of at least ``level``; ``form`` is ``json``, ``console`` or empty (by what stderr is)."""
    console = form == "console" or (not form and sys.stderr.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    threshold = logging.getLevelName(level)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            MASKING,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", _Stderr())),
        cache_logger_on_first_use=True,
    )
    _quieten_libraries()
    threading.excepthook = _tell_of_dead_thread


class _Stderr:
    """Standard error as it is when something is written: loggers live longer than a redirection of it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _quieten_libraries() -> None:
    # Their debug lines carry whole addresses and bodies.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_MaskedLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("urllib3").setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class _MaskedLines(logging.Formatter):
    """Lines of libraries, the traceback under them included, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return MASKING.clean(super().format(record))


def _tell_of_dead_thread(end: threading.ExceptHookArgs) -> None:
    """Write down what a thread died of; Python itself would write it past the mask."""
    told = None if end.exc_value is None else (end.exc_type, end.exc_value, end.exc_traceback)
    name = end.thread.name if end.thread is not None else ""
    structlog.get_logger("log").error("thread_died", thread=name, exc_info=told)
