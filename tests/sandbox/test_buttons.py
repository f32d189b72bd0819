"""Pressed buttons: events, their one answer within a minute, presses nobody should believe."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.conftest import callback, card, inline
from tests.sandbox_client import CHAT, Json, SandboxClient, SandboxRefused

SNACKBAR = json.dumps({"type": "show_snackbar", "text": "Готово"})


def answer(vk: SandboxClient, event_id: str | None, user_id: int = 501, **more: Any) -> int:
    fields: Json = {"event_id": event_id, "user_id": user_id, "peer_id": CHAT, "event_data": SNACKBAR, **more}
    return vk.error("messages.sendMessageEventAnswer", **fields)


def presses(vk: SandboxClient) -> list[Json]:
    return [event["object"] for event in vk.history() if event["type"] == "message_event"]


def test_a_press_is_an_event_with_the_payload_as_an_object_or_a_string(vk: SandboxClient) -> None:
    cmid = card(vk, "Карточка", [callback(payload={"card": 1})])

    event_id = vk.press(501, "Опубликовать", cmid)
    vk.variant(message_event_payload="string")
    vk.press(502, "Опубликовать", cmid)

    first, second = presses(vk)
    assert (first["event_id"], first["user_id"], first["peer_id"]) == (event_id, 501, CHAT)
    assert (first["conversation_message_id"], first["payload"]) == (cmid, {"card": 1})
    assert json.loads(second["payload"]) == {"card": 1}


def test_an_emoji_before_the_label_does_not_matter(vk: SandboxClient) -> None:
    cmid = card(vk, "Карточка", [callback("✅ Опубликовать")])

    assert vk.press(501, "Опубликовать", cmid)


def test_it_is_answered_once_by_the_right_name_within_a_minute(vk: SandboxClient) -> None:
    cmid = card(vk)
    event_id = vk.press(501, "Опубликовать", cmid)

    assert answer(vk, event_id, user_id=502) == 100
    assert answer(vk, event_id, peer_id=601) == 100
    assert answer(vk, event_id) == 0
    assert answer(vk, event_id) == 100
    assert [(row["user_id"], row["text"]) for row in vk.state()["snackbars"]] == [(501, "Готово")]


@pytest.mark.parametrize(("seconds", "code"), [(60, 0), (61, 100)])
def test_after_a_minute_it_is_late(vk: SandboxClient, seconds: int, code: int) -> None:
    vk.clock(freeze="2026-11-25T12:00:00Z")
    event_id = vk.press(501, "Опубликовать", card(vk))

    vk.clock(advance=seconds)

    assert answer(vk, event_id) == code


def test_the_code_of_a_late_answer_is_not_known(vk: SandboxClient) -> None:
    vk.variant(late_event_answer_code=15)

    assert answer(vk, "made-up") == 15


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"type": "show_snackbar", "text": "а" * 90}, 0),
        ({"type": "show_snackbar", "text": "а" * 91}, 100),
        ({"type": "show_snackbar", "text": ""}, 100),
        ({"type": "show_snackbar"}, 100),
        ({"type": "open_link", "link": "https://vk.com/wall-1_1"}, 0),
        ({"type": "open_link", "link": "wall-1_1"}, 100),
        ({"type": "open_app", "app_id": 1, "owner_id": -1, "hash": "а"}, 0),
        ({"type": "dance"}, 100),
        ({"type": "show_snackbar", "text": "А", "colour": "red"}, 100),
        ([], 100),
    ],
)
def test_what_an_answer_shows_is_checked(vk: SandboxClient, data: object, code: int) -> None:
    event_id = vk.press(501, "Опубликовать", card(vk))

    assert answer(vk, event_id, event_data=json.dumps(data)) == code


def test_an_answer_may_only_stop_the_spinner(vk: SandboxClient) -> None:
    event_id = vk.press(501, "Опубликовать", card(vk))

    vk.call("messages.sendMessageEventAnswer", event_id=event_id, user_id=501, peer_id=CHAT)

    assert vk.state()["snackbars"] == []


def test_pressing_twice_makes_two_events(vk: SandboxClient) -> None:
    cmid = card(vk)

    first, second = vk.press(501, "Опубликовать", cmid), vk.press(501, "Опубликовать", cmid)

    assert first != second
    assert answer(vk, first) == 0
    assert answer(vk, second) == 0


def test_a_button_that_is_gone_is_pressed_only_as_a_stale_one(vk: SandboxClient) -> None:
    cmid = card(vk, "Карточка", [callback("Опубликовать", {"v": 1})])
    vk.call("messages.edit", peer_id=CHAT, cmid=cmid, message="Решено", keyboard=inline([callback("Отменить")]))
    with pytest.raises(SandboxRefused):
        vk.press(501, "Опубликовать", cmid)

    vk.press(501, "Опубликовать", cmid, stale=True)

    assert presses(vk)[-1]["payload"] == {"v": 1}


def test_outsiders_cannot_press_in_the_chat_but_can_forge(vk: SandboxClient) -> None:
    cmid = card(vk)
    with pytest.raises(SandboxRefused):
        vk.press(700, "Опубликовать", cmid)

    vk.forge(700, {"card": 1, "do": "publish"}, CHAT, cmid=cmid)
    vk.forge(700, {"card": 1, "do": "publish"}, 700)
    vk.forge(601, {"card": 1, "do": "publish"}, 601, **{"as": "text"})

    assert [(event["user_id"], event["peer_id"]) for event in presses(vk)] == [(700, CHAT), (700, 700)]
    message = vk.wait_event("message_new")["object"]["message"]
    assert (message["from_id"], json.loads(message["payload"])["do"]) == (601, "publish")


def test_a_text_button_writes_its_label_with_a_mention_in_a_chat(vk: SandboxClient) -> None:
    help_button = {"action": {"type": "text", "label": "Помощь", "payload": '{"command":"help"}'}}
    vk.call("messages.send", peer_id=CHAT, message="А", random_id=1, keyboard=inline([help_button]))
    vk.write(601, "Начать")
    board = json.dumps({"one_time": True, "buttons": [[help_button]]})
    vk.call("messages.send", peer_id=601, message="Б", random_id=1, keyboard=board)

    vk.press(501, "Помощь", 1)
    vk.press(601, "Помощь", None, peer_id=601)

    messages = [event["object"]["message"] for event in vk.history() if event["type"] == "message_new"]
    assert [(item["text"], item.get("payload")) for item in messages[1:]] == [
        ("[club1|@okmo_news] Помощь", '{"command":"help"}'),
        ("Помощь", '{"command":"help"}'),
    ]
    assert vk.state(only="dialogs")["dialogs"][0]["keyboard"] is None


def test_a_link_button_tells_nobody(vk: SandboxClient) -> None:
    link = {"action": {"type": "open_link", "label": "Открыть", "link": "https://vk.com/wall-1_1"}}
    cmid = card(vk, "Карточка", [link])
    vk.wait_event("message_reply")
    told = len(vk.history())

    assert vk.press(501, "Открыть", cmid) is None
    assert len(vk.history()) == told


def test_without_full_access_a_bot_hears_mentions_replies_and_buttons_only(vk: SandboxClient) -> None:
    vk.variant(chat_access="mentions")
    cmid = card(vk)

    vk.write(501, "Просто разговор", CHAT)
    vk.write(501, "@okmo_news помоги", CHAT)
    vk.write(501, "[club1|ОКМО] и так", CHAT)
    vk.write(501, "Ответ на карточку", CHAT, reply_to_cmid=cmid)
    vk.press(501, "Опубликовать", cmid)

    heard = [event["object"]["message"]["text"] for event in vk.history() if event["type"] == "message_new"]
    assert heard == ["@okmo_news помоги", "[club1|ОКМО] и так", "Ответ на карточку"]
    assert len(presses(vk)) == 1
    vk.do("set_chat", peer_id=CHAT, full_access=True)
    vk.write(501, "Теперь слышно", CHAT)
    assert vk.history()[-1]["object"]["message"]["text"] == "Теперь слышно"


def test_a_reply_carries_what_it_answers(vk: SandboxClient) -> None:
    cmid = card(vk, "Карточка № 214")

    vk.write(501, "завтра 14:30", CHAT, reply_to_cmid=cmid)

    quoted = vk.wait_event("message_new")["object"]["message"]["reply_message"]
    assert (quoted["conversation_message_id"], quoted["from_id"], quoted["text"]) == (cmid, -1, "Карточка № 214")
