"""Quantities: requests a second, posts a day, captcha after a burst, flood control."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.sandbox_client import CHAT, Json, SandboxClient
from tests.waiting import until

Seen = TypeVar("Seen")


def within_a_second(limited: SandboxClient, deed: Callable[[], Seen]) -> Seen:
    """What the deed gave when it took less than a second; done again in a new world where the machine was busy."""
    for _ in range(20):
        began = time.monotonic()
        seen = deed()
        if time.monotonic() - began < 1:
            return seen
        limited.reset()
    raise AssertionError("this machine is too busy for anything to happen within a second")


@pytest.mark.parametrize(("key", "allowed"), [("editor-key", 3), ("group-key", 20), ("service-key", 3)])
def test_more_requests_than_allowed_within_a_second_are_refused(
    limited: SandboxClient, key: str, allowed: int
) -> None:
    codes = within_a_second(
        limited, lambda: [limited.error("utils.getServerTime", key) for _ in range(allowed + 2)]
    )

    assert codes == [0] * allowed + [6, 6]
    until(lambda: limited.error("utils.getServerTime", key) == 0)  # what is refused counts for nothing


def test_each_key_has_its_own_rate_and_a_refused_call_does_nothing(limited: SandboxClient) -> None:
    def one_too_many() -> int:
        limited.limits(user_rps=1)
        limited.error("utils.getServerTime", "editor-key")
        return limited.error("wall.post", "editor-key", owner_id=-1, message="А")

    assert within_a_second(limited, one_too_many) == 6
    assert limited.error("utils.getServerTime", "admin-key") == 0
    refused = limited.journal(method="wall.post")[-1]
    assert refused["executed"] is False
    assert len(limited.state()["wall"]) == len(limited.journal(method="wall.post")) - 1


def test_execute_counts_as_one_request(limited: SandboxClient) -> None:
    code = "return [API.utils.getServerTime(), API.utils.getServerTime({}), API.users.get({user_ids: 601})];"

    def joined_and_one_more() -> tuple[int, int]:
        limited.limits(group_rps=1)
        return len(limited.raw("execute", code=code).json()["response"]), limited.error("utils.getServerTime")

    assert within_a_second(limited, joined_and_one_more) == (3, 6)


def test_posts_a_day_are_counted_by_the_clock(vk: SandboxClient) -> None:
    vk.clock(freeze="2026-11-25T12:00:00Z")
    vk.limits(day_posts=2)
    for _ in range(2):
        vk.call("wall.post", owner_id=-1, message="А")

    error = vk.raw("wall.post", "editor-key", owner_id=-1, message="А").json()["error"]
    assert error["error_code"] == 214
    assert "you can only add 2 posts a day" in error["error_msg"]

    vk.clock(advance=86400)
    assert vk.error("wall.post", owner_id=-1, message="А") == 0


def test_wall_get_has_a_daily_budget(vk: SandboxClient) -> None:
    vk.limits(wall_get_per_day=2)

    codes = [vk.error("wall.get", "editor-key", owner_id=-1) for _ in range(3)]

    assert codes == [0, 0, 29]
    assert vk.error("wall.get", "admin-key", owner_id=-1) == 0


def test_any_method_may_have_a_daily_budget_of_its_own(vk: SandboxClient) -> None:
    vk.clock(freeze="2026-11-25T12:00:00Z")
    vk.limits(calls_per_day=2)

    assert [vk.error("users.get", "editor-key", user_ids=601) for _ in range(3)] == [0, 0, 29]
    assert vk.error("utils.getServerTime", "editor-key") == 0
    vk.clock(advance=86400)
    assert vk.error("users.get", "editor-key", user_ids=601) == 0


def test_a_burst_of_writes_by_a_person_meets_captcha(vk: SandboxClient) -> None:
    vk.limits(burst_writes=3, burst_gap=600)

    codes = [vk.error("wall.post", "editor-key", owner_id=-1, message="А") for _ in range(5)]

    assert codes == [0, 0, 0, 14, 14]
    vk.do("solve_captcha", key="editor-key")
    assert vk.error("wall.post", "editor-key", owner_id=-1, message="А") == 0


def test_writes_far_enough_apart_never_meet_captcha(vk: SandboxClient) -> None:
    vk.limits(burst_writes=1, burst_gap=1e-9)

    for _ in range(3):
        assert vk.error("wall.post", "editor-key", owner_id=-1, message="А") == 0


def test_the_same_call_too_often_is_flood(vk: SandboxClient) -> None:
    vk.limits(same_call_per_minute=2)
    again: Json = {"peer_id": CHAT, "message": "А", "random_id": 0, "payload": json.dumps({})}

    assert [vk.error("messages.send", **again) for _ in range(3)] == [0, 0, 9]
    assert vk.error("messages.send", **{**again, "message": "Б"}) == 0


def test_limits_can_be_switched_off_and_on(limited: SandboxClient) -> None:
    limited.limits(off=True)
    assert {limited.error("utils.getServerTime", "editor-key") for _ in range(10)} == {0}

    limited.limits(off=False)

    assert 6 in [limited.error("utils.getServerTime", "editor-key") for _ in range(10)]
