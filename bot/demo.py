"""The command ``demo``: a sandbox and a bot beside each other, each a process of its own.

Every demonstration has a fresh world and a fresh database in a temporary folder.  Playing one suggestion through
(``demo --once``) is told in ``rehearsal.py``.
"""

from __future__ import annotations

import base64
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import requests

from bot.children import Child, asked_to_end
from bot.config import Settings
from bot.faults import Stopped

#: Seconds the bot has to begin listening.
STARTING: Final = 40.0
CHAT: Final = 2_000_000_001
#: Where the feeds and pages of the demonstration are written, in its folder.
PAGES: Final = "pages"


@dataclass(frozen=True, slots=True)
class Stage:
    """A running demonstration: the page's address and the two processes."""

    url: str
    sandbox: Child
    bot: Child

    def fallen(self) -> str | None:
        """A Russian sentence when one of the two has ended by itself, None while both run."""
        for child, name in ((self.sandbox, "Песочница остановилась"), (self.bot, "Бот остановился")):
            if child.ended() is not None:
                return f"{name}, код {child.ended()}. Последние строки:\n{child.last_words()}"
        return None

    def ask(self, path: str, timeout: float = 10, **query: Any) -> Any:
        """What the sandbox tells about its world. Raises requests.RequestException."""
        return _direct().get(f"{self.url}/sandbox/{path}", params=query, timeout=timeout).json()

    def act(self, action: str, **what: Any) -> dict[str, Any]:
        """Have a person of the sandbox do something. Raises Stopped when the sandbox refuses."""
        answer = _direct().post(f"{self.url}/sandbox/do", json={"action": action, **what}, timeout=30).json()
        if not answer.get("ok"):
            raise Stopped(f"Песочница не приняла действие {action}: {answer.get('error')}")
        return dict(answer)


def _direct() -> requests.Session:
    """The sandbox is on this machine: a proxy named in the environment does not know it."""
    session = requests.Session()
    session.trust_env = False
    return session


def show(port: int) -> int:
    """Start both, tell where to look, wait for Ctrl-C, stop both. Raises Stopped when one of them falls."""
    with asked_to_end() as asked, raised(port, asked) as stage:
        if stage is None:
            return 0
        click.echo(f"Страница показа: {stage.url}/")
        click.echo(
            "Слева предложите новость, в чате модераторов нажмите «В очередь», через минуту она выйдет на стене."
        )
        click.echo("Остановить: Ctrl-C")
        while not asked.wait(0.3):
            told = stage.fallen()
            if told:
                raise Stopped(told)
        click.echo("\nОстанавливаем бота и песочницу")
    return 0


def play_once(port: int) -> int:
    """Play one suggestion through and return 0 only when every step was seen at the sandbox. Raises Stopped."""
    from bot import rehearsal

    with asked_to_end() as asked, raised(port, asked) as stage:
        return 1 if stage is None else rehearsal.play(stage, asked)


@contextmanager
def raised(port: int, asked: threading.Event) -> Iterator[Stage | None]:
    """Both processes, the bot listening; None when ``asked`` came first. Stopped and cleaned up at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="okmo-demo-")))
        sandbox, url = _sandbox(stack, port, folder)
        (folder / "config.env").write_text(_configuration(url, folder), encoding="utf-8")
        bot = stack.enter_context(
            Child(
                "bot",
                "run",
                "--config",
                str(folder / "config.env"),
                environment=_environment(),
                log=folder / "bot.log",
            )
        )
        stage = Stage(url, sandbox, bot)
        yield stage if _listening(stage, asked) else None


def _sandbox(stack: ExitStack, port: int, folder: Path) -> tuple[Child, str]:
    log = folder / "sandbox.log"
    child = stack.enter_context(
        Child("sandbox", "--port", str(port), "--pages", str(folder / PAGES), log=log, heard=True)
    )
    line = child.first_line()
    if not line.startswith("sandbox: "):
        child.wait(5)
        if "Address already in use" in child.last_words(40):
            raise Stopped(f"Порт {port} занят. Возьмите другой: okmo-bot demo --port {port + 1}")
        raise Stopped(f"Песочница не запустилась:\n{child.last_words()}")
    return child, line.removeprefix("sandbox: ").rstrip("/")


def _configuration(url: str, folder: Path) -> str:
    return "\n".join(
        (
            f"VK_API_URL={url}/method/",
            "VK_GROUP_ID=1",
            "VK_GROUP_TOKEN=group-key",
            "VK_USER_TOKEN=editor-key",
            f"OK_API_URL={url}/ok/fb.do",
            "OK_APPLICATION_KEY=CSANDBOXKEY",
            "OK_SECRET_KEY=ok-application-secret",
            "OK_ACCESS_TOKEN=ok-access-token",
            "OK_GROUP_ID=70000000000001",
            f"WORDPRESS_URL={url}/wordpress",
            "WORDPRESS_USER=okmo-bot",
            "WORDPRESS_APP_PASSWORD=abcd EFGH 1234 ijkl MNOP 5678",
            f"WEBHOOK_URL={url}/webhook/hook",
            f"WEBHOOK_SECRET=whsec_{base64.b64encode(b'sandbox-webhook-secret-0123456789').decode()}",
            f"VK_MODERATORS_CHAT={CHAT}",
            f"DATA_DIR={folder}",
            f"DATABASE_URL=sqlite:///{folder}/okmo.db",
            "PUBLISH_SLOTS=* * * * *",
            "PUBLISH_MIN_GAP=0",
            "PUBLISH_DAILY_LIMIT=0",
            "QUIET_HOURS=",
            "LETTERS_QUIET_HOURS=",
            "VK_COPY_GROUPS=2",
            f"FEED_DIR={folder / PAGES}",
            f"FEED_BASE_URL={url}/pages/",
            "RECONCILE_SECONDS=5",
            "SOURCES_SECONDS=5",
            "REREAD_SECONDS=3",
            f"TELEGRAM_API_URL={url}/telegram",
            "TELEGRAM_BOT_TOKEN=7000000001:sandbox-telegram-bot-key",
            "TELEGRAM_CHAT_ID=@okmo_news",
            "TELEGRAM_LOG_CHAT_ID=-1001000000002",
            f"MAX_API_URL={url}/max",
            "MAX_TOKEN=sandbox-max-bot-key",
            "MAX_CHAT_ID=-70000000000001",
            "LOG_FORMAT=console",
            "",
        )
    )


def _environment() -> dict[str, str]:
    # The desk's real keys, should they stand in the environment, have no business in a demonstration.
    settings = {spelled for name in Settings.model_fields for spelled in (name, f"{name}_FILE")}
    return {name: value for name, value in os.environ.items() if name not in settings}


def _listening(stage: Stage, asked: threading.Event) -> bool:
    """Wait until the bot polls for events; False when asked to end. Raises Stopped when it does not come to it."""
    deadline = time.monotonic() + STARTING
    while not asked.wait(0.1):
        told = stage.fallen()
        if told:
            raise Stopped(told)
        if stage.ask("health")["polls"]:
            return True
        if time.monotonic() > deadline:
            raise Stopped(f"Бот не начал слушать события. Последние строки:\n{stage.bot.last_words()}")
    return False
