"""Attachments are dropped and moved one at a time; none is doubled or lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.arranging import Move, arranged, moves_for


@pytest.mark.parametrize(
    ("place", "move", "wanted"),
    [
        (1, Move.DROP, "acd"),
        (2, Move.FIRST, "cabd"),
        (2, Move.EARLIER, "acbd"),
        (0, Move.LATER, "bacd"),
        (3, Move.LATER, "abcd"),
        (0, Move.EARLIER, "abcd"),
    ],
)
def test_one_is_moved_and_the_others_keep_their_order(place: int, move: Move, wanted: str) -> None:
    assert "".join(arranged("abcd", place, move)) == wanted


def test_a_place_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError):
        arranged("abcd", 4, Move.FIRST)


@given(st.integers(1, 10), st.data())
def test_every_offered_move_changes_something_and_nothing_is_offered_in_vain(
    count: int, data: st.DataObject
) -> None:
    things = tuple(range(count))
    place = data.draw(st.integers(0, count - 1))

    offered = moves_for(place, count)

    for move in Move:
        changed = arranged(things, place, move)
        # to the first place from the second is what «earlier» says already
        assert (changed != things) == (move in offered) or (move is Move.FIRST and place == 1)
        assert set(changed) == set(things) - ({place} if move is Move.DROP else set())
        assert len(changed) == len(set(changed))
