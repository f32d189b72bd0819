"""What the desk tidies up by itself, and what it leaves alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.cleaning import clean
from editorial.suggestion import Content
from tests.builders import a_suggestion


@pytest.mark.parametrize(
    ("original", "text", "done"),
    [
        ("<p>Сход&nbsp;прошёл</p>\r\n<p>Спасибо</p>", "Сход\u00a0прошёл\n\nСпасибо", ("markup",)),
        ("<b>Сход</b> прошёл<br />Спасибо", "Сход прошёл\nСпасибо", ("markup",)),
        ("<ul><li>лавки</li><li>фонари</li></ul>", "— лавки\n— фонари", ("markup",)),
        ("<a href='https://e.org/1'>сайт</a>", "сайт (https://e.org/1)", ("markup",)),
        ("<a href='https://e.org/1'>https://e.org/1</a>", "https://e.org/1", ("markup",)),
        ("<!--[if gte mso 9]><xml><w:A></w:A></xml><![endif]-->Сход", "Сход", ("markup",)),
        ("<!-- раз --><STYLE>p {}</style >Сход<script>1 < 2</script> прошёл", "Сход прошёл", ("markup",)),
        ("<a name='x'>Сход</a> <a\nclass=b href=https://e.org/2>прошёл</a>", "Сход прошёл (https://e.org/2)", ("markup",)),
        ("<a href=https://e.org/1>раз <a href=https://e.org/2>два</a>", "раз два (https://e.org/2)", ("markup",)),
        ("<a href=https://e.org/1>раз<a name='b'></a> два</a>", "раз два (https://e.org/1)", ("markup",)),
        ("<p>Сход  \n  прошёл</p> \n", "Сход прошёл", ("markup",)),
        ("<b>Сход</b> \t\n \u00a0 прошёл ", "Сход\n\u00a0 прошёл", ("markup",)),
        ("Сход <!-- не закрыт", "Сход <!-- не закрыт", ()),
        ("&lt;p&gt;Сход &lt;b&gt;прошёл&lt;/b&gt;&lt;/p&gt;", "Сход прошёл", ("markup",)),
        ("&laquo;Двор&raquo; &mdash; наш", "«Двор» — наш", ("markup",)),
        ("С\u200bх\u00adо\u200dд\ufeff и \u202eдвор\u202c", "Сход и двор", ("invisible",)),
        ("Сход\n____________\nпрошёл", "Сход\n\nпрошёл", ("lines",)),
        ("Сход\n\n\n\n\nпрошёл", "Сход\n\nпрошёл", ("lines",)),
        ("* * * * * *\nСход", "Сход", ("lines",)),
        ("@all приходите", "приходите", ("everybody",)),
        ("Ждём, @online, всех", "Ждём, всех", ("everybody",)),
        ("&#64;all приходите", "приходите", ("markup", "everybody")),
        ("https://e.org/a?utm_source=vk&id=7&utm_medium=x#top", "https://e.org/a?id=7#top", ("tails",)),
        ("https://e.org/a?utm_source=vk", "https://e.org/a", ("tails",)),
    ],
)  # fmt: skip
def test_litter_is_taken_out(original: str, text: str, done: tuple[str, ...]) -> None:
    assert clean(original) == clean(original)
    assert (clean(original).text, clean(original).done) == (text, done)


@pytest.mark.parametrize(
    "text",
    [
        "Сход решил чистить пруд.\n\n— лавки\n— фонари", "Температура < 5, счёт 3 > 2, A & B, <3", "👨‍👩‍👧 семья и ❤️ двор",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "Сход прошёл…", "***", "https://e.org/a?id=7&from=1", "почта a_b@all.ru, site@online.example",
        "Страница [id1|Анны] и *club1 (Совет)", "Итог: 5 * 5, a==b", "<Двор>",
    ],
)  # fmt: skip
def test_an_ordinary_text_comes_back_as_it_was(text: str) -> None:
    assert clean(text).text == text
    assert clean(text).done == ()


@given(
    text=st.text(max_size=200)
    | st.lists(st.sampled_from(["<p>", "&lt;", "_" * 6, "\n", "@all", "а", "http://a.ru/?utm_a=1"])).map("".join)
)
def test_every_text_can_be_cleaned(text: str) -> None:
    assert isinstance(clean(text).text, str)


@pytest.mark.parametrize(
    "text",
    [
        "_" * 15_000 + "a", "<" * 15_000, "<br>" + "<a href=" * 2_000, "<br>" + "<a href=y" * 1_700, "\n" * 15_000,
        "&#6" * 5_000, "<!--" * 4_000, "<style>" * 2_200, "<br>" + "<a " * 5_000, "x" + "\u00a0" * 15_000 + "x",
        "<br>" + " " * 15_000 + "x", "\n" + " " * 15_000 + "x", "<br><a href=" + "z" * 15_000,
    ],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    started = time.thread_time()
    clean(text)
    assert time.thread_time() - started < 0.25


def test_the_original_stays_and_the_tidied_text_is_published() -> None:
    one = a_suggestion(text="<p>Сход прошёл</p>")
    assert one.content.text == "<p>Сход прошёл</p>"
    assert one.text == "Сход прошёл"
    assert one.for_publication == Content("Сход прошёл")


def test_a_moderator_s_own_wording_is_not_touched() -> None:
    assert a_suggestion(text="<p>Сход</p>", edited_text="Сход &amp; двор").text == "Сход &amp; двор"
