"""Texts are found by their words in any form, on both databases alike, and forgotten with the texts."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from editorial.suggestion import Status
from storage.migrate import upgrade
from storage.search import stems_of
from storage.unit import Storage
from tests.storage.builders import taken_in
from tests.storage.conftest import NOW


def found(storage: Storage, words: str, limit: int = 10, before: int | None = None) -> tuple[int, ...]:
    with storage.read() as unit:
        return unit.search.find(stems_of(words), limit, before)


@pytest.fixture
def shelf(storage: Storage, now: datetime) -> Storage:
    with storage.begin("test") as unit:
        taken_in(unit, now, 1, text="В Черемхове открыли библиотеку после ремонта")
        taken_in(unit, now, 2, text="Сельские библиотеки Тулуна получили новые книги")
        taken_in(unit, now, 3, text="Старосты посёлков собрались на съезд, приехали 42 человека")
    return storage


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("библиотека", (2, 1)),
        ("библиотеками", (2, 1)),
        ("БИБЛИОТЕКИ тулуна", (2,)),
        ("открыть библиотеку", (1,)),
        ("староста", (3,)),
        ("42", (3,)),
        ("музей", ()),
        ("в на и", ()),
        ("", ()),
        ('"библиотека" OR * NEAR(', (2, 1)),
        ("' & | ! <-> :*", ()),
    ],
)
def test_words_are_found_in_any_form(shelf: Storage, words: str, numbers: tuple[int, ...]) -> None:
    expected = numbers if "OR" not in words else ()
    assert found(shelf, words) == expected


def test_the_newest_come_first_and_pages_follow_each_other(shelf: Storage) -> None:
    assert found(shelf, "библиотека", limit=1) == (2,)
    assert found(shelf, "библиотека", limit=1, before=2) == (1,)


def test_a_text_that_was_reworded_is_found_by_its_new_words_only(shelf: Storage, now: datetime) -> None:
    with shelf.begin("test") as unit:
        known = unit.suggestions.get(1)
        assert known is not None
        edited = replace(known, edited_text="В Черемхове открыли музей", version=2)
        assert unit.suggestions.save(edited, seen_version=1)
        assert not unit.suggestions.save(replace(edited, edited_text="Мимо", version=2), seen_version=1)
    assert found(shelf, "музеи") == (1,)
    assert found(shelf, "библиотека") == (2,)
    assert found(shelf, "мимо") == ()


def test_a_unit_that_fails_leaves_the_index_as_it_was(shelf: Storage, now: datetime) -> None:
    def fail() -> None:
        with shelf.begin("test") as unit:
            taken_in(unit, now, 4, text="Библиотека, которой нет")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert found(shelf, "библиотека") == (2, 1)


def test_the_same_text_is_not_indexed_again(shelf: Storage) -> None:
    with shelf.begin("test") as unit:
        known = unit.suggestions.get(1)
        assert known is not None
        assert not unit.search.put(1, known.text)
        assert unit.search.put(1, known.text + " Вчера")
        assert not unit.search.put(1, known.text + " Вчера")


def test_what_retention_empties_is_found_no_more(shelf: Storage, now: datetime) -> None:
    with shelf.begin("test") as unit:
        known = unit.suggestions.get(1)
        assert known is not None
        unit.suggestions.save(replace(known, status=Status.REJECTED, version=2), seen_version=1)
    with shelf.begin("test") as unit:
        assert unit.retention.people(now + timedelta(days=400)) == 1
        assert unit.search.stems_of_each([1]) == {}
    assert found(shelf, "библиотека") == (2,)


def test_texts_that_share_rare_words_are_offered_for_comparison(shelf: Storage) -> None:
    with shelf.read() as unit:
        retelling = stems_of("Библиотеки в Тулуне: новые книги привезли")
        assert unit.search.alike(retelling, 0, 5)[0] == 2
        assert unit.search.alike(retelling, 2, 5) == ()
        told = stems_of("Старосты посёлков собрались на съезд, приехали 42 человека")
        assert unit.search.stems_of_each([3]) == {3: told}


def test_posts_of_the_wall_are_found_beside_the_news_and_forgotten(shelf: Storage, now: datetime) -> None:
    words = stems_of("Библиотеки в Тулуне: новые книги привезли")
    with shelf.begin("test") as unit:
        unit.wall_posts.put(2, "В Тулуне у библиотеки новые книги", now - timedelta(days=20))
        unit.wall_posts.put(5, "Музей", now)
        unit.wall_posts.put(5, "Новые книги библиотеки", now)
        assert set(unit.search.alike_posts(words, 5)) == {-2, -5}
        assert unit.wall_posts.moments([2, 5, 7]) == {2: now - timedelta(days=20), 5: now}
        assert unit.search.alike(words, 0, 5)[0] == 2
        assert unit.search.alike(words, 2, 5) == ()
        assert unit.search.find(words[:1], 9) == (2, 1)
        assert unit.wall_posts.prune(now - timedelta(days=14)) == 1
        unit.wall_posts.drop(77)
        assert unit.search.alike_posts(words, 5) == (-5,)
        assert unit.search.stems_of_each([-5]) == {-5: stems_of("Новые книги библиотеки")}
        assert unit.wall_posts.any()
    assert found(shelf, "музей") == ()


def test_suggestions_of_a_region_the_newest_first(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        for post, region in ((1, "RU-IRK"), (2, "RU-TUL"), (3, "RU-IRK")):
            taken = taken_in(unit, now, post)
            unit.suggestions.save(replace(taken, region=region, version=2), seen_version=1)
        assert [one.number for one in unit.suggestions.of_region("RU-IRK", 10)] == [3, 1]
        assert [one.number for one in unit.suggestions.of_region("RU-IRK", 10, before=3)] == [1]


def at_revision(url: str, revision: str) -> Storage:
    """A new database as a former program left it."""
    from alembic import command

    from storage.migrate import configuration

    storage = Storage.open(url)
    with storage.connection(writes=True) as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return storage


def kept_before(storage: Storage, told: Iterable[tuple[int, str]]) -> None:
    """Suggestions of these numbers and texts, written as a former program wrote them."""
    moment = int(NOW.timestamp() * 1_000_000) if storage.path else f"'{NOW.isoformat()}'"
    insert = text(
        "INSERT INTO suggestions (number, owner_id, post_id, status, version, fingerprint, received_at, updated_at,"
        f" text, attachments) VALUES (:number, -1, :number, 'pending', 1, 'f', {moment}, {moment}, :text, '[]')"
    )
    with storage.connection(writes=True) as connection:
        for number, words in told:
            connection.execute(insert, {"number": number, "text": words})


def test_texts_from_before_the_index_are_found_after_the_upgrade(empty_url: str) -> None:
    storage = at_revision(empty_url, "0001")
    kept_before(storage, [(1, "Открыли библиотеку")])
    upgrade(storage)
    assert found(storage, "библиотеки") == (1,)
    storage.close()


def test_thousands_of_texts_are_indexed_without_having_all_of_them_in_memory(empty_url: str) -> None:
    storage = at_revision(empty_url, "0007")
    numbers = [number for number in range(1, 2_401) if number % 7]  # not every number has a text
    words = f"Открыли библиотеку. https://a.invalid/{'a' * 10_000}"
    kept_before(storage, ((number, words) for number in numbers))
    peak = peak_of(lambda: upgrade(storage))
    assert found(storage, "библиотеки", limit=5_000) == tuple(reversed(numbers))
    assert peak < len(numbers) * sys.getsizeof(words) / 3
    storage.close()


def peak_of(work: Callable[[], object]) -> int:
    """Bytes that Python had at most while it worked, above what it had before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
