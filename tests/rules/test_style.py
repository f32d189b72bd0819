"""The house style: what is set otherwise, what is left alone, and the hashtags that close a post."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.style import MOST_HASHTAGS, NBSP, styled, with_hashtags


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ('Совет "Ассоциация" и "Союз"', "Совет «Ассоциация» и «Союз»"),
        ('"Мы открыли "Точку роста" вчера"', "«Мы открыли „Точку роста“ вчера»"),
        ("«Мы открыли “Точку роста” вчера»", "«Мы открыли „Точку роста“ вчера»"),
        ('нечётная " кавычка', 'нечётная " кавычка'),
        ("Двор - наш", f"Двор{NBSP}— наш"),
        ("Двор -- наш", f"Двор{NBSP}— наш"),
        ("- лавки\n- фонари", "— лавки\n— фонари"),
        ("10-15 дворов", "10–15 дворов"),
        ("12 мая в 10-00 - 12-30, 9-30 – 17-45", f"12{NBSP}мая в 10:00{NBSP}— 12:30, 9:30{NBSP}— 17:45"),
        ("с 9-00 до 18-00, ещё 7-15 раз", "с 9:00 до 18:00, ещё 7–15 раз"),
        ("тел. 8-800-555-35-35", "тел. 8-800-555-35-35"),
        ("2026-11-24", "2026-11-24"),
        ("ждём...", "ждём…"),
        ("Ура!!! Где???", "Ура! Где?"),
        ("300 км и 12 км", f"300{NBSP}км и 12{NBSP}км"),
        ("№ 5 и №7", f"№{NBSP}5 и №{NBSP}7"),
        ("11 400 участников", f"11{NBSP}400 участников"),
        ("И.И.Иванов, А. Петрова", f"И.{NBSP}И.{NBSP}Иванов, А.{NBSP}Петрова"),
        ("ст. 76 закона", f"ст.{NBSP}76 закона"),
        ("слово , ещё  слово .", "слово, ещё слово."),
        ("раз\r\n\r\n\r\n\r\nдва   ", "раз\n\nдва"),
    ],
)
def test_a_text_is_set_in_the_house_style(raw: str, wanted: str) -> None:
    assert styled(raw) == wanted


@pytest.mark.parametrize(
    "kept",
    [
        'https://okmo.invalid/a-b--c?x="1"...',
        "[club1|Совет - наш]",
        "#Тег-с-дефисом",
        "press-office@okmo.invalid",
        "@okmo_news (ОКМО - новости)",
        "vk.com/wall-1_2-3",
        "5,5-6,5",
    ],
)
def test_addresses_mentions_and_hashtags_are_left_alone(kept: str) -> None:
    assert styled(f"Смотрите {kept} там") == f"Смотрите {kept} там"


def test_full_names_are_spelled_out_at_their_first_mention_only() -> None:
    names = {"ОАТОС": "Общероссийская ассамблея (ОАТОС)"}

    assert styled("ОАТОС и ОАТОС, но не ОАТОСовец", names) == (
        "Общероссийская ассамблея (ОАТОС) и ОАТОС, но не ОАТОСовец"
    )
    assert styled(styled("ОАТОС", names), names) == "Общероссийская ассамблея (ОАТОС)"


RUSSIAN = st.text(alphabet='абвгАБ \n\t.,!?-–—"«»“”„„0123456789№#@[]|()\u00a0\u200d😀', max_size=120)


@given(st.one_of(RUSSIAN, st.text(max_size=120)))
def test_styling_twice_changes_nothing_more_and_loses_no_word(text: str) -> None:
    once = styled(text)

    assert styled(once) == once
    assert [sign for sign in once if sign.isalnum()] == [sign for sign in text if sign.isalnum()]


# ---------------------------------------------------------------------------------------------------- hashtags


def test_the_wanted_hashtags_lead_and_there_are_four_at_most() -> None:
    tagged = with_hashtags("Новость\n\n#раз #два #три", ["#ИркутскаяОбласть", "#Старосты"])

    assert tagged == "Новость\n\n#ИркутскаяОбласть #Старосты #раз #два"


def test_a_hashtag_the_author_put_there_is_not_repeated() -> None:
    tagged = with_hashtags("Новость #старосты района\n#иркутскаяобласть", ["#ИркутскаяОбласть", "#Старосты"])

    assert tagged == "Новость #старосты района\n\n#ИркутскаяОбласть"


def test_a_hyphen_that_would_end_a_hashtag_is_taken_out() -> None:
    assert with_hashtags("Новость\n#Санкт-Петербург", []) == "Новость\n\n#СанктПетербург"


def test_without_hashtags_nothing_is_added() -> None:
    assert with_hashtags("Новость  ", []) == "Новость"


@given(RUSSIAN, st.lists(st.sampled_from(["#Раз", "#Два", "#Три@okmo"]), unique=True, max_size=2))
def test_hashtags_put_twice_stand_once(text: str, wanted: list[str]) -> None:
    once = with_hashtags(text, wanted)

    assert with_hashtags(once, wanted) == once
    closing = once.rsplit("\n\n", 1)[-1].split()
    assert len([word for word in closing if word in wanted]) <= min(len(wanted), MOST_HASHTAGS)
