"""VK messages: cards and notes to the moderators' chat, letters to authors, answers to commands.

All of them go out with one key, so whatever is due at the same moment is joined in one call.  A message carries
a ``random_id`` made from its outbox row: VK answers a repetition within an hour with the first message instead
of a second one, which is what makes an uncertain message safe to send again, in a plainer form too.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.targets.base import Parcel, Standstill
from bot.targets.vk_outcome import outcome_of, standstill_of
from bot.vk import people
from bot.vk.client import Call, VkClient
from bot.vk.errors import Remedy, VkError, VkRefused, VkTransport
from bot.vk.scalars import number
from bot.work import Work
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent
from handlers import outgoing
from handlers.context import Context
from handlers.outgoing import Outgoing

log = structlog.get_logger("messages")

#: VK compares ``random_id`` over an hour and a hundred messages of a dialog; we trust it for a little less.
RANDOM_ID_HOLDS: Final = timedelta(minutes=50)
#: Answers to an edit that mean: this message cannot be edited (any more), a new one has to be sent.
_NOT_EDITABLE: Final = frozenset({100, 104, 909, 920})
#: VK does not take the message as it is. What may be a whim is tried so often before it goes out plain.
_UNSUITABLE: Final = frozenset({Remedy.BUG, Remedy.SPLIT, Remedy.MARK_CONTENT})
_TRIES_AS_IT_IS: Final = 2
_KEYBOARD_REFUSED: Final = 911
#: Refusals of a pin that say nothing of the right to pin. Whatever else is waited for would hold up the cards.
_PASSING: Final = frozenset({Remedy.RETRY, Remedy.UNCERTAIN, Remedy.PAUSE_KEY})
_FLOOD: Final = "flood"
#: How many messages back an uncertain one is looked for.
HISTORY: Final = 200


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message, where it goes, and the salt of this database for ``random_id``."""

    peer_id: int
    message: Outgoing
    salt: int


