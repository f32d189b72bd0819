"""The command line as people and scripts meet it: real processes, a real sandbox, real files."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
import structlog

from bot.check import configuration
from bot.cli import answer
from bot.demo import Stage
from bot.status import USER_KEY
from bot.vk.rights import Editor
from sandbox.server import Sandbox
from tests.stories.desk import Desk, Running, clean_environment, labels, open_desk, run_bot
from tests.waiting import until

KEYS = {"VK_GROUP_ID": "1", "VK_GROUP_TOKEN": "group-key"}
ENGLISH_HELP = re.compile(r"Usage|Options|Commands|Show this|Error|default", re.IGNORECASE)
COMMANDS: tuple[list[str], ...] = (
    [],
    ["run"],
    ["demo"],
    ["sandbox"],
    ["check"],
    ["status"],
    ["token"],
    ["token", "set"],
    ["db"],
    ["db", "upgrade"],
    ["db", "backup"],
    ["db", "restore"],
    ["db", "check"],
    ["config"],
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A sandbox and the settings for a bot that does not run yet."""
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def checked(desk: Desk) -> tuple[int, dict[str, dict[str, Any]]]:
    done = desk.command("check", "--json")
    return done.returncode, {line["name"]: line for line in json.loads(done.stdout)}


# -- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_is_russian(tmp_path: Path, words: list[str]) -> None:
    done = run_bot(*words, "--help", folder=tmp_path)

    assert done.returncode == 0
    assert done.stdout.startswith("Использование: okmo-bot")
    assert "Параметры:" in done.stdout
    assert not ENGLISH_HELP.search(done.stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fly"], "Нет команды «fly»"),
        (["db", "fly"], "Нет команды «fly»"),
        (["run", "--fast"], "Нет параметра --fast"),
        (["run", "--config"], "Параметру --config нужно значение"),
        (["db", "backup"], "Не хватает ФАЙЛ"),
        (["token", "set", "robot"], "нужно одно из: user, group"),
        (["demo", "--port", "восемь"], "--port: нужно целое число"),
        (["config", "please"], "Лишнее в командной строке: please"),
    ],
)
def test_a_wrong_command_line_is_one_russian_sentence_and_code_2(
    tmp_path: Path, words: list[str], said: str
) -> None:
    done = run_bot(*words, folder=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not ENGLISH_HELP.search(done.stderr)


def test_a_folder_that_cannot_be_used_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("не папка", encoding="utf-8")

    done = run_bot("run", folder=tmp_path, env={**clean_environment(), **KEYS})

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "data (такое уже есть)" in done.stderr


def test_a_settings_file_that_may_not_be_read_is_told_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For root every file can be read, so the refusal is the system's answer as another user gets it."""

    def closed(*_asked: object, **_how: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "config.env"))

    (tmp_path / "config.env").touch()
    monkeypatch.setattr("os.access", lambda *_asked, **_how: False)
    monkeypatch.setattr("bot.config_file.dotenv_values", closed)

    code = answer(["--config", str(tmp_path / "config.env"), "status"])

    said = capsys.readouterr().err
    assert (code, "config.env: файл настроек не читается, нет прав" in said) == (2, True)


def test_a_fault_nobody_thought_of_is_one_russian_line_for_people_and_one_for_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def break_down() -> str:
        raise ZeroDivisionError("access_token=abcdefgh")

    monkeypatch.setattr("bot.config_file.example_env", break_down)
    structlog.reset_defaults()  # a command begins with nothing set up

    code = answer(["config"])

    told = capfd.readouterr()
    written = told.out + told.err
    assert (code, "Непредвиденная ошибка (ZeroDivisionError)" in told.err) == (1, True)
    assert "Traceback" not in written
    assert "abcdefgh" not in written
    assert "command_fault" in written


def test_without_a_command_the_help_is_shown(tmp_path: Path) -> None:
    done = run_bot(folder=tmp_path)

    assert done.returncode == 2
    assert "Команды:" in done.stderr


