"""``okmo-bot lists …``, ``regions …`` and ``rubrics …``: written to a file, read from one, or refused as a whole."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import build
from bot.cli import answer
from bot.config_file import read_settings
from bot.desk import desk_of
from bot.ground import lay
from bot.work import utc_now
from editorial import regions, rubrics
from editorial.delivery import NewDelivery
from editorial.lists import Kept, defaults
from handlers import keeping
from storage.migrate import upgrade
from storage.unit import Storage

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = Storage.open(f"sqlite:///{tmp_path / 'okmo.db'}")
    upgrade(opened)
    yield opened
    opened.close()
    regions.install(())
    rubrics.install(())


@pytest.fixture
def run(tmp_path: Path, storage: Storage, capsys: pytest.CaptureFixture[str]) -> Run:
    config = tmp_path / "config.env"
    config.write_text(
        f"VK_GROUP_ID=1\nVK_GROUP_TOKEN=key\nDATABASE_URL=sqlite:///{tmp_path / 'okmo.db'}\nDATA_DIR={tmp_path}\n",
        encoding="utf-8",
    )

    def command(*words: str) -> tuple[int, str]:
        code = answer(["--config", str(config), *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return command


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write(file: Path, columns: tuple[str, ...], rows: list[dict[str, str]], delimiter: str = ",") -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


# ------------------------------------------------------------------------------------------------------- lists


def test_lists_go_out_and_come_back_unchanged(run: Run, tmp_path: Path, storage: Storage) -> None:
    file = tmp_path / "lists.csv"
    assert run("lists", "export", str(file))[0] == 0
    assert {row["список"] for row in rows_of(file)} >= {"площадки", "пороги", "съёмка"}
    assert run("lists", "import", str(file))[0] == 0
    with storage.read() as unit:
        assert unit.lists.changes() == ()


def test_a_list_in_the_file_is_replaced_and_the_others_stay(run: Run, tmp_path: Path, storage: Storage) -> None:
    file = tmp_path / "lists.csv"
    file.write_text("список;запись\nсокращатели;only.example\nвыборы;все 18.09.2027\n", encoding="utf-8")
    code, told = run("lists", "import", str(file))
    assert code == 0
    assert "сокращатели: добавлено 1" in told
    with storage.read() as unit:
        assert keeping.entries(unit, Kept.SHORTENERS) == ("only.example",)
        assert keeping.entries(unit, Kept.ELECTIONS) == ("* 2027-09-18 2027-09-18",)
        assert keeping.entries(unit, Kept.PLATFORMS) == defaults(Kept.PLATFORMS)
        assert {entry.action for entry in unit.journal.latest(10)} == {"list_changed"}


def test_a_faulty_list_is_refused_whole_with_its_lines(run: Run, tmp_path: Path, storage: Storage) -> None:
    file = tmp_path / "lists.csv"
    file.write_text(
        "список,запись\nсокращатели,only.example\nчушь,слово\nвыборы,Атлантида 18.09.2027\n", encoding="utf-8"
    )
    code, told = run("lists", "import", str(file))
    assert code == 1
    assert "Строка 3" in told
    assert "Строка 4" in told
    assert "Ничего не изменено" in told
    with storage.read() as unit:
        assert unit.lists.changes() == ()


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", "список,запись\n".encode(), "список,запись\nтемы,клуб\n".encode("cp1251")]
)
def test_what_is_no_list_is_said_in_a_sentence(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "lists.csv"
    file.write_bytes(content)
    code, told = run("lists", "import", str(file))
    assert code == 1
    assert "Traceback" not in told
    assert str(file) in told
    assert run("lists", "import", str(tmp_path / "no.csv"))[0] == 1


# ----------------------------------------------------------------------------------------------------- regions


def edited(code: str, **changes: str) -> dict[str, str]:
    [row] = [dict(row) for row in regions.shipped_rows() if row["code"] == code]
    return row | changes


def test_regions_go_out_and_come_back_unchanged(run: Run, tmp_path: Path, storage: Storage) -> None:
    file = tmp_path / "regions.csv"
    assert run("regions", "export", str(file))[0] == 0
    assert len(rows_of(file)) == 89
    assert "Изменено регионов: 0" in run("regions", "import", str(file))[1]
    with storage.read() as unit:
        assert unit.lists.region_rows() == ()


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_an_edited_region_is_kept_over_the_shipped_one(
    run: Run, tmp_path: Path, storage: Storage, delimiter: str
) -> None:
    file = tmp_path / "regions.csv"
    row = edited("RU-IRK", hashtag="#Байкальщина", patterns="иркутск\\w* обл|байкальщин")
    write(file, regions.COLUMNS, [row], delimiter)
    assert run("regions", "import", str(file)) == (0, "Изменено регионов: 1 (RU-IRK)\n")
    with storage.read() as unit:
        mark = keeping.install_regions(unit, None)
        assert keeping.install_regions(unit, mark) == mark
    found = regions.region_of_text("На Байкальщине прошёл сход")
    assert found is not None
    assert found.code == "RU-IRK"
    assert run("regions", "export", str(file))[0] == 0
    assert next(one for one in rows_of(file) if one["code"] == "RU-IRK")["hashtag"] == "#Байкальщина"


def test_a_faulty_region_is_refused_whole_with_its_line(run: Run, tmp_path: Path, storage: Storage) -> None:
    file = tmp_path / "regions.csv"
    write(
        file,
        regions.COLUMNS,
        [edited("RU-IRK", hashtag="#Хорошо"), edited("RU-TOM", timezone="Asia/Nowhere", patterns="(")],
    )
    code, told = run("regions", "import", str(file))
    assert code == 1
    assert told.count("Строка 3") == 2
    assert "Строка 2" not in told
    with storage.read() as unit:
        assert unit.lists.region_rows() == ()
        assert unit.settings.get(keeping.REGIONS_AT) is None


def test_one_region_twice_in_a_file_is_a_fault(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "regions.csv"
    write(file, regions.COLUMNS, [edited("RU-IRK"), edited("RU-IRK")])
    assert "Строка 3: код RU-IRK уже был в строке 2" in run("regions", "import", str(file))[1]


# ----------------------------------------------------------------------------------------------------- rubrics


def test_rubrics_go_out_and_come_back_unchanged(run: Run, tmp_path: Path, storage: Storage) -> None:
    file = tmp_path / "rubrics.csv"
    assert run("rubrics", "export", str(file))[0] == 0
    assert rows_of(file) == [dict(row) for row in rubrics.shipped_rows()]
    assert "новых и изменённых 0, убрано 0" in run("rubrics", "import", str(file))[1]
    with storage.read() as unit:
        assert unit.settings.get("rubrics") is None


def test_the_file_is_the_whole_table_and_a_running_bot_sees_it(run: Run, tmp_path: Path, storage: Storage) -> None:
    file = tmp_path / "rubrics.csv"
    rows = [dict(row) for row in rubrics.shipped_rows()][:2]
    rows[0]["hashtag"] = "#Советы"
    rows.append({"code": "sport", "name": "Спорт", "hashtag": "#Спорт", "stems": "турнир|матч"})
    write(file, rubrics.COLUMNS, rows, ";")
    with storage.read() as unit:
        assert keeping.install_rubrics(unit, None) is None
    told = run("rubrics", "import", str(file))
    assert told == (0, "Рубрик: 3, новых и изменённых 2, убрано 14\n")
    rubrics.install(())  # another process: it has not seen the change yet
    with storage.read() as unit:
        mark = keeping.install_rubrics(unit, None)
        assert keeping.install_rubrics(unit, mark) == mark
        assert [entry.action for entry in unit.journal.latest(10)] == ["rubrics_changed"]
    assert [one.code for one in rubrics.table()] == ["sovet", "starosty", "sport"]
    assert rubrics.by_words("#советы") is rubrics.table()[0]
    found = rubrics.guess("Турнир по лапте")
    assert found is not None
    assert found.code == "sport"
    assert rubrics.guess("Открыли сквер с фонарями") is None


def test_faulty_rubrics_are_refused_whole_with_their_lines(run: Run, tmp_path: Path, storage: Storage) -> None:
    file = tmp_path / "rubrics.csv"
    file.write_text(
        "code,name,hashtag,stems\nsport,Спорт,#Спорт,турнир\nred,Красное,#Красное-дело,\nsport2,СПОРТ,#Спорт,ту\n",
        encoding="utf-8",
    )
    code, told = run("rubrics", "import", str(file))
    assert code == 1
    for part in (
        "Строка 2: такое название",
        "Строка 3: код",
        "Строка 3: хештег",
        "Строка 4: «ту»",
        "Ничего не изм",
    ):
        assert part in told
    with storage.read() as unit:
        assert unit.settings.get("rubrics") is None


def test_the_self_check_tells_of_a_rubric_that_is_named_and_not_there(run: Run, storage: Storage) -> None:
    from bot.check import _rubrics
    from bot.config import Settings

    settings = Settings(VK_GROUP_ID=1, VK_GROUP_TOKEN=SecretStr("key"), FOUR_EYES="red,tos,sport")
    [line] = _rubrics(storage, settings)
    assert (line.state, line.text) == ("warning", "FOUR_EYES: таких рубрик нет: sport")


# ------------------------------------------------------------------------------------------- the running program


def test_edited_tables_are_put_in_place_once_by_the_start_and_again_when_they_were_edited(
    run: Run, tmp_path: Path, storage: Storage
) -> None:
    file = tmp_path / "regions.csv"
    write(file, regions.COLUMNS, [edited("RU-IRK", hashtag="#Байкальщина", patterns="иркутск\\w* обл|байкальщин")])
    assert run("regions", "import", str(file))[0] == 0
    settings = read_settings(tmp_path / "config.env", {})
    app = build(settings, lay(settings, desk_of(settings)))
    [heed] = [job.run for job in app.parts.jobs if job.name == "tables"]
    try:
        assert regions.region_of_text("На Байкальщине прошёл сход") is not None

        regions.install(())  # so that putting them in place once more would show
        heed()
        assert regions.region_of_text("На Байкальщине прошёл сход") is None

        write(
            file, regions.COLUMNS, [edited("RU-IRK", hashtag="#Прибайкалье", patterns="иркутск\\w* обл|байкальщин")]
        )
        assert run("regions", "import", str(file))[0] == 0
        heed()
        assert regions.region_of_text("На Байкальщине прошёл сход") is not None
    finally:
        app.parts.close()


@pytest.mark.usefixtures("run")
def test_what_waits_for_a_network_s_key_goes_on_when_the_program_starts(tmp_path: Path, storage: Storage) -> None:
    """The key stands in the settings, so whoever replaced it has started the program anew."""
    with (tmp_path / "config.env").open("a", encoding="utf-8") as config:
        config.write("TELEGRAM_BOT_TOKEN=1:key\nTELEGRAM_CHAT_ID=@okmo_news\n")
    now = utc_now()
    with storage.begin("test") as unit:
        row = unit.outbox.add(NewDelivery("telegram", "@okmo_news", "post"), now)
        unit.outbox.claim("telegram", now, 1)
        unit.outbox.retry(row, now + timedelta(minutes=30), "key_dead", 401, now)
    settings = read_settings(tmp_path / "config.env", {})

    app = build(settings, lay(settings, desk_of(settings)))

    with storage.read() as unit:
        due = unit.outbox.next_due("telegram")
    app.parts.close()
    assert due is not None
    assert due <= utc_now()
