"""The nightly proof: everything at the large sizes, for so many minutes, from one seed.

``make chaos SEED=1 MINUTES=30``.  Rounds of kills, storms, faults, fuzz, races and tries follow each other with
seeds of their own until the time is over; every round prints its line, a failed one its findings, its artifact and
the command that plays it again.  At the end stand the sums, and what they prove.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Final

from proof import clock, crash_matrix, crosspost, fault_matrix, fuzz, races, random_kills, unauthorised
from proof.commit import commit
from proof.fortnight.play import play
from proof.fortnight.promises import judge
from proof.lives.life import KINDS, Lived, live
from proof.office import Result, table


@dataclass(frozen=True)
class Round:
    """What one round did. ``size`` in the unit of its proof; ``findings`` empty when all held.

    ``lost``, ``doubled`` and ``stuck`` are those among the findings.  ``again``: the command that plays it again,
    at ``commit``.
    """

    name: str
    seed: int
    size: int
    findings: list[str]
    again: str
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    seconds: float = 0.0
    commit: str = ""


def _judged(
    name: str, seed: int, size: int, again: str, results: Iterable[Result], more: Sequence[str] = ()
) -> Round:
    found = list(results)
    findings = [line for one in found for line in (*map(str, one.violations), *one.unsettled)]
    findings += [f"artifact: {one.artifact}" for one in found if not one.fine]
    return Round(
        name,
        seed,
        size,
        [*findings, *more],
        again,
        lost=sum(one.found("R1", "R2") for one in found),
        doubled=sum(one.found("R3", "R4") for one in found),
        stuck=sum(len(one.unsettled) for one in found),
    )


def kills(seed: int) -> Round:
    """100 random kills."""
    _, result, facts = random_kills.kill_through(seed, 100)
    again = f"python -m proof.random_kills --seed {seed} --kills 100"
    return _judged("random kills", seed, facts["kills"], again, [result])


def storm(seed: int) -> Round:
    """50 random kills while the network fails too."""
    _, result, facts = random_kills.kill_through(seed, 50, storm=True)
    again = f"python -m proof.random_kills --seed {seed} --kills 50 --storm"
    return _judged("kills in a storm", seed, facts["kills"], again, [result])


def faults(seed: int) -> Round:
    """The whole table of faults, over again with another order."""
    done = fault_matrix.matrix(seed, 1500, desks=3, seconds=420)
    again = f"python -m proof.fault_matrix --seed {seed} --faults 1500 --seconds 420"
    return _judged("faults", seed, sum(len(run.struck) for run in done), again, [run.result for run in done])


def points(seed: int) -> Round:
    """Every fault point."""
    done = crash_matrix.matrix(crash_matrix.points())
    bad = [f"{one.point}: not reached" for one in crash_matrix.wrong(done) if one.result.fine]
    again = "python -m proof.crash_matrix"
    return _judged("fault points", seed, sum(one.reached for one in done), again, [one.result for one in done], bad)


def networks(seed: int) -> Round:
    """60 posts through all networks while each of them breaks."""
    return crossposted(seed, 60, crosspost.run(seed, 60))


def crossposted(seed: int, posts: int, done: crosspost.Crossposted) -> Round:
    """How a run through the networks ended, with what is wrong in each of them."""
    size = sum(len(one.struck) for one in done.tallies.values())
    wrong = [
        f"{network} {kind}: {marker}"
        for network, one in done.tallies.items()
        for kind in ("lost", "doubled", "strange", "poorer", "disorder")
        for marker in getattr(one, kind)
    ]
    more = [*wrong, *(line for desk in done.desks for line in (*desk.feeds, desk.broken) if line)]
    again = f"python -m proof.crosspost --seed {seed} --posts {posts}"
    judged = _judged("faults of networks", seed, size, again, [desk.result for desk in done.desks], more)
    lost, doubled = (sum(len(getattr(one, kind)) for one in done.tallies.values()) for kind in ("lost", "doubled"))
    return replace(judged, lost=judged.lost + lost, doubled=judged.doubled + doubled)


def events(seed: int) -> Round:
    """20,000 fuzzed events."""
    done = fuzz.fuzz(seed, 20_000)
    found = [] if done.fine else [str(done)]
    return Round("fuzzed events", seed, done.sent, found, f"python -m proof.fuzz --seed {seed} --events 20000")


def raced(seed: int) -> Round:
    """2,000 races."""
    done = races.in_process(2000, seed)
    found = [] if done.fine else [str(done)]
    return Round("races", seed, done.races, found, f"python -m proof.races --seed {seed} --races 2000")


def tried(seed: int) -> Round:
    """6,000 unauthorised tries."""
    done = unauthorised.in_process(6000, seed)
    again = f"python -m proof.unauthorised --seed {seed} --tries 6000"
    return Round("unauthorised tries", seed, done.tries, [*done.effects, *done.unlogged], again)


def clocks(seed: int) -> Round:
    """80 clock cases."""
    done = [clock.play(case) for case in clock.cases(80, seed)]
    found = [f"{one.case.name}: {one.problems}" for one in done if one.problems]
    return Round("clocks", seed, len(done), found, f"python -m proof.clock --seed {seed} --cases 80")


def fortnight(seed: int) -> Round:
    """A hundred authors through a fortnight."""
    ended = play(seed)
    found = [str(one) for one in judge(ended)]
    size = len(ended.evidence.tables["suggestions"])
    return Round("fortnights", seed, size, found, f"python -m proof.fortnight --seed {seed}")


def lives(seed: int) -> Round:
    """40 lives of each kind, others in every round."""
    first = 40 * seed
    return lived(first, 220, [live(first + more, kind, 220) for kind in KINDS for more in range(40)])


def lived(seed: int, steps: int, done: Sequence[Lived]) -> Round:
    """How random lives ended, with what did not hold in each of them."""
    found = [f"{one.kind}, seed {one.seed}: {wrong}" for one in done for wrong in one.wrong]
    again = f"python -m proof.lives --seed {seed} --lives {len(done) // len(KINDS)} --steps {steps}"
    return Round("random lives", seed, len(done), found, again)


ROUNDS: Final[dict[str, Callable[[int], Round]]] = {
    "kills": kills,
    "storm": storm,
    "faults": faults,
    "points": points,
    "networks": networks,
    "events": events,
    "races": raced,
    "tries": tried,
    "clocks": clocks,
    "fortnight": fortnight,
    "lives": lives,
}


def rounds(seed: int, minutes: float, wanted: Sequence[str] = ()) -> Iterator[Round]:
    """Round after round until the time is over; a round that has begun is finished."""
    deadline = time.monotonic() + minutes * 60
    kinds = [ROUNDS[name] for name in wanted or ROUNDS]
    for number in count():
        if time.monotonic() > deadline:
            return
        yield timed(kinds[number % len(kinds)], seed * 1000 + number)


def timed(kind: Callable[[int], Round], seed: int) -> Round:
    """The round with its seconds; a proof that breaks off is a finding too."""
    began = time.monotonic()
    try:
        done = kind(seed)
    except Exception as fault:  # noqa: BLE001  # told in the round
        done = Round(kind.__name__, seed, 0, [f"broke off: {type(fault).__name__}: {fault}"], "")
    return Round(**{**asdict(done), "seconds": time.monotonic() - began})


def totals(done: Sequence[Round]) -> str:
    """The sums by kind; ``at most``: the share of trouble that is still possible, with 95 % confidence (3/N)."""
    rows = []
    for name in dict.fromkeys(one.name for one in done):
        same = [one for one in done if one.name == name]
        size, bad = sum(one.size for one in same), sum(bool(one.findings) for one in same)
        hurt = sum(one.lost + one.doubled + one.stuck for one in same)
        bound = f"{300 / size:.3g} %" if size and not hurt else "—"
        lost, doubled, stuck = (sum(getattr(one, kind) for one in same) for kind in ("lost", "doubled", "stuck"))
        rows.append((name, len(same), size, bad, lost, doubled, stuck, bound))
    return table(rows, ("proof", "rounds", "done", "rounds not right", "lost", "doubled", "stuck", "at most"))


def show(done: Round) -> None:
    """The line of a round and, when something was found, the findings and how to see them again."""
    verdict = "NOT RIGHT" if done.findings else "ok"
    print(f"{done.name:18} seed {done.seed:<8} {done.size:>7} {done.seconds:>6.0f} s  {verdict}")
    for line in done.findings[:20]:
        print("   ", line[:400])
    if done.findings and done.again:
        print("    again:", done.again)
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--only", nargs="*", choices=sorted(ROUNDS), default=[], help="rounds of these kinds alone")
    parser.add_argument("--record", type=Path, help="a file of JSON lines to which every round is added")
    parser.add_argument("--sum", type=Path, nargs="*", help="print the sums of these files and run nothing")
    asked = parser.parse_args(arguments)
    if asked.sum:
        read = [Round(**json.loads(line)) for path in asked.sum for line in path.read_text().splitlines()]
        print(totals(read))
        return 1 if any(one.findings for one in read) else 0
    stands_at = commit()
    print(f"commit {stands_at}, seed {asked.seed}, {asked.minutes:g} minutes", flush=True)
    done: list[Round] = []
    for one in rounds(asked.seed, asked.minutes, asked.only):
        done.append(one)
        show(one)
        if asked.record:
            with asked.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps({**asdict(one), "commit": stands_at}, ensure_ascii=False) + "\n")
    print(totals(done))
    return 1 if any(one.findings for one in done) else 0


if __name__ == "__main__":
    sys.exit(main())
