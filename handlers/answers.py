"""Answers to what people write: one message back to the conversation it came from."""

from __future__ import annotations

from typing import Any

from editorial.delivery import NewDelivery
from handlers.changes import MESSAGES
from handlers.context import CHATS_FROM, Context
from handlers.events import MessageArrived


def answer(context: Context, message: MessageArrived, text: str, keyboard: dict[str, Any] | None = None) -> None:
    """Have ``text`` written where ``message`` came from; in a chat it is a reply to it."""
    in_chat = message.peer_id >= CHATS_FROM
    payload: dict[str, Any] = {"text": text}
    if keyboard is not None:
        payload["keyboard"] = keyboard
    if in_chat and message.cmid is not None:
        payload["reply_to"] = message.cmid
    new = NewDelivery(MESSAGES, f"peer:{message.peer_id}", "reply", None, payload)
    context.unit.outbox.add(new, context.now)
