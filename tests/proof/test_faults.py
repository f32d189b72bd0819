"""Every answer VK gives and every way the network breaks, while the desk works."""

from __future__ import annotations

import pytest

from proof import fault_matrix


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_five_hundred_faults_of_every_method_lose_and_double_nothing() -> None:
    done = fault_matrix.matrix(1, 500, desks=4, seconds=150)
    print(fault_matrix.report(done))
    assert sum(len(one.struck) for one in done) >= 425, fault_matrix.report(done)
    assert all(one.result.fine for one in done), fault_matrix.report(done)


def test_the_table_of_faults_covers_what_was_promised() -> None:
    names = {fault.name for fault in fault_matrix.every_fault()}
    for wanted in (
        "wall.post error 10",
        "wall.post effect_then_reset",
        "wall.post late_effect",
        "wall.get html200",
        "messages.send error 901",
        "messages.edit error 909",
        "lp lp_failed 3",
        "wall_post_new lp_reorder",
    ):
        assert wanted in names
    posts_refused = [name for name in names if name.startswith("wall.post error 214")]
    assert len(posts_refused) >= 7
