"""Long texts: where they are cut, what stands at the end, how parts make the whole again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.markup import Kind, Rich, Span, build, link, parse
from editorial.post import utf16_length
from editorial.render import max_length, plain_length, telegram_length, vk_length
from editorial.shorten import Measure, shorten
from tests.growth import STRAIGHT, TIMES_LARGER, growth

TAIL = link("Читать полностью", "https://vk.com/wall-1_2")
MEASURES: list[Measure] = [telegram_length, max_length, plain_length, vk_length]
FAMILY, FLAG, THUMB, SHORT_I = "👨‍👩‍👧", "🇷🇺", "👍🏽", "и\u0306"
PARAGRAPHS = "\n\n".join(
    ["Первый абзац рассказывает, что случилось.", "Второй — почему.", "Третий длиннее всех. " * 5]
)


def letters(rich: Rich) -> int:
    return utf16_length(rich.text)


def brief(text: str, budget: int) -> str:
    return shorten(parse(text), budget, letters, TAIL).text


# ---------------------------------------------------------------------------------------------- shortening


def test_a_text_that_fits_is_left_alone() -> None:
    for text in ("Короткая новость [id1|Имя] #тег", "Короткая новость.\n\n#тег"):
        rich = parse(text)
        assert shorten(rich, letters(rich), letters, TAIL) is rich
        assert shorten(rich, letters(rich), letters) is rich


def test_a_link_at_the_end_is_no_hashtag_that_may_go() -> None:
    text = "Мост открыли в среду. Подробности на сайте:\n\nhttps://okmo.ru/news/2026/most"
    assert brief(text, len(text) - 1).endswith("… Читать полностью")
    assert shorten(parse(text), 30, letters).text == "Мост открыли в среду. …"


def test_it_is_cut_at_a_paragraph_when_one_ends_late_enough() -> None:
    assert brief(PARAGRAPHS, 85) == (
        "Первый абзац рассказывает, что случилось.\n\nВторой — почему. … Читать полностью"
    )


def test_else_at_a_sentence() -> None:
    assert brief("Мост открыли в среду. Проезд бесплатный для всех жителей района и гостей.", 55) == (
        "Мост открыли в среду. … Читать полностью"
    )


def test_else_at_a_word_and_no_comma_is_left_hanging() -> None:
    assert brief("Мост открыли в среду, двадцать пятого ноября, при большом стечении народа", 42) == (
        "Мост открыли в среду… Читать полностью"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Встречу ведёт глава района А. С. Иванов, начало в полдень в большом зале",
        "Все соберутся во дворе на ул. Ленина возле фонтана, приходите с детьми и соседями",
        "Итоги подводят в августе, т. е. Летом, когда у всех отпуск и никого нет на месте",
        "Конкурс проходит с марта 2025 г. Москва и область участвуют вместе со всеми",
    ],
)
def test_initials_and_short_forms_end_no_sentence(text: str) -> None:
    for budget in range(45, 70):
        assert ". … " not in brief(text, budget)


def test_the_tail_is_a_link_and_the_other_links_stay_whole() -> None:
    rich = parse("Мост открыл [id1|Пётр Петрович Очень Длинный], глава района, в присутствии жителей и гостей")

    for budget in range(20, 80):
        short = shorten(rich, budget, letters, TAIL)
        labels = [short.text[span.start : span.end] for span in short.spans]
        assert letters(short) <= budget
        assert labels in (["Читать полностью"], ["Пётр Петрович Очень Длинный", "Читать полностью"])


def test_closing_hashtags_go_first() -> None:
    text = "Мост открыли в среду. Проезд бесплатный.\n\n#мост@okmo_news, #дороги #ОКМО"

    assert brief(text, 45) == "Мост открыли в среду. Проезд бесплатный."
    assert brief(text.replace("\n\n", " "), 45) == "Мост открыли в среду. Проезд бесплатный."


def test_a_hashtag_that_is_a_word_of_the_sentence_does_not_go() -> None:
    assert brief("Жители рассказали, как им помогает #ТОС", 38) == "Жители рассказали… Читать полностью"


@pytest.mark.parametrize("sign", [FAMILY, FLAG, THUMB, SHORT_I, "\ud83d\ude00"])
def test_t50_no_sign_is_cut_in_two(sign: str) -> None:
    text = sign * 60

    for budget in range(20, 60):
        kept = shorten(Rich(text), budget, letters, TAIL).text.removesuffix("Читать полностью").removesuffix("… ")
        assert letters(Rich(kept)) <= budget
        assert kept == sign * (len(kept) // len(sign))


def test_a_budget_too_small_for_the_tail_does_without_it() -> None:
    assert brief("Мост открыли в среду", 10) == "Мост…"
    assert brief("Мост открыли в среду", 0) == ""


def test_t50_the_limit_is_kept_to_the_unit_with_emoji_flags_and_long_links() -> None:
    """A caption of 1024 and a message of 4096, one unit below, at and above."""
    for limit in (1024, 4096):
        for size in (limit - 1, limit, limit + 1):
            for filler in ("😀", FLAG, FAMILY, "слово ", "[https://vk.com/" + "a" * 300 + "|ссылка] "):
                rich = text_of_length(filler, size)
                short = shorten(rich, limit, telegram_length, TAIL)
                assert telegram_length(short) <= limit
                assert (short == rich) == (size <= limit)


def text_of_length(filler: str, size: int) -> Rich:
    unit = parse(filler)
    rich = build(unit.pieces() if size >= letters(unit) else [])
    while letters(rich) + letters(unit) <= size:
        rich = rich + (rich if letters(rich) * 2 + letters(unit) <= size else unit)
    rest = size - letters(rich)
    return rich + Rich("я" * rest) if rest else Rich(rich.text[:-1] + "я", rich.spans)


# ------------------------------------------------------------------------------------------------ any text


PIECES = st.one_of(
    st.sampled_from(
        ["слово", " ", " ", ". ", "\n\n", "А. ", "г. ", "😀", FLAG, FAMILY, THUMB, SHORT_I, "&", "<b>"]
    ),
    st.text(max_size=6),
)
LINKS = st.builds(
    lambda label, kind, path: (label, Span(0, 0, kind, f"https://vk.com/{path}")),
    st.sampled_from(["Имя", "Длинное имя 😀", "vk.com/a", "a & b"]),
    st.sampled_from(list(Kind)),
    st.sampled_from(["id1", "wall-1_2?a=1&b=2", "a" * 25]),
)
RICH = st.lists(st.one_of(st.tuples(PIECES, st.none()), LINKS), max_size=40).map(build)


@given(RICH, st.integers(0, 200), st.sampled_from(MEASURES))
@settings(max_examples=300, deadline=None)
def test_any_text_is_shortened_within_the_budget_and_is_its_own_beginning(
    rich: Rich, budget: int, measure: Measure
) -> None:
    short = shorten(rich, budget, measure, TAIL)

    assert measure(short) <= budget
    kept = short.text.removesuffix("Читать полностью").rstrip().removesuffix("…").rstrip()
    assert rich.text.startswith(kept) or rich.text == short.text
    assert {span for span in short.spans if span.end <= len(kept)} <= set(rich.spans)


@pytest.mark.parametrize("unit", ["а", "а ", "!", "\n \n", "😀", "[id1|Имя] ", "#тег ", "https://a.ru "])
def test_a_long_text_is_cut_in_good_time(unit: str) -> None:
    texts = {size: parse(unit * (size // len(unit))) for size in (4_500, 4_500 * TIMES_LARGER)}

    def cut(size: int) -> None:
        shorten(texts[size], 4000, max_length, TAIL)
        shorten(texts[size], 1024, telegram_length, TAIL)

    assert growth(cut, 4_500) < STRAIGHT
