"""When VK refuses: the queue stays whole, the moderators are told once what to do, and publishing goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.desk import CHAT, Desk, open_desk

TEXT = "Совет провёл семинар для глав поселений"
TO_CHAT = f'"peer_ids": "{CHAT}"'


def notes(desk: Desk) -> list[str]:
    return [one["text"] for one in desk.sandbox.chat() if one["from_id"] < 0 and TEXT not in one["text"]]


def wait_note(desk: Desk, words: str) -> str:
    note = desk.sandbox.wait_for(
        lambda _: next((text for text in notes(desk) if words in text), None), 30, only="chats", what=words
    )
    return str(note)


@pytest.mark.parametrize(
    ("shape", "address"), [("new", "https://id.vk.ru/not_robot_captcha"), ("old", "https://api.vk.ru/captcha")]
)
def test_t45_a_captcha_stops_the_wall_calls_a_person_with_the_link_and_is_resumed_by_a_word(
    desk: Desk, shape: str, address: str
) -> None:
    """T-45: one refused call, one note with the address, and after /продолжить one post."""
    desk.sandbox.fault("error", method="wall.post", code=14, shape=shape, times=0)
    desk.sandbox.suggest(601, TEXT, photos=1)
    desk.press(desk.card_of(TEXT), "Опубликовать")

    note = wait_note(desk, "Публикации стоят")
    assert address in note
    assert "/продолжить" in note
    assert len(desk.sandbox.journal(method="wall.post")) == 1

    desk.sandbox.clear_faults()
    desk.sandbox.write(501, "/продолжить", peer_id=CHAT)
    desk.wait_post(TEXT)
    wait_note(desk, "Снова работает")
    assert len([note for note in notes(desk) if "Публикации стоят" in note]) == 1


def test_t43_with_a_dead_key_a_person_publishes_by_hand_and_the_desk_sees_it(desk: Desk) -> None:
    """T-43: the key dies; news come in, are decided, and the due one is a card with a link."""
    desk.sandbox.token("editor-key", "revoked")
    post_id = desk.sandbox.suggest(601, TEXT, photos=1)
    desk.press(desk.card_of(TEXT), "Опубликовать")

    card = desk.wait_card(TEXT, lambda card: "Опубликуйте вручную" in card["text"])
    assert f"https://vk.com/wall-1_{post_id}" in card["text"]

    new_id = desk.sandbox.do("publish_by_hand", post_id=post_id, user_id=500)["post_id"]
    desk.wait_card(TEXT, lambda card: f"Вышло: https://vk.com/wall-1_{new_id}" in card["text"])
    desk.wait_letter(601, f"https://vk.com/wall-1_{new_id}")
    assert desk.sandbox.journal(method="wall.post") == []


def test_without_an_editors_key_a_press_makes_a_new_post_in_the_communitys_name(tmp_path: Path) -> None:
    with open_desk(tmp_path, VK_USER_TOKEN=None) as desk:
        desk.sandbox.suggest(601, TEXT, photos=1)
        desk.press(desk.card_of(TEXT), "Опубликовать")
        card = desk.wait_card(TEXT, lambda card: "Опубликуйте вручную" in card["text"])

        desk.press(card, "Новой записью")

        post = desk.wait_post(TEXT)
        assert post["from_id"] == -1
        assert len(post["attachments"]) == 1
        desk.wait_card(TEXT, lambda card: "проверено" in card["text"])


def test_t18_a_photo_that_vk_drops_silently_is_said_on_the_card(tmp_path: Path) -> None:
    """T-18: VK reports success and leaves the photo out."""
    with open_desk(tmp_path, VK_USER_TOKEN=None) as desk:
        desk.sandbox.variant(community_photo_album8="dropped")
        desk.sandbox.suggest(601, TEXT, photos=1)
        desk.press(desk.card_of(TEXT), "Опубликовать")
        card = desk.wait_card(TEXT, lambda card: "Опубликуйте вручную" in card["text"])

        desk.press(card, "Новой записью")

        desk.wait_post(TEXT)
        told = desk.wait_card(TEXT, lambda card: "Вышло" in card["text"] and "проверьте" in card["text"])
        assert "проверено" not in told["text"]


@pytest.mark.parametrize(("code", "buttons"), [(911, False), (914, True)])
def test_a_card_vk_takes_for_badly_made_is_shown_plain_rather_than_not_at_all(
    desk: Desk, code: int, buttons: bool
) -> None:
    desk.sandbox.fault("error", method="messages.send", code=code, times=3, contains=TO_CHAT)
    post_id = desk.sandbox.suggest(601, TEXT, photos=1)

    card = desk.wait_card(TEXT, lambda card: f"wall-1_{post_id}" in card["text"])

    assert bool(card["keyboard"]) == buttons
    if buttons:
        desk.press(card, "Опубликовать")
        desk.wait_post(TEXT)


def test_a_card_refused_once_comes_whole_the_second_time(desk: Desk) -> None:
    desk.sandbox.fault("error", method="messages.send", code=911, contains=TO_CHAT)
    desk.sandbox.suggest(601, TEXT, photos=1)

    assert len(desk.card_of(TEXT)["attachments"]) == 1
