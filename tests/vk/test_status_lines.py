"""What `status` tells of keys and networks, and what `check` says of the key that reads other communities."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.check_vk import vk
from bot.config import Settings
from bot.config_file import read_settings
from bot.status import look, readable
from bot.work import utc_now
from handlers import alarms
from handlers.context import Context
from storage.migrate import upgrade
from storage.unit import Storage
from tests.handlers.world import a_desk
from tests.vk.conftest import World


def settings(world: World, folder: Path, **more: str) -> Settings:
    return read_settings(
        None,
        {
            "VK_API_URL": f"{world.address}method/",
            "VK_GROUP_ID": "1",
            "VK_GROUP_TOKEN": "group-key",
            "VK_USER_TOKEN": "editor-key",
            "VK_SERVICE_TOKEN": "service-key",
            "DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'okmo.db'}",
            **more,
        },
    )


def test_check_tries_the_service_key(world: World, tmp_path: Path) -> None:
    world.do("limits", off=True)
    lines = {line.name: line for line in vk(settings(world, tmp_path), None)}
    assert lines["service_key"].state == "ok"

    world.do("token", key="service-key", set="revoked")
    for editor, state, so in (
        ("editor-key", "warning", "источники пока читаются ключом редактора"),
        ("", "failed", "сообщества-источники не читаются"),
    ):
        known = settings(world, tmp_path, VK_USER_TOKEN=editor)
        line = {line.name: line for line in vk(known, None)}["service_key"]
        assert (line.state, so in line.text) == (state, True)
        unread = [line for line in vk(known, None) if line.name == "wall_posts"]
        assert [line.state for line in unread] == ([] if editor else ["warning"])
        assert all("пока бот не работал" in line.text for line in unread)
        assert "VK_SERVICE_TOKEN" in line.do
        assert "service-key" not in f"{line.text}{line.do}"


def test_check_has_no_line_where_there_is_no_service_key(world: World, tmp_path: Path) -> None:
    world.do("limits", off=True)
    bare = settings(world, tmp_path, VK_SERVICE_TOKEN="")
    assert "service_key" not in {line.name for line in vk(bare, None)}


def test_status_calls_the_communities_paused_when_all_of_them_are(world: World, tmp_path: Path) -> None:
    wanted = settings(world, tmp_path, VK_COPY_GROUPS="2,3")
    storage = Storage.open(wanted.DATABASE_URL)
    upgrade(storage)
    for paused, word in ((["vk_copy.2"], "ok"), (["vk_copy.2", "vk_copy.3"], "stopped: paused")):
        with storage.begin("test") as unit:
            unit.settings.set("paused_networks", paused, utc_now())
        assert look(wanted).facts["targets"]["vk_copy"] == word
    storage.close()


def test_status_tells_how_the_service_key_is(world: World, tmp_path: Path) -> None:
    wanted = settings(world, tmp_path)
    storage = Storage.open(wanted.DATABASE_URL)
    upgrade(storage)
    assert "null" not in json.dumps(look(wanted).facts), "outside programs get every key with a value of its kind"
    assert look(wanted).facts["keys"] == {"group": "unknown", "user": "unknown", "service": "unknown"}
    assert readable(look(wanted), wanted).count("ещё не проверено") == 3
    with storage.begin("test") as unit:
        unit.settings.set("rights", {"editor": "dead", "group": "ok"}, utc_now())
    seen = look(wanted)
    assert seen.facts["keys"]["service"] == "ok"
    assert "Сервисный ключ: в порядке" in readable(seen, wanted)
    with storage.begin("test") as unit:
        alarms.tell(Context(unit, utc_now(), a_desk()), alarms.SERVICE_KEY, "key_dead")
    storage.close()
    seen = look(wanted)
    assert seen.facts["keys"]["service"] == "expired"
    assert "Сервисный ключ: не работает, сообщества-источники не читаются" in readable(seen, wanted)
    assert "Посты на стене: сделанные, пока бот не работал, с новостями не сравниваются" in readable(seen, wanted)
    seen.facts["keys"]["user"] = "ok"
    assert "Сервисный ключ: не работает, источники пока читаются ключом редактора" in readable(seen, wanted)
    assert "Посты на стене" not in readable(seen, wanted)


@pytest.mark.parametrize(
    ("mode", "permissions", "said"),
    [
        ("editor", ["wall"], "Публикует: бот, ключом редактора"),
        ("degraded", [], "Публикует: человек, по ссылке из карточки\n"),
        ("degraded", ["wall"], "Публикует: человек, по ссылке из карточки; кнопкой «Новой записью» — бот"),
    ],
)
def test_status_says_how_posts_come_out(
    world: World, tmp_path: Path, mode: str, permissions: list[str], said: str
) -> None:
    wanted = settings(world, tmp_path)
    storage = Storage.open(wanted.DATABASE_URL)
    upgrade(storage)
    assert "Публикует" not in readable(look(wanted), wanted), "nobody has asked VK yet"
    with storage.begin("test") as unit:
        unit.settings.set("rights", {"mode": mode, "permissions": permissions}, utc_now())
    storage.close()
    assert said in readable(look(wanted), wanted)


def test_status_says_what_stops_messages_where_the_chat_cannot_be_told(world: World, tmp_path: Path) -> None:
    wanted = settings(world, tmp_path)
    storage = Storage.open(wanted.DATABASE_URL)
    upgrade(storage)
    with storage.begin("test") as unit:
        alarms.tell(Context(unit, utc_now(), a_desk()), "vk_messages", "chat_gone")
    storage.close()
    assert "мешает: Чат модераторов недоступен" in readable(look(wanted), wanted)
