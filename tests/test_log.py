"""What the journal's lines never hold."""

from __future__ import annotations

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
