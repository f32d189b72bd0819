"""«Как выйдет»: a moderator sees each network's version before deciding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from editorial.networks import Network, Part, Story
from tests.builders import a_photo, suggested
from tests.handlers.world import World, a_desk


def in_two(story: Story) -> tuple[Part, ...]:
    return Part("album", {"text": ""}, story.attachments), Part("text", {"text": story.text[:20]})


NETWORK = Network("telegram", "telegram", "Телеграм", "telegram:1", lambda story: 2, preview=in_two)


def test_every_network_shows_its_version(make_world: Any) -> None:
    world: World = make_world(replace(a_desk(), networks=(NETWORK,)))
    world.happens(suggested(31, text="Открыли двор у [id1|Анны], приходите все", attachments=[a_photo(31)]))

    assert world.press(1, "Ещё", "Как выйдет") == "Пришлём, как выйдет"

    note = world.chat()[-1]
    assert note.reply_to == world.card(1).cmid
    assert "№ 1: так выйдет" in note.text
    assert "— ВК · вложений: 1" in note.text
    assert "— Телеграм, сообщение 1 из 2 · вложений: 1" in note.text
    assert "— Телеграм, сообщение 2 из 2\nОткрыли двор у" in note.text
    assert "[id1|" not in note.text


def test_without_other_networks_there_is_nothing_to_compare(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "Ещё")
    assert "Как выйдет" not in world.card(1).buttons


def test_a_long_post_in_many_networks_stays_one_message(make_world: Any) -> None:
    many = tuple(replace(NETWORK, key=f"vk_copy.{number}", title=f"ВК {number}") for number in range(20))
    world: World = make_world(replace(a_desk(), networks=many))
    world.happens(suggested(31, text="Слово и дело. " * 300))

    world.press(1, "Ещё", "Как выйдет")

    assert len(world.chat()[-1].text.encode("utf-16-le")) // 2 <= 4096
