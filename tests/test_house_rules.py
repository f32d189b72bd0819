"""The rules of the house: documents and code agree, packages keep to their place, nothing private is tracked."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from bot.cli import bot as root_command
from bot.config import Settings
from bot.config_file import example_env

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
    "rubrics export",
    "rubrics import",
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
TEXT = {
    ".py",
    ".sh",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".env",
    ".service",
    ".json",
    ".js",
    ".css",
    ".html",
    ".csv",
    "",
}


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


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse(texts()[name])


def trees(*where: str) -> Iterator[tuple[str, ast.Module]]:
    """The modules below these folders, by name; steps of migrations aside."""
    for name in texts():
        if name.startswith(where) and name.endswith(".py") and "/migrations/" not in name:
            yield name, parsed(name)


def imported(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name.split(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def modules(tree: ast.AST) -> set[str]:
    """The modules that are imported from, whole."""
    return {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def words_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts a module holds, with their lines; what documents it aside."""
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


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
        for name in texts()
        if name.endswith(".py")
        and name.split("/")[0] in PACKAGES
        and not name.endswith("__init__.py")
        and "/migrations/" not in name
        and not ast.get_docstring(parsed(name))
    ]

    assert silent == []


#: Where a library is known; nothing else of the program imports it.
KNOWN_TO = {
    "vk_api": ("bot/vk/",),
    "apscheduler": ("bot/ticker.py",),
    "sqlalchemy": ("storage/",),
    "alembic": ("storage/",),
    "structlog": ("bot/", "handlers/crosspost.py"),
    "holidays": ("editorial/worktime.py",),
    "snowballstemmer": ("editorial/likeness.py",),
}
#: Ways out of the process, and chance.
OUTSIDE = {"socket", "ssl", "http", "asyncio", "subprocess", "smtplib", "socketserver", "random", "secrets", "uuid"}
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.monotonic",
    "time.sleep",
}
#: Commands of the database, which are told no time.
OWN_CLOCK = ("storage/audit.py", "storage/backup.py")
WRITES = re.compile(
    r"(wall\.(post|repost|edit|delete|pin)|messages\.(send|edit|delete|pin|unpin|sendMessageEventAnswer)|photos\.save\w+)"
)
#: The snackbar is the one immediate reply; the self-check only asks what a key may do.
DELIVER = ("bot/targets/", "bot/vk/", "bot/snackbars.py", "bot/check_vk.py")
SENTENCE = re.compile(r"[А-ЯЁ][а-яё]+(?: [^ ]+){2,}")
BUILT = {
    *("Courier", "Router", "Reconciler", "Ticker", "Service", "Snackbars", "Watch", "Sweep", "Media"),
    *("Wall", "VkWall", "VkMessages", "Intake", "LongPoll", "Metrics"),
}
PROGRAM = ("bot/", "handlers/", "storage/", "editorial/")
#: What opens a transaction, what of a loop or a target reaches the network, and what of that only remembers.
UNITS = {"begin", "look", "read", "connection"}
REACHES = {
    *("_client", "_group", "_user", "_wall", "_instead", "_api", "_site", "_http", "_longpoll"),
    *("_walls", "_feeds", "_media", "media", "target"),
}
REMEMBERS = {"pack", "closed", "posted"}


def test_each_library_is_known_to_one_place() -> None:
    assert [
        f"{name}: {library}"
        for name, tree in trees(*PROGRAM)
        for library in sorted(imported(tree) & KNOWN_TO.keys())
        if not name.startswith(KNOWN_TO[library])
    ] == []


def test_rules_and_handlers_reach_nothing_outside() -> None:
    ours = {"editorial", "handlers", "storage", "structlog", "holidays", "snowballstemmer"}
    may = (set(sys.stdlib_module_names) - OUTSIDE) | ours
    assert [
        f"{name}: {library}"
        for name, tree in trees("editorial/", "handlers/")
        for library in sorted(imported(tree) - may)
    ] == []


def test_time_is_an_argument() -> None:
    assert [
        f"{name}:{node.lineno}"
        for name, tree in trees("editorial/", "handlers/", "storage/")
        if name not in OWN_CLOCK
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CLOCKS
    ] == []


def test_a_status_changes_in_the_state_machine_only() -> None:
    asked = [(name, one) for name, tree in trees("bot/", "handlers/", "editorial/") for one in calls(tree)]
    given = {
        name
        for name, one in asked
        if ast.unparse(one.func) == "replace" and any(word.arg == "status" for word in one.keywords)
    }
    saved = {name for name, one in asked if ast.unparse(one.func).endswith("suggestions.save")}
    assert given == {"editorial/lifecycle.py"}
    # What is stored past it changes words and never the status.
    assert saved <= {"handlers/changes.py", "handlers/own_posts.py", "handlers/reconcile.py"}


def test_only_couriers_write_to_vk() -> None:
    assert [
        f"{name}:{line}"
        for name, tree in trees(*PROGRAM)
        if not name.startswith(DELIVER)
        for line, word in words_of(tree)
        if WRITES.fullmatch(word)
    ] == []


