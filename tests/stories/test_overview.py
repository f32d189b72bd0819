"""The overview of the queue in the moderators' chat, by real processes: pinned, edited, written anew when lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.stories.desk import CHAT, Desk, Json, open_desk

#: Two edits are half a minute apart at least, and it is looked at every ten seconds.
PATIENCE = 90.0


def wait_pinned(desk: Desk, words: str, *, but: int = 0) -> Json:
    """The pinned message of the chat, once it says this and is not the one numbered ``but``."""

    def pinned(state: Json) -> Json | None:
        chat = next(chat for chat in state["chats"] if chat["peer_id"] == CHAT)
        found = [one for one in chat["messages"] if one["conversation_message_id"] == chat["pinned"]]
        return next((one for one in found if words in one["text"] and chat["pinned"] != but), None)

    shown: Json = desk.sandbox.wait_for(pinned, PATIENCE, only="chats", what=f"overview with {words!r}")
    return shown


def number_of(message: Json) -> int:
    return int(message["conversation_message_id"])


def overviews(desk: Desk) -> list[Any]:
    chat = next(chat for chat in desk.sandbox.state()["chats"] if chat["peer_id"] == CHAT)
    return [one for one in chat["messages"] if one["text"].startswith("Ждут решения") and not one["deleted"]]


@pytest.mark.chaos
@pytest.mark.timeout(400)
def test_it_is_pinned_kept_up_to_date_and_written_anew_when_it_is_gone(tmp_path: Path) -> None:
    with open_desk(tmp_path, QUEUE_OVERVIEW="true") as desk:
        desk.wait_card("не закрепить", lambda one: True, PATIENCE)
        desk.sandbox.do("set_chat", peer_id=CHAT, bot_admin=True)
        desk.sandbox.write(501, "/продолжить", CHAT)
        first = wait_pinned(desk, "Никто не ждёт")
        desk.sandbox.suggest(601, "В Ангарске открыли сквер у школы.")
        desk.sandbox.suggest(602, "В Туле открыли библиотеку.")
        assert number_of(wait_pinned(desk, "Ждут решения: 2")) == number_of(first)
        desk.restart()
        desk.press(desk.card_of("библиотеку"), "Отклонить")
        desk.press(desk.wait_card("библиотеку", lambda one: "Почему отклонить" in one["text"]), "Устарело")
        assert number_of(wait_pinned(desk, "Ждут решения: 1")) == number_of(first)
        desk.sandbox.call("messages.delete", peer_id=CHAT, cmids=number_of(first), delete_for_all=1)
        desk.sandbox.suggest(603, "В Карелии открыли мост.")
        second = wait_pinned(desk, "Ждут решения: 2", but=number_of(first))
        assert [number_of(one) for one in overviews(desk)] == [number_of(second)]
