"""Where people act and what they see: the sandbox's world, and the record of everything people did.

People see what stands in their conversations and on the wall, and know nothing of the program.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from proof.fortnight.timeline import Timeline
from sandbox.actions import do
from sandbox.keyboards import find_button
from sandbox.records import Conversation, Message
from sandbox.server import Sandbox

Json = dict[str, Any]
GROUP: Final = 1
CHAT: Final = 2_000_000_001


class Stage:
    """Acts for people at the sandbox; every deed is written down with its moment."""

    def __init__(self, sandbox: Sandbox, timeline: Timeline) -> None:
        self.world = sandbox.world
        self.timeline = timeline
        self.deeds: list[Json] = []

    @property
    def now(self) -> datetime:
        """The simulated moment."""
        return self.timeline.now

    def note(self, kind: str, **facts: Any) -> None:
        """Write a deed down; ``by`` is who did it."""
        self.deeds.append({"at": self.now.isoformat(), "do": kind, **facts})

    # -- conversations

    def dialog(self, user_id: int) -> Conversation | None:
        """The dialog of a person with the community."""
        return self.world.conversation(GROUP, user_id)

    def chat(self) -> Conversation:
        """The moderators' chat."""
        found = self.world.conversation(GROUP, CHAT)
        assert found is not None
        return found

    def say(self, user_id: int, text: str, **more: Any) -> int:
        """Write to the community; returns the message's number."""
        self.note("write", by=user_id, text=text)
        return int(do(self.world, {"action": "write", "user_id": user_id, "text": text, **more})["cmid"])

    def choose(self, user_id: int, label: str) -> None:
        """Press the button of this label if one stands in the dialog, otherwise write the word."""
        dialog = self.dialog(user_id)
        cmid = self._with_button(dialog, label) if dialog is not None else None
        below = dialog is not None and find_button(dialog.keyboard, label) is not None
        if cmid is None and not below:
            self.say(user_id, label)
            return
        self.note("write", by=user_id, text=label)
        do(self.world, {"action": "press", "user_id": user_id, "cmid": cmid, "label": label})

    def _with_button(self, dialog: Conversation, label: str) -> int | None:
        for message in reversed(list(dialog.messages.values())[-8:]):
            if not message.deleted and find_button(message.keyboard, label) is not None:
                return message.cmid
        return None

    def tell_chat(self, user_id: int, text: str, reply_to: int | None = None) -> None:
        """Write into the moderators' chat."""
        self.note("chat", by=user_id, text=text, reply_to=reply_to)
        body = {"action": "write", "user_id": user_id, "peer_id": CHAT, "text": text, "reply_to_cmid": reply_to}
        do(self.world, body)

    def press(self, user_id: int, message: Message, label: str) -> str | None:
        """Press a button of a card as it stands; returns what the snackbar said, once it is there (``answered``)."""
        action = find_button(message.keyboard, label)
        if action is None:
            return None
        payload = json.loads(action.get("payload") or "{}")
        body = {"action": "press", "user_id": user_id, "peer_id": CHAT, "cmid": message.cmid, "label": label}
        event_id = do(self.world, body)["event_id"]
        facts = {
            name: payload[key]
            for key, name in (("n", "number"), ("r", "version"), ("a", "action"))
            if key in payload
        }
        self.note("press", by=user_id, label=label, event_id=event_id, **facts)
        return str(event_id)

    # -- the wall

    def act(self, kind: str, by: int, **body: Any) -> Json:
        """Any other action of a person."""
        made = do(self.world, {"action": kind, "user_id": by, **body})
        self.note(kind, by=by, **{**body, **made})
        return made

    def suggestion_text(self, post_id: int) -> str | None:
        """What the suggestion says on VK, None when it is not there any more."""
        post = self.world.wall(-GROUP).suggests.get(post_id)
        return post.text if post is not None else None


def labels(message: Message) -> Iterator[str]:
    """The labels of a message's buttons, without what may stand before the words."""
    for row in (message.keyboard or {}).get("buttons", []):
        for button in row:
            yield str(button["action"].get("label", ""))
