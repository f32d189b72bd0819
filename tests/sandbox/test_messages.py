"""Messages of the community: whom it may write to, repeats, edits, deletions, and what can be read back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.conftest import callback, card, inline
from tests.sandbox_client import CHAT, Json, SandboxClient, SandboxRefused


def send(vk: SandboxClient, peer_id: int, text: str = "Письмо", random_id: int = 0, **more: Any) -> int:
    return vk.error("messages.send", peer_id=peer_id, message=text, random_id=random_id, **more)


# -- permissions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("allowed", 0),
        ("never_wrote", 901),
        ("denied", 901),
        ("blacklisted", 900),
        ("privacy", 902),
        ("deleted", 18),
    ],
)
def test_each_person_may_be_written_to_or_not(vk: SandboxClient, state: str, code: int) -> None:
    vk.do("set_messages", user_id=601, state=state)

    assert send(vk, 601) == code
    allowed = vk.call("messages.isMessagesFromGroupAllowed", group_id=1, user_id=601)
    assert allowed == {"is_allowed": int(code == 0)}
    assert len(vk.dialog(601)) == (1 if code == 0 else 0)


def test_allowing_and_denying_are_told_by_events(vk: SandboxClient) -> None:
    vk.do("allow_messages", user_id=604)
    assert send(vk, 604) == 0
    vk.do("deny_messages", user_id=604)

    assert send(vk, 604) == 901
    assert [event["type"] for event in vk.history() if event["type"] in {"message_allow", "message_deny"}] == [
        "message_allow",
        "message_deny",
    ]
    assert vk.wait_event("message_allow")["object"]["user_id"] == 604


def test_who_writes_first_may_be_answered(vk: SandboxClient) -> None:
    assert send(vk, 604) == 901

    vk.write(604, "Здравствуйте")

    assert send(vk, 604) == 0
    with pytest.raises(SandboxRefused):
        vk.write(607, "Из чёрного списка не написать")


@pytest.mark.parametrize(("peer_id", "code"), [(999_999, 901), (-5, 932), (CHAT + 40, 917), (0, 100)])
def test_unknown_peers(vk: SandboxClient, peer_id: int, code: int) -> None:
    assert send(vk, peer_id) == code


def test_a_kicked_bot_is_told_and_shut_out(vk: SandboxClient) -> None:
    vk.do("kick_bot", peer_id=CHAT)

    assert send(vk, CHAT) == 917
    action = vk.wait_event("message_new")["object"]["message"]["action"]
    assert action == {"type": "chat_kick_user", "member_id": -1}
    assert vk.call("messages.getConversationsById", peer_ids=CHAT)["count"] == 0

    vk.do("invite_bot", peer_id=CHAT, user_id=500)
    assert send(vk, CHAT) == 0


def test_without_bot_features_a_chat_is_closed(vk: SandboxClient) -> None:
    vk.do("group", bot_features=False)

    assert send(vk, CHAT) == 912


# -- answers of send ---------------------------------------------------------------------------------


def test_one_peer_answers_a_number_which_is_0_in_chats(vk: SandboxClient) -> None:
    assert vk.call("messages.send", peer_id=CHAT, message="А", random_id=1) == 0
    assert vk.call("messages.send", peer_id=601, message="А", random_id=1) == 1
    assert vk.call("messages.send", user_id=602, message="А", random_id=1) == 2


def test_many_peers_answer_a_list_where_a_refused_one_is_an_entry(vk: SandboxClient) -> None:
    rows = vk.call("messages.send", peer_ids=f"601,604,606,{CHAT}", message="А", random_id=1)

    assert [(row["peer_id"], row.get("error", {}).get("code")) for row in rows] == [
        (601, None),
        (604, 901),
        (606, 902),
        (CHAT, None),
    ]
    assert rows[3] == {"peer_id": CHAT, "message_id": 0, "conversation_message_id": 1}


def test_cmids_grow_in_each_conversation(vk: SandboxClient) -> None:
    vk.write(501, "Раз", CHAT)

    assert card(vk) == 2
    assert vk.write(502, "Три", CHAT) == 3
    assert vk.write(601, "В личку") == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"message": "А"}, 100),
        ({"message": "", "random_id": 1}, 100),
        ({"message": "А", "random_id": 2**31}, 100),
        ({"message": "А", "random_id": -(2**31)}, 0),
        ({"message": "а" * 4096, "random_id": 1}, 0),
        ({"message": "а" * 4097, "random_id": 1}, 914),
        ({"message": "😀" * 2048, "random_id": 1}, 0),
        ({"message": "😀" * 2049, "random_id": 1}, 914),
        ({"message": "А", "random_id": 1, "attachment": ",".join(f"photo-1_{n}" for n in range(11))}, 100),
        ({"message": "А", "random_id": 1, "attachment": "picture"}, 100),
        ({"message": "А", "random_id": 1, "payload": "{"}, 100),
        ({"message": "А", "random_id": 1, "forward": '{"conversation_message_ids":[77],"is_reply":true}'}, 921),
        ({"message": "А", "random_id": 1, "group_id": 2}, 15),
        ({"attachment": "photo-1_1", "random_id": 1}, 100),
    ],
)
def test_a_message_is_checked(vk: SandboxClient, fields: Json, code: int) -> None:
    assert vk.error("messages.send", peer_id=CHAT, **fields) == code


# -- repeats -----------------------------------------------------------------------------------------


def test_the_same_random_id_gives_the_first_answer_again(vk: SandboxClient) -> None:
    first = card(vk, "Первая", random_id=7)

    assert card(vk, "Повтор", random_id=7) == first
    assert [message["text"] for message in vk.chat()] == ["Первая"]


def test_random_id_0_repeats_freely_and_dialogs_are_apart(vk: SandboxClient) -> None:
    for _ in range(2):
        send(vk, 601, random_id=0)
    for peer_id in (601, 602):
        send(vk, peer_id, random_id=5)

    assert len(vk.dialog(601)) == 3
    assert len(vk.dialog(602)) == 1


def test_random_id_is_forgotten_after_an_hour(vk: SandboxClient) -> None:
    card(vk, random_id=7)
    vk.clock(advance=3601)

    assert card(vk, random_id=7) == 2


def test_random_id_is_forgotten_after_a_hundred_messages(vk: SandboxClient) -> None:
    card(vk, random_id=7)
    for number in range(99):
        vk.write(501, f"Слово {number}", CHAT)
    assert card(vk, random_id=7) == 1

    vk.write(501, "Сотое", CHAT)

    assert card(vk, random_id=7) == 102


# -- editing -----------------------------------------------------------------------------------------


def test_an_edit_replaces_text_attachments_and_keyboard(vk: SandboxClient) -> None:
    card(vk, "Было")

    assert vk.call("messages.edit", peer_id=CHAT, cmid=1, message="Стало", keyboard=inline([callback("Да")])) == 1
    message = vk.chat()[0]
    assert message["keyboard"]["buttons"][0][0]["action"]["label"] == "Да"
    assert message["update_time"]

    vk.call("messages.edit", peer_id=CHAT, conversation_message_id=1, message="Без кнопок")
    assert vk.chat()[0]["keyboard"] is None
    assert [message["text"] for message in vk.chat()] == ["Без кнопок"]


def test_a_day_later_it_cannot_be_edited(vk: SandboxClient) -> None:
    vk.clock(freeze="2026-11-24T09:00:00Z")  # a second that passes meanwhile would be one too many
    card(vk)
    vk.clock(advance=86400)
    assert vk.error("messages.edit", peer_id=CHAT, cmid=1, message="Ещё можно") == 0

    vk.clock(advance=1)

    assert vk.error("messages.edit", peer_id=CHAT, cmid=1, message="Поздно") == 909
    assert vk.chat()[0]["text"] == "Ещё можно"


def test_what_else_an_edit_is_refused_for(vk: SandboxClient) -> None:
    card(vk)
    foreign = vk.write(501, "Чужое", CHAT)

    assert vk.error("messages.edit", peer_id=CHAT, cmid=foreign, message="А") == 920
    assert vk.error("messages.edit", peer_id=CHAT, cmid=99, message="А") == 100
    assert vk.error("messages.edit", peer_id=CHAT, message="А") == 100
    assert vk.error("messages.edit", peer_id=CHAT, cmid=1, message="а" * 4097) == 914
    assert vk.error("messages.edit", peer_id=CHAT, cmid=1, message="") == 100
    vk.do("kick_bot", peer_id=CHAT)
    assert vk.error("messages.edit", peer_id=CHAT, cmid=1, message="А") == 917


def test_the_same_content_again_is_fine_or_not(vk: SandboxClient) -> None:
    card(vk, "То же")
    again: Json = {"peer_id": CHAT, "cmid": 1, "message": "То же", "keyboard": inline([callback()])}
    assert vk.error("messages.edit", **again) == 0

    vk.variant(identical_edit="error")

    assert vk.error("messages.edit", **again) == 100


def test_a_pinned_message_may_have_to_wait(vk: SandboxClient) -> None:
    vk.do("set_chat", peer_id=CHAT, bot_admin=True)
    vk.variant(pin_edit_seconds=60)
    card(vk)
    vk.call("messages.pin", peer_id=CHAT, cmid=1)

    assert vk.error("messages.edit", peer_id=CHAT, cmid=1, message="А") == 949
    vk.clock(advance=61)
    assert vk.error("messages.edit", peer_id=CHAT, cmid=1, message="А") == 0


def test_deleting_has_an_outcome_for_each_message(vk: SandboxClient) -> None:
    card(vk)
    vk.write(501, "Чужое", CHAT)

    rows = vk.call("messages.delete", peer_id=CHAT, cmids="1,2,9", delete_for_all=1)

    assert [row.get("response") or row["error"]["code"] for row in rows] == [1, 924, 100]
    assert [message["deleted"] for message in vk.chat()] == [True, False]
    assert vk.call("messages.delete", peer_id=CHAT, cmids="9", delete_for_all=1, v="5.131") == {"9": 0}


# -- rights in a chat --------------------------------------------------------------------------------


def test_an_ordinary_member_cannot_pin_or_list(vk: SandboxClient) -> None:
    card(vk)
    assert vk.error("messages.pin", peer_id=CHAT, cmid=1) == 925
    assert vk.error("messages.getConversationMembers", peer_id=CHAT) == 917

    vk.do("set_chat", peer_id=CHAT, bot_admin=True)

    assert vk.call("messages.pin", peer_id=CHAT, cmid=1)["conversation_message_id"] == 1
    members = vk.call("messages.getConversationMembers", peer_id=CHAT)
    assert {row["member_id"] for row in members["items"]} == {500, 501, 502, -1}


# -- reading back ------------------------------------------------------------------------------------


def test_history_is_newest_first_and_has_no_deleted_ones(vk: SandboxClient) -> None:
    vk.write(601, "Раз")
    send(vk, 601, "Два")
    vk.write(601, "Три")
    vk.call("messages.delete", peer_id=601, cmids="2", delete_for_all=1)

    newest = vk.call("messages.getHistory", peer_id=601)
    oldest = vk.call("messages.getHistory", peer_id=601, rev=1, count=1)

    assert [item["text"] for item in newest["items"]] == ["Три", "Раз"]
    assert [item["text"] for item in oldest["items"]] == ["Раз"]


def test_a_cropped_event_can_be_read_whole(vk: SandboxClient) -> None:
    vk.variant(crop_events_over=10)
    cmid = vk.write(601, "Очень длинное письмо автора")

    event = vk.wait_event("message_new")["object"]["message"]
    assert (event["text"], event["is_cropped"]) == ("Очень длин", True)
    whole = vk.call("messages.getByConversationMessageId", peer_id=601, conversation_message_ids=cmid)
    assert whole["items"][0]["text"] == "Очень длинное письмо автора"


def test_conversations_can_be_listed_by_what_waits(vk: SandboxClient) -> None:
    vk.write(601, "Вопрос")
    vk.write(602, "Другой")
    send(vk, 602, "Ответ")

    def peers(name: str) -> list[int]:
        items = vk.call("messages.getConversations", filter=name)["items"]
        return sorted(item["conversation"]["peer"]["id"] for item in items)

    assert peers("all") == [601, 602]
    assert peers("unanswered") == [601]


def test_a_conversation_tells_whether_it_can_be_written_to(vk: SandboxClient) -> None:
    vk.write(601, "Привет")
    vk.do("deny_messages", user_id=601)

    shown = vk.call("messages.getConversationsById", peer_ids=f"601,{CHAT}")["items"]

    assert shown[0]["can_write"] == {"allowed": False, "reason": 901}
    assert (shown[1]["can_write"]["allowed"], shown[1]["chat_settings"]["title"]) == (True, "Модераторы")


def test_a_reply_and_a_photo_stand_in_the_message(vk: SandboxClient) -> None:
    vk.suggest(photos=1)
    photo = vk.state()["suggestions"][0]["attachments"][0]["photo"]
    vk.write(501, "Вопрос", CHAT)
    forward = json.dumps({"peer_id": CHAT, "conversation_message_ids": [1], "is_reply": True})
    name = f"photo-1_{photo['id']}_{photo['access_key']}"

    vk.call("messages.send", peer_id=CHAT, message="Ответ", random_id=1, forward=forward, attachment=name)

    answer = vk.chat()[-1]
    assert (answer["reply_to"], answer["attachments"][0]["photo"]["id"]) == (1, photo["id"])


def test_the_blacklist_shuts_a_person_out_with_events(vk: SandboxClient) -> None:
    vk.do("ban", user_id=601)
    assert send(vk, 601) == 900

    vk.do("ban", user_id=601, off=True)

    assert send(vk, 601) == 901
    assert [event["type"] for event in vk.history()] == ["user_block", "user_unblock"]
