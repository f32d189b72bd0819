"""A fortnight from its first to its last moment: who is there, what breaks, and what is left as evidence."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.config import Settings
from proof.evidence import Evidence, integrity, read_tables
from proof.fortnight.authors import Author, Authors, people
from proof.fortnight.moderators import Moderators
from proof.fortnight.news import Newsroom, Piece
from proof.fortnight.program import Noise, Program
from proof.fortnight.stage import CHAT, GROUP, Stage
from proof.fortnight.timeline import Timeline
from proof.office import template
from sandbox.actions import do
from sandbox.server import Sandbox
from sandbox.state import state_of

#: A Monday, 03:00 in Moscow: noon on Kamchatka.
START: Final = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
#: The queue is compared and the clock's jobs run on the next such moment after somebody did what VK tells nobody,
#: otherwise more seldom: in between, nothing would be found.
STEP: Final = timedelta(minutes=10)
QUIET_STEP: Final = timedelta(minutes=30)
#: What VK has no event for.
SILENT: Final = frozenset({"edit_suggestion", "delete_suggestion"})
#: After the last day the desk may take so many more to finish what came.
TAIL: Final = timedelta(days=9)
TABLES: Final = (
    "suggestions", "outbox", "journal", "inbox", "cards", "staff", "settings", "cursor", "posts", "copies", "authors",
    "drafts",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How big a fortnight is."""

    authors: int = 100
    regions: int = 20
    days: int = 14

    @property
    def daily_limit(self) -> int:
        """What one author may send in a day: the default, and less where there are few authors."""
        return 20 if self.authors >= 50 else 5


@dataclass(frozen=True)
class Ended:
    """What a fortnight left behind. ``downs``: when the program was down."""

    size: Size
    seed: int
    settings: Settings
    evidence: Evidence
    authors: list[Author]
    pieces: list[Piece]
    downs: list[tuple[datetime, datetime]]
    start: datetime
    faults: list[str]


