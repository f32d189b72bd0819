"""Inline keyboards in VK's shape, refused here when VK would refuse them.

A message with a wrong keyboard does not arrive at all, so the limits are checked while it is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from editorial.post import utf16_length
from handlers.payloads import Payload

MOST_BUTTONS: Final = 10
MOST_ROWS: Final = 6
MOST_IN_A_ROW: Final = 5
MOST_BELOW: Final = 20
LONGEST_LABEL: Final = 40
COLOURS: Final = frozenset({"primary", "secondary", "positive", "negative"})


@dataclass(frozen=True, slots=True)
class Button:
    """A button that reports its press (``callback``), or sends its label as a message (``spoken``)."""

    label: str
    payload: Payload
    colour: str = "secondary"
    spoken: bool = False

    def as_json(self) -> dict[str, Any]:
        if not self.label.strip() or utf16_length(self.label) > LONGEST_LABEL:
            raise ValueError(f"a label of 1 to {LONGEST_LABEL} characters is needed, not {self.label!r}")
        if self.colour not in COLOURS:
            raise ValueError(f"VK has no colour {self.colour!r}")
        kind = "text" if self.spoken else "callback"
        action = {"type": kind, "label": self.label, "payload": self.payload.pack()}
        return {"action": action, "color": self.colour}


def inline(rows: Iterable[Sequence[Button]]) -> dict[str, Any]:
    """An inline keyboard; empty rows are left out. Raises ValueError when VK would not take it."""
    filled = [list(row) for row in rows if row]
    if len(filled) > MOST_ROWS:
        raise ValueError(f"{len(filled)} rows; VK takes {MOST_ROWS}")
    if any(len(row) > MOST_IN_A_ROW for row in filled):
        raise ValueError(f"a row of more than {MOST_IN_A_ROW} buttons")
    if sum(map(len, filled)) > MOST_BUTTONS:
        raise ValueError(f"more than {MOST_BUTTONS} buttons")
    return {"inline": True, "buttons": [[button.as_json() for button in row] for row in filled]}


def below(*labels: str) -> dict[str, Any]:
    """Buttons under the dialog, for more labels than a message can carry; they go away when one is pressed."""
    if len(labels) > MOST_BELOW:
        raise ValueError(f"{len(labels)} buttons; {MOST_BELOW} stand well below a dialog")
    buttons = [Button(label, Payload("say"), spoken=True) for label in labels]
    rows = [[button.as_json() for button in row] for row in in_pairs(buttons)]
    return {"one_time": True, "inline": False, "buttons": rows}


def in_pairs(buttons: Sequence[Button], width: int = 2) -> list[Sequence[Button]]:
    """The buttons in rows of ``width``."""
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]


def a_page(buttons: Sequence[Button], page: int, size: int) -> tuple[list[Button], int | None]:
    """The buttons of a page, counted from 0 and around, and the page that follows; None when there is one only."""
    pages = max(1, -(-len(buttons) // size))
    here = page % pages
    return list(buttons[here * size :][:size]), (here + 1) % pages if pages > 1 else None


def spoken(*labels: str) -> dict[str, Any]:
    """Buttons that say their label in the dialog with the community, two in a row."""
    buttons = [Button(label, Payload("say"), spoken=True) for label in labels]
    return inline(in_pairs(buttons))
