"""The commands: what each is called, what it takes and whom it asks to do the work.

Every command returns its exit code: 0 fine, 1 what was asked did not succeed, 2 wrong usage or configuration.
Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot import console, faults

if TYPE_CHECKING:
    from bot.config import Settings

_CONFIG = "okmo.config"
_Function = TypeVar("_Function", bound=Callable[..., Any])
_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


def answer(arguments: list[str]) -> int:
    """Carry out one command line; returns the exit code. Faults are told on stderr."""
    _speak_any_terminal()
    try:
        code = bot.main(arguments, prog_name="okmo-bot", standalone_mode=False)
    except click.ClickException as fault:
        return _say(console.usage_fault(fault), faults.USAGE)
    except click.Abort:
        return _say(["Прервано"], faults.FAILED)
    except Exception as error:  # noqa: BLE001  # every fault ends in a sentence and an exit code
        return _say(*faults.explained(error))
    return int(code or 0)


def _say(sentences: list[str], code: int) -> int:
    for sentence in sentences:
        click.echo(sentence, err=True)
    return code


def _speak_any_terminal() -> None:
    # A terminal without Russian letters gets question marks, not a failure.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _keep_config(ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.meta[_CONFIG] = value


def _config_option(function: _Function) -> _Function:
    return click.option(
        "--config",
        metavar="ФАЙЛ",
        type=click.Path(path_type=Path, readable=False),  # whoever reads it says what is wrong
        expose_value=False,
        callback=_keep_config,
        help="Файл настроек вместо config.env.",
    )(function)


_file_argument = click.argument("file", metavar="ФАЙЛ", type=click.Path(path_type=Path, readable=False))


def _settings() -> Settings:
    """The settings this command line asks for. Raises ConfigError."""
    from bot.config_file import read_settings

    return read_settings(click.get_current_context().meta.get(_CONFIG))


@click.group(cls=console.Group, context_settings=_SETTINGS, help="Бот новостей для сообщества ВКонтакте.")
@_config_option
def bot() -> None:
    """The root of all commands."""


@bot.command(help="Служба: принимает новости, ведёт очередь, публикует, пишет авторам.")
@_config_option
def run() -> int:
    gc.disable()  # nothing made at the start is garbage, and looking for it takes a tenth of the start
    from bot.runner import serve

    return serve(_settings())


@bot.command(help="Показ без ключей: песочница и бот рядом. Ctrl-C останавливает обоих.")
@click.option("--once", is_flag=True, help="Провести одну новость до конца самому и выйти.")
@click.option("--port", metavar="ПОРТ", type=console.Port(), help="Порт страницы, 8100; 0 — любой свободный.")
def demo(once: bool, port: int | None) -> int:
    from bot import demo as demonstration

    return demonstration.play_once(port or 0) if once else demonstration.show(8100 if port is None else port)


@bot.command(help="Только песочница: ВКонтакте понарошку, со страницей для автора и модератора.")
@click.option("--host", metavar="АДРЕС", default="127.0.0.1", help="Адрес, на котором слушать, 127.0.0.1.")
@click.option("--port", metavar="ПОРТ", type=console.Port(), default=8100, help="Порт, 8100; 0 — любой свободный.")
def sandbox(host: str, port: int) -> int:
    from bot.children import Child, asked_to_end

    with asked_to_end() as asked, Child("sandbox", "--host", host, "--port", str(port)) as child:
        while not asked.wait(0.2):
            if child.ended() is not None:
                raise faults.Stopped(f"Песочница остановилась сама, код {child.ended()}")
    return 0


@bot.command(help="Самопроверка: настройки, база, часы, ключи и права, чат. Ничего не публикует.")
@click.option("--json", "as_json", is_flag=True, help="Ответ в JSON.")
@_config_option
def check(as_json: bool) -> int:
    from bot import check as selfcheck

    return selfcheck.run(click.get_current_context().meta.get(_CONFIG), as_json=as_json)


@bot.command(help="Что в очереди, что выйдет дальше, живы ли ключи.")
@click.option("--json", "as_json", is_flag=True, help="Ответ в JSON.")
@_config_option
def status(as_json: bool) -> int:
    from bot import status as state

    return state.run(_settings(), as_json=as_json)


@bot.group(help="Ключи ВКонтакте.")
@_config_option
def token() -> None:
    """Commands about keys."""


@token.command("set", help="Заменить ключ без перезапуска. Сам ключ читается из стандартного ввода.")
@click.argument("kind", metavar="user|group", type=click.Choice(["user", "group"]))
@_config_option
def token_set(kind: str) -> int:
    from bot import key_change

    return key_change.replace(_settings(), "user" if kind == "user" else "group")


@bot.group(help="База: обновление, копия, возврат, проверка.")
@_config_option
def db() -> None:
    """Commands about the database."""


@db.command("upgrade", help="Привести таблицы к этой версии программы.")
@_config_option
def db_upgrade() -> int:
    from bot import database

    return database.upgrade(_settings())


@db.command("backup", help="Снять целую копию; бот при этом может работать.")
@_file_argument
@_config_option
def db_backup(file: Path) -> int:
    from bot import database

    return database.backup(_settings(), file)


@db.command("restore", help="Вернуть копию на место базы; бот должен быть остановлен.")
@_file_argument
@_config_option
def db_restore(file: Path) -> int:
    from bot import database

    return database.restore(_settings(), file)


@db.command("check", help="Проверить, что база цела и счёт сходится.")
@_config_option
def db_check() -> int:
    from bot import database

    return database.check(_settings())


def _table(name: str, about: str, export: str, take: str) -> None:
    """The commands about a table the editors keep: it is written as CSV, and read."""

    @bot.group(name, help=about)
    @_config_option
    def table() -> None:
        """Commands about one table."""

    @table.command("export", help=export)
    @_file_argument
    @_config_option
    def write(file: Path) -> int:
        from bot import keeping

        return keeping.EXPORTS[name](_settings(), file)

    @table.command("import", help=take)
    @_file_argument
    @_config_option
    def read(file: Path) -> int:
        from bot import keeping

        return keeping.IMPORTS[name](_settings(), file)


_table(
    "lists",
    "Списки редакции: иноагенты, стоп-слова, пороги, выборы.",
    "Записать все списки в таблицу CSV.",
    "Взять списки из таблицы CSV: названные в ней заменяются целиком.",
)
_table(
    "regions",
    "Справочник регионов: названия, округа, пояса, хештеги, выражения.",
    "Записать справочник регионов в таблицу CSV.",
    "Взять строки из таблицы CSV; работающий бот увидит их сам.",
)
_table(
    "rubrics",
    "Рубрики: названия, хештеги, слова, по которым рубрика угадывается.",
    "Записать рубрики в таблицу CSV.",
    "Взять рубрики из таблицы CSV: в ней весь список, других не останется.",
)


@bot.command(help="Напечатать образец файла настроек config.example.env.")
def config() -> int:
    from bot.config_file import example_env

    click.echo(example_env(), nl=False)
    return 0
