"""The command ``check``: everything the desk depends on is looked at, one line each, with what to do.

Only reads are made.  What concerns VK itself is asked in ``check_vk.py``.
"""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

import click
from dotenv import dotenv_values
from pydantic import SecretStr

from bot.config import Settings
from bot.config_file import ConfigError, read_settings
from bot.database import FINDINGS, location
from bot.faults import FAILED, USAGE, storage_sentence
from editorial.rubrics import RED_WARNINGS
from handlers import keeping
from storage.audit import check as audit
from storage.errors import SchemaMissing, StorageError
from storage.migrate import HEAD
from storage.unit import DatabaseFacts, Storage

State = Literal["ok", "warning", "failed"]
MEGABYTE: Final = 1024 * 1024
#: Free space on the database's disk below which people are warned, and below which the check fails.
LITTLE: Final = 500 * MEGABYTE
NONE: Final = 50 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at: what was found, and what to do about it when it is not well."""

    name: str
    state: State
    text: str
    do: str = ""


def run(config_file: Path | None, *, as_json: bool) -> int:
    """Look at everything and print it; 1 when something failed, 2 when the configuration cannot be used."""
    try:
        settings = read_settings(config_file)
    except ConfigError as error:
        if not as_json:
            raise
        _print([Line("configuration", "failed", fault) for fault in error.faults], as_json=True)
        return USAGE
    lines = [*configuration(config_file or Path("config.env"))]
    lines += _database(settings)
    from bot.check_vk import vk

    lines += vk(settings, moderators_chat(settings))
    if settings.networks:
        from bot.check_networks import networks

        lines += networks(settings)
    _print(lines, as_json=as_json)
    return FAILED if any(line.state == "failed" for line in lines) else 0


def _print(lines: list[Line], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1))
        return
    for line in lines:
        click.echo(f"{line.state:<8} {line.text}" + (f" → {line.do}" if line.do else ""))


# -- configuration -----------------------------------------------------------------------------------------


def configuration(path: Path) -> Iterator[Line]:
    """The lines about the file of settings."""
    if not path.is_file():
        yield Line("configuration", "ok", "настройки: из переменных окружения, файла config.env нет")
        return
    yield Line("configuration", "ok", f"настройки: {path}")
    written = dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    secrets = [name for name, field in Settings.model_fields.items() if field.annotation is SecretStr]
    if path.stat().st_mode & stat.S_IROTH and any(written.get(name) for name in secrets):
        yield Line(
            "configuration_secrecy",
            "warning",
            f"{path} могут прочитать другие пользователи машины, а в нём ключи",
            f"chmod o= {path}",
        )
    known = {spelled for name in Settings.model_fields for spelled in (name, f"{name}_FILE")}
    strange = sorted(set(written) - known)
    if strange:
        yield Line(
            "configuration_names",
            "warning",
            f"в {path} незнакомые имена, они не действуют: {', '.join(strange)}",
            "сверьте с okmo-bot config",
        )


# -- database ----------------------------------------------------------------------------------------------


def _database(settings: Settings) -> Iterator[Line]:
    path = location(settings)
    if path is not None:
        yield _disk(path)
        if not path.is_file():
            yield Line("database", "ok", f"базы {path} ещё нет, её создаст okmo-bot run")
            return
    storage = Storage.open(settings.DATABASE_URL)
    try:
        yield _version(storage.facts())
        yield _whole(storage)
        yield from _rubrics(storage, settings)
    except SchemaMissing:
        yield Line("database", "warning", "база пуста или от прежней версии", "okmo-bot db upgrade")
    except StorageError as error:
        yield Line("database", "failed", f"база: {storage_sentence(error)}")
    finally:
        storage.close()


def _rubrics(storage: Storage, settings: Settings) -> Iterator[Line]:
    """Settings name rubrics by their codes; the editors may have taken one away."""
    with storage.read() as unit:
        known = {RED_WARNINGS, *(row["code"] for row in keeping.rubric_rows(unit))}
    strange = sorted(settings.four_eyes - known)
    if strange:
        text = f"FOUR_EYES: таких рубрик нет: {', '.join(strange)}"
        yield Line("rubrics", "warning", text, "сверьте коды: /рубрики в чате или okmo-bot rubrics export")


def _disk(path: Path) -> Line:
    folder = next((one for one in path.parents if one.is_dir()), Path())
    free = shutil.disk_usage(folder).free
    text = f"место на диске базы: {free / MEGABYTE:.0f} МБ"
    if free < NONE:
        return Line("disk", "failed", text, "освободите место: без него новости не сохраняются")
    if free < LITTLE:
        return Line("disk", "warning", text, "освободите место")
    return Line("disk", "ok", text)


def _version(facts: DatabaseFacts) -> Line:
    what = "SQLite" if facts.dialect == "sqlite" else "PostgreSQL"
    text = f"база: {what} {facts.version}, {facts.size_bytes / MEGABYTE:.1f} МБ"
    if facts.journal_mode:
        text += f", журнал {facts.journal_mode}, запись {facts.synchronous}"
    if facts.wal_reset_defect and facts.journal_mode == "WAL":
        return Line(
            "database", "failed", text + ": эта версия в режиме WAL может терять записанное", "обновите SQLite"
        )
    if facts.revision != HEAD:
        found = facts.revision or "нет"
        return Line(
            "database",
            "warning",
            f"{text}; таблицы версии «{found}», нужна «{HEAD}»",
            "okmo-bot db upgrade, или они обновятся при запуске",
        )
    return Line("database", "ok", text)


def _whole(storage: Storage) -> Line:
    bad = [finding for finding in audit(storage) if finding.level != "ok"]
    if not bad:
        return Line("database_whole", "ok", "база цела, счёт сходится")
    failed = any(finding.level == "failed" for finding in bad)
    told = "; ".join(f"не выполнено «{FINDINGS.get(one.name, one.name)}» {one.detail}".strip() for one in bad)
    return Line(
        "database_whole",
        "failed" if failed else "warning",
        f"проверка базы: {told}",
        "остановите бота и верните копию: okmo-bot db restore ФАЙЛ" if failed else "подробно: okmo-bot db check",
    )


def moderators_chat(settings: Settings) -> int | None:
    """The moderators' chat: as configured, or as learned by ``/настроить``."""
    if settings.VK_MODERATORS_CHAT is not None:
        return settings.VK_MODERATORS_CHAT
    path = location(settings)
    if path is not None and not path.is_file():
        return None
    storage = Storage.open(settings.DATABASE_URL)
    try:
        with storage.read() as unit:
            learned = unit.settings.get("moderators_chat")
    except StorageError:
        return None
    finally:
        storage.close()
    return int(learned) if learned is not None else None
