"""VK's allowance used to the full: how much of it is used, and how often VK says "too many requests"."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from bench import stage
from bench.table import Row
from bot.vk.client import VkClient, VkKey
from tests.sandbox_client import SandboxClient

SECONDS = 15.0
THREADS = 8
BURST = 300
#: Requests a second VK allows to each kind of key.
ALLOWED = {"group": 20.0, "user": 3.0}


def measure(sandbox: SandboxClient, folder: Path) -> list[Row]:
    """Both keys at full speed from several threads, then the whole program under a burst, with VK's limits on."""
    rows = [_full_speed(sandbox, kind, key) for kind, key in (("group", "group-key"), ("user", "editor-key"))]
    return [*rows, _burst(sandbox, folder)]


def _full_speed(sandbox: SandboxClient, kind: Any, key: str) -> Row:
    sandbox.reset()
    sandbox.limits(off=False)
    client = VkClient(VkKey(kind, key), f"{sandbox.url}/method/", rate=ALLOWED[kind])
    began = time.monotonic()

    def work() -> None:
        while time.monotonic() - began < SECONDS:
            client.call("users.get", user_ids=[601])

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    calls = sandbox.journal(method="users.get")
    return _row(f"full speed for {SECONDS:.0f} s", f"the {kind} key, {THREADS} threads", calls, took, kind)


def _burst(sandbox: SandboxClient, folder: Path) -> Row:
    """Everybody suggests at once: cards, receipts, names and comparisons leave as fast as they may."""
    sandbox.reset()
    sandbox.limits(off=False)
    with stage.desk(folder / "burst", sandbox.url, RECONCILE_SECONDS="2", CARDS_BURST="0") as desk:
        desk.start()
        since = max(int(call["n"]) for call in sandbox.journal())
        began = time.monotonic()
        sandbox.do("backlog", count=BURST, kind="suggest")
        sandbox.wait_for(lambda state: _cards(state) >= BURST, 120, only="chats", what="every card")
        took = time.monotonic() - began
        calls = [call for call in sandbox.journal(since) if call.get("token_name") and not call.get("inside")]
    own = [call for call in calls if call["token_kind"] == "group"]
    return _row(
        f"{BURST} suggestions at once, to their cards", "the whole program, group key", own, took, "group", calls
    )


def _cards(state: dict[str, Any]) -> int:
    return sum(one["keyboard"] is not None for chat in state["chats"] for one in chat["messages"])


def _row(what: str, subject: str, calls: list[Any], took: float, kind: str, judged: list[Any] | None = None) -> Row:
    refused = sum(call.get("error_code") == 6 for call in (judged or calls))
    rate = len(calls) / took
    value = f"{len(calls)} calls in {took:.1f} s, error 6: {refused} times"
    return Row(what, subject, value, f"{rate / ALLOWED[kind]:.2f} of VK's {ALLOWED[kind]:.0f}/s", refused == 0)
