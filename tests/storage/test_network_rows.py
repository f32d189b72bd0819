"""Posts and their copies as they are kept, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from editorial.networks import CopyState, NetworkCopy, OurPost, PostState, Reach
from editorial.suggestion import Attachment, Content
from storage.unit import Storage
from tests.storage.builders import delivery, taken_in

NOW = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
PHOTO = Attachment("photo", -1, 31, "key", "https://img.invalid/31.jpg")


def a_post(number: int, **more: object) -> OurPost:
    fields = {"owner_id": -1, "post_id": 77, "content": Content("Текст", (PHOTO,)), "state": PostState.LIVE}
    return OurPost(number=number, **{**fields, "published_at": NOW, **more})  # type: ignore[arg-type]


def test_a_post_comes_back_as_it_was_put(storage: Storage) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, NOW).number
        post = a_post(number, seen_at=NOW, next_look=NOW, released_at=NOW, reach=Reach(1, 2, 3, 4), reach_at=NOW)
        unit.posts.put(replace(post, content=Content("Иначе")), NOW)
        unit.posts.put(post, NOW)
    with storage.read() as unit:
        assert unit.posts.get(number) == post
        assert unit.posts.of_many([number, 999]) == {number: post}


def test_only_what_is_due_is_looked_at(storage: Storage) -> None:
    with storage.begin("test") as unit:
        numbers = [taken_in(unit, NOW, post_id).number for post_id in (1, 2, 3)]
        for number, minutes in zip(numbers, (5, None, -5), strict=True):
            look = None if minutes is None else NOW + timedelta(minutes=minutes)
            unit.posts.put(a_post(number, next_look=look), NOW)
        assert [post.number for post in unit.posts.due(NOW, 10)] == [numbers[2]]
        unit.posts.looked([(numbers[2], Reach(views=9), NOW + timedelta(hours=1))], NOW)
        assert unit.posts.due(NOW, 10) == ()
        known = unit.posts.get(numbers[2])
    assert known is not None
    assert known.reach == Reach(views=9)


def test_a_copy_comes_back_as_it_was_put_and_is_counted_while_open(storage: Storage) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, NOW).number
        out = NetworkCopy(number, "telegram", 0, CopyState.OUT, ids=("5", "6"), link="https://t.me/x/5", sent_at=NOW,
                          notes=("text_shortened",), result={"ids": ["5", "6"]}, digest="abc", next_reach=NOW)  # fmt: skip
        waiting = NetworkCopy(number, "telegram", 1, CopyState.WAITING, delivery=7, said={"text": "Текст"})
        for copy in (waiting, out):
            unit.copies.put(copy, NOW)
        assert unit.copies.of(number) == (out, waiting)
        assert unit.copies.of_many([number]) == {number: (out, waiting)}
        assert unit.copies.counts() == {("telegram", CopyState.WAITING): 1}
        assert unit.copies.due_reach(NOW, 10) == (out,)
        unit.copies.reached([(out, Reach(views=12), NOW + timedelta(days=1))], NOW)
        unit.copies.reached([(out, None, None)], NOW)
        [after, _] = unit.copies.of(number)
    assert after.reach == Reach(views=12)
    assert after.next_reach is None


def test_old_words_are_forgotten_and_the_links_stay(storage: Storage) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, NOW).number
        unit.posts.put(a_post(number), NOW)
        unit.copies.put(NetworkCopy(number, "max", 0, CopyState.OUT, link="https://max.ru/x", sent_at=NOW,
                                    said={"text": "Текст"}), NOW)  # fmt: skip
        unit.retention.people(NOW + timedelta(days=1))
        post, [copy] = unit.posts.get(number), unit.copies.of(number)
    assert post is not None
    assert post.content == Content("", ())
    assert (copy.said, copy.link) == (None, "https://max.ru/x")


def test_what_people_are_asked_about_holds_nothing_up(storage: Storage) -> None:
    with storage.begin("test") as unit:
        first = unit.outbox.add(delivery(target="telegram", destination="telegram:1", kind="post"), NOW)
        second = unit.outbox.add(delivery(target="telegram", destination="telegram:1", kind="post"), NOW)
        assert [one.id for one in unit.outbox.claim("telegram", NOW, 5)] == [first]
        unit.outbox.uncertain(first, "no_answer", NOW)
        assert unit.outbox.claim("telegram", NOW, 5) == ()
        assert unit.outbox.ask(first, NOW)
        assert [one.id for one in unit.outbox.claim("telegram", NOW, 5)] == [second]
        assert [one.id for one in unit.outbox.stranded("telegram")] == [first, second]
