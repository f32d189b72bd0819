"""Whole stories as two people live them: a press officer and a moderator at the demo page, the real bot behind.

Everything is done and seen in a real browser; the sandbox and the bot are processes of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.stories.browser import Visitor, needs_chromium
from tests.stories.desk import Desk, open_desk

pytestmark = needs_chromium

IRINA = 601
OLEG = 602
ANNA = 501


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk where it is day: letters about decisions do not reach authors at night. A test may add settings."""
    with open_desk(tmp_path, **getattr(request, "param", {})) as running:
        yield running


@pytest.fixture
def people(browser: Browser, desk: Desk) -> Iterator[Visitor]:
    """Irina with her phone and Anna in the chat, on one page that must end without a complaint."""
    guest = Visitor(browser, desk.url).open()
    guest.take_author(IRINA)
    guest.take_moderator(ANNA)
    yield guest
    assert guest.complaints == []
    assert guest.strangers == []
    guest.close()


def card_of(people: Visitor, text: str) -> Locator:
    """The card in the chat that shows this text and can be decided."""
    with_keyboard = people.page.get_by_test_id("keyboard")
    return people.message("chat", text).filter(has=with_keyboard).last


def press(people: Visitor, card: Locator, label: str) -> None:
    """Presses the button and waits for the community's answer to the press."""
    button = people.button(card, label)
    button.click()
    expect(people.page.locator("#chat-messages .key.busy")).to_have_count(0)


def test_a_suggestion_is_approved_published_and_its_author_gets_the_link(people: Visitor) -> None:
    people.suggest("Открыли школу старост", photos=2)
    expect(people.message("dialog", "№")).not_to_have_count(0)
    card = card_of(people, "Открыли школу старост")
    expect(card.get_by_test_id("photos")).to_have_attribute("data-count", "2")

    press(people, card, "Опубликовать")
    post = people.see("wall-post")
    expect(post).to_contain_text("Открыли школу старост")
    expect(post.get_by_test_id("photos")).to_have_attribute("data-count", "2")
    expect(people.see("own-suggestion")).to_have_count(0)

    number = post.get_attribute("data-post-id")
    link = people.see("dialog-messages").get_by_role("link", name=f"wall-1_{number}").last
    expect(link).to_be_visible()
    link.click()
    expect(people.page.locator(f"#post-{number}")).to_be_in_viewport()


def test_a_rejection_reaches_the_author_with_its_reason(people: Visitor) -> None:
    people.suggest("Продаю гараж, недорого")
    card = card_of(people, "Продаю гараж, недорого")

    press(people, card, "Отклонить")
    press(people, card_of(people, "Продаю гараж, недорого"), "Реклама")

    letter = people.message("dialog", "Рекламу").last
    expect(letter).to_be_visible()
    expect(people.see("wall-post")).to_have_count(0)
    expect(people.button(people.message("chat", "Продаю гараж").last, "Реклама")).to_have_count(0)


@pytest.mark.slow
def test_a_queued_suggestion_comes_out_at_its_minute(people: Visitor) -> None:
    people.suggest("Завершился конкурс территорий")
    press(people, card_of(people, "Завершился конкурс территорий"), "В очередь")

    expect(people.message("dialog", "Выйдет").last).to_be_visible()
    expect(people.see("wall-post")).to_contain_text("Завершился конкурс территорий", timeout=90_000)


def test_a_reply_becomes_the_text_and_the_photos_stay(people: Visitor) -> None:
    people.suggest("Откыли школу старост", photos=1)
    press(people, card_of(people, "Откыли школу старост"), "Правка")

    asked = people.see("chat-messages").get_by_test_id("message").last
    asked.hover()
    asked.get_by_test_id("reply").click()
    people.see("chat-input").fill("Открыли школу старост")
    people.see("chat-send").click()

    press(people, card_of(people, "Открыли школу старост"), "Опубликовать")
    expect(people.see("wall-post")).to_contain_text("Открыли школу старост")
    expect(people.see("wall-post").get_by_test_id("photos")).to_have_attribute("data-count", "1")


def say(people: Visitor, text: str, photos: int = 0) -> None:
    """Irina writes into the dialog with the community."""
    for _ in range(photos):
        people.page.locator("#dialog-photo").click()
    people.see("dialog-input").fill(text)
    people.see("dialog-send").click()
    expect(people.see("dialog-input")).to_have_value("")


