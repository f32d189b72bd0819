"""Posts through all networks at once while every network breaks in every way: what stands there in the end is what
should stand there, once, in order, and whatever nobody can know is shown to people.

``python -m proof.crosspost --seed 1 --posts 1000 --desks 8``.  Each desk is a sandbox and a bot of its own.
Suggestions are approved one after the other, most by publishing them in VK by hand, some by «Опубликовать» on the
card; the program releases them to the networks, and each network meets fault after fault of its list.  Then the networks are well again, moderators answer what they were asked, everything settles,
and two judges speak: the promises of ``proof.checker``, and ``proof.tally``, which compares what readers see with
what moderators approved.

Off are VK's counts of a day (posts, reads of a wall) and its captcha after bursts; the program's own pace, five
seconds between writes to walls and Telegram's three seconds and twenty a minute, is what it always is.
"""

from __future__ import annotations

import argparse
import ctypes
import random
import re
import sqlite3
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from proof.networks import FEEDS, SITE, TITLES, Stands, environment, feed_faults, own_wall, standing, switched_on
from proof.office import Office, Result, office, table
from proof.tally import HEAD, Tally, summed, tally
from tests.sandbox_client import SandboxRefused

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
#: The next fault strikes the first to fourth post after the last one; at a receiver whose second failure costs five
#: minutes by its own rules, never the next attempt.
NEXT_AFTER: Final = {"webhook": (2, 3, 4)}
USUALLY_AFTER: Final = (1, 2, 3, 4)
#: What puts a post there; half of the faults strike these, the others whatever comes (pictures, looks, reads).
WRITES: Final = {
    "telegram": ["telegram.sendMessage", "telegram.sendPhoto", "telegram.sendMediaGroup"],
    "max": "max.messages",
    "ok": "ok.mediatopic.post",
    "wordpress": "wordpress.posts.create",
    "webhook": "webhook.receive",
}
AUTHORS: Final = (601, 602, 603)
#: So many of a hundred posts are published by the program, after «Опубликовать» on the card.
BY_CARD: Final = 10
#: So many of a hundred have a text that does not fit under a picture.
LONG: Final = 5
PHOTOS: Final = (0, 0, 0, 0, 1, 1, 1, 1, 2, 3)
TEN_PHOTOS: Final = 2
#: A post takes its turn when no more than so many are on their way.
UNDER_WAY: Final = 6
#: The slowest network takes a post in so many seconds: five between two writes to walls, and what its faults cost.
SLOWEST: Final = 25.0
#: How often a desk is looked at, seconds.
LOOK_EVERY: Final = 0.4
#: A folder of feeds is away so long at most, seconds.
FOLDER_AWAY: Final = 20.0
#: What failed is tried again within so many seconds.
LAST_TRY: Final = 330.0
#: How often moderators answer what they are asked before they are believed to be ignored.
ROUNDS: Final = 4


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
        self.lanes = [Lane(network, self._shuffled(network)) for network in networks if network != FEEDS]
        self.folder = Folder(opened)

    def _shuffled(self, network: str) -> list[tuple[str, dict[str, Any], int]]:
        wanted = [one for one in BREAKS if one[0] not in NO_FAULT.get(network, ())]
        after = NEXT_AFTER.get(network, USUALLY_AFTER)
        faults = [(what, rule, self._dice.choice(after)) for what, rule in wanted]
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
        self.folder.step()

    def _where(self, network: str, nth: int) -> dict[str, Any]:
        if network.startswith("vk_copy."):
            return {
                "method": "wall.post",
                "nth": nth,
                "contains": f'"owner_id": "-{network.rpartition(".")[2]}"',
            }
        if self._dice.random() < 0.5:
            return {"method": WRITES.get(network, f"{network}.*"), "nth": nth}
        return {"method": f"{network}.*", "nth": nth}

    def well(self) -> None:
        """Everything works again."""
        self._office.desk.sandbox.clear_faults()
        self.folder.back()

    def struck(self) -> dict[str, list[str]]:
        """Faults that struck, by network."""
        return {lane.network: lane.struck for lane in self.lanes} | {FEEDS: self.folder.struck}


