"""Other programs are told of posts by signed events, each of them once, however often it is sent."""

from __future__ import annotations

import base64
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.config_file import ConfigError, read_settings
from bot.targets.webhook import DELAYS, MOST_BYTES, Webhook, data_of, delay_of, id_of, minified, signature
from editorial.delivery import Refused, RetryLater, Sent
from editorial.suggestion import Attachment
from sandbox.networks import webhook
from tests.sandbox_client import SandboxClient
from tests.targets.sites.stage import (
    copy_of,
    delivery,
    edited,
    media,
    placed,
    posts,
    published,
    removed,
    shown,
    story,
)

ZONE = ZoneInfo("Europe/Moscow")


@pytest.fixture
def target(vk: SandboxClient, tmp_path: Path) -> Webhook:
    return Webhook(media(vk, tmp_path), f"{vk.url}/webhook/hook", webhook.SECRET, ZONE)


def answers(vk: SandboxClient, status: int, **more: Any) -> None:
    vk.do("network", network="webhook", what="answer", status=status, **more)


def test_the_receiver_learns_all_about_a_post(vk: SandboxClient, target: Webhook) -> None:
    photo = Attachment("photo", -1, 5, url="https://cdn.invalid/a.jpg")
    video = Attachment("video", -1, 6, title="Репортаж")
    about = story("Совет открыл школу #ОКМО@okmo_news #Школа", (photo, video), region="RU-IRK", rubric="education")

    sent = published(target, about)

    (event,) = shown(vk, "webhook")["received"]
    assert event["type"] == "post.published"
    assert event["data"] == {
        "number": 214,
        "title": "Совет открыл школу",
        "link": "https://vk.com/wall-1_77",
        "region": "RU-IRK",
        "rubric": "education",
        "published_at": "2026-11-23T09:00:00Z",
        "edited_at": None,
        "hashtags": ["#ОКМО", "#Школа"],
        "media": [
            {
                "kind": "photo",
                "url": "https://cdn.invalid/a.jpg",
                "page": "https://vk.com/wall-1_77",
                "title": None,
            },
            {"kind": "video", "url": None, "page": "https://vk.com/video-1_6", "title": "Репортаж"},
        ],
        "text": {
            "plain": "Совет открыл школу #ОКМО #Школа",
            "html": "<p>Совет открыл школу #ОКМО #Школа</p>",
            "complete": True,
        },
    }
    assert sent.result["ids"] == [event["id"]]


def test_edits_and_removals_are_events_of_their_own(vk: SandboxClient, target: Webhook) -> None:
    where = placed(published(target, story("Было")))
    assert isinstance(edited(target, story("Стало"), where), Sent)
    assert [post["text"] for post in posts(vk, "webhook")] == ["Стало"]
    assert isinstance(removed(target, story("Стало"), where), Sent)
    assert posts(vk, "webhook") == []
    assert [one["type"] for one in shown(vk, "webhook")["received"]] == [
        "post.published",
        "post.edited",
        "post.removed",
    ]


