"""The plan: when a post may go out, and what moves when the plan could not be kept.

Everything is computed from the rules, the moments already taken, and ``now``; nothing is remembered here.  All
moments that come in and go out are aware; results are UTC.  Days, slots and quiet hours are those of the
editorial time zone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from editorial.crontab import Crontab
from editorial.errors import DayFull, TimePast, TimeQuiet, TimeTaken, TimeTooFar

#: How far ahead slots are looked for, days.
LOOK_AHEAD: Final = 60
#: How far ahead a moderator may place a post.
FARTHEST: Final = timedelta(days=365)
#: A post that late is still on time.
GRACE: Final = timedelta(minutes=2)

_MINUTE: Final = timedelta(minutes=1)
_SECOND: Final = timedelta(seconds=1)
_QUIET: Final = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})\s*")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A part of the day, possibly over midnight, without planned posts. ``end`` is outside it."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """Read ``22:00-08:00``.

        Raises:
            ValueError: not two times, or the whole day.
        """
        match = _QUIET.fullmatch(text)
        if match is None:
            raise ValueError(f"«{text}»: нужны два времени через дефис, например 22:00-08:00")
        start, end = _time(match[1], match[2]), _time(match[3], match[4])
        if start == end:
            raise ValueError("тихие часы не могут занимать все сутки")
        return cls(start, end)

    def contains(self, local: time) -> bool:
        """Whether the local time is quiet."""
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def end_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first end of the quiet hours later than ``moment``, UTC."""
        day = moment.astimezone(zone).date()
        while True:
            for fold in (0, 1):
                end = datetime.combine(day, self.end.replace(fold=fold), zone).astimezone(UTC)
                if end > moment:
                    return end
            day += timedelta(days=1)


def _time(hours: str, minutes: str) -> time:
    try:
        return time(int(hours) % 24 if hours == "24" and minutes == "00" else int(hours), int(minutes))
    except ValueError:
        raise ValueError(f"нет такого времени: {hours}:{minutes}") from None


@dataclass(frozen=True, slots=True)
class PlanRules:
    """How the wall is filled. ``min_gap`` zero and ``daily_limit`` 0 mean none; ``quiet`` None: no quiet hours."""

    slots: tuple[Crontab, ...]
    min_gap: timedelta
    daily_limit: int
    quiet: QuietHours | None
    zone: ZoneInfo

    @property
    def kept_gap(self) -> timedelta:
        """The distance at which two posts do not collide, a little under ``min_gap``.

        A post of 12:00 leaves some seconds later; it must not take away the slot of 13:00.
        """
        return self.min_gap - min(timedelta(seconds=59), self.min_gap / 10)

    def day_of(self, moment: datetime) -> date:
        """The editorial day the moment belongs to."""
        return moment.astimezone(self.zone).date()

    def is_quiet(self, moment: datetime) -> bool:
        return self.quiet is not None and self.quiet.contains(moment.astimezone(self.zone).time())


@dataclass(frozen=True, slots=True)
class Planned:
    """A post that waits for its moment. Urgent ones know neither gap nor quiet hours."""

    number: int
    due_at: datetime
    urgent: bool = False


class _Plan:
    """The moments already taken, ready to be asked about another one."""

    def __init__(self, rules: PlanRules, taken: Iterable[datetime]) -> None:
        self.rules = rules
        self.taken = sorted(taken)
        self.per_day = Counter(map(rules.day_of, self.taken))

    def add(self, moment: datetime) -> None:
        insort(self.taken, moment)
        self.per_day[self.rules.day_of(moment)] += 1

    def day_is_full(self, moment: datetime) -> bool:
        limit = self.rules.daily_limit
        return limit > 0 and self.per_day[self.rules.day_of(moment)] >= limit

    def neighbour(self, moment: datetime) -> datetime | None:
        """The latest taken moment that is too near."""
        gap = self.rules.kept_gap
        at = bisect_left(self.taken, moment + gap) if gap else bisect_left(self.taken, moment + _SECOND)
        near = self.taken[at - 1] if at else None
        return near if near is not None and (moment - near < gap or moment == near) else None

    def fits(self, moment: datetime) -> bool:
        return not (self.rules.is_quiet(moment) or self.day_is_full(moment) or self.neighbour(moment) is not None)

    def first_fit(self, start: datetime, until: datetime) -> datetime | None:
        """The first moment from ``start`` on that fits, whole minutes after a collision, or None by ``until``."""
        moment = start
        while moment <= until:
            near = self.neighbour(moment)
            if self.rules.is_quiet(moment):
                moment = _quiet_end(self.rules, moment)
            elif self.day_is_full(moment):
                moment = _next_day(self.rules, moment)
            elif near is not None:
                moment = _whole_minute(near + max(self.rules.min_gap, _MINUTE))
            else:
                return moment
        return None


def _quiet_end(rules: PlanRules, moment: datetime) -> datetime:
    assert rules.quiet is not None
    return rules.quiet.end_after(moment, rules.zone)


def _next_day(rules: PlanRules, moment: datetime) -> datetime:
    day = rules.day_of(moment) + timedelta(days=1)
    return datetime.combine(day, time(), rules.zone).astimezone(UTC)


def _whole_minute(moment: datetime) -> datetime:
    """The moment itself, or the next whole minute."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + _MINUTE


def _slots_of(rules: PlanRules, day: date) -> Iterator[datetime]:
    """The day's slots, UTC, in order; times the clocks skip that day do not exist."""
    for local in sorted({moment for line in rules.slots for moment in line.of_day(day)}):
        slot = datetime.combine(day, local, rules.zone).astimezone(UTC)
        if slot.astimezone(rules.zone).time() == local:
            yield slot