class Folder:
    """The folder of feeds goes away and comes back: in its place, or in that of its pictures, stands a file."""

    def __init__(self, opened: Office) -> None:
        self._office = opened
        self._read = 0
        self._away: Path | None = None
        self._back_at = self._next_at = 0.0
        self.struck: list[str] = []

    def step(self) -> None:
        """Take it away now and then; bring it back when the program has noticed."""
        noticed = self._noticed()
        now = time.monotonic()
        if self._away is not None:
            if noticed:
                self.struck.append(f"{self._away.name} away")
            if noticed or now > self._back_at:
                self.back()
        elif now > self._next_at:
            self._take(now)

    def _take(self, now: float) -> None:
        site = self._office.desk.folder / SITE
        path = site if len(self.struck) % 2 == 0 else site / "media"
        if path.is_dir():
            _beside(path).write_text("a file")
            _exchange(path, _beside(path))
            self._away, self._back_at = path, now + FOLDER_AWAY

    def back(self) -> None:
        """As it was."""
        if self._away is not None:
            _exchange(self._away, _beside(self._away))
            _beside(self._away).unlink()
            self._away, self._next_at = None, time.monotonic() + FOLDER_AWAY

    def _noticed(self) -> bool:
        lines = self._office.desk.log
        new, self._read = lines[self._read :], len(lines)
        return any("feeds_not_written" in line for line in new)


def _beside(path: Path) -> Path:
    """Where the other one lies, outside of what the program writes."""
    return path.parent.parent / f"{path.name}-away" if path.name == "media" else path.with_name(f"{path.name}-away")


def _exchange(one: Path, other: Path) -> None:
    """Each in the other's place, at no moment neither: the program would make a new folder."""
    libc = ctypes.CDLL(None, use_errno=True)
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if libc.renameat2(here, bytes(one), here, bytes(other), swap):
        raise OSError(ctypes.get_errno(), "renameat2", str(one))


@dataclass(frozen=True)
class Desked:
    """How one desk ended. ``states``: copies by network and state, as the program has them."""

    posts: int
    result: Result
    tallies: dict[str, Tally]
    states: dict[str, Counter[str]]
    feeds: list[str]
    #: Why the run came to no end.
    broken: str = ""


@dataclass(frozen=True)
class Crossposted:
    """How a run ended, all desks together."""

    desks: list[Desked]
    seconds: float

    @property
    def tallies(self) -> dict[str, Tally]:
        return summed([one.tallies for one in self.desks])

    @property
    def fine(self) -> bool:
        well = all(one.result.fine and not one.feeds and not one.broken for one in self.desks)
        return well and all(one.fine for one in self.tallies.values())


