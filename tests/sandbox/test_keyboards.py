"""Keyboards: whatever VK would not take makes the whole send fail with 911."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.conftest import callback
from tests.sandbox_client import CHAT, Json, SandboxClient


def board(buttons: Any, **more: Any) -> Json:
    return {"inline": True, "buttons": buttons, **more}


def with_action(**action: Any) -> Json:
    return board([[{"action": {"type": "callback", "label": "А", "payload": "{}", **action}}]])


LINK = {"action": {"type": "open_link", "label": "Открыть", "link": "https://vk.com/wall-1_1"}}
TEXT = {"action": {"type": "text", "label": "Помощь", "payload": "{}"}, "color": "primary"}
PLACE = {"action": {"type": "location", "payload": "{}"}}

WRONG: dict[str, Any] = {
    "not JSON": "{",
    "not an object": [],
    "no buttons": {"inline": True},
    "eleven inline buttons": board([[callback()] * 5, [callback()] * 5, [callback()]]),
    "six in a row": board([[callback()] * 6]),
    "seven inline rows": board([[callback()]] * 7),
    "an empty row": board([[]]),
    "a row after an empty one": board([[], [callback()]]),
    "label of 41": with_action(label="а" * 41),
    "no label": with_action(label=""),
    "payload of 256": with_action(payload=json.dumps("а" * 254, ensure_ascii=False)),
    "payload not JSON": with_action(payload="a=1"),
    "payload null": with_action(payload=None),
    "payload null in a string": with_action(payload="null"),
    "payload an object": with_action(payload={"a": 1}),
    "unknown type": with_action(type="calback"),
    "unknown colour": board([[{**callback(), "color": "green"}]]),
    "colour on a link": board([[{**LINK, "color": "primary"}]]),
    "a link without address": board([[{"action": {"type": "open_link", "label": "А"}}]]),
    "location beside another": board([[PLACE, callback()]]),
    "inline and one_time": board([[TEXT]], one_time=True),
    "eleven rows": {"buttons": [[TEXT]] * 11},
    "41 buttons": {"buttons": [[TEXT] * 5] * 8 + [[TEXT]]},
    "a button without action": board([[{"color": "primary"}]]),
    "unknown field": board([[callback()]], colour="red"),
}

RIGHT: dict[str, Any] = {
    "ten inline buttons": board([[callback()] * 5, [callback()] * 5]),
    "six rows": board([[callback()]] * 6),
    "label of 40": with_action(label="а" * 40),
    "payload of 255": with_action(payload=json.dumps("а" * 253, ensure_ascii=False)),
    "a link": board([[LINK]]),
    "40 buttons": {"buttons": [[TEXT] * 5] * 8},
    "a regular one of ten rows": {"one_time": True, "buttons": [[TEXT]] * 10},
    "location alone in its row": board([[PLACE], [callback()]]),
    "an empty inline": board([]),
    "an empty regular": {"buttons": []},
    "no colour": with_action(),
}


def sent(vk: SandboxClient, keyboard: Any) -> int:
    text = keyboard if isinstance(keyboard, str) else json.dumps(keyboard, ensure_ascii=False)
    return vk.error("messages.send", peer_id=CHAT, message="Карточка", random_id=0, keyboard=text)


@pytest.mark.parametrize("keyboard", WRONG.values(), ids=WRONG)
def test_a_wrong_keyboard_fails_the_send(vk: SandboxClient, keyboard: Any) -> None:
    assert sent(vk, keyboard) == 911
    assert vk.chat() == []


@pytest.mark.parametrize("keyboard", RIGHT.values(), ids=RIGHT)
def test_a_right_keyboard_passes(vk: SandboxClient, keyboard: Any) -> None:
    assert sent(vk, keyboard) == 0


def test_an_edit_is_checked_the_same(vk: SandboxClient) -> None:
    vk.call("messages.send", peer_ids=CHAT, message="Карточка", random_id=1)
    wrong = json.dumps(board([[]]))

    assert vk.error("messages.edit", peer_id=CHAT, cmid=1, message="Новая", keyboard=wrong) == 911
    assert vk.chat()[0]["text"] == "Карточка"


def test_a_regular_keyboard_stays_until_an_empty_one(vk: SandboxClient) -> None:
    vk.write(601, "Начать", payload={"command": "start"})
    vk.call("messages.send", peer_id=601, message="А", random_id=1, keyboard=json.dumps({"buttons": [[TEXT]]}))
    shown = vk.state(only="dialogs")["dialogs"][0]
    assert shown["keyboard"]["buttons"][0][0]["action"]["label"] == "Помощь"
    assert shown["messages"][-1]["keyboard"] is None

    vk.call("messages.send", peer_id=601, message="Б", random_id=2, keyboard=json.dumps({"buttons": []}))
    assert vk.state(only="dialogs")["dialogs"][0]["keyboard"] is None
