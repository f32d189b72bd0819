"""Posts through every network at once, with and without networks that break."""

from __future__ import annotations

import pytest

from proof import chaos, crosspost
from proof.office import Result
from proof.tally import Tally


def _played(seed: int, posts: int, *, faults: bool, desks: int = 1) -> crosspost.Crossposted:
    done = crosspost.run(seed, posts, faults=faults, desks=desks)
    print(crosspost.report(done))
    return done


def _networks_with(posts: int, done: crosspost.Crossposted) -> int:
    """How many networks hold so many posts."""
    return sum(one.there == posts for one in done.tallies.values())


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_every_post_stands_once_in_every_network_in_order() -> None:
    done = _played(1, 3, faults=False)
    assert done.fine, crosspost.report(done)
    assert _networks_with(3, done) == len(done.tallies) >= 7, crosspost.report(done)


@pytest.mark.chaos
@pytest.mark.timeout(400)
def test_t05_networks_that_break_get_every_post_once_or_a_person_is_asked() -> None:
    """T-05: what failed in one network is repeated there and nowhere else."""
    done = _played(2, 2, faults=True)
    assert done.fine, crosspost.report(done)
    assert _networks_with(2, done) == len(done.tallies) >= 7, crosspost.report(done)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_a_hundred_posts_through_networks_that_break_end_in_the_expected_world() -> None:
    done = _played(3, 100, faults=True, desks=4)
    assert done.fine, crosspost.report(done)
    assert _networks_with(100, done) == len(done.tallies) >= 7, crosspost.report(done)


def test_what_is_wrong_in_one_network_is_a_finding_of_the_night() -> None:
    well, ill = Tally(3, 3, struck=["reset", "stall"]), Tally(3, 2, lost=["гнк-7"], struck=["reset"])
    sound = crosspost.Desked(3, Result([], [], 0.0), {"telegram": well}, {}, [])
    broken = crosspost.Desked(3, Result([], [], 0.0), {"max": ill}, {}, ["rss: no link"], "KeyError: 'ids'")
    done = chaos.crossposted(7, 6, crosspost.Crossposted([sound, broken], 1.0))
    assert done.findings == ["max lost: гнк-7", "rss: no link", "KeyError: 'ids'"]
    assert (done.size, done.lost, done.doubled, done.stuck) == (3, 1, 0, 0)
    assert done.again == "python -m proof.crosspost --seed 7 --posts 6"
