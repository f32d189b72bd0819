"""The text in each network's own writing: readable by its rules, every letter once."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.markup import Kind, Rich, Span, link, parse
from editorial.post import utf16_length
from editorial.render import (
    html,
    max_html,
    max_length,
    plain,
    plain_length,
    telegram,
    telegram_length,
    title_of,
    vk,
    vk_length,
)
from editorial.shorten import shorten

DAY = date(2026, 11, 23)
TAIL = link("Читать полностью", "https://vk.com/wall-1_2")


class Reader(HTMLParser):
    """Reads markup strictly: every tag closed, links not nested, nothing but the tags allowed."""

    def __init__(self, markup: str, tags: set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.allowed, self.open, self.text, self.links = tags, list[str](), "", list[tuple[str, str]]()
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.allowed
        if tag == "br":
            return
        assert tag not in self.open
        self.open.append(tag)
        if tag == "a":
            self.links.append((dict(attrs)["href"] or "", ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "a" in self.open:
            url, label = self.links[-1]
            self.links[-1] = (url, label + data)


def linked(rich: Rich) -> list[tuple[str, str]]:
    """What Telegram makes blue, by label and kind or address."""
    text, entities = telegram(rich)
    units = text.encode("utf-16-le")
    return [
        (
            units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le"),
            entity.get("url", entity["type"]),
        )
        for entity in entities
    ]


# ------------------------------------------------------------------------------------------------- telegram


def test_telegram_gets_offsets_in_utf16_units() -> None:
    rich = parse("😀🇷🇺 [club1|ОКМО 😀] на okmo.рф #тег@okmo_news")

    assert telegram(rich) == (
        "😀🇷🇺 ОКМО 😀 на okmo.рф #тег",
        [
            {"type": "text_link", "offset": 7, "length": 7, "url": "https://vk.com/club1"},
            {"type": "url", "offset": 18, "length": 7},
            {"type": "hashtag", "offset": 26, "length": 4},
        ],
    )


def test_a_hashtag_is_not_bound_to_a_telegram_user() -> None:
    assert "@" not in telegram(parse("#дороги@okmo_news"))[0]


def test_of_too_many_entities_the_labelled_links_are_kept() -> None:
    rich = parse("#тег " * 150 + "[id1|Имя] " * 5)

    entities = telegram(rich)[1]

    assert len(entities) == 100
    assert [entity["type"] for entity in entities].count("text_link") == 5
    assert [entity["offset"] for entity in entities] == sorted(entity["offset"] for entity in entities)


def test_blanks_around_a_message_move_no_entity() -> None:
    assert linked(parse("\n\n  [id1|Имя], привет \n")) == [("Имя", "https://vk.com/id1")]


# ------------------------------------------------------------------------------------------- the others, each


def test_max_gets_links_and_everything_else_escaped() -> None:
    assert max_html(parse('<b>"А & Б"</b> [https://vk.com/a?b=1&c=2|тут] https://okmo.ru/?a&b okmo.ru')) == (
        '&lt;b&gt;"А &amp; Б"&lt;/b&gt; <a href="https://vk.com/a?b=1&amp;c=2">тут</a> '
        'https://okmo.ru/?a&amp;b <a href="https://okmo.ru">okmo.ru</a>'
    )


def test_ok_gets_addresses_written_out_once() -> None:
    assert plain(parse("[club1|ОКМО], okmo.ru, https://okmo.ru/a #тег@okmo_news")) == (
        "ОКМО (https://vk.com/club1), okmo.ru, https://okmo.ru/a #тег"
    )


def test_vk_gets_its_own_markup_back_with_local_hashtags() -> None:
    assert vk(parse("@id1 (Имя) [wall-1_2|пост] #тег@okmo_news #тег okmo.ru")) == (
        "[id1|Имя] [https://vk.com/wall-1_2|пост] #тег@okmo_news #тег okmo.ru"
    )


@pytest.mark.parametrize(
    ("label", "url"),
    [("сайт", "https://okmo.ru/"), ("пост [2]", "https://vk.com/wall-1_2"), ("пост", "https://vk.com/a|b]")],
)
def test_a_link_vk_cannot_label_is_written_out(label: str, url: str) -> None:
    assert vk(link(label, url)) == f"{label} ({url})"


def test_a_page_gets_paragraphs_and_safe_links() -> None:
    assert html(parse("Раз <i>\r\nдва\n \n\n[id1|Имя & Ко] #тег@okmo_news\x00\ud83d")) == (
        '<p>Раз &lt;i&gt;<br>\nдва</p>\n<p><a href="https://vk.com/id1" rel="noopener">Имя &amp; Ко</a> #тег</p>'
    )


def test_an_address_that_is_no_web_address_is_no_link_anywhere() -> None:
    rich = Rich("нажми", (Span(0, 5, Kind.LINK, "javascript:alert(1)"),))

    assert telegram(rich) == ("нажми", [])
    assert html(rich) == "<p>нажми</p>"
    assert max_html(rich) == plain(rich) == vk(rich) == "нажми"


def test_a_quote_in_an_address_cannot_leave_its_attribute() -> None:
    rich = Rich("тут", (Span(0, 3, Kind.LINK, 'https://a.ru/"onclick="x'),))

    assert Reader(html(rich), {"p", "a"}).links == [('https://a.ru/"onclick="x', "тут")]
    assert Reader(max_html(rich), {"a"}).links == [('https://a.ru/"onclick="x', "тут")]


def test_t56_nested_and_crossing_spans_show_every_letter_once() -> None:
    spans = (
        Span(0, 6, Kind.LINK, "https://a.ru"),
        Span(2, 4, Kind.MENTION, "https://vk.com/id1"),
        Span(5, 9, Kind.HASHTAG, "https://vk.com/a"),
    )
    rich = Rich("Жирный курсив", spans)

    assert telegram(rich)[0] == "Жирный курсив"
    assert plain(rich) == vk(rich) == "Жирный (https://a.ru) курсив"
    assert Reader(max_html(rich), {"a"}).text == Reader(html(rich), {"p", "a"}).text == "Жирный курсив"


# --------------------------------------------------------------------------------------------------- titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Мост открыли. Проезд бесплатный.", "Мост открыли"),
        ("Мост открыли\n\nПроезд бесплатный.", "Мост открыли"),
        ("🔥🔥 Мост ❤️ открыли! Ура", "Мост открыли!"),
        ("#дороги@okmo_news\n\nМост открыли", "Мост открыли"),
        ("#дороги Мост открыли #мост #ОКМО", "Мост открыли"),
        ("Как #ТОС_Берег открыл мост", "Как ТОС Берег открыл мост"),
        ("https://okmo.ru/a\nМост открыли (см. okmo.ru), проезд есть", "Мост открыли, проезд есть"),
        ("Встреча на ул. Мира у А. С. Иванова. Приходите", "Встреча на ул. Мира у А. С. Иванова"),
        ("***\n\n— Мост № 5 открыл [id1|Пётр]", "Мост № 5 открыл Пётр"),
        ("<p style='x'><b>Мост</b> открыли</p>", "Мост открыли"),
        ("Ря\u200bзан\u00adская область", "Рязанская область"),
        ("https://okmo.ru/a", "Публикация от 23 ноября 2026"),
        ("#один #два", "Публикация от 23 ноября 2026"),
        ("🔥 123", "Публикация от 23 ноября 2026"),
        ("", "Публикация от 23 ноября 2026"),
    ],
)
def test_a_title_is_the_first_sentence_with_words_in_it(text: str, title: str) -> None:
    assert title_of(parse(text), DAY) == title


def test_a_long_title_ends_at_a_word() -> None:
    title = title_of(Rich("Слово " * 40), DAY)

    assert title == "Слово " * 15 + "Слово…"


# ----------------------------------------------------------------------------------------------- everything

FRAGMENTS = [
    *(
        "[id1|Имя]",
        "[https://vk.com/a?b=1&c=2|тут]",
        "#тег@okmo",
        "okmo.рф/путь",
        "https://a.ru/?x=<",
        "[#a|б|a.ru]",
    ),
    *(
        "слово",
        ". ",
        "\n\n",
        "\r\n",
        " ",
        "&",
        "<",
        ">",
        '"',
        "&lt;",
        "😀",
        "🇷🇺",
        "👨‍👩‍👧",
        "\x00",
        "\ud83d",
        "\ufffe",
    ),
]
AWKWARD = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=40).map("".join)
TEXTS = AWKWARD.map(parse)


def shown(text: str) -> str:
    """Only the letters, blanks of any kind left out."""
    return "".join(text.split())


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_every_rendering_can_be_read_and_shows_the_same_letters(rich: Rich) -> None:
    text, entities = telegram(rich)
    ends = [place for entity in entities for place in (entity["offset"], entity["offset"] + entity["length"])]

    assert ends == sorted(ends)
    assert not ends or ends[-1] <= utf16_length(text)
    assert all(label == label.strip() or label for label, _ in linked(rich))
    assert shown(Reader(max_html(rich), {"a"}).text) == shown(text)
    assert shown(Reader(html(rich), {"p", "a", "br"}).text) == shown(text)
    ElementTree.fromstring(f"<x>{html(rich).replace('<br>', '<br/>')}</x>")
    for written in (text, max_html(rich), plain(rich), vk(rich), html(rich), title_of(rich, DAY)):
        written.encode()
    assert len(title_of(rich, DAY)) <= 100
    assert title_of(rich, DAY)


@pytest.mark.parametrize("size", [1023, 1024, 1025, 4095, 4096, 4097])
@pytest.mark.parametrize(
    "filler", ["😀", "🇷🇺", "👨‍👩‍👧", "Слово. ", "[https://vk.com/wall-1_2?long=1&b=2|сюда] ", "& "]
)
def test_t50_every_network_keeps_its_limit_around_the_edge(filler: str, size: int) -> None:
    unit = parse(filler)
    rich = parse(filler * (size // utf16_length(unit.text)))
    rich += Rich("я" * (size - utf16_length(rich.text)))
    assert utf16_length(rich.text) == size

    for limit in (1024, 4096):
        text, _ = telegram(shorten(rich, limit, telegram_length, TAIL))
        assert utf16_length(text) <= limit
    assert utf16_length(max_html(shorten(rich, 4000, max_length, TAIL))) <= 4000
    assert utf16_length(plain(shorten(rich, 4000, plain_length, TAIL))) <= 4000
    assert utf16_length(vk(shorten(rich, 4000, vk_length, TAIL))) <= 4000
