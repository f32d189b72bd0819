"""The crash matrix: the process is killed at every named point of its start and of a suggestion's life, and started again.

With ``--networks`` the post goes on to all networks, and the points are those of its way there.

A run with tracing lists the points.  Then desks work side by side, each with a share of them: a suggestion is played
until the process is dead of its point, the process is started again, the play is finished, everything settles and is
judged; the next suggestion meets the next point.  ``python -m proof.crash_matrix [--seeds N] [--only TEXT]``.
"""

from __future__ import annotations

import argparse
import queue
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from proof.checker import Violation
from proof.networks import SITE, Stands, environment, feed_faults, switched_on
from proof.office import Died, Office, Result, table
from tests.stories.desk import Running, clean_environment

#: Points of polling that repeat for ever: their first so many times count.
ENDLESS: Final = {"vk.wall.get": 3, "vk.longpoll": 4}
#: What is called on the way to another community's wall, and on our own before it.
ON_OTHER_WALLS: Final = ("vk.photos.", "vk.wall.post.", "vk.wall.getById.")
HEAD: Final = ("point", "lost", "doubled", "stuck", "asked", "verdict")
#: Seconds within which the process dies of a point that lies on its way.
DIES_WITHIN: Final = 8.0
#: Seconds without a new point after which a start or a life is over.
QUIET: Final = 2.5
#: A message that goes out alone, and one that shares its call with others.
SHARED: Final = ("vk.messages.send", "vk.execute")


class Point(NamedTuple):
    """A named place, the how-many-eth time it is reached, and whether that is while the program starts."""

    name: str
    nth: int
    starting: bool = False

    def __str__(self) -> str:
        return f"{'start ' if self.starting else ''}{self.name}:{self.nth}"


@dataclass(frozen=True)
class Killed:
    """One death of the matrix."""

    point: Point
    reached: bool
    result: Result
    #: Networks people were asked about: nobody but them can tell whether they have the post.
    asked: tuple[str, ...] = ()

    @property
    def row(self) -> tuple[object, ...]:
        """A line of the table."""
        result = self.result
        stuck = len(result.unsettled)
        verdict = "ok" if result.fine and self.reached else "; ".join(map(str, result.violations)) or "not reached"
        asked = ",".join(self.asked) or "-"
        return (
            str(self.point),
            result.found("R1", "R2"),
            result.found("R3", "R4"),
            stuck,
            asked,
            verdict[:200],
        )


class Play:
    """Suggestion → card → «Опубликовать» → post → letter, going on where it stood after the bot was started anew."""

    def __init__(self, office: Office, serial: int, networks: Sequence[str] = ()) -> None:
        self.marker = f"мтрц{serial}-77-к"
        self._author = 7000 + serial  # a new one every time: the program has to learn the name
        self._office = office
        self._networks = networks
        self.post_id = 0
        self._pressed = False

    def go_on(self) -> None:
        """Play to the end. Raises Died when the bot dies on the way, AssertionError when it never comes to the end."""
        office, people = self._office, self._office.people
        if not self.post_id:
            name = {"first_name": f"Автор{self._author}", "last_name": "Посёлков", "city": "Иркутск"}
            office.desk.sandbox.do("person", id=self._author, messages="allowed", **name)
            self.post_id = people.suggest(self.marker, self._author, photos=1)
        if not self._pressed:
            office.wait(lambda: people.press(self.marker, "Опубликовать"), 60, "the card")
            self._pressed = True
        office.wait(self._posted, 90, "the post")
        office.wait(self._told, 60, "the letter")
        office.wait(self._proved, 60, "the card that says so")
        if self._networks:
            office.wait(self._everywhere, 120, "the copies")

    def _posted(self) -> int | None:
        wall = self._office.desk.sandbox.state(only="wall")["wall"]
        return next((int(post["id"]) for post in wall if self.marker in post["text"]), None)

    def _told(self) -> bool:
        link = f"wall-1_{self._posted()}"
        letters = self._office.desk.sandbox.dialog(self._author)
        return any(one["from_id"] < 0 and link in one["text"] for one in letters)

    def _proved(self) -> bool:
        chat = self._office.desk.sandbox.chat()
        return any(self.marker in one["text"] and "проверено" in one["text"] for one in chat)

    def _everywhere(self) -> bool:
        """Every network has the post, or people are asked whether it has."""
        settled = """
            SELECT count(*) FROM copies JOIN suggestions USING (number)
            WHERE post_id = ? AND state IN ('out', 'asked')
        """
        with closing(sqlite3.connect(self._office.desk.database, timeout=30)) as connection:
            found = connection.execute(settled, (self.post_id,)).fetchone()
        return int(found[0]) >= len(self._networks)


