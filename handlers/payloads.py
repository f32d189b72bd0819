"""What a button of ours carries: which action, on which suggestion, drawn for which version.

A payload is a hint that anybody may forge; who presses, where, and whether the version still stands is checked
when the press arrives.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from editorial.errors import PayloadForeign

VERSION: Final = 1
#: VK takes no longer payload, characters.
LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class Payload:
    """``action`` is a word of the handlers, ``arg`` what it needs besides (a reason, a moment, a menu)."""

    action: str
    number: int = 0
    version: int = 0
    arg: str | None = None

    def pack(self) -> str:
        """As a JSON string for a button. Raises ValueError when VK would not take it."""
        fields: dict[str, object] = {"v": VERSION, "a": self.action, "n": self.number, "r": self.version}
        if self.arg is not None:
            fields["x"] = self.arg
        packed = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        if len(packed) > LONGEST:
            raise ValueError(f"a payload of {len(packed)} characters; VK takes {LONGEST}")
        return packed


def unpack(payload: Mapping[str, Any] | None) -> Payload:
    """The payload of a pressed button. Raises PayloadForeign for anything this program does not make."""
    if payload is None or payload.get("v") != VERSION or payload.get("v") is True:
        raise PayloadForeign
    action, arg = payload.get("a"), payload.get("x")
    number, version = payload.get("n"), payload.get("r")
    if not isinstance(action, str) or not _count(number) or not _count(version):
        raise PayloadForeign
    if arg is not None and not isinstance(arg, str):
        raise PayloadForeign
    assert isinstance(number, int)
    assert isinstance(version, int)
    return Payload(action, number, version, arg)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
