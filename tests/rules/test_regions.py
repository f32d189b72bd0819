"""Which region a text belongs to."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial import regions
from editorial.regions import REGIONS, Region, by_code, region_of_text
from tests.growth import STRAIGHT, growth


def found(text: str) -> str | None:
    region = region_of_text(text)
    return region.code if region else None


def test_all_eighty_nine_regions_are_there_with_zones_that_exist() -> None:
    assert len(REGIONS) == 89
    assert len({region.code for region in REGIONS}) == len({region.hashtag for region in REGIONS}) == 89
    assert {region.zone for region in REGIONS} <= available_timezones()
    assert by_code("RU-IRK") in REGIONS
    assert by_code("RU-XX") is by_code(None) is None


@pytest.mark.parametrize("region", [pytest.param(region, id=region.code) for region in REGIONS])
def test_a_region_is_found_by_its_names_and_its_hashtag(region: Region) -> None:
    assert found(f"{region.hashtag} Новости совета") == region.code
    if region.code == "RU-MOW":
        assert found("Совет муниципальных образований города Москвы подвёл итоги") == "RU-MOW"
        return
    for name in (region.name, region.genitive, region.prepositional):
        assert found(f"Итоги года: {name}, встреча глав") == region.code
        assert found(name.upper().replace(" ", "\u00a0")) == region.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("В Иркутской области выбрали лучшие советы старост", "RU-IRK"),
        ("На Белгородчине ТОС «Берег» получил грант", "RU-BEL"),
        ("Приглашаем на праздник двора в Привокзальный район Тулы!", "RU-TUL"),
        ("🌻 КУБАНЬ ❤️ УРОЖАЙНАЯ 🌾", "RU-KDA"),
        ("<p><strong>В&nbsp;Липецкой области</strong> стартовал конкурс</p>", "RU-LIP"),
        ("Ря\u200bзан\xadская область: сель\u200dские клубы\ufeff", "RU-RYA"),
        ("Красноярский край и\u0306 его главы", "RU-KYA"),
        ("Коми: в посёлке открыли клуб", "RU-KO"),
        ("Кудымкар, Коми-Пермяцкий округ", "RU-PER"),
        ("Республика Саха (Якутия) приняла гостей", "RU-SA"),
        ("г. Владимир принял форум", "RU-VLA"),
        ("В Орловской области прошёл сход", "RU-ORL"),
        ("Советы Тульской области и соседних областей", "RU-TUL"),
        ("Владимирщина и её города", "RU-VLA"),
        ("В Республике Адыгея, в Адыгейске", "RU-AD"),
        ("Нижний Новгород собрал старост", "RU-NIZ"),
        ("Делегация из Томска съездила в Москву", "RU-TOM"),
        ("#ВАРМСУ #ИркутскаяОбласть #АСМОИО #Собрание Съезд прошёл в Томске", "RU-IRK"),
        ("Съезд прошёл в Томске #иркутскаяобласть@okmo_news", "RU-IRK"),
        ("#Иркутская_Область: съезд в Томске", "RU-IRK"),
        ("#Томская встреча, Омск", "RU-OMS"),
        ("#ТомскаяОбласть принимает гостей #ОмскаяОбласть", "RU-TOM"),
        ("Съезд в Якутске #Москва", "RU-SA"),
    ],
)  # fmt: skip
def test_these_texts_belong_to_these_regions(text: str, code: str) -> None:
    assert found(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "#", "Тест тест проверка связи, не публиковать",
        "Комиссия и комитет обсудили коминтерновский парк",
        "Сахар подорожал, сахарный завод работает", "Читатели читали в чистом зале",
        "Владимир Иванов и Владимир Кириллов", "Иваново поле, Кировский район, улица Кирова",
        "Орёл парил над полем", "Донор года", "Глава съездил в Москву", "Из Москвы приехала делегация",
        "Алтай ждёт гостей", "Ростов и Новгород", "МО, РК, РБ, СО", "Итоги съезда #Москва",
        "Томск и Омск подружились", "Города: Улан-Удэ, Хабаровск, Новосибирск",
        "Встреча #ТомскаяОбласть и #ОмскаяОбласть",
        "Встретились делегации Тульской и Калужской областей", "Старосты Рязанской, Томской области и Коми",
        "Зауралье и Урал", "Приамурье встретило форум", "Верхневолжье", "В Благовещенске открыли сквер",
        "Адыгейский сыр сварили в селе", "Крымский мост, крымское вино, Крымский район",
    ],
)  # fmt: skip
def test_traps_and_ambiguous_texts_are_left_to_a_person(text: str) -> None:
    assert found(text) is None


@given(
    text=st.text(max_size=300)
    | st.lists(st.sampled_from(["коми", "#", "томск", "&#64;", "<b>", "ё", "-"])).map("".join)
)
def test_any_text_gets_an_answer(text: str) -> None:
    region = region_of_text(text)
    assert region is None or region in REGIONS


def test_a_long_text_takes_no_longer_than_its_length_allows() -> None:
    sentence = "Муниципальное образование провело собрание жителей, обсудили ремонт дороги и воды. "
    assert growth(lambda times: region_of_text(sentence * times), 50) < STRAIGHT


def test_the_table_is_not_read_before_it_is_needed() -> None:
    script = "import editorial.regions as regions; assert regions.shipped_rows.cache_info().currsize == 0"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_the_table_comes_along_with_an_installed_package(tmp_path: Path) -> None:
    archive = tmp_path / "rules.zip"
    package = Path(regions.__file__).parent
    with zipfile.ZipFile(archive, "w") as bundle:
        for name in ("__init__.py", "regions.py", "data/regions.csv"):
            bundle.write(package / name, f"editorial/{name}")
    script = "import editorial.regions as regions; print(regions.__file__); assert len(regions.REGIONS) == 89"
    answer = subprocess.run(
        [sys.executable, "-c", script],
        check=True, timeout=60, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(archive)}, capture_output=True, text=True,
    )  # fmt: skip
    assert "rules.zip" in answer.stdout


# ---------------------------------------------------------------------------------------- the editors' own table


@pytest.fixture
def registry() -> Iterator[None]:
    yield
    regions.install(())


def edited(which: str, **changes: str) -> dict[str, str]:
    [row] = [row for row in regions.shipped_rows() if row["code"] == which]
    return {**row, **changes}


@pytest.mark.usefixtures("registry")
def test_an_edited_row_stands_over_the_shipped_one() -> None:
    regions.install(
        [edited("RU-IRK", hashtag="#Байкальщина", patterns="иркутск\\w* обл|байкальщин", short_name="Байкальщина")]
    )

    assert found("На Байкальщине прошёл сход") == found("#Байкальщина Сход") == "RU-IRK"
    assert found("#ИркутскаяОбласть") is None
    assert len(REGIONS) == 89
    assert next(region for region in REGIONS if region.code == "RU-IRK").short_name == "Байкальщина"
    regions.install(())
    assert found("На Байкальщине прошёл сход") is None


@pytest.mark.usefixtures("registry")
def test_a_new_region_is_known_from_the_moment_it_is_installed() -> None:
    new = edited("RU-IRK", code="RU-NEW", name="Новый край", name_genitive="Нового края", name_prepositional="Новом крае",
                 short_name="Новый край", hashtag="#НовыйКрай", patterns="нов\\w{2,3} кра[йяе]", aliases="")  # fmt: skip
    regions.install([new])
    assert found("В Новом крае прошёл сход") == "RU-NEW"
    assert len(REGIONS) == 90


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": " "}, "missing:name"),
        ({"code": "IRK"}, "code"),
        ({"timezone": "Asia/Nowhere"}, "zone"),
        ({"hashtag": "#Санкт-Петербург"}, "hashtag"),
        ({"hashtag": "#томскаяобласть"}, "hashtag_taken:RU-TOM"),
        ({"patterns": "(иркут"}, "pattern"),
        ({"patterns": "(иркут)ск"}, "pattern"),
        ({"patterns": ".*"}, "pattern_wide"),
        ({"patterns": "приангарье"}, "not_found"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_told(changes: dict[str, str], fault: str) -> None:
    taken = {row["code"]: row for row in regions.shipped_rows()}
    assert regions.faults_of(edited("RU-IRK", **changes), taken) == [fault]


def test_no_shipped_row_is_faulty() -> None:
    taken = {row["code"]: row for row in regions.shipped_rows()}
    assert {
        row["code"]: faults for row in regions.shipped_rows() if (faults := regions.faults_of(row, taken))
    } == {}
    assert set(regions.shipped_rows()[0]) == set(regions.COLUMNS)


@pytest.mark.parametrize(
    ("words", "code"),
    [("RU-IRK", "RU-IRK"), ("ru-irk", "RU-IRK"), ("#иркутскаяобласть", "RU-IRK"), ("Иркутской области", "RU-IRK"),
     ("Башкирия", "RU-BA"), ("Уфа", "RU-BA"), ("Югра", "RU-KHM"), ("Алтай", None), ("чушь", None)],
)  # fmt: skip
def test_a_region_is_known_by_what_people_call_it(words: str, code: str | None) -> None:
    region = regions.by_words(words)
    assert (region.code if region else None) == code
