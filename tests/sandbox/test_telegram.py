"""The sandbox's Telegram refuses what Telegram refuses, in its words and with its numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.networks.telegram import CHANNEL, LOG_CHAT, STRANGERS_CHAT, TOKEN
from sandbox.pictures import png
from sandbox.server import Sandbox
from tests.sandbox_client import SandboxClient


class Bot:
    def __init__(self, vk: SandboxClient) -> None:
        self.vk = vk

    def raw(
        self, method: str, token: str = TOKEN, files: dict[str, bytes] | None = None, **params: Any
    ) -> requests.Response:
        url = f"{self.vk.url}/telegram/bot{token}/{method}"
        if files:
            form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
            return requests.post(
                url, data=form, files={name: (f"{name}.png", body) for name, body in files.items()}, timeout=10
            )
        return requests.post(url, json=params, timeout=10)

    def ok(self, method: str, **params: Any) -> Any:
        answer = self.raw(method, **{"chat_id": CHANNEL, **params}).json()
        assert answer["ok"], answer
        return answer["result"]

    def no(self, method: str, **params: Any) -> tuple[int, str]:
        answer = self.raw(method, **{"chat_id": CHANNEL, **params})
        body = answer.json()
        assert (body["ok"], body["error_code"]) == (False, answer.status_code)
        return answer.status_code, body["description"]

    def posts(self) -> list[Any]:
        found: list[Any] = self.vk.state(only="networks")["networks"]["telegram"]["posts"]
        return found


@pytest.fixture
def bot() -> Iterator[Bot]:
    with Sandbox(limits_off=True) as running:
        yield Bot(SandboxClient(running.url))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("я" * 4096, True),
        ("😀" * 2048, True),
        ("я" * 4097, False),
        (" я" * 2049, False),
        (" " + "я" * 4096 + "\n", True),
    ],
)
def test_a_text_is_measured_in_utf16_units_without_outer_blanks(bot: Bot, text: str, fits: bool) -> None:
    if fits:
        assert bot.ok("sendMessage", text=text)["text"] == text.strip()
    else:
        assert bot.no("sendMessage", text=text) == (400, "Bad Request: message is too long")


@pytest.mark.parametrize(("caption", "fits"), [("😀" * 512, True), ("я" * 1025, False)])
def test_a_caption_is_shorter(bot: Bot, caption: str, fits: bool) -> None:
    files = {"photo": png(1, 40, 30)}
    answer = bot.raw("sendPhoto", files=files, chat_id=str(CHANNEL), caption=caption).json()
    assert answer["ok"] is fits


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        ({"type": "bold", "offset": 3, "length": 9}, "ends after the end of the text"),
        ({"type": "bold", "offset": 1, "length": 1}, "middle of a UTF-16 symbol"),
        ({"type": "bold", "offset": 0, "length": 0}, "length"),
        ({"type": "loud", "offset": 0, "length": 2}, "Unsupported type"),
        ({"type": "text_link", "offset": 0, "length": 2, "url": "javascript:alert(1)"}, "Wrong URL"),
    ],
)
def test_wrong_entities_are_refused(bot: Bot, entity: dict[str, Any], words: str) -> None:
    code, said = bot.no("sendMessage", text="😀 да", entities=[entity])
    assert code == 400
    assert words in said


def test_entities_move_with_the_blanks_that_are_cut_off(bot: Bot) -> None:
    sent = bot.ok("sendMessage", text="\n да", entities=[{"type": "bold", "offset": 2, "length": 2}])
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 2}]


def test_marks_of_direction_are_taken_out_and_entities_move_with_them(bot: Bot) -> None:
    sent = bot.ok("sendMessage", text="\u202eда\u202c нет", entities=[{"type": "bold", "offset": 4, "length": 4}])
    assert (sent["text"], sent["entities"]) == ("да нет", [{"type": "bold", "offset": 2, "length": 4}])


def test_nothing_is_no_message(bot: Bot) -> None:
    assert bot.no("sendMessage", text=" \n ") == (400, "Bad Request: message text is empty")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (png(1, 2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (png(1, 9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (b"<html>", "IMAGE_PROCESS_FAILED"),
        (b"", "non-empty"),
    ],
)
def test_photos_out_of_measure_are_refused(bot: Bot, content: bytes, words: str) -> None:
    answer = bot.raw("sendPhoto", files={"photo": content}, chat_id=str(CHANNEL)).json()
    assert words in answer["description"]
    assert bot.posts() == []


def album(bot: Bot, kinds: list[str], bad: int | None = None) -> dict[str, Any]:
    files = {f"f{place}": b"junk" if place == bad else png(place, 40, 30) for place in range(len(kinds))}
    media = [{"type": kind, "media": f"attach://f{place}"} for place, kind in enumerate(kinds)]
    answer: dict[str, Any] = bot.raw("sendMediaGroup", files=files, chat_id=str(CHANNEL), media=media).json()
    return answer


def test_albums_hold_two_to_ten_of_a_kind(bot: Bot) -> None:
    assert [album(bot, ["photo"] * size)["ok"] for size in (1, 2, 10, 11)] == [False, True, True, False]
    assert album(bot, ["photo", "document"])["description"].endswith("type in the album")
    assert album(bot, ["document", "document"])["ok"]
    assert [len(post["ids"]) for post in bot.posts()] == [2, 10, 2]


def test_one_bad_item_fails_the_album_and_is_named(bot: Bot) -> None:
    said = album(bot, ["photo"] * 3, bad=1)["description"]
    assert said == 'Bad Request: failed to send message #2 with the error message "IMAGE_PROCESS_FAILED"'
    assert bot.posts() == []


def test_keys_and_places(bot: Bot) -> None:
    assert bot.raw("getMe", token="7000000001:other").status_code == 401
    assert bot.raw("getMe", token="nonsense").status_code == 404
    assert bot.raw("sendNothing").status_code == 404
    assert bot.raw("SENDmessage", chat_id="@okmo_news", text="да").json()["ok"]
    assert bot.no("sendMessage", chat_id="@nobody", text="да") == (400, "Bad Request: chat not found")
    assert bot.no("sendMessage", chat_id=STRANGERS_CHAT, text="да")[0] == 403
    bot.vk.do("network", network="telegram", what="membership", set="kicked")
    assert bot.no("sendMessage", text="да") == (403, "Forbidden: bot was kicked from the channel chat")
    bot.vk.do("network", network="telegram", what="membership", set="administrator")
    bot.vk.do("network", network="telegram", what="rights", set=[])
    assert bot.no("sendMessage", text="да") == (400, "Bad Request: not enough rights to post messages")
    bot.vk.do("network", network="telegram", what="upgrade", to=-1009)
    assert bot.raw("sendMessage", chat_id=CHANNEL, text="да").json()["parameters"] == {"migrate_to_chat_id": -1009}


def test_too_many_messages_are_told_how_long_to_wait(bot: Bot) -> None:
    bot.vk.do("network", network="telegram", what="limits", on=True, per_second=100)
    assert album(bot, ["photo"] * 10)["ok"]
    assert album(bot, ["photo"] * 10)["ok"]
    answer = bot.raw("sendMessage", chat_id=CHANNEL, text="да")
    seconds = answer.json()["parameters"]["retry_after"]
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(seconds)
    assert 50 <= seconds <= 61


def test_edits(bot: Bot) -> None:
    one = bot.ok("sendMessage", text="да")["message_id"]
    assert "not modified" in bot.no("editMessageText", message_id=one, text="да ")[1]
    assert bot.ok("editMessageText", message_id=one, text="нет")["edit_date"]
    assert bot.no("editMessageText", message_id=77, text="да")[1].endswith("message to edit not found")
    assert "no caption" in bot.no("editMessageCaption", message_id=one, caption="да")[1]
    item = album(bot, ["photo"] * 2)["result"][0]["message_id"]
    media = {"type": "document", "media": "attach://f"}
    refused = bot.raw(
        "editMessageMedia", files={"f": b"x"}, chat_id=str(CHANNEL), message_id=str(item), media=media
    )
    assert "in the album" in refused.json()["description"]


def test_only_young_messages_are_deleted(bot: Bot) -> None:
    old = bot.ok("sendMessage", text="старое")["message_id"]
    bot.vk.clock(advance=48 * 3600 + 5)
    new = bot.ok("sendMessage", text="новое")["message_id"]
    assert bot.no("deleteMessages", message_ids=[old, new])[1].endswith("can't be deleted for everyone")
    assert bot.ok("deleteMessages", message_ids=[new, 999]) is True
    assert bot.no("deleteMessage", message_id=new)[1].endswith("message to delete not found")
    assert [post["text"] for post in bot.posts()] == ["старое"]


def test_who_may_remove_what(bot: Bot) -> None:
    own = [bot.ok("sendMessage", text="да")["message_id"] for _ in range(2)]
    theirs = bot.vk.do("network", network="telegram", what="post", text="Руками")["id"]
    for rights, forbidden, allowed in (
        ("can_edit_messages", own[0], None),
        ("can_post_messages", theirs, own[0]),
        ("can_delete_messages", None, theirs),
    ):
        bot.vk.do("network", network="telegram", what="rights", set=[rights])
        if forbidden:
            assert bot.no("deleteMessages", message_ids=[forbidden])[1].endswith("message can't be deleted")
        if allowed:
            assert bot.ok("deleteMessage", message_id=allowed) is True


def test_forwarding_shows_what_stands_there(bot: Bot) -> None:
    one = bot.ok("sendMessage", text="да")["message_id"]
    seen = bot.ok("forwardMessage", chat_id=LOG_CHAT, from_chat_id="@okmo_news", message_id=one)
    assert (seen["text"], seen["forward_origin"]["message_id"]) == ("да", one)
    assert bot.no("forwardMessage", chat_id=LOG_CHAT, from_chat_id="@okmo_news", message_id=one + 1)[1].endswith(
        "message to forward not found"
    )


def test_polls(bot: Bot) -> None:
    assert bot.ok("sendPoll", question="Нужен ли мост?", options=[{"text": "Да"}, {"text": "Нет"}])["poll"][
        "question"
    ]
    for question, options in (("?", []), (" ", ["да"]), ("?", ["да", " "]), ("?", "да"), ("?", ["да"] * 13)):
        assert bot.no("sendPoll", question=question, options=options)[0] == 400
    assert bot.no("sendPoll", question="я" * 301, options=["да"])[0] == 400
