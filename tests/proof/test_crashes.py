"""The program is killed at both edges of every named step of its start and of a suggestion's life and started again:
nothing lost, doubled, stuck.
"""

from __future__ import annotations

import pytest

from proof import crash_matrix
from proof.office import table


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_t01_killed_at_every_point_of_a_suggestions_life_nothing_is_lost_or_doubled() -> None:
    points = crash_matrix.points()
    names = {point.name for point in points}
    for vital in (
        "vk.wall.post.before",
        "vk.wall.post.after",
        "commit.claim.vk_wall.after",
        "commit.intake.before",
    ):
        assert vital in names, f"{vital} was never reached: the play does not go through it any more"
    chosen = [point for point in points if point.nth == 1]  # later times of a point are played at night
    done = crash_matrix.matrix(chosen, workers=4)
    print(table([one.row for one in done], crash_matrix.HEAD))
    assert not [(one.row, one.result.artifact) for one in crash_matrix.wrong(done)]
