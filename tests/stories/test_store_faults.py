"""A disk that fails for a while costs nothing: the program lives on and takes everything up where it stood."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stories.desk import Desk, open_desk

TEXT = "В районе прошёл первый сход старост, решили чинить мост"


@contextmanager
def disk_takes_nothing(desk: Desk) -> Iterator[None]:
    """Every write of the bot behind the first page of a file is an error of the disk."""
    before = resource.prlimit(desk.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, before)


def test_what_came_and_was_pressed_while_the_disk_failed_is_done_once_it_works(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        with disk_takes_nothing(desk):
            desk.sandbox.suggest(601, TEXT, photos=1)
            desk.sandbox.write(602, "Помощь")
            desk.wait_log("intake_fault")
        card = desk.card_of(TEXT)
        desk.wait_letter(602, "Новость предлагают здесь")

        with disk_takes_nothing(desk):
            desk.press(card, "Опубликовать")
            desk.wait_log("intake_fault")
        post = desk.wait_post(TEXT)
        desk.wait_letter(601, f"wall-1_{post['id']}")

        assert len([one for one in desk.sandbox.state()["wall"] if TEXT in one["text"]]) == 1
        assert len([one for one in desk.sandbox.chat() if TEXT in one["text"]]) == 1
        assert desk.command("db", "check").returncode == 0
        assert desk.stop() == 0