def _days_from(rules: PlanRules, moment: datetime) -> Iterator[date]:
    first = rules.day_of(moment)
    return (first + timedelta(days=count) for count in range(LOOK_AHEAD + 1))


def next_free_slot(
    rules: PlanRules, taken: Iterable[datetime], now: datetime, after: datetime | None = None
) -> datetime | None:
    """The first free slot later than ``now`` (and ``after``), or None within :data:`LOOK_AHEAD` days.

    ``taken``: due times of the scheduled posts and times of the posts that went out by plan.
    """
    plan = _Plan(rules, taken)
    since = now if after is None else max(now, after)
    for day in _days_from(rules, since):
        for slot in _slots_of(rules, day):
            if slot > since and plan.fits(slot):
                return slot
    return None


def free_slots(rules: PlanRules, taken: Iterable[datetime], day: date, now: datetime) -> tuple[datetime, ...]:
    """The free slots of an editorial day that are still to come."""
    plan = _Plan(rules, taken)
    return tuple(slot for slot in _slots_of(rules, day) if slot > now and plan.fits(slot))


def days_with_room(rules: PlanRules, taken: Iterable[datetime], now: datetime, count: int = 5) -> tuple[date, ...]:
    """The next days that have a free slot, at most ``count`` of them."""
    plan = _Plan(rules, taken)
    days: list[date] = []
    for day in _days_from(rules, now):
        if len(days) == count:
            break
        if any(slot > now and plan.fits(slot) for slot in _slots_of(rules, day)):
            days.append(day)
    return tuple(days)


def check_wish(rules: PlanRules, taken: Iterable[datetime], wish: datetime, now: datetime) -> datetime:
    """The moderator's own moment in UTC, if it can be had; it need not be a slot.

    Raises:
        TimePast, TimeTooFar, TimeQuiet, DayFull, TimeTaken: with the nearest later moment that can be had
        (none for a moment too far ahead).
    """
    wish = wish.astimezone(UTC)
    plan = _Plan(rules, taken)
    if wish <= now:
        raise TimePast(_nearest(plan, now + _SECOND, now))
    if wish > now + FARTHEST:
        raise TimeTooFar
    if rules.is_quiet(wish):
        raise TimeQuiet(_nearest(plan, wish, now))
    if plan.day_is_full(wish):
        raise DayFull(_nearest(plan, wish, now))
    if plan.neighbour(wish) is not None:
        raise TimeTaken(_nearest(plan, wish, now))
    return wish


def _nearest(plan: _Plan, start: datetime, now: datetime) -> datetime | None:
    return plan.first_fit(_whole_minute(start.astimezone(UTC)), now + FARTHEST)


def replan(
    rules: PlanRules,
    planned: Sequence[Planned],
    published: Sequence[datetime],
    now: datetime,
    grace: timedelta = GRACE,
) -> dict[int, datetime]:
    """The new due times, by number, of the posts that must move after downtime or a pause.

    What is overdue by more than ``grace`` goes out oldest first: the first one ``now`` or a gap after the last
    of the ``published`` (planned) posts, the others a gap apart, outside the quiet hours, within the daily
    limit.  Later posts are pushed only where they would collide.  Urgent ones never move.
    """
    plan = _Plan(rules, published)
    last = plan.taken[-1] if plan.taken else None
    moved: dict[int, datetime] = {}
    for post in sorted(planned, key=lambda post: (post.due_at, post.number)):
        if post.urgent:
            continue
        overdue = post.due_at < now - grace
        start = now if overdue else post.due_at
        moment = _after_last(plan, start, last, now)
        if moment != post.due_at:
            moved[post.number] = moment.astimezone(UTC)
        plan.add(moment)
        last = moment
    return moved


def _after_last(plan: _Plan, start: datetime, last: datetime | None, now: datetime) -> datetime:
    """The first moment from ``start`` on that keeps the gap to ``last``, the quiet hours and the limit."""
    rules = plan.rules
    moment = start
    if last is not None and moment - last < max(rules.kept_gap, _SECOND):
        moment = max(now, last + max(rules.min_gap, _SECOND))
    while True:
        if rules.is_quiet(moment):
            moment = _quiet_end(rules, max(moment, now))
        elif plan.day_is_full(moment):
            moment = _next_day(rules, max(moment, now))
        else:
            return moment


def due(
    planned: Sequence[Planned], published: Sequence[datetime], rules: PlanRules, now: datetime
) -> Planned | None:
    """The one post that may go out at this moment: an urgent one first, else the oldest that is due.

    A planned post keeps the gap to the last of the ``published`` (planned) ones; one that is late also keeps
    out of the quiet hours and of a day that is full, so that a plan nobody repaired makes no burst either.
    """
    ready = sorted((post for post in planned if post.due_at <= now), key=lambda post: (post.due_at, post.number))
    urgent = next((post for post in ready if post.urgent), None)
    if urgent is not None or not ready:
        return urgent
    oldest = ready[0]
    plan = _Plan(rules, published)
    if plan.taken and now - plan.taken[-1] < rules.kept_gap:
        return None
    late = now - oldest.due_at > GRACE
    return None if late and (rules.is_quiet(now) or plan.day_is_full(now)) else oldest
