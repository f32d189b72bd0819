"""What the desk changes besides the words: attachments, house style, rubric; each shown, each taken back."""

from __future__ import annotations

from typing import Any

from handlers import reconcile
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, a_button_press, a_photo, suggested
from tests.handlers.world import World

PHOTOS = tuple(a_photo(number) for number in (31, 32, 33))


def shown(world: World, number: int = 1) -> list[str]:
    return [reference.split("_")[1] for reference in world.card(number).attachments]


def goes_out(world: World, number: int = 1) -> list[int | None]:
    return [one.media_id for one in world.suggestion(number).for_publication.attachments]


def test_a_photo_is_dropped_and_another_put_first(world: World) -> None:
    world.happens(suggested(31, attachments=PHOTOS))
    assert world.press(1, "Ещё", "Вложения", "1", "Убрать") == "Вложения изменены"
    assert goes_out(world) == [32, 33]
    assert "убрано вложений: 1" in world.card(1).text

    world.press(1, "2", "Раньше")

    assert goes_out(world) == [33, 32]
    assert shown(world) == ["33", "32"]
    assert [one.media_id for one in world.suggestion(1).content.attachments] == [31, 32, 33]


def test_only_the_order_changed_is_said_too(world: World) -> None:
    world.happens(suggested(31, attachments=PHOTOS))
    world.press(1, "Ещё", "Вложения", "3", "Сделать первым")
    assert "порядок вложений другой" in world.card(1).text


def test_ten_attachments_fit_into_the_menu(world: World) -> None:
    world.happens(suggested(31, attachments=[a_photo(number) for number in range(1, 11)]))
    world.press(1, "Ещё", "Вложения")
    assert len(world.card(1).buttons) <= 10
    world.press(1, "Дальше", "10", "Убрать")
    assert goes_out(world) == list(range(1, 10))


def test_what_was_changed_goes_back_as_it_was_sent(world: World) -> None:
    world.happens(suggested(31, text="Открыли двор - наш", attachments=PHOTOS))
    world.press(1, "Ещё", "Оформить")
    world.press(1, "Ещё", "Вложения", "1", "Убрать")
    world.press(1, "Назад", "Как прислано")
    assert world.suggestion(1).edited == world.suggestion(1).content
    assert "Как прислано" not in world.card(1).buttons


def test_the_house_style_is_shown_as_a_difference_and_adds_region_and_rubric(world: World) -> None:
    world.happens(suggested(31, text='В Иркутской области старосты открыли "Точку роста" - первую'))

    assert world.press(1, "Ещё", "Оформить") == "Оформлено, разница на карточке"

    text = world.suggestion(1).text
    assert text.startswith("В Иркутской области старосты открыли «Точку роста»\u00a0— первую")
    assert text.endswith("\n\n#ИркутскаяОбласть #Старосты")
    assert "Правка редакции" in world.card(1).text
    assert "#ИркутскаяОбласть" in world.card(1).text


def test_style_that_changes_nothing_is_not_an_edit(world: World) -> None:
    world.happens(suggested(31, text="Добрый день"))
    version = world.suggestion(1).version
    world.press(1, "Ещё", "Оформить")
    assert world.suggestion(1).version == version


def test_the_rubric_is_guessed_and_changed_by_a_press(world: World) -> None:
    world.happens(suggested(31, text="Сельские старосты получили удостоверения"))
    world.press(1, "Ещё", "Рубрика")
    assert "Похоже на рубрику «Старосты»" in world.card(1).text

    assert world.press(1, "Благоустройство") == "Рубрика: Благоустройство"

    assert world.suggestion(1).rubric == "blago"
    world.press(1, "Ещё", "Оформить")
    assert world.suggestion(1).text.endswith("#Благоустройство")


def test_an_edit_on_an_old_card_is_refused(world: World) -> None:
    world.happens(suggested(31, attachments=PHOTOS))
    world.press(1, "Ещё", "Вложения", "1")
    card = world.card(1)
    old = card.buttons["Убрать"]
    world.press(1, "Убрать")

    [answer] = world.happens(a_button_press(old, by=BORIS, cmid=card.cmid))

    assert goes_out(world) == [32, 33]
    assert answer.text
    assert world.refusals()[0]["by"] == BORIS


def forged(number: int, arg: str) -> dict[str, Any]:
    return {"v": 1, "a": "media", "n": number, "r": 1, "x": arg}


def test_a_forged_move_changes_nothing(world: World) -> None:
    world.happens(suggested(31, attachments=PHOTOS))
    for arg in ("drop:7", "drop:-1", "drop:x", "burn:0", "one:²"):
        world.happens(a_button_press(forged(1, arg), by=ANNA, cmid=world.card(1).cmid))
    assert goes_out(world) == [31, 32, 33]
    assert len(world.refusals()) >= 4


def test_the_author_changes_the_news_and_the_desks_edits_are_gone(world: World) -> None:
    world.happens(suggested(31, attachments=PHOTOS))
    world.press(1, "Ещё", "Вложения", "1", "Убрать")
    with world.unit() as context:
        from handlers import suggest

        known = context.unit.suggestions.get(1)
        assert known is not None
        suggest.author_edited(context, known, known.content.with_text("Совсем другой текст"))
    world.deliver()
    assert goes_out(world) == [31, 32, 33]


def changed(world: World) -> list[tuple[str, dict[str, Any]]]:
    """What the journal tells of the fields that changed, with what they were and became."""
    with world.look() as context:
        entries = context.unit.journal.of(1)
    return [(one.action, one.details["changed"]) for one in entries if "changed" in one.details]


def test_the_journal_keeps_what_every_change_was_made_from_and_into(world: World) -> None:
    world.happens(suggested(31, text="Открыли двор", attachments=PHOTOS))
    world.press(1, "Правка")
    world.says("Открыли школу", by=ANNA, where=CHAT, reply_to=world.card(1).cmid)
    world.press(1, "Ещё", "Вложения", "1", "Убрать")
    world.press(1, "Назад", "Назад", "В очередь")
    due = world.suggestion(1).due_at
    world.press(1, "Отменить решение")

    assert due is not None
    assert changed(world) == [
        ("edit", {"text": ["Открыли двор", "Открыли школу"]}),
        ("edit", {"attachments": [["photo:31", "photo:32", "photo:33"], ["photo:32", "photo:33"]]}),
        ("queue", {"due_at": [None, due.isoformat()]}),
        ("undo", {"due_at": [due.isoformat(), None]}),
    ]


def test_what_an_author_changed_is_kept_until_their_data_are_deleted(world: World) -> None:
    world.happens(suggested(31, text="Звоните Марии"))
    with world.unit() as context:
        reconcile.compare(context, [suggested(31, text="Звоните нам")])
    assert changed(world) == [("author_edited", {"text": ["Звоните Марии", "Звоните нам"]})]

    world.says("Удалить мои данные", by=AUTHOR)
    world.says("да", by=AUTHOR)
    assert changed(world) == []
