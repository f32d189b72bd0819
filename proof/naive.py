"""The usual designs over ``vk_api``, killed by the same hand: what they lose and what they double.

``post_then_mark`` posts what is due and then marks it, ``mark_then_post`` the other way round, ``insert_per_event``
listens with ``VkBotLongPoll`` and stores every event as it comes.  ``python -m proof.naive --kills 100`` prints how
each of them and the desk itself came through.  Nothing here is used by the program.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import requests
import vk_api
from requests.adapters import HTTPAdapter
from vk_api.bot_longpoll import VkBotLongPoll

from proof.evidence import Json
from proof.office import table
from proof.random_kills import ANSWER_TAKES
from sandbox.server import Sandbox
from tests.sandbox_client import SandboxClient
from tests.stories.desk import ROOT

#: So long a life lasts once the process is at work, seconds.
LIFE: Final = (0.5, 1.5)
EVENTS_A_SECOND: Final = 300


class ToSandbox(HTTPAdapter):
    """Carries what the library sends to VK's own address to the sandbox instead."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """The same request at another host."""
        assert request.url is not None
        path = request.url.split("/method/", 1)[1]
        request.url = f"{self._url}/method/{path}"
        return super().send(request, *args, **more)


def session(url: str, token: str) -> Any:
    """An ordinary vk_api session that meets the sandbox."""
    made = vk_api.VkApi(token=token, api_version="5.199")
    for scheme in ("https://", "http://"):
        made.http.mount(f"{scheme}api.vk.ru/", ToSandbox(url))
        made.http.mount(f"{scheme}api.vk.com/", ToSandbox(url))
    return made


# ------------------------------------------------------------------------------------------------ the designs


def post_then_mark(url: str, path: Path) -> None:
    """Post what is due, then write down that it is out."""
    _publish(url, path, mark_first=False)


def mark_then_post(url: str, path: Path) -> None:
    """Write down that it is out, then post."""
    _publish(url, path, mark_first=True)


def _publish(url: str, path: Path, *, mark_first: bool) -> None:
    vk = session(url, "editor-key")
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        print("at work", flush=True)
        while True:
            row = connection.execute("SELECT id, text FROM posts WHERE done = 0 ORDER BY id LIMIT 1").fetchone()
            if row is None:
                time.sleep(0.02)
                continue
            if mark_first:
                connection.execute("UPDATE posts SET done = 1 WHERE id = ?", (row[0],))
            vk.method("wall.post", {"owner_id": -1, "from_group": 1, "message": row[1]})
            if not mark_first:
                connection.execute("UPDATE posts SET done = 1 WHERE id = ?", (row[0],))


def insert_per_event(url: str, path: Path) -> None:
    """The loop of every tutorial, with a database."""
    poll = VkBotLongPoll(session(url, "group-key"), 1, wait=5)
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        print("at work", flush=True)
        for event in poll.listen():
            connection.execute("INSERT INTO events (event_id) VALUES (?)", (event.raw["event_id"],))


DESIGNS: Final[dict[str, Callable[[str, Path], None]]] = {
    "post_then_mark": post_then_mark,
    "mark_then_post": mark_then_post,
    "insert_per_event": insert_per_event,
}


# ------------------------------------------------------------------------------------------------ the same hand


def kill_publisher(design: str, kills: int, seed: int = 1) -> Json:
    """Kill a publisher so often while it has work; posts lost and doubled."""
    with Sandbox(limits_off=True) as server, tempfile.TemporaryDirectory(prefix="okmo-naive-") as folder:
        path = Path(folder) / "posts.db"
        count = kills * 120
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, text TEXT, done INTEGER DEFAULT 0)")
            rows = [(f"запись {number} конец",) for number in range(count)]
            connection.executemany("INSERT INTO posts (text) VALUES (?)", rows)
        SandboxClient(server.url).fault("slow", "wall.post", times=0, seconds=ANSWER_TAKES)
        _kill_often(design, server.url, path, kills, seed)
        with closing(sqlite3.connect(path)) as connection:
            marked = {row[0] for row in connection.execute("SELECT text FROM posts WHERE done = 1")}
        out = Counter(post["text"] for post in SandboxClient(server.url).state(only="wall")["wall"])
    return {
        "design": design.replace("_", " "),
        "kills": kills,
        "handled": len(marked),
        "lost": sum(text not in out for text in marked),
        "doubled": sum(count - 1 for count in out.values()),
    }


def kill_listener(kills: int, seed: int = 1) -> Json:
    """Kill the listening loop so often while events come; events it never stored."""
    with Sandbox(limits_off=True) as server, tempfile.TemporaryDirectory(prefix="okmo-naive-") as folder:
        path = Path(folder) / "events.db"
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, event_id TEXT)")
        client, over = SandboxClient(server.url), threading.Event()
        client.do("long_poll", enabled=True, flags="all")
        stream = threading.Thread(target=_stream, args=(server.url, over), daemon=True)
        stream.start()
        _kill_often("insert_per_event", server.url, path, kills, seed, last=3.0)
        over.set()
        stream.join()
        with closing(sqlite3.connect(path)) as connection:
            stored = Counter(row[0] for row in connection.execute("SELECT event_id FROM events"))
        sent = [event["event_id"] for event in client.history()]
    return {
        "design": "vk_api loop, INSERT per event",
        "kills": kills,
        "handled": len(sent),
        "lost": sum(event_id not in stored for event_id in sent),
        "doubled": sum(count - 1 for count in stored.values()),
    }


def _stream(url: str, over: threading.Event) -> None:
    client = SandboxClient(url)
    while not over.wait(0.1):
        client.do("backlog", count=EVENTS_A_SECOND // 10, events_only=True)


def _kill_often(design: str, url: str, path: Path, kills: int, seed: int, last: float = 0.0) -> None:
    dice = random.Random(seed)
    for number in range(kills + (last > 0)):
        child = subprocess.Popen(
            [sys.executable, "-m", "proof.naive", "--child", design, "--url", url, "--path", str(path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert child.stdout is not None
        child.stdout.readline()  # it is at work from now on, however slow the machine was with its start
        time.sleep(last if number == kills else dice.uniform(*LIFE))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; ``--child`` is one of the designs itself."""
    parser = argparse.ArgumentParser(prog="python -m proof.naive")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", choices=sorted(DESIGNS))
    parser.add_argument("--url", default="")
    parser.add_argument("--path", type=Path, default=Path("naive.db"))
    asked = parser.parse_args(arguments)
    if asked.child:
        DESIGNS[asked.child](asked.url, asked.path)
        return 0
    rows = [kill_publisher(design, asked.kills, asked.seed) for design in ("post_then_mark", "mark_then_post")]
    rows.append(kill_listener(asked.kills, asked.seed))
    print(table([tuple(row.values()) for row in rows], ("design", "kills", "handled", "lost", "doubled")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
