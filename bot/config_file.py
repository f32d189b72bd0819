"""``config.env`` and the environment: read into the settings, checked all at once; ``config.example.env`` printed.

Which settings there are, and what each has to be, stands in ``config``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from bot.config import Settings

#: Settings for which an empty value means something of its own; elsewhere empty is the same as absent.
_EMPTY_COUNTS: Final = frozenset(
    {"QUIET_HOURS", "LETTERS_QUIET_HOURS", "DIGEST_DAILY", "REMIND_AFTER_HOURS", "REMIND_TOMORROW_AT"}
)

#: Settings that switch a network on together.
_TOGETHER: Final = (
    ("TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID"),
    ("MAX_TOKEN", "MAX_CHAT_ID"),
    ("OK_APPLICATION_KEY", "OK_SECRET_KEY", "OK_ACCESS_TOKEN", "OK_GROUP_ID"),
    ("FEED_DIR", "FEED_BASE_URL"),
    ("WORDPRESS_URL", "WORDPRESS_USER", "WORDPRESS_APP_PASSWORD"),
    ("WEBHOOK_URL", "WEBHOOK_SECRET"),
)


@dataclass
class ConfigError(Exception):
    """The configuration cannot be used; ``faults`` are Russian sentences, one per fault."""

    faults: list[str]

    def __str__(self) -> str:
        return "\n".join(self.faults)


def read_settings(config_file: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from the file and the environment; the environment wins, a ``*_FILE`` wins over both.

    ``config_file`` None: ``config.env`` in the working directory, if there is one.

    Raises:
        ConfigError: with every fault found.
    """
    env = os.environ if environment is None else environment
    faults: list[str] = []
    values = _from_file(config_file, faults)
    values.update({name: env[name] for name in _names() if name in env})
    _read_secret_files(values, faults)
    present = {name: value for name, value in values.items() if value.strip() or name in _EMPTY_COUNTS}
    known = {name: value.strip() for name, value in present.items() if name in Settings.model_fields}
    faults += _half_networks(known)
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        faults.extend(_explain(item) for item in error.errors(include_url=False, include_input=False))
        raise ConfigError(faults) from None
    if faults:
        raise ConfigError(faults)
    return settings


def _half_networks(known: Mapping[str, str]) -> list[str]:
    """A network is switched on by all its settings or by none."""
    faults = []
    for names in _TOGETHER:
        given = [name for name in names if known.get(name)]
        missing = [name for name in names if name not in given]
        if given and missing:
            examples = ", ".join(f"{name}={_extra(Settings.model_fields[name], 'example')}" for name in missing)
            said = f"{given[0]} задано, а {', '.join(missing)} нет: нужно всё или ничего"
            faults.append(f"{said}. Пример: {examples}")
    return faults


def _names() -> list[str]:
    return [spelled for name in Settings.model_fields for spelled in (name, f"{name}_FILE")]


def _from_file(config_file: Path | None, faults: list[str]) -> dict[str, str]:
    path = config_file or Path("config.env")
    try:
        if not path.is_file():
            if config_file is not None:
                faults.append(f"{path}: файла настроек нет. Создайте его: okmo-bot config > {path}")
            return {}
        read = dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    except PermissionError:
        faults.append(
            f"{path}: файл настроек не читается, нет прав. "
            "Запустите от имени пользователя бота или откройте файл для него"
        )
        return {}
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path}: файл настроек не читается ({type(error).__name__}). Нужен текст в UTF-8")
        return {}
    return {name: value or "" for name, value in read.items()}


def _read_secret_files(values: dict[str, str], faults: list[str]) -> None:
    for name in Settings.model_fields:
        path = values.get(f"{name}_FILE", "").strip()
        if not path:
            continue
        try:
            values[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            faults.append(
                f"{name}_FILE: файл {path} не читается. Пример: {name}_FILE=/run/credentials/okmo-bot.service/key"
            )


_WORDS: Final[dict[str, str]] = {
    "missing": "не задано, а без этого работать нельзя",
    "int_parsing": "нужно целое число",
    "int_from_float": "нужно целое число",
    "float_parsing": "нужно число",
    "bool_parsing": "нужно true или false",
}


def _explain(item: Any) -> str:
    name = str(item["loc"][0])
    field = Settings.model_fields.get(name)
    kind = str(item["type"])
    wrong = _WORDS.get(kind)
    if wrong is None:
        wrong = str(item["msg"]).removeprefix("Value error, ")
    return f"{name}: {wrong}. Пример: {name}={_extra(field, 'example')}"


def _extra(field: FieldInfo | None, key: str) -> str:
    extra: Any = field.json_schema_extra if field is not None else None
    return str(extra.get(key, "")) if isinstance(extra, dict) else ""


def example_env() -> str:
    """The text of ``config.example.env``."""
    lines = [
        "# Настройки бота новостей. Скопируйте в config.env и заполните ключи.",
        "# Те же имена работают как переменные окружения; они важнее файла.",
        "# Любой ключ можно держать в отдельном файле: ИМЯ_FILE=/путь, такой файл важнее всего.",
    ]
    for name, field in Settings.model_fields.items():
        section = _extra(field, "section")
        if section:
            lines += ["", f"# --- {section} ---"]
        lines += ["", f"# {field.description}"]
        lines.append(_example_line(name, field))
    return "\n".join(lines) + "\n"


def _example_line(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return f"{name}="
    default = field.get_default(call_default_factory=True)
    shown = default.get_secret_value() if isinstance(default, SecretStr) else default
    if shown is None or shown == "":
        return f"# {name}={_extra(field, 'example')}"
    return f"{name}={_plain(shown)}"


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
