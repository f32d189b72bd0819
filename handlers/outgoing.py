"""What a waiting delivery says, in its final form: text, buttons, attachments.

Rendering happens when the courier has claimed the row, from the state of that moment, so a card that was changed
three times while it waited is sent once, as it is now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent, or to take the place of message ``cmid``.

    ``parts`` are texts that precede it as messages of their own, ``sent_parts`` the numbers of those that stand
    there already.  ``attachments`` are VK references.  ``digest`` marks what is shown.
    """

    text: str
    keyboard: dict[str, Any] | None = None
    attachments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    reply_to: int | None = None
    cmid: int | None = None
    sent_parts: tuple[int, ...] = ()
    digest: str | None = None
    without: str = ""

    def without_attachments(self) -> Outgoing:
        """The same for a VK that does not take the attachments: ``without`` says where to see them."""
        text = f"{self.text}\n{self.without}" if self.without else self.text
        return replace(self, attachments=(), text=text)
