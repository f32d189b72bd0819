"""The settings: read literally, all faults told at once in Russian, secrets never shown."""

from __future__ import annotations

import ast
import contextlib
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import config
from bot.config import Settings
from bot.config_file import ConfigError, read_settings

KEYS = {"VK_GROUP_ID": "1", "VK_GROUP_TOKEN": "group-key"}


def settings_of(folder: Path, text: str, **environment: str) -> Settings:
    file = folder / "config.env"
    file.write_text(text, encoding="utf-8")
    return read_settings(file, environment)


def faults_of(**environment: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_settings(None, environment)
    return caught.value.faults


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# -- faults ------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_each_with_name_reason_and_example() -> None:
    faults = faults_of(
        VK_GROUP_ID="-5", PUBLISH_MIN_GAP="час", TIMEZONE="Europe/Moskva", QUIET_HOURS="ночью", LOG_LEVEL="всё"
    )

    names = ["VK_GROUP_ID", "VK_GROUP_TOKEN", "PUBLISH_MIN_GAP", "TIMEZONE", "QUIET_HOURS", "LOG_LEVEL"]
    assert sorted(fault.split(":")[0] for fault in faults) == sorted(names)
    for fault in faults:
        name = fault.split(":")[0]
        assert f"Пример: {name}=" in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VK_GROUP_ID", "-1"),
        ("VK_GROUP_ID", "okmo_news"),
        ("VK_GROUP_TOKEN", "два слова"),
        ("VK_API_URL", "api.vk.ru/method"),
        ("DATABASE_URL", "mysql://host/base"),
        ("DATABASE_URL", "sqlite://"),
        ("PUBLISH_SLOTS", "каждый день в девять"),
        ("PUBLISH_DAILY_LIMIT", "-1"),
        ("CARDS_BURST", "много"),
        ("KEEP_EVENTS_DAYS", "1"),
        ("RECONCILE_SECONDS", "0"),
        ("LOG_FORMAT", "xml"),
        ("METRICS_PORT", "70000"),
        ("TELEGRAM_PROXY", "127.0.0.1:3128"),
        ("TELEGRAM_PROXY", "ftp://127.0.0.1"),
        ("MAX_CA_FILE", "/dev/null"),
        ("MAX_CA_FILE", "/nowhere/root.pem"),
    ],
)
def test_a_value_that_cannot_work_is_refused_in_russian(name: str, value: str) -> None:
    [fault] = faults_of(**{**KEYS, name: value})

    assert fault.startswith(f"{name}: ")
    assert any("а" <= letter <= "я" for letter in fault.split("Пример")[0])


def test_the_password_of_a_site_is_not_sent_openly() -> None:
    site = {"WORDPRESS_USER": "bot", "WORDPRESS_APP_PASSWORD": "abcd efgh"}
    [fault] = faults_of(**KEYS, **site, WORDPRESS_URL="http://site.example")
    assert fault.startswith("WORDPRESS_URL: нужен адрес, который начинается с https://")
    here = read_settings(None, {**KEYS, **site, "WORDPRESS_URL": "http://127.0.0.1:8080"})
    assert here.WORDPRESS_URL == "http://127.0.0.1:8080"


def test_a_missing_file_that_was_asked_for_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"файла настроек нет"):
        read_settings(tmp_path / "nowhere.env", KEYS)


def test_a_file_that_is_no_text_is_a_fault_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "config.env").write_bytes(b"VK_GROUP_ID=\xff\xfe\x00")

    with pytest.raises(ConfigError, match=r"не читается"):
        read_settings(tmp_path / "config.env", KEYS)


# -- where values come from --------------------------------------------------------------------------------


def test_without_a_file_the_environment_is_enough() -> None:
    assert read_settings(None, KEYS).VK_GROUP_ID == 1


def test_config_env_in_the_working_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.env").write_text("VK_GROUP_ID=7\nVK_GROUP_TOKEN=group-key\n", encoding="utf-8")

    assert read_settings(None, {}).VK_GROUP_ID == 7


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "VK_GROUP_ID=7\nVK_GROUP_TOKEN=group-key\nCARDS_BURST=3", CARDS_BURST="5")

    assert (settings.VK_GROUP_ID, settings.CARDS_BURST) == (7, 5)


