"""Posts through all networks at once while every network breaks in every way: what stands there in the end is what
should stand there, once, in order, and whatever nobody can know is shown to people.

``python -m proof.crosspost --seed 1 --posts 1000``.  Suggestions are published in VK by hand, one after the other, and
the program releases them to the networks; each network meets the next fault of its list as soon as the last one has
struck.  Then the networks are well again, everything settles, and the checker judges.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

from proof.networks import environment, switched_on
from proof.office import Office, Result, office, table

BREAKS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("reset", {}),
    ("stall", {"seconds": 1.5}),
    ("slow", {"seconds": 1.0}),
    ("http", {"status": 502}),
    ("http", {"status": 500}),
    ("html200", {}),
    ("empty", {}),
    ("braces", {}),
    ("truncated", {}),
    ("effect_then_reset", {}),
    ("effect_then_stall", {"seconds": 1.5}),
    ("effect_then_http", {"status": 502}),
    ("effect_then_empty", {}),
    ("late_effect", {"seconds": 2.0}),
)
#: A receiver of signed events that answers "200" has received, whatever stands in the answer: no fault of ours to see.
NO_FAULT: Final = {"webhook": ("html200", "empty", "braces")}
#: What puts a post there; half of the faults strike these, the others whatever comes (pictures, looks, reads).
WRITES: Final = {
    "telegram": ["telegram.sendMessage", "telegram.sendPhoto", "telegram.sendMediaGroup"],
    "max": "max.messages",
    "ok": "ok.mediatopic.post",
    "wordpress": "wordpress.posts.create",
    "webhook": "webhook.receive",
}
AUTHORS: Final = (601, 602, 603)
#: A post takes its turn when no more than so many are on their way.
UNDER_WAY: Final = 6
#: The slowest network takes a post in so many seconds: five between two writes to walls, and what its faults cost.
SLOWEST: Final = 8.0


@dataclass
class Lane:
    """The faults of one network, in the order they come; ``armed`` is the one in force."""

    network: str
    waiting: list[tuple[str, dict[str, Any], int]]
    armed: int = 0
    struck: list[str] = field(default_factory=list)
    name: str = ""


class Breaker:
    """Breaks every network in turn, each fault once before any comes again."""

    def __init__(self, opened: Office, networks: Sequence[str], seed: int) -> None:
        self._office = opened
        self._dice = random.Random(seed)
        self.lanes = [Lane(network, self._shuffled(network)) for network in networks if network != "feeds"]

    def _shuffled(self, network: str) -> list[tuple[str, dict[str, Any], int]]:
        wanted = [one for one in BREAKS if one[0] not in NO_FAULT.get(network, ())]
        faults = [(what, rule, self._dice.choice((1, 1, 2, 3))) for what, rule in wanted]
        self._dice.shuffle(faults)
        return faults

    def step(self) -> None:
        """Note what has struck and arm the next."""
        sandbox = self._office.desk.sandbox
        fired = {rule["id"] for rule in sandbox.faults() if rule["fired"]}
        for lane in self.lanes:
            if lane.armed in fired:
                lane.struck.append(lane.name)
                lane.armed = 0
            if not lane.armed:
                if not lane.waiting:
                    lane.waiting = self._shuffled(lane.network)
                what, rule, nth = lane.waiting.pop(0)
                lane.name = f"{what} {rule.get('status', '')}".strip()
                lane.armed = sandbox.fault(what, **self._where(lane.network, nth), **rule)

    def _where(self, network: str, nth: int) -> dict[str, Any]:
        if network.startswith("vk_copy."):
            return {"method": "wall.post", "contains": f'"owner_id": "-{network.rpartition(".")[2]}"'}
        if self._dice.random() < 0.5:
            return {"method": WRITES.get(network, f"{network}.*")}
        return {"method": f"{network}.*", "nth": nth}


@dataclass(frozen=True)
class Crossposted:
    """How a run ended. ``struck``: faults by network; ``states``: copies by network and state."""

    posts: int
    result: Result
    struck: dict[str, list[str]]
    states: dict[str, Counter[str]]
    seconds: float


def run(seed: int, posts: int, *, faults: bool = True) -> Crossposted:
    """One desk, so many posts, all networks."""
    began = time.monotonic()
    dice = random.Random(seed)
    with office(CARDS_BURST="0", RECONCILE_SECONDS="1") as opened:
        networks = switched_on(opened.desk.sandbox)
        opened.desk.settings.update(environment(opened.desk.url, networks, opened.desk.folder))
        opened.prepare()
        opened.start()
        opened.desk.sandbox.limits(day_posts=0, burst_writes=0, wall_get_per_day=0)
        breaker = Breaker(opened, networks, seed)
        deadline = time.monotonic() + posts * SLOWEST + 60
        for number in range(posts):
            _one_post(opened, f"к{seed}-{number}-к", dice)
            while time.monotonic() < deadline:
                if faults:
                    breaker.step()
                if _under_way(opened) <= UNDER_WAY * len(networks):
                    break
                time.sleep(0.1)
        while faults and _under_way(opened) and time.monotonic() < deadline:
            breaker.step()
            time.sleep(0.1)
        opened.desk.sandbox.clear_faults()
        _put_right(opened)
        opened.facts["networks"] = networks
        opened.facts["lossy"] = False
        result = opened.judge(
            f"crosspost-{seed}", plan={"seed": seed, "posts": posts}, settle=120 + SLOWEST * _longest_queue(opened)
        )
        states: dict[str, Counter[str]] = {}
        for row in _rows(opened, "SELECT network, state FROM copies"):
            states.setdefault(row[0], Counter())[row[1]] += 1
    struck = {lane.network: lane.struck for lane in breaker.lanes}
    return Crossposted(posts, result, struck, states, time.monotonic() - began)


def _one_post(opened: Office, marker: str, dice: random.Random) -> None:
    """Suggested, seen by the program, published in VK by an editor."""
    people = opened.people
    post_id = people.suggest(marker, dice.choice(AUTHORS), photos=dice.choice((0, 0, 1, 2)))
    known = "SELECT count(*) FROM suggestions WHERE post_id = ?"
    opened.wait(lambda: _rows(opened, known, post_id)[0][0], 30, "the suggestion taken in")
    people.publish_by_hand(marker, post_id)


def _put_right(opened: Office) -> None:
    """What the program asks a person for: a network is well again, and everybody says so."""
    opened.people.resume()


def _under_way(opened: Office) -> int:
    """Copies that are neither out nor settled otherwise."""
    return int(_rows(opened, "SELECT count(*) FROM copies WHERE state = 'waiting'")[0][0])


def _longest_queue(opened: Office) -> int:
    """Copies that wait for the network with most of them."""
    question = "SELECT count(*) FROM copies WHERE state = 'waiting' GROUP BY network ORDER BY 1 DESC LIMIT 1"
    return int(next(iter(_rows(opened, question)), (0,))[0])


def _rows(opened: Office, question: str, *values: object) -> list[Any]:
    with closing(sqlite3.connect(opened.desk.database, timeout=30)) as connection:
        return connection.execute(question, values).fetchall()


def report(done: Crossposted) -> str:
    """Copies by network and state, faults by network, and what was found."""
    rows = []
    for network, states in sorted(done.states.items()):
        struck = done.struck.get(network, [])
        rows.append(
            (network, sum(states.values()), *(states[word] for word in STATES), len(struck), len(set(struck)))
        )
    lines = [table(rows, ("network", "copies", *STATES, "faults", "kinds"))]
    lines.append(f"{done.posts} posts, {len(done.result.violations)} violations, {done.seconds:.0f} s")
    lines += [str(one)[:300] for one in done.result.violations[:30]] + done.result.unsettled[:10]
    return "\n".join([*lines, f"artifact: {done.result.artifact}"])


STATES: Final = ("out", "waiting", "asked", "refused", "cancelled", "removed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.crosspost")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--posts", type=int, default=30)
    parser.add_argument("--well", action="store_true", help="without faults")
    asked = parser.parse_args(arguments)
    done = run(asked.seed, asked.posts, faults=not asked.well)
    print(report(done))
    return 0 if done.result.fine else 1


if __name__ == "__main__":
    sys.exit(main())
