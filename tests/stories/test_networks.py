"""Other networks beside the wall, with the whole program running: once each, settled apart, corrected, taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.stories.desk import Desk, Json, killed_at, labels, open_desk

TEXT = "В посёлке открыли новую библиотеку"
KEYS = ("telegram", "max")


def with_networks(folder: Path) -> Desk:
    """A desk that knows the sandbox's Telegram and MAX channels."""
    desk = Desk(folder)
    desk.settings |= networks_at(desk.url)
    return desk


def networks_at(url: str) -> dict[str, str]:
    return {
        "TELEGRAM_API_URL": f"{url}/telegram",
        "TELEGRAM_BOT_TOKEN": "7000000001:sandbox-telegram-bot-key",
        "TELEGRAM_CHAT_ID": "@okmo_news",
        "TELEGRAM_LOG_CHAT_ID": "-1001000000002",
        "MAX_API_URL": f"{url}/max",
        "MAX_TOKEN": "sandbox-max-bot-key",
        "MAX_CHAT_ID": "-70000000000001",
    }


def wait_network(desk: Desk, key: str, wanted: Callable[[list[Json]], Any], what: str, timeout: float = 60) -> None:
    """Wait until the posts a network's readers see are as wanted."""
    desk.sandbox.wait_for(
        lambda state: wanted(state["networks"][key]["posts"]), timeout, only="networks", what=f"{key}: {what}"
    )


def posts_in(desk: Desk, key: str) -> list[str]:
    return [post["text"] for post in desk.sandbox.state(only="networks")["networks"][key]["posts"]]


def shows(words: str) -> Callable[[list[Json]], bool]:
    return lambda posts: len(posts) == 1 and words in posts[0]["text"]


def published(desk: Desk, text: str = TEXT) -> Json:
    """Suggested, approved, out and proven."""
    desk.sandbox.suggest(601, text, photos=1)
    desk.press(desk.card_of(text), "Опубликовать")
    return desk.wait_post(text)


def _has(label: str, card: Json) -> bool:
    return any(on.endswith(label) for on in labels(card))


def press_through(desk: Desk, *path: str) -> None:
    """Press one button after the other on the card, each as soon as it is there."""
    for label in path:
        card = desk.wait_card(TEXT, partial(_has, label))
        desk.press(card, label)


def test_out_everywhere_once_then_corrected_and_taken_back_everywhere(tmp_path: Path) -> None:
    desk = with_networks(tmp_path)
    try:
        desk.start()
        published(desk)
        for key in KEYS:
            wait_network(desk, key, shows(TEXT), "the post")
        desk.wait_card(TEXT, lambda card: card["text"].count(": вышло") == len(KEYS))
        assert desk.status()["targets"]["telegram"] == "ok"

        press_through(desk, "Ещё", "Сети", "Исправить везде")
        card = desk.wait_card(TEXT, lambda one: "новым текстом" in one["text"])
        corrected = f"{TEXT}, с читальным залом"
        desk.sandbox.write(501, corrected, 2_000_000_001, reply_to_cmid=card["conversation_message_id"])
        desk.wait_post(corrected)
        for key in KEYS:
            wait_network(desk, key, shows(corrected), "the correction")

        press_through(desk, "Ещё", "Сети", "Отозвать везде", "Да, отозвать")
        for key in KEYS:
            wait_network(desk, key, lambda posts: not posts, "nothing any more")
        desk.sandbox.wait_for(lambda state: not state["wall"], only="wall", what="an empty wall")
    finally:
        desk.close()


#: Where the program dies. Telegram is asked through the log chat whether it has the post.
DEATHS = ["commit.outcome.max.before", "commit.outcome.telegram.before", "commit.claim.telegram.after"]


@pytest.mark.parametrize("point", DEATHS)
def test_t01_killed_between_the_networks_each_has_it_once(tmp_path: Path, point: str) -> None:
    desk = with_networks(tmp_path)
    with killed_at(desk, point):
        published(desk)
        desk.wait_card(TEXT, lambda card: card["text"].count(": вышло") == len(KEYS), 90)
        assert [len(posts_in(desk, key)) for key in KEYS] == [1, 1]


def test_a_revoked_key_is_told_once_and_delays_no_other_network(tmp_path: Path) -> None:
    desk = with_networks(tmp_path)
    try:
        desk.sandbox.do("network", network="telegram", what="key", set="dead")
        desk.start()
        published(desk)
        wait_network(desk, "max", shows(TEXT), "the post")
        desk.wait_card("Телеграм: ключ больше не действует", lambda _message: True)
        assert desk.status()["targets"]["telegram"] == "stopped: key_dead"
        desk.sandbox.do("network", network="telegram", what="key", set="ok")
        desk.sandbox.write(501, "/продолжить", 2_000_000_001)
        wait_network(desk, "telegram", shows(TEXT), "the post, once the key works again")
        told = [one for one in desk.sandbox.chat() if "Телеграм: ключ больше не действует" in one["text"]]
        assert len([one for one in told if not one["keyboard"]]) == 1
    finally:
        desk.close()


def test_t47_a_stalled_network_delays_no_other(tmp_path: Path) -> None:
    with open_desk(tmp_path / "plain") as plain:
        assert plain.status()["targets"]["telegram"] == "off"
    desk = with_networks(tmp_path / "wide")
    try:
        desk.sandbox.fault("stall", "telegram.sendPhoto", seconds=20)
        desk.start()
        published(desk)
        wait_network(desk, "max", shows(TEXT), "the post", 20)
        assert posts_in(desk, "telegram") == []
    finally:
        desk.close()
