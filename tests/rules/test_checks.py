"""Every check has its table: texts it warns of, and texts that only look so."""

from __future__ import annotations

import ast
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.checks import desk
from editorial.checks.calendar import deadline_of
from editorial.checks.facts import Colour, Facts
from editorial.lists import Change, Kept, canonical, lists_with
from editorial.suggestion import Attachment
from handlers import texts
from tests.rules.judged import ANSWERS, SAMPLES, Sample, confusion, region_table, samples

NOW = datetime(2026, 9, 10, 7, 0, tzinfo=UTC)
"""A Thursday, 10:00 in Moscow, 15:00 in Irkutsk."""
MOSCOW, IRKUTSK, KAMCHATKA = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Irkutsk"), ZoneInfo("Asia/Kamchatka")
PHOTO = Attachment("photo", 1, 2, width=1600, height=1200)
VIDEO = Attachment("video", 1, 3)
RED, YELLOW = Colour.RED, Colour.YELLOW


def lists(**entries: str) -> Any:
    """The shipped lists with entries of the editors."""
    return lists_with(
        tuple(
            Change(name, canonical(Kept(name), entry), True)
            for name, line in entries.items()
            for entry in line.split("; ")
        )
    )


def facts(text: str, **more: Any) -> Facts:
    fields: dict[str, Any] = {
        "now": NOW, "received_at": NOW, "original": text, "attachments": (PHOTO,), "zone": MOSCOW, "region": "RU-TUL",
    }  # fmt: skip
    return Facts(text, **{**fields, **more})


def colour(code: str, text: str, **more: Any) -> Colour | None:
    found = [warn.colour for warn in desk.warnings_for(facts(text, **more)) if warn.code == code]
    return found[0] if found else None


# ------------------------------------------------------------------------------------------------ the samples


@pytest.mark.parametrize("sample", [pytest.param(one, id=one.id) for one in samples()])
def test_a_sample_is_judged_as_the_editor_judged_it(sample: Sample) -> None:
    codes = sample.codes()

    assert {mark for mark in sample.wanted if not ANSWERS[mark] & codes} == set()
    if sample.is_fine:
        assert [warn for warn in sample.warned() if warn.is_red] == []
        assert len(sample.warned()) <= 1


def test_the_confusion_table_has_no_miss_and_few_false_alarms() -> None:
    table = confusion()

    assert {mark: tally.misses for mark, tally in table.items() if tally.misses} == {}
    assert sum(len(tally.false) for tally in table.values()) <= 6
    assert sum(len(tally.hits) for tally in table.values()) >= 40


def test_the_text_alone_finds_the_region_wherever_exactly_one_is_named() -> None:
    assert region_table() == {"found": 35, "rightly silent": 8}


