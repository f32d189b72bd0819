"""What a part of a post says, whatever shape its network keeps it in."""

from __future__ import annotations

from typing import Any

import pytest

from editorial.networks import Part
from editorial.preview import words_of


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"text": "Новость < 5 & 6", "entities": []}, "Новость < 5 & 6"),
        (
            {"text": '<a href="https://okmo.invalid/a">Сайт</a> &amp; всё', "format": "html"},
            "Сайт (https://okmo.invalid/a) & всё",
        ),
        ({"media": [{"type": "text", "text": "Абзац"}, {"type": "photo"}]}, "Абзац"),
        ({"title": "Заголовок", "html": "<p>Раз<br>\nдва</p>\n<p>Три</p>"}, "Заголовок\n\nРаз\nдва\nТри"),
        ({"text": {"plain": "Слова", "html": "<p>Слова</p>"}}, "Слова"),
        ({"question": "Какая тропа?", "options": []}, "Какая тропа?"),
        ({}, ""),
    ],
)
def test_the_words_of_a_part(body: dict[str, Any], words: str) -> None:
    assert words_of(Part("any", body)) == words
