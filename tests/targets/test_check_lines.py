"""The lines of ``check`` about the networks of the demonstration, well and ill: each has its own, with what to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from bot.check import Line
from bot.check_networks import networks
from bot.config import Settings
from bot.config_file import read_settings
from bot.demo import _configuration
from handlers import texts
from tests.sandbox_client import SandboxClient

ALL = {"telegram", "max", "ok", "vk_copy", "feeds", "wordpress", "webhook"}


@pytest.fixture
def settings(vk: SandboxClient, tmp_path: Path) -> Settings:
    file = tmp_path / "config.env"
    file.write_text(_configuration(vk.url, tmp_path), encoding="utf-8")
    return read_settings(file, {})


def lines(settings: Settings) -> dict[str, Line]:
    return {line.name: line for line in networks(settings)}


def test_every_network_that_is_well_has_a_line(settings: Settings) -> None:
    found = lines(settings)
    assert found.keys() == ALL
    assert {name: line.state for name, line in found.items()} == dict.fromkeys(ALL, "ok")
    assert found["telegram"].text.startswith("Телеграм: работает")


def test_without_networks_there_is_no_line() -> None:
    bare = read_settings(None, {"VK_GROUP_ID": "1", "VK_GROUP_TOKEN": "group-key"})
    assert list(networks(bare)) == []


KEYS: list[tuple[str, dict[str, Any]]] = [
    ("telegram", {"network": "telegram", "what": "key", "set": "revoked"}),
    ("max", {"network": "max", "what": "key", "set": "revoked"}),
    ("ok", {"network": "ok", "what": "session", "set": "expired"}),
]


@pytest.mark.parametrize(("name", "ill"), KEYS, ids=[name for name, _ in KEYS])
def test_a_dead_key_fails_its_own_line_and_says_what_to_do(
    vk: SandboxClient, settings: Settings, name: str, ill: dict[str, Any]
) -> None:
    vk.do("network", **ill)
    found = lines(settings)
    assert {one for one, line in found.items() if line.state == "failed"} == {name}
    assert "ключ больше не действует" in found[name].text
    assert found[name].do.startswith("администратор бота ставит новый ключ")


@pytest.mark.parametrize("trouble", ["key_dead", "moved", "bad_signature", "foreign_webhook", "log_chat_gone"])
def test_what_is_put_right_in_the_settings_is_read_at_the_next_start(trouble: str) -> None:
    """Resuming alone would try the old settings again."""
    assert "перезапускает бота" in texts.NETWORK_TROUBLES[trouble][1]


def test_a_network_that_does_not_answer_fails_its_own_line(settings: Settings) -> None:
    dead = "http://127.0.0.1:9/max"
    found = lines(settings.model_copy(update={"MAX_API_URL": dead}))
    assert {one for one, line in found.items() if line.state == "failed"} == {"max"}
    assert "нет связи" in found["max"].text


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to this user")
def test_a_folder_that_cannot_be_written_to(settings: Settings, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    line = lines(settings.model_copy(update={"FEED_DIR": closed}))["feeds"]
    assert (line.state, line.text.startswith("Ленты и страницы: в папку лент не записать")) == ("failed", True)


def test_a_fault_of_a_target_is_a_line_and_ends_no_check(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls(_target: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.targets.webhook.Webhook.health", falls)
    found = lines(settings)
    assert found["webhook"].state == "failed"
    assert "сбой самого бота" in found["webhook"].text
    assert found["max"].state == "ok"
