"""The sandbox's photos are as different as photos are."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from bot.media import File
from bot.targets.pictures import fingerprint
from editorial.likeness import SAME_PICTURE, apart
from sandbox.pictures import png


def test_no_two_pictures_are_taken_for_one(tmp_path: Path) -> None:
    marks = []
    for number in range(60):
        content = png(number, 320, 240)
        path = tmp_path / f"{number}.png"
        path.write_bytes(content)
        marks.append(fingerprint(File(path, "image/png", len(content), 320, 240)))

    assert min(apart(one, other) for one, other in combinations(marks, 2)) > SAME_PICTURE
