"""Which words of VK give which rights."""

from __future__ import annotations

import pytest

from editorial.roles import Role, role_of, role_of_level


@pytest.mark.parametrize(
    ("word", "decides", "runs_the_desk"),
    [
        ("moderator", True, False),
        ("editor", True, True),
        ("administrator", True, True),
        ("creator", True, True),
        ("advertiser", False, False),
        ("", False, False),
        (None, False, False),
    ],
)
def test_the_role_in_the_community_gives_these_rights(word: str | None, decides: bool, runs_the_desk: bool) -> None:
    role = role_of(word)
    assert (role.decides, role.runs_the_desk) == (decides, runs_the_desk)


@pytest.mark.parametrize(
    ("level", "role"),
    [(0, Role.STRANGER), (1, Role.MODERATOR), (2, Role.EDITOR), (3, Role.ADMINISTRATOR), (None, Role.STRANGER),
     (-1, Role.STRANGER), (9, Role.STRANGER)],
)  # fmt: skip
def test_the_level_in_an_event_gives_this_role(level: int | None, role: Role) -> None:
    assert role_of_level(level) is role
