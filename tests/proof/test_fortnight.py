"""A simulated fortnight of the whole program: small ones here, the full one with the long proofs; and its judge, which
must see what is broken.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proof.fortnight.play import Ended, Size, play
from proof.fortnight.promises import MOSCOW, Seen, judge
from proof.fortnight.report import report

SMALL = Size(authors=12, regions=11, days=2)


@pytest.fixture(scope="module")
def ended() -> Ended:
    return play(6, SMALL)


def _told(ended: Ended) -> str:
    found = judge(ended)
    return report(ended, found) + "\n" + "\n".join(map(str, found))


@pytest.mark.slow
def test_a_few_days_end_with_every_author_answered(ended: Ended) -> None:
    assert judge(ended) == [], _told(ended)
    outcomes = {row["status"] for row in ended.evidence.tables["suggestions"]}
    assert {"published", "rejected"} <= outcomes or {"published", "withdrawn"} <= outcomes, _told(ended)
    assert len(ended.downs) == 2


@pytest.mark.chaos
@pytest.mark.timeout(240)
def test_the_same_seed_gives_the_same_table(ended: Ended) -> None:
    assert _told(play(6, SMALL)) == _told(ended)


@pytest.mark.chaos
@pytest.mark.timeout(1200)
def test_a_hundred_authors_of_twenty_regions_live_through_a_fortnight() -> None:
    full = play(1)
    print(_told(full))
    assert judge(full) == [], _told(full)


# ------------------------------------------------------------------------------------ the judge sees what is broken


@pytest.fixture
def broken(ended: Ended) -> Ended:
    """The evidence of a sound run, to be spoilt."""
    return copy.deepcopy(ended)


def promises(ended: Ended) -> set[str]:
    return {one.promise for one in judge(ended)}


def letter_of(ended: Ended, wanted: str) -> tuple[int, dict[str, Any]]:
    """Somebody's message that says this and answers nothing."""
    for who, letters in Seen(ended).letters.items():
        for one in letters:
            if wanted in one.text and not one.asked:
                dialog = next(row for row in ended.evidence.state["dialogs"] if row["user_id"] == who)
                message = next(row for row in dialog["messages"] if row["text"] == one.text)
                return who, message
    raise AssertionError(f"nobody was told {wanted!r}")


def told_piece(ended: Ended) -> dict[str, Any]:
    """The row of a piece whose author was told that it is out."""
    _, message = letter_of(ended, "№")
    number = int(message["text"].partition("№ ")[2].split()[0].rstrip(".,:"))
    return ended.evidence.suggestions[number]


def test_a_letter_at_night_is_seen(broken: Ended) -> None:
    seen = Seen(broken)
    told = {
        entry["details"]["author"]
        for entry in broken.evidence.tables["journal"]
        if entry["action"] == "author_region"
    }
    who, message = next(
        (row["user_id"], one)
        for row in broken.evidence.state["dialogs"]
        for one in row["messages"]
        if row["user_id"] in told and one["from_id"] < 0
    )
    zone = next(author.zone for author in broken.authors if author.id == who)
    last = max(seen.deeds[who])
    night = (last.astimezone(zone) + timedelta(days=2)).replace(hour=3, minute=10)
    message["date"] = int(night.timestamp())
    assert "night" in promises(broken)


def test_an_author_who_was_told_nothing_is_seen(broken: Ended) -> None:
    row = told_piece(broken)
    for dialog in broken.evidence.state["dialogs"]:
        dialog["messages"] = [one for one in dialog["messages"] if f"№ {row['number']}" not in one["text"]]
    assert "told" in promises(broken)