def test_the_signature_is_that_of_the_specification() -> None:
    """The example that the specification's libraries are tested with."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("what", ["effect_then_reset", "effect_then_http", "effect_then_empty", "reset", "http"])
def test_t02_an_event_may_be_sent_again_and_is_taken_once(vk: SandboxClient, target: Webhook, what: str) -> None:
    """T-02: an attempt whose fate is unknown is repeated, because its id tells the receiver."""
    vk.fault(what, "webhook.receive")
    row = delivery()
    outcome = target.publish(copy_of(target, story()), row)
    if what != "effect_then_empty":
        assert isinstance(outcome, RetryLater)
        assert isinstance(target.find(copy_of(target, story()), row, datetime.now(UTC)), RetryLater)
    published(target, story(), row)
    assert len(shown(vk, "webhook")["received"]) == 1


def test_ids_differ_between_events_and_stay_for_attempts() -> None:
    assert id_of(delivery(id_=1)) == id_of(delivery(id_=1, attempts=3))
    assert len({id_of(delivery(id_=1)), id_of(delivery(id_=2)), id_of(delivery("edit", id_=1))}) == 3
    today = delivery(id_=1)
    after_a_restore = replace(today, created_at=today.created_at + timedelta(days=1))
    assert id_of(today) != id_of(after_a_restore), "the row has the number of one the receiver knows"


def test_attempts_follow_the_schedule_with_a_spread_made_from_the_row() -> None:
    for attempts, base in enumerate([*DELAYS, DELAYS[-1], DELAYS[-1]], 1):
        assert base <= delay_of(delivery(attempts=attempts)) <= base * 1.1
    assert delay_of(delivery(id_=1)) == delay_of(delivery(id_=1))
    assert len({delay_of(delivery(id_=number)) for number in range(50)}) > 40


def test_gone_closes_the_address(vk: SandboxClient, target: Webhook) -> None:
    answers(vk, 410)
    outcome = target.publish(copy_of(target, story()), delivery())
    assert isinstance(outcome, RetryLater)
    assert (outcome.reason, outcome.counts) == ("gone_for_good", False)


@pytest.mark.parametrize("status", [429, 502, 504])
def test_t46_a_receiver_that_asks_for_time_gets_it(vk: SandboxClient, target: Webhook, status: int) -> None:
    """T-46: honoured, not counted as a failure."""
    answers(vk, status, retry_after=7)
    assert target.publish(copy_of(target, story()), delivery()) == RetryLater(
        "need_wait", 7.0, status, counts=False
    )


@pytest.mark.parametrize("status", [301, 307, 404, 500])
def test_everything_but_success_is_a_failure_and_redirects_are_not_followed(
    vk: SandboxClient, target: Webhook, status: int
) -> None:
    answers(vk, status)
    outcome = target.publish(copy_of(target, story()), delivery())
    assert isinstance(outcome, RetryLater)
    assert (outcome.reason, outcome.code, outcome.counts) == ("receiver_failed", status, True)
    assert shown(vk, "webhook")["received"] == []


def test_an_event_the_receiver_finds_wrong_does_not_hold_up_the_others_for_ever(
    vk: SandboxClient, target: Webhook
) -> None:
    answers(vk, 422)
    copy = copy_of(target, story())
    assert isinstance(target.publish(copy, delivery(attempts=3)), RetryLater)
    assert target.publish(copy, delivery(attempts=4)) == Refused("receiver_refused", 422)


@pytest.mark.parametrize("status", [404, 405, 408, 409, 421, 425])
def test_a_receiver_that_is_to_blame_itself_gets_the_event_later(
    vk: SandboxClient, target: Webhook, status: int
) -> None:
    answers(vk, status)
    assert isinstance(target.publish(copy_of(target, story()), delivery(attempts=40)), RetryLater)


@pytest.mark.parametrize("text", ["Школа №1 открыта для всех. " * 700, "🎉 & <b> " * 1600, "я" * 15_000])
def test_an_event_is_never_too_large(vk: SandboxClient, target: Webhook, text: str) -> None:
    photos = tuple(
        Attachment("photo", -1, number, url=f"https://sun9-1.invalid/{'x' * 400}{number}") for number in range(10)
    )
    about = story(text, photos)
    data, notes = data_of(about, ZONE)
    assert len(minified(data)) <= MOST_BYTES
    assert notes == ("text_shortened",)
    published(target, about)
    (event,) = shown(vk, "webhook")["received"]
    assert event["data"]["text"]["complete"] is False
    assert len(event["data"]["media"]) == 10


def test_what_is_sent_is_json_that_says_the_text_letter_for_letter() -> None:
    text = 'Кавычки " \\ и \t знаки \u2028 🎉'
    data, _ = data_of(story(text), ZONE)
    assert json.loads(minified(data))["text"]["plain"] == text


def test_health_says_whether_somebody_is_there_and_asks_for_nothing(vk: SandboxClient, target: Webhook) -> None:
    assert target.health().ok
    assert [call for call in vk.journal() if call["method"].startswith("webhook")] == []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for address, reason in (
        (f"http://127.0.0.1:{port}/hook", "nobody_there"),
        ("https://nobody.invalid/hook", "unknown_host"),
    ):
        health = Webhook(target.media._media, address, webhook.SECRET, ZONE).health()
        assert (health.ok, health.reason) == (False, reason)


# -- settings -----------------------------------------------------------------------------------------

BASE = {"VK_GROUP_ID": "1", "VK_GROUP_TOKEN": "key"}


@pytest.mark.parametrize("secret", ["secret", "whsec_", "whsec_c2hvcnQ=", "whsec_не-base64", "whsec_" + "A" * 100])
def test_a_secret_that_is_none_is_named_in_russian(secret: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    environment = {**BASE, "WEBHOOK_URL": "https://okmo.invalid/hook", "WEBHOOK_SECRET": secret}
    with pytest.raises(ConfigError) as caught:
        read_settings(tmp_path / "empty", environment)
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["WEBHOOK_SECRET"]
    assert "24–64" in caught.value.faults[0]


def test_a_password_is_not_sent_in_the_open(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    site = {"WORDPRESS_USER": "bot", "WORDPRESS_APP_PASSWORD": "abcd efgh"}
    with pytest.raises(ConfigError) as caught:
        read_settings(tmp_path / "empty", {**BASE, **site, "WORDPRESS_URL": "http://okmo.invalid"})
    assert "https://" in caught.value.faults[0]
    near = read_settings(tmp_path / "empty", {**BASE, **site, "WORDPRESS_URL": "http://127.0.0.1:8000/wordpress"})
    assert near.networks == ("wordpress",)


@pytest.mark.parametrize("path", ["hook/", "hook", "hook/?key=1"])
def test_the_receiver_s_address_is_used_as_it_is_written(path: str) -> None:
    """To many servers an address with a slash at its end is another one, and redirects are not followed."""
    address = f"https://okmo.invalid/{path}"
    environment = {**BASE, "WEBHOOK_URL": address, "WEBHOOK_SECRET": webhook.SECRET}
    assert address == read_settings(None, environment).WEBHOOK_URL
