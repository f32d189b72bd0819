"""Races, unauthorised tries, odd events and odd clocks, at the sizes of every push."""

from __future__ import annotations

import pytest

from proof import clock, fuzz, races, unauthorised
from tests.storage.conftest import Server


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_t03_of_simultaneous_presses_exactly_one_decides() -> None:
    raced = races.in_process(600, seed=3)
    print(raced)
    assert raced.fine, raced
    assert raced.presses == 2400


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(240)
def test_t03_of_simultaneous_presses_exactly_one_decides_on_postgresql(server: Server) -> None:
    raced = races.in_process(400, seed=4, url=server.new_database("okmo_template"))
    print(raced)
    assert raced.fine, raced


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_t03_fifty_presses_of_five_moderators_on_one_card_make_one_decision() -> None:
    told, problems = races.whole_program(50)
    print(dict(told))
    assert not problems
    assert told["decision"] == 1


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_people_who_may_not_decide_change_nothing_and_are_written_down() -> None:
    told = unauthorised.in_process(2000, seed=2)
    print(f"{told.tries} tries, {told.presses} presses, {told.seconds:.0f} s")
    assert told.fine, (told.effects[:10], told.unlogged[:10])


@pytest.mark.timeout(120)
def test_forged_presses_change_nothing_in_the_running_program() -> None:
    _, problems = unauthorised.whole_program()
    assert not problems


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_t13_five_thousand_odd_events_stop_nothing_and_are_kept() -> None:
    done = fuzz.fuzz(seed=11, count=5000)
    print(done)
    assert done.fine, done


@pytest.mark.timeout(180)
@pytest.mark.parametrize("case", clock.cases(40), ids=lambda case: case.name)
def test_t34_no_clock_makes_a_post_early_or_a_burst(case: clock.Case) -> None:
    told = clock.play(case)
    assert not told.problems
    assert told.out
