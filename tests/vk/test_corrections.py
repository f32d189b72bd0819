"""A post that is out is corrected or taken down on VK: read back, whole, and the same however often it is done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.targets.base import Parcel
from bot.targets.vk_wall import Correction
from bot.vk.wall import Wall
from editorial.delivery import Delivery, Outcome, Refused, RetryLater, Sent, State
from handlers.events import WallPublished
from tests.vk.desk import TEXT, Desk

NEWS = f"{TEXT} в четверг"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def stands(desk: Desk, **more: Any) -> int:
    """A post of the community."""
    return int(desk.world.do("post_by_hand", user_id=501, text=TEXT, **more)["post_id"])


def corrected(desk: Desk, post: int, text: str | None) -> Outcome:
    delivery = Delivery(1, "vk_wall", "wall:1", "edit_post", 1, {}, State.SENDING, NOW, 1, NOW)
    [outcome] = desk.target.send([Parcel(delivery, Correction(post, text, signed=False))])
    return outcome


def test_a_corrected_post_keeps_its_photos_and_is_seen_as_it_is_now(desk: Desk) -> None:
    post = stands(desk, photos=2)
    outcome = corrected(desk, post, NEWS)
    assert isinstance(outcome, Sent)
    assert isinstance(outcome.result["post"], WallPublished)
    assert outcome.result["post"].content.text == NEWS
    [shown] = desk.posts()
    assert (shown["text"], len(shown["attachments"])) == (NEWS, 2)


def test_a_correction_that_would_lose_an_attachment_is_not_made(desk: Desk) -> None:
    post = stands(desk, attachments=[{"type": "hologram", "hologram": {"title": "Глава"}}])
    outcome = corrected(desk, post, NEWS)
    assert isinstance(outcome, Refused)
    assert outcome.reason == "attachment_unknown"
    [shown] = desk.posts()
    assert (shown["text"], len(shown["attachments"])) == (TEXT, 1)


def test_an_answer_alone_proves_no_correction_and_no_removal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """VK says yes and changes nothing: it is tried again."""
    post = stands(desk)
    with monkeypatch.context() as silent:
        silent.setattr(Wall, "edit_post", lambda *_asked, **_more: None)
        silent.setattr(Wall, "delete", lambda *_asked: None)
        assert isinstance(corrected(desk, post, NEWS), RetryLater)
        assert isinstance(corrected(desk, post, None), RetryLater)
    assert isinstance(corrected(desk, post, NEWS), Sent)
    assert [one["text"] for one in desk.posts()] == [NEWS]


def test_a_post_is_taken_down_once_and_its_absence_is_no_fault(desk: Desk) -> None:
    post = stands(desk)
    assert isinstance(corrected(desk, post, None), Sent)
    assert desk.posts() == []
    assert isinstance(corrected(desk, post, None), Sent)
    outcome = corrected(desk, post, NEWS)
    assert isinstance(outcome, Refused)
    assert outcome.reason == "post_not_found"