def test_a_letter_that_has_become_the_live_message_has_told(broken: Ended) -> None:
    who, message = letter_of(broken, "№")
    number = told_piece(broken)["number"]
    dialog = next(row for row in broken.evidence.state["dialogs"] if row["user_id"] == who)
    dialog["messages"] = [one for one in dialog["messages"] if one is message or f"№ {number}" not in one["text"]]
    message["text"] = f"Получили новость, № {number}\nвышла, https://vk.com/wall-1_5"
    assert "told" not in promises(broken)
    broken.evidence.calls[:] = []  # type: ignore[index]
    assert "told" in promises(broken)


def test_two_letters_about_one_digest_are_seen(broken: Ended) -> None:
    who, message = letter_of(broken, "№")
    dialog = next(row for row in broken.evidence.state["dialogs"] if row["user_id"] == who)
    dialog["messages"] += [
        dict(
            message,
            conversation_message_id=9000 + number,
            text=f"Новость № {number} вошла строкой в дайджест: {link}",
        )
        for number, link in ((7, "https://vk.com/wall-1_5"), (8, "https://vk.com/wall-1_5"))
    ]
    assert "glued" in promises(broken)


@pytest.mark.parametrize("status", ["pending", "scheduled", "digest", "failed", "publishing"])
def test_a_piece_without_an_outcome_is_seen(broken: Ended, status: str) -> None:
    told_piece(broken)["status"] = status
    assert "outcome" in promises(broken)


def test_a_return_that_nobody_ended_is_seen(broken: Ended) -> None:
    row = told_piece(broken)
    row.update(status="returned", updated_at=row["updated_at"] - 8 * 86_400_000_000)
    assert "outcome" in promises(broken)


def test_a_piece_that_was_never_taken_in_is_seen(broken: Ended) -> None:
    row = told_piece(broken)
    broken.evidence.tables["suggestions"].remove(row)  # type: ignore[attr-defined]
    assert "outcome" in promises(broken)


def test_words_said_twice_are_seen(broken: Ended) -> None:
    who, message = letter_of(broken, "№")
    dialog = next(row for row in broken.evidence.state["dialogs"] if row["user_id"] == who)
    dialog["messages"].insert(dialog["messages"].index(message) + 1, dict(message))
    assert "once" in promises(broken)


def test_a_limit_told_again_and_again_is_seen(broken: Ended) -> None:
    dialog = next(row for row in broken.evidence.state["dialogs"] if row["messages"])
    said = dict(dialog["messages"][-1], from_id=-1, text="За сутки берём от одного автора 20 новостей.")
    dialog["messages"] += [said, dict(said, date=said["date"] + 60)]
    assert "limits" in promises(broken)


def test_a_post_nobody_approved_is_seen(broken: Ended) -> None:
    journal = broken.evidence.tables["journal"]
    broken.evidence.tables["journal"][:] = [  # type: ignore[index]
        row for row in journal if row["action"] not in ("queue", "pick", "publish", "digest", "hand_published")
    ]
    assert "approval" in promises(broken)


def test_a_post_of_no_news_is_seen(broken: Ended) -> None:
    wall = broken.evidence.state["wall"]
    wall.append(dict(wall[0], id=9999))
    assert {"approval", "lost"} <= promises(broken)


def test_a_planned_post_at_night_is_seen(broken: Ended) -> None:
    row = next(
        one
        for one in broken.evidence.tables["suggestions"]
        if one["status"] == "published" and one["due_at"] and not one["urgent"] and one["proof"] == "checked"
    )
    post = next(one for one in broken.evidence.state["wall"] if one["id"] == row["published_post_id"])
    night = datetime.fromtimestamp(post["date"], UTC).astimezone(MOSCOW).replace(hour=23)
    post["date"] = int(night.timestamp())
    assert "wall" in promises(broken)


def test_a_suggestion_without_a_row_is_seen(broken: Ended) -> None:
    broken.evidence.state["suggestions"].append({"id": 9999, "text": "Никто не взял"})
    assert "lost" in promises(broken)


def test_a_fault_of_the_program_is_seen(broken: Ended) -> None:
    broken.faults.append("courier_fault")
    assert promises(broken) == {"faults"}
