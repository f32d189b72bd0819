"""The whole program with PostgreSQL: it makes its tables, publishes, survives its death, and is alone with its data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.conftest import Server
from tests.storage.conftest import server as server  # noqa: PLC0414  # a fixture
from tests.stories.desk import open_desk

pytestmark = pytest.mark.postgres

FIRST = "В районе прошёл первый сход старост, решили чинить мост"
SECOND = "Ученики высадили сквер у школы: сорок саженцев"


def test_news_goes_the_whole_way_and_nothing_is_lost_by_a_death(tmp_path: Path, server: Server) -> None:
    with open_desk(tmp_path, DATABASE_URL=server.new_database()) as desk:
        desk.sandbox.suggest(601, FIRST, photos=1)
        desk.press(desk.card_of(FIRST), "Опубликовать")
        post = desk.wait_post(FIRST)
        desk.wait_letter(601, f"wall-1_{post['id']}")

        second = desk.command("run")
        assert (second.returncode, "уже работает другой бот" in second.stderr) == (1, True)

        desk.kill()
        desk.sandbox.suggest(602, SECOND)
        desk.start()
        desk.card_of(SECOND)
        told = desk.status()["suggestions"]
        assert (told["pending"], told["published"]) == (1, 1)
        assert desk.command("db", "check").returncode == 0
        assert len([one for one in desk.sandbox.state()["wall"] if FIRST in one["text"]]) == 1
        assert desk.stop() == 0
