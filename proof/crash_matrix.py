"""The crash matrix: the process is killed at every named point of a suggestion's life, once each, and started again.

With ``--networks`` the post goes on to all networks, and the points are those of its way there.

A run with tracing lists the points; then each of them has a run of its own: arm, play until the process is dead,
start it again, finish the play, settle, judge.  ``python -m proof.crash_matrix [--seeds N] [--only TEXT]``.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proof.checker import Violation
from proof.networks import SITE, Stands, environment, feed_faults, switched_on
from proof.office import Died, Office, Result, table
from tests.stories.desk import Running, clean_environment

#: Points of polling that repeat for ever: their first so many times count.
ENDLESS: Final = {"vk.wall.get": 3, "vk.longpoll": 4}
#: What is called on the way to another community's wall, and on our own before it.
ON_OTHER_WALLS: Final = ("vk.photos.", "vk.wall.post.", "vk.wall.getById.")
MARKER: Final = "мтрц1-77-к"
HEAD: Final = ("point", "lost", "doubled", "stuck", "asked", "verdict")
Point = tuple[str, int]


@dataclass(frozen=True)
class Killed:
    """One run of the matrix."""

    point: Point
    reached: bool
    result: Result
    #: Networks people were asked about: nobody but them can tell whether they have the post.
    asked: tuple[str, ...] = ()

    @property
    def row(self) -> tuple[object, ...]:
        """A line of the table."""
        name, count = self.point
        result = self.result
        stuck = len(result.unsettled)
        verdict = "ok" if result.fine and self.reached else "; ".join(map(str, result.violations)) or "not reached"
        asked = ",".join(self.asked) or "-"
        return f"{name}:{count}", result.found("R1", "R2"), result.found("R3", "R4"), stuck, asked, verdict[:200]


class Play:
    """Suggestion → card → «Опубликовать» → post → letter, going on where it stood after the bot was started anew."""

    def __init__(self, office: Office, networks: Sequence[str] = ()) -> None:
        self._office = office
        self._networks = networks
        self._post_id = 0
        self._pressed = False

    def go_on(self) -> None:
        """Play to the end. Raises Died when the bot dies on the way."""
        office, people = self._office, self._office.people
        if not self._post_id:
            self._post_id = people.suggest(MARKER, photos=1)
        if not self._pressed:
            office.wait(lambda: people.press(MARKER, "Опубликовать"), 60, "the card")
            self._pressed = True
        office.wait(lambda: _on_wall(office), 90, "the post")
        office.wait(lambda: _told(office), 60, "the letter")
        office.wait(lambda: _proved(office), 60, "the card that says so")
        if self._networks:
            office.wait(lambda: _everywhere(office, self._networks), 120, "the copies")


def _on_wall(office: Office) -> bool:
    return any(MARKER in post["text"] for post in office.desk.sandbox.state(only="wall")["wall"])


def _told(office: Office) -> bool:
    return any(one["from_id"] < 0 and "wall-1_" in one["text"] for one in office.desk.sandbox.dialog(601))


def _proved(office: Office) -> bool:
    return any("проверено" in one["text"] for one in office.desk.sandbox.chat())


def _everywhere(office: Office, networks: Sequence[str]) -> bool:
    """Every network has the post, or people are asked whether it has."""
    settled = "SELECT count(*) FROM copies WHERE state IN ('out', 'asked')"
    with closing(sqlite3.connect(office.desk.database, timeout=30)) as connection:
        return int(connection.execute(settled).fetchone()[0]) >= len(networks)


def _switch_on(office: Office) -> list[str]:
    networks = switched_on(office.desk.sandbox)
    office.desk.settings.update(environment(office.desk.url, networks, office.desk.folder))
    office.facts["networks"] = networks
    return networks


def points(*, networks: bool = False) -> list[Point]:
    """Every point reached in the play, each with the number of the time it is reached.

    ``networks``: those of the way into the networks alone.
    """
    with tempfile.TemporaryDirectory(prefix="okmo-trace-") as folder:
        trace = Path(folder) / "trace.txt"
        office = Office(Path(folder) / "desk").prepare()
        on = _switch_on(office) if networks else []
        try:
            office.start(OKMO_FAULT_TRACE=str(trace))
            Play(office, on).go_on()
            office.settle(20)
        finally:
            office.close()
        reached = Counter(trace.read_text(encoding="utf-8").split())
    targets = {network.partition(".")[0] for network in on}
    return [
        (name, count)
        for name in sorted(reached)
        if not networks or targets & set(name.split(".")) or name.startswith(ON_OTHER_WALLS)
        for count in range(1, 1 + min(reached[name], ENDLESS.get(name.rpartition(".")[0], 99)))
    ]


def kill_at(point: Point, url: str, *, networks: bool = False) -> Killed:
    """One run: die at the point, start again, finish, judge."""
    name, count = point
    with tempfile.TemporaryDirectory(prefix="okmo-crash-") as folder:
        office = Office(Path(folder), url=url).prepare()
        play = Play(office, _switch_on(office) if networks else ())
        reached = False
        try:
            try:
                office.start(OKMO_FAULT_POINT=f"{name}:{count}")
                play.go_on()
                office.wait(lambda: not office.alive, 8, "the end of the bot")
            except Died:
                pass
            except AssertionError:
                pass  # it never came to this point: told in the table
            reached = not office.alive
            if reached:
                office.kills += 1
                office.desk.wait_end()
                office.people.note("restart")
                office.launch()
                play.go_on()
            result = office.judge(f"crash-{name}-{count}")
            result = _with_feeds(office, result) if networks else result
        except (AssertionError, Died) as fault:
            result = _broken(office, f"crash-{name}-{count}", str(fault))
        finally:
            office.close()
        asked = _asked(office) if networks else ()
    return Killed(point, reached, result, asked)


def _asked(office: Office) -> tuple[str, ...]:
    question = """
        SELECT DISTINCT json_extract(payload, '$.network') FROM outbox
        WHERE kind = 'note' AND json_extract(payload, '$.note') = 'copy_asked'
    """
    with closing(sqlite3.connect(office.desk.database, timeout=30)) as connection:
        return tuple(sorted(str(row[0]) for row in connection.execute(question)))


def _with_feeds(office: Office, result: Result) -> Result:
    """The files themselves are read too: each feed whole, the post in it once with its picture."""
    wrong = [Violation("R4", what) for what in feed_faults(office.desk.folder / SITE, [Stands(MARKER, 1)])]
    return Result([*result.violations, *wrong], result.unsettled, result.seconds, result.artifact)


def _broken(office: Office, name: str, what: str) -> Result:
    judged = office.judge(name, plan=what, settle=1)
    return Result(judged.violations, [what, *judged.unsettled], judged.seconds, judged.artifact)


def matrix(wanted: Sequence[Point], workers: int = 3, *, networks: bool = False) -> list[Killed]:
    """All runs, a sandbox per worker."""
    local, sandboxes = threading.local(), list[Running]()

    def one(point: Point) -> Killed:
        if not hasattr(local, "url"):
            process = Running(
                "sandbox",
                "--port",
                "0",
                env=clean_environment(),
                folder=Path(tempfile.gettempdir()),
                stream="stdout",
            )
            sandboxes.append(process)
            line = process.lines.wait_for(lambda line: line.startswith("sandbox: "), 30)
            local.url = line.removeprefix("sandbox: ").rstrip("/")
        done = kill_at(point, local.url, networks=networks)
        print(*done.row, flush=True)
        return done

    try:
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(one, wanted))
    finally:
        for process in sandboxes:
            process.end()


def wrong(done: Sequence[Killed]) -> list[Killed]:
    """Runs that found something, and those of points that no run has reached at all.

    How often a point is reached depends on which messages happen to share a call: the fourth time may not come.
    """
    names = {one.point[0] for one in done if one.reached}
    return [one for one in done if not one.result.fine or one.point[0] not in names]


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
    wanted = [point for point in found if asked.only in f"{point[0]}:{point[1]}"] * asked.seeds
    done = matrix(wanted, asked.workers, networks=asked.networks)
    print(table([one.row for one in done], HEAD))
    bad = wrong(done)
    print(f"{len(done)} points, {len(bad)} not right, {time.monotonic() - began:.0f} s")
    for one in bad:
        print(one.point, one.result.artifact, *one.result.unsettled[:3], *one.result.violations[:6], sep="\n    ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
