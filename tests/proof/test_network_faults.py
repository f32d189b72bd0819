"""Every method of every network's target meets every way in which a network breaks."""

from __future__ import annotations

import pytest

from proof import network_faults


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_t01_t02_every_fault_at_every_place_of_a_posts_life_ends_in_the_wanted_world() -> None:
    done = network_faults.run()
    print(network_faults.report(done))
    assert {one.place.target for one in done} >= {"telegram", "max", "ok", "vk_copy", "wordpress", "webhook"}
    assert not [one for one in done if one.wrong or not one.met], network_faults.report(done)
