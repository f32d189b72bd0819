"""What the editors keep over the shipped lists and regions, and which planned posts are over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from editorial.lists import Change, Kept
from editorial.suggestion import Status
from storage.unit import Storage
from tests.storage.builders import taken_in

HOUR = timedelta(hours=1)


def test_an_edit_replaces_the_one_before_and_can_be_taken_back(storage: Storage, now: datetime) -> None:
    added, removed = Change(Kept.STOP_WORDS, "биткоин", True), Change(Kept.SHORTENERS, "bit.ly", False)
    with storage.begin("test") as unit:
        assert unit.lists.changes() == ()
        unit.lists.set(added, 11, now)
        unit.lists.set(removed, None, now + HOUR)
    with storage.read() as unit:
        assert set(unit.lists.changes()) == {added, removed}
    with storage.begin("test") as unit:
        unit.lists.set(added._replace(present=False), 12, now + HOUR)
        assert unit.lists.reset(Kept.SHORTENERS, "bit.ly")
        assert not unit.lists.reset(Kept.SHORTENERS, "bit.ly")
        assert unit.lists.changes() == (Change("stop_words", "биткоин", False),)


def test_edited_regions_replace_each_other_as_a_whole(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        unit.lists.set_regions([{"code": "RU-IRK", "name": "Приангарье"}, {"code": "RU-TOM", "name": "Томск"}], now)
        unit.lists.set_regions([{"code": "RU-IRK", "name": "Иркутск"}], now)
    with storage.read() as unit:
        assert unit.lists.region_rows() == ({"code": "RU-IRK", "name": "Иркутск"},)


def test_a_planned_post_is_over_at_its_moment(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        assert unit.suggestions.next_over_at() is None
        one = taken_in(unit, now)
        planned = replace(one, status=Status.SCHEDULED, due_at=now + HOUR, expires_at=now + 3 * HOUR)
        assert unit.suggestions.save(planned, seen_version=one.version)
    with storage.read() as unit:
        assert unit.suggestions.next_over_at() == now + 3 * HOUR
        assert unit.suggestions.over(now + 2 * HOUR) == ()
        assert [found.number for found in unit.suggestions.over(now + 3 * HOUR)] == [one.number]


def test_a_card_is_uncovered_for_itself_alone(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        first, second = taken_in(unit, now, 1).number, taken_in(unit, now, 2).number
        for number in (first, second):
            unit.cards.placed(number, 2_000_000_001, number, (), now)
        unit.cards.uncover(first, now, uncovered=True)
        unit.cards.view(first, {}, now)
        cards = [unit.cards.get(number) for number in (first, second)]
    assert [card is not None and card.uncovered for card in cards] == [True, False]
