"""What the journal's lines never hold."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from bot.log import SecretMask


def test_t80_no_line_holds_a_key_in_any_field() -> None:
    mask = SecretMask()
    mask.learn(["editor-key", "longer-editor-key", ""])
    line: dict[str, Any] = {
        "event": "https://api/bot123:AAx/send",
        "nested": {"k": ["editor-key"]},
        "loops": ("intake", "editor-key"),
        "number": 7,
        "error": ValueError("longer-editor-key"),
        "address": "?access_token=zzz&x=1",
        "shape": "vk1.a.AbC-d_",
    }
    assert mask(None, "info", line) == {
        "event": "https://api/bot***/send",
        "nested": {"k": ["***"]},
        "loops": ["intake", "***"],
        "number": 7,
        "error": "***",
        "address": "?access_token=***&x=1",
        "shape": "***",
    }


TROUBLES = """
import logging, threading
from bot import log

def fault():
    raise ConnectionError("https://api/bot123:AAx-y/send")

log.configure("INFO", "json")
thread = threading.Thread(target=fault, name="courier.telegram")
thread.start()
thread.join()
try:
    fault()
except ConnectionError:
    logging.getLogger("library").exception("no answer")
"""


def test_t80_neither_does_what_a_dead_thread_or_a_library_says_of_a_fault() -> None:
    done = subprocess.run([sys.executable, "-c", TROUBLES], capture_output=True, text=True, check=True)
    assert done.stderr.count("ConnectionError: https://api/bot***/send") == 2, done.stderr
    assert "AAx" not in done.stderr
    assert '"event": "thread_died"' in done.stderr
    assert '"thread": "courier.telegram"' in done.stderr
