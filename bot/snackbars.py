"""The one immediate reply: the little line that a person sees after pressing a button.

It is sent after the commit, by threads of its own, ahead of everything else this key sends.  A late or failed
answer changes nothing: the decision stands, and the card shows it.
"""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait

import structlog

from bot.vk.client import VkClient
from bot.vk.errors import VkError
from handlers.replies import Snackbar

log = structlog.get_logger("snackbars")

METHOD = "messages.sendMessageEventAnswer"
#: VK forgets a press after about a minute; an answer older than this is not worth a call. Seconds.
USELESS_AFTER = 50.0


class Snackbars:
    """Answers presses."""

    def __init__(self, client: VkClient, threads: int = 4) -> None:
        self._client = client
        #: Where answers are made.
        self.pool: Executor = ThreadPoolExecutor(threads, thread_name_prefix="snackbar")
        self._closed = threading.Event()
        self._under_way: set[Future[None]] = set()

    def show(self, snackbar: Snackbar) -> None:
        """Answer as soon as possible; returns at once."""
        if self._closed.is_set():
            return
        answer = self.pool.submit(self._show, snackbar, time.monotonic())
        self._under_way.add(answer)
        answer.add_done_callback(self._under_way.discard)

    def stop(self) -> None:
        """Take nothing more and drop what has not begun; returns at once."""
        self._closed.set()
        self.pool.shutdown(wait=False, cancel_futures=True)

    def wait(self, seconds: float) -> tuple[str, ...]:
        """Wait at most so long for the answers in hand; what still is."""
        return ("snackbars",) if wait(tuple(self._under_way), seconds).not_done else ()

    def _show(self, snackbar: Snackbar, asked_at: float) -> None:
        if time.monotonic() - asked_at > USELESS_AFTER:
            return
        resting = self._client.pauses.paused(METHOD, write=True)
        if resting is not None:  # the card shows the decision; what VK wants left alone is left alone
            log.info("snackbar_late", user=snackbar.user_id, reason=resting.reason)
            return
        try:
            self._client.call(
                METHOD,
                write=True,
                urgent=True,
                timeout=(2.0, 5.0),
                event_id=snackbar.answer_id,
                user_id=snackbar.user_id,
                peer_id=snackbar.peer_id,
                event_data=json.dumps(
                    {"type": "show_snackbar", "text": snackbar.text},
                    ensure_ascii=False,
                    separators=(",", ":"),
                ),
            )
        except VkError as error:
            log.info("snackbar_late", user=snackbar.user_id, reason=error.verdict.reason)
        except Exception as error:
            log.exception("snackbar_fault", error=type(error).__name__)
