"""The fault matrix of the networks: every method a target calls meets every way in which the network breaks, at every
place of a post's life where the target calls it.

``python -m proof.network_faults [--only TEXT]``.  A post is published, edited and taken back as the courier would:
what is uncertain is looked for, what is certainly not sent is sent again, what nobody can tell is asked of a person
who looks.  After each step the network shows what it should, once, and the post before it is untouched.  The places
are found by a life without faults; each place and fault is a life of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bot.targets.base import Parcel
from editorial.delivery import Outcome, Refused, RetryLater, Sent, Uncertain
from editorial.networks import Placed, Story
from editorial.suggestion import Attachment
from proof.office import table
from sandbox.server import Sandbox
from tests.sandbox_client import SandboxClient
from tests.targets.conftest import NAMES, rig_of
from tests.targets.rig import NOW, Rig, changed, placed_of

#: The faults; how long a target waits for an answer is 1.5 s here.
FAULTS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("reset", {}),
    ("stall", {"seconds": 3.0}),
    ("slow", {"seconds": 0.3}),
    ("http", {"status": 500}),
    ("http", {"status": 502}),
    ("http", {"status": 503}),
    ("html200", {}),
    ("empty", {}),
    ("braces", {}),
    ("truncated", {}),
    ("trailing_comma", {}),
    ("effect_then_reset", {}),
    ("effect_then_stall", {"seconds": 3.0}),
    ("effect_then_http", {"status": 502}),
    ("effect_then_empty", {}),
    ("late_effect", {"seconds": 1.0}),
)
#: A receiver of signed events that answers "200" has received, whatever stands in the answer.
TAKEN_AT_ITS_WORD: Final = {"webhook": frozenset({"html200", "empty", "braces"})}
#: Faults that the sandbox does not have in one of its places: VK's host of pictures does nothing late.
NOT_THERE: Final = frozenset({("upload", "late_effect")})
STEPS: Final = ("post", "edit", "remove")
#: So often a delivery is tried, and looked for, before the life counts as stuck.
PATIENCE: Final = 8
LATE: Final = 3600.0
#: What the sandbox does late it does within so many seconds.
LATE_EFFECT: Final = 1.3


@dataclass(frozen=True)
class Place:
    """The ``nth`` call of a method in a step of the post's life, with so many photos."""

    target: str
    photos: int
    step: str
    method: str
    nth: int


@dataclass
class Lived:
    """One life. ``wrong``: sentences; ``asked``: how often a person was asked."""

    place: Place
    fault: str
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    met: bool = False


class Life:
    """A post in one network, from its publication to its removal."""

    def __init__(self, rig: Rig, photos: int) -> None:
        self.rig = rig
        rig.publish(rig.story("То, что стояло раньше"))
        self.before = rig.seen()
        attachments = rig.photos(photos) if photos else ()
        self.story = rig.story("Мост открыли в среду.", attachments)
        self.edited = changed(self.story, text="Мост открыли в четверг.")
        self.placed: dict[int, Placed] = {}
        self.asked = 0

    def step(self, name: str) -> list[str]:
        """Do it to the end, then say what is wrong with the world."""
        if name == "post":
            for index in range(len(self.rig.target.render(self.story, self.rig.network))):
                self._to_the_end("post", self.story, index)
            return self._world("среду", self.story.attachments)
        if name == "edit" and not self.rig.network.can_edit:
            return []
        if name == "edit":
            for index in list(self.placed):
                self._to_the_end("edit", self.edited, index)
            return self._world("четверг", self.story.attachments)
        for index in list(self.placed):
            self._to_the_end("remove", self.edited, index)
        return self._world(None, ())

    def _to_the_end(self, kind: str, story: Story, index: int) -> None:
        rig = self.rig
        stands = self.placed.get(index) if kind != "post" else None
        parcel = rig.parcel(story, index, dict(self.placed), kind=kind, placed=stands)
        outcome: Outcome | None = None
        for attempt in range(PATIENCE):
            again = replace(parcel.delivery, attempts=attempt + 1)
            (outcome,) = rig.target.send([Parcel(again, parcel.contents)])
            if isinstance(outcome, Uncertain):
                outcome = self._settled(Parcel(again, parcel.contents))
            if isinstance(outcome, Sent):
                if kind != "remove":
                    self.placed[index] = placed_of(outcome, NOW)
                return
            if isinstance(outcome, Refused):
                break
            rig.target.resume()
        raise AssertionError(f"{kind} was never done: {outcome}")

    def _settled(self, parcel: Parcel) -> Outcome:
        """Looked for as the courier does; in the end a person looks."""
        for after in (1.0, 5.0, LATE, LATE, LATE):
            if after == LATE:  # what may still happen has happened in an hour
                time.sleep(LATE_EFFECT)
            outcome = self.rig.settle(parcel, after=after)
            if outcome is not None:
                return outcome
        self.asked += 1
        there = [one for one in self.rig.seen() if one not in self.before]
        if not there:
            return RetryLater("a person says that it is not there")
        return Sent({"ids": list(there[-1].ids), "link": "https://seen.invalid/"})

    def _world(self, word: str | None, attachments: Sequence[Attachment]) -> list[str]:
        seen = self.rig.seen()
        wrong = [] if seen[: len(self.before)] == self.before else ["the post before it is not what it was"]
        mine = [one for one in seen if one not in self.before]
        if word is None:
            return wrong + ([f"it stands there still: {mine}"] if mine else [])
        if len(mine) != 1:
            return [*wrong, f"it stands there {len(mine)} times"]
        if word not in mine[0].text:
            wrong.append(f"it says «{mine[0].text}», not «{word}»")
        if len(mine[0].pictures) != len(attachments):
            wrong.append(f"{len(mine[0].pictures)} of {len(attachments)} pictures")
        return wrong


