"""News that no suggested post of the wall stands behind: decided like any other, published as a new post."""

from __future__ import annotations

from editorial.suggestion import Attachment, Content, Origin, Status
from handlers import reconcile, suggest
from storage.suggestions import NewSuggestion
from tests.builders import AUTHOR, WALL, a_photo, on_the_wall, suggested
from tests.handlers.world import World

TEXT = "В Ангарске открыли сквер"


def brought(world: World, text: str = TEXT, *, photos: int = 0, origin: Origin = Origin.DIALOGUE) -> int:
    """News from the dialog, or from a source."""
    attachments: tuple[Attachment, ...] = tuple(a_photo(50 + place) for place in range(photos))
    behind = {"peer_id": AUTHOR, "cmids": [5]} if origin is Origin.DIALOGUE else {"url": "https://s.invalid/1"}
    author = AUTHOR if origin is Origin.DIALOGUE else None
    with world.unit() as context:
        new = NewSuggestion(WALL, 0, author, Content(text, attachments), world.now, None, origin, behind)
        number = suggest.bring_in(context, new).number
    world.deliver()
    return number


def degraded(world: World, *, mode: str = "degraded") -> None:
    with world.unit() as context:
        rights = {"mode": mode, "permissions": ["wall", "messages"]}
        context.unit.settings.set("rights", rights, context.now)
    world.deliver()


def test_it_gets_a_number_a_card_and_a_receipt(world: World) -> None:
    number = brought(world)
    assert TEXT in world.card(number).text
    assert f"№ {number}" in world.letters(AUTHOR)[0]
    assert world.press(number, "В очередь").startswith("Выйдет")


def test_what_has_no_post_is_never_missed_on_the_wall(world: World) -> None:
    number = brought(world)
    world.happens(suggested(31, text="Другая новость"))
    with world.unit() as context:
        missing = [one.number for one in reconcile.missing(context, [])]
        assert not reconcile.gone(context, number, [])
    assert missing == [2]
    assert world.suggestion(number).status is Status.PENDING


def test_many_without_a_post_do_not_collide(world: World) -> None:
    numbers = [brought(world, f"Новость {place}") for place in range(3)]
    posts = {world.suggestion(number).post_id for number in numbers}
    assert len(posts) == 3
    assert max(posts) < 0


def test_approval_asks_for_a_new_post(world: World) -> None:
    number = brought(world)
    world.press(number, "Опубликовать")
    row = world.publication(number)
    assert row is not None
    assert row.payload["mode"] == "new"


def test_a_post_of_the_same_words_closes_the_card(world: World) -> None:
    number = brought(world)
    world.happens(on_the_wall(900, text=f"{TEXT}\n\nАвтор: Мария Петрова", signer=None))
    assert world.suggestion(number).status is Status.PUBLISHED
    assert "wall-1_900" in world.card(number).text


def test_a_source_is_named_under_the_text(world: World) -> None:
    number = brought(world, origin=Origin.SOURCE)
    assert world.suggestion(number).for_publication.text == f"{TEXT}\n\nИсточник: https://s.invalid/1"
    assert world.suggestion(number).link == "https://s.invalid/1"


# ------------------------------------------------------------------------------------- without an editor's key


def test_without_an_editors_key_the_card_says_before_the_decision_what_will_be_missing(world: World) -> None:
    degraded(world)
    number = brought(world, photos=2)
    assert "без фото: 2 снимка не загрузить" in world.card(number).text
    assert world.press(number, "В очередь") == (
        "Без ключа редактора фото не загрузить. Сначала «Без фото», потом решение"
    )
    assert world.suggestion(number).status is Status.PENDING


def test_photos_are_left_behind_only_by_a_press(world: World) -> None:
    degraded(world)
    number = brought(world, photos=2)
    world.press(number, "Без фото")
    assert "Выйдет без фото" in world.card(number).text
    assert world.press(number, "В очередь").startswith("Выйдет")
    assert world.suggestion(number).for_publication.attachments == ()
    assert len(world.suggestion(number).content.attachments) == 2


def test_the_choice_can_be_taken_back(world: World) -> None:
    degraded(world)
    number = brought(world, photos=1)
    world.press(number, "Без фото", "С фото")
    assert "без фото: 1 снимок не загрузить" in world.card(number).text
    assert not world.suggestion(number).without_photos


def test_without_photos_nothing_is_said_about_them(world: World) -> None:
    degraded(world)
    number = brought(world)
    assert "без фото" not in world.card(number).text
    assert world.press(number, "Опубликовать") == "Публикуется"


def test_a_key_that_died_after_the_approval_leaves_the_news_waiting_for_a_person(world: World) -> None:
    from editorial.delivery import Refused

    number = brought(world, photos=1)
    world.press(number, "Опубликовать")
    degraded(world)
    world.wall(Refused("by_hand"))
    assert world.suggestion(number).status is Status.FAILED
    assert world.press(number, "Без фото") == "Выйдет без фото, теперь можно решать"
    assert world.press(number, "Опубликовать") == "Публикуется"
