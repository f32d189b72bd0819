"""What stopped a command, as Russian sentences and an exit code. A traceback is never shown to people."""

from __future__ import annotations

import errno
import traceback
from typing import Final

#: Wrong usage or configuration; everything else that failed is 1.
USAGE: Final = 2
FAILED: Final = 1

_STORAGE: Final[dict[str, str]] = {
    "AlreadyRunning": "С этой базой уже работает другой бот. Остановите его или укажите другую DATABASE_URL",
    "Busy": "База занята другой программой. Повторите через минуту",
    "Corrupt": "Файл базы повреждён или это не база. Верните копию: okmo-bot db restore ФАЙЛ",
    "Full": "На диске нет места. Освободите место и повторите",
    "ReadOnly": "В базу нельзя писать: проверьте владельца и права файла и папки",
    "Unavailable": "База не открывается: проверьте DATABASE_URL, папку и права",
    "SchemaTooNew": "Базу вела более новая версия программы. Обновите программу или верните прежнюю копию базы",
    "SchemaMissing": "База пуста или от прежней версии. Выполните: okmo-bot db upgrade",
}
#: What the system says about a file, in words.
_WHY: Final[dict[int, str]] = {
    errno.EACCES: "нет прав",
    errno.EPERM: "нет прав",
    errno.ENOENT: "такого нет",
    errno.EEXIST: "такое уже есть",
    errno.EISDIR: "это папка",
    errno.ENOTDIR: "часть пути не папка",
    errno.ENOSPC: "на диске нет места",
    errno.EROFS: "сюда нельзя писать",
}
_SHOW_DETAIL: Final = frozenset({"StorageError", "Unavailable"})


class Stopped(Exception):
    """A command cannot go on; ``sentences`` are what people read, ``code`` is the exit code."""

    def __init__(self, *sentences: str, code: int = FAILED) -> None:
        super().__init__(*sentences)
        self.sentences = list(sentences)
        self.code = code


def storage_sentence(error: Exception) -> str:
    """What to tell about an error of the storage."""
    name = type(error).__name__
    said = _STORAGE.get(name, "База не сделала того, о чём просили")
    detail = str(getattr(error, "detail", ""))
    return f"{said} ({detail})" if detail and name in _SHOW_DETAIL else said


def explained(error: Exception) -> tuple[list[str], int]:
    """The sentences and the exit code for anything a command may raise."""
    from bot.config_file import ConfigError
    from storage.errors import StorageError

    if isinstance(error, Stopped):
        return error.sentences, error.code
    if isinstance(error, ConfigError):
        return error.faults, USAGE
    if isinstance(error, StorageError):
        return [storage_sentence(error)], FAILED
    if isinstance(error, OSError) and error.filename:
        why = _WHY.get(error.errno or 0, error.strerror)
        return [f"Не получилось прочитать или записать {error.filename} ({why})"], FAILED
    _log(error)
    return [f"Непредвиденная ошибка ({type(error).__name__}). Строка для разработчика — в журнале выше"], FAILED


def _log(error: Exception) -> None:
    import structlog

    from bot import log as journal

    if not structlog.is_configured():
        journal.configure("INFO", "")
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.name}:{frame.lineno}" for frame in frames[-4:]]
    structlog.get_logger("cli").error("command_fault", error=type(error).__name__, detail=str(error), where=where)