def spelled_codes() -> set[str]:
    """The codes the checks give, as their source spells them."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(desk.__file__).parent.glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    coloured = [
        one
        for one in calls
        if {name.id for name in ast.walk(one.func) if isinstance(name, ast.Name)} & {"red", "yellow"}
    ]
    return {str(one.args[0].value) for one in coloured if isinstance(one.args[0], ast.Constant)}


def test_people_have_words_for_every_warning_of_the_checks_and_for_no_other() -> None:
    assert texts.WARNINGS.keys() == spelled_codes() | {str(Kept.FOREIGN_AGENTS), str(Kept.UNDESIRABLE)}


def ordinary() -> list[str]:
    """News of districts as they come every day, none of which an editor would stop over, but for a loss."""
    return (SAMPLES.parent / "ordinary.txt").read_text(encoding="utf-8").splitlines()


def test_ordinary_news_are_left_alone() -> None:
    found = {text: desk.warnings_for(facts(text)) for text in ordinary()}
    red = {warn.code: text for text, warns in found.items() for warn in warns if warn.is_red}
    yellow = [warn for warns in found.values() for warn in warns if not warn.is_red and warn.code != "too_short"]

    assert set(red) == {"sensitive"}
    assert "соболезнования" in red["sensitive"]
    assert len(yellow) <= len(found) / 3


def test_what_an_editor_would_stop_over_is_told() -> None:
    """As strangers write it: the code of the warning, and the text."""
    lines = (SAMPLES.parent / "problems.txt").read_text(encoding="utf-8").splitlines()
    found = {line: {warn.code for warn in desk.warnings_for(facts(line.split(" | ", 1)[1]))} for line in lines}
    assert [line for line, codes in found.items() if line.split(" | ")[0] not in codes] == []


# -------------------------------------------------------------------------------------------------------- time

TOMORROW = NOW + timedelta(days=1)
NEXT_WEEK = NOW + timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "slot", "expected"),
    [
        ("Завтра в селе откроют клуб", TOMORROW, YELLOW),
        ("Завтра в селе откроют клуб", NOW + timedelta(hours=3), None),
        ("Вчера прошёл сход", NEXT_WEEK, YELLOW),
        ("На этой неделе сдают мост", TOMORROW, None),
        ("На этой неделе сдают мост", NEXT_WEEK, YELLOW),
        ("В прошлую пятницу сдали мост", NEXT_WEEK, YELLOW),
        ("Отложили на завтрашний день", NEXT_WEEK, None),
        ("Завтрак для старост", NEXT_WEEK, None),
        ("Думаем о сегодняшнем дне", NEXT_WEEK, None),
        ("10 сентября откроют клуб", NEXT_WEEK, None),
    ],
)  # fmt: skip
def test_relative_dates_are_held_against_the_slot(text: str, slot: datetime, expected: Colour | None) -> None:
    assert colour("relative_date", text, slot=slot) is expected


def test_the_day_is_that_of_the_author() -> None:
    """22:00 in Moscow is already tomorrow morning on Kamchatka."""
    evening = datetime(2026, 9, 10, 10, 0, tzinfo=UTC)  # 22:00 on Kamchatka, 13:00 in Moscow
    later = evening + timedelta(hours=4)  # 02:00 of the next day there, the same day in Moscow
    assert colour(
        "relative_date", "Сегодня открыли клуб", received_at=evening, now=evening, slot=later, zone=KAMCHATKA
    )
    assert not colour("relative_date", "Сегодня открыли клуб", received_at=evening, now=evening, slot=later)


def test_a_text_that_waited_over_night_lies_without_any_slot() -> None:
    assert colour("relative_date", "Сегодня прошёл сход", now=TOMORROW) is YELLOW


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("Начало в 14:00 в доме культуры", IRKUTSK, YELLOW),
        ("Начало в 14:00 в доме культуры", None, YELLOW),
        ("Начало в 14:00 в доме культуры", MOSCOW, None),
        ("Приём до 23:59 30 сентября", IRKUTSK, YELLOW),
        ("Начало в 14:00 мск", IRKUTSK, None),
        ("Начало в 14:00 по местному времени", IRKUTSK, None),
        ("Начало в 14:00 по иркутскому времени", IRKUTSK, None),
        ("Начало в 14:00 (время самарское, UTC+4)", IRKUTSK, None),
        ("Счёт 2:1 в пользу команды двора", IRKUTSK, None),
        ("Ждём к 9 часам", IRKUTSK, None),
        ("Встреча в 10 часов", IRKUTSK, YELLOW),
        ("Собираемся в семь вечера у ДК", IRKUTSK, YELLOW),
        ("Дорога заняла 14 часов", IRKUTSK, None),
        ("Выпуск 12.30 посвящён старостам", IRKUTSK, None),
    ],
)  # fmt: skip
def test_an_hour_needs_a_zone_where_clocks_differ(
    text: str, zone: ZoneInfo | None, expected: Colour | None
) -> None:
    assert colour("no_timezone", text, zone=zone) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Заявки принимаются до 30 сентября", "2026-10-01T00:00"),
        ("Заявки принимаются до 18:00 30 сентября", "2026-09-30T18:00"),
        ("Заявки принимаем до 30 сентября, 12:00", "2026-09-30T12:00"),
        ("Приём заявок — до 30.09.2026 включительно", "2026-10-01T00:00"),
        ("Присылайте работы не позднее 1 марта", "2027-03-02T00:00"),
        ("Регистрация продлена до 23:59 30 сентября", "2026-10-01T00:00"),
        ("Первый этап: заявки до 1 сентября. Второй этап: заявки до 20 октября", "2026-10-21T00:00"),
        ("Приглашаем 12 сентября на праздник двора", "2026-09-13T00:00"),
        ("Форум, назначенный на 26 сентября, переносится на 3 октября", "2026-10-04T00:00"),
        ("Съезд пройдёт 18 и 19 ноября", "2026-11-20T00:00"),
        ("Голосуйте за лучший двор до 5 октября", "2026-10-06T00:00"),
        ("Решили разослать сборник до 1 ноября", None),
        ("Котельные приняли до 25 сентября", None),
        ("Поставил задачу завершить приёмку до 25 сентября", None),
        ("Работы идут с мая по сентябрь, площадку приняли 22 сентября", None),
        ("Мост открыли 5 сентября", None),
        ("Ремонт закончат до 1 декабря", None),
        ("Участвовали дети до 18 лет, заявки подали 40 человек", None),
    ],
)  # fmt: skip
def test_the_deadline_of_a_text_is_read_in_the_author_s_zone(text: str, expected: str | None) -> None:
    for zone in (MOSCOW, IRKUTSK):
        until = deadline_of(text, NOW, zone)
        wanted = datetime.fromisoformat(expected).replace(tzinfo=zone) if expected else None
        assert until == wanted


def test_a_slot_behind_the_deadline_is_red() -> None:
    text = "Заявки принимаются до 12 сентября"
    assert colour("deadline", text, slot=NOW + timedelta(days=1)) is None
    assert colour("deadline", text, slot=NOW + timedelta(days=3)) is RED
    assert colour("deadline", text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Приглашаем всех 12 августа на праздник двора", RED),
        ("Заявки принимаются до 1 сентября", RED),
        ("2 августа прошёл сход граждан", YELLOW),
        ("8 сентября прошёл сход граждан", None),
        ("Двор сдали 2 августа, а 9 сентября открыли", None),
        ("Памятник поставили 9 мая 1975 года", None),
        ("Сход пройдёт 20 сентября", None),
        ("Сход граждан решил чистить пруд", None),
    ],
)  # fmt: skip
def test_what_is_over_is_told(text: str, expected: Colour | None) -> None:
    assert colour("stale", text) is expected


# -------------------------------------------------------------------------------------------------------- form

LONG = "Староста собрал соседей и за лето вернул к жизни общественный колодец. " * 5


def test_length_is_measured_by_the_editors_thresholds() -> None:
    assert colour("too_short", "Сход решил чистить пруд") is YELLOW
    assert colour("too_short", LONG) is colour("too_long", LONG) is None
    assert colour("too_long", LONG * 10) is YELLOW
    assert colour("too_long", LONG, lists=lists(thresholds="длинно = 100")) is YELLOW
    assert colour("too_short", "Сход решил чистить пруд", lists=lists(thresholds="коротко = 5")) is None
    assert colour("empty_text", "  ") is YELLOW
    assert colour("too_short", "  ") is None


@pytest.mark.parametrize(
    ("attachments", "code", "expected"),
    [
        ((), "no_photo", YELLOW),
        ((Attachment("doc"), Attachment("link")), "no_photo", YELLOW),
        ((PHOTO,), "no_photo", None),
        ((VIDEO,), "no_photo", None),
        ((PHOTO,), "photo_lowres", None),
        ((Attachment("photo", 1, 2, width=640, height=480),), "photo_lowres", YELLOW),
        ((Attachment("photo", 1, 2, width=700, height=1200),), "photo_lowres", None),
        ((Attachment("photo", 1, 2, width=1000, height=1),), "photo_lowres", None),
        ((Attachment("photo", 1, 2, width=999, height=999),), "photo_lowres", YELLOW),
        ((PHOTO, Attachment("photo", 1, 3, width=604, height=403)), "photo_lowres", YELLOW),
        ((PHOTO, Attachment("photo", 1, 3)), "photo_lowres", None),
        ((Attachment("photo", 1, 2),), "photo_lowres", None),
        ((Attachment("doc", width=10, height=10),), "photo_lowres", None),
        ((PHOTO,) * 11, "many_photos", YELLOW),
    ],
)  # fmt: skip
def test_pictures(attachments: tuple[Attachment, ...], code: str, expected: Colour | None) -> None:
    assert colour(code, LONG, attachments=attachments) is expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("only_link", "https://example.org/news/1", YELLOW),
        ("only_link", "Читайте: www.example.org/1 #Тула", YELLOW),
        ("only_link", "Совет муниципальных образований подвёл итоги полугодия: https://example.org/1", None),
        ("only_link", "Сход решил чистить пруд", None),
        ("shortener", "Подробности: bit.ly/3abc", YELLOW),
        ("shortener", "Анкета https://vk.cc/abc", YELLOW),
        ("shortener", "Подробности: https://habit.ly.example.org/3abc", None),
        ("emoji", "🔥" * 9, YELLOW),
        ("emoji", "🔥" * 8, None),
        ("emoji", "☐ лавка ☐ фонарь ◽️ газон " * 5, None),
        ("capitals", "ВНИМАНИЕ ВСЕМ: СКОРО НАЧНЁТСЯ ПРАЗДНИК", YELLOW),
        ("capitals", "ВНИМАНИЕ, ПЕРЕНОС: форум ВАРМСУ и ОКМО", None),
        ("capitals", "ТОС, СМО, ЖКХ, МСУ, ТСЖ, ФАП, ДК, ВКС", None),
        ("signs", "Ура!!! Мы победили!!!", YELLOW),
        ("signs", "Ура! Мы победили!", None),
        ("officialese", "В рамках исполнения и в целях развития осуществляется данное мероприятие по вопросу " + LONG, YELLOW),
        ("officialese", LONG * 2, None),
        ("mentions", "Спросите у [id1|Анны]", YELLOW),
        ("mentions", "Пишите *example_nso (СМО НСО)", YELLOW),
        ("mentions", "@all приходите на сход", YELLOW),
        ("mentions", "Почта admin@example.org, 5 * (2 + 3)", None),
        ("cleanup", "<p>Сход&nbsp;прошёл</p>", YELLOW),
        ("cleanup", "С\u200bход прошёл", YELLOW),
        ("cleanup", "Сход прошёл\n________________\nСпасибо", YELLOW),
        ("cleanup", "Сход прошёл\n\nСпасибо — всем", None),
        ("cleanup", "Температура < 5 градусов, A & B", None),
        ("not_for_publication", "тест тест, не публиковать", YELLOW),
        ("not_for_publication", "Решили не публиковать имена, пока не спросят", YELLOW),
        ("not_for_publication", "Ученики написали тест по истории села", None),
    ],
)  # fmt: skip
def test_form(code: str, text: str, expected: Colour | None) -> None:
    assert colour(code, text) is expected


# ------------------------------------------------------------------------------------------------------ people


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("contacts", "Звоните: 8 900 000 00 00", YELLOW),
        ("contacts", "Звоните: +7 (912) 000-00-00", YELLOW),
        ("contacts", "Приёмная администрации: 8 900 000 00 00", None),
        ("contacts", "Телефон 8 (3822) 00-00-00, горячая линия 8-800-000-00-00", None),
        ("contacts", "Пишите: ivanova1970@mail.ru", YELLOW),
        ("contacts", "Почта пресс-службы: sovet@mail.ru", None),
        ("contacts", "Почта sovet@example.org", None),
        ("contacts", "Реестровый номер 89120000000123", None),
        ("fundraising", "Карта получателя 0000 0000 0000 0000", RED),
        ("fundraising", "Карта 4111111111111111", RED),
        ("fundraising", "Собираем средства на лечение, перевод по номеру телефона", RED),
        ("fundraising", "Жители собирают средства на ремонт моста", YELLOW),
        ("fundraising", "Сбор отчётов: 1000 2000 3000 4000 участников", None),
        ("fundraising", "Жители собрали 140 тысяч на доску", None),
        ("fundraising", "На карту комфортной среды нанесли 5 дворов", None),
        ("minors", "Победила Маша К., 9 лет", YELLOW),
        ("minors", "Глава класса Маша Королёва, 9 лет, читала стихи", YELLOW),
        ("minors", "Дети посадили сад, вёл уроки Петя С.", YELLOW),
        ("minors", "Ученица 5 класса Аня Смирнова прочла стихи", YELLOW),
        ("minors", "Ученица 5 „Б“ класса Аня Смирнова прочла стихи", YELLOW),
        ("minors", "Стихи прочла Аня Смирнова из 5 „Б“ класса", YELLOW),
        ("minors", "Стихи прочла Аня Смирнова (5-Б)", YELLOW),
        ("minors", "Победили Маша Королёва, 5Б, и Пётр Ильич Громов", YELLOW),
        ("minors", "Стихи прочла Аня Смирнова из пятого „Б“", YELLOW),
        ("minors", "Первое место: 5 «Б» класс, Аня Смирнова", YELLOW),
        ("minors", "Стихи прочла Аня Смирнова, ученица школы № 3, 11-й класс", YELLOW),
        ("minors", "Рисунок подарила Маша К. из 5-Б", YELLOW),
        ("minors", "Дети посадили сад", None),
        ("minors", "Классный руководитель 5 „Б“ класса Ольга Петрова провела сход", None),
        ("minors", "Ольга Петрова, учитель 5-Б класса, провела сход", None),
        ("minors", "Награду получил водитель 1 класса Пётр Смирнов", None),
        ("minors", "Советник службы 2 класса Анна Белова рассказала об уставе", None),
        ("minors", "Двор на Садовой, 5-Б, староста Анна Белова", None),
        ("minors", "Юрист Сергей Иванов в 10 классе рассказал о выборах старост", None),
        ("minors", "Фермер Пётр Смирнов отремонтировал 5 классов", None),
        ("minors", "5 „Б“ класс посадил сад", None),
        ("minors", "Третьеклассники сыграли в администрацию", None),
        ("minors", "Дети и директор школы Анна Петровна Иванова", None),
        ("minors", "Победила Маша К., 9 лет. Согласие родителей есть", None),
        ("minors", "Глава Иванов И. И. 9 лет назад открыл школу для детей", None),
        ("minors", "Староста Пётр Смирнов работает 15 лет", None),
        ("personal_data", "Она живёт на улице Полевой, 14", YELLOW),
        ("personal_data", "Проживает по адресу: ул. Мира, д. 5, кв. 12", YELLOW),
        ("personal_data", "У Марии К. диагноз, инвалид 2 группы", YELLOW),
        ("personal_data", "Паспорт 45 00 № 000000", RED),
        ("personal_data", "Семья погорельцев, пишите Марии К.", YELLOW),
        ("personal_data", "Праздник во дворе дома 5 по улице Садовой", None),
        ("personal_data", "Жители улицы Набережной три года чистили пойму", None),
        ("personal_data", "Волонтёры навестили погорельцев", None),
        ("personal_data", "Рак на гербе района", None),
    ],
)  # fmt: skip
def test_people(code: str, text: str, expected: Colour | None) -> None:
    assert colour(code, text) is expected


def test_a_phone_is_not_repeated_whole() -> None:
    [warn] = [one for one in desk.warnings_for(facts("Звоните: 8 900 123 45 67")) if one.code == "contacts"]
    assert "123" not in warn.about


# --------------------------------------------------------------------------------------------------------- law


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("advertising", "Скидка 45%! Звоните 8 900 000 00 00, бесплатный замер", RED),
        ("advertising", "Реклама. ООО «Окно», erid: 2SDnjc000", RED),
        ("advertising", "Закажите саженцы со скидкой", YELLOW),
        ("advertising", "Вход бесплатный, приходите", None),
        ("advertising", "Жителям объяснили, как оформить скидку на вывоз мусора", None),
        ("advertising", "Ремонт стоил 500 тысяч рублей, гарантия подрядчика пять лет", None),
        ("election", "Поддержите нашего кандидата в депутаты на выборах", RED),
        ("election", "Голосуйте за партию! Выборы 20 сентября", RED),
        ("election", "Встреча с кандидатом в главы района", YELLOW),
        ("election", "Красноярье выбирает лучшую тропу. Пять кандидатов в финале. Голосуйте!", None),
        ("election", "Голосование за объекты благоустройства завершилось", None),
        ("election", "На сходе проголосовали единогласно и выбрали старосту", None),
        ("election", "Сельсовет поддержал депутата Иванова", None),
        ("foreign_agent", "Публицист, включённый в реестр иностранных агентов", YELLOW),
        ("foreign_agent", "Иностранные гости и страховой агент", None),
        ("banned_platform", "Больше фото: instagram.com/example", RED),
        ("banned_platform", "Подписывайтесь на наш Инстаграм", RED),
        ("banned_platform", "Фото нашли в Инстаграме", YELLOW),
        ("banned_platform", "Инстаграм (запрещён в РФ) закрыт", None),
        ("banned_platform", "Установка лавок, инстанция пройдена, vk.com/okmo", None),
        ("security", "Над районом сбили беспилотник", RED),
        ("security", "Прилёт по зданию администрации", RED),
        ("security", "Шефы из воинской части № 00000 помогли селу", RED),
        ("security", "Школьный кружок дронов: дрон упал в пруд", None),
        ("security", "Проводили призывников, они будут служить в воинской части на Урале", None),
        ("security", "Прилёт грачей отметили праздником", None),
        ("security", "Дрон снял, как сельхозбеспилотник опрыскал поле", None),
        ("security", "Ракета на детской площадке стала любимой", None),
        ("security", "Ветераны Великой Отечественной помнят обстрелы 1942 года", None),
        ("sensitive", "В аварии погибли два человека", RED),
        ("sensitive", "Пропал человек, нужна помощь", RED),
        ("sensitive", "Администрация выражает соболезнования семье", RED),
        ("sensitive", "Открыли памятник погибшим землякам", None),
        ("sensitive", "Поисковый отряд нашёл пропавших без вести бойцов 1942 года", None),
        ("sensitive", "За лето в районе не погиб ни один человек", None),
        ("sensitive", "Из-за аварии на линии без света остались 430 домов", None),
    ],
)  # fmt: skip
def test_law(code: str, text: str, expected: Colour | None) -> None:
    assert colour(code, text) is expected


def test_security_without_pictures_is_yellow_unless_the_region_forbids_it() -> None:
    text = "Над районом сбили беспилотник"
    assert colour("security", text, attachments=()) is YELLOW
    assert colour("security", text, attachments=(), region="RU-VOR") is RED
    assert colour("security", text, attachments=(), lists=lists(filming_bans="Тульская область")) is RED


def test_an_election_is_counted_by_the_region_s_own_midnight() -> None:
    """T: 18 September has begun on Kamchatka while Moscow still has the 17th."""
    text = "Приходите на выборы, голосование идёт три дня"
    calendar = lists(elections="Камчатский край 18.09.2026–20.09.2026")
    last_hour = datetime(2026, 9, 20, 11, 59, tzinfo=UTC)  # 23:59 on Kamchatka
    kamchatka: dict[str, Any] = {"region": "RU-KAM", "zone": KAMCHATKA, "lists": calendar}

    assert colour("election", text, now=last_hour, **kamchatka) is RED
    assert colour("election", text, now=last_hour + timedelta(minutes=1), **kamchatka) is None
    assert colour("election", text, now=last_hour, lists=calendar) is None, "another region has no election"
    assert colour("election", text, now=NOW - timedelta(days=60), **kamchatka) is None
    assert colour("election", text, now=NOW - timedelta(days=60), slot=last_hour, **kamchatka) is RED
    eve = datetime(2026, 9, 16, 12, 0, tzinfo=UTC)  # midnight before the last day without voting
    assert colour("election", text, now=eve, **kamchatka) is RED
    assert colour("election", text, now=eve - timedelta(minutes=1), **kamchatka) is YELLOW
    assert (
        colour("election", "Встреча с кандидатом в главы района", now=eve - timedelta(days=9), **kamchatka) is RED
    )


def test_names_of_the_editors_lists_are_found_in_any_case() -> None:
    known = lists(foreign_agents="Пётр Выдуманный; Фонд Примеров", undesirable="Общество Икс", stop_words="биткоин")

    assert colour("foreign_agents", "Интервью с Петром Выдуманным о дворах", lists=known) is RED
    assert colour("foreign_agents", "Петров выдумал фонд добрых примеров", lists=known) is None
    assert colour("undesirable", "Грант общества Икс", lists=known) is RED
    assert colour("stop_word", "Заплатили биткоинами", lists=known) is YELLOW


# ---------------------------------------------------------------------------------------------------- language


@pytest.mark.parametrize(
    "text",
    [
        "Какого хуя", "хуйня", "х.у.й", "х у й н я", "xуй", "xyй", "хуууй", "п*здец", "пиз*ец", "п****ц", "пи3дец", "бл*дь",
        "б л я д ь", "сука", "с*ка", "cука", "заебали", "за*бали", "ёбаный", "долбоёб", "МУДАК", "пид0р", "нахуй", "охуели",
        "разъебали", "su" + "ka",
    ],
)  # fmt: skip
def test_swearing_is_found_in_disguise(text: str) -> None:
    assert colour("profanity", f"Да {text} такое") is RED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("хрен там, одни отчёты", YELLOW), ("проехал, блин?", YELLOW), ("эту чёртову дорогу", YELLOW), ("хреново", YELLOW),
        ("хрен с редькой на ярмарке", None), ("испекли блин на Масленицу", None), ("Чёртов мост", YELLOW),
        ("экскурсия на Чёртов мост", None), ("блины", None),
    ],
)  # fmt: skip
def test_rudeness_is_yellow(text: str, expected: Colour | None) -> None:
    assert colour("profanity", text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "застрахуй дом и подстрахуй соседа", "психует и страхует", "Херсон и Херсонская область", "херувим", "мандат депутата",
        "мандарины и команда", "барсук и барсука", "посуда", "сук дерева и сучки", "употреблять хлеб", "лебеди", "ребёнок себе не враг",
        "тебе и себе", "учеба и служба", "потребитель", "дебаты", "рубля и корабля", "оскорблять", "бляха", "педагог и педикюр",
        "мудрый совет", "небо", "зебра", "колебания", "художник", "хуже", "хутор", "гандбол", "скипидар", "собака", "сукно",
        "себорея", "вебинар", "небывалый", "гребля", "требования", "обелиск", "ястреба", "погребальный",
        "Небольшой", "цель*", "5*5 метров", "п. 2*3", "ТОС* «Берег»", "страховка", "подхухрыш", "духи и ухи",
        "истребитель", "погреб", "дробь", "служебный", "лечебный", "хвалебный", "учебный", "волшебный", "судебный",
    ],
)  # fmt: skip
def test_ordinary_words_are_not_swearing(text: str) -> None:
    assert colour("profanity", f"Жители: {text} в селе") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Заpaботок от 5000 pублeй в дeнь", RED),
        ("Cовет собрался", YELLOW),
        ("IT-отдел и Wi-Fi в ДК, QR-код", None),
        ("COVID и email", None),
        ("Совет собрался", None),
        ("ДОМ2 и зона5", None),
    ],
)  # fmt: skip
def test_t58_letters_of_two_alphabets_in_one_word(text: str, expected: Colour | None) -> None:
    assert colour("lookalike", text) is expected


# ----------------------------------------------------------------------------------------------------- subject


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("off_topic", "Продаю гараж, недорого", YELLOW),
        ("off_topic", "Сколько можно ждать автобус? Глава ваш хоть раз проехал?", YELLOW),
        ("off_topic", "Староста собрал соседей", None),
        ("off_topic", "В районе открыли дом культуры", None),
        ("off_topic", "Районный бюджет приняли единогласно", None),
        ("off_topic", "Сельчане открыли библиотеку", None),
        ("off_topic", "На сходе граждан решили чистить пруд", None),
    ],
)  # fmt: skip
def test_subject(code: str, text: str, expected: Colour | None) -> None:
    assert colour(code, text) is expected


def test_a_region_is_asked_for_only_where_nobody_knows_it() -> None:
    assert colour("no_region", "В округе прошёл сход", region=None) is YELLOW
    assert colour("no_region", "В округе прошёл сход", region="RU-TUL") is None
    assert colour("no_region", "В Тульской области прошёл сход", region=None) is None
    assert colour("no_region", "В округе прошёл сход", region=None, region_needed=False) is None


# ------------------------------------------------------------------------------------------------------- whole


def test_red_warnings_stand_first() -> None:
    colours = [warn.colour for warn in desk.warnings_for(facts("Погибли двое 🔥" + "🔥" * 9, attachments=()))]
    assert colours == sorted(colours, key=lambda one: one is not RED)
    assert set(colours) == {RED, YELLOW}


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=400)
    | st.lists(
        st.sampled_from(["до 30 сентября", "@", "*", "<p>", "х", "у", "й", " ", "8", "&#64;all", "\n", "_"])
    ).map("".join)
)
def test_any_text_gets_an_answer(text: str) -> None:
    assert {warn.code for warn in desk.warnings_for(facts(text))} <= texts.WARNINGS.keys()


@pytest.mark.parametrize(
    "text",
    [
        "_" * 15_000 + "a",
        "х " * 7_000,
        "до 30 " * 2_500,
        "*а" * 7_000,
        "<" * 15_000,
        "а" * 15_000,
        "8 9" * 5_000,
        "1234 " * 3000,
        "Аня Смирнова 5Б " * 900,
        "Аня Смирнова, " * 1000,
        "дрон упал " * 1500,
        "голосуйте за Ивана " * 800,
        "." * 15_000,
    ],
)
def test_no_text_holds_up_the_desk(text: str) -> None:
    started = time.thread_time()
    desk.warnings_for(facts(text))
    assert time.thread_time() - started < 1.0


def test_a_usual_text_is_checked_in_a_few_milliseconds() -> None:
    text = "\n\n".join(sample.text for sample in samples()[:3])
    desk.warnings_for(facts(text))
    best = min(_seconds(text + " " * turn) for turn in range(5))
    assert best < 0.05


def _seconds(text: str) -> float:
    started = time.thread_time()
    desk.warnings_for(facts(text))
    return time.thread_time() - started
