"""What stands in other networks is known after a restart too."""

from __future__ import annotations

from datetime import datetime, timedelta

from editorial.networks import CopyState, NetworkCopy
from storage.unit import Storage
from tests.storage.builders import taken_in


def test_the_newest_ids_of_a_network_are_those_sent_before_a_moment(storage: Storage, now: datetime) -> None:
    minute = timedelta(minutes=1)
    with storage.begin("test") as unit:
        for number in range(1, 6):
            taken_in(unit, now, number)
            sent = {"state": CopyState.OUT, "ids": (str(number),), "sent_at": now + number * minute}
            unit.copies.put(NetworkCopy(number, "telegram", 0, **sent), now)  # type: ignore[arg-type]
            unit.copies.put(NetworkCopy(number, "max", 0, CopyState.WAITING), now)

    with storage.read() as unit:
        assert unit.copies.newest_ids("telegram", now + 4 * minute) == ("4", "3", "2")
        assert unit.copies.newest_ids("telegram", now) == ()
        assert unit.copies.newest_ids("max", now + 9 * minute) == ()
