"""The commands ``db …`` and the opening of the database for commands that only look at it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from bot.config import Settings
from bot.faults import FAILED, USAGE, Stopped
from storage.engine import database_url, sqlite_path
from storage.errors import BackupFailed
from storage.unit import Storage

#: What each finding of the storage's own check is about.
FINDINGS: Final[dict[str, str]] = {
    "integrity": "файл базы цел",
    "links": "ссылки между таблицами целы",
    "revision": "таблицы этой версии программы",
    "one_post_one_suggestion": "у каждой новости своя запись на стене",
    "decided_without_journal": "каждое решение есть в журнале",
    "sent_without_attempt": "у каждой отправки есть попытка",
    "more_attempts_than_claims": "попыток не больше, чем взято в работу",
    "card_messages_without_card": "у каждого сообщения есть карточка",
    "vanished_suggestions": "ни одна новость не пропала",
    "stuck_in_sending": "ничего не застряло при отправке",
}
_WORDS: Final = {"ok": "да", "warning": "не совсем", "failed": "НЕТ"}


def location(settings: Settings) -> Path | None:
    """The SQLite file of these settings, None for PostgreSQL. Raises Stopped for an unusable address."""
    try:
        return sqlite_path(database_url(settings.DATABASE_URL))
    except ValueError:
        example = "sqlite:///data/okmo.db"
        raise Stopped(
            f"DATABASE_URL: такой адрес базы не годится. Пример: DATABASE_URL={example}", code=USAGE
        ) from None


def opened(settings: Settings) -> Storage:
    """The database, which has to be there. Raises Stopped."""
    path = location(settings)
    if path is not None and not path.is_file():
        raise Stopped(f"Базы {path} ещё нет: её создаёт okmo-bot run или okmo-bot db upgrade")
    return Storage.open(settings.DATABASE_URL)


def upgrade(settings: Settings) -> int:
    """Bring the tables to this version. Raises StorageError."""
    from storage.lease import take_lease
    from storage.migrate import HEAD, current
    from storage.migrate import upgrade as migrate

    location(settings)
    storage = Storage.open(settings.DATABASE_URL)
    try:
        if current(storage) == HEAD:
            click.echo(f"Таблицы уже этой версии ({HEAD})")
            return 0
        with take_lease(storage):
            migrate(storage)
    finally:
        storage.close()
    click.echo(f"Таблицы обновлены ({HEAD})")
    return 0


def backup(settings: Settings, file: Path) -> int:
    """Write a consistent copy to ``file``. Raises Stopped, StorageError."""
    from storage.backup import backup as copy

    storage = opened(settings)
    try:
        size = copy(storage, file)
    except BackupFailed as fault:
        raise Stopped(
            "Копия не снята: проверьте папку, права и место на диске", f"Подробность: {fault.detail}"
        ) from fault
    finally:
        storage.close()
    click.echo(f"Копия готова: {file}, {size / 1024:.0f} КБ. Держите её и на другой машине")
    return 0


def restore(settings: Settings, file: Path) -> int:
    """Put the copy in the place of the database. Raises Stopped, StorageError."""
    from storage.backup import restore as bring_back

    location(settings)
    try:
        kept = bring_back(file, settings.DATABASE_URL)
    except BackupFailed as fault:
        raise Stopped(
            f"Из {file} вернуть базу нельзя: файла нет, он повреждён или это не копия базы. База осталась прежней",
            f"Подробность: {fault.detail}",
        ) from fault
    click.echo("База возвращена из копии" + (f". Прежняя сохранена: {kept}" if kept is not None else ""))
    return 0


def check(settings: Settings) -> int:
    """Print what the storage's own check found; 1 when something is broken."""
    from storage.audit import check as audit

    storage = opened(settings)
    try:
        found = audit(storage)
    finally:
        storage.close()
    for finding in found:
        detail = f" ({finding.detail})" if finding.detail and finding.level != "ok" else ""
        click.echo(f"{_WORDS[finding.level]:<10} {FINDINGS.get(finding.name, finding.name)}{detail}")
    if any(finding.level == "failed" for finding in found):
        click.echo("База повреждена. Остановите бота и верните копию: okmo-bot db restore ФАЙЛ", err=True)
        return FAILED
    return 0