def run(seed: int, posts: int, *, faults: bool = True, desks: int = 1) -> Crossposted:
    """So many posts, shared out among so many desks that run side by side."""
    began = time.monotonic()
    shares = [posts // desks + (at < posts % desks) for at in range(desks)]
    with ThreadPoolExecutor(desks) as pool:
        started = [pool.submit(_one, seed * 100 + at, share, faults=faults) for at, share in enumerate(shares)]
        done = [one.result() for one in started]
    return Crossposted(done, time.monotonic() - began)


class Play:
    """What people do on one desk, and what follows from it for readers."""

    def __init__(self, opened: Office, seed: int) -> None:
        self._office = opened
        self._dice = random.Random(seed)
        self._seed = seed
        self._photos: dict[str, int] = {}
        self._answered: set[tuple[int, str]] = set()
        self.approved: set[str] = set()

    def one_post(self, number: int) -> None:
        """Suggested, seen by the program, approved by an editor."""
        people, dice = self._office.people, self._dice
        marker = f"к{self._seed}-{number}-к"
        photos = 10 if dice.random() * 100 < TEN_PHOTOS else dice.choice(PHOTOS)
        words = "Подробности на месте. " * 60 if dice.random() * 100 < LONG else ""
        by_card = dice.random() * 100 < BY_CARD
        self._photos[marker] = photos
        post_id = people.suggest(marker, dice.choice(AUTHORS), photos=photos, words=words)
        self._wait(lambda: self._rows("SELECT 1 FROM suggestions WHERE post_id = ?", post_id), 60, "taken in")
        if by_card:
            self._wait(lambda: people.press(marker, "Опубликовать"), 60, "the card")
        else:
            people.publish_by_hand(marker, post_id)
        self.approved.add(marker)
        released = (
            "SELECT 1 FROM posts JOIN suggestions USING (number)"
            " WHERE suggestions.post_id = ? AND released_at IS NOT NULL"
        )
        self._wait(lambda: self._rows(released, post_id), 240, "released")

    def expected(self) -> list[Stands]:
        """What every network should show: what was approved, in the order of the community's own wall."""
        wall = own_wall(self._office.desk.sandbox)
        assert sorted(wall) == sorted(self.approved), "the wall itself is not what was approved"
        return [Stands(marker, self._photos[marker]) for marker in wall]

    # -- what people are asked ---------------------------------------------------------------------------

    def questions(self) -> list[tuple[int, str]]:
        """Number and network's title of every copy that the chat was asked about."""
        found = [
            re.findall(r"№ (\d+), ([^:\n]+): не знаем, вышла ли", one["text"])
            for one in self._office.desk.sandbox.chat()
        ]
        return [(int(number), title) for some in found for number, title in some]

    def answer_all(self) -> None:
        """Moderators look into the network and press «Вышло» or «Повторить»."""
        there = standing(self._office.desk.sandbox, self._office.desk.folder / SITE)
        for number, title in self.questions():
            if (number, title) in self._answered or not self._open(number, TITLES[title]):
                continue
            self._answered.add((number, title))
            marker = self._marker(number)
            stands = marker in [one.marker for one in there.get(TITLES[title], ())]
            self._answer(marker, f"{'Вышло' if stands else 'Повторить'}: {title}"[:40])

    def _open(self, number: int, network: str) -> bool:
        """Whether the question still stands: what is found later settles it."""
        asked = "SELECT 1 FROM copies WHERE number = ? AND network = ? AND state = 'asked'"
        return bool(self._rows(asked, number, network))

    def _answer(self, marker: str, label: str) -> None:
        people = self._office.people
        for step in ("Ещё", "Сети", label):
            self._wait(lambda step=step: people.press(marker, step), 30, f"«{step}» on the card of {marker}")

    def asked(self) -> dict[str, set[str]]:
        """Markers that people were asked about, by network."""
        found: dict[str, set[str]] = {}
        for number, title in self.questions():
            found.setdefault(TITLES[title], set()).add(self._marker(number))
        return found

    def _marker(self, number: int) -> str:
        post_id = self._rows("SELECT post_id FROM suggestions WHERE number = ?", number)[0][0]
        return str(self._office.people.marker_of(post_id))

    def _rows(self, question: str, *values: object) -> list[Any]:
        return rows(self._office, question, *values)

    def _wait(self, seen: Any, seconds: float, what: str) -> None:
        def tried() -> Any:
            try:
                return seen()
            except SandboxRefused:
                return None

        self._office.wait(tried, seconds, what)


def _one(seed: int, posts: int, *, faults: bool) -> Desked:
    """One desk; that it broke is told like everything else."""
    try:
        done = _desk(seed, posts, faults=faults)
    except Exception:  # noqa: BLE001
        done = Desked(0, Result([], [], 0.0), {}, {}, [], traceback.format_exc())
    print(f"desk {seed}: {done.posts} posts, {len(done.result.violations)} violations {done.broken}", flush=True)
    return done


#: Desks start one after the other.
_starting = threading.Lock()


def _started(opened: Office) -> list[str]:
    """Networks that are on."""
    networks = switched_on(opened.desk.sandbox)
    opened.desk.settings.update(environment(opened.desk.url, networks, opened.desk.folder))
    opened.prepare()
    opened.start()
    opened.desk.sandbox.limits(day_posts=0, burst_writes=0, wall_get_per_day=0)
    return networks


def _desk(seed: int, posts: int, *, faults: bool) -> Desked:
    with ExitStack() as ends:
        with _starting:
            opened = ends.enter_context(office(CARDS_BURST="0", RECONCILE_SECONDS="1", AUTHOR_DAILY_LIMIT="0"))
            networks = _started(opened)
        play, breaker = Play(opened, seed), Breaker(opened, networks, seed)
        deadline = time.monotonic() + posts * SLOWEST + 60
        for number in range(posts):
            play.one_post(number)
            while time.monotonic() < deadline and _under_way(opened) > UNDER_WAY * len(networks):
                _stir(breaker, faults)
            _stir(breaker, faults)
        while faults and _under_way(opened) and time.monotonic() < deadline:
            _stir(breaker, faults)
        breaker.well()
        return _judged(opened, play, breaker, networks, seed, posts)


def _stir(breaker: Breaker, faults: bool) -> None:
    if faults:
        breaker.step()
    time.sleep(LOOK_EVERY)


def _judged(opened: Office, play: Play, breaker: Breaker, networks: Sequence[str], seed: int, posts: int) -> Desked:
    opened.people.resume()  # everybody says that all is well again
    _wait_for_tries(opened)
    for _ in range(ROUNDS):
        opened.settle(120 + SLOWEST * _longest_queue(opened))
        if not rows(opened, "SELECT 1 FROM copies WHERE state = 'asked'"):
            break
        play.answer_all()
    opened.facts |= {"networks": networks, "lossy": False}
    result = opened.judge(f"crosspost-{seed}", plan={"seed": seed, "posts": posts}, settle=120)
    expected, asked = play.expected(), play.asked()
    there = standing(opened.desk.sandbox, opened.desk.folder / SITE)
    tallies = {network: tally(expected, there.get(network, ()), asked.get(network, ())) for network in networks}
    for network, struck in breaker.struck().items():
        tallies[network].struck = struck
    states: dict[str, Counter[str]] = {}
    for network, state in rows(opened, "SELECT network, state FROM copies"):
        states.setdefault(network, Counter())[state] += 1
    feeds = feed_faults(opened.desk.folder / SITE, expected)
    return Desked(posts, result, tallies, states, feeds)


def _wait_for_tries(opened: Office) -> None:
    """What failed a moment ago has its next try in some minutes at the latest, which looks like rest until then."""
    tries = (
        "SELECT 1 FROM copies JOIN outbox ON outbox.id = copies.delivery "
        "WHERE copies.state = 'waiting' AND outbox.state = 'waiting'"
    )
    deadline = time.monotonic() + LAST_TRY
    while rows(opened, tries) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY)


