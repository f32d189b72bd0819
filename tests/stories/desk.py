"""The whole program as real processes: a sandbox and a bot on free ports, with a folder of their own.

A test acts through ``desk.sandbox`` and looks at the sandbox's world, at the bot's journal lines and at
``status --json``; it may kill the bot at any moment and start it again with the same database.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from bot.config import Settings
from tests.sandbox_client import SandboxClient
from tests.stories.loaded import NURSERY

ROOT = Path(__file__).parents[2]
CHAT = 2_000_000_001
PATIENCE = 30.0
Json = dict[str, Any]


class Lines:
    """A process's output line by line, kept whole, with waiting for a line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.seen: list[str] = []
        self._fresh: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._reader.start()

    def _read(self, stream: IO[bytes]) -> None:
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            self.seen.append(line)
            self._fresh.put(line)
        self._fresh.put(None)

    def wait_for(self, wanted: Callable[[str], bool], timeout: float) -> str:
        """The next unread line that is wanted. Raises AssertionError with the last lines when none comes."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                line = self._fresh.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError("the line never came; the last ones:\n" + "\n".join(self.seen[-40:]))
            if wanted(line):
                return line

    def join(self) -> list[str]:
        """All lines, once the process has ended."""
        self._reader.join(10)
        return self.seen


class Running:
    """One child process and its output; ``fresh`` when Python itself shall be started, as a shell does."""

    def __init__(
        self, *arguments: str, env: dict[str, str], folder: Path, stream: str, fresh: bool = False
    ) -> None:
        reads, writes = os.pipe()
        try:
            with Path(os.devnull).open("rb") as nothing:
                streams = (nothing.fileno(), writes, writes if stream == "both" else 2)
                self.process = (_fresh if fresh else NURSERY.fork)(arguments, env, folder, streams)
        finally:
            os.close(writes)
        self.lines = Lines(os.fdopen(reads, "rb"))

    def end(self, number: signal.Signals = signal.SIGTERM, timeout: float = 15) -> int:
        """Send the signal and wait; SIGKILL when it does not end. Returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.lines.join()
        return code


def _fresh(
    arguments: Sequence[str], env: dict[str, str], folder: Path, streams: Sequence[int]
) -> subprocess.Popen[bytes]:
    nothing, out, err = streams
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=env,
        stdin=nothing,
        stdout=out,
        stderr=err,
        start_new_session=True,
    )


