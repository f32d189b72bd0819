"""One run of the whole program as real processes: a sandbox, a bot that may die, people, and the end of it all:
wait until everything has settled, gather the evidence, let the checker judge, keep the artifacts.

What is done to the bot meanwhile is decided by the matrices.
"""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import requests

from proof.checker import Violation, check
from proof.commit import commit
from proof.evidence import Evidence, Json, gather, missing_events
from proof.networks import SITE
from proof.people import People
from storage.migrate import upgrade
from storage.unit import Storage
from tests.stories.desk import Desk

#: After recovery everything settles within this, seconds: the late effect of a call that was given up, and looks.
SETTLE_WITHIN: Final = 75.0
#: Posts of one wall go out so far apart, seconds: five, the call itself, and a little on a busy machine.
POST_EVERY: Final = 6.0
LOOK_EVERY: Final = 0.25
#: Deliveries due later than this do not belong to settling, seconds.
SOON: Final = 8.0
AUTHORS: Final = (601, 602, 603)


class Died(Exception):
    """The bot ended while something of it was waited for."""


@dataclass(frozen=True)
class Result:
    """How a run ended. ``unsettled``: what was still moving when patience ended."""

    violations: list[Violation]
    unsettled: list[str]
    seconds: float
    artifact: str = ""

    @property
    def fine(self) -> bool:
        return not self.violations and not self.unsettled

    def found(self, *promises: str) -> int:
        """How many violations of these promises."""
        return sum(one.promise in promises for one in self.violations)


class Office:
    """A desk whose bot may be killed, and its people."""

    def __init__(self, folder: Path, *, url: str | None = None, **env: str | None) -> None:
        self.port = free_port()
        settings: dict[str, str | None] = {"METRICS_PORT": str(self.port), "LOG_LEVEL": "INFO", **env}
        self.desk = Desk(folder, env=settings, url=url)
        if url is not None:
            self.desk.sandbox.reset()
        self.people = People(self.desk.sandbox)
        self.kills = 0
        self.facts: Json = {}

    # -- the bot's life ----------------------------------------------------------------------------------

    def prepare(self) -> Office:
        """A migrated database and open messages: what a desk has that has run before."""
        self.desk.database.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(template(), self.desk.database)
        for author in AUTHORS:
            self.desk.sandbox.do("set_messages", user_id=author, state="allowed")
        return self

    def start(self, **env: str) -> Office:
        """Start the bot and wait until it hears events, or has died of its fault point."""
        self.desk.launch(**env)
        self.wait(self._hears, 30, "the bot to listen")
        return self

    def launch(self, **env: str) -> None:
        """Start it without waiting."""
        self.desk.launch(**env)

    def _hears(self) -> bool:
        return self.desk.sandbox.health()["polls"] > 0 and bool(
            self.desk.sandbox.journal(method="groups.getMembers")
        )

    @property
    def alive(self) -> bool:
        return self.desk.bot.process.poll() is None

    def kill(self) -> None:
        """SIGKILL."""
        self.desk.kill()
        self.kills += 1

    def wait(self, seen: Callable[[], Any], seconds: float, what: str) -> Any:
        """What ``seen`` gives once it is true. Raises Died when the bot ends first, AssertionError too late."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = seen()
            if found:
                return found
            if not self.alive:
                raise Died(what)
            time.sleep(0.05)
        raise AssertionError(f"not seen within {seconds:.0f} s: {what}")

    # -- the end -----------------------------------------------------------------------------------------

    def patience(self) -> float:
        """How long settling may take, seconds: what settling always takes, and its turn for every post that waits."""
        with closing(sqlite3.connect(self.desk.database, timeout=30)) as connection:
            question = "SELECT count(*) FROM outbox WHERE kind = 'publish' AND state IN ('waiting', 'sending', 'uncertain')"
            return SETTLE_WITHIN + POST_EVERY * int(connection.execute(question).fetchone()[0])

    def settle(self, seconds: float | None = None) -> list[str]:
        """Wait until nothing moves any more; what still moves after so long (None: as long as it may take)."""
        deadline = time.monotonic() + (self.patience() if seconds is None else seconds)
        moving = ["nothing was looked at"]
        while moving and time.monotonic() < deadline and self.alive:
            moving = unsettled(self) or ([] if self._healthy() else ["the program is not well (yet)"])
            if moving:
                time.sleep(LOOK_EVERY)
        return moving

    def evidence(self) -> Evidence:
        """Everything this run has left so far, of one moment: gathered anew while the world still moves."""
        for _ in range(10):
            gathered = gather(
                self.desk.sandbox,
                self.desk.database,
                self.people.deeds,
                self.desk.log,
                time.time(),
                healthy=self.alive and self._healthy(),
                kills=self.kills,
                site=self.desk.folder / SITE,
            )
            if self.desk.sandbox.health()["revision"] == gathered.state["revision"]:
                break
            time.sleep(LOOK_EVERY)
        gathered.facts.update(self.facts)
        return gathered

    def _healthy(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=10).status_code == 200
        except requests.RequestException:
            return False

    def judge(self, name: str, *, plan: Any = None, settle: float | None = None) -> Result:
        """Settle, check, and keep the artifact when something was found."""
        began = time.monotonic()
        moving = self.settle(settle)
        found = self.evidence()
        violations = check(found)
        artifact = ""
        if violations or moving or plan is not None:
            artifact = keep(name, found, violations, moving, plan)
        return Result(violations, moving, time.monotonic() - began, artifact)

    def close(self) -> None:
        """End every process of this run."""
        self.desk.close()


@contextmanager
def office(url: str | None = None, **env: str | None) -> Iterator[Office]:
    """An office in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="okmo-proof-") as folder:
        opened = Office(Path(folder), url=url, **env)
        try:
            yield opened
        finally:
            opened.close()