class Matrix:
    """All lives of the targets, in one sandbox that begins anew for each."""

    def __init__(self, sandbox: SandboxClient, folder: Path) -> None:
        self._sandbox = sandbox
        self._folder = folder
        self._lives = 0

    def _rig(self, target: str) -> Rig:
        self._sandbox.reset()
        self._sandbox.limits(off=True)
        self._lives += 1
        return rig_of(target, self._sandbox, self._folder / str(self._lives))

    def places(self, target: str) -> list[Place]:
        """Where the target calls what, without faults."""
        found = []
        for photos in (0, 2):
            rig = self._rig(target)
            if not rig.over_http:
                return []
            life = Life(rig, photos)
            for step in STEPS:
                last = max((int(one["n"]) for one in self._sandbox.journal()), default=0)
                wrong = life.step(step)
                if wrong:
                    raise AssertionError(f"{target}, {step}, without any fault: {wrong}")
                calls = Counter(_name(one) for one in self._sandbox.journal(since=last))
                found += [
                    Place(target, photos, step, method, nth)
                    for method, count in sorted(calls.items())
                    for nth in range(1, min(count, 2) + 1)
                ]
        return found

    def live(self, place: Place, what: str, rule: dict[str, Any]) -> Lived:
        """One life with one fault."""
        done = Lived(place, f"{what} {rule.get('status', '')}".strip())
        life = Life(self._rig(place.target), place.photos)
        try:
            for step in STEPS:
                fault = 0
                if step == place.step:
                    fault = self._sandbox.fault(what, place.method, nth=place.nth, **rule)
                done.wrong += [f"{step}: {one}" for one in life.step(step)]
                if fault:
                    done.met = any(one["id"] == fault and one["fired"] for one in self._sandbox.faults())
                    self._sandbox.clear_faults()
        except AssertionError as fault_found:
            done.wrong.append(str(fault_found))
        if what in ("late_effect", "stall"):
            time.sleep(LATE_EFFECT)  # nothing of this life happens in the next one
        done.asked = life.asked
        return done


def _name(call: dict[str, Any]) -> str:
    return str(call["method"])


def run(only: str = "") -> list[Lived]:
    """Every place and fault whose names have this text."""
    done = []
    with Sandbox(limits_off=True) as sandbox, tempfile.TemporaryDirectory(prefix="okmo-faults-") as folder:
        matrix = Matrix(SandboxClient(sandbox.url), Path(folder))
        for target in NAMES:
            for place in matrix.places(target):
                for what, rule in FAULTS:
                    name = f"{target} {place.photos} {place.step} {place.method}:{place.nth} {what}"
                    sense = (place.method, what) not in NOT_THERE
                    if only in name and sense and what not in TAKEN_AT_ITS_WORD.get(target, ()):
                        done.append(matrix.live(place, what, rule))
    return done


def report(done: Sequence[Lived]) -> str:
    """A line per target, then what was found."""
    rows = []
    for target in dict.fromkeys(one.place.target for one in done):
        own = [one for one in done if one.place.target == target]
        places = len({one.place for one in own})
        wrong = sum(bool(one.wrong) for one in own)
        rows.append((target, places, len(own), sum(one.met for one in own), wrong, sum(one.asked for one in own)))
    lines = [table(rows, ("target", "places", "lives", "faults met", "wrong", "asked"))]
    for one in done:
        place = (
            f"{one.place.target}, {one.place.photos} photos, {one.place.step}, {one.place.method}:{one.place.nth}"
        )
        lines += [f"{place}, {one.fault}: {what[:300]}" for what in one.wrong]
        lines += [f"{place}, {one.fault}: a person was asked"] if one.asked else []
        lines += [f"{place}, {one.fault}: was never met"] if not one.met else []
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.network_faults")
    parser.add_argument("--only", default="", help="places and faults whose name has this text")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    done = run(asked.only)
    print(report(done))
    print(f"{len(done)} lives, {time.monotonic() - began:.0f} s")
    return 1 if any(one.wrong for one in done) else 0


if __name__ == "__main__":
    sys.exit(main())
