"""How long attempts took, so that nobody concludes too early that one of them had no effect.

A request that was given up may still be carried out.  Where a network is read to learn what became of it, an
absence counts only when the attempt has been over for a while.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from editorial.delivery import Delivery

#: After so long a request that was given up is over on the other side too.
LATE_EFFECT: Final = timedelta(seconds=26)
#: Other clocks may be so much behind ours.
CLOCK_SLACK: Final = timedelta(minutes=2)
#: Durations of so many attempts are remembered.
_REMEMBERED: Final = 1000


class Attempts:
    """Durations of this run's attempts, by delivery. ``began``: when the run did; now unless it is said."""

    def __init__(self, began: datetime | None = None) -> None:
        self._began = began or datetime.now(UTC)
        self._took: dict[int, timedelta] = {}

    @contextmanager
    def timed(self, delivery: Delivery) -> Iterator[None]:
        """An attempt at the delivery is made inside."""
        started = time.monotonic()
        try:
            yield
        finally:
            self._took.pop(delivery.id, None)  # the newest stands last
            self._took[delivery.id] = timedelta(seconds=time.monotonic() - started)
            if len(self._took) > _REMEMBERED:
                del self._took[next(iter(self._took))]

    def over(self, delivery: Delivery, now: datetime) -> bool:
        """Whether what is not there by now will not appear any more.

        An attempt of an earlier run ended when this one began at the latest.
        """
        since = delivery.sending_at or delivery.created_at
        if delivery.id in self._took:
            ended = since + self._took[delivery.id]
        else:
            ended = self._began if since <= self._began <= now else since
        return now - ended > LATE_EFFECT
