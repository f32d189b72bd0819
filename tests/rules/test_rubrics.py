"""The rubric of a text is guessed from its words; a guess is none when nothing speaks for any."""

from __future__ import annotations

import pytest

from editorial.rubrics import by_code, guess, shipped


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Сельские старосты получили удостоверения нового образца", "starosty"),
        ("ТОС «Берег» получил грант на лодочный причал", "tos"),
        ("Стартовал конкурс с призовым фондом, заявки принимают до мая", "konkurs"),
        ("В новом сквере поставили лавки и фонари", "blago"),
        ("Приглашаем на открытый вебинар для глав поселений", "anons"),
        ("Совет муниципальных образований подвёл итоги года", "sovet"),
        ("Любые слова #ЗдоровыйМуниципалитет", "zdorovye"),
    ],
)
def test_the_words_of_a_text_tell_its_rubric(text: str, code: str) -> None:
    found = guess(text)

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", "тест тест", "Куплю гараж"])
def test_a_text_about_something_else_has_no_rubric(text: str) -> None:
    assert guess(text) is None


def test_hashtags_of_rubrics_are_one_word_each() -> None:
    assert all(one.hashtag.startswith("#") and one.hashtag[1:].isalnum() for one in shipped())
    assert len({one.code for one in shipped()}) == len(shipped())
    assert by_code("tos") in shipped()
    assert by_code("no") is None
