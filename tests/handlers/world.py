"""A desk with a real database, and the world outside as far as handlers can see it: conversations and a wall.

Events go in through the router.  What the outbox holds is rendered as the program renders it and lands in
``conversations``, where tests read what people would see.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event as happenings

from editorial.crontab import Crontab, parse_lines
from editorial.delivery import Delivery, Hold, Outcome, Refused, Sent, State
from editorial.digest import DAILY
from editorial.slots import PlanRules, QuietHours
from editorial.suggestion import Suggestion
from handlers import outcomes, outgoing, publication
from handlers.context import Context, Desk
from handlers.events import Event
from handlers.replies import Snackbar
from handlers.router import handle
from storage.unit import Storage
from tests.builders import ANNA, CHAT, GROUP, NOW, WALL, a_button_press, a_message

MOSCOW = ZoneInfo("Europe/Moscow")
SLOTS = "30 9,11,13 * * mon-fri; 0 16 * * mon-fri; 30 18 * * mon-fri; 0 12,17 * * sat,sun"


def a_plan(**more: Any) -> PlanRules:
    fields: dict[str, Any] = {
        "slots": parse_lines(SLOTS),
        "min_gap": timedelta(minutes=60),
        "daily_limit": 8,
        "quiet": QuietHours.parse("22:00-08:00"),
        "zone": MOSCOW,
    }
    return PlanRules(**{**fields, **more})


def a_desk(burst: int = 0, plan: PlanRules | None = None) -> Desk:
    digests = ((DAILY, Crontab.parse("0 20 * * *")),)
    title = "Новости муниципалитетов за {дата}"
    return Desk(GROUP, WALL, f"club{GROUP}", MOSCOW, plan or a_plan(), burst, digests=digests, digest_title=title)


@dataclass
class Message:
    """A message as people see it."""

    cmid: int
    text: str
    keyboard: dict[str, Any] | None = None
    attachments: tuple[str, ...] = ()
    reply_to: int | None = None

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """Payloads by label."""
        rows = self.keyboard["buttons"] if self.keyboard else []
        return {
            button["action"]["label"]: json.loads(button["action"]["payload"]) for row in rows for button in row
        }


@dataclass
class World:
    """``silent``: people VK lets nobody write to.  ``aged``: messages that cannot be edited any more."""

    storage: Storage
    desk: Desk
    now: datetime = NOW
    conversations: dict[int, list[Message]] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    aged: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)
    may_pin: bool = True
    pinned: int | None = None
    serial: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def unit(self) -> Iterator[Context]:
        with self.storage.begin("test") as unit:
            yield Context(unit, self.now, self.desk)

    @contextmanager
    def look(self) -> Iterator[Context]:
        with self.storage.read() as unit:
            yield Context(unit, self.now, self.desk)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What the database is asked meanwhile."""
        asked: list[str] = []

        def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
            asked.append(sql)

        happenings.listen(self.storage.engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            happenings.remove(self.storage.engine, "before_cursor_execute", note)

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    # --- what happens

    def happens(self, *events: Event) -> list[Snackbar]:
        """The events arrive, a transaction each; whatever they cause is delivered."""
        shown = []
        for event in events:
            with self.unit() as context:
                snackbar = handle(event, context)
            if snackbar is not None:
                shown.append(snackbar)
        self.deliver()
        return shown

    def says(self, text: str, *, by: int, where: int | None = None, reply_to: int | None = None) -> list[str]:
        """Somebody writes; returns what appears in that conversation."""
        peer = by if where is None else where
        before = len(self.conversations.get(peer, []))
        self.happens(a_message(text, by=by, where=where, reply_to=reply_to, at=self.now))
        return [message.text for message in self.conversations.get(peer, [])[before:]]

    def answer(self, words: str, by: int = ANNA) -> str:
        """The one answer to what somebody writes in the moderators' chat."""
        [answer] = self.says(words, by=by, where=CHAT)
        return answer

    def press(self, number: int, *labels: str, by: int = ANNA) -> str:
        """A moderator presses buttons on the card as it stands in the chat, one after the other."""
        text = ""
        for label in labels:
            card = self.card(number)
            assert label in card.buttons, f"{label!r} is not among {list(card.buttons)}"
            [shown] = self.happens(a_button_press(card.buttons[label], by=by, cmid=card.cmid))
            text = shown.text
        return text

    def replies(self, number: int, text: str, *, by: int = ANNA) -> list[str]:
        """A moderator answers the card with a message; returns what the bot says to it."""
        return self.says(text, by=by, where=CHAT, reply_to=self.card(number).cmid)

    # --- what is delivered

    def deliver(self) -> None:
        """Everything that is due for VK messages arrives, in order."""
        while True:
            self._learn_names()
            with self.unit() as context:
                closed = () if context.moderators_chat() else ("chat",)
                claimed = context.unit.outbox.claim("vk_messages", self.now, 50, closed)
                packed = [(delivery, outgoing.render(context, delivery)) for delivery in claimed]
                chat = context.moderators_chat() or 0
            if not claimed:
                return
            for delivery, message in packed:
                if message is not None:
                    outcome = self._arrive(chat, delivery, message)
                    with self.unit() as context:
                        outcomes.apply(context, delivery, outcome)

    def _learn_names(self) -> None:
        with self.unit() as context:
            for vk_id in context.unit.authors.unnamed(100):
                context.unit.authors.name(vk_id, self.names.get(vk_id, ""), self.now)

    def _arrive(self, chat: int, delivery: Delivery, message: outgoing.Outgoing) -> Outcome:
        peer = chat if delivery.destination == "chat" else int(delivery.destination.partition(":")[2])
        if peer in self.silent:
            return Hold("unreachable", 901)
        conversation = self.conversations.setdefault(peer, [])
        if message.pin:
            self.pinned = message.cmid if self.may_pin else None
            return Sent({"cmid": message.cmid}) if self.may_pin else Refused("cannot_pin", 925)
        if message.cmid is not None:
            if message.cmid in self.aged:
                return Refused("edit_window_over", 909)
            [known] = [one for one in conversation if one.cmid == message.cmid]
            known.text, known.keyboard, known.attachments = message.text, message.keyboard, message.attachments
            for cmid, text in zip(message.sent_parts, message.parts, strict=True):
                next(one for one in conversation if one.cmid == cmid).text = text
            parts, cmid = list(message.sent_parts), message.cmid
        else:
            parts = [self._new(conversation, outgoing.Outgoing(text)) for text in message.parts]
            cmid = self._new(conversation, message)
        return Sent({"peer_id": peer, "cmid": cmid, "parts": parts, "digest": message.digest})

    def _new(self, conversation: list[Message], message: outgoing.Outgoing) -> int:
        cmid = next(self.serial)
        conversation.append(Message(cmid, message.text, message.keyboard, message.attachments, message.reply_to))
        return cmid

    def wall(self, outcome: Outcome | None = None) -> list[int]:
        """Publications that are due are claimed; with an outcome they end so. Returns their numbers."""
        with self.unit() as context:
            outbox = context.unit.outbox
            begun: list[Delivery] = []
            while not begun and (claimed := outbox.claim("vk_wall", self.now, 1)):
                [delivery] = claimed
                if delivery.kind == "verify":
                    outbox.retry(delivery.id, self.now + timedelta(days=9), "not_now", None, self.now)
                elif publication.start(context, delivery) is not None:
                    begun.append(delivery)
        if outcome is not None:
            for delivery in begun:
                self.ends(delivery, outcome)
        return [delivery.number or 0 for delivery in begun]

    def ends(self, delivery: Delivery, outcome: Outcome) -> bool:
        with self.unit() as context:
            settled = outcomes.apply(context, delivery, outcome)
        self.deliver()
        return settled

    # --- what is there

    def suggestion(self, number: int) -> Suggestion:
        with self.look() as context:
            found = context.unit.suggestions.get(number)
        assert found is not None
        return found

    def publication(self, number: int) -> Delivery | None:
        """The delivery that would publish the suggestion."""
        with self.look() as context:
            rows = context.unit.outbox.for_suggestion(number)
        open_rows = [row for row in rows if row.kind == "publish" and row.state not in _OVER]
        return open_rows[-1] if open_rows else None

    def chat(self) -> list[Message]:
        return self.conversations.get(CHAT, [])

    def letters(self, vk_id: int) -> list[str]:
        return [message.text for message in self.conversations.get(vk_id, [])]

    def card(self, number: int) -> Message:
        """The card of the suggestion in the chat."""
        with self.look() as context:
            card = context.unit.cards.get(number)
        assert card is not None, f"no card of {number}"
        assert card.cmid is not None, f"no card of {number} in the chat"
        [message] = [one for one in self.chat() if one.cmid == card.cmid]
        return message

    def journal(self, number: int) -> list[str]:
        with self.look() as context:
            return [entry.action for entry in context.unit.journal.of(number)]

    def refusals(self) -> list[dict[str, Any]]:
        with self.look() as context:
            entries = context.unit.journal.latest(10_000)
        return [entry.details | {"by": entry.actor} for entry in entries if entry.action == "refused"]


_OVER = (State.SENT, State.REFUSED, State.CANCELLED)
