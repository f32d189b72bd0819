"""The digest: a line says the main thing, the lines stand by district, nothing is due twice or too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from editorial import digest
from editorial.crontab import Crontab
from editorial.digest import Line
from editorial.post import utf16_length

MOSCOW = ZoneInfo("Europe/Moscow")
EVERY_EVENING = Crontab.parse("0 20 * * *")
TITLE = "Новости муниципалитетов за {дата}"


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=MOSCOW).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Открыли библиотеку в Черемхове. Пришли сто человек.", "Открыли библиотеку в Черемхове."),
        ("#ИркутскаяОбласть #Новости\n\nОткрыли библиотеку в Черемхове", "Открыли библиотеку в Черемхове."),
        ("#Старосты Открыли библиотеку в Черемхове #АСМОИО", "Открыли библиотеку в Черемхове."),
        ("🎉🎉 Открыли библиотеку в г. Черемхове! Ура", "Открыли библиотеку в г. Черемхове!"),
        ("Ура! Открыли библиотеку в Черемхове. Было тепло.", "Ура! Открыли библиотеку в Черемхове."),
        ("Глава [id5|Иван Петров] открыл библиотеку. Пели.", "Глава Иван Петров открыл библиотеку."),
        ("Сегодня:\nпервое\nвторое", "Сегодня."),
        ("#Тег", ""),
        ("   \n ", ""),
        ("🎉", ""),
    ],
)
def test_the_line_is_the_first_sentence(text: str, line: str) -> None:
    assert digest.first_sentence(text) == line


def test_a_long_sentence_is_cut_at_a_word() -> None:
    line = digest.first_sentence("Старосты " + "посёлков и деревень района " * 20)
    assert len(line) <= digest.LONGEST + 1
    assert line.endswith("…")
    assert line[:-1].split()[-1] in {"посёлков", "и", "деревень", "района"}


def test_lines_stand_by_district_and_region() -> None:
    lines = [
        Line(5, None, "Ассоциации подписали соглашение."),
        Line(4, "RU-93", "Открыли парк."),
        Line(3, "RU-IRK", "Открыли библиотеку."),
        Line(2, "RU-TUL", "Наградили старост."),
        Line(1, "RU-KEM", "Провели съезд."),
        Line(6, "RU-IRK", "Отремонтировали дорогу."),
    ]
    assert digest.compose("Заголовок", lines).split("\n") == [
        "Заголовок",
        "",
        "Центральный федеральный округ",
        "◽️ Тульская область: Наградили старост.",
        "",
        "Сибирский федеральный округ",
        "◽️ Иркутская область: Открыли библиотеку.",
        "◽️ Иркутская область: Отремонтировали дорогу.",
        "◽️ Кемеровская область — Кузбасс: Провели съезд.",
        "",
        "Другие регионы",
        "◽️ Донецкая Народная Республика: Открыли парк.",
        "",
        "Межрегиональные новости",
        "◽️ Ассоциации подписали соглашение.",
    ]


def test_a_digest_that_is_too_long_becomes_several_posts() -> None:
    lines = [Line(number, "RU-IRK", f"Новость {number}. " + "слово " * 30) for number in range(1, 201)]
    portions = digest.portions("Заголовок", lines)
    assert [line.number for portion in portions for line in portion] == list(range(1, 201))
    texts = [digest.compose(digest.part_title("Заголовок", 10, 10), portion) for portion in portions]
    assert len(texts) > 1
    assert max(map(utf16_length, texts)) <= 15_000
    assert digest.portions("Заголовок", []) == ()
    assert digest.part_title("Заголовок", 1, 1) == "Заголовок"


@pytest.mark.parametrize(
    ("kind", "day", "title"),
    [
        (digest.DAILY, date(2026, 11, 25), "Новости муниципалитетов за 25 ноября"),
        (digest.WEEKLY, date(2026, 11, 29), "Новости муниципалитетов за неделю, 23–29 ноября"),
        (digest.WEEKLY, date(2026, 12, 3), "Новости муниципалитетов за неделю, 27 ноября–3 декабря"),
    ],
)
def test_the_title_names_the_day_or_the_week(kind: str, day: date, title: str) -> None:
    assert digest.title(TITLE, kind, day) == title


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        (at(18, 59), at(20, day=24) if False else None),
        (at(19), at(20)),
        (at(20, 30), at(20)),
        (at(7, day=26), at(20)),
        (at(8, 1, day=26), None),
    ],
)
def test_it_is_due_from_an_hour_before_until_the_morning(now: datetime, moment: datetime | None) -> None:
    assert digest.due(EVERY_EVENING, now, MOSCOW) == moment


def test_a_missed_one_is_shown_before_it_goes_out() -> None:
    assert digest.goes_out(at(20), at(19)) == at(20)
    assert digest.goes_out(at(20), at(21)) == at(21) + timedelta(minutes=15)


def test_a_moderators_line_is_one_line_without_the_bullet() -> None:
    assert digest.wording("◽️  Открыли\nбиблиотеку ") == "Открыли библиотеку"
