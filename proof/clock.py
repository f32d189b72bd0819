"""Clocks that jump: steps back and forth, both changes of summer time, the New Year, hours of downtime.

Each case queues posts on a desk with an injected clock, lets the time pass minute by minute and notes when each post
would leave.  Never before its time, never closer together than the gap, never in the quiet hours, none forgotten.
``python -m proof.clock --cases 40``.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from editorial.crontab import parse_lines
from editorial.delivery import Sent
from editorial.slots import PlanRules, QuietHours
from editorial.suggestion import Status
from handlers import publication
from handlers.context import Desk
from proof import rooms
from proof.office import table
from tests.builders import GROUP, WALL, suggested
from tests.handlers.world import World

GAP: Final = timedelta(minutes=60)
#: The gap a plan keeps is a little shorter, so that a post of 12:00 that leaves late does not take 13:00 away.
KEPT_GAP: Final = timedelta(minutes=59)
STEP: Final = timedelta(minutes=3)
POSTS: Final = 5


@dataclass(frozen=True)
class Case:
    """``jumps``: at which minute of real time the clock is moved by how much. ``down``: minutes without a program."""

    name: str
    zone: str
    start: datetime
    hours: int
    jumps: tuple[tuple[int, timedelta], ...] = ()
    down: tuple[int, int] = (0, 0)
    slots: str = "0,30 9-21 * * *"


@dataclass
class Told:
    """What happened in a case."""

    case: Case
    out: list[tuple[datetime, datetime, datetime]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def cases(count: int, seed: int = 1) -> list[Case]:
    """The fixed ones first, then random jumps from the seed."""
    berlin, moscow = "Europe/Berlin", "Europe/Moscow"

    def at(year: int, month: int, day: int, hour: int = 6) -> datetime:
        return datetime(year, month, day, hour, tzinfo=UTC)

    fixed = [
        Case("an even day", moscow, at(2026, 11, 25), 16),
        Case("spring forward", berlin, at(2026, 3, 28, 18), 24, slots="0,30 * * * *"),
        Case("autumn back", berlin, at(2026, 10, 24, 18), 24, slots="0,30 * * * *"),
        Case("spring forward at noon of the plan", "America/Havana", at(2026, 3, 7, 22), 30, slots="0 * * * *"),
        Case("autumn back, half an hour", "Australia/Lord_Howe", at(2026, 4, 4, 6), 24, slots="0,30 * * * *"),
        Case("New Year", moscow, at(2026, 12, 31, 15), 24, slots="0,59 0-23 * * *"),
        Case("29 February", moscow, at(2028, 2, 28, 18), 24),
        Case("down for a night", moscow, at(2026, 11, 25), 40, down=(60, 14 * 60)),
        Case("down for two days", moscow, at(2026, 11, 25), 80, down=(30, 48 * 60)),
        Case("down over spring forward", berlin, at(2026, 3, 28, 12), 40, down=(30, 20 * 60)),
    ]
    for seconds in (1, 59, 600, 3600, 86400, 30 * 86400, 365 * 86400):
        for sign in (1, -1):
            jump = timedelta(seconds=sign * seconds)
            fixed.append(Case(f"step {jump.total_seconds():+.0f} s", moscow, at(2026, 11, 25), 60, ((95, jump),)))
    for seconds in (600, 86400):
        there_and_back = ((60, timedelta(seconds=seconds)), (75, timedelta(seconds=-seconds)))
        fixed.append(Case(f"there and back {seconds} s", moscow, at(2026, 11, 25), 60, there_and_back))
    dice = random.Random(seed)
    while len(fixed) < count:
        jump = timedelta(seconds=dice.choice((-1, 1)) * dice.choice((5, 90, 1800, 7200, 40_000, 200_000)))
        down = (dice.randrange(30, 300), dice.choice((0, 0, 45, 600)))
        start = at(2026, dice.randrange(1, 13), dice.randrange(1, 29), dice.randrange(24))
        jumps = ((dice.randrange(30, 400), jump),)
        fixed.append(Case(f"random {len(fixed)}", dice.choice((moscow, berlin)), start, 60, jumps, down))
    return fixed[:count]


def play(case: Case) -> Told:
    """One case from the queueing to the last post."""
    told = Told(case)
    zone = ZoneInfo(case.zone)
    by_day = "-" in case.slots  # slots of every hour are cases about the hours of the night
    quiet = QuietHours.parse("22:00-08:00") if by_day else None
    plan = PlanRules(parse_lines(case.slots), GAP, 8, quiet, zone)
    with rooms.world(Desk(GROUP, WALL, "club1", zone, plan, letters_quiet=None)) as world:
        world.now = case.start
        for number in range(1, POSTS + 1):
            world.happens(suggested(number, text=f"Новость {number} о музее и библиотеке", at=world.now))
            world.press(number, "В очередь")
        _pass_time(world, case, told)
        _judge(world, told, plan)
    return told


def _pass_time(world: World, case: Case, told: Told) -> None:
    offset, jumps = timedelta(), list(case.jumps)
    for minute in range(0, case.hours * 60, int(STEP.total_seconds()) // 60):
        real = case.start + timedelta(minutes=minute)
        while jumps and minute >= jumps[0][0]:
            offset += jumps.pop(0)[1]
        world.now = real + offset
        if not case.down[0] <= minute < case.down[0] + case.down[1]:
            _tick(world, real, told)
        if not jumps and _all_out(world):
            return


def _tick(world: World, real: datetime, told: Told) -> None:
    """What the program's clock does at a moment: repair the plan when it was missed, send what is due."""
    with world.unit() as context:
        if publication.has_missed(context):
            publication.replan_after_gap(context)
    with world.look() as context:
        due = {one.number: one.due_at for one in context.unit.suggestions.scheduled()}
    for number in world.wall(Sent({"post_id": 9000 + len(told.out)})):
        planned = due.get(number) or world.now
        told.out.append((real, world.now, planned))


