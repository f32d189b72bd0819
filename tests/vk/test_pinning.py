"""The overview is pinned: only what says that the bot may not is the last word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.targets.base import Parcel
from bot.targets.vk_messages import Envelope, VkMessages
from bot.vk.client import VkClient, VkKey
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, State
from handlers.outgoing import Outgoing
from tests.vk.fault_server import FaultServer, error, resets, response, stalls

CHAT = 2_000_000_001


def pinned(server: FaultServer) -> Outcome:
    client = VkClient(VkKey("group", "group-key"), server.url, rate=1000.0, timeout=(2, 0.5))
    now = datetime.now(UTC)
    delivery = Delivery(1, "vk_messages", "chat", "pin", None, {"cmid": 5}, State.SENDING, now, 3, now)
    [outcome] = VkMessages(client, 1).send([Parcel(delivery, Envelope(CHAT, Outgoing("", cmid=5, pin=True), 7))])
    return outcome


def test_it_is_pinned(server: FaultServer) -> None:
    outcome = pinned(server.then(response({"id": 0, "peer_id": CHAT})))
    assert isinstance(outcome, Sent)
    assert outcome.result["cmid"] == 5


@pytest.mark.parametrize("code", [7, 15, 23, 100, 104, 925, 942, 970, 31337])
def test_what_says_that_the_bot_may_not_is_final(server: FaultServer, code: int) -> None:
    """Whatever waits holds up the cards behind it, so it is not tried again and again."""
    assert pinned(server.then(error(code, "no"))) == Refused("cannot_pin", code)
    assert [asked.method for asked in server.asked] == ["messages.pin"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [(5, "key_dead"), (9, "flood"), (14, "captcha"), (17, "validation"), (949, "pinned_just_now")],
)
def test_what_passes_is_waited_for(server: FaultServer, code: int, reason: str) -> None:
    outcome = pinned(server.then(error(code, "no")))
    assert isinstance(outcome, RetryLater)
    assert (outcome.reason, outcome.code) == (reason, code)


@pytest.mark.parametrize("code", [1, 10])
def test_a_pin_in_doubt_is_tried_again(server: FaultServer, code: int) -> None:
    assert isinstance(pinned(server.then(error(code, "no"))), RetryLater)


@pytest.mark.parametrize("failure", [resets, stalls])
def test_a_pin_without_an_answer_is_tried_again(server: FaultServer, failure: object) -> None:
    outcome = pinned(server.then(failure))  # type: ignore[arg-type]
    assert isinstance(outcome, RetryLater)
    assert not outcome.counts
