"""The way into the database: a unit is one transaction with all repositories at hand.

Either everything a unit did is stored or nothing is.  The unit knows when a transaction begins and ends and whose
turn it is; what is stored is decided by its caller and written by the repositories.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage import faultpoints
from storage.authors import Authors
from storage.cards import Cards
from storage.claims import Claims
from storage.copies import Copies
from storage.digests import Digests
from storage.drafts import Drafts
from storage.engine import WAIT_SECONDS, WRITES, open_engine, sqlite_path
from storage.errors import Busy, translated
from storage.gate import Gate
from storage.inbox import Inbox
from storage.journal import Journal
from storage.lists import Lists
from storage.merges import Merges
from storage.outbox import Outbox
from storage.passports import Passports
from storage.pictures import Pictures
from storage.posts import Posts
from storage.prompts import Prompts
from storage.retention import Retention
from storage.search import Search
from storage.settings import Settings
from storage.sources import Sources
from storage.staff import Staff
from storage.suggestions import Suggestions
from storage.turns import Turns
from storage.wall_posts import WallPosts
from storage.work import Work

_log = logging.getLogger(__name__)


class Unit:
    """One transaction. Belongs to the thread that opened it and is dead after its ``with`` block."""

    def __init__(self, work: Work) -> None:
        self.inbox = Inbox(work)
        self.authors = Authors(work)
        self.search = Search(work)
        self.suggestions = Suggestions(work, self.authors, self.search)
        self.digests = Digests(work)
        self.merges = Merges(work)
        self.claims = Claims(work)
        self.staff = Staff(work)
        self.cards = Cards(work)
        self.prompts = Prompts(work)
        self.drafts = Drafts(work)
        self.passports = Passports(work)
        self.outbox = Outbox(work)
        self.posts = Posts(work)
        self.pictures = Pictures(work)
        self.wall_posts = WallPosts(work, self.search)
        self.copies = Copies(work)
        self.journal = Journal(work)
        self.settings = Settings(work)
        self.lists = Lists(work)
        self.sources = Sources(work)
        self.retention = Retention(work)
        self._hooks: list[Callable[[], None]] = []

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Call ``hook`` once the unit is stored; never when it was rolled back. Its faults are only logged."""
        self._hooks.append(hook)

    def run_hooks(self) -> None:
        for hook in self._hooks:
            try:
                hook()
            except Exception:  # noqa: BLE001  # the unit is stored already
                _log.exception("after_commit_failed")


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What the self-check tells about the database.

    ``wal_reset_defect`` is True for an SQLite older than 3.51.3 without the back-ported repair; it does no harm
    in the journal mode used here.  ``size_bytes`` is the size of the file or of the whole PostgreSQL database.
    """

    dialect: str
    version: str
    journal_mode: str | None
    synchronous: str | None
    wal_reset_defect: bool
    size_bytes: int
    path: Path | None
    revision: str | None


class Storage:
    """The database. Opening it touches no file; tables are made by :func:`storage.migrate.upgrade`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.path = sqlite_path(engine.url)
        self._turns = Turns() if self.path is not None else None
        self._gate = Gate() if self.path is not None else None
        self._open = threading.local()
        self._writer = engine.execution_options(**{WRITES: True})
        self._reader = engine if self.path is not None else _snapshots(engine)

    @classmethod
    def open(cls, url: str) -> Storage:
        """Raises ValueError for an address that cannot be used."""
        return cls(open_engine(url))

    def close(self) -> None:
        """Close the idle connections; a unit still open closes its own at its end."""
        self.engine.dispose()

    @contextmanager
    def begin(self, label: str) -> Iterator[Unit]:
        """A unit that writes: stored whole at the end of the block, not at all when the block raises.

        ``label`` names the commit for fault points.  Threads are served in the order of asking.  Raises Busy
        when the turn does not come in :data:`storage.engine.WAIT_SECONDS`, RuntimeError inside another unit of
        the same thread.
        """
        with self._alone("begin"), self._turn(), self._connected(self._writer) as connection:
            unit = Unit(Work(connection, writes=True))
            yield unit
            faultpoints.reach(f"commit.{label}.before")
            self._commit(connection)
            faultpoints.reach(f"commit.{label}.after")
        unit.run_hooks()

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """A unit that sees one moment of the database and cannot write.

        It does not queue behind writing units; on SQLite it waits while one commits, and a commit waits for it.
        """
        with self._alone("read"), self.as_reader(), self._connected(self._reader) as connection:
            yield Unit(Work(connection, writes=False))

    def facts(self) -> DatabaseFacts:
        """Versions, modes and size, as the database itself tells them."""
        from storage.facts import gather

        with self.connection(writes=False) as connection:
            return gather(connection, self.path)

    @contextmanager
    def connection(self, *, writes: bool) -> Iterator[Connection]:
        """A bare connection in a transaction, for migrations and checks; committed at the end if it writes."""
        if not writes:
            with self._alone("read"), self.as_reader(), self._connected(self._reader) as connection:
                yield connection
            return
        with self._alone("begin"), self._turn(), self._connected(self._writer) as connection:
            yield connection
            self._commit(connection)

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.connect() as connection:
                connection.begin()
                yield connection
        except SQLAlchemyError as fault:
            raise translated(fault) from fault

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._turns is None:
            yield
            return
        if not self._turns.take(WAIT_SECONDS):
            raise Busy("the queue of writers does not move")
        try:
            yield
        finally:
            self._turns.give()

    @contextmanager
    def as_reader(self) -> Iterator[None]:
        """Be one of the readers with a connection of one's own: on SQLite no commit happens meanwhile."""
        if self._gate is None:
            yield
            return
        if not self._gate.enter(WAIT_SECONDS):
            raise Busy("a commit does not end")
        try:
            yield
        finally:
            self._gate.leave()

    def _commit(self, connection: Connection) -> None:
        if self._gate is None:
            connection.commit()
            return
        if not self._gate.shut(WAIT_SECONDS):
            raise Busy("a reader does not end")
        try:
            connection.commit()
        finally:
            self._gate.open()

    @contextmanager
    def _alone(self, what: str) -> Iterator[None]:
        # A writer inside a reader would wait for itself until the time is out, so it is refused at once.
        if getattr(self._open, "what", None) is not None:
            raise RuntimeError(f"{what}() inside an open unit of the same thread")
        self._open.what = what
        try:
            yield
        finally:
            self._open.what = None


def _snapshots(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
