"""What VK's answer to a delivery means for the delivery."""

from __future__ import annotations

import time

from bot.targets.base import Standstill
from bot.vk.client import VkClient
from bot.vk.errors import Remedy, VkError, VkTransport
from editorial.delivery import Hold, Outcome, Refused, RetryLater, Uncertain

#: The delivery is not to blame and the queue waits with it.
_WAITS = frozenset({Remedy.PAUSE_KEY, Remedy.PAUSE_METHOD, Remedy.CALL_HUMAN, Remedy.SWITCH_KEY})
#: Seconds until a careful try where VK names no time.
_CAREFUL = 900.0


def outcome_of(error: VkError) -> Outcome:
    """The outcome of a delivery whose call ended with ``error``."""
    meaning = error.verdict
    code: int | None = getattr(error, "code", None)
    if meaning.executed is None:
        return Uncertain(meaning.reason, code)
    if meaning.remedy in _WAITS:
        url: str | None = getattr(error, "human_url", None)
        return RetryLater(meaning.reason, meaning.pause or _CAREFUL, code, counts=False, url=url)
    if meaning.remedy is Remedy.RETRY:
        return RetryLater(meaning.reason, code=code, counts=not isinstance(error, VkTransport))
    if meaning.remedy is Remedy.MARK_AUTHOR:
        return Hold(meaning.reason, code)
    return Refused(meaning.reason, code)


def standstill_of(client: VkClient, method: str, *, wall: int | None = None) -> Standstill | None:
    """Why ``method`` is not to be called with this key now; on the wall of ``wall``, where one is named."""
    pause = client.pauses.paused(method, write=True, wall=wall)
    if pause is None:
        return None
    return Standstill(max(0.0, pause.until - time.monotonic()), pause.reason)
