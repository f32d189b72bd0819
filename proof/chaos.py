"""The nightly proof: everything at the large sizes, for so many minutes, from one seed.

``make chaos SEED=1 MINUTES=30``.  Rounds of kills, storms, faults, fuzz, races and tries follow each other with
seeds of their own until the time is over; every round prints its line, a failed one its findings and its artifact.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from proof import clock, crash_matrix, fault_matrix, fuzz, races, random_kills, unauthorised


@dataclass(frozen=True)
class Round:
    """What one round did. ``size`` in the unit of its proof; ``findings`` empty when all held."""

    name: str
    seed: int
    size: int
    findings: list[str]


def kills(seed: int) -> Round:
    """100 random kills."""
    _, result, facts = random_kills.kill_through(seed, 100)
    return Round("random kills", seed, facts["kills"], [*map(str, result.violations), *result.unsettled])


def storm(seed: int) -> Round:
    """50 random kills while the network fails too."""
    _, result, facts = random_kills.kill_through(seed, 50, storm=True)
    return Round("kills in a storm", seed, facts["kills"], [*map(str, result.violations), *result.unsettled])


def faults(seed: int) -> Round:
    """The whole table of faults, over again with another order."""
    done = fault_matrix.matrix(seed, 600, desks=3, seconds=240)
    found = [str(one) for run in done for one in (*run.result.violations, *run.result.unsettled)]
    return Round("faults", seed, sum(len(run.struck) for run in done), found)


def points(seed: int) -> Round:
    """Every fault point."""
    done = crash_matrix.matrix(crash_matrix.points())
    bad = [
        f"{one.point}: {one.result.violations or one.result.unsettled or 'not reached'}"
        for one in crash_matrix.wrong(done)
    ]
    return Round("fault points", seed, len(done), bad)


def events(seed: int) -> Round:
    """20,000 fuzzed events."""
    done = fuzz.fuzz(seed, 20_000)
    return Round("fuzzed events", seed, done.sent, [] if done.fine else [str(done)])


def raced(seed: int) -> Round:
    """2,000 races."""
    done = races.in_process(2000, seed)
    return Round("races", seed, done.races, [] if done.fine else [str(done)])


def tried(seed: int) -> Round:
    """6,000 unauthorised tries."""
    done = unauthorised.in_process(6000, seed)
    return Round("unauthorised", seed, done.tries, [*done.effects, *done.unlogged])


def clocks(seed: int) -> Round:
    """80 clock cases."""
    done = [clock.play(case) for case in clock.cases(80, seed)]
    return Round("clocks", seed, len(done), [f"{one.case.name}: {one.problems}" for one in done if one.problems])


ROUNDS: tuple[Callable[[int], Round], ...] = (kills, storm, faults, points, events, raced, tried, clocks)


def rounds(seed: int, minutes: float) -> Iterator[Round]:
    """Round after round until the time is over; a round that has begun is finished."""
    deadline = time.monotonic() + minutes * 60
    for number in count():
        if time.monotonic() > deadline:
            return
        yield ROUNDS[number % len(ROUNDS)](seed * 1000 + number)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30)
    asked = parser.parse_args(arguments)
    failed = 0
    for done in rounds(asked.seed, asked.minutes):
        failed += bool(done.findings)
        print(f"{done.name:18} seed {done.seed:<8} {done.size:>7}  {'ok' if not done.findings else 'NOT RIGHT'}")
        for line in done.findings[:20]:
            print("   ", line)
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
