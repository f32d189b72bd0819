"""The sandbox's MAX refuses what MAX refuses, in its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.networks.max import CHANNEL, STRANGERS_CHAT, TOKEN
from sandbox.pictures import png
from sandbox.server import Sandbox
from tests.sandbox_client import SandboxClient


class Bot:
    def __init__(self, vk: SandboxClient) -> None:
        self.vk = vk

    def raw(
        self, verb: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **params: Any
    ) -> requests.Response:
        head = {"Authorization": TOKEN} if headers is None else headers
        return requests.request(
            verb, f"{self.vk.url}/max{path}", params=params, json=body, headers=head, timeout=10
        )

    def send(self, text: str = "", attachments: list[Any] | None = None, **more: Any) -> requests.Response:
        body = {"text": text, "attachments": attachments or [], **more}
        return self.raw("POST", "/messages", body, chat_id=CHANNEL)

    def upload(self, kind: str = "image", content: bytes | None = None) -> requests.Response:
        place = self.raw("POST", "/uploads", type=kind).json()["url"]
        return requests.post(
            place, files={"data": ("a.png", png(1, 40, 30) if content is None else content)}, timeout=10
        )

    def image(self) -> dict[str, Any]:
        return {"type": "image", "payload": {"photos": self.upload().json()["photos"]}}

    def posts(self) -> list[Any]:
        found: list[Any] = self.vk.state(only="networks")["networks"]["max"]["posts"]
        return found


@pytest.fixture
def bot() -> Iterator[Bot]:
    with Sandbox(limits_off=True) as running:
        yield Bot(SandboxClient(running.url))


def test_the_key_stands_in_the_header_and_nowhere_else(bot: Bot) -> None:
    assert bot.raw("GET", "/me").json()["is_bot"]
    for headers, query in (({"Authorization": f"Bearer {TOKEN}"}, {}), ({}, {"access_token": TOKEN})):
        refused = bot.raw("GET", "/me", headers=headers, **query)
        assert (refused.status_code, refused.json()["code"]) == (401, "verify.token")


def test_what_is_no_part_of_the_api_is_refused(bot: Bot) -> None:
    key = {"Authorization": TOKEN}
    place = bot.raw("POST", "/uploads", type="image").json()["url"]
    given_the_key = requests.post(place, files={"data": ("a.png", png(1, 40, 30))}, headers=key, timeout=10)
    row = [{"type": "link", "text": "Да", "url": "https://vk.com"}] * 4
    refused = [
        bot.send("Мост", silent=True),
        bot.raw("POST", "/messages", {"text": "Мост"}, chat_id=CHANNEL, disable_link_preview="yes"),
        bot.raw("POST", "/messages", {"text": "Мост"}, chat_id=CHANNEL, access_token=TOKEN),
        bot.send("Мост", [{"type": "inline_keyboard", "payload": {"buttons": [row]}}]),
        given_the_key,
    ]
    assert [one.status_code for one in refused] == [400] * len(refused)


def test_a_message_is_json_and_says_so(bot: Bot) -> None:
    key = {"Authorization": TOKEN}
    address = f"{bot.vk.url}/max/messages?chat_id={CHANNEL}"
    for kind, status in (("text/plain", 400), ("application/json; charset=utf-8", 200)):
        body = json.dumps({"text": "да"})
        answer = requests.post(address, data=body, headers={**key, "Content-Type": kind}, timeout=10)
        assert answer.status_code == status


def test_places(bot: Bot) -> None:
    assert bot.raw("POST", "/messages", {"text": "да"}, chat_id=STRANGERS_CHAT).json()["code"] == "chat.denied"
    assert bot.raw("POST", "/messages", {"text": "да"}, chat_id=-1).status_code == 404
    assert bot.raw("PATCH", "/messages", {}).status_code == 405
    assert bot.raw("GET", "/chats").status_code == 404


@pytest.mark.parametrize(
    ("text", "status"), [("я" * 4000, 200), ("😀" * 2001, 400), ("&lt;" * 1001, 400), ("", 400)]
)
def test_raw_markup_is_measured(bot: Bot, text: str, status: int) -> None:
    assert bot.send(text, format="html").status_code == status


def test_known_tags_are_markup_and_others_are_dropped(bot: Bot) -> None:
    bot.send('<i>Да</i> <marquee>и</marquee> <a href="https://okmo.ru/?a&amp;b">тут</a> &lt;b&gt;', format="html")
    post = bot.posts()[0]
    assert post["text"] == "Да и тут <b>"
    assert post["markup"] == [
        {"type": "emphasized", "from": 0, "length": 2},
        {"type": "link", "from": 5, "length": 3, "url": "https://okmo.ru/?a&b"},
    ]


def test_attachments(bot: Bot) -> None:
    image, other = bot.image(), bot.image()
    token = bot.upload("file", b"text").json()["token"]
    file = {"type": "file", "payload": {"token": token}}
    assert bot.send("да", [image, other]).status_code == 200
    assert bot.send("да", [image, file]).status_code == 400
    assert bot.send("да", [file]).status_code == 200
    assert bot.send("да", [image] * 11).status_code == 400
    assert bot.send("да", [{"type": "image", "payload": {"token": "no"}}]).status_code == 400
    assert (
        bot.send("да", [{"type": "image", "payload": {**image["payload"], "url": "https://a.ru"}}]).status_code
        == 400
    )
    assert bot.raw("POST", "/uploads", type="photo").status_code == 400
    assert bot.upload(content=b"<html>").json()["message"] == "File extension is forbidden"
    button = {"type": "link", "text": "Открыть", "url": "https://okmo.ru"}
    for rows, status in (
        ([[button]], 200),
        ([[button] * 8], 400),
        ([[{**button, "url": "tg://x"}]], 400),
        ([], 400),
    ):
        keyboard = {"type": "inline_keyboard", "payload": {"buttons": rows}}
        assert bot.send("да", [keyboard]).status_code == status


def test_an_upload_may_not_be_ready(bot: Bot) -> None:
    bot.vk.do("network", network="max", what="not_ready", times=2)
    image = bot.image()
    answers = [bot.send("да", [image]) for _ in range(3)]
    assert [one.status_code for one in answers] == [400, 400, 200]
    assert answers[0].json()["code"] == "attachment.not.ready"
    assert len(bot.posts()) == 1


def test_edits_and_removals_say_whether_they_succeeded(bot: Bot) -> None:
    mid = bot.send("да", [bot.image()]).json()["message"]["body"]["mid"]
    assert bot.raw("PUT", "/messages", {"text": "нет", "attachments": None}, message_id=mid).json() == {
        "success": True
    }
    assert (bot.posts()[0]["text"], len(bot.posts()[0]["pictures"])) == ("нет", 1)
    bot.raw("PUT", "/messages", {"text": "нет", "attachments": []}, message_id=mid)
    assert bot.posts()[0]["pictures"] == []
    bot.vk.do("network", network="max", what="says_no", to=["edit", "delete"])
    for verb in ("PUT", "DELETE"):
        assert bot.raw(verb, "/messages", {"text": "да"}, message_id=mid).json()["success"] is False
    bot.vk.do("network", network="max", what="says_no", to=[])
    bot.vk.do("network", network="max", what="permissions", set=["write"])
    assert bot.raw("DELETE", "/messages", message_id=mid).status_code == 403
    bot.vk.do("network", network="max", what="permissions", set=["delete"])
    assert bot.raw("DELETE", "/messages", message_id=mid).json() == {"success": True}
    assert bot.raw("DELETE", "/messages", message_id=mid).status_code == 404
    assert bot.raw("GET", f"/messages/{mid}").status_code == 404


def test_the_channel_is_read_newest_first_with_views(bot: Bot) -> None:
    for text in ("раз", "два", "три"):
        bot.send(text)
    bot.vk.do("network", network="max", what="read", id=bot.posts()[0]["id"], times=12)
    read = bot.raw("GET", "/messages", chat_id=CHANNEL, count=2).json()["messages"]
    assert [one["body"]["text"] for one in read] == ["три", "два"]
    assert read[0]["stat"] == {"views": 12}
    assert bot.raw("GET", "/messages", chat_id=CHANNEL, count=101).status_code == 400


def test_too_many_requests_a_second(bot: Bot) -> None:
    bot.vk.do("network", network="max", what="limits", on=True, per_second=2)
    statuses = {bot.raw("GET", "/me").status_code for _ in range(30)}
    assert statuses == {200, 429}
