"""«Свой текст»: a network says something else than the wall, because a moderator gave it a text of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot import sweep
from editorial.delivery import Sent
from editorial.networks import Part, Story
from handlers import outcomes, own_posts
from tests.builders import ANNA, BORIS, a_button_press, a_photo, on_the_wall, suggested
from tests.handlers.networks import HOOK, MAX, TELEGRAM, Networks, a_wide_world
from tests.handlers.world import World

WALL = "В Черемхове открыли библиотеку."
OWN = "Черемхово: библиотека открыта. Приходите."


def as_it_is(story: Story) -> tuple[Part, ...]:
    return (Part("post", {"text": story.text}),)


@pytest.fixture
def networks(make_world: Callable[..., World]) -> Networks:
    shown = (replace(one, preview=as_it_is) for one in (TELEGRAM, MAX, HOOK))
    made = a_wide_world(make_world, *shown)
    made.world.happens(suggested(31, text=WALL, attachments=[a_photo()]))
    return made


def give(networks: Networks, text: str = OWN, title: str = "Телеграм") -> None:
    networks.world.press(1, "Ещё", "Сети", "Свой текст", title)
    assert networks.world.replies(1, text) == []


def comes_out(networks: Networks, text: str = WALL) -> None:
    world = networks.world
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    world.happens(on_the_wall(77, text=text, attachments=[a_photo()], at=world.now))
    networks.deliver()


def edited_on_vk(networks: Networks, text: str) -> None:
    networks.world.later(minutes=2)
    with networks.world.unit() as context:
        due = context.unit.posts.due(context.now, 100)
        sweep.store(context, due, {77: on_the_wall(77, text=text, attachments=[a_photo()])}, frozenset())
    networks.deliver()


def fixed(networks: Networks, text: str, *path: str) -> None:
    networks.world.press(1, "Ещё", "Сети", "Исправить везде", *path)
    assert networks.world.replies(1, text) == []
    with networks.world.unit() as context:
        [delivery] = context.unit.outbox.claim("vk_wall", context.now, 1)
        outcomes.apply(context, delivery, Sent({"post": on_the_wall(77, text=text, attachments=[a_photo()])}))
    networks.deliver()


def lines(networks: Networks, title: str = "Телеграм") -> list[str]:
    return [line for line in networks.world.card(1).text.split("\n") if line.startswith(title)]


def test_one_network_says_it_in_its_own_words(networks: Networks) -> None:
    give(networks)
    assert lines(networks) == [f"Телеграм: свой текст «{OWN}»"]
    comes_out(networks)
    assert networks.texts("telegram") == [OWN]
    assert networks.texts("max") == [WALL]
    assert lines(networks)[0].startswith("Телеграм: вышло, свой текст, https://telegram.invalid/")
    assert "own_text" in networks.world.journal(1)


def test_the_preview_shows_it_and_what_does_not_go_there(networks: Networks) -> None:
    give(networks)
    networks.world.press(1, "Ещё", "Сети", "✓ MAX", "Назад", "Как выйдет")
    note = networks.world.chat()[-1].text
    assert f"— Телеграм, свой текст\n{OWN}" in note
    assert "— MAX: не выйдет" in note
    assert f"— ВКонтакте · вложений: 1\n{WALL}" in note
    assert "— Веб-хук: текст как во ВКонтакте" in note


@pytest.mark.parametrize("press", [True, False], ids=["press", "words"])
def test_it_is_taken_away_again(networks: Networks, press: bool) -> None:
    give(networks)
    networks.world.press(1, "Ещё", "Сети", "Свой текст", "✎ Телеграм")
    assert f"Сейчас свой: «{OWN}»" in networks.world.card(1).text
    if press:
        assert networks.world.press(1, "Как на стене") == "Телеграм: текст как на стене"
    else:
        assert networks.world.replies(1, "Как на стене.") == []
    assert lines(networks) == []
    comes_out(networks)
    assert networks.texts("telegram") == [WALL]


def test_it_stays_through_edits_and_the_card_says_that_it_is_older(networks: Networks) -> None:
    give(networks)
    networks.world.press(1, "Правка")
    networks.world.replies(1, "В Черемхове открыли новую библиотеку.")
    assert lines(networks) == [f"Телеграм: свой текст, к прежнему тексту ВКонтакте «{OWN}»"]
    give(networks, f"{OWN} И дети.", title="✎ Телеграм")
    assert lines(networks) == [f"Телеграм: свой текст «{OWN} И дети.»"]


def test_t70_an_edit_on_vk_leaves_it_and_says_so(networks: Networks) -> None:
    give(networks)
    comes_out(networks)
    edited_on_vk(networks, "В Черемхове открыли библиотеку имени Бианки.")
    assert networks.texts("telegram") == [OWN]
    assert networks.texts("max") == ["В Черемхове открыли библиотеку имени Бианки."]
    assert "вышло, свой текст, к прежнему тексту ВКонтакте, " in lines(networks)[0]


def test_given_after_the_release_it_changes_what_stands_there(networks: Networks) -> None:
    comes_out(networks)
    give(networks)
    networks.deliver()
    assert networks.texts("telegram") == [OWN]
    give(networks, "как на стене", title="✎ Телеграм")
    networks.deliver()
    assert networks.texts("telegram") == [WALL]
    assert networks.texts("max") == [WALL]


def test_after_the_release_only_an_editor_changes_it(networks: Networks) -> None:
    networks.world.press(1, "Ещё", "Сети", "Свой текст", "Телеграм", by=BORIS)
    networks.world.replies(1, OWN, by=BORIS)
    comes_out(networks)
    said = networks.world.press(1, "Ещё", "Сети", "Свой текст", by=BORIS)
    assert "редактор" in said.lower()
    assert networks.texts("telegram") == [OWN]


def test_correcting_everywhere_leaves_it_unless_one_text_is_wanted(networks: Networks) -> None:
    give(networks)
    comes_out(networks)
    networks.world.press(1, "Ещё", "Сети", "Исправить везде")
    assert "Свой текст останется: Телеграм" in networks.world.card(1).text
    networks.world.press(1, "Назад", "Назад")

    fixed(networks, "Библиотеку открыли в среду.")
    assert networks.texts("telegram") == [OWN]
    assert networks.texts("max") == ["Библиотеку открыли в среду."]

    fixed(networks, "Библиотеку открыли в четверг.", "Один текст во всех сетях")
    assert networks.texts("telegram") == ["Библиотеку открыли в четверг."]
    assert networks.texts("max") == ["Библиотеку открыли в четверг."]
    assert "свой текст" not in lines(networks)[0]


def test_a_correction_that_came_too_late_is_not_in_the_journal(networks: Networks) -> None:
    give(networks)
    comes_out(networks)
    older = networks.world.suggestion(1)
    fixed(networks, "Библиотеку открыли в четверг.", "Один текст во всех сетях")
    assert networks.world.journal(1).count("fixed") == 1
    with networks.world.unit() as context:
        assert not own_posts.fix(context, older, "Библиотеку открыли в среду.", by=ANNA, one_text=True)
    networks.deliver()
    assert networks.world.journal(1).count("fixed") == 1
    assert networks.texts("telegram") == ["Библиотеку открыли в четверг."]


def test_a_reply_to_an_older_card_changes_nothing(networks: Networks) -> None:
    networks.world.press(1, "Ещё", "Сети", "Свой текст", "Телеграм", by=ANNA)
    networks.world.press(1, "Назад", "Сети", "✓ MAX", by=BORIS)
    said = networks.world.replies(1, OWN, by=ANNA)
    assert said
    assert lines(networks) == []


def test_a_network_the_post_does_not_go_to_is_not_offered(networks: Networks) -> None:
    networks.world.press(1, "Ещё", "Сети", "✓ MAX", "Свой текст")
    assert {"Телеграм", "Веб-хук"} < set(networks.world.card(1).buttons)
    assert "MAX" not in networks.world.card(1).buttons


def test_its_red_warnings_are_asked_about_like_the_wall_s(networks: Networks) -> None:
    give(networks, "Голосуйте за кандидата в депутаты Иванова.")
    assert "🔴 агитация" in networks.world.card(1).text
    networks.world.press(1, "Опубликовать")
    assert "Да, опубликовать" in networks.world.card(1).buttons


RED = "Голосуйте за кандидата в депутаты Иванова."


def sure(networks: Networks, label: str = "Да, поставить", by: int = ANNA) -> str:
    said = networks.world.press(1, label, by=by)
    networks.deliver()
    return said


@pytest.mark.parametrize("is_out", [False, True], ids=["planned", "out"])
def test_once_it_was_approved_a_red_own_text_is_asked_about(networks: Networks, is_out: bool) -> None:
    if is_out:
        comes_out(networks)
    else:
        networks.world.press(1, "В очередь")
    networks.world.press(1, "Ещё", "Сети", "Свой текст", "Телеграм")
    [said] = networks.world.replies(1, RED)
    assert "подтвердите на карточке" in said
    networks.deliver()
    card = networks.world.card(1)
    assert "🔴 агитация" in card.text
    assert list(card.buttons) == ["Да, поставить", "Нет"]
    assert RED not in networks.texts("telegram")

    sure(networks)
    if not is_out:
        comes_out(networks)
    assert networks.texts("telegram") == [RED]
    assert networks.texts("max") == [WALL]


def test_a_red_own_text_that_nobody_confirms_goes_nowhere(networks: Networks) -> None:
    comes_out(networks)
    networks.world.press(1, "Ещё", "Сети", "Свой текст", "Телеграм")
    networks.world.replies(1, RED)
    sure(networks, "Нет")
    assert networks.texts("telegram") == [WALL]
    assert networks.world.replies(1, "Коллеги, не надо.") == []
    assert networks.texts("telegram") == [WALL]


def test_yes_counts_for_the_text_that_was_shown(networks: Networks) -> None:
    """Somebody asks about another text meanwhile: the «Да» below the first one does not let that one out."""
    comes_out(networks)
    networks.world.press(1, "Ещё", "Сети", "Свой текст", "Телеграм")
    networks.world.replies(1, RED)
    first = networks.world.card(1)
    yes = first.buttons["Да, поставить"]
    networks.world.press(1, "Нет", "Ещё", "Сети", "Свой текст", "Телеграм")
    networks.world.replies(1, f"{RED} Все на выборы.")
    networks.world.happens(a_button_press(yes, by=ANNA, cmid=first.cmid))
    networks.deliver()
    assert networks.texts("telegram") == [WALL]


def test_after_the_release_only_an_editor_confirms_it(networks: Networks) -> None:
    comes_out(networks)
    networks.world.press(1, "Ещё", "Сети", "Свой текст", "Телеграм")
    networks.world.replies(1, RED)
    assert "редактор" in sure(networks, by=BORIS).lower()
    assert networks.texts("telegram") == [WALL]


def test_a_red_text_for_everywhere_is_asked_about(networks: Networks) -> None:
    comes_out(networks)
    networks.world.press(1, "Ещё", "Сети", "Исправить везде")
    [said] = networks.world.replies(1, RED)
    assert "подтвердите на карточке" in said
    with networks.world.unit() as context:
        assert not context.unit.outbox.claim("vk_wall", context.now, 1)
    sure(networks)
    with networks.world.unit() as context:
        [delivery] = context.unit.outbox.claim("vk_wall", context.now, 1)
    assert RED in delivery.payload["text"]
    assert "fixed" in networks.world.journal(1)


def test_what_was_confirmed_once_is_not_asked_about_at_every_correction(networks: Networks) -> None:
    comes_out(networks)
    networks.world.press(1, "Ещё", "Сети", "Свой текст", "Телеграм")
    networks.world.replies(1, RED)
    sure(networks)
    networks.world.press(1, "Ещё", "Сети", "Исправить везде")
    assert networks.world.replies(1, f"{RED} Адрес тот же.") == []


def test_what_was_approved_knowingly_is_not_asked_about_again(networks: Networks) -> None:
    networks.world.happens(suggested(32, text=RED, attachments=[a_photo()]))
    networks.world.press(2, "В очередь", "Да, опубликовать", "Ещё", "Сети", "Свой текст", "Телеграм")
    assert networks.world.replies(2, f"Коротко: {RED}") == []


def test_a_red_edit_of_what_is_planned_is_asked_about(networks: Networks) -> None:
    networks.world.press(1, "В очередь", "Правка")
    [said] = networks.world.replies(1, RED)
    assert "подтвердите на карточке" in said
    assert networks.world.suggestion(1).text == WALL
    sure(networks)
    assert networks.world.suggestion(1).text == RED