class VkMessages:
    """Target ``vk_messages``: ``card``, ``letter``, ``note``, ``burst``, ``reply``, ``overview`` and ``pin``."""

    name = "vk_messages"
    batch = 12

    def __init__(self, client: VkClient, group_id: int) -> None:
        self._client = client
        self._group_id = group_id

    def standstill(self) -> Standstill | None:
        return standstill_of(self._client, "messages.send")

    def resume(self) -> None:
        self._client.pauses.resume()

    def closed(self, context: Context) -> tuple[str, ...]:
        return () if context.moderators_chat() else ("chat",)

    def prepare(self, work: Work) -> None:
        """Learn the names that the next cards want to show. Without them a card shows the number alone."""
        with work.look() as context:
            unnamed = context.unit.authors.unnamed(100)
        if not unnamed or self._client.pauses.paused("users.get") is not None:
            return
        try:
            names = people.names(self._client, unnamed)
        except VkError as error:
            log.warning("names_unread", reason=error.verdict.reason)
            return
        with work.begin("names", quiet=True) as context:
            for vk_id in unnamed:
                context.unit.authors.name(vk_id, names.get(vk_id, ""), context.now)

    def pack(self, context: Context, delivery: Delivery) -> Parcel | None:
        message = outgoing.render(context, delivery)
        if message is None:
            return None
        salt = int(context.unit.settings.get("salt", 0))
        return Parcel(delivery, Envelope(self._peer(context, delivery), message, salt))

    def _peer(self, context: Context, delivery: Delivery) -> int:
        if delivery.destination == "chat":
            return context.moderators_chat() or 0
        return int(delivery.destination.partition(":")[2])

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Messages of one piece are joined in one call; the others go piece by piece."""
        outcomes: dict[int, Outcome] = {}
        single = [parcel for parcel in parcels if not parcel.contents.message.parts]
        answers = self._client.batch([self._call(parcel) for parcel in single])
        for parcel, answer in zip(single, answers, strict=True):
            outcomes[parcel.delivery.id] = self._outcome(parcel, answer)
        for parcel in parcels:
            if parcel.contents.message.parts:
                outcomes[parcel.delivery.id] = self._in_pieces(parcel)
        return [outcomes[parcel.delivery.id] for parcel in parcels]

    # --- one message

    def _call(self, parcel: Parcel) -> Call:
        envelope: Envelope = parcel.contents
        message = envelope.message
        if message.pin:
            return Call("messages.pin", {"peer_id": envelope.peer_id, "cmid": message.cmid}, write=True)
        if message.cmid is not None:
            return self._edit(envelope.peer_id, message.cmid, message)
        return self._send_call(parcel, message, 0)

    def _send_call(self, parcel: Parcel, message: Outgoing, piece: int) -> Call:
        envelope: Envelope = parcel.contents
        params: dict[str, object] = {
            "peer_ids": [envelope.peer_id],
            "random_id": random_id(envelope.salt, parcel.delivery.id, piece),
            "message": message.text,
            "attachment": message.attachments or None,
            "keyboard": message.keyboard,
            "dont_parse_links": True,
            "disable_mentions": True,
        }
        if message.reply_to is not None:
            params["forward"] = {
                "peer_id": envelope.peer_id,
                "conversation_message_ids": [message.reply_to],
                "is_reply": True,
            }
        return Call("messages.send", params, write=True)

    def _edit(self, peer_id: int, cmid: int, message: Outgoing) -> Call:
        params: dict[str, object] = {
            "peer_id": peer_id,
            "cmid": cmid,
            "message": message.text,
            "attachment": message.attachments or None,
            "keyboard": message.keyboard,
            "dont_parse_links": True,
            "disable_mentions": True,
            "keep_forward_messages": True,
        }
        return Call("messages.edit", params, write=True)

    def _outcome(self, parcel: Parcel, answer: Any | VkError) -> Outcome:
        envelope: Envelope = parcel.contents
        message = envelope.message
        if message.pin and isinstance(answer, VkRefused) and not _passes(answer):
            return Refused("cannot_pin", answer.code)
        if message.cmid is not None:
            return self._edited(parcel, answer)
        if not isinstance(answer, VkError):
            answer = self._placed(answer)
        if isinstance(answer, VkRefused) and answer.code == 100 and message.attachments:
            answer = self._without_attachments(parcel)
        if isinstance(answer, VkError):
            return self._unsuitable(parcel, answer) or outcome_of(answer)
        cmid = answer or self._number_in_history(parcel)
        return Sent({"peer_id": envelope.peer_id, "cmid": cmid, "parts": [], "digest": message.digest})

    def _unsuitable(self, parcel: Parcel, error: VkError) -> Outcome | None:
        """What to do when VK takes the message for badly made; None when that is not what it says.

        A card that nobody sees is a suggestion lost: rather than not at all it goes out plain.
        """
        if not isinstance(error, VkRefused) or error.verdict.remedy not in _UNSUITABLE:
            return None
        if parcel.delivery.attempts <= _TRIES_AS_IT_IS:
            return RetryLater(error.verdict.reason, code=error.code)
        envelope: Envelope = parcel.contents
        message = envelope.message.plain(buttons=error.code != _KEYBOARD_REFUSED)
        log.warning("sent_plain", delivery=parcel.delivery.id, reason=error.verdict.reason, code=error.code)
        try:
            if message.cmid is not None:
                self._client.make(self._edit(envelope.peer_id, message.cmid, message))
                placed: int | VkError | None = message.cmid
            else:
                placed = self._placed(self._client.make(self._send_call(parcel, message, 0)))
        except VkError as refused:
            return outcome_of(refused)
        if isinstance(placed, VkError):
            return outcome_of(placed)
        parts = list(message.sent_parts)
        return Sent({"peer_id": envelope.peer_id, "cmid": placed, "parts": parts, "digest": None})

    def _edited(self, parcel: Parcel, answer: Any | VkError) -> Outcome:
        envelope: Envelope = parcel.contents
        message = envelope.message
        if isinstance(answer, VkRefused) and answer.code in _NOT_EDITABLE:
            return Refused("edit_window_over", answer.code)
        if isinstance(answer, VkTransport):
            return RetryLater(answer.verdict.reason, counts=False)  # an edit may be repeated freely
        if isinstance(answer, VkError):
            outcome = self._unsuitable(parcel, answer) or outcome_of(answer)
            return RetryLater(answer.verdict.reason) if answer.executed is None else outcome
        parts = list(message.sent_parts)
        return Sent({"peer_id": envelope.peer_id, "cmid": message.cmid, "parts": parts, "digest": message.digest})

    def _placed(self, answer: Any) -> int | VkError | None:
        """The number of the new message in its conversation; a peer's refusal stands inside the answer."""
        entry = answer[0] if isinstance(answer, list) and answer else {}
        if not isinstance(entry, dict):
            return None
        error = entry.get("error")
        if isinstance(error, dict):
            code = number(error.get("code")) or number(error.get("error_code")) or 1
            return VkRefused("messages.send", code, str(error.get("description") or ""))
        return number(entry.get("conversation_message_id")) or None

    def _without_attachments(self, parcel: Parcel) -> int | VkError | None:
        """VK would not take the attachments into the message: the text must arrive all the same."""
        message = parcel.contents.message.without_attachments()
        try:
            call = self._send_call(parcel, message, 0)
            return self._placed(self._client.make(call))
        except VkError as error:
            return error

    # --- a message of several pieces

    def _in_pieces(self, parcel: Parcel) -> Outcome:
        """The long text first, the message with the buttons last; what was sent is not sent again."""
        envelope: Envelope = parcel.contents
        message = envelope.message
        cmids: list[int] = []
        for piece, text in enumerate(message.parts, start=1):
            plain = Outgoing(text)
            kept = message.sent_parts[piece - 1] if piece <= len(message.sent_parts) else None
            call = (
                self._edit(envelope.peer_id, kept, plain)
                if kept is not None
                else self._send_call(parcel, plain, piece)
            )
            [answer] = self._client.batch([call])
            if not isinstance(answer, VkError) and kept is None:
                answer = self._placed(answer)
            if isinstance(answer, VkRefused) and kept is not None and answer.code in _NOT_EDITABLE:
                return Refused("edit_window_over", answer.code)
            if isinstance(answer, VkError):
                return self._unsuitable(parcel, answer) or outcome_of(answer)
            cmids.append(kept if kept is not None else int(answer or 0))
        [answer] = self._client.batch([self._call(parcel)])
        outcome = self._outcome(parcel, answer)
        if isinstance(outcome, Sent):
            return Sent({**outcome.result, "parts": [cmid for cmid in cmids if cmid]})
        return outcome

    def _number_in_history(self, parcel: Parcel) -> Any:
        """VK took the message and named no number in the conversation; without one it could not be edited."""
        try:
            answer = self._client.call("messages.getHistory", peer_id=parcel.contents.peer_id, count=HISTORY)
        except VkError:
            return None
        found = self._in_history(parcel, answer)
        return found.result["cmid"] if isinstance(found, Sent) and found.result else None

    # --- in doubt

    def look(self, parcel: Parcel, now: datetime) -> Outcome | None:
        """Read the conversation: VK's memory of ``random_id`` ends after a hundred messages, whoever wrote them.

        Where it cannot be read, a repetition within VK's hour is still the safest thing to do.
        """
        delivery, message = parcel.delivery, parcel.contents.message
        if message.cmid is not None:
            return RetryLater("interrupted", 0.0, counts=False)  # an edit may be repeated freely
        try:
            answer = self._client.call("messages.getHistory", peer_id=parcel.contents.peer_id, count=HISTORY)
        except VkError:
            fresh = now - (delivery.sending_at or delivery.created_at) < RANDOM_ID_HOLDS
            return RetryLater("interrupted", counts=False) if fresh else None
        return self._in_history(parcel, answer)

    def _in_history(self, parcel: Parcel, answer: Any) -> Outcome:
        envelope: Envelope = parcel.contents
        items = answer.get("items", ()) if isinstance(answer, dict) else ()
        found = {
            number(item.get("random_id")): number(item.get("conversation_message_id"))
            for item in (items if isinstance(items, list) else ())
            if isinstance(item, dict)
        }

        def cmid_of(piece: int) -> Any:
            return found.get(random_id(envelope.salt, parcel.delivery.id, piece))

        cmid = cmid_of(0)
        if not cmid:
            return RetryLater("not_sent", 0.0, counts=False)
        parts = [one for piece in range(1, len(envelope.message.parts) + 1) if (one := cmid_of(piece))]
        return Sent({"peer_id": envelope.peer_id, "cmid": cmid, "parts": parts, "digest": None})


def _passes(refusal: VkRefused) -> bool:
    return refusal.verdict.remedy in _PASSING or refusal.verdict.reason == _FLOOD


def random_id(salt: int, delivery_id: int, piece: int) -> int:
    """The same for every attempt at one message, another for any other; positive, 31 bits, never 0."""
    return (zlib.crc32(json.dumps([salt, delivery_id, piece]).encode()) & 0x7FFFFFFF) or 1
