"""The command line in Russian: how help is laid out and how a usage fault is said.

What the commands are and do is decided in ``cli.py``.
"""

from __future__ import annotations

from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

_HELP = "Показать эту справку."


class Port(click.IntRange):
    """A number of a port; 0 for any free one."""

    def __init__(self) -> None:
        super().__init__(0, 65535)

    def _describe_range(self) -> str:
        return ""


class Command(click.Command):
    """A command whose help and faults are Russian."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[ПАРАМЕТРЫ]")
        super().__init__(*args, **kwargs)
        # click would complain of superfluous words in English; parse_args does it here.
        self.allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        if ctx.args and not isinstance(self, click.Group):
            raise click.UsageError(f"Лишнее в командной строке: {' '.join(ctx.args)}", ctx)
        return rest

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _HELP
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="Использование: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        rows = [row for row in (option.get_help_record(ctx) for option in options) if row]
        if rows:
            with formatter.section("Параметры"):
                formatter.write_dl(rows)


class Group(Command, click.Group):
    """A command with commands of its own."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("subcommand_metavar", "КОМАНДА …")
        super().__init__(*args, **kwargs)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            known = ", ".join(self.list_commands(ctx))
            raise click.UsageError(f"Нет команды «{args[0]}». Есть: {known}", ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # the library's signature
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        rows = [(name, command.get_short_help_str(80)) for name, command in self.commands.items()]
        with formatter.section("Команды"):
            formatter.write_dl(rows)


def usage_fault(fault: click.ClickException) -> list[str]:
    """The Russian sentences for a command line that cannot be understood."""
    if isinstance(fault, NoArgsIsHelpError):
        return [fault.ctx.get_help() if fault.ctx is not None else ""]
    said = _sentence(fault)
    context = getattr(fault, "ctx", None)
    path = context.command_path if context is not None else "okmo-bot"
    return [said, f"Справка: {path} --help"]


def _sentence(fault: click.ClickException) -> str:
    if isinstance(fault, click.NoSuchOption):
        close = f". Похоже на {', '.join(sorted(fault.possibilities))}" if fault.possibilities else ""
        return f"Нет параметра {fault.option_name}{close}"
    if isinstance(fault, click.BadOptionUsage):
        return f"Параметру {fault.option_name} нужно значение"
    if isinstance(fault, click.MissingParameter):
        return f"Не хватает {_named(fault.param)}"
    if isinstance(fault, click.BadParameter):
        return f"{_named(fault.param)}: {_wanted(fault.param)}"
    return fault.message


def _named(param: click.Parameter | None) -> str:
    if param is None:
        return "параметр"
    return param.opts[0] if isinstance(param, click.Option) else str(param.metavar or param.name)


def _wanted(param: click.Parameter | None) -> str:
    kind = param.type if param is not None else None
    if isinstance(kind, Port):
        return "нужно целое число от 0 до 65535"
    if isinstance(kind, click.Choice):
        return f"нужно одно из: {', '.join(map(str, kind.choices))}"
    return "такое значение не подходит"