@pytest.mark.parametrize("words", [["run"], ["check"], ["status"], ["db", "check"]], ids=" ".join)
def test_a_faulty_configuration_is_told_whole_and_without_a_traceback(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "config.env").write_text("VK_GROUP_ID=нет\nTIMEZONE=Луна\n", encoding="utf-8")

    done = run_bot(*words, folder=tmp_path)

    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "VK_GROUP_ID",
        "VK_GROUP_TOKEN",
        "TIMEZONE",
    ]


def test_the_settings_file_may_be_named_before_or_after_the_command(tmp_path: Path) -> None:
    named = tmp_path / "other.env"
    named.write_text("VK_GROUP_ID=77\nVK_GROUP_TOKEN=group-key\n", encoding="utf-8")

    before = run_bot("--config", str(named), "status", "--json", folder=tmp_path)
    after = run_bot("status", "--json", "--config", str(named), folder=tmp_path)

    assert [json.loads(done.stdout)["group_id"] for done in (before, after)] == [77, 77]


def test_config_prints_the_example_and_it_is_accepted_once_the_keys_are_filled_in(tmp_path: Path) -> None:
    example = run_bot("config", folder=tmp_path).stdout
    filled = example.replace("VK_GROUP_ID=\n", "VK_GROUP_ID=5\n").replace(
        "VK_GROUP_TOKEN=\n", "VK_GROUP_TOKEN=group-key\n"
    )
    (tmp_path / "config.env").write_text(filled, encoding="utf-8")

    assert json.loads(run_bot("status", "--json", folder=tmp_path).stdout)["group_id"] == 5


