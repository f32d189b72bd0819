"""Intake of a backlog: how fast events become durable, beside the least that could be done and the usual loops."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
import vk_api
from jconfig.memory import MemoryConfig
from requests.adapters import HTTPAdapter
from sqlalchemy import Text, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from vk_api.bot_longpoll import VkBotLongPoll

from bench.table import Row
from bot.intake import Intake
from bot.vk.client import VkClient, VkKey
from bot.vk.longpoll import LongPoll
from bot.work import Work
from editorial.slots import PlanRules
from handlers.context import Desk
from storage.inbox import Cursor
from storage.migrate import upgrade
from storage.unit import Storage
from tests.sandbox_client import SandboxClient

EVENTS = 20_000
ORM_EVENTS = 3_000  # the slow one is measured on fewer, at the same length of a poll
REPEATS = 3


def measure(sandbox: SandboxClient, folder: Path) -> list[Row]:
    """Events a second of four ways to take in a backlog, 100 a poll; the best of three runs each, taken in turn."""
    floor_name, own_name = "floor: requests and sqlite3, one FULL commit a batch", "this program's intake loop"
    orm_name = "vk_api VkBotLongPoll, an ORM commit for every event"
    ways: dict[str, tuple[Callable[[SandboxClient, Path, int], None], int]] = {
        floor_name: (floor, EVENTS),
        own_name: (ours, EVENTS),
        orm_name: (vk_api_orm, ORM_EVENTS),
        "vk_api VkBotLongPoll, nothing stored": (vk_api_bare, EVENTS),
    }
    best = dict.fromkeys(ways, 0.0)
    for run in range(REPEATS):
        for number, (name, (way, events)) in enumerate(ways.items()):
            place = folder / f"intake-{run}-{number}"
            place.mkdir()
            seconds = _timed(sandbox, place, way, events)
            best[name] = max(best[name], events / seconds)
    base, own = best[floor_name], best[own_name]
    holds = {own_name: own >= 0.8 * base and own >= 10 * best[orm_name]}
    return [
        Row("intake of a backlog", name, f"{rate:,.0f} events/s", f"{rate / base:.2f}", holds.get(name))
        for name, rate in best.items()
    ]


def _timed(
    sandbox: SandboxClient, place: Path, way: Callable[[SandboxClient, Path, int], None], events: int
) -> float:
    sandbox.reset()
    sandbox.do("long_poll", flags="all")
    sandbox.do("backlog", count=events, kind="mix", events_only=True)
    started = time.perf_counter()
    way(sandbox, place, events)
    return time.perf_counter() - started


def _server(sandbox: SandboxClient) -> dict[str, str]:
    """The queue from its very beginning."""
    server = dict(sandbox.call("groups.getLongPollServer", group_id=1))
    return {**server, "ts": "1"}


def floor(sandbox: SandboxClient, place: Path, events: int) -> None:
    """The least that is durable: poll, one transaction with the batch and the cursor."""
    base = sqlite3.connect(place / "floor.db", isolation_level=None)
    base.execute("PRAGMA journal_mode=PERSIST")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE inbox (id INTEGER PRIMARY KEY, event_id TEXT UNIQUE, raw TEXT)")
    base.execute("CREATE TABLE cursor (id INTEGER PRIMARY KEY, ts TEXT)")
    server, http, seen = _server(sandbox), requests.Session(), 0
    while seen < events:
        params = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": "1"}
        answer = http.get(server["server"], params=params, timeout=20).json()
        rows = [(one["event_id"], json.dumps(one, ensure_ascii=False)) for one in answer["updates"]]
        base.execute("BEGIN IMMEDIATE")
        base.executemany("INSERT OR IGNORE INTO inbox (event_id, raw) VALUES (?, ?)", rows)
        base.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?)", (answer["ts"],))
        base.execute("COMMIT")
        server["ts"], seen = answer["ts"], seen + len(rows)


def ours(sandbox: SandboxClient, place: Path, events: int) -> None:
    """The intake loop of the program with its real storage."""
    storage = Storage.open(f"sqlite:///{place / 'ours.db'}")
    upgrade(storage)
    zone = ZoneInfo("Europe/Moscow")
    work = Work(storage, Desk(1, -1, "club1", zone, PlanRules((), timedelta(0), 0, None, zone)))
    client = VkClient(VkKey("group", "group-key"), f"{sandbox.url}/method/", rate=20)
    longpoll = LongPoll(client, 1, wait=1)
    intake = Intake(longpoll, work, 1, before=lambda: None, on_gap=lambda: None)
    with work.begin("bench") as context:
        server = _server(sandbox)
        context.unit.inbox.store((), Cursor(1, server["server"], server["key"], server["ts"]), context.now)
    stored = 0
    while stored < events:
        stored += intake.step()
    storage.close()


class Base(DeclarativeBase):
    pass


class Event(Base):
    """What a bot with an ORM usually keeps of an event."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    raw: Mapped[str] = mapped_column(Text)


class _Redirect(HTTPAdapter):
    """Sends vk_api's calls to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        request.url = str(request.url).replace("https://api.vk.ru", self._url)
        return super().send(request, **kwargs)


def _bot_longpoll(sandbox: SandboxClient) -> VkBotLongPoll:
    session = requests.Session()
    session.mount("https://api.vk.ru/", _Redirect(sandbox.url))
    api = vk_api.VkApi(token="group-key", api_version="5.199", session=session, config=MemoryConfig)
    poll = VkBotLongPoll(api, 1, wait=1)
    poll.ts = "1"
    return poll


def vk_api_orm(sandbox: SandboxClient, place: Path, events: int) -> None:
    """``listen()`` with a session and a commit for each event."""
    engine = create_engine(f"sqlite:///{place / 'orm.db'}")
    Base.metadata.create_all(engine)
    for seen, event in enumerate(_bot_longpoll(sandbox).listen(), start=1):
        with Session(engine) as session:
            session.add(Event(type=str(event.type), raw=json.dumps(event.raw, ensure_ascii=False)))
            session.commit()
        if seen == events:
            return


def vk_api_bare(sandbox: SandboxClient, _place: Path, events: int) -> None:
    """``listen()`` alone."""
    for seen, _ in enumerate(_bot_longpoll(sandbox).listen(), start=1):
        if seen == events:
            return
