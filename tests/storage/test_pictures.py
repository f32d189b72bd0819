"""Pictures that are nearly the same are found by their fingerprints, on both databases; one that is not is never."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from editorial.likeness import SAME_PICTURE, apart
from storage.migrate import upgrade
from storage.unit import Storage
from tests.storage.builders import taken_in
from tests.storage.test_search import at_revision, kept_before

MARK = 0xF0F1_5A3C_9977_0001


def flipped(mark: int, *bits: int) -> int:
    for bit in bits:
        mark ^= 1 << bit
    return mark


def test_all_that_differ_by_few_bits_are_found_and_no_others(storage: Storage, now: datetime) -> None:
    chance = random.Random(4)
    marks = [flipped(MARK, *chance.sample(range(64), count)) for count in (0, 1, 3, 6, 6, 6, 6, 7, 7, 12, 30)]
    marks += [flipped(MARK, 0, 9, 18, 27, 36, 45), flipped(MARK, 63, 62, 61, 53, 44, 35), 0, 2**64 - 1]
    with storage.begin("test") as unit:
        for place, mark in enumerate(marks, start=1):
            unit.pictures.put(taken_in(unit, now, place).number, (mark,), now)
    with storage.read() as unit:
        found = unit.pictures.near((MARK, 1), SAME_PICTURE, now - timedelta(days=14))
    near = {mark for mark in marks if apart(mark, MARK) <= SAME_PICTURE or apart(mark, 1) <= SAME_PICTURE}
    assert {mark for _, mark in found} == near
    assert len(found) == sum(mark in near for mark in marks)
    assert len(near) == 10


def test_what_was_looked_at_earlier_or_anew_is_not_found(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now).number
        unit.pictures.put(number, (MARK,), now)
        assert unit.pictures.near((MARK,), SAME_PICTURE, now + timedelta(seconds=1)) == []
        unit.pictures.put(number, (0,), now)
        assert unit.pictures.near((MARK,), SAME_PICTURE, now) == []
        assert unit.pictures.of(number) == (0,)


@pytest.mark.parametrize("mark", [MARK, 1, 2**63, 2**64 - 1])
def test_pictures_from_before_the_bands_are_found_after_the_upgrade(empty_url: str, mark: int) -> None:
    storage = at_revision(empty_url, "0013")
    kept_before(storage, [(1, "Открыли библиотеку")])
    with storage.connection(writes=True) as connection:
        at = "now()" if connection.dialect.name == "postgresql" else "1"
        sql = f"INSERT INTO pictures (number, place, mark, seen_at) VALUES (1, 0, {mark - 2**63}, {at})"
        connection.exec_driver_sql(sql)
    upgrade(storage)
    with storage.read() as unit:
        long_ago = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
        assert unit.pictures.near((flipped(mark, 2, 60),), SAME_PICTURE, long_ago) == [(1, mark)]
    storage.close()
