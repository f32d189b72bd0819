"""Copies and retellings are found; a form filled in anew and a text of its own are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.likeness import ALIKE, SAME_PICTURE, apart, likeness, stems, trace

STORY = (
    "Камчатка встретила делегацию шести регионов\n\nГлавы с материка приехали посмотреть, как здесь устроены "
    "электронные сходы. До соседнего села 300 километров и вертолёт раз в неделю, поэтому собрание жителей проводят "
    "в мессенджере. За два года так прошло 41 собрание, ни одно не оспорили."
)
RETOLD = (
    "На Камчатке побывала делегация из шести регионов. До ближайшего села 300 км, вертолёт прилетает раз в неделю — "
    "и собрания жителей там проводят в мессенджере: 41 собрание за два года, ни одно не оспорили. Главы с материка "
    "посмотрели, как устроены электронные сходы."
)
OTHER = (
    "В Калужской области сельские старосты получили удостоверения нового образца. Документ с кодом открывает "
    "страницу, где указаны полномочия и границы населённого пункта. Выдали уже 214 удостоверений."
)
FORM = "Чувашия прошла «10 000 шагов»: {} муниципалитетов, {} участников, {} маршрута. Спасибо всем организаторам акции"


def alike(one: str, other: str) -> float:
    return likeness(trace(one), trace(other))


def test_the_same_text_is_wholly_alike_whatever_its_typography() -> None:
    worn = STORY.replace("ё", "е").replace(" и ", "  и ").replace(",", " ,").upper() + " #Камчатка vk.com/x"
    assert alike(STORY, worn) > 0.95


@pytest.mark.parametrize("part", [STORY[:150], STORY[90:]])
def test_a_part_of_a_text_is_alike(part: str) -> None:
    assert alike(STORY, part) > 0.9


def test_a_retelling_with_the_same_numbers_is_alike() -> None:
    assert alike(STORY, RETOLD) >= ALIKE


def test_a_retelling_with_other_numbers_is_another_story() -> None:
    assert alike(STORY, RETOLD.replace("300", "45").replace("41", "7")) < ALIKE


def test_a_form_filled_in_anew_is_another_story() -> None:
    assert alike(FORM.format(26, 11400, 84), FORM.format(19, 6320, 41)) < ALIKE


def test_texts_of_their_own_are_not_alike() -> None:
    assert alike(STORY, OTHER) < 0.1


def test_short_texts_are_alike_only_when_equal() -> None:
    assert alike("Открыли двор", "Открыли двор") == 1.0
    assert alike("Открыли двор", "Открыли сквер") == 0.0
    assert alike("", "") == 0.0


def test_a_thousand_is_the_same_number_with_and_without_its_gap() -> None:
    assert trace("11 400 участников и 84 маршрута").numbers == trace("11400 участников, 84 маршрута").numbers


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_mutual_and_between_nothing_and_one(one: str, other: str) -> None:
    there, back = alike(one, other), alike(other, one)
    assert there == back
    assert 0.0 <= there <= 1.0


def test_stems_of_one_word_in_its_forms_are_equal() -> None:
    assert len(set(stems(["дорога", "дороги", "дорогой", "Дорогу"]))) == 1


def test_pictures_are_compared_by_bits() -> None:
    assert apart(0b1011, 0b1000) == 2
    assert apart(0, 2**64 - 1) == 64 > SAME_PICTURE