def test_a_key_file_wins_over_both(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("key-from-file\n", encoding="utf-8")

    settings = settings_of(
        tmp_path,
        "VK_GROUP_ID=1\nVK_GROUP_TOKEN=group-key\nVK_USER_TOKEN=key-from-env-file",
        VK_USER_TOKEN="key-from-environment",
        VK_USER_TOKEN_FILE=str(tmp_path / "key"),
    )

    assert settings.VK_USER_TOKEN.get_secret_value() == "key-from-file"


def test_a_key_file_that_cannot_be_read_is_told_beside_the_other_faults() -> None:
    faults = faults_of(VK_GROUP_ID="нет", VK_GROUP_TOKEN="group-key", VK_USER_TOKEN_FILE="/nowhere/key")

    assert [fault.split(":")[0] for fault in faults] == ["VK_USER_TOKEN_FILE", "VK_GROUP_ID"]


def test_a_settings_file_in_a_closed_folder_is_a_fault_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", closed)

    with pytest.raises(ConfigError) as caught:
        read_settings(tmp_path / "config.env", {})
    assert caught.value.faults[0] == (
        f"{tmp_path / 'config.env'}: файл настроек не читается, нет прав. "
        "Запустите от имени пользователя бота или откройте файл для него"
    )


# -- T-83: values are taken literally ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sqlite:///data/мои новости.db", "sqlite:///data/мои новости.db"),
        ("postgresql://okmo:pa!ss@127.0.0.1/okmo", "postgresql://okmo:pa!ss@127.0.0.1/okmo"),
        ("postgresql://okmo:pa$HOME@127.0.0.1/okmo", "postgresql://okmo:pa$HOME@127.0.0.1/okmo"),
        ("postgresql://okmo:pa${HOME}@127.0.0.1/okmo", "postgresql://okmo:pa${HOME}@127.0.0.1/okmo"),
        ('"postgresql://okmo:pa#ss@127.0.0.1/okmo"', "postgresql://okmo:pa#ss@127.0.0.1/okmo"),
        ("'postgresql://okmo:pa #ss@127.0.0.1/okmo'", "postgresql://okmo:pa #ss@127.0.0.1/okmo"),
        ("postgresql://okmo:pa#ss@127.0.0.1/okmo", "postgresql://okmo:pa#ss@127.0.0.1/okmo"),
    ],
)
def test_t83_spaces_and_signs_in_a_value_are_read_as_they_stand(tmp_path: Path, written: str, read: str) -> None:
    settings = settings_of(tmp_path, f"VK_GROUP_ID=1\nVK_GROUP_TOKEN=group-key\nDATABASE_URL={written}\n")

    assert read == settings.DATABASE_URL


def test_t83_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "config.env").write_bytes("\ufeffVK_GROUP_ID=7\r\nVK_GROUP_TOKEN=group-key\r\n".encode())

    settings = read_settings(tmp_path / "config.env", {})

    assert (settings.VK_GROUP_ID, settings.VK_GROUP_TOKEN.get_secret_value()) == (7, "group-key")


# -- T-84: unset and empty ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("PUBLISH_MIN_GAP", 60),
        ("CARDS_BURST", 20),
        ("METRICS_PORT", None),
        ("VK_MODERATORS_CHAT", None),
        ("TIMEZONE", "Europe/Moscow"),
        ("LOG_FORMAT", ""),
    ],
)
@pytest.mark.parametrize("value", [None, "", "   "])
def test_t84_an_empty_value_is_the_same_as_none_at_all(name: str, default: object, value: str | None) -> None:
    given = {} if value is None else {name: value}

    assert getattr(read_settings(None, {**KEYS, **given}), name) == default


def test_t84_empty_quiet_hours_mean_that_there_are_none() -> None:
    assert read_settings(None, KEYS).plan.quiet is not None
    assert read_settings(None, {**KEYS, "QUIET_HOURS": ""}).plan.quiet is None


@pytest.mark.parametrize(
    ("value", "on"),
    [
        (None, False),
        ("", False),
        *((word, False) for word in ("false", "False", "0", "no", "off", "нет", "Нет")),
        *((word, True) for word in ("true", "True", "1", "yes", "on", "да", "Да")),
    ],
)
def test_t84_a_switch_is_on_only_when_it_says_so(value: str | None, on: bool) -> None:
    given = {} if value is None else {"QUEUE_OVERVIEW": value}

    assert read_settings(None, {**KEYS, **given}).QUEUE_OVERVIEW is on


