"""The rules of the house: documents and code agree, packages keep to their place, nothing private is tracked."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import click
import pytest

from bot.cli import bot as root_command
from bot.config import Settings, example_env

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "handlers", "storage", "editorial", "sandbox")
COMMANDS = (
    "run",
    "demo",
    "sandbox",
    "check",
    "status",
    "token set",
    "db upgrade",
    "db backup",
    "db restore",
    "db check",
    "lists export",
    "lists import",
    "regions export",
    "regions import",
    "config",
)
TARGETS = ("demo", "run", "test", "check", "bench", "help")

#: Spelled in halves, so that this file does not hold what it looks for.
REGISTRIES = tuple(
    a + b for a, b in (("py", "pi.org"), ("python", "hosted.org"), ("npm", "js.org"), ("--index", "-url"))
)
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + r"Error")
TOKENS = re.compile(r"vk[12]\.a\.[A-Za-z0-9_-]{20,}|[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}|whsec_[A-Za-z0-9+/]{24,}")
HOMES = re.compile(r"(?<![\w.:/-])/(?:ho" + r"me|Us" + r"ers|ro" + r"ot|wo" + r"rk)/\w+")
TEXT = {".py", ".md", ".toml", ".txt", ".in", ".env", ".service", ".json", ".js", ".css", ".html", ".csv", ""}


@cache
def tracked() -> tuple[Path, ...]:
    """The project's own files: what git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return tuple(ROOT / name for name in sorted(set(listed)) if name and (ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    """The text of every tracked file, by its name in the project."""
    found = {path.relative_to(ROOT).as_posix(): path for path in tracked() if path.suffix in TEXT}
    return {name: path.read_text(encoding="utf-8", errors="replace") for name, path in found.items()}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def offenders(pattern: re.Pattern[str], names: list[str] | None = None) -> list[str]:
    return [
        f"{name}:{number}"
        for name, text in texts().items()
        if names is None or name in names
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


# -- packages ----------------------------------------------------------------------------------------------


def test_every_package_imports_only_what_it_may() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)

    assert done.returncode == 0, done.stdout


def test_every_package_on_disk_is_shipped_and_its_init_is_empty() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    found = [
        path
        for name in texts()
        if name.endswith("/__init__.py") and name.split("/")[0] in PACKAGES
        for path in [ROOT / name]
    ]

    assert {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in found} == set(
        project["tool"]["setuptools"]["packages"]
    )
    assert [path for path in found if path.read_text(encoding="utf-8").strip()] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, text in texts().items()
        if name.endswith(".py")
        and name.split("/")[0] in PACKAGES
        and not name.endswith("__init__.py")
        and "/migrations/" not in name
        and not ast.get_docstring(ast.parse(text))
    ]

    assert silent == []


# -- documents ---------------------------------------------------------------------------------------------


def test_the_example_of_settings_is_the_one_the_program_prints() -> None:
    assert read("config.example.env") == example_env()


def test_every_setting_is_explained_with_an_example() -> None:
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        assert field.description, name
        assert isinstance(extra, dict), name
        assert extra["example"], name
        assert re.search(rf"^#? ?{name}=", example_env(), re.MULTILINE), name


def test_every_setting_named_in_a_document_exists() -> None:
    named = re.compile(
        r"\b((?:VK|PUBLISH|KEEP|CARDS|RECONCILE|LOG|METRICS|DATABASE|QUIET|LETTERS|DATA)_[A-Z_]+[A-Z])\b"
    )
    known = {spelled for name in Settings.model_fields for spelled in (name, f"{name}_FILE")}
    documents = ("README.md", "README.ru.md", "CONTRIBUTING.md", "docs/okmo-bot.service")

    assert {word for name in documents for word in named.findall(read(name))} <= known


def targets() -> dict[str, str]:
    return dict(re.findall(r"^([a-z]+):[^\n#]*(?:## ([^\n]+))?$", read("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("name", TARGETS)
def test_make_knows_the_target_and_says_what_it_does(name: str) -> None:
    assert targets()[name]


@pytest.mark.parametrize("name", ["README.md", "README.ru.md", "CONTRIBUTING.md", ".ci/run"])
def test_every_make_command_of_a_document_exists(name: str) -> None:
    lines = [
        line.split("#")[0] for line in re.findall(r"(?:`|^|&& |sudo )(make [a-z ]+)", read(name), re.MULTILINE)
    ]
    asked = {word for line in lines for word in line.split()[1:]}

    assert asked <= targets().keys(), name


def test_the_readme_begins_with_the_two_commands() -> None:
    head = read("README.md").splitlines()[:8]

    assert any(line.startswith("make demo") for line in head)
    assert any(line.startswith("make test") for line in head)


def command_at(path: str) -> click.Command | None:
    found: click.Command | None = root_command
    for word in path.split():
        found = found.commands.get(word) if isinstance(found, click.Group) else None
    return found


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_exists_is_explained_and_stands_in_the_readme(path: str) -> None:
    command = command_at(path)

    assert command is not None
    assert command.help
    assert f"`{path}" in read("README.md")


def test_every_command_anybody_is_told_to_run_exists() -> None:
    told = re.compile(
        r"okmo-bot (?:--config \S+ )?((?:run|demo|sandbox|check|status|token|db|lists|regions|config)(?: [a-z]+)?)"
    )
    wrong = []
    for name, text in texts().items():
        if name.split("/")[0] in ("bot", "handlers", "docs") or name.startswith(("README", "CONTRIBUTING")):
            for words in told.findall(text):
                group = words.split()[0] in ("token", "db", "lists", "regions")
                if command_at(words if group else words.split()[0]) is None:
                    wrong.append(f"{name}: {words}")

    assert wrong == []


# -- what does not belong ----------------------------------------------------------------------------------


def test_nothing_is_left_open() -> None:
    assert offenders(UNFINISHED) == []


def test_no_file_names_a_registry_a_home_or_a_key() -> None:
    registries = re.compile("|".join(map(re.escape, REGISTRIES)))

    assert offenders(registries) == []
    assert offenders(HOMES) == []
    assert offenders(TOKENS) == []
    assert [name for name, text in texts().items() if f"{ROOT}/" in text] == []


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_the_lock_files_pin_and_hash_everything_and_name_no_index(name: str) -> None:
    text = read(f"requirements/{name}.txt").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
        assert "://" not in entry, entry


def test_every_library_asked_for_is_locked() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    locked = {
        re.split(r"[=\[]", line)[0].lower().replace("_", "-")
        for line in read("requirements/runtime.txt").splitlines()
        if re.match(r"[A-Za-z]", line)
    }

    wanted = {re.split(r"[<>=\[ ]", one)[0].lower().replace("_", "-") for one in project["dependencies"]}
    assert wanted <= locked
