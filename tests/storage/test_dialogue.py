"""Drafts, live messages and the register of authors, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from editorial.draft import Draft, Piece
from editorial.suggestion import Attachment, Content, Origin, Status
from storage.migrate import upgrade
from storage.suggestions import NewSuggestion
from storage.unit import Storage
from tests.storage.conftest import NOW
from tests.storage.test_search import at_revision, kept_before

WHO = 601
PHOTO = Attachment("photo", WHO, 31, "abc", "https://img.invalid/31.jpg")


def news(text: str = "Новость", **more: object) -> NewSuggestion:
    fields: dict[str, object] = {
        "owner_id": -1,
        "post_id": 0,
        "author_id": WHO,
        "content": Content(text, (PHOTO,)),
        "received_at": NOW,
        "origin": Origin.DIALOGUE,
        "behind": {"peer_id": WHO, "cmids": [5]},
    }
    return NewSuggestion(**{**fields, **more})  # type: ignore[arg-type]


def test_a_draft_comes_back_as_it_was_written(storage: Storage) -> None:
    draft = Draft(WHO, "wording", (Piece(5, "Текст", (PHOTO,)), Piece(6, "\x00 и ещё")), None)
    with storage.begin("t") as unit:
        unit.drafts.put(draft, WHO, NOW)
    with storage.begin("t") as unit:
        unit.drafts.put(replace(draft, state="writing"), WHO, NOW + timedelta(hours=1))
        unit.drafts.reminded(WHO, NOW + timedelta(hours=2))
    with storage.read() as unit:
        kept = unit.drafts.get(WHO)
    assert kept is not None
    assert kept.draft == replace(draft, state="writing")
    assert (kept.started_at, kept.updated_at) == (NOW, NOW + timedelta(hours=1))
    assert kept.reminded_at == NOW + timedelta(hours=2)
    with storage.begin("t") as unit:
        assert unit.drafts.drop(WHO)
        assert not unit.drafts.drop(WHO)
        assert unit.drafts.get(WHO) is None


def test_news_from_elsewhere_gets_numbers_below_zero_and_is_not_open_on_the_wall(storage: Storage) -> None:
    with storage.begin("t") as unit:
        own = [unit.suggestions.add(news(f"Новость {place}"), NOW) for place in range(3)]
        wall = unit.suggestions.add(news(post_id=7, origin=Origin.WALL, behind=None), NOW)
    assert [one.post_id for one in own if one is not None] == [-1, -2, -3]
    assert wall is not None
    with storage.read() as unit:
        assert list(unit.suggestions.open_posts(-1)) == [7]
        found = unit.suggestions.get(own[0].number if own[0] else 0)
    assert found is not None
    assert (found.origin, found.behind) == (Origin.DIALOGUE, {"peer_id": WHO, "cmids": [5]})


def test_news_corrected_elsewhere_is_known_by_what_was_left_on_the_wall(storage: Storage) -> None:
    with storage.begin("t") as unit:
        added = unit.suggestions.add(news(post_id=7, origin=Origin.WALL, behind=None), NOW)
        assert added is not None
        changed = replace(
            added, content=Content("Исправлено"), origin=Origin.DIALOGUE, behind={"left": "mark"}, version=2
        )
        assert unit.suggestions.save(changed, seen_version=1)
    with storage.read() as unit:
        assert unit.suggestions.known_posts(-1, [7])[7].fingerprint == "mark"
        assert unit.suggestions.open_posts(-1) == {}


def test_an_authors_news_is_tallied_and_a_regions_posts_come_newest_first(storage: Storage) -> None:
    with storage.begin("t") as unit:
        for place in range(4):
            moment = NOW + timedelta(days=place)
            added = unit.suggestions.add(news(region="RU-IRK", received_at=moment), moment)
            assert added is not None
            if place:
                out = replace(
                    added, status=Status.PUBLISHED, published_at=moment, published_post_id=place, version=2
                )
                assert unit.suggestions.save(out, seen_version=1)
    with storage.read() as unit:
        assert tuple(unit.suggestions.tally(WHO, NOW + timedelta(days=2))) == (4, 3, 2)
        assert tuple(unit.suggestions.tally(777, NOW)) == (0, 0, 0)
        latest = unit.suggestions.latest_of_region("RU-IRK", 2)
    assert [one.published_post_id for one in latest] == [3, 2]


def test_what_an_author_says_holds_until_it_is_said_anew(storage: Storage) -> None:
    with storage.begin("t") as unit:
        unit.authors.introduce(WHO, NOW, region="RU-IRK", organisation="СМО", role="press")
        unit.authors.confirm(WHO, 11, NOW)
        unit.authors.block(WHO, 11, "реклама", NOW)
        unit.authors.consents(WHO, NOW)
    with storage.read() as unit:
        known = unit.authors.get(WHO)
    assert known is not None
    assert (known.region, known.organisation, known.role) == ("RU-IRK", "СМО", "press")
    assert known.confirmed
    assert known.blocked
    with storage.begin("t") as unit:
        unit.authors.introduce(WHO, NOW, region="RU-TOM")
        unit.authors.unblock(WHO, NOW)
        known = unit.authors.get(WHO)
    assert known is not None
    assert (known.region, known.organisation, known.confirmed, known.blocked) == ("RU-TOM", "СМО", False, False)
    with storage.begin("t") as unit, pytest.raises(ValueError, match="salary"):
        unit.authors.introduce(WHO, NOW, salary="1")


def test_a_forgotten_person_leaves_no_draft_no_live_message_and_no_trace_on_the_news(storage: Storage) -> None:
    with storage.begin("t") as unit:
        added = unit.suggestions.add(news(), NOW)
        assert added is not None
        unit.drafts.put(Draft(WHO, pieces=(Piece(5, "Ещё"),)), WHO, NOW)
        unit.passports.placed(added.number, WHO, 9, None, NOW)
        assert unit.authors.forget(WHO, NOW)
    with storage.read() as unit:
        assert unit.drafts.get(WHO) is None
        assert unit.passports.get(added.number) is None
        kept = unit.suggestions.get(added.number)
    assert kept is not None
    assert (kept.author_id, kept.behind, kept.content.text) == (None, None, "Новость")


def test_age_takes_drafts_and_live_messages_but_not_confirmed_authors(storage: Storage) -> None:
    with storage.begin("t") as unit:
        added = unit.suggestions.add(news(author_id=None), NOW)
        assert added is not None
        unit.drafts.put(Draft(WHO, pieces=(Piece(5, "Старое"),)), WHO, NOW)
        unit.passports.placed(added.number, WHO, 9, None, NOW)
        unit.authors.confirm(WHO, 11, NOW)
        unit.authors.ensure(602, NOW)
        unit.retention.people(NOW + timedelta(days=1))
    with storage.read() as unit:
        assert unit.drafts.get(WHO) is None
        assert unit.passports.get(added.number) is None
        assert unit.authors.get(WHO) is not None
        assert unit.authors.get(602) is None


def test_news_returned_before_returns_ran_out_runs_out_a_week_after_the_upgrade(empty_url: str) -> None:
    storage = at_revision(empty_url, "0013")
    kept_before(storage, [(1, "Открыли библиотеку"), (2, "Открыли школу")])
    with storage.connection(writes=True) as connection:
        connection.exec_driver_sql("UPDATE suggestions SET status = 'returned' WHERE number = 1")
    upgrade(storage)
    later = datetime.now(UTC)
    with storage.read() as unit:
        assert unit.suggestions.over(later + timedelta(days=6, hours=23)) == ()
        assert [one.number for one in unit.suggestions.over(later + timedelta(days=7))] == [1]
    storage.close()