class Chain:
    """A desk that dies of one point after the other."""

    def __init__(self, folder: Path, url: str, *, networks: bool) -> None:
        self.office = Office(folder, url=url).prepare()
        self._networks = _switch_on(self.office) if networks else []
        self._fuse = folder / "fuse.txt"
        self.office.desk.settings["OKMO_FAULT_FILE"] = str(self._fuse)
        self._serial = count(1)
        self._up = False
        self._known: set[str] = set()
        self._stands: list[Stands] = []

    def dies(self, point: Point) -> Killed:
        """Die at the point of a suggestion's life, start again, finish, judge what came to what was known before."""
        if not self._up:
            self.office.start()
            self._up = True
        play = self._play()
        self._arm(point)
        with suppress(Died, AssertionError):  # a point that was never met is told in the table
            play.go_on()
            self._await_death()
        reached = not self.office.alive
        self._disarm()
        if reached:
            self.office.kills += 1
            self._launch()
        return Killed(point, reached, self._finish(play, str(point)), self._asked(play))

    def dies_starting(self, points: Sequence[Point]) -> list[Killed]:
        """Die at one point of the start after the other, then live through one life. The desk must be a new one: some
        of it is done once."""
        reached = {}
        for point in points:
            self._arm(point)
            self._launch()
            with suppress(Died, AssertionError):
                self._await_death()
            reached[point] = not self.office.alive
            self.office.kill()
        self._disarm()
        self._launch()
        result = self._finish(self._play(), "start")
        return [Killed(point, reached[point], result) for point in points]

    def close(self) -> None:
        """End every process of this desk."""
        self.office.close()

    def _play(self) -> Play:
        return Play(self.office, next(self._serial), self._networks)

    def _await_death(self) -> None:
        self.office.wait(lambda: False, DIES_WITHIN, "the end of the bot")

    def _finish(self, play: Play, what: str) -> Result:
        try:
            play.go_on()
        except (AssertionError, Died) as fault:
            judged = self.office.judge(f"crash-{what}", plan=str(fault), settle=1)
            return Result(judged.violations, [str(fault), *judged.unsettled], judged.seconds, judged.artifact)
        self._stands.append(Stands(play.marker, 1))
        return self._judge(what)

    def _launch(self) -> None:
        self.office.people.note("restart")
        self.office.launch()
        self._up = True

    def _arm(self, point: Point) -> None:
        written = self._fuse.with_suffix(".new")
        written.write_text(f"{point.name}:{point.nth}", encoding="utf-8")
        written.replace(self._fuse)

    def _disarm(self) -> None:
        self._fuse.unlink()

    def _judge(self, what: str) -> Result:
        """What is wrong now and was not before; the feeds' files are read too."""
        result = self.office.judge(f"crash-{what}")
        wrong = list(result.violations)
        if self._networks:
            wrong += [Violation("R4", what) for what in feed_faults(self.office.desk.folder / SITE, self._stands)]
        new = [one for one in wrong if str(one) not in self._known]
        self._known |= {str(one) for one in new}
        return Result(new, result.unsettled, result.seconds, result.artifact)

    def _asked(self, play: Play) -> tuple[str, ...]:
        question = """
            SELECT DISTINCT json_extract(payload, '$.network') FROM outbox
            WHERE kind = 'note' AND json_extract(payload, '$.note') = 'copy_asked'
            AND number = (SELECT number FROM suggestions WHERE post_id = ?)
        """
        with closing(sqlite3.connect(self.office.desk.database, timeout=30)) as connection:
            return tuple(sorted(str(row[0]) for row in connection.execute(question, (play.post_id,))))


def _switch_on(office: Office) -> list[str]:
    networks = switched_on(office.desk.sandbox)
    office.desk.settings.update(environment(office.desk.url, networks, office.desk.folder))
    office.facts["networks"] = networks
    return networks


# --------------------------------------------------------------------------------------------------- which points


def points(*, networks: bool = False) -> list[Point]:
    """Every point reached in the play, each with the number of the time it is reached; those of the start in order.

    ``networks``: those of the way into the networks alone.
    """
    with tempfile.TemporaryDirectory(prefix="okmo-trace-") as folder:
        trace = Path(folder) / "trace.txt"
        office = Office(Path(folder) / "desk").prepare()
        on = _switch_on(office) if networks else []
        try:
            office.start(OKMO_FAULT_TRACE=str(trace))
            started = len(_quiet(trace))
            Play(office, 0, on).go_on()
            met = _quiet(trace)
        finally:
            office.close()
    if not networks:
        return [*_counted(met[:started], starting=True), *_counted(met[started:])]
    targets = {network.partition(".")[0] for network in on}
    return [
        point
        for point in _counted(met[started:])
        if targets & set(point.name.split(".")) or point.name.startswith(ON_OTHER_WALLS)
    ]


