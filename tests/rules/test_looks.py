"""When a post that is out is read again: soon, then ever more seldom, closely for two days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from editorial.networks import FIRST_LOOK, next_look, next_reach

OUT = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


def looks(first: timedelta = FIRST_LOOK, until: timedelta = timedelta(days=20)) -> list[timedelta]:
    """When after its publication a post is read, if every look is made on time."""
    found, now = [], OUT
    while (at := next_look(OUT, now, first)) is not None and at - OUT < until:
        found.append(at - OUT)
        now = at
    return found


def test_the_first_look_comes_after_a_minute_and_the_rate_falls() -> None:
    found = looks()
    assert found[0] == timedelta(minutes=1)
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert gaps == sorted(gaps)
    assert sum(at < timedelta(hours=1) for at in found) == 6
    assert max(gap for gap, at in zip(gaps, found, strict=False) if at < timedelta(days=2)) == timedelta(hours=2.5)


def test_after_two_days_once_a_day_and_after_two_weeks_never() -> None:
    found = looks()
    assert [later - earlier for earlier, later in pairwise(found) if earlier >= timedelta(days=2)] == [
        timedelta(days=1)
    ] * 11
    assert found[-1] <= timedelta(days=14)


def test_a_last_look_comes_while_every_network_still_lets_a_post_be_deleted() -> None:
    """Telegram deletes what is younger than two days, and its copy is hardly younger than the post."""
    last = max(at for at in looks() if at < timedelta(days=2))
    assert timedelta(hours=1) >= timedelta(days=2) - last >= timedelta(minutes=15)


@pytest.mark.parametrize("late", [timedelta(minutes=7), timedelta(hours=30), timedelta(days=9)])
def test_a_look_that_came_late_leads_to_one_look_and_not_to_many(late: timedelta) -> None:
    at = next_look(OUT, OUT + late)
    assert at is not None
    assert at > OUT + late


def test_the_first_wait_sets_the_pace() -> None:
    assert looks(timedelta(seconds=1), timedelta(seconds=11)) == [timedelta(seconds=one) for one in (1, 2, 5, 10)]


def test_reach_is_asked_for_once_a_day_for_two_weeks() -> None:
    assert next_reach(OUT, OUT) == OUT + timedelta(days=1)
    assert next_reach(OUT, OUT + timedelta(days=15)) is None
