"""A suggestion is taken in once and changed only by whoever still sees its stored version."""

from __future__ import annotations

import threading
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from editorial.suggestion import Attachment, Content, Decision, Status, Suggestion
from storage.errors import Conflict, SlotTaken
from storage.mapping import attachments_from_json, attachments_to_json
from storage.suggestions import PostMark
from storage.unit import Storage, Unit
from tests.storage.builders import WALL, news, taken_in

HOUR = timedelta(hours=1)


def changed(unit: Unit, suggestion: Suggestion, **values: Any) -> Suggestion:
    fresh = replace(suggestion, version=suggestion.version + 1, **values)
    assert unit.suggestions.save(fresh, seen_version=suggestion.version)
    return fresh


def scheduled(unit: Unit, now: datetime, post_id: int, due_at: datetime) -> Suggestion:
    return changed(unit, taken_in(unit, now, post_id), status=Status.SCHEDULED, due_at=due_at)


def published(unit: Unit, now: datetime, post_id: int, at: datetime, due_at: datetime | None = None) -> Suggestion:
    news = taken_in(unit, now, post_id)
    return changed(
        unit, news, status=Status.PUBLISHED, published_at=at, published_post_id=post_id + 1000, due_at=due_at
    )


def test_nothing_of_an_attachment_is_lost_in_store() -> None:
    whole = Attachment("poll", 1, 2, "key", "url", "title", "preview", 3, 4, "Да\nНет", True)
    assert None not in astuple(whole)
    [kept] = attachments_from_json(attachments_to_json([whole]))
    assert astuple(kept) == astuple(whole)


def test_a_new_suggestion_waits_for_review_with_all_it_came_with(storage: Storage, now: datetime) -> None:
    photo = Attachment("photo", 7, 456, "key", "https://img.invalid/1.jpg", None, "https://img.invalid/s.jpg")
    link = Attachment("link", url="https://news.invalid", title="Новости")
    content = Content("В школе открыли музей", (photo, link))
    with storage.begin("test") as unit:
        unit.authors.name(7, "Мария Иванова", now)
        unit.suggestions.add(replace(news(5, at=now), content=content, region="RU-IRK"), now)
    with storage.read() as unit:
        found = unit.suggestions.by_post(WALL, 5)
    assert found is not None
    assert found.content == content
    assert (found.status, found.version, found.region) == (Status.PENDING, 1, "RU-IRK")
    assert found.author is not None
    assert found.author.name == "Мария Иванова"


