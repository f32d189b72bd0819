"""Lines of digests, claims and signatures, on both databases alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from editorial.suggestion import Content, Origin, Status, Suggestion
from storage.claims import Claim, Signature
from storage.suggestions import NewSuggestion
from storage.unit import Storage, Unit
from tests.storage.builders import WALL, taken_in

MINUTE = timedelta(minutes=1)


def in_digest(unit: Unit, now: datetime, post_id: int) -> Suggestion:
    taken = taken_in(unit, now, post_id, author=100 + post_id)
    kept = replace(taken, status=Status.DIGEST, version=2)
    assert unit.suggestions.save(kept, seen_version=1)
    return kept


def a_digest(unit: Unit, now: datetime, status: Status = Status.SCHEDULED) -> Suggestion:
    new = NewSuggestion(WALL, 0, None, Content(""), now, origin=Origin.SOURCE, behind={"digest": "daily"})
    added = unit.suggestions.add(new, now)
    assert added is not None
    made = replace(added, status=status, version=2, due_at=now)
    assert unit.suggestions.save(made, seen_version=1)
    return made


def test_a_piece_waits_until_it_stands_in_a_digest(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        one, two = in_digest(unit, now, 1), in_digest(unit, now, 2)
        taken_in(unit, now, 3)
        assert unit.digests.waiting() == (one.number, two.number)
        made = a_digest(unit, now)
        unit.digests.join(made.number, [one.number, one.number])
        assert unit.digests.waiting() == (two.number,)
        assert unit.digests.pieces(made.number) == (one.number,)
        assert unit.digests.containing(one.number) == (made.number,)
        unit.digests.leave(one.number)
        assert unit.digests.waiting() == (one.number, two.number)


def test_a_digest_that_went_out_keeps_its_pieces(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        piece, made = in_digest(unit, now, 1), a_digest(unit, now)
        unit.digests.join(made.number, [piece.number])
        out: dict[str, Any] = {
            "status": Status.PUBLISHED,
            "published_at": now,
            "published_post_id": 77,
            "version": 3,
        }
        unit.suggestions.save(replace(made, **out), seen_version=2)
        unit.suggestions.save(replace(piece, proof="digest", **out), seen_version=2)
        unit.digests.leave(piece.number)
        assert unit.digests.pieces(made.number) == (piece.number,)
        assert unit.digests.out_since(now - MINUTE) == (piece.number,)
        assert unit.digests.out_since(now + MINUTE) == ()
    with storage.read() as unit:
        found = unit.suggestions.by_published(WALL, 77)
        assert found is not None
        assert found.number == made.number  # the digest is the post, not its pieces
        assert unit.suggestions.taken(now - MINUTE, now + MINUTE) == (now,)


def test_a_dissolved_digest_gives_its_pieces_back(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        pieces = [in_digest(unit, now, post).number for post in (1, 2)]
        made = a_digest(unit, now)
        unit.digests.join(made.number, pieces)
        assert unit.digests.drop(made.number, pieces[0])
        assert not unit.digests.drop(made.number, pieces[0])
        unit.digests.dissolve(made.number)
        assert unit.digests.waiting() == tuple(pieces)


def test_the_last_wording_counts_and_goes_with_the_news(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        piece = taken_in(unit, now, 1)
        assert unit.digests.wordings([piece.number]) == {}
        unit.digests.word(piece.number, "Открыли музей", now)
        unit.digests.word(piece.number, "Открыли библиотеку", now)
        assert unit.digests.wordings([piece.number, 99]) == {piece.number: "Открыли библиотеку"}
        unit.suggestions.save(replace(piece, status=Status.REJECTED, version=2), seen_version=1)
    with storage.begin("test") as unit:
        assert unit.retention.people(now + timedelta(days=400)) == 1
        assert unit.digests.wordings([piece.number]) == {}


def test_a_claim_and_a_signature_are_kept_with_their_times(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        number = taken_in(unit, now, 1).number
        assert unit.claims.get(number) is None
        unit.claims.take(number, 11, now + 10 * MINUTE)
        claim = unit.claims.get(number)
        assert claim == Claim(number, 11, now + 10 * MINUTE)
        unit.claims.want(claim, 12, now)
        assert unit.claims.get(number) == Claim(number, 11, now + 10 * MINUTE, 12, now)
        unit.claims.take(number, 12, now + 11 * MINUTE)
        assert unit.claims.get(number) == Claim(number, 12, now + 11 * MINUTE)
        unit.claims.end(number)
        assert unit.claims.get(number) is None
        unit.claims.sign(number, 1, 11, now)
        unit.claims.sign(number, 2, 12, now)
        assert unit.claims.signature(number) == Signature(number, 2, 12, now)


def test_authors_are_found_by_the_beginnings_of_their_names(storage: Storage, now: datetime) -> None:
    with storage.begin("test") as unit:
        for vk_id, name in ((1, "Мария Петрова"), (2, "Алёна Петренко"), (3, "")):
            unit.authors.name(vk_id, name, now)
        assert unit.authors.named("петр", 10) == (1, 2)
        assert unit.authors.named("ПЕТРОВА мария", 10) == (1,)
        assert unit.authors.named("алена", 10) == (2,)
        assert unit.authors.named("и", 10) == ()
        assert unit.authors.named("", 10) == ()