@pytest.mark.parametrize("value", ["maybe", "-1", "1e999", "\x00"])
def test_t84_what_cannot_be_used_is_refused_in_russian(value: str) -> None:
    told = []
    for name in Settings.model_fields:
        with contextlib.suppress(ConfigError):
            read_settings(None, {**KEYS, name: value})
            continue
        told += faults_of(**{**KEYS, name: value})

    assert told
    assert [fault for fault in told if re.search("Input|should|Invalid|must", fault)] == []


@pytest.mark.parametrize("value", ["false", "нет", "0.5"])
def test_t84_a_word_where_a_number_belongs_is_refused_not_guessed(value: str) -> None:
    [fault] = faults_of(**KEYS, PUBLISH_MIN_GAP=value)

    assert "нужно целое число" in fault


def test_t84_zero_is_a_number_of_its_own() -> None:
    settings = read_settings(None, {**KEYS, "PUBLISH_MIN_GAP": "0", "CARDS_BURST": "0"})

    assert (settings.PUBLISH_MIN_GAP, settings.CARDS_BURST) == (0, 0)


def test_half_networks_are_told_of_together_with_every_other_fault() -> None:
    told = faults_of(**KEYS, LOG_LEVEL="loud", TELEGRAM_BOT_TOKEN="1:key", WORDPRESS_USER="bot", FEED_DIR="x")

    assert [fault.split(" ")[0].strip(":") for fault in told] == [
        "TELEGRAM_BOT_TOKEN",
        "FEED_DIR",
        "WORDPRESS_USER",
        "LOG_LEVEL",
    ]
    assert all("Пример: " in fault for fault in told)


@pytest.mark.parametrize("number", ["12", "-100", "2000000000"])
def test_the_moderators_chat_is_no_dialog(number: str) -> None:
    [fault] = faults_of(**KEYS, VK_MODERATORS_CHAT=number)

    assert "2000000000" in fault
    assert "/настроить" in fault


# -- secrets -----------------------------------------------------------------------------------------------


def test_keys_never_print() -> None:
    settings = read_settings(None, {**KEYS, "VK_USER_TOKEN": "editor-key"})

    for shown in (repr(settings), str(settings), f"{settings.VK_USER_TOKEN}", repr(settings.model_dump())):
        assert "group-key" not in shown
        assert "editor-key" not in shown


def test_the_password_of_the_database_does_not_print_either() -> None:
    settings = read_settings(None, {**KEYS, "DATABASE_URL": "postgresql://okmo:sesame@127.0.0.1/okmo"})

    assert "sesame" not in repr(settings) + str(settings)


def test_a_faulty_key_is_not_repeated_in_its_fault() -> None:
    [fault] = faults_of(VK_GROUP_ID="1", VK_GROUP_TOKEN="secret key")

    assert "secret" not in fault


def test_every_setting_is_read_by_some_part_of_the_program() -> None:
    """A setting that is declared, checked and documented, and that nobody reads, is a promise not kept."""
    sources = {path.name: ast.parse(path.read_text("utf-8")) for path in Path(config.__file__).parent.rglob("*.py")}
    del sources["config_file.py"]
    own = next(node for node in sources.pop("config.py").body if getattr(node, "name", "") == "Settings")
    read = {node.attr for tree in sources.values() for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    read |= {
        node.value
        for tree in sources.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    derived = {one.name: one for one in ast.walk(own) if isinstance(one, ast.FunctionDef) and one.name in read}
    for one in derived.values():
        read |= {node.attr for node in ast.walk(one) if isinstance(node, ast.Attribute)}
    assert [name for name in Settings.model_fields if name not in read] == []


def test_t80_every_key_is_a_secret() -> None:
    told = re.compile("TOKEN|SECRET|PASSWORD|_KEY$|PROXY")
    open_ones = {
        name for name, one in Settings.model_fields.items() if told.search(name) and one.annotation is not SecretStr
    }
    assert open_ones == {"OK_APPLICATION_KEY"}, "the public one"
