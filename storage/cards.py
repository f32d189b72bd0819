"""Where the card of a suggestion stands in the moderators' chat and what it shows there.

A card that had to be split is several messages, each of which leads back to the suggestion.  What a card looks
like is decided by its author in ``handlers``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select

from storage import schema
from storage.columns import spelled
from storage.work import Work

_table = schema.cards
_messages = schema.card_messages
_HIDDEN = spelled("cards.hidden")
_get = select(_table).where(_table.c.number == bindparam("about"))
_by_message = select(_messages.c.number).where(
    _messages.c.peer_id == bindparam("peer"), _messages.c.cmid == bindparam("message")
)
_hidden = select(_table.c.number).where(_HIDDEN).order_by(_table.c.number).limit(bindparam("count"))
_lowest = (
    select(_messages.c.number)
    .where(_messages.c.peer_id == bindparam("peer"))
    .order_by(_messages.c.cmid.desc())
    .limit(1)
)
_hidden_count = select(func.count()).select_from(_table).where(_HIDDEN)

_drop_messages = delete(_messages).where(_messages.c.number == bindparam("about"))
_drop = delete(_table).where(_table.c.number == bindparam("about"))


@dataclass(frozen=True, slots=True)
class Card:
    """``cmid`` is the message with the buttons, ``parts`` the other messages of the card.

    ``view`` is what the card shows besides the suggestion (an open list of reasons, say); ``shown`` marks the
    text last sent; ``uncovered``: a moderator asked to see pictures that are kept covered.  ``peer_id`` and
    ``cmid`` are None while the card is hidden or not sent yet.
    """

    number: int
    peer_id: int | None
    cmid: int | None
    parts: tuple[int, ...]
    shown: str | None
    view: dict[str, Any]
    hidden: bool
    uncovered: bool
    sent_at: datetime | None
    updated_at: datetime


class Cards:
    """One card for each suggestion at most."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, number: int) -> Card | None:
        row = self._work.row(_get, {"about": number})
        if row is None:
            return None
        return Card(
            number=row.number,
            peer_id=row.peer_id,
            cmid=row.cmid,
            parts=tuple(row.parts),
            shown=row.shown,
            view=row.view,
            hidden=row.hidden,
            uncovered=row.uncovered,
            sent_at=row.sent_at,
            updated_at=row.updated_at,
        )

    def by_message(self, peer_id: int, cmid: int) -> int | None:
        """The suggestion whose card, or a part of it, is this message."""
        number: int | None = self._work.value(_by_message, {"peer": peer_id, "message": cmid})
        return number

    def placed(
        self,
        number: int,
        peer_id: int,
        cmid: int,
        parts: Sequence[int],
        now: datetime,
        shown: str | None = None,
    ) -> None:
        """The card stands in the chat now; a former place of it is forgotten, a hidden card is hidden no more."""
        self._work.change(_drop_messages, {"about": number})
        values = {
            "peer_id": peer_id,
            "cmid": cmid,
            "parts": list(parts),
            "shown": shown,
            "hidden": False,
            "sent_at": now,
            "updated_at": now,
        }
        self._put(number, values)
        for one in dict.fromkeys((cmid, *parts)):
            insert = self._work.insert(_messages).values(peer_id=peer_id, cmid=one, number=number)
            self._work.change(
                insert.on_conflict_do_update(index_elements=["peer_id", "cmid"], set_={"number": number})
            )

    def forget(self, number: int) -> bool:
        """The card is lost; the suggestion has none."""
        self._work.change(_drop_messages, {"about": number})
        return self._work.change(_drop, {"about": number}) == 1

    def view(self, number: int, view: Mapping[str, Any], now: datetime) -> None:
        self._put(number, {"view": dict(view), "updated_at": now})

    def shown(self, number: int, mark: str | None, now: datetime) -> None:
        """Remember what the card shows after an edit."""
        self._put(number, {"shown": mark, "updated_at": now})

    def uncover(self, number: int, now: datetime, *, uncovered: bool) -> None:
        """Whether this card may show pictures that are kept covered."""
        self._put(number, {"uncovered": uncovered, "updated_at": now})

    def hide(self, number: int, now: datetime) -> None:
        """Keep the card back during a burst."""
        self._put(number, {"hidden": True, "updated_at": now})

    def hidden(self, limit: int) -> tuple[int, ...]:
        """Suggestions whose cards are kept back, the oldest first."""
        return tuple(row.number for row in self._work.rows(_hidden, {"count": limit}))

    def lowest(self, peer_id: int) -> int | None:
        """The suggestion whose card stands last in this chat."""
        number: int | None = self._work.value(_lowest, {"peer": peer_id})
        return number

    def hidden_count(self) -> int:
        return int(self._work.value(_hidden_count))

    def _put(self, number: int, values: dict[str, Any]) -> None:
        fresh = {"parts": [], "view": {}, "hidden": False} | values
        insert = self._work.insert(_table).values(number=number, **fresh)
        self._work.change(insert.on_conflict_do_update(index_elements=["number"], set_=values))
