"""Which things found at a source are news, and that our own posts never are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from editorial.sources import Found, Kind, Ours, Source, Wish, comes_back, is_news, read_wish, same_news
from editorial.suggestion import Attachment, Content, Origin
from tests.builders import NOW, WALL, a_link, a_photo, a_suggestion

COUNCIL = -123
SOURCE = Source(1, Kind.VK, "club123", NOW - timedelta(days=2), COUNCIL)
OURS = Ours(WALL, frozenset({-2}), frozenset({"news.okmo.invalid", "www.окмо.рф"}))


def found(text: str = "Совет принял бюджет", **more: Any) -> Found:
    attachments = more.pop("attachments", ())
    fields: dict[str, Any] = {
        "key": "-123_5",
        "url": "https://vk.com/wall-123_5",
        "content": Content(text, attachments),
        "at": NOW - timedelta(hours=1),
        "owner_id": COUNCIL,
        "post_id": 5,
    }
    return Found(**{**fields, **more})


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("vk.com/club123", Wish(Kind.VK, "club123")),
        (
            "https://m.vk.ru/Sovet.Sludyanka?from=x RU-IRK #Слюдянка",
            Wish(Kind.VK, "sovet.sludyanka", "RU-IRK", "слюдянка"),
        ),
        ("vk.com/public9 с 01.11.2026 ru-irk", Wish(Kind.VK, "public9", "RU-IRK", None, date(2026, 11, 1))),
        (
            "https://sovet.invalid/rss?id=1 #новости@sovet",
            Wish(Kind.FEED, "https://sovet.invalid/rss?id=1", None, "новости"),
        ),
    ],
)
def test_an_editor_writes_a_source_in_a_line(words: str, wish: Wish) -> None:
    assert read_wish(words) == wish


@pytest.mark.parametrize(
    "words",
    ["", "завтра", "vk.com/wall-1_2", "vk.com/id601", "vk.com/club1 чепуха", "vk.com/club1 31.02.2026", "ftp://a.invalid/x",
     "https://user:word@a.invalid/", "http://локально", "javascript:alert(1)", "vk.com/club1 #а #б"],
)  # fmt: skip
def test_what_is_no_source_is_not_guessed(words: str) -> None:
    assert read_wish(words) is None


def test_what_a_council_writes_is_news() -> None:
    assert is_news(SOURCE, found(), OURS, NOW)
    assert is_news(SOURCE, found("", attachments=(a_photo(),)), OURS, NOW)


@pytest.mark.parametrize(
    "what",
    [
        {"repeats": True},
        {"is_ad": True},
        {"at": NOW - timedelta(days=3)},
        {"content": Content("  ")},
        {"content": Content("Скидки в магазине. Реклама. ООО «Рога». erid: LjN8KPvZ1")},
        {"content": Content("Скидки в магазине. ERID — LjN8KPvZ1")},
        {"content": Content("Скидки", (a_link("https://shop.invalid/?erid=2SDnjcPvZ1"),))},
    ],
)
def test_reposts_advertisements_old_and_empty_things_are_not(what: dict[str, Any]) -> None:
    assert not is_news(SOURCE, replace(found(), **what), OURS, NOW)


def test_clocks_that_differ_a_little_lose_nothing() -> None:
    assert is_news(SOURCE, found(at=SOURCE.since - timedelta(seconds=40)), OURS, NOW)


def test_a_source_read_since_long_ago_brings_nothing_stale() -> None:
    source = replace(SOURCE, since=NOW - timedelta(days=300))
    assert is_news(source, found(at=NOW - timedelta(days=13)), OURS, NOW)
    assert not is_news(source, found(at=NOW - timedelta(days=15)), OURS, NOW)


def test_with_a_hashtag_only_what_carries_it_is_news() -> None:
    source = replace(SOURCE, tag="слюдянка")
    assert is_news(source, found("Ремонт #Слюдянка@sovet"), OURS, NOW)
    assert not is_news(source, found("Ремонт #Слюдянка2, Слюдянка"), OURS, NOW)
    for wanted, written in (("совет_молодёжи", "#Совет_Молодежи"), ("молодежь", "#МОЛОДЁЖЬ")):
        assert is_news(replace(SOURCE, tag=wanted), found(f"Ремонт {written}"), OURS, NOW)


@pytest.mark.parametrize(
    "back",
    [
        {"owner_id": WALL},
        {"owner_id": -2},
        {"content": Content("Текст\n\nИсточник: vk.com/wall-1_77")},
        {"content": Content("Текст [https://vk.ru/club2?w=wall-2_9|там]")},
        {"content": Content("Подробнее: https://news.okmo.invalid/news/214.html")},
        {"content": Content("Текст", (Attachment("wall", WALL, 77),))},
        {"content": Content("Текст", (a_link("https://m.vk.com/wall-1_77"),))},
        {"content": Content("Текст", (a_link("https://news.okmo.invalid/news/214.html"),))},
        {"owner_id": None, "url": "https://news.okmo.invalid/news/214.html"},
        {"owner_id": None, "url": "https://www.News.okmo.invalid./news/214.html"},
        {"owner_id": None, "url": "https://xn--j1aeec.xn--p1ai/novost"},
        {"content": Content("Подробнее: www.news.okmo.invalid/news/214.html")},
        {"content": Content("Подробнее: окмо.рф/novost")},
    ],
)
def test_our_own_post_never_comes_back(back: dict[str, Any]) -> None:
    thing = replace(found(), **back)
    assert comes_back(thing, OURS)
    assert not is_news(SOURCE, thing, OURS, NOW)


@pytest.mark.parametrize(
    "text", ["vk.com/wall-11_77", "vk.com/wall-123_1", "other-news.okmo.invalid", "news.okmo.invalid-site.ru"]
)
def test_a_resemblance_of_addresses_is_no_loop(text: str) -> None:
    assert not comes_back(found(text), OURS)


def test_the_same_words_are_the_same_news_whoever_sent_them() -> None:
    text = "В Черемхове после ремонта открыли библиотеку и читальный зал на 40 мест"
    known = [a_suggestion(1, text="Другое"), a_suggestion(2, text=text)]
    same = same_news(Content(f"{text} "), COUNCIL, known)
    assert same is not None
    assert same.number == 2
    assert same_news(Content("В Усолье построят мост через Ангару за 3 года"), COUNCIL, known) is None


def test_of_one_community_a_slightly_changed_text_is_the_same_news() -> None:
    sent = "Совет депутатов Черемхова на заседании 25 ноября утвердил бюджет района на 2027 год, треть уйдёт школам"
    stands = (
        "Совет депутатов Черемхова 25 ноября утвердил бюджет на 2027 год: школам уйдёт треть. Фото Ивана Петрова"
    )
    assert same_news(Content(stands), COUNCIL, [a_suggestion(1, text=sent, author=COUNCIL)]) is not None


def test_t10_two_posts_of_one_source_in_much_the_same_words_are_two() -> None:
    """A council that reports every day does so in the words of the day before."""
    text = "Сводка {} для жителей района: дороги расчищены, котельные работают, школы и больницы открыты, автобусы ходят"
    behind = {"source": 4}
    known = [
        a_suggestion(1, text=text.format("утренняя"), author=COUNCIL, origin=Origin.SOURCE, behind=behind),
        a_suggestion(2, text="Сводка вечерняя", author=COUNCIL, origin=Origin.SOURCE, behind=behind),
    ]
    evening = Content(text.format("вечерняя"))
    assert same_news(evening, COUNCIL, known, source=4) is None
    assert same_news(known[0].content, COUNCIL, known, source=4) is known[0]
    assert same_news(evening, COUNCIL, known, source=5) is known[0]


def test_what_the_desk_made_of_a_text_is_known_when_it_comes_back() -> None:
    mine = a_suggestion(1, text="школа у нас новая", edited_text="В Черемхове открыли школу на 500 мест у реки")
    assert same_news(Content("В Черемхове открыли школу на 500 мест у реки"), COUNCIL, [mine]) is mine


def test_a_few_words_are_not_yet_the_same_news() -> None:
    """Two councils greet on the same day, and one says «Фото дня» every day: the pictures tell them apart."""
    one = a_suggestion(1, text="С праздником!", attachments=(a_photo(1),), author=-456)
    assert same_news(Content("С праздником!", (a_photo(2),)), COUNCIL, [one]) is None
    assert same_news(Content("С праздником!", (a_photo(1),)), COUNCIL, [one]) is one
    assert same_news(Content("", (a_photo(1),)), COUNCIL, [a_suggestion(2, text="", attachments=(a_photo(1),))])
    assert same_news(Content(""), COUNCIL, [a_suggestion(2, text="")]) is None


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "Посмотрите", "attachments": (Attachment("wall", COUNCIL, 5),)},
        {"text": "Вот наша новость: https://vk.com/wall-123_5"},
        {"text": "Пересказ своими словами о том, что решили на заседании\n\nИсточник: vk.com/wall-123_5"},
        {"text": "Нечто", "origin": Origin.SOURCE, "behind": {"source": 9, "owner_id": COUNCIL, "post_id": 5}},
    ],
)
def test_a_post_that_somebody_sent_in_is_one_with_the_post_on_the_wall(sent: dict[str, Any]) -> None:
    known = a_suggestion(1, **sent)
    post = Content("Совет принял бюджет района на 2027 год", (a_photo(7),))
    assert same_news(post, COUNCIL, [known], 4, post=(COUNCIL, 5)) is known
    assert same_news(post, COUNCIL, [known], 4, post=(COUNCIL, 55)) is None


def test_news_that_only_mentions_another_post_is_news_of_its_own() -> None:
    text = (
        "Продолжаем рассказ о бюджете района, начало здесь: vk.com/wall-123_5, сегодня о ремонте двух школ и мостов"
    )
    assert same_news(Content("Бюджет принят"), COUNCIL, [a_suggestion(1, text=text)], 4, post=(COUNCIL, 5)) is None


def test_an_entry_whose_name_changed_is_the_same_at_the_same_address() -> None:
    url = "https://sovet.invalid/news/17"
    text = "В Черемхове открыли мост через реку и построили три дома для сельских врачей района"
    known = [a_suggestion(1, text=text, origin=Origin.SOURCE, behind={"source": 4, "url": url})]
    changed = Content(f"{text} и учителей")
    assert same_news(changed, None, known, 4, url=url) is known[0]
    assert same_news(changed, None, known, 4, url=f"{url}8") is None
    assert (
        same_news(Content("В Усолье построят ещё один мост через Ангару за 3 года"), None, known, 4, url=url)
        is None
    )


def test_of_several_that_are_alike_the_likest_is_meant() -> None:
    known = [
        a_suggestion(1, text="В Черемхове открыли мост через реку и построили три дома для врачей", author=COUNCIL),
        a_suggestion(
            2, text="В Черемхове открыли мост через реку и построили три дома для учителей", author=COUNCIL
        ),
    ]
    same = same_news(
        Content("В Черемхове открыли мост через реку и построили три дома для сельских учителей"), COUNCIL, known
    )
    assert same is known[1]
