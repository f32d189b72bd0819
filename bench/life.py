"""The program as a process: how soon it hears, what it weighs, what it does when nothing happens, how it catches up."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from bench import stage
from bench.table import Row
from tests.sandbox_client import SandboxClient
from tests.stories.desk import Desk, clean_environment
from tests.waiting import until

CATCH_UP = 10_000
IDLE_SECONDS = 30.0
#: What is promised: seconds, megabytes, percent of a core, and how close to VK's own pace a catch-up is.
START_WITHIN = 1.0
MEMORY = 90.0
IDLE_SHARE = 0.5
CLOSE_TO_THE_BOUND = 1.2

BARE = """
import sys, requests, vk_api
from jconfig.memory import MemoryConfig
from requests.adapters import HTTPAdapter
from vk_api.bot_longpoll import VkBotLongPoll
url, ts = sys.argv[1:]
class Redirect(HTTPAdapter):
    def send(self, request, **kwargs):
        request.url = request.url.replace("https://api.vk.ru", url)
        return super().send(request, **kwargs)
session = requests.Session()
session.mount("https://api.vk.ru/", Redirect())
poll = VkBotLongPoll(vk_api.VkApi(token="group-key", api_version="5.199", session=session, config=MemoryConfig), 1)
poll.ts = ts
for event in poll.listen():
    print("heard", flush=True)
"""


def measure(sandbox: SandboxClient, folder: Path) -> list[Row]:
    """Start-up, memory, idling and catching up; the bare vk_api bot stores nothing."""
    return [*_start_and_rest(sandbox, folder), *_catch_up(sandbox, folder), *_calls(sandbox, folder)]


def _start_and_rest(sandbox: SandboxClient, folder: Path) -> list[Row]:
    sandbox.reset()
    with stage.desk(folder / "life", sandbox.url, RECONCILE_SECONDS="60") as desk:
        desk.start()
        desk.stop()
        before = _stored(desk)
        sandbox.write(601, "Мои новости")
        began = time.perf_counter()
        desk.launch()
        until(lambda: _stored(desk) > before)
        ours = time.perf_counter() - began
        desk.wait_log("started")
        time.sleep(3)
        cpu, kept, memory = _cpu(desk.pid), _files(desk.database.parent), _memory(desk.pid)
        time.sleep(IDLE_SECONDS)
        busy = (_cpu(desk.pid) - cpu) / IDLE_SECONDS * 100
        written = _files(desk.database.parent) ^ kept
    bare, bare_memory = _bare(sandbox, folder)
    return [
        Row(
            *("start to first stored event", "this program"),
            *(f"{ours:.2f} s", f"{ours / bare:.1f} of bare vk_api"),
            holds=ours <= START_WITHIN,
        ),
        Row("start to first event", "bare vk_api bot, stores nothing", f"{bare:.2f} s", "1.0"),
        Row(
            *("resident memory", "this program"),
            *(f"{memory:.0f} MB", f"{memory / bare_memory:.1f} of bare vk_api"),
            holds=memory <= MEMORY,
        ),
        Row("resident memory", "bare vk_api bot", f"{bare_memory:.0f} MB", "1.0"),
        Row(
            f"idle for {IDLE_SECONDS:.0f} s",
            "this program",
            f"{busy:.2f} % of a core, {len(written)} files written",
            holds=busy <= IDLE_SHARE and not written,
        ),
    ]


def _bare(sandbox: SandboxClient, folder: Path) -> tuple[float, float]:
    began = time.perf_counter()
    bare = subprocess.Popen(
        [sys.executable, "-c", BARE, sandbox.url, "1"],
        cwd=folder,
        env=clean_environment(),
        stdout=subprocess.PIPE,
    )
    try:
        assert bare.stdout is not None
        bare.stdout.readline()
        return time.perf_counter() - began, _memory(bare.pid)
    finally:
        bare.kill()
        bare.wait()


def _catch_up(sandbox: SandboxClient, folder: Path) -> list[Row]:
    sandbox.reset()
    sandbox.do("backlog", count=CATCH_UP, kind="suggest", event="lost")
    with stage.desk(folder / "catch-up", sandbox.url, CARDS_BURST="20", RECONCILE_SECONDS="60") as desk:
        began = time.perf_counter()
        desk.launch()
        until(lambda: _count(desk, "SELECT count(*) FROM suggestions") >= CATCH_UP, 120)
        took = time.perf_counter() - began
    bound = CATCH_UP / 100 * (1 / 3)
    return [
        Row(
            f"catch-up of {CATCH_UP:,} suggestions stored",
            "this program, from process start",
            f"{took:.1f} s",
            f"{took / bound:.2f} of pages × 1/3 s",
            holds=took <= CLOSE_TO_THE_BOUND * bound,
        )
    ]


def _calls(sandbox: SandboxClient, folder: Path) -> list[Row]:
    sandbox.reset()
    with stage.desk(folder / "calls", sandbox.url, RECONCILE_SECONDS="60") as desk:
        desk.start()
        time.sleep(1)
        since = max(int(call["n"]) for call in sandbox.journal())
        desk.sandbox.suggest(601, "Одна новость", photos=2)
        desk.press(desk.card_of("Одна новость"), "Опубликовать")
        desk.wait_card("Одна новость", lambda card: "проверено" in card["text"])
        post = desk.wait_post("Одна новость")
        desk.wait_letter(601, f"wall-1_{post['id']}")
        time.sleep(6)  # a read-back, if one were needed, would come now
        calls = [call for call in sandbox.journal(since) if not call.get("inside") and call.get("method") != "lp"]
    names = ", ".join(call["method"] for call in calls)
    return [Row("calls of a lone suggestion's life", "both keys together", str(len(calls)), names)]


def _stored(desk: Desk) -> int:
    return _count(desk, "SELECT count(*) FROM inbox")


def _count(desk: Desk, question: str) -> int:
    try:
        with closing(sqlite3.connect(f"file:{desk.database}?mode=ro", uri=True, timeout=5)) as base:
            return int(base.execute(question).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _files(folder: Path) -> set[tuple[str, int, int]]:
    """Names, sizes and times of the files that have any contents."""
    found = [(path, path.stat()) for path in folder.rglob("*") if path.is_file()]
    return {(path.name, facts.st_size, facts.st_mtime_ns) for path, facts in found if facts.st_size}
