"""Texts: measured, split, shown safely, compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.post import (
    TEXT_LIMIT,
    AttachmentsChange,
    Change,
    Post,
    attachments_difference,
    compose,
    defuse,
    difference,
    published_mismatch,
    same_words,
    split_text,
    utf16_length,
)  # fmt: skip
from editorial.suggestion import Attachment, Content, Status, Suggestion
from tests.growth import STRAIGHT, growth

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
FAMILY, FLAG, THUMB = "👨‍👩‍👧", "🇷🇺", "👍🏽"


def photo(number: int, owner: int = 601) -> Attachment:
    return Attachment("photo", owner, number, access_key="key")


VIDEO = Attachment("video", 601, 77)
LINK = Attachment("link", url="https://example.org/a")


def suggestion(text: str = "Текст", *attachments: Attachment, author: int | None = 601) -> Suggestion:
    return Suggestion(214, -1, 5, author, Content(text, attachments), Status.PENDING, 1, NOW, NOW)


# ------------------------------------------------------------------------------------------------ composing


def test_a_post_carries_the_whole_text_and_all_attachments_in_order() -> None:
    assert compose(suggestion("Новость", photo(2), VIDEO, photo(1), LINK)) == Post(
        "Новость", ("photo601_2_key", "video601_77", "photo601_1_key", "https://example.org/a"), signed=True
    )


def test_a_moderators_wording_replaces_the_text_and_keeps_the_attachments() -> None:
    post = compose(replace(suggestion("Как было", photo(1)), edited_text="Как стало"))
    assert (post.text, post.attachments) == ("Как стало", ("photo601_1_key",))


def test_only_a_person_signs() -> None:
    assert compose(suggestion()).signed
    assert not compose(suggestion(author=-5)).signed
    assert not compose(suggestion(author=None)).signed


def test_t61_what_cannot_be_attached_again_is_counted_and_not_forgotten() -> None:
    post = compose(suggestion("Новость", photo(1), Attachment("unknown")))
    assert (post.attachments, post.left_out) == (("photo601_1_key",), 1)


@pytest.mark.parametrize(("length", "too_long"), [(TEXT_LIMIT, False), (TEXT_LIMIT + 1, True)])
def test_a_text_over_the_walls_limit_is_known_beforehand(length: int, too_long: bool) -> None:
    assert compose(suggestion("я" * length)).too_long is too_long
    assert compose(suggestion("🔥" * (length // 2) + "я" * (length % 2))).too_long is too_long


# ------------------------------------------------------------------------------------------------ measuring


@pytest.mark.parametrize(("text", "units"), [("", 0), ("я", 1), ("🔥", 2), (FLAG, 4), (FAMILY, 8), ("\ud83d", 1)])
def test_t50_lengths_are_utf16_units(text: str, units: int) -> None:
    assert utf16_length(text) == units


# ------------------------------------------------------------------------------------------------- defusing


@pytest.mark.parametrize(
    "text",
    ["@all", "@online привет", "*id1 (Имя)", "@id1 (Имя)", "[id1|Имя]", "[club1|ОКМО]", "[@all|x]", "[[id1|Имя]]",
     "почта a@example.org", "&#64;all", "&commat;all", "&#x40;all", "&lsqb;id1|Имя]", "*all*all"],
)  # fmt: skip
def test_t53_showing_a_strangers_text_calls_nobody(text: str) -> None:
    shown = defuse(text)
    signs = list(pairwise(shown))
    assert not any(sign in "@*[" and after not in " \u200b" for sign, after in signs)
    assert "&#" not in shown
    assert shown.replace("\u200b", "") == text, "nothing else changes"


@pytest.mark.parametrize("text", ["", "Обычный текст #Тег 5 * 6 [ ] & Ко", "Деньги: 5 & 6", "a && b"])
def test_an_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert defuse(text) == text


@given(text=st.text(alphabet="[]@*&#;id1|яall\u200b \n") | st.text())
def test_defusing_twice_is_defusing_once(text: str) -> None:
    assert defuse(defuse(text)) == defuse(text)
    assert defuse(text).replace("\u200b", "") == text.replace("\u200b", "")


# ------------------------------------------------------------------------------------------------ splitting


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, ()),
        ("коротко", 10, ("коротко",)),
        ("ровно десять", 12, ("ровно десять",)),
        ("Первый абзац.\n\nВторой абзац.", 20, ("Первый абзац.\n\n", "Второй абзац.")),
        ("Первая строка\nВторая строка", 20, ("Первая строка\n", "Вторая строка")),
        ("Первое дело. Второе дело.", 20, ("Первое дело. ", "Второе дело.")),
        ("Встреча на ул. Мира в шесть", 20, ("Встреча на ул. Мира ", "в шесть")),
        ("Глава И. Петров открыл школу", 20, ("Глава И. Петров ", "открыл школу")),
        ("одно два три", 9, ("одно два ", "три")),
        ("непрерывное", 4, ("непр", "ерыв", "ное")),
        ("🔥🔥🔥", 3, ("🔥", "🔥", "🔥")),
        (FAMILY + FAMILY, 10, (FAMILY, FAMILY)),
        (FLAG + FLAG + FLAG, 10, (FLAG + FLAG, FLAG)),
        (THUMB * 2, 6, (THUMB, THUMB)),
        ("аи\u0306аи\u0306", 4, ("аи\u0306а", "и\u0306")),
        ("слово [id1|Иван Иванов] и", 20, ("слово ", "[id1|Иван Иванов] и")),
        ("a\r\nb", 2, ("a", "\r\n", "b")),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_a_reader_would_pause(text: str, limit: int, parts: tuple[str, ...]) -> None:
    assert split_text(text, limit) == parts


@pytest.mark.parametrize("size", [4095, 4096, 4097])
def test_t50_the_edge_of_a_message(size: int) -> None:
    text = ("Слово " * 1000)[: size - 2] + "🔥"
    assert len(split_text(text, 4096)) == (1 if utf16_length(text) <= 4096 else 2)


def test_a_limit_without_room_for_an_emoji_is_refused() -> None:
    with pytest.raises(ValueError):
        split_text("🔥", 1)


_PIECES = st.lists(
    st.sampled_from(["Слово", "дело. Новое", " ", "\n", "\n\n", FAMILY, FLAG, THUMB, "и\u0306", "[id1|Иван]",
                     "@id1 (Имя)",
                     "ул. ", "🔥", "\r\n", "a\u0300\u0301\u0302", "\U0001f1f7", "\u200d", "…", "\u00a0"]),
    max_size=60,
).map("".join)  # fmt: skip


@settings(max_examples=400)
@given(text=_PIECES | st.text(max_size=200), limit=st.integers(2, 60))
def test_t51_joined_parts_are_the_text_and_each_fits(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert "".join(parts) == text
    assert all(0 < utf16_length(part) <= limit for part in parts)


_INDIVISIBLE = [FAMILY, FLAG, THUMB, "и\u0306", "a\u0300\u0301", "🔥", "\r\n", "[id1|Иван П]", "@id1 (Имя)"]


@settings(max_examples=400)
@given(
    pieces=st.lists(st.sampled_from([*_INDIVISIBLE, "слово", "Дело. Новое", " ", "\n\n"])),
    limit=st.integers(24, 60),
)
def test_t51_no_cut_goes_through_a_sign_or_a_mention(pieces: list[str], limit: int) -> None:
    cuts = set(accumulate(map(len, split_text("".join(pieces), limit))))
    starts = accumulate(map(len, pieces), initial=0)
    for piece, start in zip(pieces, starts, strict=False):
        if piece in _INDIVISIBLE:
            assert not cuts & set(range(start + 1, start + len(piece)))


# ------------------------------------------------------------------------------------------------ comparing


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("одно", "одно", ()),
        ("одно\r\n", " одно", ()),
        ("", "Новое", (Change("", "Новое"),)),
        ("Старое", "", (Change("Старое", ""),)),
        ("В 14:00 сбор", "В 15:00 сбор", (Change("14", "15"),)),
        ("Глава Петров открыл школу", "Глава Петрова открыла школу", (Change("Петров открыл", "Петрова открыла"),)),
        ("Сход жителей в клубе", "Сход в клубе", (Change("жителей", ""),)),
        ("А и Б, потом В", "Г и Б, потом Д", (Change("А", "Г"), Change("В", "Д"))),
    ],
)
def test_an_edit_is_shown_by_words(old: str, new: str, changes: tuple[Change, ...]) -> None:
    assert difference(old, new) == changes


def test_a_long_fragment_is_shown_by_its_ends() -> None:
    (change,) = difference("Начало", "Начало " + "слово " * 200 + "конец")
    assert len(change.added) < 200
    assert change.added.startswith("слово")
    assert change.added.endswith("конец")


@given(old=_PIECES, new=_PIECES)
def test_no_change_is_shown_exactly_when_the_words_are_the_same(old: str, new: str) -> None:
    changes = difference(old, new)
    assert difference(old, old) == ()
    if "".join(old.split()) != "".join(new.split()):
        assert changes
        assert any(change.removed or change.added for change in changes)


def test_a_text_written_anew_is_one_change_and_takes_no_longer_than_its_length_allows() -> None:
    assert len(difference("а " * 7000, "а б " * 3500)) == 1
    assert growth(lambda words: difference("а б " * words, "б в " * words), 1000) < STRAIGHT


_FEW_WORDS = st.lists(st.sampled_from(["один", "два", "три", "много"]), max_size=12)


@given(old=_FEW_WORDS, new=_FEW_WORDS)
def test_the_changes_account_for_every_word_that_differs(old: list[str], new: list[str]) -> None:
    changes = difference(" ".join(old), " ".join(new))
    removed = Counter(word for change in changes for word in change.removed.split())
    added = Counter(word for change in changes for word in change.added.split())
    assert Counter(old) - removed + added == Counter(new)
    assert removed <= Counter(old)
    assert sum(removed.values()) <= len(old)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [], (0, 0)),
        ([photo(1)], [photo(1), photo(2)], (1, 0)),
        ([photo(1), VIDEO], [photo(1)], (0, 1)),
        ([photo(1)], [photo(2)], (1, 1)),
        ([photo(1), photo(2)], [photo(2), photo(1)], (0, 0)),
        ([photo(1), photo(2)], [photo(8, owner=-1), photo(9, owner=-1)], (0, 0)),
        ([photo(1), photo(2)], [photo(8, owner=-1)], (0, 1)),
        ([], [LINK], (1, 0)),
    ],
)
def test_attachments_that_came_and_went_are_counted(
    old: list[Attachment], new: list[Attachment], expected: tuple[int, int]
) -> None:
    change = attachments_difference(Content("", tuple(old)), Content("", tuple(new)))
    assert change == AttachmentsChange(*expected)


@pytest.mark.parametrize(
    ("wanted", "seen", "mismatch"),
    [
        ([photo(1), photo(2)], [photo(1), photo(2)], None),
        ([photo(1), photo(2)], [photo(11, -1), photo(12, -1)], None),
        ([photo(1), photo(2), photo(3)], [photo(1), photo(2)], "attachments:2/3"),
        ([photo(1)], [], "attachments:0/1"),
        ([photo(1)], [photo(1), photo(2)], "attachments:2/1"),
        ([photo(1), VIDEO], [VIDEO, photo(1)], "order"),
        ([photo(1), photo(2)], [photo(2), photo(1)], "order"),
        ([photo(1), VIDEO], [photo(1), photo(2)], "attachments:1/2"),
        ([photo(1), LINK], [photo(1), Attachment("link", url="https://vk.cc/x")], None),
        ([photo(1), LINK], [photo(1)], "attachments:1/2"),
        ([photo(1)], [photo(1), LINK], None),
        ([], [], None),
    ],
)
def test_t18_a_post_that_lost_something_is_told_from_a_whole_one(
    wanted: list[Attachment], seen: list[Attachment], mismatch: str | None
) -> None:
    assert published_mismatch(Content("Текст", tuple(wanted)), Content("Текст\n", tuple(seen))) == mismatch


def test_t18_a_cut_text_is_told_first() -> None:
    assert published_mismatch(Content("Весь текст", (photo(1),)), Content("Весь")) == "text"


def test_a_link_left_in_the_text_counts_as_kept() -> None:
    text = "Подробнее: https://example.org/a"
    assert published_mismatch(Content(text, (LINK,)), Content(text)) is None


def test_t02_what_a_network_dropped_from_a_text_makes_it_no_other_text() -> None:
    """Telegram takes out marks of direction: a post in doubt was not found, and would have gone out twice."""
    sent = "Телефон \u202a+7 999 123-45-67\u202c,\tзвоните\u2028 е\u0301 \u2764\ufe0f"
    assert same_words(sent, "Телефон +7 999 123-45-67, звоните е\u0301 \u2764")
    assert not same_words(sent, "Телефон +7 999 123-45-68, звоните е\u0301 \u2764")
