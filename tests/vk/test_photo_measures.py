"""A photo is as large as the largest picture VK has of it; what VK does not tell is not guessed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.vk.posts import attachment_of

SMALL = {"type": "m", "url": "https://img.invalid/m.jpg", "width": 130, "height": 98}
LARGE = {"type": "w", "url": "https://img.invalid/w.jpg", "width": 1600, "height": 1200}
NO_MEASURES = {"type": "z", "url": "https://img.invalid/z.jpg", "width": 0, "height": 0}


def photo(**more: Any) -> dict[str, Any]:
    return {"type": "photo", "photo": {"id": 31, "owner_id": 601, **more}}


@pytest.mark.parametrize(
    ("raw", "measures"),
    [
        (photo(sizes=[SMALL, LARGE]), (1600, 1200)),
        (photo(sizes=[LARGE, SMALL, NO_MEASURES]), (1600, 1200)),
        (photo(sizes=[SMALL], width=2000, height=1500), (2000, 1500)),
        (photo(sizes=[SMALL], orig_photo={"type": "base", "width": 3000, "height": 2000}), (3000, 2000)),
        (photo(sizes=[NO_MEASURES]), (None, None)),
        (photo(), (None, None)),
        ({"type": "doc", "doc": {"id": 31, "owner_id": 601, "width": 50, "height": 50}}, (None, None)),
        ({"type": "video", "video": {"id": 31, "owner_id": 601, "width": 50, "height": 50}}, (None, None)),
    ],
)
def test_the_largest_picture_counts(raw: dict[str, Any], measures: tuple[int | None, int | None]) -> None:
    found = attachment_of(raw)
    assert (found.width, found.height) == measures
