"""A council's news on its whole way: entered as a source in the chat, decided on a card, out on the wall, and not back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.desk import CHAT, Desk, open_desk

TEXT = "Совет Слюдянки открыл обновлённую набережную Байкала"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, SOURCES_SECONDS="0.5", VK_COPY_GROUPS="2") as running:
        yield running


def test_a_council_s_post_goes_the_whole_way_and_its_copies_do_not_come_back(desk: Desk) -> None:
    desk.sandbox.write(501, "/источники vk.com/sovet_sludyanka RU-IRK", peer_id=CHAT)
    desk.sandbox.wait_for(lambda _: _said(desk, "Источник 1 добавлен"), 30, only="chats")
    desk.sandbox.write(501, "/источники vk.com/club2", peer_id=CHAT)
    desk.sandbox.wait_for(lambda _: _said(desk, "наша страница"), 30, only="chats")

    made = desk.sandbox.do("post_by_hand", user_id=609, group_id=3, text=TEXT, photos=2)

    desk.press(desk.card_of(TEXT), "Опубликовать")
    post = desk.wait_post(TEXT)
    assert post["text"] == f"{TEXT}\n\nИсточник: https://vk.com/wall-3_{made['post_id']}"
    assert len(post["attachments"]) == 2
    copied = desk.sandbox.wait_for(_neighbour, 30, only="networks", what="the copy in the neighbour community")
    assert copied[0]["text"].endswith(f"Источник: vk.com/wall-1_{post['id']}")

    desk.sandbox.do("post_by_hand", user_id=609, group_id=3, text=f"Пишут о нас\n\n{copied[0]['text']}")
    desk.sandbox.do("post_by_hand", user_id=609, group_id=3, text="Второе заседание совета в декабре")
    desk.card_of("Второе заседание совета в декабре")
    assert not _said(desk, "Пишут о нас")


def _said(desk: Desk, words: str) -> bool:
    return any(words in one["text"] for one in desk.sandbox.chat())


def _neighbour(state: dict[str, object]) -> object:
    networks: dict[str, dict[str, list[dict[str, str]]]] = state["networks"]  # type: ignore[assignment]
    return networks["neighbour"]["posts"]
