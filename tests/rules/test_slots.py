"""The plan: free slots, wishes, and what moves after a stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.crontab import parse_lines
from editorial.errors import DayFull, TimePast, TimeQuiet, TimeRefused, TimeTaken, TimeTooFar
from editorial.slots import (
    GRACE,
    Planned,
    PlanRules,
    QuietHours,
    check_wish,
    days_with_room,
    due,
    free_slots,
    next_free_slot,
    replan,
)  # fmt: skip

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
RULES = PlanRules(
    slots=parse_lines("30 9,11,13 * * mon-fri; 0 16 * * mon-fri; 30 18 * * mon-fri; 0 12,17 * * sat,sun"),
    min_gap=timedelta(minutes=60),
    daily_limit=8,
    quiet=QuietHours.parse("22:00-08:00"),
    zone=MOSCOW,
)


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    """ "24 12:00" is a day of November 2026; "12-24 12:00" names the month too; seconds may follow."""
    day, clock = text.split()
    month, number = day.split("-") if "-" in day else ("11", day)
    return datetime.combine(date(2026, int(month), int(number)), time.fromisoformat(clock), zone).astimezone(UTC)


def ats(*texts: str) -> list[datetime]:
    return [at(text) for text in texts]


def local(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(MOSCOW):%d %H:%M}" if moment else None


# --------------------------------------------------------------------------------------------- quiet hours


@pytest.mark.parametrize(
    ("hours", "quiet", "loud"),
    [
        ("22:00-08:00", ["22:00", "23:59", "00:00", "07:59"], ["08:00", "21:59", "12:00"]),
        ("01:00-05:00", ["01:00", "04:59"], ["05:00", "00:59", "23:00"]),
        ("22:00 – 24:00", ["22:00", "23:59"], ["00:00", "21:59"]),
        ("00:00-08:00", ["00:00", "07:59"], ["08:00", "23:59"]),
    ],
)
def test_quiet_hours_include_their_start_and_not_their_end(hours: str, quiet: list[str], loud: list[str]) -> None:
    rule = QuietHours.parse(hours)
    assert all(rule.contains(time.fromisoformat(moment)) for moment in quiet)
    assert not any(rule.contains(time.fromisoformat(moment)) for moment in loud)


@pytest.mark.parametrize("hours", ["", "22-8", "22:00", "25:00-08:00", "22:60-08:00", "08:00-08:00", "ночью"])
def test_wrong_quiet_hours_are_refused(hours: str) -> None:
    with pytest.raises(ValueError):
        QuietHours.parse(hours)


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    start=st.times(), end=st.times(), zone=st.sampled_from([MOSCOW, BERLIN, ZoneInfo("America/Havana")]),
)  # fmt: skip
def test_the_end_of_the_quiet_hours_lies_ahead_within_a_day_or_so(
    moment: datetime, start: time, end: time, zone: ZoneInfo
) -> None:
    now = moment.replace(tzinfo=UTC)
    ended = QuietHours(start, end).end_after(now, zone)
    assert now < ended <= now + timedelta(hours=26)


def test_quiet_hours_end_on_the_repeated_hour_of_the_night_the_clocks_go_back() -> None:
    second_ten_past_two = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    ended = QuietHours.parse("22:00-02:30").end_after(second_ten_past_two, BERLIN)
    assert ended == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


# ---------------------------------------------------------------------------------------------- free slots


@pytest.mark.parametrize(
    ("now", "taken", "expected"),
    [
        ("24 08:00", [], "24 09:30"),
        ("24 09:30", [], "24 11:30"),
        ("24 09:29:59", [], "24 09:30"),
        ("24 08:00", ["24 09:30"], "24 11:30"),
        ("24 08:00", ["24 10:29"], "24 11:30"),
        ("24 08:00", ["24 10:30"], "24 09:30"),
        ("24 19:00", [], "25 09:30"),
        ("27 19:00", [], "28 12:00"),
        ("27 19:00", ["28 12:00", "28 17:00"], "29 12:00"),
        ("24 08:00", ["24 12:30"], "24 09:30"),
        ("24 11:00", ["24 12:30"], "24 11:30"),
        ("24 11:00", ["24 12:00"], "24 13:30"),
    ],
)
def test_the_next_free_slot_is_ahead_untaken_and_a_gap_away(now: str, taken: list[str], expected: str) -> None:
    assert local(next_free_slot(RULES, ats(*taken), at(now))) == expected


def test_a_post_that_left_some_seconds_late_does_not_eat_the_next_slot() -> None:
    hourly = replace(RULES, slots=parse_lines("0 9-20 * * *"))
    assert local(next_free_slot(hourly, ats("24 12:00:20"), at("24 12:10"))) == "24 13:00"


def test_a_slot_in_the_quiet_hours_is_never_given() -> None:
    nightly = replace(RULES, slots=parse_lines("0 7,23 * * *; 0 8 * * *"))
    assert local(next_free_slot(nightly, [], at("24 00:00"))) == "24 08:00"


def test_the_daily_limit_sends_the_next_post_to_the_next_day() -> None:
    two = replace(RULES, daily_limit=2)
    assert local(next_free_slot(two, ats("24 09:30", "24 11:30"), at("24 12:00"))) == "25 09:30"
    assert (
        local(next_free_slot(replace(RULES, daily_limit=0), ats("24 09:30", "24 11:30"), at("24 12:00")))
        == "24 13:30"
    )


def test_t31_the_day_of_the_limit_is_the_editorial_one() -> None:
    one = replace(RULES, daily_limit=1, quiet=None, slots=parse_lines("30 0,23 * * *"))
    published = [at("24 00:30")]  # 21:30 of the 23rd in UTC
    assert local(next_free_slot(one, published, at("24 08:00"))) == "25 00:30"


@pytest.mark.parametrize("slot", ["0 0 * * *", "59 23 * * *", "0 12 29 2 *", "0 12 1 1 *"])
def test_t31_slots_at_the_edges_of_days_and_years_are_found(slot: str) -> None:
    rules = replace(RULES, quiet=None, slots=parse_lines(slot))
    now = (
        datetime(2028, 1, 31, 23, 59, 30, tzinfo=MOSCOW)
        if " 2 " in slot
        else datetime(2026, 12, 31, 23, 59, 30, tzinfo=MOSCOW)
    )
    found = next_free_slot(rules, [], now)
    assert found is not None
    assert found > now
    here = found.astimezone(MOSCOW)
    assert here.time() in rules.slots[0].of_day(here.date())


def test_none_when_the_plan_is_full_for_sixty_days() -> None:
    yearly = replace(RULES, slots=parse_lines("0 12 1 jun *"))
    assert next_free_slot(yearly, [], at("24 08:00")) is None


def test_two_approvals_one_after_the_other_never_take_the_same_slot_even_without_a_gap() -> None:
    rules = replace(RULES, min_gap=timedelta(0), daily_limit=0)
    taken: list[datetime] = []
    for _ in range(40):
        slot = next_free_slot(rules, taken, at("24 08:00"))
        assert slot is not None
        taken.append(slot)
    assert taken == sorted(set(taken))


def test_after_asks_for_a_later_slot() -> None:
    assert local(next_free_slot(RULES, [], at("24 08:00"), after=at("24 11:30"))) == "24 13:30"


def test_the_free_slots_of_a_day_and_the_days_with_room() -> None:
    taken = ats("24 16:00", "25 09:30", "25 11:30", "25 13:30", "25 16:00", "25 18:30")
    now = at("24 12:00")
    assert [local(slot) for slot in free_slots(RULES, taken, date(2026, 11, 24), now)] == ["24 13:30", "24 18:30"]
    assert free_slots(RULES, taken, date(2026, 11, 23), now) == ()
    assert [day.day for day in days_with_room(RULES, taken, now, count=4)] == [24, 26, 27, 28]


def test_a_slot_the_clocks_skip_that_day_does_not_exist() -> None:
    rules = replace(RULES, zone=BERLIN, quiet=None, slots=parse_lines("30 2 * * *"))
    assert free_slots(rules, [], date(2027, 3, 28), at("24 12:00")) == ()
    assert len(free_slots(rules, [], date(2027, 3, 27), at("24 12:00"))) == 1


# -------------------------------------------------------------------------------------------------- wishes


@pytest.mark.parametrize("wish", ["24 12:01", "24 14:31", "24 21:59", "25 08:00", "24 11:01"])
def test_a_wish_for_a_free_moment_is_granted(wish: str) -> None:
    assert check_wish(RULES, ats("24 10:00"), at(wish), at("24 09:00")) == at(wish)


@pytest.mark.parametrize(
    ("wish", "taken", "refusal", "nearest"),
    [
        ("24 08:59", [], TimePast, "24 09:01"),
        ("24 09:00", [], TimePast, "24 09:01"),
        ("24 22:00", [], TimeQuiet, "25 08:00"),
        ("25 03:00", ["25 08:00"], TimeQuiet, "25 09:00"),
        ("24 12:30", ["24 12:00"], TimeTaken, "24 13:00"),
        ("24 12:30", ["24 13:00"], TimeTaken, "24 14:00"),
        ("24 12:30", ["24 13:00", "24 14:30"], TimeTaken, "24 15:30"),
        ("24 21:30", ["24 21:30"], TimeTaken, "25 08:00"),
        ("24 20:00", [f"24 {hour}:00" for hour in range(10, 18)], DayFull, "25 08:00"),
    ],
)
def test_t32_a_wish_that_cannot_be_had_is_refused_with_the_nearest_that_can(
    wish: str, taken: list[str], refusal: type[TimeRefused], nearest: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_wish(RULES, ats(*taken), at(wish), at("24 09:00"))
    assert type(refused.value) is refusal
    assert local(refused.value.nearest) == nearest


def test_t32_a_wish_more_than_a_year_ahead_is_too_far() -> None:
    now = at("24 09:00")
    assert check_wish(RULES, [], now + timedelta(days=365), now)
    with pytest.raises(TimeTooFar):
        check_wish(RULES, [], now + timedelta(days=365, minutes=1), now)


def test_without_a_gap_only_the_very_same_moment_is_taken() -> None:
    rules = replace(RULES, min_gap=timedelta(0))
    assert check_wish(rules, ats("24 12:00"), at("24 12:01"), at("24 09:00"))
    with pytest.raises(TimeTaken) as refused:
        check_wish(rules, ats("24 12:00"), at("24 12:00"), at("24 09:00"))
    assert local(refused.value.nearest) == "24 12:01"


# ------------------------------------------------------------------------------------------ after a stop


def plan(*texts: str) -> list[Planned]:
    """Posts numbered from 1; a "!" marks an urgent one."""
    return [
        Planned(number, at(text.removesuffix("!")), text.endswith("!"))
        for number, text in enumerate(texts, start=1)
    ]


@pytest.mark.parametrize(
    ("planned", "published", "now", "moves"),
    [
        (["24 13:30", "24 16:00"], ["24 11:30"], "24 12:00", {}),
        (["24 11:59"], [], "24 12:00", {}),
        (["24 11:58"], [], "24 12:00", {}),
        (["24 11:57"], [], "24 12:00", {1: "24 12:00"}),
        (["24 09:30", "24 11:30"], [], "24 12:00", {1: "24 12:00", 2: "24 13:00"}),
        (["24 11:30", "24 09:30"], [], "24 12:00", {2: "24 12:00", 1: "24 13:00"}),
        (["24 09:30"], ["24 11:30"], "24 12:00", {1: "24 12:30"}),
        (["24 09:30", "24 11:30", "24 13:30"], [], "24 12:00", {1: "24 12:00", 2: "24 13:00", 3: "24 14:00"}),
        (["24 09:30", "24 11:30", "24 16:00"], [], "24 12:00", {1: "24 12:00", 2: "24 13:00"}),
        (["24 09:30", "24 11:30", "24 13:30", "24 16:00"], [], "24 13:40",
         {1: "24 13:40", 2: "24 14:40", 3: "24 15:40", 4: "24 16:40"}),
        (["24 18:30", "25 09:30"], [], "24 23:00", {1: "25 08:00"}),
        (["24 16:00", "24 18:30", "25 08:30"], [], "24 23:00", {1: "25 08:00", 2: "25 09:00", 3: "25 10:00"}),
        (["24 18:30", "24 20:00"], [], "24 21:30", {1: "24 21:30", 2: "25 08:00"}),
        (["24 09:30!", "24 11:30"], [], "24 12:00", {2: "24 12:00"}),
        (["24 09:30", "24 12:30!"], [], "24 12:00", {1: "24 12:00"}),
    ],
)  # fmt: skip
def test_t34_after_downtime_the_overdue_go_out_oldest_first_with_the_gap(
    planned: list[str], published: list[str], now: str, moves: dict[int, str]
) -> None:
    changed = replan(RULES, plan(*planned), ats(*published), at(now))
    assert {number: local(moment) for number, moment in changed.items()} == moves


def test_the_daily_limit_holds_after_downtime_too() -> None:
    two = replace(RULES, daily_limit=2)
    changed = replan(two, plan("24 09:30", "24 11:30", "25 11:30"), ats("24 08:30"), at("24 12:00"))
    assert {number: local(moment) for number, moment in changed.items()} == {1: "24 12:00", 2: "25 08:00"}


def test_seconds_of_delay_do_not_move_the_plan() -> None:
    hourly = plan("24 13:00", "24 14:00")
    assert replan(RULES, hourly, ats("24 12:00:40"), at("24 12:30")) == {}
    assert due(hourly, ats("24 12:00:40"), RULES, at("24 13:00")) == hourly[0]


# ---------------------------------------------------------------------------------------- what may go now


@pytest.mark.parametrize(
    ("planned", "published", "now", "number"),
    [
        ([], [], "24 12:00", None),
        (["24 12:00"], [], "24 11:59:59", None),
        (["24 12:00"], [], "24 12:00", 1),
        (["24 11:30", "24 09:30"], [], "24 12:00", 2),
        (["24 11:30", "24 09:30"], ["24 11:30"], "24 12:00", None),
        (["24 11:30", "24 09:30"], ["24 11:00"], "24 12:00", 2),
        (["24 09:30", "24 11:59!"], ["24 11:58"], "24 12:00", 2),
        (["24 20:00"], [], "24 22:30", None),
        (["24 20:00!"], [], "24 22:30", 1),
        (["24 21:59"], [], "24 22:00", 1),
    ],
)
def test_one_post_at_a_time_leaves_and_never_a_burst(
    planned: list[str], published: list[str], now: str, number: int | None
) -> None:
    post = due(plan(*planned), ats(*published), RULES, at(now))
    assert (post and post.number) == number


def test_t34_a_clock_that_jumped_a_day_lets_posts_out_a_gap_apart() -> None:
    waiting = plan("24 09:30", "24 11:30", "24 13:30", "24 16:00")
    published: list[datetime] = []
    for minute in range(24 * 60):
        now = at("25 10:00") + timedelta(minutes=minute)
        if post := due(waiting, published, RULES, now):
            waiting.remove(post)
            published.append(now)
    assert [local(moment) for moment in published] == ["25 10:00", "25 11:00", "25 12:00", "25 13:00"]


# ------------------------------------------------------------------------------------------- properties

_MINUTES = st.integers(0, 4 * 24 * 60)


@st.composite
def rules(draw: st.DrawFn) -> PlanRules:
    hour, length = draw(st.integers(0, 23)), draw(st.integers(1, 22))
    quiet = QuietHours(time(hour), time((hour + length) % 24))
    return PlanRules(
        slots=draw(
            st.sampled_from([RULES.slots, parse_lines("*/7 * * * *"), parse_lines("0 0 * * *; 30 2 * * *")])
        ),
        min_gap=timedelta(minutes=draw(st.sampled_from([0, 1, 15, 60, 61, 300]))),
        daily_limit=draw(st.sampled_from([0, 1, 2, 8])),
        quiet=draw(st.sampled_from([None, quiet])),
        zone=draw(st.sampled_from([MOSCOW, BERLIN, ZoneInfo("Asia/Kamchatka")])),
    )


#: Around the day Berlin turns its clocks back.
_START = datetime(2026, 10, 23, tzinfo=UTC)


@st.composite
def moments(draw: st.DrawFn, most: int = 25) -> list[datetime]:
    return [_START + timedelta(minutes=minute) for minute in draw(st.lists(_MINUTES, max_size=most))]


@given(plan_rules=rules(), taken=moments(), minute=_MINUTES)
def test_a_free_slot_always_keeps_every_rule(plan_rules: PlanRules, taken: list[datetime], minute: int) -> None:
    now = _START + timedelta(minutes=minute)
    slot = next_free_slot(plan_rules, taken, now)
    if slot is None:
        return
    here = slot.astimezone(plan_rules.zone)
    assert slot > now
    assert any(here.time() in line.of_day(here.date()) for line in plan_rules.slots)
    assert not (plan_rules.quiet and plan_rules.quiet.contains(here.time()))
    assert all(abs(slot - other) >= plan_rules.min_gap and slot != other for other in taken)
    same_day = sum(other.astimezone(plan_rules.zone).date() == here.date() for other in taken)
    assert plan_rules.daily_limit == 0 or same_day < plan_rules.daily_limit
    assert slot in free_slots(plan_rules, taken, here.date(), now)
    assert days_with_room(plan_rules, taken, now)[0] == here.date()


@given(plan_rules=rules(), taken=moments(), minute=_MINUTES, wish=_MINUTES)
def test_the_nearest_moment_offered_can_be_had(
    plan_rules: PlanRules, taken: list[datetime], minute: int, wish: int
) -> None:
    now = _START + timedelta(minutes=minute)
    moment = _START + timedelta(minutes=wish)
    if (nearest := _refused(plan_rules, taken, moment, now)) is not None:
        assert nearest > now
        assert _refused(plan_rules, taken, nearest, now) is None


def _refused(plan_rules: PlanRules, taken: list[datetime], wish: datetime, now: datetime) -> datetime | None:
    try:
        assert check_wish(plan_rules, taken, wish, now) == wish
    except TimeRefused as refusal:
        return refusal.nearest
    return None


@st.composite
def queues(draw: st.DrawFn) -> list[Planned]:
    return [
        Planned(number, moment, draw(st.integers(0, 9)) == 0)
        for number, moment in enumerate(draw(moments()), start=1)
    ]


def _applied(queue: Sequence[Planned], changed: dict[int, datetime]) -> list[Planned]:
    return [replace(post, due_at=changed.get(post.number, post.due_at)) for post in queue]


@settings(max_examples=600)
@given(plan_rules=rules(), queue=queues(), published=moments(8), minute=_MINUTES)
def test_replanning_keeps_order_gap_limits_and_quiet_hours_and_is_done_once(
    plan_rules: PlanRules, queue: list[Planned], published: list[datetime], minute: int
) -> None:
    now = _START + timedelta(minutes=minute)
    published = [moment for moment in published if moment <= now]
    changed = replan(plan_rules, queue, published, now)
    after = _applied(queue, changed)
    order: Callable[[Planned], tuple[datetime, int]] = lambda post: (post.due_at, post.number)  # noqa: E731
    ordinary = [post for post in after if not post.urgent]

    assert all(moment >= now for moment in changed.values()), "nothing moves into the past"
    assert not any(post.urgent and post.number in changed for post in queue), "urgent posts stay"
    assert [post.number for post in sorted(queue, key=order) if not post.urgent] == [
        post.number for post in sorted(ordinary, key=order)
    ], "order is kept"
    assert replan(plan_rules, after, published, now) == {}, "done once is done"
    times = sorted(post.due_at for post in ordinary)
    assert all(moment >= now - GRACE for moment in times), "nothing stays overdue"
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(gap >= plan_rules.kept_gap for gap in gaps), "the gap is kept"
    assert not published or not times or times[0] - max(published) >= plan_rules.kept_gap
    assert not any(plan_rules.is_quiet(moment) for moment in times), "the quiet hours are kept"
    per_day = Counter(map(plan_rules.day_of, times))
    already = Counter(map(plan_rules.day_of, published))
    assert not plan_rules.daily_limit or all(
        count + already[day] <= plan_rules.daily_limit for day, count in per_day.items()
    ), "the daily limit is kept"


@given(plan_rules=rules(), queue=queues(), minute=_MINUTES)
def test_posts_leave_a_gap_apart_even_when_nobody_repairs_the_plan(
    plan_rules: PlanRules, queue: list[Planned], minute: int
) -> None:
    waiting, published = list(queue), list[datetime]()
    for step in range(60):
        now = _START + timedelta(minutes=minute + 10 * step)
        if (post := due(waiting, published, plan_rules, now)) is None:
            continue
        waiting.remove(post)
        assert post.due_at <= now
        if not post.urgent:
            assert not published or now - published[-1] >= plan_rules.kept_gap
            published.append(now)
