"""A joint post goes out once with everybody's photos, and never with what its author has taken back on VK since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from editorial.lifecycle import Action, Press, decide
from editorial.roles import Role
from editorial.suggestion import Status
from handlers import changes, joint
from storage.merges import OwnForm
from tests.builders import ANNA
from tests.vk.conftest import World
from tests.vk.desk import Desk

LEAD = "В Ангарске открыли сквер у школы."
PIECE = "В Улан-Удэ высадили аллею."
SPOKEN = "В Тулуне поставили скамейки."


class JointDesk(Desk):
    def merged(self, lead: int, *pieces: int) -> None:
        """The pieces go out in the lead's post, which is approved to be published at once."""
        with self.work.begin("test") as context:
            unit = context.unit
            unit.merges.keep(lead, OwnForm(), context.now)
            for number in pieces:
                piece = unit.suggestions.get(number)
                assert piece is not None
                press = Press(Action.MERGE, ANNA, Role.EDITOR, piece.version, into=lead)
                assert changes.store(context, piece, decide(piece, press, context.now), "merge", actor=ANNA)
            carrier = unit.suggestions.get(lead)
            assert carrier is not None
            content = joint.composed(context, carrier, joint.pieces_of(context, carrier))
            after = decide(carrier, Press(Action.PUBLISH, ANNA, Role.EDITOR, carrier.version), context.now)
            after = replace(after, edited_text=content.text, edited_attachments=content.attachments)
            assert changes.store(context, carrier, after, "publish", actor=ANNA)
            changes.plan_publication(context, lead, context.now)

    def on_the_wall(self) -> list[Any]:
        return list(self.world.state()["wall"])


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Iterator[JointDesk]:
    made = JointDesk(tmp_path, world)
    yield made
    made.storage.close()


def test_one_post_with_the_photos_of_all_whatever_way_they_came(desk: JointDesk) -> None:
    lead, _ = desk.from_the_wall(LEAD, 601, 1)
    piece, _ = desk.from_the_wall(PIECE, 602, 1)
    spoken = desk.from_the_dialogue(SPOKEN, photos=2)
    desk.merged(lead, piece, spoken)
    desk.runs()
    [post] = desk.on_the_wall()
    assert post["text"].startswith(f"{LEAD}\n\n{PIECE}\n\n{SPOKEN}")
    assert [one["type"] for one in post["attachments"]] == ["photo"] * 4
    assert post["signer_id"] is None
    assert [desk.suggestion(number).status for number in (lead, piece, spoken)] == [Status.PUBLISHED] * 3
    desk.ahead += timedelta(seconds=10)
    desk.runs()
    assert desk.suggestion(lead).proof == "checked"


@pytest.mark.parametrize("wall_lead", [True, False])
@pytest.mark.parametrize("change", ["edited", "deleted"])
def test_what_is_not_on_vk_any_more_as_it_was_approved_does_not_go_out(
    desk: JointDesk, wall_lead: bool, change: str
) -> None:
    lead = desk.from_the_wall(LEAD, 601, 1)[0] if wall_lead else desk.from_the_dialogue(LEAD, photos=1)
    piece, post_id = desk.from_the_wall(PIECE, 602, 1)
    desk.merged(lead, piece)
    if change == "edited":
        desk.world.do("edit_suggestion", user_id=602, post_id=post_id, text="Ничего не высадили.")
    else:
        desk.world.do("delete_suggestion", user_id=602, post_id=post_id)
    desk.runs()
    assert desk.on_the_wall() == []
    assert desk.suggestion(piece).status is (Status.PENDING if change == "edited" else Status.WITHDRAWN)
    left = desk.suggestion(lead)
    assert (left.status, left.text) == (Status.PENDING, LEAD)
    assert joint.left_line(left).startswith(f"Общий пост собран без № {piece}")