class Fortnight:
    """One run; everything random comes from the seed."""

    def __init__(self, seed: int, size: Size, folder: Path, sandbox: Sandbox, timeline: Timeline) -> None:
        self._dice = random.Random(seed)
        self._seed, self._size = seed, size
        self._sandbox, self._timeline = sandbox, timeline
        self._everybody = people(self._dice, size.authors, size.regions)
        for author in self._everybody:
            do(sandbox.world, {"action": "person", **author.row})
        self._stage = Stage(sandbox, timeline)
        self._newsroom = Newsroom(self._dice)
        self._last = START + timedelta(days=size.days)
        self._authors = Authors(self._stage, self._newsroom, self._dice, self._everybody, self._last)
        self._authors.flood = size.daily_limit + 5
        self._desk = Moderators(self._stage, self._newsroom, self._dice, size.days)
        self._authors.piece_of = self._desk.room.piece_of
        self._folder = folder
        self._settings = settings(sandbox.url, folder, size.daily_limit)
        self._program = Program(self._settings, sandbox, timeline)
        self._downs: list[tuple[datetime, datetime]] = []
        self._noise = Noise()

    def play(self) -> Ended:
        """From the first start to the moment when nothing is left to do."""
        self._noise.install()
        try:
            return self._played(self._size.days)
        finally:
            self._noise.remove()

    def _played(self, days: int) -> Ended:
        self._authors.plan(START, days)
        self._desk.plan(START, days + TAIL.days)
        self._trouble(days)
        self._program.start()
        self._pass_time()
        ended = self._ended()
        self._program.stop()
        return ended

    def _trouble(self, days: int) -> None:
        """Twice down for an hour, by day and by night; the editor's key dead for some hours once."""
        timeline, day = self._timeline, timedelta(days=1)
        for moment in (
            START + day * (days * 0.2) + timedelta(hours=8),
            START + day * (days * 0.65) + timedelta(hours=20),
        ):
            timeline.at(moment, self._goes_down)
            timeline.at(moment + timedelta(hours=1), self._comes_up)
        dead = START + timedelta(days=min(4, days - 1), hours=7)
        timeline.at(dead, lambda: self._key("expired"))
        timeline.at(dead + timedelta(hours=5), lambda: self._key("ok"))
        timeline.at(dead + timedelta(hours=5, minutes=3), self._desk.resume)

    def _goes_down(self) -> None:
        self._program.stop()
        self._downs.append((self._timeline.now, self._timeline.now + timedelta(hours=1)))

    def _comes_up(self) -> None:
        self._program.start()

    def _key(self, state: str) -> None:
        self._stage.note("key", state=state)
        do(self._sandbox.world, {"action": "token", "key": "editor-key", "set": state})

    # -- time

    def _pass_time(self) -> None:
        timeline, end = self._timeline, self._last + TAIL
        step = START + STEP
        while True:
            moments = [step, timeline.next_at, self._program.wakes_at() if self._program.up else None]
            moment = min(one for one in moments if one is not None)
            if moment > end:
                return
            timeline.to(moment)
            before = first = len(self._stage.deeds)
            woke = timeline.next_at is None or timeline.next_at > moment
            while timeline.run_next():
                if len(self._stage.deeds) > before:
                    before = len(self._stage.deeds)
                    self._follows(jobs=False)
            on_the_step = timeline.now >= step
            if on_the_step or woke:
                self._follows(jobs=on_the_step)
            if any(deed["do"] in SILENT or deed.get("event") == "lost" for deed in self._stage.deeds[first:]):
                step = self._next_step(STEP)
            elif on_the_step:
                step = self._next_step(QUIET_STEP)
            if on_the_step and timeline.now > self._last and self._is_over():
                return

    def _next_step(self, length: timedelta) -> datetime:
        """The next moment on a round number of such lengths."""
        return START + length * ((self._timeline.now - START) // length + 1)

    def _follows(self, *, jobs: bool) -> None:
        if self._program.up:
            self._program.settle(jobs=jobs)
        self._authors.notice()

    def _is_over(self) -> bool:
        return self._program.up and not self._program.has_work() and not self._desk.room.waiting()

    # -- what is left

    def _ended(self) -> Ended:
        world = self._sandbox.world
        database = self._folder / "okmo.db"
        evidence = Evidence(
            state=state_of(world),
            calls=world.journal.since(0),
            events=world.long_poll(GROUP).history(),
            tables=read_tables(database, TABLES),
            integrity=integrity(database),
            deeds=self._stage.deeds,
            log=(),
            now=self._timeline.now.timestamp(),
            healthy=None,
        )
        faults = self._noise.faults
        return Ended(
            self._size, self._seed, self._settings, evidence, self._everybody, self._newsroom.pieces, self._downs, START, faults,
        )  # fmt: skip


def settings(url: str, folder: Path, daily_limit: int) -> Settings:
    """The settings of a desk as it is installed; what differs from the defaults is named here."""
    named: dict[str, Any] = {
        "VK_API_URL": f"{url}/method/",
        "VK_GROUP_ID": GROUP,
        "VK_GROUP_TOKEN": "group-key",
        "VK_USER_TOKEN": "editor-key",
        "VK_MODERATORS_CHAT": CHAT,
        "DATA_DIR": folder,
        "DATABASE_URL": f"sqlite:///{folder / 'okmo.db'}",
        "RECONCILE_SECONDS": STEP.total_seconds(),
        "FOUR_EYES": "red",
        "AUTHOR_DAILY_LIMIT": daily_limit,
        "KEEP_EVENTS_DAYS": 60,
    }
    return Settings(**named)


@contextmanager
def _room() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="okmo-fortnight-", dir=memory if memory.is_dir() else None) as folder:
        (Path(folder) / "okmo.db").write_bytes(template().read_bytes())
        yield Path(folder)


def play(seed: int, size: Size | None = None) -> Ended:
    """A whole fortnight."""
    with _room() as folder, Timeline(START) as timeline, Sandbox() as sandbox:
        return Fortnight(seed, size or Size(), folder, sandbox, timeline).play()
