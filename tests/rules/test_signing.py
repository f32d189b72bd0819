"""How a post is signed: by the rule, from what is certain about its author."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from editorial.post import Post, compose
from editorial.signing import RULES, signed
from editorial.suggestion import Author, Origin, Signed, Suggestion
from tests.builders import AUTHOR, NOW, a_suggestion

COUNCIL = "СМО {региона}"
PRESS = Author(AUTHOR, "Мария Петрова", region="RU-IRK", role="press", confirmed_by=11, confirmed_at=NOW)
TOWN = Author(AUTHOR, "Мария Петрова", region="RU-IRK", role="municipality", confirmed_by=11, confirmed_at=NOW)
CLAIMS = Author(AUTHOR, "Мария Петрова", region="RU-IRK", role="press")
MOVED = Author(AUTHOR, "Мария Петрова", region="RU-TUL", role="press", confirmed_by=11, confirmed_at=NOW)
ACROSS = Author(
    AUTHOR, "Мария", organisation=" Сибирское  соглашение", role="interregional", confirmed_by=11, confirmed_at=NOW
)
CLAIMS_ACROSS = Author(AUTHOR, "Мария", organisation="Газпром", role="interregional")


def sent(author: Author | None = PRESS, region: str | None = "RU-IRK", **more: Any) -> Suggestion:
    return replace(a_suggestion(region=region, edited_text="Новость", **more), author=author)


def rule(word: str, suggestion: Suggestion) -> Signed | None:
    return signed(suggestion, RULES[word], COUNCIL)


def post(word: str, suggestion: Suggestion) -> Post:
    return compose(replace(suggestion, signed=rule(word, suggestion)))


@pytest.mark.parametrize(
    ("author", "region", "line"),
    [
        (PRESS, "RU-IRK", "Источник: СМО Иркутской области"),
        (TOWN, "RU-IRK", "Источник: Иркутская область"),
        (CLAIMS, "RU-IRK", "Источник: Иркутская область"),
        (MOVED, "RU-IRK", "Источник: Иркутская область"),
        (PRESS, None, ""),
        (None, "RU-IRK", "Источник: Иркутская область"),
        (ACROSS, None, "Источник: Сибирское соглашение"),
        (CLAIMS_ACROSS, None, ""),
    ],
)
def test_the_line_says_only_what_is_certain(author: Author | None, region: str | None, line: str) -> None:
    assert rule("region", sent(author, region)) == Signed(False, line)
    assert rule("region+author", sent(author, region)) == Signed(True, line)


def test_the_usual_rule_and_news_of_a_source_are_left_alone() -> None:
    assert rule("author", sent()) is None
    assert rule("none", sent(origin=Origin.SOURCE, behind={"url": "https://sovet.invalid/1"})) is None


@pytest.mark.parametrize(
    ("word", "vk_signs", "text"),
    [
        ("none", False, "Новость"),
        ("author", True, "Новость"),
        ("region", False, "Новость\n\nИсточник: СМО Иркутской области"),
        ("region+author", True, "Новость\n\nИсточник: СМО Иркутской области"),
    ],
)
def test_the_post_is_signed_by_the_rule(word: str, vk_signs: bool, text: str) -> None:
    made = post(word, sent())
    assert (made.signed, made.text) == (vk_signs, text)


def test_what_the_text_says_itself_is_not_said_twice() -> None:
    said = "Новость\n\nИсточник: СМО Иркутской области"
    assert post("region", replace(sent(), edited_text=said)).text == said


def test_a_post_of_several_regions_credits_them_itself() -> None:
    said = "Новость\n\nПо сообщениям СМО Иркутской области и СМО Томской области"
    assert post("region+author", replace(sent(), edited_text=said)).text == said


def test_news_of_the_dialog_names_its_author_in_the_text_only_by_the_rule() -> None:
    texts = {word: post(word, sent(origin=Origin.DIALOGUE)).text for word in RULES}
    assert texts == {
        "none": "Новость",
        "author": "Новость\n\nАвтор: Мария Петрова",
        "region": "Новость\n\nИсточник: СМО Иркутской области",
        "region+author": "Новость\n\nАвтор: Мария Петрова\nИсточник: СМО Иркутской области",
    }