def unsettled(office: Office) -> list[str]:
    """Sentences about what still moves; empty when all is at rest."""
    now = time.time()
    with closing(sqlite3.connect(office.desk.database, timeout=30)) as connection:
        stored = {row[0] for row in connection.execute("SELECT event_id FROM inbox")}
        known = {row[0] for row in connection.execute("SELECT post_id FROM suggestions")}
        asked = {
            row[0] for row in connection.execute("SELECT number, view FROM cards") if "asked" in json.loads(row[1])
        }
        copies = connection.execute("SELECT delivery FROM copies WHERE state = 'asked'")
        with_people = {row[0] for row in copies}
        new = connection.execute("SELECT count(*) FROM inbox WHERE state = 'new'").fetchone()[0]
        deliveries = connection.execute(
            "SELECT id, kind, state, due_at, number FROM outbox WHERE state IN ('waiting', 'sending', 'uncertain')"
        ).fetchall()
        moving = connection.execute(
            "SELECT number, status, due_at FROM suggestions WHERE status IN ('scheduled', 'publishing')"
        ).fetchall()
        trouble = connection.execute("SELECT count(*) FROM settings WHERE key = 'paused'").fetchone()[0]
    found = [f"{new} events not handled"] if new else []
    for id_, kind, state, due_at, number in deliveries:
        if state != "waiting" and number not in asked and id_ not in with_people:
            found.append(f"delivery {id_} ({kind}) is {state}")
        elif state == "waiting" and due_at / 1e6 < now + SOON:
            found.append(f"delivery {id_} ({kind}) waits")
    planned = {
        number for _, kind, state, due_at, number in deliveries if kind == "publish" and due_at / 1e6 >= now + SOON
    }
    for number, status, due_at in moving:
        if status == "publishing" and number not in asked:
            found.append(f"№ {number} is publishing")
        if status == "scheduled" and due_at / 1e6 < now and not trouble and number not in planned:
            found.append(f"№ {number} is due")
    missing = missing_events(office.desk.sandbox.history(), stored, lossy=bool(office.facts.get("lossy")))
    found += [f"event {one['event_id']} not stored" for one in missing]
    for post in office.desk.sandbox.state(only="suggestions")["suggestions"]:
        if post["id"] not in known:
            found.append(f"suggestion {post['id']} not taken in")
    return found


# --------------------------------------------------------------------------------------------------- what is kept


def keep(
    name: str, found: Evidence, violations: Sequence[Violation], moving: Sequence[str], plan: Any = None
) -> str:
    """Write plan, history and findings as JSON into the artifacts folder; returns the file."""
    folder = Path(tempfile.gettempdir()) / "okmo-proof-artifacts"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{time.strftime('%H%M%S')}.json"
    contents: Json = {
        "name": name,
        "commit": commit(),
        "plan": plan,
        "violations": [str(one) for one in violations],
        "unsettled": list(moving),
        **asdict(found),
    }
    contents["tables"] = {**found.tables, "inbox": [{**row, "raw": "…"} for row in found.tables["inbox"]]}
    path.write_text(json.dumps(contents, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
    return str(path)


_template: list[Path] = []
_making = threading.Lock()


def template() -> Path:
    """A migrated empty database to copy, made once a process."""
    with _making:
        if not _template:
            _template.append(_migrated())
    return _template[0]


def _migrated() -> Path:
    path = Path(tempfile.mkdtemp(prefix="okmo-proof-template-")) / "okmo.db"
    storage = Storage.open(f"sqlite:///{path}")
    upgrade(storage)
    storage.close()
    return path


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def table(rows: Sequence[Sequence[object]], head: Sequence[str]) -> str:
    """Plain columns, padded."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )
