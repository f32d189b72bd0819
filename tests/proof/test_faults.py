"""Every answer VK gives and every way the network breaks, while the desk works."""

from __future__ import annotations

import pytest

from proof import fault_matrix


def _weathered(count: int, desks: int, seconds: float) -> list[fault_matrix.Weathered]:
    done = fault_matrix.matrix(1, count, desks, seconds)
    print(fault_matrix.report(done))
    return done


def _struck(done: list[fault_matrix.Weathered]) -> int:
    return sum(len(one.struck) for one in done)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_faults_of_every_method_lose_and_double_nothing() -> None:
    done = _weathered(100, desks=2, seconds=120)
    assert _struck(done) >= 85, fault_matrix.report(done)
    assert all(one.result.fine for one in done), fault_matrix.report(done)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_five_hundred_faults_lose_and_double_nothing() -> None:
    done = _weathered(500, desks=3, seconds=200)
    assert _struck(done) >= 425, fault_matrix.report(done)
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