class Desk:
    """A sandbox and a bot. ``env`` adds to or changes the bot's settings; None takes one away."""

    def __init__(
        self,
        folder: Path,
        *,
        env: dict[str, str | None] | None = None,
        url: str | None = None,
        fresh: bool = False,
    ) -> None:
        self.folder = folder
        self._fresh = fresh
        folder.mkdir(parents=True, exist_ok=True)
        self._sandbox_process: Running | None = None
        self._bots: list[Running] = []
        self.url = url or self._start_sandbox()
        self.sandbox = SandboxClient(self.url)
        self.settings = self._settings(env or {})

    # -- life --------------------------------------------------------------------------------------------

    def _start_sandbox(self) -> str:
        self._sandbox_process = Running(
            "sandbox", "--port", "0", env=clean_environment(), folder=self.folder, stream="stdout"
        )
        line = self._sandbox_process.lines.wait_for(lambda line: line.startswith("sandbox: "), PATIENCE)
        return line.removeprefix("sandbox: ").rstrip("/")

    def _settings(self, env: dict[str, str | None]) -> dict[str, str]:
        settings: dict[str, str | None] = {
            "VK_API_URL": f"{self.url}/method/",
            "VK_GROUP_ID": "1",
            "VK_GROUP_TOKEN": "group-key",
            "VK_USER_TOKEN": "editor-key",
            "VK_MODERATORS_CHAT": str(CHAT),
            "DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "PUBLISH_SLOTS": "* * * * *",
            "PUBLISH_MIN_GAP": "0",
            "PUBLISH_DAILY_LIMIT": "0",
            "QUIET_HOURS": "",
            "LETTERS_QUIET_HOURS": "",
            "CARDS_BURST": "0",
            "RECONCILE_SECONDS": "0.5",
            "LOG_FORMAT": "json",
        }
        settings.update(env)
        return {name: value for name, value in settings.items() if value is not None}

    @property
    def database(self) -> Path:
        """The bot's SQLite file."""
        return self.folder / "data" / "okmo.db"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the bot and of its commands."""
        return {**clean_environment(), **self.settings}

    @property
    def bot(self) -> Running:
        """The bot that runs or ran last."""
        return self._bots[-1]

    @property
    def pid(self) -> int:
        return self.bot.process.pid

    @property
    def log(self) -> list[str]:
        """Every line any bot of this desk has written so far."""
        return [line for bot in self._bots for line in bot.lines.seen]

    def launch(self, **env: str) -> Running:
        """Start the bot without waiting; ``env`` holds for this start only."""
        whole = {**self.environment, **env}
        running = Running("bot", "run", env=whole, folder=self.folder, stream="both", fresh=self._fresh)
        self._bots.append(running)
        return running

    def start(self, **env: str) -> Desk:
        """Start the bot; on its first start also wait until it hears events and knows the managers."""
        first = not self._bots
        since = self._last_call() if first else 0
        self.launch(**env)
        self.wait_log("started")
        if first:
            for method in ("groups.getLongPollServer", "groups.getMembers"):
                assert self.sandbox.journal(since, method=method, wait=PATIENCE), f"{method} was never called"
        return self

    def _last_call(self) -> int:
        return max((int(entry["n"]) for entry in self.sandbox.journal()), default=0)

    def kill(self) -> None:
        """SIGKILL: no clean-up of any kind."""
        self.bot.end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        return self.bot.end()

    def wait_end(self, timeout: float = PATIENCE) -> int:
        """Wait until the bot ends by itself (a fault point, a fault); returns the exit code."""
        code = self.bot.process.wait(timeout)
        self.bot.lines.join()
        return code

    def restart(self, **env: str) -> Desk:
        """Kill the bot if it runs, start it again with the same database."""
        self.kill()
        return self.start(**env)

    def close(self) -> None:
        """End every process this desk started."""
        for bot in self._bots:
            bot.end(signal.SIGKILL)
        if self._sandbox_process is not None:
            self._sandbox_process.end()

    # -- looking -----------------------------------------------------------------------------------------

    def wait_log(self, event: str, timeout: float = PATIENCE, **facts: Any) -> Json:
        """The next journal line of the running bot with this event word and these facts."""

        def wanted(line: str) -> bool:
            found = as_json(line)
            return found.get("event") == event and all(found.get(name) == value for name, value in facts.items())

        return as_json(self.bot.lines.wait_for(wanted, timeout))

    def command(self, *arguments: str, stdin: str = "", timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run one ``bot …`` command with this desk's settings."""
        return run_bot(*arguments, env=self.environment, folder=self.folder, stdin=stdin, timeout=timeout)

    def status(self) -> Json:
        """What ``status --json`` says."""
        done = self.command("status", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        told: Json = json.loads(done.stdout)
        return told

    # -- moving around in the chat -------------------------------------------------------------------------

    def card_of(self, text: str, timeout: float = PATIENCE) -> Json:
        """The newest chat message with a keyboard that shows this text, once there is one."""
        return self.wait_card(text, lambda card: bool(card["keyboard"]), timeout)

    def wait_card(self, text: str, wanted: Callable[[Json], bool], timeout: float = PATIENCE) -> Json:
        """The newest chat message that shows this text and is as wanted, once there is one."""

        def card(state: Json) -> Json | None:
            chat = next(chat for chat in state["chats"] if chat["peer_id"] == CHAT)
            found = [one for one in chat["messages"] if text in one["text"] and not one["deleted"]]
            return next((one for one in reversed(found) if wanted(one)), None)

        shown: Json = self.sandbox.wait_for(card, timeout, only="chats", what=f"card with {text!r}")
        return shown

    def press(self, card: Json, label: str, user_id: int = 501) -> str | None:
        """Press the button whose label ends so (an emoji may stand before the words)."""
        whole = next(one for one in labels(card) if one.endswith(label))
        return self.sandbox.press(user_id, whole, card["conversation_message_id"])

    def wait_post(self, text: str, timeout: float = 90) -> Json:
        """The post on the wall with this text, once it is there."""
        post: Json = self.sandbox.wait_for(
            lambda state: next((post for post in state["wall"] if text in post["text"]), None),
            timeout,
            only="wall",
            what=f"post with {text!r}",
        )
        return post

    def wait_letter(self, user_id: int, words: str, timeout: float = PATIENCE) -> Json:
        """The community's message to this person that has these words, once it is there."""

        def letter(state: Json) -> Json | None:
            dialog: Json = next((one for one in state["dialogs"] if one["user_id"] == user_id), {"messages": []})
            return next((one for one in dialog["messages"] if one["from_id"] < 0 and words in one["text"]), None)

        shown: Json = self.sandbox.wait_for(letter, timeout, only="dialogs", what=f"letter with {words!r}")
        return shown


def labels(message: Json) -> list[str]:
    """The labels on a message's buttons."""
    rows = (message["keyboard"] or {}).get("buttons", [])
    return [str(button["action"].get("label", "")) for row in rows for button in row]


def as_json(line: str) -> Json:
    """A journal line as an object; empty when it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def clean_environment() -> dict[str, str]:
    """Our environment without anything the bot would read as a setting."""
    names = {spelled for name in Settings.model_fields for spelled in (name, f"{name}_FILE")}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def run_bot(
    *arguments: str,
    env: dict[str, str] | None = None,
    folder: Path,
    stdin: str = "",
    timeout: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m bot …`` in ``folder`` to its end."""
    environment = clean_environment() if env is None else env
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        asked.write(stdin.encode())
        asked.seek(0)
        streams = (asked.fileno(), out.fileno(), err.fileno())
        process = NURSERY.fork(("bot", *arguments), environment, folder, streams)
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        said = [os.pread(stream.fileno(), 10_000_000, 0).decode() for stream in (out, err)]
    return subprocess.CompletedProcess(["bot", *arguments], code, *said)


@contextmanager
def open_desk(folder: Path, **env: str | None) -> Iterator[Desk]:
    """A desk whose bot runs; everything is ended at the end of the block."""
    desk = Desk(folder, env=env)
    try:
        yield desk.start()
    finally:
        desk.close()


@contextmanager
def killed_at(desk: Desk, *points: str) -> Iterator[None]:
    """The bot dies at each of these fault points in turn and is started again; a point not reached is a failure.

    Everything is ended at the end of the block.
    """
    left, closing = list(points), threading.Event()

    def start_again() -> None:
        while left:
            desk.bot.process.wait()
            if closing.is_set():
                return
            left.pop(0)
            desk.launch(**({"OKMO_FAULT_POINT": left[0]} if left else {}))

    try:
        desk.launch(OKMO_FAULT_POINT=points[0])
        threading.Thread(target=start_again, daemon=True).start()
        yield
        assert not left, f"never reached: {left}"
    finally:
        closing.set()
        desk.close()
