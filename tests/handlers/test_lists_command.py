"""/списки: what the editors keep, changed in the chat by those who may, with a line in the journal."""

from __future__ import annotations

import pytest

from editorial.lists import Kept
from editorial.suggestion import Attachment
from handlers import keeping, texts
from tests.builders import ANNA, BORIS, suggested
from tests.handlers.test_warnings import FINE
from tests.handlers.world import World

PHOTO = Attachment("photo", 601, 31, "abc", "https://img.invalid/31.jpg", width=1600, height=1200)


def entries(world: World, name: Kept) -> tuple[str, ...]:
    with world.look() as context:
        return keeping.entries(context.unit, name)


def test_the_lists_are_named_with_their_length(world: World) -> None:
    told = world.answer("/списки", by=BORIS)
    for name in Kept:
        assert texts.LIST_NAMES[name] in told.lower()
    assert "добавить" in told


def test_an_entry_is_added_shown_and_taken_out(world: World) -> None:
    told = world.answer("/списки добавить иноагенты: Пётр Выдуманный; Фонд Примеров")
    assert "Пётр" not in told
    assert "петр выдуманный, фонд примеров" in told
    assert world.answer("/списки иноагенты").split("\n")[1:] == ["петр выдуманный", "фонд примеров"]
    assert "убрали" in world.answer("/Списки убрать Иноагенты: Пётр Выдуманный").lower()
    assert entries(world, Kept.FOREIGN_AGENTS) == ("фонд примеров",)


def test_who_changed_what_and_when_stands_in_the_journal(world: World) -> None:
    world.answer("/списки добавить стоп-слова: биткоин")
    with world.look() as context:
        [entry] = [one for one in context.unit.journal.latest(10) if one.action == "list_changed"]
    assert (entry.actor, entry.at) == (ANNA, world.now)
    assert entry.details == {"list": "stop_words", "added": ["биткоин"], "removed": []}
    world.answer("/списки добавить пороги: коротко = 150")
    assert world.answer("/журнал списки").split("\n") == [
        "Журнал списков, время мск:",
        "25.11 10:00 · Анна Смирнова · Стоп-слова: добавили: биткоин",
        "25.11 10:00 · Анна Смирнова · Пороги: добавили: коротко = 150; убрали: коротко = 250",
    ]


def test_a_journal_of_lists_that_nobody_changed(world: World) -> None:
    assert world.answer("/журнал списки") == "Списки пока никто не менял."


def test_only_editors_change_lists(world: World) -> None:
    assert (
        world.answer("/списки добавить стоп-слова: биткоин", by=BORIS) == "Для этого нужна роль редактора или выше"
    )
    assert entries(world, Kept.STOP_WORDS) == ()
    assert world.refusals()[0]["action"] == "/списки"


@pytest.mark.parametrize(
    "words",
    [
        "/списки добавить выборы: Тульская область 18.09.2027; Атлантида 18.09.2027",
        "/списки добавить пороги: ширина = 5",
        "/списки добавить стоп-слова: биткоин; (((",
        "/списки добавить чушь: биткоин",
        "/списки чушь",
    ],
)  # fmt: skip
def test_a_line_that_makes_no_sense_changes_nothing(world: World, words: str) -> None:
    before = {name: entries(world, name) for name in Kept}
    assert world.answer(words)
    assert {name: entries(world, name) for name in Kept} == before


def test_a_threshold_replaces_the_one_before_and_goes_back(world: World) -> None:
    world.answer("/списки добавить пороги: длинно = 2000")
    world.answer("/списки добавить пороги: длинно = 1800")
    assert [entry for entry in entries(world, Kept.THRESHOLDS) if entry.startswith("длинно")] == ["длинно = 1800"]
    world.answer("/списки убрать пороги: длинно")
    assert [entry for entry in entries(world, Kept.THRESHOLDS) if entry.startswith("длинно")] == ["длинно = 2500"]
    with world.look() as context:
        assert context.unit.lists.changes() == ()


def test_elections_and_bans_are_told_in_words(world: World) -> None:
    world.answer("/списки добавить выборы: Тульская область 18.09.2027–20.09.2027")
    assert "Тульская область 18.09.2027–20.09.2027" in world.answer("/списки выборы")
    world.answer("/списки добавить съёмка: Тульская область")
    assert "Тульская область" in world.answer("/списки съёмка")


def test_what_is_there_already_changes_nothing(world: World) -> None:
    assert world.answer("/списки добавить сокращатели: bit.ly") == texts.list_unchanged("сокращатели")
    assert world.answer("/списки убрать сокращатели: no.example") == texts.list_unchanged("сокращатели")


def test_a_shipped_entry_that_was_taken_out_comes_back(world: World) -> None:
    world.answer("/списки убрать сокращатели: bit.ly")
    assert "bit.ly" not in entries(world, Kept.SHORTENERS)
    world.answer("/списки добавить сокращатели: bit.ly")
    assert "bit.ly" in entries(world, Kept.SHORTENERS)
    with world.look() as context:
        assert context.unit.lists.changes() == ()


def test_waiting_cards_are_judged_anew(world: World) -> None:
    world.happens(suggested(31, text=FINE, attachments=(PHOTO,)))
    assert "стоп-слово" not in world.card(1).text
    world.answer("/списки добавить стоп-слова: колодец")
    assert "стоп-слово: «колодец»" in world.card(1).text


def test_a_moderator_who_asks_to_be_forgotten_leaves_the_lists_as_they_are(world: World) -> None:
    world.answer("/списки добавить стоп-слова: биткоин")
    with world.unit() as context:
        context.unit.authors.forget(ANNA, world.now)
    assert entries(world, Kept.STOP_WORDS) == ("биткоин",)


def test_full_names_are_kept_as_written_and_spelled_out_by_the_house_style(world: World) -> None:
    told = world.answer("/списки добавить полные названия: МСУ = местное самоуправление; ФАП=фельдшерский пункт")
    assert "МСУ = местное самоуправление, ФАП = фельдшерский пункт" in told
    world.happens(suggested(31, text="В деревне открыли ФАП. Второй ФАП достроят весной."))
    world.press(1, "Ещё", "Оформить")
    assert world.suggestion(1).text.startswith("В деревне открыли фельдшерский пункт. Второй ФАП достроят")
    world.answer("/списки добавить полные названия: ФАП = фельдшерско-акушерский пункт")
    assert entries(world, Kept.FULL_NAMES) == (
        "МСУ = местное самоуправление",
        "ФАП = фельдшерско-акушерский пункт",
    )
    assert "убрали" in world.answer("/списки убрать полные названия: ФАП")
    assert entries(world, Kept.FULL_NAMES) == ("МСУ = местное самоуправление",)


@pytest.mark.parametrize("words", ["МСУ", "МСУ =", "= имя", "МСУ = а", "А = Б = Второе имя"])
def test_a_full_name_is_a_pair(world: World, words: str) -> None:
    assert "нужны краткое и полное" in world.answer(f"/списки добавить полные названия: {words}")
    assert entries(world, Kept.FULL_NAMES) == ()