@pytest.mark.parametrize("words", [["--help"], ["config"]], ids=" ".join)
def test_light_commands_load_nothing_heavy(tmp_path: Path, words: list[str]) -> None:
    program = (
        "import sys; from bot.cli import answer; answer(sys.argv[1:]); "
        "print([name for name in ('sqlalchemy', 'vk_api', 'requests', 'apscheduler') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"


# -- status and the database -------------------------------------------------------------------------------


def test_status_has_the_published_shape(desk: Desk) -> None:
    desk.command("db", "upgrade")

    told = desk.status()

    assert list(told) == [
        "version",
        "database",
        "group_id",
        "suggestions",
        "next",
        "outbox",
        "keys",
        "last_event_at",
        "last_reconcile_at",
        "paused",
        "targets",
    ]
    assert set(told["suggestions"]) == {
        "pending",
        "returned",
        "scheduled",
        "publishing",
        "published",
        "digest",
        "rejected",
        "withdrawn",
        "expired",
        "failed",
    }
    assert set(told["outbox"]) == {"waiting", "sending", "uncertain", "refused"}
    assert told["keys"] == {"group": "unknown", "user": "unknown"}
    assert (told["last_event_at"], told["last_reconcile_at"]) == ("", "")
    assert told["targets"]["telegram"] == "off"


def test_status_shows_what_comes_next_in_both_forms(tmp_path: Path) -> None:
    in_three_hours = datetime.now(UTC) + timedelta(hours=3)
    slot = f"0 {in_three_hours.hour} * * *"
    with open_desk(tmp_path, PUBLISH_SLOTS=slot, TIMEZONE="UTC") as desk:
        desk.sandbox.suggest(text="В Калининградской области открыт музей #КалининградскаяОбласть")
        desk.press(desk.card_of("открыт музей"), "В очередь")
        desk.wait_card("открыт музей", lambda card: "Отменить решение" in " ".join(labels(card)))
        desk.wait_log("rights")
        until(lambda: desk.status()["last_reconcile_at"])

        told, readable = desk.status(), desk.command("status").stdout

    due_at = in_three_hours.replace(minute=0, second=0).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["next"] == [{"number": 1, "due_at": due_at, "region": "RU-KGD"}]
    assert told["suggestions"]["scheduled"] == 1
    assert told["last_reconcile_at"].endswith("Z")
    assert "№ 1" in readable
    assert "Калининградская область" in readable
    assert "Ключ редактора: в порядке" in readable


def test_status_has_a_word_for_every_state_of_the_editors_key() -> None:
    words = {"missing", "ok", "expired", "wrong_ip", "captcha", "no_rights"}

    assert set(USER_KEY) == {str(state) for state in Editor}
    assert set(USER_KEY.values()) == words


def test_status_without_a_database_says_so_and_makes_none(tmp_path: Path) -> None:
    done = run_bot("status", "--json", folder=tmp_path, env={**clean_environment(), **KEYS})

    assert (done.returncode, json.loads(done.stdout)["database"]) == (1, "missing")
    assert list(tmp_path.iterdir()) == []


def test_a_database_goes_out_as_a_copy_and_comes_back(desk: Desk, tmp_path: Path) -> None:
    desk.command("db", "upgrade")

    copied = desk.command("db", "backup", str(tmp_path / "copy.db"))
    desk.database.write_bytes(b"this was a database")
    broken = desk.command("db", "check")
    restored = desk.command("db", "restore", str(tmp_path / "copy.db"))

    assert (copied.returncode, broken.returncode, restored.returncode) == (0, 1, 0)
    assert "повреждён" in broken.stderr
    assert desk.command("db", "check").returncode == 0


def test_a_file_that_is_no_copy_replaces_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.command("db", "upgrade")
    (tmp_path / "letter.txt").write_text("Дорогой бот", encoding="utf-8")

    done = desk.command("db", "restore", str(tmp_path / "letter.txt"))

    assert (done.returncode, "База осталась прежней" in done.stderr) == (1, True)
    assert desk.status()["database"] == "ok"


# -- check -------------------------------------------------------------------------------------------------


def test_check_is_well_when_everything_is(desk: Desk) -> None:
    desk.command("db", "upgrade")

    code, lines = checked(desk)

    assert code == 0
    # The events are switched on by the bot itself when it starts.
    assert {name: line["state"] for name, line in lines.items() if line["state"] != "ok"} in (
        {},
        {"longpoll": "warning"},
    )
    assert {"configuration", "disk", "database", "clock", "group_key", "group_rights", "editor_key"} <= set(lines)
    assert {"wall_setting", "longpoll", "chat", "managers", "wall.get"} <= set(lines)


@pytest.mark.parametrize(
    ("mode", "line", "told"),
    [
        (0o640, "VK_USER_TOKEN=editor-key", None),
        (0o644, "VK_USER_TOKEN_FILE=/etc/okmo-bot/vk-user", None),
        (0o644, "VK_USER_TOKEN=editor-key", "warning"),
    ],
)
def test_check_warns_of_a_file_with_keys_that_everybody_may_read(
    tmp_path: Path, mode: int, line: str, told: str | None
) -> None:
    path = tmp_path / "config.env"
    path.write_text(f"VK_GROUP_ID=1\n{line}\n", encoding="utf-8")
    path.chmod(mode)

    states = {one.name: one.state for one in configuration(path)}

    assert states.get("configuration_secrecy") == told


def test_check_only_reads(desk: Desk) -> None:
    checked(desk)

    called = {entry["method"] for entry in desk.sandbox.journal()}
    assert called
    assert not [
        name for name in called if name.split(".")[-1].startswith(("send", "post", "edit", "delete", "set"))
    ]


def test_t41_check_shows_what_each_key_may_do_method_by_method(desk: Desk) -> None:
    _, lines = checked(desk)

    assert "ключ редактора — да, ключ сообщества — нет (код 27" in lines["wall.get"]["text"]
    assert "ключ редактора — да, ключ сообщества — нет (код 27" in lines["photos.getWallUploadServer"]["text"]


def test_t42_a_vk_id_key_is_recognised_and_explained(tmp_path: Path) -> None:
    desk = Desk(tmp_path, env={"VK_USER_TOKEN": "vk2.a.not-a-key"})
    with closing(desk):
        code, lines = checked(desk)

    assert (code, lines["editor_key"]["state"]) == (1, "failed")
    assert "VK ID" in lines["editor_key"]["text"]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("other_ip", "другого адреса"),
        ("expired", "срок"),
        ("revoked", "не действует"),
        ("no_wall", "не редактор"),
    ],
)
def test_t43_a_key_in_trouble_is_told_with_what_to_do(desk: Desk, trouble: str, words: str) -> None:
    desk.sandbox.token("editor-key", trouble)

    code, lines = checked(desk)

    assert code == 1
    assert words in lines["editor_key"]["text"]
    assert lines["editor_key"]["do"]


