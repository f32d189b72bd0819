"""What VK answers to a message that it took: a list of entries, or an old-fashioned bare number."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.targets.base import Parcel
from bot.targets.vk_messages import Envelope, VkMessages, random_id
from bot.vk.client import VkClient, VkKey
from editorial.delivery import Delivery, Sent, State
from handlers.outgoing import Outgoing
from tests.vk.fault_server import Asked, computes, fault_server

CHAT = 2_000_000_001
SALT = 7


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
