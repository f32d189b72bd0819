"""News in one post, on both databases: who belongs together, the lead's own form, an upgrade with rows in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from editorial.suggestion import Attachment, Status, Suggestion
from storage.errors import Conflict
from storage.merges import OwnForm
from storage.unit import Storage, Unit
from tests.storage.builders import WALL, taken_in


def merged(unit: Unit, now: datetime, post_id: int, lead: Suggestion) -> Suggestion:
    taken = taken_in(unit, now, post_id, author=600 + post_id)
    kept = replace(taken, status=Status.MERGED, merged_into=lead.number, version=2)
    assert unit.suggestions.save(kept, seen_version=1)
    return kept


def test_what_is_merged_is_found_by_its_lead_and_went_out_as_no_post_of_its_own(
    storage: Storage, now: datetime
) -> None:
    with storage.begin("test") as unit:
        lead = taken_in(unit, now, 1)
        one, two = merged(unit, now, 2, lead), merged(unit, now, 3, lead)
        assert [piece.number for piece in unit.suggestions.joined_to(lead.number)] == [one.number, two.number]
        assert unit.suggestions.leading([lead.number, one.number]) == {lead.number}
        assert unit.suggestions.open_posts(WALL).keys() == {1, 2, 3}
        out: dict[str, Any] = {"status": Status.PUBLISHED, "published_at": now, "published_post_id": 77}
        unit.suggestions.save(replace(lead, version=2, **out), seen_version=1)
        for piece in (one, two):
            unit.suggestions.save(replace(piece, version=3, proof="merged", **out), seen_version=2)
    with storage.read() as unit:
        found = unit.suggestions.by_published(WALL, 77)
        assert found is not None
        assert found.number == lead.number
        assert unit.suggestions.taken(now, now + timedelta(minutes=1)) == (now,)
        assert unit.suggestions.leading([lead.number]) == frozenset()
        assert len(unit.suggestions.joined_to(lead.number)) == 2


def test_the_database_refuses_a_merged_piece_without_its_lead(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        merged = replace(taken_in(unit, now, 1), status=Status.MERGED, version=2)
        with pytest.raises(Conflict):
            unit.suggestions.save(merged, seen_version=1)


def test_the_own_form_is_kept_until_they_part_or_the_news_is_forgotten(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        lead = taken_in(unit, now, 1)
        assert unit.merges.own(lead.number) is None
        unit.merges.keep(lead.number, OwnForm("Текст", (Attachment("photo", 1, 2),)), now)
        assert unit.merges.own(lead.number) == OwnForm("Текст", (Attachment("photo", 1, 2),))
        unit.merges.keep(lead.number, OwnForm(), now)
        assert unit.merges.own(lead.number) == OwnForm()
        unit.merges.forget(lead.number)
        assert unit.merges.own(lead.number) is None
        unit.merges.keep(lead.number, OwnForm("Текст"), now)
        unit.suggestions.save(replace(lead, status=Status.REJECTED, version=2), seen_version=1)
    with storage.begin("test") as unit:
        assert unit.retention.people(now + timedelta(days=400)) == 1
        assert unit.merges.own(lead.number) is None


def test_a_database_with_news_in_it_learns_the_new_state(empty_url: str, now: datetime) -> None:
    """The step from before there was any merging, over rows that others refer to."""
    from alembic import command

    from storage.migrate import configuration, upgrade

    old = Storage.open(empty_url)
    with old.connection(writes=True) as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        at = "now()" if connection.dialect.name == "postgresql" else "1"
        connection.exec_driver_sql(
            "INSERT INTO suggestions (owner_id, post_id, status, version, fingerprint, received_at, updated_at, text,"
            f" attachments) VALUES (-1, 5, 'digest', 3, 'f', {at}, {at}, 'Новость', '[]')"
        )
        connection.exec_driver_sql(
            f"INSERT INTO digest_lines (number, wording, updated_at) VALUES (1, 'Строка', {at})"
        )
    assert upgrade(old)
    with old.begin("test") as unit:
        known = unit.suggestions.get(1)
        assert known is not None
        assert (known.status, known.version, known.merged_into) == (Status.DIGEST, 3, None)
        lead = taken_in(unit, now, 6)
        changed = replace(known, status=Status.MERGED, merged_into=lead.number, version=4)
        assert unit.suggestions.save(changed, seen_version=3)
    with old.begin("test") as unit:
        nonsense: Any = replace(taken_in(unit, now, 7), status="nonsense", version=2)  # type: ignore[arg-type]
        with pytest.raises(Conflict):
            unit.suggestions.save(nonsense, seen_version=1)
    old.close()