def _all_out(world: World) -> bool:
    """Whether no time that passes can change anything any more."""
    with world.look() as context:
        return len(context.unit.suggestions.by_status(Status.PUBLISHED, POSTS)) == POSTS


def _judge(world: World, told: Told, plan: PlanRules) -> None:
    for real, now, due in told.out:
        if now < due:
            told.problems.append(f"left at {now:%d.%m %H:%M}, due at {due:%d.%m %H:%M}")
        if plan.is_quiet(due):
            told.problems.append(f"left at {now:%d.%m %H:%M} UTC, in the quiet hours ({real:%H:%M})")
    forward = all(jump > timedelta() for _, jump in told.case.jumps)
    for (_, first, _), (_, second, _) in zip(told.out, told.out[1:], strict=False):
        if timedelta() <= second - first < KEPT_GAP and (forward or second >= first):
            told.problems.append(f"posts at {first:%d.%m %H:%M} and {second:%d.%m %H:%M}")
    days = Counter(now.astimezone(plan.zone).date() for _, now, _ in told.out)
    told.problems += [f"{count} posts on {day}" for day, count in days.items() if count > plan.daily_limit]
    left = [number for number in range(1, POSTS + 1) if world.suggestion(number).status is not Status.PUBLISHED]
    for number in left:
        one = world.suggestion(number)
        if one.status is not Status.SCHEDULED or one.due_at is None or one.due_at <= world.now - STEP:
            told.problems.append(f"№ {number} is {one.status}, due {one.due_at}, at {world.now}")
        elif not told.case.jumps:
            told.problems.append(f"№ {number} is still waiting for {one.due_at}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.clock")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    done = [play(case) for case in cases(asked.cases, asked.seed)]
    print(
        table([(one.case.name, len(one.out), "; ".join(one.problems) or "ok") for one in done], ("case", "out", ""))
    )
    return 1 if any(one.problems for one in done) else 0


if __name__ == "__main__":
    sys.exit(main())