def _quiet(trace: Path) -> list[str]:
    """The points met, once nothing but polling has been added for a while."""
    met, since = list[str](), time.monotonic()
    while time.monotonic() < since + QUIET:
        now = trace.read_text(encoding="utf-8").split()
        if any(name.rpartition(".")[0] not in ENDLESS for name in now[len(met) :]):
            since = time.monotonic()
        met = now
        time.sleep(0.1)
    return met


def _counted(met: Sequence[str], *, starting: bool = False) -> list[Point]:
    """The points in the order of their first time; polling and, in the start, everything but the first times is left out."""
    found = []
    for name, times in Counter(met).items():
        most = 1 if starting else ENDLESS.get(name.rpartition(".")[0], 99)
        found += [Point(name, number, starting) for number in range(1, 1 + min(times, most))]
    return found


# ----------------------------------------------------------------------------------------------------- the matrix


def matrix(wanted: Sequence[Point], workers: int = 3, *, networks: bool = False) -> list[Killed]:
    """All deaths: one desk starts over and over, then all share the points of a life."""
    units: queue.SimpleQueue[list[Point]] = queue.SimpleQueue()
    if starting := [point for point in wanted if point.starting]:
        units.put(starting)
    for point in wanted:
        if not point.starting:
            units.put([point])
    with ThreadPoolExecutor(workers) as pool:
        shares = [pool.submit(_share, units, networks) for _ in range(workers)]
        return [one for share in shares for one in share.result()]


def _share(units: queue.SimpleQueue[list[Point]], networks: bool) -> list[Killed]:
    """What one worker got through. A point that was not met has a second try.

    For deaths in the start, for second tries, after trouble or a question nobody answers the desk is a new one.
    """
    done: list[Killed] = []
    again: set[Point] = set()
    chain: Chain | None = None
    with _sandbox() as url, ExitStack() as stack, suppress(queue.Empty):
        while True:
            unit = units.get_nowait()
            if chain is not None and (unit[0].starting or unit[0] in again):
                chain.close()
                chain = None
            if chain is None:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="okmo-crash-"))
                chain = Chain(Path(folder), url, networks=networks)
                stack.callback(chain.close)
            ended = chain.dies_starting(unit) if unit[0].starting else [chain.dies(unit[0])]
            later = [one.point for one in ended if not one.reached and one.result.fine and one.point not in again]
            if later:  # it went another way this time, or what is done once was done before its turn came
                again.update(later)
                units.put(later)
                ended = [one for one in ended if one.point not in later]
            if any(not one.result.fine or one.asked for one in ended):
                chain.close()
                chain = None
            for one in ended:
                print(*one.row, flush=True)
            done += ended
    return done


@contextmanager
def _sandbox() -> Iterator[str]:
    env, folder = clean_environment(), Path(tempfile.gettempdir())
    process = Running("sandbox", "--port", "0", env=env, folder=folder, stream="stdout")
    try:
        line = process.lines.wait_for(lambda line: line.startswith("sandbox: "), 30)
        yield line.removeprefix("sandbox: ").rstrip("/")
    finally:
        process.end()


def wrong(done: Sequence[Killed]) -> list[Killed]:
    """Runs that found something, and those of points that no run has reached at all.

    How often a point is reached depends on which messages happen to share a call: the fourth time may not come, and
    a message may never go by itself.
    """
    names = {one.point.name for one in done if one.reached}
    return [
        one for one in done if not one.result.fine or not {one.point.name, one.point.name.replace(*SHARED)} & names
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the matrix and print its table."""
    parser = argparse.ArgumentParser(prog="python -m proof.crash_matrix")
    parser.add_argument("--seeds", type=int, default=1, help="how often every point is run")
    parser.add_argument("--only", default="", help="points whose name has this text")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--networks", action="store_true", help="the way into the networks")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    found = points(networks=asked.networks)
    wanted = [point for point in found if asked.only in str(point)] * asked.seeds
    done = matrix(wanted, asked.workers, networks=asked.networks)
    print(table([one.row for one in done], HEAD))
    bad = wrong(done)
    print(f"{len(done)} points, {len(bad)} not right, {time.monotonic() - began:.0f} s")
    for one in bad:
        print(
            str(one.point), one.result.artifact, *one.result.unsettled[:3], *one.result.violations[:6], sep="\n    "
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