def test_t06_a_post_is_taken_in_once(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        first = taken_in(unit, now, 5)
        assert unit.suggestions.add(news(5, at=now, text="другое"), now) is None
        assert unit.suggestions.get(first.number) == first


def test_t07_equal_post_ids_of_two_communities_do_not_collide(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        here = taken_in(unit, now, 5, owner=-1)
        there = taken_in(unit, now, 5, owner=-2)
        assert here.number != there.number
        assert unit.suggestions.by_post(-2, 5) == there


def test_numbers_have_no_gaps_when_the_same_post_is_seen_many_times(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        taken_in(unit, now, 5)
        for _ in range(3):
            unit.suggestions.add(news(5, at=now), now)
        assert taken_in(unit, now, 6).number == 2


def test_every_field_of_a_change_is_kept(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        before = taken_in(unit, now)
        after = replace(
            before,
            content=Content("Новый текст", (Attachment("video", 7, 9),)),
            status=Status.PUBLISHED,
            version=2,
            updated_at=now + HOUR,
            edited_text="Правка",
            previous=before.content,
            urgent=True,
            due_at=now + HOUR,
            decision=Decision(100, now, "schedule", "own", "Спасибо"),
            published_post_id=77,
            published_at=now + HOUR,
            proof="checked",
            trouble="no_photo",
            region="RU-KDA",
        )
        assert unit.suggestions.save(after, seen_version=1)
    with storage.read() as unit:
        assert unit.suggestions.get(before.number) == after
        assert unit.suggestions.by_published(WALL, 77) == after


def test_t03_a_change_decided_for_an_older_version_is_refused(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        seen = taken_in(unit, now)
        changed(unit, seen, status=Status.REJECTED)
        late = replace(seen, status=Status.SCHEDULED, due_at=now, version=2)
        assert not unit.suggestions.save(late, seen_version=1)
        found = unit.suggestions.get(seen.number)
        assert found is not None
        assert found.status is Status.REJECTED


def test_two_suggestions_never_have_one_slot(storage: Storage, now: datetime) -> None:
    def take(post_id: int) -> None:
        with storage.begin("test") as unit:
            one = taken_in(unit, now, post_id)
            plan = replace(one, status=Status.SCHEDULED, due_at=now, version=2)
            unit.suggestions.save(plan, seen_version=1, slot_at=now)

    take(1)
    with pytest.raises(SlotTaken):
        take(2)
    with storage.read() as unit:
        assert [one.post_id for one in unit.suggestions.scheduled()] == [1]


@pytest.mark.parametrize("status", [Status.PENDING, Status.RETURNED, Status.REJECTED, Status.WITHDRAWN])
def test_a_slot_is_free_again_when_its_suggestion_leaves_the_plan(
    storage: Storage, now: datetime, status: Status
) -> None:
    with storage.begin("test") as unit:
        first = scheduled(unit, now, 1, now)
        first = replace(first, version=3)
        assert unit.suggestions.save(first, seen_version=2, slot_at=now)
        first = changed(unit, first, trouble="still in the plan")
        changed(unit, first, status=status, due_at=None)
        second = scheduled(unit, now, 2, now)
        assert unit.suggestions.save(replace(second, version=3), seen_version=2, slot_at=now)


@pytest.mark.parametrize(
    "impossible",
    [
        {"status": Status.PUBLISHED},
        {"published_at": datetime.fromisoformat("2026-11-24T06:30:00+00:00")},
        {"status": Status.SCHEDULED},
    ],
    ids=["published_without_time", "time_without_publication", "scheduled_without_time"],
)
def test_the_database_itself_refuses_what_cannot_be(
    storage: Storage, now: datetime, impossible: dict[str, Any]
) -> None:
    def store() -> None:
        with storage.begin("test") as unit:
            changed(unit, taken_in(unit, now), **impossible)

    with pytest.raises(Conflict):
        store()


def test_what_is_to_be_reviewed_comes_in_the_order_of_its_numbers(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        for post_id in range(1, 8):
            taken_in(unit, now, post_id)
        second = unit.suggestions.get(2)
        assert second is not None
        changed(unit, second, status=Status.REJECTED)
    with storage.read() as unit:
        first = unit.suggestions.pending(3)
        assert [one.number for one in first] == [1, 3, 4]
        assert [one.number for one in unit.suggestions.pending(3, after=first[-1].number)] == [5, 6, 7]
        assert [one.number for one in unit.suggestions.by_status(Status.REJECTED, 5)] == [2]


def test_an_author_sees_their_own_news_the_newest_first(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        for post_id in (1, 2, 3):
            taken_in(unit, now, post_id, author=7)
        taken_in(unit, now, 4, author=8)
        taken_in(unit, now, 5, author=None)
    with storage.read() as unit:
        assert [one.number for one in unit.suggestions.by_author(7, 2)] == [3, 2]


def test_the_next_due_is_the_one_that_waits_longest_and_never_early(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        scheduled(unit, now, 1, now + 2 * HOUR)
        scheduled(unit, now, 2, now + HOUR)
        scheduled(unit, now, 3, now - HOUR)
        assert [one.post_id for one in unit.suggestions.scheduled()] == [3, 2, 1]
        assert unit.suggestions.next_due_at() == now - HOUR
        overdue = unit.suggestions.next_due(now)
        assert overdue is not None
        assert overdue.post_id == 3
        changed(unit, overdue, status=Status.PUBLISHING)
        assert unit.suggestions.next_due(now + HOUR - timedelta(microseconds=1)) is None
        due = unit.suggestions.next_due(now + HOUR)
        assert due is not None
        assert due.post_id == 2


def test_the_plan_knows_when_something_goes_out_or_went_out(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        scheduled(unit, now, 1, now + HOUR)
        changed(unit, scheduled(unit, now, 2, now + 2 * HOUR), status=Status.PUBLISHING)
        published(unit, now, 3, now - HOUR)
        published(unit, now, 4, now - 48 * HOUR)
        changed(unit, scheduled(unit, now, 5, now + 3 * HOUR), status=Status.PENDING)
    with storage.read() as unit:
        moments = unit.suggestions.taken(now - 24 * HOUR, now + 24 * HOUR)
        assert moments == (now - HOUR, now + HOUR, now + 2 * HOUR)
        assert unit.suggestions.taken(now + HOUR, now + 2 * HOUR) == (now + HOUR,)
        assert unit.suggestions.taken(now - 72 * HOUR, now) == (now - 48 * HOUR, now - HOUR)


def test_counts_name_every_status(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        taken_in(unit, now, 1)
        changed(unit, taken_in(unit, now, 2), status=Status.DIGEST)
        counts = unit.suggestions.counts()
    assert set(counts) == set(Status)
    assert (counts[Status.PENDING], counts[Status.DIGEST], counts[Status.FAILED]) == (1, 1, 0)


def test_t12_reconciliation_sees_every_open_and_every_known_post(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        for post_id in range(1, 1201):
            taken_in(unit, now, post_id)
        first = unit.suggestions.get(1)
        assert first is not None
        changed(unit, first, status=Status.WITHDRAWN, trouble="gone")
        taken_in(unit, now, 1, owner=-99)
    with storage.read() as unit:
        assert set(unit.suggestions.open_posts(WALL)) == set(range(2, 1201))
        known = unit.suggestions.known_posts(WALL, range(1, 2000))
        assert set(known) == set(range(1, 1201))
        assert known[1] == PostMark(1, Status.WITHDRAWN, first.content.fingerprint, missed=True)
        assert unit.suggestions.known_posts(WALL, []) == {}


def test_planning_can_be_kept_to_one_unit(storage: Storage) -> None:
    order: list[str] = []

    def plan() -> None:
        with storage.begin("second") as unit:
            unit.suggestions.lock_plan()
            order.append("second")

    other = threading.Thread(target=plan)
    with storage.begin("first") as unit:
        unit.suggestions.lock_plan()
        other.start()
        other.join(0.2)
        order.append("first")
    other.join(20)
    assert order == ["first", "second"]
