"""«Как выйдет»: a moderator sees each network's version before deciding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from editorial.delivery import Sent
from editorial.networks import Network, Part, Story
from tests.builders import a_photo, suggested
from tests.handlers.test_drafts import sent
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
    assert "— ВКонтакте · вложений: 1" in note.text
    assert "— Телеграм, сообщение 1 из 2 · вложений: 1" in note.text
    assert "— Телеграм, сообщение 2 из 2\nОткрыли двор у" in note.text
    assert "[id1|" not in note.text


def as_it_is(story: Story) -> tuple[Part, ...]:
    return (Part("post", {"text": story.text}, story.attachments),)


def without_pictures(story: Story) -> tuple[Part, ...]:
    return (Part("post", {"text": story.text}),)


def test_what_says_the_same_as_the_wall_is_not_shown_again(make_world: Any) -> None:
    same = [
        replace(NETWORK, key=key, title=title, preview=as_it_is) for key, title in (("max", "MAX"), ("ok", "ОК"))
    ]
    bare = replace(NETWORK, key="webhook", title="Веб-хук", preview=without_pictures)
    world: World = make_world(replace(a_desk(), networks=(same[0], NETWORK, same[1], bare)))
    world.happens(suggested(31, text="Открыли двор, приходите все", attachments=[a_photo(31)]))
    world.press(1, "Ещё", "Как выйдет")
    note = world.chat()[-1].text
    assert note.count("Открыли двор, приходите все") == 1
    assert "— ВКонтакте · вложений: 1\nОткрыли двор" in note
    assert "— MAX, ОК: так же, как ВКонтакте" in note
    assert "— Веб-хук: текст как во ВКонтакте, без вложений" in note
    assert "— Телеграм, сообщение 2 из 2\nОткрыли двор" in note


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


def the_link(story: Story) -> tuple[Part, ...]:
    return (Part("post", {"text": f"Источник: {story.link}"}),)


@pytest.mark.parametrize("is_out", [False, True], ids=["waiting", "out"])
def test_t73_the_preview_leads_to_the_post_and_not_to_what_was_suggested(make_world: Any, is_out: bool) -> None:
    world: World = make_world(replace(a_desk(), networks=(replace(NETWORK, preview=the_link),)))
    world.happens(suggested(31))
    if is_out:
        world.press(1, "Опубликовать")
        world.wall(Sent({"post_id": 77}))
    world.press(1, "Ещё", "Как выйдет")
    note = world.chat()[-1].text
    assert "wall-1_31" not in note
    if is_out:
        assert "Источник: https://vk.com/wall-1_77" in note
        assert "номер поста" not in note
    else:
        assert "Источник: https://vk.com/wall-1_…номер" in note
        assert note.endswith("Вместо «…номер» в ссылках будет номер поста, когда он выйдет.")


def test_the_preview_of_news_from_the_dialogue_does_not_show_the_conversation(make_world: Any) -> None:
    world: World = make_world(replace(a_desk(), networks=(replace(NETWORK, preview=the_link),)))
    sent(world)
    world.press(1, "Ещё", "Как выйдет")
    assert "Источник: https://vk.com/wall-1_…номер" in world.chat()[-1].text
