"""/найти, /автор, /регион, /журнал: what moderators read, and nobody else."""

from __future__ import annotations

import pytest

from tests.builders import ANNA, AUTHOR, BORIS, CHAT, a_button_press, suggested
from tests.handlers.world import World


@pytest.fixture
def desk(world: World) -> World:
    world.happens(
        suggested(31, text="#ИркутскаяОбласть В Черемхове открыли библиотеку."),
        suggested(32, text="В Тулуне отремонтировали школу.", author=602),
    )
    return world


def ask(world: World, words: str, by: int = ANNA, where: int = CHAT) -> str:
    return "\n".join(world.says(words, by=by, where=where))


def test_words_in_any_form(desk: World) -> None:
    said = ask(desk, "/найти библиотеки")
    assert said.startswith("№ 1 · 25 ноября · ")
    assert "ждёт решения" in said
    assert "https://vk.com/wall-1_31" in said


def test_by_number_and_author(desk: World) -> None:
    assert ask(desk, "/найти 2").startswith("№ 2 ·")
    assert ask(desk, "/Найти №2").startswith("№ 2 ·")
    assert ask(desk, "/найти петрова").startswith("№ 1 ·")
    assert "новостей нет" in ask(desk, "/найти дельфины")
    assert "Что найти?" in ask(desk, "/найти")


def test_by_region(desk: World) -> None:
    with desk.unit() as context:
        known = context.unit.suggestions.get(2)
        assert known is not None
        from dataclasses import replace

        context.unit.suggestions.save(replace(known, region="RU-IRK", version=2), seen_version=1)
    assert "№ 2 ·" in ask(desk, "/найти Иркутская область")
    said = ask(desk, "/регион иркутская область")
    assert said.startswith("Иркутская область\nПрислано ")
    assert "Такого региона нет" in ask(desk, "/регион Атлантида")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("/регион", "Какой регион? Напишите название"),
        ("/автор", "Какой автор? Напишите имя"),
        ("/регион тульская", "Тульская область\n"),
        ("/регион Алтай", "Регионов с таким словом несколько: Республика Алтай, Алтайский край. Напишите"),
        ("/регион н", "Такого региона нет"),
    ],
)
def test_what_is_named_in_part_is_found_or_asked_about(world: World, asked: str, said: str) -> None:
    assert ask(world, asked).startswith(said)


def test_ten_at_a_time(world: World) -> None:
    world.happens(*(suggested(post, text=f"Библиотека номер {post}.") for post in range(101, 124)))
    first = ask(world, "/найти библиотека")
    assert [line.split(" ·")[0] for line in first.split("\n")[::2]] == [f"№ {n}" for n in range(23, 13, -1)]
    for expected in (range(13, 3, -1), range(3, 0, -1)):
        message = world.chat()[-1]
        [shown] = world.happens(a_button_press(message.buttons["Ещё"], by=BORIS, cmid=message.cmid))
        assert shown.text == "Показываем следующие"
        answered = world.chat()[-1].text
        assert [line.split(" ·")[0] for line in answered.split("\n")[::2]] == [f"№ {n}" for n in expected]
    assert world.chat()[-1].buttons == {}


def test_an_author_by_name_and_number(desk: World) -> None:
    said = ask(desk, "/автор Мария")
    assert "Мария Петрова" in said
    assert "Прислано 1, вышло 0" in said
    assert ask(desk, f"/автор https://vk.com/id{AUTHOR}").startswith("[id601|Мария Петрова]")
    assert "Такого автора нет" in ask(desk, "/автор Никто")


def test_the_journal_tells_who_did_what(desk: World) -> None:
    desk.press(1, "Отклонить", "Реклама", by=BORIS)
    said = ask(desk, "/журнал 1").split("\n")
    assert said[0] == "Журнал № 1, время мск:"
    assert said[1] == "25.11 10:00 · Мария Петрова · новость прислана"
    assert said[2] == "25.11 10:00 · Борис Котов · отклонить: ждёт решения → отклонена (реклама)"
    assert ask(desk, "/журнал 77") == "Новости № 77 нет."


@pytest.mark.parametrize("words", ["/найти библиотека", "/автор Мария", "/регион Тульская область", "/журнал 1"])
def test_nobody_else_and_nowhere_else(desk: World, words: str) -> None:
    assert "Решают только" in ask(desk, words, by=AUTHOR)
    assert "чате модераторов" in ask(desk, words, by=ANNA, where=2_000_000_077)
    assert "чате модераторов" in "".join(desk.says(words, by=ANNA))
