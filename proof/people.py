"""The people of a run: authors, moderators and strangers who act at the sandbox, every deed written down.

The record of deeds is what the checker compares the program's answers with.  People know only what they see: a
button is pressed on a card that stands in the chat.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import Any, Final

from proof.evidence import CHAT, Json
from tests.sandbox_client import SandboxClient, SandboxRefused

EDITOR: Final = 501
STRANGER: Final = 603


class People:
    """Acts at one sandbox and remembers it. Safe for several threads."""

    def __init__(self, sandbox: SandboxClient) -> None:
        self.sandbox = sandbox
        self.deeds: list[Json] = []
        self._lock = threading.Lock()

    def note(self, do: str, **facts: Any) -> Json:
        """Write a deed down."""
        deed: Json = {"at": datetime.now(UTC).isoformat(), "do": do, **facts}
        with self._lock:
            self.deeds.append(deed)
        return deed

    def marker_of(self, post_id: int) -> str | None:
        """The marker of the suggestion with this number in VK."""
        found = (deed["marker"] for deed in self.deeds if deed["do"] == "suggest" and deed["post_id"] == post_id)
        return next(found, None)

    # -- authors -----------------------------------------------------------------------------------------

    def suggest(
        self, marker: str, author: int = 601, *, photos: int = 0, event: str = "normal", words: str = ""
    ) -> int:
        """An author suggests a piece of news whose text carries the marker, with so many more ``words``."""
        text = f"Новость {marker} посёлка: открыли площадку, приходите в субботу. {words}".strip()
        post_id = self.sandbox.suggest(author, text, photos=photos, event=event)
        self.note("suggest", marker=marker, post_id=post_id, by=author, event=event)
        return post_id

    def edit(self, marker: str, post_id: int, author: int) -> None:
        """The author words the suggestion anew."""
        text = f"Новость {marker} посёлка: открыли площадку, приходите в воскресенье в {post_id % 12 + 9}:00."
        self.sandbox.do("edit_suggestion", post_id=post_id, text=text)
        self.note("edit", marker=marker, post_id=post_id, by=author)

    def delete(self, marker: str, post_id: int, author: int) -> None:
        """The author takes the suggestion back in VK."""
        self.sandbox.do("delete_suggestion", post_id=post_id, user_id=author)
        self.note("delete", marker=marker, post_id=post_id, by=author)

    def write(self, author: int, text: str) -> None:
        """An author writes to the community."""
        self.sandbox.write(author, text)
        self.note("write", by=author, text=text)

    # -- moderators --------------------------------------------------------------------------------------

    def card(self, marker: str, label: str) -> tuple[Json, str] | None:
        """The newest card with the marker that has this button, and the button's whole label."""
        for message in reversed(self.sandbox.chat()):
            if marker in message["text"] and not message["deleted"] and message["keyboard"]:
                for button in buttons(message):
                    if str(button["action"].get("label", "")).endswith(label):
                        return message, str(button["action"]["label"])
        return None

    def press(self, marker: str, label: str, by: int = EDITOR) -> Json | None:
        """Press the button on the card; None when there is no such button yet."""
        found = self.card(marker, label)
        if found is None:
            return None
        message, whole = found
        payload = payload_of(message, whole)
        try:
            event_id = self.sandbox.press(by, whole, message["conversation_message_id"])
        except SandboxRefused:
            return None  # the card was redrawn between the look and the finger
        payload = self._sent(event_id) or payload
        return self.note("press", marker=marker, label=label, by=by, event_id=event_id, **facts_of(payload))

    def _sent(self, event_id: str | None) -> Json:
        """What the press really carried: the card may have been redrawn between the look and the finger."""
        for event in reversed(self.sandbox.history()):
            told = event.get("object") or {}
            if event.get("type") == "message_event" and told.get("event_id") == event_id:
                return as_payload(told.get("payload"))
        return {}

    def forge(self, payload: Json, by: int, peer_id: int = CHAT, cmid: int | None = None) -> Json:
        """A press that no button stands behind."""
        made = self.sandbox.forge(by, payload, peer_id=peer_id, cmid=cmid)
        return self.note(
            "press", by=by, peer=peer_id, event_id=made.get("event_id"), forged=True, **facts_of(payload)
        )

    def publish_by_hand(self, marker: str, post_id: int, by: int = EDITOR) -> None:
        """An editor publishes the suggestion in VK itself."""
        self.sandbox.do("publish_by_hand", post_id=post_id, user_id=by)
        self.note("publish_by_hand", marker=marker, post_id=post_id, by=by)

    def resume(self, by: int = 500) -> None:
        """A moderator says that the trouble is over."""
        self.note("resume", by=by)
        self.sandbox.write(by, "/продолжить", peer_id=CHAT)


def buttons(message: Json) -> list[Json]:
    """All buttons of a message."""
    return [button for row in (message["keyboard"] or {}).get("buttons", []) for button in row]


def payload_of(message: Json, label: str) -> Json:
    """What the button of this label carries."""
    for button in buttons(message):
        if button["action"].get("label") == label:
            return as_payload(button["action"].get("payload"))
    return {}


def as_payload(given: Any) -> Json:
    """A payload in either of the forms VK tells it in."""
    found = json.loads(given) if isinstance(given, str) else given
    return found if isinstance(found, dict) else {}


def facts_of(payload: Json) -> Json:
    """Number, version and action of a payload, under the names the record of deeds uses."""
    names = (("n", "number"), ("r", "version"), ("a", "action"))
    return {name: payload[key] for key, name in names if key in payload}