def test_no_transaction_waits_for_the_network() -> None:
    units = (
        (name, node)
        for name, tree in trees("bot/")
        for node in ast.walk(tree)
        if isinstance(node, ast.With) and any(_opens_a_unit(item.context_expr) for item in node.items)
    )
    assert [
        f"{name}:{one.lineno}"
        for name, unit in units
        for line in unit.body
        for one in calls(line)
        if isinstance(one.func, ast.Attribute)
        and isinstance(one.func.value, ast.Attribute)
        and one.func.value.attr in REACHES
        and one.func.attr not in REMEMBERS
    ] == []


def _opens_a_unit(opened: ast.expr) -> bool:
    return isinstance(opened, ast.Call) and isinstance(opened.func, ast.Attribute) and opened.func.attr in UNITS


def test_the_program_is_built_in_three_places() -> None:
    assert {
        name
        for name, tree in trees("bot/", "handlers/")
        for one in calls(tree)
        if isinstance(one.func, ast.Name) and one.func.id in BUILT
    } == {"bot/app.py", "bot/ground.py", "bot/networks.py"}


def test_the_self_check_does_not_build_the_program() -> None:
    asked = [name for name, tree in trees("bot/check") if "bot.app" in modules(tree)]
    assert asked == []


def test_the_judges_share_no_code_with_the_program() -> None:
    program = (
        "import sys, proof.checker, proof.evidence, proof.fortnight.promises\n"
        f"print(*sorted({{name.split('.')[0] for name in sys.modules}} & {{*{PACKAGES[:4]}}}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == []


def test_what_people_read_stands_in_texts() -> None:
    assert [
        f"{name}:{line}"
        for name, tree in trees("handlers/")
        if name != "handlers/texts.py"
        for line, word in words_of(tree)
        if SENTENCE.search(word)
    ] == []


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


def test_the_unit_leaves_every_setting_but_the_keys_to_the_file_of_settings() -> None:
    """What the unit sets wins over the file, so whoever edits the file would wonder."""
    given = re.findall(r"^Environment=(\w+)=", read("docs/okmo-bot.service"), re.MULTILINE)

    assert given == ["VK_GROUP_TOKEN_FILE", "VK_USER_TOKEN_FILE"]


def test_the_guide_the_unit_and_the_shortcut_name_the_same_files() -> None:
    guide, unit, shortcut = read("README.md"), read("docs/okmo-bot.service"), read("docs/okmo-bot.sh")
    command = "/opt/okmo-bot/.venv/bin/okmo-bot"

    assert f"ExecStart={command} run --config /etc/okmo-bot/config.env" in unit
    assert f"{command} --config /etc/okmo-bot/config.env" in shortcut
    for named in ("docs/okmo-bot.service", "docs/okmo-bot.sh", "/etc/okmo-bot/vk-group", "/etc/okmo-bot/vk-user"):
        assert named in guide
    for path in ("/opt/okmo-bot", "/etc/okmo-bot", "/var/lib/okmo-bot", "/var/backups/okmo-bot"):
        assert re.search(rf"^sudo (git clone|install -d).*{path}$", guide, re.MULTILINE), path


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


def test_every_file_a_document_names_exists() -> None:
    linked = re.compile(r"\]\(([^)#:]+)[^):]*\)")
    spelled = re.compile(r"`((?:bot|handlers|storage|editorial|sandbox|tests|proof|bench|docs)/[\w./-]*)`")
    missing = [
        f"{name}: {path}"
        for name, text in texts().items()
        if name.endswith(".md")
        for path in [
            *(Path(name).parent / link for link in linked.findall(text)),
            *map(Path, spelled.findall(text)),
        ]
        if not (ROOT / path).exists()
    ]
    assert missing == []


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
        r"okmo-bot (?:--config \S+ )?((?:run|demo|sandbox|check|status|token|db|lists|regions|rubrics|config)(?: [a-z]+)?)"
    )
    wrong = []
    for name, text in texts().items():
        if name.split("/")[0] in ("bot", "handlers", "docs") or name.startswith(("README", "CONTRIBUTING")):
            for words in told.findall(text):
                group = words.split()[0] in ("token", "db", "lists", "regions", "rubrics")
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


def test_every_library_asked_for_is_used() -> None:
    spelled = {"python-dotenv": "dotenv", "pillow": "pil"}
    asked = {
        re.split(r"[<>=\[ ]", one)[0].lower()
        for one in tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    }
    used = {one.lower() for _, tree in trees(*(f"{name}/" for name in PACKAGES)) for one in imported(tree)}
    by_others = {"pysocks", "tzdata"}  # requests for proxies, zoneinfo for zones
    assert {one for one in asked - by_others if spelled.get(one, one.replace("-", "_")) not in used} == set()


def test_every_library_asked_for_is_locked() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    locked = {
        re.split(r"[=\[]", line)[0].lower().replace("_", "-")
        for line in read("requirements/runtime.txt").splitlines()
        if re.match(r"[A-Za-z]", line)
    }

    wanted = {re.split(r"[<>=\[ ]", one)[0].lower().replace("_", "-") for one in project["dependencies"]}
    assert wanted <= locked
