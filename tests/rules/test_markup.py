"""VK's markup read: what becomes a mention, a link, a hashtag, and what stays the letters it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.markup import Kind, Rich, Span, build, is_vk, link, parse
from editorial.render import vk
from tests.growth import STRAIGHT, growth


def spans(text: str, screen_name: str = "") -> list[tuple[str, str]]:
    """Label and address of everything found."""
    rich = parse(text, screen_name)
    return [(rich.text[span.start : span.end], span.url) for span in rich.spans]


# ------------------------------------------------------------------------------------------------- mentions


@pytest.mark.parametrize(
    ("written", "label", "url"),
    [
        ("[id1|Имя]", "Имя", "https://vk.com/id1"),
        ("[club1|ОКМО]", "ОКМО", "https://vk.com/club1"),
        ("[public1|Вестник 🗞]", "Вестник 🗞", "https://vk.com/public1"),
        ("[event1|Сбор]", "Сбор", "https://vk.com/event1"),
        ("[app1|Приложение]", "Приложение", "https://vk.com/app1"),
        ("[app1_-2|Приложение]", "Приложение", "https://vk.com/app1_-2"),
        ("[okmo_news|ОКМО]", "ОКМО", "https://vk.com/okmo_news"),
        ("[id1:bp-1_2|Имя]", "Имя", "https://vk.com/id1"),
        ("[club1|ООО &quot;Двор&quot;]", 'ООО "Двор"', "https://vk.com/club1"),
        ("@id1 (Имя)", "Имя", "https://vk.com/id1"),
        ("*club1 (ОКМО)", "ОКМО", "https://vk.com/club1"),
        ("@okmo_news(ОКМО)", "ОКМО", "https://vk.com/okmo_news"),
        ("@okmo_news", "@okmo_news", "https://vk.com/okmo_news"),
    ],
)
def test_t53_every_way_to_mention_becomes_a_link_with_its_label(written: str, label: str, url: str) -> None:
    rich = parse(f"Пишите: {written}. Ждём!")

    assert rich.text == f"Пишите: {label}. Ждём!"
    assert spans(f"Пишите: {written}. Ждём!") == [(label, url)]
    assert [span.kind for span in rich.spans] == [Kind.MENTION]


@pytest.mark.parametrize(
    ("written", "label", "url"),
    [
        ("[https://vk.com/wall-1_2|тут]", "тут", "https://vk.com/wall-1_2"),
        ("[https://m.vk.com/wall-1_2|тут]", "тут", "https://m.vk.com/wall-1_2"),
        ("[https://vk.ru/okmo?w=wall-1_2|тут]", "тут", "https://vk.ru/okmo?w=wall-1_2"),
        ("[vk.com/okmo|тут]", "тут", "https://vk.com/okmo"),
        ("[wall-1_2|тут]", "тут", "https://vk.com/wall-1_2"),
        ("[photo1_2|тут]", "тут", "https://vk.com/photo1_2"),
        ("[#alias|тут|https://example.org/a?b=1]", "тут", "https://example.org/a?b=1"),
    ],
)
def test_t53_a_labelled_link_leads_where_it_says(written: str, label: str, url: str) -> None:
    assert parse(f"Читайте {written}").text == f"Читайте {label}"
    assert spans(f"Читайте {written}") == [(label, url)]


@pytest.mark.parametrize(
    "text",
    [
        "[да|нет]",
        "[a|b]",
        "[id1|]",
        "[id1| ]",
        "[id1|\u200b]",
        "[id1|\u2800\u00a0]",
        "[id1|\x01 \x01]",
        "[id1]",
        "[id1|Имя",
        "id1|Имя]",
        "[id1\n|Имя]",
        "[#1|текст|не адрес]",
        "@all, приходите",
        "@everyone @online @here",
        "*важно (всем)",
        "*note",
        "Цена 5 * 3 (итого)",
        "@",
        "# [ ] | *",
        "#2026",
        "C#7",
        "https://",
        "https://user:pass@example.org/",
        "пункт 8.30, т.е. сегодня.Завтра, 25.11.2026, и.о. главы, readme.txt",
    ],
)
def test_what_is_no_markup_stays_as_it_was(text: str) -> None:
    assert parse(text) == Rich(text)


@pytest.mark.parametrize(
    ("text", "label", "url"),
    [
        ("[https://example.org/a|там]", "https://example.org/a", "https://example.org/a"),
        ("[https://vk.com/a.|там]", "https://vk.com/a", "https://vk.com/a"),
        ("[#1| |https://okmo.ru/a]", "https://okmo.ru/a", "https://okmo.ru/a"),
        ("@all (https://okmo.ru/a)", "https://okmo.ru/a", "https://okmo.ru/a"),
        ("@id1 ( )", "@id1", "https://vk.com/id1"),
    ],
)
def test_within_what_is_no_markup_an_address_and_a_name_are_still_found(text: str, label: str, url: str) -> None:
    assert spans(text) == [(label, url)]


# ------------------------------------------------------------------------------------------------- hashtags


def test_t53_a_local_hashtag_loses_its_community_and_remembers_it() -> None:
    rich = parse("Новость #дороги@okmo_news #ЖКХ", "okmo_news")

    assert rich.text == "Новость #дороги #ЖКХ"
    assert [(span.kind, span.group) for span in rich.spans] == [(Kind.HASHTAG, "okmo_news"), (Kind.HASHTAG, "")]


def test_a_hashtag_leads_to_the_communitys_posts_or_to_a_search() -> None:
    assert spans("#ok", "okmo_news") == [("#ok", "https://vk.com/okmo_news/ok")]
    assert spans("#ok@other", "okmo_news") == [("#ok", "https://vk.com/other/ok")]
    assert spans("#ok") == [("#ok", "https://vk.com/feed?section=search&q=%23ok")]


# ------------------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("text", "label", "url"),
    [
        ("на okmo.рф.", "okmo.рф", "https://okmo.рф"),
        ("ОКМО.РФ!", "ОКМО.РФ", "https://ОКМО.РФ"),
        ("(okmo.ru/путь/к?а=б)", "okmo.ru/путь/к?а=б", "https://okmo.ru/путь/к?а=б"),
        ("«https://okmo.ru/a»", "https://okmo.ru/a", "https://okmo.ru/a"),
        ("HTTP://OKMO.RU:8080/A…", "HTTP://OKMO.RU:8080/A", "HTTP://OKMO.RU:8080/A"),
        ("https://ru.wikipedia.org/wiki/Мост_(река)).", *["https://ru.wikipedia.org/wiki/Мост_(река)"] * 2),
        ("https://okmo.ru/?a[]=1&amp;b=2,", *["https://okmo.ru/?a[]=1&b=2"] * 2),
        ("t.me/okmo🔥", "t.me/okmo", "https://t.me/okmo"),
        ("okmo.ru.Завтра", "okmo.ru", "https://okmo.ru"),
        ("okmo.ru/a\u200bb", "okmo.ru/a", "https://okmo.ru/a"),
        ("совет.xn--p1ai", "совет.xn--p1ai", "https://совет.xn--p1ai"),
    ],
)
def test_an_address_is_found_without_the_punctuation_around_it(text: str, label: str, url: str) -> None:
    assert spans(text) == [(label, url)]


@pytest.mark.parametrize("text", ["press@okmo.ru", "a.press@mail.okmo.ru", "слово.РФ", "okmo.ru-2", "пришли.Дети"])
def test_a_mailbox_or_a_forgotten_blank_is_no_address(text: str) -> None:
    assert spans(text) == []


@pytest.mark.parametrize("host", ["vk.com", "m.vk.com", "www.vk.com", "vk.ru", "m.vk.ru", "vkvideo.ru", "vk.cc"])
def test_t54_every_host_of_vk_is_recognised(host: str) -> None:
    assert is_vk(f"https://{host}/wall-1_2")
    assert spans(f"см. {host}/wall-1_2") == [(f"{host}/wall-1_2", f"https://{host}/wall-1_2")]
    assert spans(f"[https://{host}/wall-1_2|тут]") == [("тут", f"https://{host}/wall-1_2")]


@pytest.mark.parametrize(
    "url", ["https://notvk.com/a", "https://vk.com.example.org/", "https://example.org/vk.com"]
)
def test_t54_a_lookalike_is_not_vk(url: str) -> None:
    assert not is_vk(url)


@pytest.mark.parametrize("page", ["away.php", "away"])
@pytest.mark.parametrize("host", ["https://vk.com", "vk.com", "https://vk.ru", "https://m.vk.com"])
def test_t54_an_away_link_becomes_the_address_it_leads_to(host: str, page: str) -> None:
    text = f"Тут {host}/{page}?to=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1%26c%3D%25D1%258F&amp;cc_key=x, далее"

    assert parse(text).text == "Тут https://example.org/a?b=1&c=%D1%8F, далее"
    assert spans(text) == [("https://example.org/a?b=1&c=%D1%8F",) * 2]


def test_t54_an_address_wrapped_twice_is_unwrapped_twice() -> None:
    text = "https://vk.com/away.php?to=https%3A%2F%2Fvk.ru%2Faway.php%3Fto%3Dhttps%253A%252F%252Fokmo.ru%252Fa"

    assert parse(text).text == "https://okmo.ru/a"


@pytest.mark.parametrize(
    "to", ["javascript%3Aalert(1)", "", "%D1", "https%3A%2F%2Fa.ru%2F%20b", "file%3A%2F%2F%2Fetc"]
)
def test_an_away_link_to_nowhere_stays_what_it_is(to: str) -> None:
    text = f"https://vk.com/away.php?to={to}&z=1"

    assert parse(text).text == text
    assert spans(text) == [(text, text)]


# ------------------------------------------------------------------------------------------- letter for letter

HARD = (
    "C:\\x41 \\n \\[id1\\] <b> & \"кавычки\" 'апострофы' `код` _а_ ~б~ ||в|| {г} "
    "\u202eсправа\u202c\u200b\u00ad\ufeff עברית 👨‍👩‍👧 🇷🇺 й\u0306\ttab\r\nстрока\x0b"
)


def test_t52_backslashes_signs_and_invisible_letters_survive() -> None:
    assert parse(HARD).text == HARD
    assert parse(f"{HARD}[club1|ОКМО]{HARD}").text == f"{HARD}ОКМО{HARD}"


def test_entities_are_decoded_once_and_only_whole_ones() -> None:
    assert parse("&amp;lt; &lt;b&gt; &quot;&#39;&laquo;&#128512; &copy=1 &foo; AT&T").text == (
        "&lt; <b> \"'«😀 &copy=1 &foo; AT&T"
    )
    assert parse("раз<br>два<BR/>три<br />").text == "раз\nдва<BR/>три\n"


@given(st.text(st.characters(exclude_characters="[]@*#&<./:"), max_size=300))
@settings(max_examples=200, deadline=None)
def test_t52_a_text_without_markup_signs_is_never_changed(text: str) -> None:
    assert parse(text) == Rich(text)


FRAGMENTS = [
    *("[", "]", "|", "@", "*", "#", "&", "&amp;", "&#", "<br>", "(", ")", " ", "\n", ".", ",", "/", "\\", "://"),
    *("[id1|", "[club1|ОКМО]", "@id1 (", "#тег@okmo", "https://", "vk.com/away.php?to=", "okmo.рф", "%D1", "?a="),
    *("Имя", "й\u0306", "🇷🇺", "👍🏽", "\ud83d", "\x00", "\u202e", "т. е.", "http://[", "//", "a.b.", "x"),
]
HOSTILE = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=40).map("".join)


@given(HOSTILE)
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_without_an_error_and_its_spans_are_in_order(text: str) -> None:
    rich = parse(text, "okmo_news")

    places = [place for span in rich.spans for place in (span.start, span.end)]
    assert places == sorted(places)
    assert all(0 <= span.start < span.end <= len(rich.text) for span in rich.spans)
    assert "".join(piece for piece, _ in rich.pieces()) == rich.text


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "[",
            "[a",
            "[a|",
            "[a|b",
            "[#a|b|",
            "[https://a.ru/|x]",
            "a.",
            "a-",
            "@a",
            "@a.",
            "@aa (",
            "*aa (x",
            "#a",
            "#_",
        ),
        *("http://", "https://a.ru/", "A.РФ/", "a.РФ/,", "я.ру.", "&#1", "<br", "<br ", ")", "1", "#1", "@all("),
        *("https://vk.com/away.php?to=", "https://a.ru/)", "[a|b]", "!", "\n "),
    ],
)
def test_a_hostile_text_takes_no_longer_than_its_length_allows(unit: str) -> None:
    assert growth(lambda size: parse(unit * (size // len(unit))), 20_000) < STRAIGHT


READABLE = st.lists(
    st.sampled_from(
        [
            *("[club1|ОКМО]", "[id1|Имя]", "[okmo_news|@okmo_news]", "[https://vk.com/wall-1_2|тут]", "@id1 (Имя)"),
            *("#тег@okmo_news", "#тег", "@okmo_news", "https://example.org/a?b=1", "okmo.рф", "[да|нет]", "[", "]"),
            *("слово", "Имя!", "😀", "\n\n", "«", "»", "\\", "<b>", "№ 5"),
        ]
    ),
    max_size=20,
).map(" ".join)


@given(READABLE)
@settings(max_examples=300, deadline=None)
def test_what_is_written_for_vk_reads_the_same_again(text: str) -> None:
    rich = parse(text, "okmo_news")

    assert parse(vk(rich), "okmo_news") == rich


# ------------------------------------------------------------------------------------------------ the model


def test_t56_of_overlapping_spans_the_outer_one_stays() -> None:
    outer, inner = Span(0, 6, Kind.LINK, "https://a.ru"), Span(0, 3, Kind.LINK, "https://b.ru")
    crossing, beyond = Span(4, 9, Kind.LINK, "https://c.ru"), Span(8, 99, Kind.LINK, "https://d.ru")

    rich = Rich("Привет, мир", (crossing, inner, beyond, outer, Span(7, 7, Kind.LINK, "https://e.ru")))

    assert rich.spans == (outer,)
    assert [piece for piece, _ in rich.pieces()] == ["Привет", ", мир"]


def test_texts_are_added_and_cut_with_their_spans() -> None:
    whole = parse("Да [id1|Имя] нет ") + link("Читать", "https://vk.com/wall-1_2")

    assert whole.text == "Да Имя нет Читать"
    assert [whole.text[span.start : span.end] for span in whole.spans] == ["Имя", "Читать"]
    assert whole.part(0, 7) + whole.part(7, 17) == whole
    assert Rich("  а ").stripped() == Rich("а")
    assert Rich(" \n ").stripped() == Rich("")
    assert build([]) == Rich("")
