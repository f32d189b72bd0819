"""The program is killed with SIGKILL at the most dangerous points and started again: one post, one card, one letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.desk import Desk, killed_at

TEXT = "Старосты района собрались на первый общий сход"

POINTS = [
    "commit.claim.vk_messages.after",
    "commit.outcome.vk_messages.before",
    "commit.event.before",
    "commit.event.after",
    "vk.wall.post.after",
    "commit.outcome.vk_wall.before",
    "commit.outcome.vk_wall.after",
]


@pytest.mark.parametrize("point", POINTS)
def test_t01_killed_and_started_again_nothing_is_lost_or_doubled(tmp_path: Path, point: str) -> None:
    """T-01: whatever call or commit the death meets, the world ends as if nothing had happened."""
    desk = Desk(tmp_path)
    with killed_at(desk, point):
        desk.sandbox.suggest(601, TEXT, photos=2)
        desk.press(desk.card_of(TEXT, 60), "Опубликовать")
        post = desk.wait_post(TEXT)
        desk.wait_letter(601, f"вышла: https://vk.com/wall-1_{post['id']}", 60)
        desk.wait_card(TEXT, lambda card: "проверено" in card["text"], 60)

        state = desk.sandbox.state()
        assert len([one for one in state["wall"] if TEXT in one["text"]]) == 1
        assert len([one for one in desk.sandbox.chat() if TEXT in one["text"]]) == 1
        letters = [one["text"] for one in desk.sandbox.dialog(601) if one["from_id"] < 0]
        assert len(letters) == len(set(letters)) == 3  # the receipt, who the new author is, the link
