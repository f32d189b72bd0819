"""A joint post: nothing said twice, nothing lost, everybody credited once, no more than VK takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.draft import MOST_ATTACHMENTS
from editorial.merging import Piece, credit_line, joined, too_long
from editorial.post import TEXT_LIMIT
from editorial.suggestion import Attachment, Content
from tests.builders import a_link, a_photo

IRKUTSK = "СМО Иркутской области"
BURYATIA = "СМО Бурятии"


def piece(text: str = "Новость.", region: str | None = None, source: str = "", *media: Attachment) -> Piece:
    return Piece(Content(text, media), region, source)


@pytest.mark.parametrize(
    ("pieces", "line"),
    [
        ([("RU-IRK", IRKUTSK), ("RU-BU", BURYATIA)], "По сообщениям СМО Иркутской области и СМО Бурятии"),
        (
            [("RU-IRK", "Администрация Черемхова"), ("RU-BU", BURYATIA)],
            "По сообщениям: Администрация Черемхова (Иркутская область) и СМО Бурятии",
        ),
        ([("RU-IRK", ""), ("RU-TUL", "")], "По сообщениям из Иркутской области и Тульской области"),
        ([("RU-IRK", IRKUTSK), ("RU-IRK", IRKUTSK)], "По сообщениям СМО Иркутской области"),
        (
            [("RU-IRK", "Газета"), ("RU-TUL", ""), ("RU-IRK", "Музей")],
            "По сообщениям: Газета, Музей (Иркутская область) и Тульская область",
        ),
        ([(None, "Мария Петрова"), ("RU-BU", BURYATIA)], "По сообщениям: Мария Петрова и СМО Бурятии"),
        ([(None, ""), (None, "")], ""),
        ([(None, ""), ("RU-TUL", "")], "По сообщениям из Тульской области"),
        ([("RU-TUL", "  Совет\n старост ")], "По сообщениям: Совет старост (Тульская область)"),
    ],
)
def test_everybody_is_credited_once(pieces: list[tuple[str | None, str]], line: str) -> None:
    assert credit_line([piece(region=region, source=source) for region, source in pieces]) == line


@pytest.mark.parametrize(
    ("texts", "post"),
    [
        (["В Черемхове открыли музей.", "В Улан-Удэ тоже."], "В Черемхове открыли музей.\n\nВ Улан-Удэ тоже."),
        (
            ["Открыли музей. Пришли сто человек.", "Пришли  сто человек! Был оркестр."],
            "Открыли музей. Пришли сто человек.\n\nБыл оркестр.",
        ),
        (["Открыли музей", "Итоги\n\nОткрыли школу.\n— двор"], "Открыли музей\n\nИтоги. Открыли школу. — двор"),
        (
            ["Открыли музей.\n\n#ИркутскаяОбласть #музеи", "#Бурятия Открыли школу. #Музеи #школы"],
            "Открыли музей.\n\nОткрыли школу.\n\n#ИркутскаяОбласть #музеи #Бурятия #школы",
        ),
        (["Открыли музей.", "открыли музей"], "Открыли музей."),
        (["#Бурятия Прошли шаги. Играли.", "#Тула Прошли шаги."], "#Бурятия Прошли шаги. Играли.\n\n#Тула"),
        (["", "Открыли школу."], "Открыли школу."),
        (["Абзац.\n\nДругой.", "Третий."], "Абзац.\n\nДругой.\n\nТретий."),
    ],
)
def test_the_lead_is_whole_and_the_others_are_a_paragraph_each(texts: list[str], post: str) -> None:
    assert joined([piece(text) for text in texts]).text == post


def test_photos_stand_in_the_order_of_the_pieces_each_once_ten_at_most() -> None:
    photos = [a_photo(number) for number in range(14)]
    made = joined([piece("А.", None, "", *photos[:3]), piece("Б.", None, "", *photos[2:14])])
    assert made.attachments == tuple(photos[:10])


def test_vk_takes_one_link_the_address_of_another_goes_into_the_text() -> None:
    one, two = a_link("https://okmo.invalid/1"), a_link("https://okmo.invalid/2")
    made = joined([piece("А.", None, "", one), piece("Б.", None, "", two, a_photo())])
    assert made.attachments == (one, a_photo())
    assert made.text == "А.\n\nБ.\n\nhttps://okmo.invalid/2"


def test_what_is_too_long_for_the_wall_is_known_before() -> None:
    assert not too_long("а" * TEXT_LIMIT)
    assert too_long("а" * TEXT_LIMIT, "Автор: Мария")
    assert too_long("🙂" * TEXT_LIMIT)


WORDS = st.lists(
    st.sampled_from(
        ["Открыли", "музей", "им.", "Ёлка", "5", "млн", "#Тула", "школу.", "сто!", "\n", "—", "«Двор»", "🙂"]
    ),
    max_size=14,
).map(" ".join)
PLACES = st.sampled_from([None, "RU-IRK", "RU-BU", "RU-TUL"])
SOURCES = st.sampled_from(["", "Газета «Труд»", "Совет старост", "Администрация"])
MEDIA = st.lists(st.integers(0, 20).map(a_photo) | st.just(a_link()), max_size=8).map(tuple)
PIECES = st.lists(
    st.builds(
        lambda text, region, source, media: piece(text, region, source, *media), WORDS, PLACES, SOURCES, MEDIA
    ),
    min_size=1,
    max_size=5,
)


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower().replace("ё", "е"))


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_no_words_of_a_piece_are_lost(pieces: list[Piece]) -> None:
    made = joined(pieces)
    said = set(words_of(made.text))
    for one in pieces:
        assert set(words_of(one.content.text)) <= said
    assert len(made.attachments) <= MOST_ATTACHMENTS
    assert sum(one.kind == "link" for one in made.attachments) <= 1
    identities = [one.identity for one in made.attachments]
    assert len(identities) == len(set(identities))
    lead = pieces[0].content.text.replace("#Тула", "")
    assert words_of(made.text.replace("#Тула", ""))[: len(words_of(lead))] == words_of(lead), (
        "the lead comes first, whole"
    )


@settings(max_examples=100, deadline=None)
@given(PIECES)
def test_a_credit_names_every_region_and_source_exactly_once(pieces: list[Piece]) -> None:
    line = credit_line(pieces)
    for source in {one.source for one in pieces if one.source}:
        assert line.count(source) == len({one.region for one in pieces if one.source == source})
    names = {"RU-IRK": r"Иркутск(?:ая|ой) област", "RU-BU": "Бурятия", "RU-TUL": r"Тульск(?:ая|ой) област"}
    for code, name in names.items():
        wanted = any(one.region == code for one in pieces)
        assert len(re.findall(name, line)) == wanted
