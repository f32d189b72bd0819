"""Everything a run leaves behind, gathered in one frozen record: the sandbox's world and its journal of calls, the
rows of the database, the log lines, and what people did.

Nothing is judged here; the promises are in ``proof.promises``.  The database is read with plain ``sqlite3``, so that
a mistake of the program's own storage cannot hide itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proof.networks import worlds
from tests.sandbox_client import SandboxClient

Json = dict[str, Any]
CHAT = 2_000_000_001
TABLES = ("suggestions", "outbox", "journal", "inbox", "cards", "staff", "settings", "cursor", "posts", "copies")
_JSON_COLUMNS = frozenset(
    {"payload", "result", "details", "view", "parts", "decision", "value", "ids", "notes", "said"}
)


@dataclass(frozen=True)
class Evidence:
    """What is judged. ``now`` in seconds since the epoch, UTC; ``healthy`` None where nobody asked."""

    state: Json
    calls: Sequence[Json]
    events: Sequence[Json]
    tables: Mapping[str, Sequence[Json]]
    integrity: Sequence[str]
    deeds: Sequence[Json]
    log: Sequence[str]
    now: float
    healthy: bool | None = None
    secrets: tuple[str, ...] = ("group-key", "editor-key")
    kills: int = 0
    facts: Json = field(default_factory=dict)
    #: Markers of what readers of each network see, the oldest first.
    networks: Mapping[str, Sequence[str]] = field(default_factory=dict)

    # -- the world ---------------------------------------------------------------------------------------

    def posts_with(self, marker: str) -> list[Json]:
        """Posts on the wall that carry the marker."""
        return [post for post in self.state["wall"] if marker in post["text"]]

    @property
    def waiting_on_vk(self) -> dict[int, Json]:
        """VK's list of suggestions by id."""
        return {int(post["id"]): post for post in self.state["suggestions"]}

    @property
    def chat(self) -> list[Json]:
        """Messages of the community in the moderators' chat."""
        chat = next(chat for chat in self.state["chats"] if chat["peer_id"] == CHAT)
        return [one for one in chat["messages"] if one["from_id"] < 0 and not one["deleted"]]

    @property
    def letters(self) -> dict[int, list[Json]]:
        """Messages of the community to each person."""
        return {
            dialog["user_id"]: [one for one in dialog["messages"] if one["from_id"] < 0 and not one["deleted"]]
            for dialog in self.state["dialogs"]
        }

    # -- the database ------------------------------------------------------------------------------------

    def setting(self, key: str) -> Any:
        """A value of the settings table, None when it is not there."""
        return next((row["value"] for row in self.tables["settings"] if row["key"] == key), None)

    @property
    def suggestions(self) -> dict[int, Json]:
        """Rows of suggestions by number."""
        return {row["number"]: row for row in self.tables["suggestions"]}

    def deliveries(self, number: int, kind: str) -> list[Json]:
        """Rows of the outbox about one suggestion."""
        return [row for row in self.tables["outbox"] if row["number"] == number and row["kind"] == kind]

    def story(self, number: int) -> list[Json]:
        """Journal entries of one suggestion in order."""
        return [row for row in self.tables["journal"] if row["number"] == number]

    # -- people ------------------------------------------------------------------------------------------

    def done(self, *kinds: str) -> list[Json]:
        """Deeds of these kinds in order."""
        return [deed for deed in self.deeds if deed["do"] in kinds]

    def markers(self) -> dict[int, Json]:
        """Deeds ``suggest`` by post id."""
        return {deed["post_id"]: deed for deed in self.done("suggest")}


def missing_events(events: Sequence[Json], stored: set[str], *, lossy: bool = False) -> list[Json]:
    """Events of the stream that were never stored, from the first stored one on: before it there was no cursor.

    ``lossy``: VK itself lost some on the way (failed 1 and 3), so only the last one says that the end was reached.
    """
    named = [event for event in events if event.get("event_id")]
    if lossy:
        return [event for event in named[-1:] if event["event_id"] not in stored]
    first = next((at for at, event in enumerate(named) if event["event_id"] in stored), len(named))
    return [event for event in named[first:] if event["event_id"] not in stored]


def read_tables(path: Path, names: Iterable[str] = TABLES) -> dict[str, list[Json]]:
    """All rows of the tables; JSON columns decoded, times as stored (microseconds since the epoch)."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        return {name: _rows(connection, name) for name in names}


def _rows(connection: sqlite3.Connection, name: str) -> list[Json]:
    by_number = {"suggestions": "number", "posts": "number", "copies": "number, network, part"}
    order = {**by_number, "outbox": "id", "journal": "id", "inbox": "id"}.get(name, "1")
    found = connection.execute(f"SELECT * FROM {name} ORDER BY {order}")
    return [{key: _decoded(key, row[key]) for key in row.keys()} for row in found]  # noqa: SIM118


def _decoded(column: str, value: Any) -> Any:
    if column in _JSON_COLUMNS and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def integrity(path: Path) -> list[str]:
    """What SQLite itself finds wrong; empty when nothing is."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [f"foreign key: {tuple(row)}" for row in connection.execute("PRAGMA foreign_key_check")]


def gather(
    sandbox: SandboxClient,
    database: Path,
    deeds: Sequence[Json],
    log: Sequence[str],
    now: float,
    *,
    healthy: bool | None = None,
    kills: int = 0,
    site: Path | None = None,
) -> Evidence:
    """The evidence of a run against a sandbox that still runs. ``site``: the folder of feeds and pages."""
    return Evidence(
        state=sandbox.state(),
        calls=sandbox.journal(),
        events=sandbox.history(),
        tables=read_tables(database),
        integrity=integrity(database),
        deeds=tuple(deeds),
        log=tuple(log),
        now=now,
        healthy=healthy,
        kills=kills,
        networks=worlds(sandbox, site),
    )