def _under_way(opened: Office) -> int:
    """Copies that are neither out nor settled otherwise."""
    return int(rows(opened, "SELECT count(*) FROM copies WHERE state = 'waiting'")[0][0])


def _longest_queue(opened: Office) -> int:
    """Copies that wait for the network with most of them."""
    question = "SELECT count(*) FROM copies WHERE state = 'waiting' GROUP BY network ORDER BY 1 DESC LIMIT 1"
    return int(next(iter(rows(opened, question)), (0,))[0])


def rows(opened: Office, question: str, *values: object) -> list[Any]:
    """What the program's database says; for waiting, not for judging."""
    with closing(sqlite3.connect(opened.desk.database, timeout=30)) as connection:
        return connection.execute(question, values).fetchall()


def report(done: Crossposted) -> str:
    """A line per network, all desks together, and what was found."""
    posts = sum(one.posts for one in done.desks)
    lines = [table([(name, *one.row) for name, one in sorted(done.tallies.items())], ("network", *HEAD))]
    states: Counter[str] = Counter()
    for desk in done.desks:
        states.update(word for counts in desk.states.values() for word in counts.elements())
    lines.append(f"copies as the program has them: {dict(states)}")
    violations = sum(len(one.result.violations) for one in done.desks)
    lines.append(f"{posts} posts, {len(done.desks)} desks, {violations} violations, {done.seconds:.0f} s")
    for name, one in done.tallies.items():
        if not one.fine:
            lines.append(f"{name}: lost {one.lost[:9]} doubled {one.doubled[:9]} strange {one.strange[:9]}")
            lines.append(f"{name}: poorer {one.poorer[:9]} out of order {one.disorder[:9]}")
    for desk in done.desks:
        lines += [desk.broken] if desk.broken else []
        lines += [str(one)[:300] for one in desk.result.violations[:20]]
        lines += [*desk.result.unsettled[:10], *desk.feeds, f"artifact: {desk.result.artifact}"]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.crosspost")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--posts", type=int, default=30)
    parser.add_argument("--desks", type=int, default=1)
    parser.add_argument("--well", action="store_true", help="without faults")
    asked = parser.parse_args(arguments)
    done = run(asked.seed, asked.posts, faults=not asked.well, desks=asked.desks)
    print(report(done))
    return 0 if done.fine else 1


if __name__ == "__main__":
    sys.exit(main())
