"""The one thing a handler answers on the spot: the short line a person sees after pressing a button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from editorial.post import utf16_length

#: VK shows no more of it, UTF-16 units.
LONGEST: Final = 90


@dataclass(frozen=True, slots=True)
class Snackbar:
    """The answer to the press ``answer_id``; a text that is too long loses its end."""

    answer_id: str
    user_id: int
    peer_id: int
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", shortened(self.text, LONGEST))


def shortened(text: str, limit: int) -> str:
    """The text, cut with an ellipsis where it is longer than ``limit`` UTF-16 units."""
    if utf16_length(text) <= limit:
        return text
    kept = text
    while utf16_length(kept) > limit - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"
