"""What a message carries of others: forwards, answers, posts of walls."""

from __future__ import annotations

from typing import Any

import pytest

from bot.vk.client import VkClient, VkKey
from bot.vk.quotes import own_attachments, quotes_of
from bot.vk.updates import message_of
from bot.vk.wall_photos import of_messages
from editorial.suggestion import Attachment, Content
from handlers.events import MessageArrived, Quote
from tests.vk.fault_server import answers, fault_server

GROUP = 1


def photo(number: int) -> dict[str, Any]:
    return {"type": "photo", "photo": {"id": number, "owner_id": 601, "access_key": "k"}}


def wall(post_id: int, text: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "wall", "wall": {"id": post_id, "owner_id": -5, "text": text, **more}}


PHOTO = Attachment("photo", 601, 9, "k")


@pytest.mark.parametrize(
    "own",
    [{"attachments": []}, {"attachments": None}, {}, {"fwd_messages": [], "text": ""}],
    ids=["empty", "null", "missing", "empty forwards"],
)
def test_t63_an_empty_list_and_a_missing_one_both_mean_look_deeper(own: dict[str, Any]) -> None:
    deepest = {"from_id": 603, "text": "Новость", "attachments": [photo(9)]}
    middle = {"from_id": 602, **own, "fwd_messages": [deepest]}
    message = {"from_id": 601, "text": "", "fwd_messages": [middle]}
    assert quotes_of(message, GROUP) == (Quote(Content("Новость", (PHOTO,))),)

    repost = {
        "type": "wall",
        "wall": {"id": 7, "owner_id": 601, **own, "copy_history": [wall(4, "Бюджет")["wall"]]},
    }
    message = {"from_id": 601, "text": "", "attachments": [repost]}
    assert quotes_of(message, GROUP) == (Quote(Content("Бюджет"), "https://vk.com/wall-5_4"),)
    assert own_attachments(message) == ()


def test_the_answered_message_comes_first_and_the_community_s_own_words_never() -> None:
    message = {
        "from_id": 601,
        "peer_id": 601,
        "text": "Вот",
        "reply_message": {"from_id": 601, "conversation_message_id": 12, "text": "Каток"},
        "fwd_messages": [{"from_id": -GROUP, "text": "Так выйдет"}, {"from_id": 602, "text": "Сквер"}],
        "attachments": [photo(9), wall(4, "Бюджет", attachments=[photo(10)])],
    }
    event = message_of(message, GROUP)
    assert isinstance(event, MessageArrived)
    assert event.attachments == (PHOTO,)
    assert event.reply_to_cmid == 12
    assert event.quoted == (
        Quote(Content("Каток"), cmid=12, answered=True),
        Quote(Content("Сквер")),
        Quote(Content("Бюджет", (Attachment("photo", 601, 10, "k"),)), "https://vk.com/wall-5_4"),
    )
    replied = {"from_id": 601, "text": "Да", "reply_message": {"from_id": -GROUP, "text": "Из какого вы региона?"}}
    assert quotes_of(replied, GROUP) == ()


def test_a_post_that_says_nothing_stays_an_attachment() -> None:
    message = {"from_id": 601, "text": "", "attachments": [wall(4)]}
    assert quotes_of(message, GROUP) == ()
    assert own_attachments(message) == (Attachment("wall", -5, 4),)


def test_forwards_without_end_are_followed_only_so_far() -> None:
    message: dict[str, Any] = {"from_id": 602, "text": "слово"}
    for _ in range(200):
        message = {"from_id": 602, "text": "слово", "fwd_messages": [message] * 2}
    assert len(quotes_of(message, GROUP)) == 40


def test_t66_photos_of_forwards_are_found_again_when_their_addresses_expired() -> None:
    size = {"type": "w", "url": "https://img.invalid/9.jpg", "width": 9}
    inner = {"type": "photo", "photo": {"id": 9, "owner_id": 601, "sizes": [size]}}
    message = {"from_id": 601, "text": "", "attachments": [], "fwd_messages": [{"attachments": [inner]}]}
    with fault_server(answers({"response": {"items": [message]}})) as server:
        group = VkClient(VkKey("group", "group-key"), server.url, rate=1000, timeout=(1, 1))
        found = of_messages(group, {"peer_id": 601, "cmids": [3]})
    assert [one.url for one in found.values()] == ["https://img.invalid/9.jpg"]