def test_first_contact_in_the_dialog_ends_on_the_wall(people: Visitor) -> None:
    say(people, "Предложить новость")
    expect(people.message("dialog", "Пришлите текст и до 10 фото").last).to_be_visible()
    say(people, "Ученики высадили сквер", photos=2)
    preview = people.message("dialog", "Так выйдет").last
    expect(preview.get_by_test_id("photos")).to_have_attribute("data-count", "2")
    people.button(preview, "Отправить").click()
    expect(people.message("dialog", "Получили новость, № 1").last).to_be_visible()

    people.button(people.message("dialog", "вы пишете впервые").last, "Сибирский").click()
    people.page.locator("#dialog-keyboard").get_by_text("Иркутская область").click()
    expect(people.message("dialog", "Напишите организацию").last).to_be_visible()
    say(people, "Пресс-служба СМО Иркутской области")
    about = people.message("chat", "о себе").last
    press(people, about, "Подтвердить")
    card = card_of(people, "Ученики высадили сквер")
    expect(card).to_contain_text("Пресс-служба СМО Иркутской области")
    expect(card).not_to_contain_text("не подтверждён")

    press(people, card, "Опубликовать")
    post = people.see("wall-post")
    expect(post).to_contain_text("Ученики высадили сквер")
    expect(post.get_by_test_id("photos")).to_have_attribute("data-count", "2")
    expect(people.message("dialog", "Новость № 1 вышла").last).to_be_visible()
    expect(people.message("dialog", "Получили новость, № 1").first).to_contain_text("вышла")


def test_a_return_is_answered_in_the_dialog_and_the_card_comes_back(people: Visitor) -> None:
    people.suggest("Ученики высадили сквер")
    press(people, card_of(people, "Ученики высадили сквер"), "Вернуть")
    press(people, card_of(people, "Ученики высадили сквер"), "Нужно фото")
    expect(people.message("dialog", "вернули на доработку").last).to_be_visible()
    say(people, "", photos=1)
    people.button(people.message("dialog", "после правки выйдет так").last, "Отправить").click()
    card = card_of(people, "добавлено вложений: 1")
    press(people, card, "Опубликовать")
    expect(people.see("wall-post").get_by_test_id("photos")).to_have_attribute("data-count", "1")


SHORE = "#ИркутскаяОбласть Старосты прошли 10 000 шагов вокруг озера и собрали 40 мешков мусора. Вручили грамоты."
LAKE = "#Бурятия Старосты прошли 10 000 шагов вокруг озера и собрали 40 мешков мусора. Играл оркестр."


def both_suggest(people: Visitor, photos: int) -> None:
    """Irina and then Oleg suggest their news, each from a phone."""
    people.suggest(SHORE, photos=photos)
    expect(card_of(people, "Вручили грамоты")).to_be_visible()
    people.take_author(OLEG)
    people.suggest(LAKE, photos=photos)
    expect(card_of(people, "Играл оркестр")).to_be_visible()


def both_read(people: Visitor, words: str, link: str) -> None:
    """On each phone the letter with these words leads to the post."""
    for author in (OLEG, IRINA):
        people.take_author(author)
        letter = people.message("dialog", words).last
        expect(letter).to_be_visible()
        expect(letter.get_by_role("link", name=link)).to_be_visible()


def test_two_regions_news_is_merged_into_one_post_and_both_authors_get_the_link(people: Visitor) -> None:
    both_suggest(people, photos=1)
    card = card_of(people, "Играл оркестр")
    expect(card).to_contain_text("Похоже на")
    press(people, card, "Объединить")
    card = card_of(people, "С какими новостями объединить?")
    expect(card).to_contain_text("№ 1 · Иркутская обл. · похоже на")
    press(people, card, "№ 1 · Иркутская обл.")
    press(people, card_of(people, "С какими новостями объединить?"), "Как выйдет вместе")
    card = card_of(people, "Так выйдет общий пост (№ 2, № 1, вложений: 2)")
    expect(card).to_contain_text("По сообщениям из Республики Бурятия и Иркутской области")
    press(people, card, "Объединить")

    card = card_of(people, "Общий пост вместе с № 1 (Иркутская обл.)")
    expect(people.message("chat", "Объединена с № 2")).to_be_visible()
    press(people, card, "Опубликовать")
    post = people.see("wall-post")
    expect(post).to_have_count(1)
    expect(post).to_contain_text("Вручили грамоты")
    expect(post).to_contain_text("По сообщениям из Республики Бурятия и Иркутской области")
    expect(post.get_by_test_id("photos")).to_have_attribute("data-count", "2")
    both_read(people, "вышла одной записью с новостью", f"wall-1_{post.get_attribute('data-post-id')}")


@pytest.mark.parametrize("desk", [{"DIGEST_DAILY": "* * * * *"}], indirect=True)
def test_two_pieces_go_out_in_a_digest_and_both_authors_get_its_link(people: Visitor) -> None:
    both_suggest(people, photos=0)
    press(people, card_of(people, "Вручили грамоты"), "В дайджест")
    press(people, card_of(people, "Играл оркестр"), "В дайджест")
    card = card_of(people, "Дайджест, 2 строки")
    expect(card).to_contain_text("◽️ Иркутская область: Старосты прошли 10 000 шагов")
    expect(card).to_contain_text("◽️ Республика Бурятия: Старосты прошли 10 000 шагов")
    press(people, card, "Опубликовать")
    post = people.see("wall-post")
    expect(post).to_contain_text("Дальневосточный федеральный округ")
    both_read(people, "вошла строкой в дайджест", f"wall-1_{post.get_attribute('data-post-id')}")
