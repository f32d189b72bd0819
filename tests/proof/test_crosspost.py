"""Posts through every network at once, with and without networks that break."""

from __future__ import annotations

import pytest

from proof import crosspost


def _ends_well(seed: int, posts: int, *, faults: bool, desks: int = 1) -> None:
    done = crosspost.run(seed, posts, faults=faults, desks=desks)
    print(crosspost.report(done))
    assert len(done.tallies) >= 7, "hardly any network is switched on"
    assert done.fine, crosspost.report(done)
    assert all(one.there == posts for one in done.tallies.values()), crosspost.report(done)


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_every_post_stands_once_in_every_network_in_order() -> None:
    _ends_well(1, 3, faults=False)


@pytest.mark.chaos
@pytest.mark.timeout(400)
def test_t05_networks_that_break_get_every_post_once_or_a_person_is_asked() -> None:
    """T-05: what failed in one network is repeated there and nowhere else."""
    _ends_well(2, 2, faults=True)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_a_hundred_posts_through_networks_that_break_end_in_the_expected_world() -> None:
    _ends_well(3, 100, faults=True, desks=4)
