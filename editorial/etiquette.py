"""When a letter may reach an author, and when an author may expect a decision.

What the letters say and whether an author can be written to at all is decided elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from editorial.slots import QuietHours

#: The author's night unless the settings say otherwise.
NIGHT: Final = QuietHours(time(21), time(8))
#: The desk works Monday to Friday, 09:00 to 18:00 editorial time, and aims to decide within four such hours.
DESK_OPENS: Final = time(9)
DESK_CLOSES: Final = time(18)
GOAL: Final = timedelta(hours=4)
_WEST: Final = ZoneInfo("Europe/Kaliningrad")
_EAST: Final = ZoneInfo("Asia/Kamchatka")
#: Ends of nights that are looked at; two days of them show whether there is a common day at all.
_ROUNDS: Final = 4
#: What an author sends within this time after a return is taken for the correction; then the return is over.
CORRECTABLE: Final = timedelta(days=7)


def letter_time(now: datetime, zone: ZoneInfo | None, night: QuietHours | None, *, answering: bool) -> datetime:
    """When a letter may be sent, UTC: now, or at the end of the author's night.

    ``zone`` is the author's.  Where it is unknown nobody's night is known either, and decisions are taken by
    day: the letter goes at once.  ``answering``: so does one that answers what the author just did.
    """
    if answering or zone is None or night is None or not night.contains(now.astimezone(zone).time()):
        return now.astimezone(UTC)
    return night.end_after(now, zone)


def letter_time_anywhere(now: datetime, night: QuietHours | None) -> datetime | None:
    """The first moment from now on at which it is day from Kaliningrad to Kamchatka, UTC; None when there is none.

    For what can wait, where nobody knows the author's zone.
    """
    moment = now
    for _ in range(_ROUNDS):
        before = moment
        for zone in (_WEST, _EAST):
            moment = letter_time(moment, zone, night, answering=False)
        if moment == before:
            return moment.astimezone(UTC)
    return None


def desk_is_open(now: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody is at the desk now; ``zone`` is the editorial one."""
    local = now.astimezone(zone)
    return local.isoweekday() <= 5 and DESK_OPENS <= local.time() < DESK_CLOSES


def desk_opens(now: datetime, zone: ZoneInfo) -> datetime:
    """``now`` in working hours, else the next working morning, UTC."""
    if desk_is_open(now, zone):
        return now.astimezone(UTC)
    local = now.astimezone(zone)
    day = local.date() if local.time() < DESK_OPENS else local.date() + timedelta(days=1)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return datetime.combine(day, DESK_OPENS, zone).astimezone(UTC)


def answer_expected(now: datetime, zone: ZoneInfo) -> datetime:
    """When a decision can be expected, UTC: four working hours from now, counted from the morning at night.

    ``zone`` is the editorial one.
    """
    start, left = desk_opens(now, zone).astimezone(zone), GOAL
    closing = datetime.combine(start.date(), DESK_CLOSES, zone)
    today = closing.astimezone(UTC) - start.astimezone(UTC)
    if left > today:
        start, left = desk_opens(closing, zone).astimezone(zone), left - today
    return start.astimezone(UTC) + left
