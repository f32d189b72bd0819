"""What VK answers to a message that it took: a list of entries, or an old-fashioned bare number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.targets.base import Parcel
from bot.targets.vk_messages import Envelope, VkMessages, random_id
from bot.vk.client import VkClient, VkKey
from editorial.delivery import Delivery, RetryLater, Sent, State
from handlers.outgoing import Outgoing
from tests.vk.fault_server import Asked, computes, error, fault_server

CHAT = 2_000_000_001
SALT = 7


def test_a_random_id_belongs_to_one_piece_of_one_message_of_one_database() -> None:
    """VK takes whatever comes with a number it knows for the message it has already, and knows 31 bits of it."""
    those = [random_id(salt, row, piece) for salt in range(5) for row in range(1, 200) for piece in range(4)]
    assert those == [
        random_id(salt, row, piece) for salt in range(5) for row in range(1, 200) for piece in range(4)
    ]
    assert len(set(those)) == len(those)
    assert all(0 < number < 2**31 for number in those)


@pytest.mark.parametrize(("minutes", "again"), [(49, True), (51, False)])
def test_where_the_chat_cannot_be_read_a_message_in_doubt_is_repeated_within_vks_hour_only(
    minutes: int, again: bool
) -> None:
    began = datetime(2026, 11, 24, 9, tzinfo=UTC)
    delivery = Delivery(1, "vk_messages", "chat", "card", None, {}, State.UNCERTAIN, began, 1, began, began)
    parcel = Parcel(delivery, Envelope(CHAT, Outgoing("№ 1"), SALT))
    with fault_server(error(15)) as server:
        client = VkClient(VkKey("group", "group-key"), server.url, rate=1000.0, timeout=(2, 2))
        outcome = VkMessages(client, 1).look(parcel, began + timedelta(minutes=minutes))
    assert isinstance(outcome, RetryLater) is again
    assert again or outcome is None


def placed(answer: object, *, remembered: bool) -> Sent:
    """A card was sent; VK answered so, and has it in the history of the chat or not."""

    def vk(asked: Asked) -> object:
        if asked.method == "messages.getHistory":
            items = [{"random_id": random_id(SALT, 1, 0), "conversation_message_id": 41}] if remembered else []
            return {"response": {"count": len(items), "items": items}}
        return {"response": answer}

    with fault_server(computes(vk)) as server:
        client = VkClient(VkKey("group", "group-key"), server.url, rate=1000.0, timeout=(2, 2))
        now = datetime.now(UTC)
        delivery = Delivery(1, "vk_messages", "chat", "card", None, {}, State.SENDING, now, 1, now)
        [outcome] = VkMessages(client, 1).send([Parcel(delivery, Envelope(CHAT, Outgoing("№ 1"), SALT))])
    assert isinstance(outcome, Sent)
    return outcome


@pytest.mark.parametrize(
    "answer", [0, 1001, {}, [], [{"peer_id": CHAT, "message_id": 0}], [{"conversation_message_id": "x"}], "x", None]
)
def test_a_card_whose_number_vk_does_not_name_is_found_in_the_chat(answer: object) -> None:
    result = placed(answer, remembered=True).result
    assert result
    assert result["cmid"] == 41


def test_a_card_that_cannot_be_found_is_sent_all_the_same() -> None:
    result = placed(0, remembered=False).result
    assert result
    assert result["cmid"] is None