def test_check_names_what_is_wrong_around_the_keys(tmp_path: Path) -> None:
    desk = Desk(tmp_path, env={"VK_USER_TOKEN": None, "VK_MODERATORS_CHAT": "2000000077"})
    with closing(desk):
        desk.sandbox.token("group-key", "no_photos")
        code, lines = checked(desk)

    assert code == 1
    assert lines["editor_key"]["state"] == "warning"
    assert "фотографии" in lines["group_rights"]["text"]
    assert (lines["chat"]["state"], "/настроить" in lines["chat"]["do"]) == ("failed", True)


def test_check_tells_wrong_clocks(desk: Desk) -> None:
    desk.sandbox.clock(offset=-3600)

    code, lines = checked(desk)

    assert (code, lines["clock"]["state"]) == (1, "failed")


def test_check_says_when_vk_does_not_answer(tmp_path: Path) -> None:
    with closing(create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    env = {**clean_environment(), **KEYS, "VK_API_URL": f"http://127.0.0.1:{port}/method/"}

    done = run_bot("check", folder=tmp_path, env=env)

    assert done.returncode == 1
    assert "ВКонтакте не отвечает" in done.stdout
    assert "group-key" not in done.stdout + done.stderr


# -- keys --------------------------------------------------------------------------------------------------


def test_a_better_key_replaces_the_old_one_and_holds(desk: Desk) -> None:
    desk.sandbox.token("editor-key", "expired")

    done = desk.command("token", "set", "user", stdin="admin-key\n")

    assert (done.returncode, "Ключ заменён" in done.stdout) == (0, True)
    assert "id500" in checked(desk)[1]["editor_key"]["text"]


def test_the_whole_address_vk_led_to_is_taken_as_well(desk: Desk) -> None:
    done = desk.command("token", "set", "user", stdin="https://x/blank.html#access_token=admin-key&expires_in=0")

    assert done.returncode == 0
    assert "id500" in checked(desk)[1]["editor_key"]["text"]


@pytest.mark.parametrize("worse", ["stranger-key", "no-such-key", "group-key", "vk2.a.short"])
def test_a_worse_key_is_refused_and_the_old_one_stays(desk: Desk, worse: str) -> None:
    done = desk.command("token", "set", "user", stdin=worse)

    assert done.returncode == 1
    assert "действует прежний" in done.stderr
    assert worse not in done.stdout + done.stderr
    assert "id501" in checked(desk)[1]["editor_key"]["text"]


def test_a_key_of_another_community_is_refused(desk: Desk) -> None:
    done = desk.command("token", "set", "group", stdin="group2-key")

    assert (done.returncode, "другого сообщества" in done.stderr) == (1, True)


def test_nothing_on_stdin_is_wrong_usage(desk: Desk) -> None:
    assert desk.command("token", "set", "user", stdin="\n").returncode == 2


def test_a_running_bot_takes_a_new_key_without_restart(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.wait_log("rights")
        desk.sandbox.token("editor-key", "revoked")

        desk.command("token", "set", "user", stdin="admin-key")

        assert "user" in desk.wait_log("key_replaced")["kinds"]
        desk.sandbox.suggest(text="Новость под новым ключом")
        desk.press(desk.card_of("Новость под новым ключом"), "Опубликовать")
        assert desk.wait_post("Новость под новым ключом")["created_by"] == 500


# -- the service -------------------------------------------------------------------------------------------


def test_run_stops_cleanly_when_asked(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        began = time.monotonic()

        assert desk.stop() == 0
        assert time.monotonic() - began < 10


def test_a_second_bot_with_the_same_database_does_not_start(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        second = desk.command("run")

    assert second.returncode == 1
    assert "уже работает другой бот" in second.stderr


def test_a_copy_is_taken_and_status_is_read_while_the_bot_runs(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.sandbox.suggest(text="Новость для копии")
        desk.card_of("Новость для копии")

        copied = desk.command("db", "backup", str(tmp_path / "copy.db"))
        until(lambda: desk.status()["keys"] == {"group": "ok", "user": "ok"})
        told = desk.status()
        refused = desk.command("db", "restore", str(tmp_path / "copy.db"))

    assert copied.returncode == 0
    assert told["suggestions"]["pending"] == 1
    assert told["last_event_at"].endswith("Z")
    assert (refused.returncode, "другой бот" in refused.stderr) == (1, True)


def test_no_key_is_ever_written_to_the_journal(tmp_path: Path) -> None:
    with open_desk(tmp_path, LOG_LEVEL="DEBUG") as desk:
        desk.sandbox.token("editor-key", "revoked")
        desk.sandbox.suggest(text="Новость с мёртвым ключом")
        desk.press(desk.card_of("Новость с мёртвым ключом"), "Опубликовать")
        desk.wait_card("Новость с мёртвым ключом", lambda card: "Опубликуйте вручную" in card["text"])
        desk.stop()

        assert not [line for line in desk.log if "editor-key" in line or "group-key" in line]


# -- sandbox and demo --------------------------------------------------------------------------------------


def test_the_sandbox_runs_alone_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    alone = Running("bot", "sandbox", "--port", "0", env=clean_environment(), folder=tmp_path, stream="stdout")

    alone.lines.wait_for(lambda line: line.startswith("sandbox: http://127.0.0.1:"), 20)

    assert alone.end(signal.SIGINT) == 0


def test_demo_says_where_to_look_and_ends_both_on_ctrl_c(tmp_path: Path) -> None:
    demo = Running("bot", "demo", "--port", "0", env=clean_environment(), folder=tmp_path, stream="stdout")
    try:
        address = demo.lines.wait_for(lambda line: "http://127.0.0.1:" in line, 60).split()[-1]
        demo.lines.wait_for(lambda line: "Ctrl-C" in line, 5)
        port = int(address.rstrip("/").rpartition(":")[2])
    finally:
        code = demo.end(signal.SIGINT, timeout=30)

    assert code == 0
    create_server(("127.0.0.1", port)).close()  # nobody listens there any more
    assert list(tmp_path.iterdir()) == []


def test_demo_on_a_taken_port_says_which_to_take(tmp_path: Path) -> None:
    with closing(create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = run_bot("demo", "--port", str(port), folder=tmp_path)

    assert done.returncode == 1
    assert f"Порт {port} занят" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_demo_once_plays_a_suggestion_through_and_sees_every_step(tmp_path: Path) -> None:
    done = run_bot("demo", "--once", folder=tmp_path, timeout=180)

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"^ *[\d.]+ с  ", done.stdout, re.MULTILINE)) == 5
    assert "wall-1_" in done.stdout


def test_the_demonstration_asks_its_sandbox_past_any_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """In offices the environment names a proxy, which knows nothing of this machine's own addresses."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    nobody: Any = None

    with Sandbox() as sandbox:
        stage = Stage(sandbox.url, nobody, nobody)
        stage.act("suggest", user_id=601, text="Новость")
        assert stage.ask("state", only="suggestions")["suggestions"]
