"""«Удалить мои данные» when news is out: the name leaves the database at once, then the wall and the networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from editorial.delivery import Refused, Sent
from handlers import changes, publication, texts
from tests.builders import a_photo, on_the_wall, suggested
from tests.handlers.networks import Networks, a_wide_world
from tests.handlers.test_dialogue import left_of
from tests.handlers.test_digest import previewed
from tests.handlers.test_merging import OTHER, with_alike
from tests.handlers.test_network_afterwards import on_vk, swept
from tests.handlers.world import World

WRITER = 7341
NEWS = "Открыли библиотеку в селе Светлом, книги привезли жители трёх соседних деревень."


@pytest.fixture
def networks(make_world: Callable[..., World]) -> Networks:
    found = a_wide_world(make_world)
    found.world.names[WRITER] = "Зинаида Редкая"
    return found


def told_in_the_dialog(networks: Networks, text: str = NEWS) -> str:
    """News 1 came by message and is out everywhere, signed; returns what the wall says."""
    world = networks.world
    for words in ("Предложить новость", text, "Отправить"):
        world.says(words, by=WRITER)
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    signed = f"{text}\n\nАвтор: Зинаида Редкая"
    world.happens(on_the_wall(77, text=signed, at=world.now))
    networks.deliver()
    assert networks.texts("telegram") == [signed]
    return signed


def forgets(networks: Networks) -> str:
    networks.world.says("Удалить мои данные", by=WRITER)
    [answer] = networks.world.says("Да, удалить", by=WRITER)
    return answer


def left(networks: Networks) -> list[str]:
    """What the database says of the person, but for the last answer to them."""
    return [row for row in left_of(networks.world, WRITER, "Зинаид", "Редк") if "Ваши данные удалили" not in row]


def test_the_name_leaves_the_database_the_wall_and_the_networks(networks: Networks) -> None:
    told_in_the_dialog(networks)
    assert "подпись под вышедшими постами (1) снимаем" in forgets(networks)
    assert left(networks) == []
    assert "снимаем подпись под № 1" in networks.world.chat()[-1].text
    edit = on_vk(networks, "edit_post", Sent({"post": on_the_wall(77, text=NEWS)}))
    assert edit.payload["text"] == NEWS
    networks.deliver()
    assert networks.texts("telegram") == networks.texts("max") == [NEWS]
    assert "Веб-хук: сеть не даёт боту, исправьте вручную" in networks.world.card(1).text
    assert "unsigned" in networks.world.journal(1)


def test_what_vk_still_shows_brings_the_name_back_neither_before_nor_when_a_person_has_to_do_it(
    networks: Networks,
) -> None:
    signed = told_in_the_dialog(networks)
    forgets(networks)
    networks.world.later(minutes=2)
    swept(networks, {77: signed})
    assert left(networks) == []
    on_vk(networks, "edit_post", Refused("by_hand"))
    networks.world.later(minutes=9)
    swept(networks, {77: signed})
    assert left(networks) == []
    assert "ВКонтакте: " in networks.world.card(1).text
    assert "исправьте вручную" in networks.world.card(1).text


def test_a_post_that_was_just_going_out_is_unsigned_when_it_is_read(networks: Networks) -> None:
    world = networks.world
    for words in ("Предложить новость", NEWS, "Отправить"):
        world.says(words, by=WRITER)
    world.press(1, "Опубликовать")
    with world.unit() as context:
        [delivery] = context.unit.outbox.claim("vk_wall", world.now, 1)
        publication.start(context, delivery)
    forgets(networks)
    world.ends(delivery, Sent({"post_id": 77}))
    signed = f"{NEWS}\n\nАвтор: Зинаида Редкая"
    world.happens(on_the_wall(77, text=signed, at=world.now))
    assert left(networks) == []
    world.later(minutes=2)
    swept(networks, {77: signed})
    on_vk(networks, "edit_post", Sent({"post": on_the_wall(77, text=NEWS)}))


def test_the_signature_vk_itself_puts_is_taken_off_too(networks: Networks) -> None:
    world = networks.world
    world.happens(suggested(31, author=WRITER, text=NEWS, attachments=[a_photo()]))
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    world.happens(on_the_wall(77, text=NEWS, attachments=[a_photo()], at=world.now))
    forgets(networks)
    edit = on_vk(networks, "edit_post", Sent({"post": on_the_wall(77, text=NEWS, attachments=[a_photo()])}))
    assert edit.payload["text"] == NEWS


def test_a_name_in_the_words_of_the_news_is_shown_to_people(networks: Networks) -> None:
    told_in_the_dialog(networks, f"{NEWS} Рассказала Редкая Зинаида.")
    forgets(networks)
    assert "имя стоит в самом тексте: № 1 https://vk.com/wall-1_77" in networks.world.chat()[-1].text


def test_nothing_is_said_of_posts_where_there_are_none(networks: Networks) -> None:
    networks.world.happens(suggested(31, author=WRITER))
    before = len(networks.world.chat())
    assert forgets(networks) == texts.FORGOTTEN
    assert len(networks.world.chat()) == before


def test_a_joint_post_credits_the_forgotten_no_more(networks: Networks) -> None:
    world = with_alike(networks.world)
    with world.unit() as context:
        context.unit.authors.introduce(OTHER, world.now, region=None, organisation=None)
        context.unit.authors.name(OTHER, "Зинаида Редкая", world.now)
        piece = context.unit.suggestions.get(2)
        assert piece is not None
        changes.store(context, piece, replace(piece, region=None, version=piece.version + 1), "region")
    world.press(1, "Ещё", "Объединить", "№ 2", "Как выйдет вместе", "Объединить")
    text = world.suggestion(1).text
    assert "Зинаида Редкая" in text
    world.press(1, "Опубликовать", *(["Да, опубликовать"] if "Да, опубликовать" in world.card(1).buttons else []))
    world.wall(Sent({"post_id": 77}))
    world.happens(on_the_wall(77, text=text, attachments=world.suggestion(1).attachments, at=world.now))
    networks.deliver()
    world.says("Удалить мои данные", by=OTHER)
    assert "подпись под вышедшими постами (1) снимаем" in world.says("Да, удалить", by=OTHER)[0]
    edit = on_vk(networks, "edit_post", Refused("by_hand"))
    assert "По сообщени" in edit.payload["text"]
    networks.deliver()
    assert "Зинаида" not in "".join((edit.payload["text"], world.suggestion(1).text, *networks.texts("telegram")))
    assert left(networks) == []


def test_the_digest_that_has_a_line_of_the_forgotten_stays_as_it_is(networks: Networks) -> None:
    world = networks.world
    world.happens(
        suggested(31, author=WRITER, text=NEWS), suggested(32, text="В Туле наградили двенадцать старост.")
    )
    world.press(1, "В дайджест")
    world.press(2, "В дайджест")
    made = previewed(world)
    world.later(hours=1)
    world.wall(Sent({"post_id": 77}))
    assert (world.suggestion(1).published_post_id, world.suggestion(made).published_post_id) == (77, 77)
    assert forgets(networks) == texts.FORGOTTEN
    with world.look() as context:
        assert [row.kind for row in context.unit.outbox.for_suggestion(1) if row.kind == "edit_post"] == []
    assert networks.post(1) is None
