"""The sandbox's page in a real browser, with the test itself in the bot's place.

What people see and touch is checked on the page; what reaches VK is checked through VK's own methods.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from sandbox.server import Sandbox
from tests.stories.browser import Visitor, needs_chromium

pytestmark = needs_chromium

CHAT = 2_000_000_001
IRINA = 601
STEPAN = 604
OUTSIDER = 700
ANNA = 501
PAVEL = 502


class Bot:
    """The bot's side of VK over HTTP: methods with the community's or the editor's key, and Long Poll."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._random = itertools.count(1)
        self._unread: list[dict[str, Any]] = []
        wanted: Any = dict.fromkeys(
            ("message_new", "message_event", "message_allow", "message_deny", "wall_post_new"), 1
        )
        self.call("groups.setLongPollSettings", group_id=1, enabled=1, api_version="5.199", **wanted)
        server = self.call("groups.getLongPollServer", group_id=1)
        self._poll, self._key, self._ts = server["server"], server["key"], server["ts"]

    def call(self, method: str, key: str = "group-key", **parameters: Any) -> Any:
        """The method's response; a refusal of VK fails the test."""
        body = {**parameters, "access_token": key, "v": "5.199"}
        answer = requests.post(f"{self._url}/method/{method}", data=body, timeout=10).json()
        assert "response" in answer, answer
        return answer["response"]

    def send(self, peer_id: int, message: str, keyboard: dict[str, Any] | None = None, **more: Any) -> int:
        """Sends a message and returns its cmid."""
        if keyboard is not None:
            more["keyboard"] = json.dumps(keyboard, ensure_ascii=False)
        sent = self.call("messages.send", peer_ids=peer_id, message=message, random_id=next(self._random), **more)
        return int(sent[0]["conversation_message_id"])

    def wait_for(self, kind: str) -> dict[str, Any]:
        """The next event of this type; those before it are passed over."""
        for _ in range(10):
            for place, update in enumerate(self._unread):
                if update["type"] == kind:
                    del self._unread[: place + 1]
                    return dict(update["object"])
            asked = {"act": "a_check", "key": self._key, "ts": self._ts, "wait": 1}
            answer = requests.get(self._poll, params=asked, timeout=20).json()
            self._ts = answer["ts"]
            self._unread += answer["updates"]
        raise AssertionError(f"no event {kind}")

    def answer(self, press: dict[str, Any], text: str) -> None:
        """Answers a press with a snackbar."""
        self.call(
            "messages.sendMessageEventAnswer",
            event_id=press["event_id"],
            user_id=press["user_id"],
            peer_id=press["peer_id"],
            event_data=json.dumps({"type": "show_snackbar", "text": text}, ensure_ascii=False),
        )


def callback(label: str, color: str = "secondary") -> dict[str, Any]:
    """A callback button."""
    action = {"type": "callback", "label": label, "payload": json.dumps({"press": label})}
    return {"action": action, "color": color}


def card_keyboard() -> dict[str, Any]:
    """The inline keyboard of a card, one button of every kind."""
    return {
        "inline": True,
        "buttons": [
            [callback("Опубликовать", "positive"), callback("Отклонить", "negative")],
            [
                {"action": {"type": "open_link", "label": "Открыть", "link": "https://vk.com/wall-1_1"}},
                {"action": {"type": "text", "label": "Помощь", "payload": "{}"}, "color": "primary"},
            ],
        ],
    }


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    running = Sandbox(port=0)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def bot(sandbox: Sandbox) -> Bot:
    return Bot(sandbox.url)


@pytest.fixture
def visitor(browser: Browser, sandbox: Sandbox, bot: Bot) -> Iterator[Visitor]:
    """Somebody at a laptop; at the end the page has complained of nothing and asked nobody outside."""
    guest = Visitor(browser, sandbox.url).open()
    yield guest
    assert guest.complaints == []
    assert guest.strangers == []
    guest.close()


@pytest.fixture
def thumb(browser: Browser, sandbox: Sandbox, bot: Bot) -> Iterator[Visitor]:
    """Somebody with a phone."""
    guest = Visitor(browser, sandbox.url, phone=True).open()
    yield guest
    assert guest.complaints == []
    assert guest.strangers == []
    guest.close()


def do(sandbox: Sandbox, action: str, **details: Any) -> dict[str, Any]:
    """Something another person does meanwhile."""
    body = {"action": action, **details}
    answer = requests.post(f"{sandbox.url.rstrip('/')}/sandbox/do", json=body, timeout=10).json()
    assert answer["ok"], answer
    return dict(answer)


# -- first sight


def test_an_empty_page_tells_what_to_do_first(visitor: Visitor) -> None:
    expect(visitor.see("suggest-text")).to_have_attribute(
        "placeholder", "1. Выберите новость выше или напишите свою и нажмите «Предложить»"
    )
    expect(visitor.see("chat-empty")).to_contain_text("2. Сюда придёт карточка")
    expect(visitor.see("wall-empty")).to_contain_text("3. Здесь выйдет новость")


def test_three_columns_stand_side_by_side_on_a_laptop(visitor: Visitor) -> None:
    boxes = [visitor.see(f"column-{name}").bounding_box() for name in ("phone", "chat", "wall")]
    left, middle, right = [box for box in boxes if box]
    assert left["x"] + left["width"] <= middle["x"]
    assert middle["x"] + middle["width"] <= right["x"]
    assert right["x"] + right["width"] <= 1440
    assert {round(box["y"]) for box in (left, middle, right)} == {round(left["y"])}
    assert all(box["y"] + box["height"] <= 900 for box in (left, middle, right))


def test_times_carry_the_zone(visitor: Visitor) -> None:
    expect(visitor.see("clock")).to_contain_text("мск")


# -- the author


def test_a_suggestion_with_photos_reaches_the_queue_of_vk(visitor: Visitor, bot: Bot) -> None:
    visitor.take_author(IRINA)
    visitor.suggest("В Иркутске выбрали лучшего старосту", photos=3)

    expect(visitor.see("own-suggestion")).to_have_count(1)
    queue = bot.call("wall.get", key="editor-key", owner_id=-1, filter="suggests")
    assert [post["text"] for post in queue["items"]] == ["В Иркутске выбрали лучшего старосту"]
    assert queue["items"][0]["from_id"] == IRINA
    assert [item["type"] for item in queue["items"][0]["attachments"]] == ["photo"] * 3


def test_a_sample_is_suggested_in_one_click(visitor: Visitor, bot: Bot) -> None:
    visitor.page.locator('[data-testid="sample-send"]').first.click()

    expect(visitor.see("queue-count")).to_have_text("1")
    assert bot.call("wall.get", key="editor-key", owner_id=-1, filter="suggests")["count"] == 1


def test_a_chosen_sample_fills_the_form_and_can_be_changed_before_sending(visitor: Visitor, bot: Bot) -> None:
    visitor.page.locator('[data-testid="sample-pick"]').first.click()
    expect(visitor.see("suggest-text")).not_to_have_value("")
    visitor.suggest("Свой текст вместо готового")

    expect(visitor.see("queue-count")).to_have_text("1")
    queue = bot.call("wall.get", key="editor-key", owner_id=-1, filter="suggests")
    assert queue["items"][0]["text"] == "Свой текст вместо готового"


def test_an_empty_suggestion_is_not_sent(visitor: Visitor, bot: Bot) -> None:
    visitor.see("suggest-submit").click()

    expect(visitor.see("toasts-phone")).to_contain_text("Напишите текст или добавьте фото")
    assert bot.call("wall.get", key="editor-key", owner_id=-1, filter="suggests")["count"] == 0


def test_an_author_changes_and_takes_back_a_suggestion(visitor: Visitor, bot: Bot) -> None:
    visitor.take_author(IRINA)
    visitor.suggest("Первый вариант")
    expect(visitor.see("own-suggestion")).to_have_count(1)
    visitor.see("own").locator("summary").click()

    visitor.see("own-edit").click()
    visitor.suggest("Второй вариант")
    expect(visitor.see("own-suggestion")).to_contain_text("Второй вариант")
    queue = bot.call("wall.get", key="editor-key", owner_id=-1, filter="suggests")
    assert [post["text"] for post in queue["items"]] == ["Второй вариант"]

    visitor.see("own-delete").click()
    visitor.see("own-delete").click()
    expect(visitor.see("own-suggestion")).to_have_count(0)
    assert bot.call("wall.get", key="editor-key", owner_id=-1, filter="suggests")["count"] == 0


def test_the_dialogue_goes_both_ways_with_buttons_of_both_kinds(visitor: Visitor, bot: Bot) -> None:
    visitor.take_author(STEPAN)
    visitor.see("dialog-start").click()
    start = bot.wait_for("message_new")["message"]
    assert json.loads(start["payload"]) == {"command": "start"}

    menu = {
        "one_time": False,
        "buttons": [[{"action": {"type": "text", "label": "Мои новости", "payload": '{"a":1}'}}]],
    }
    bot.send(STEPAN, "Здравствуйте. Что хотите сделать?", keyboard=menu)
    visitor.see("dialog-keyboard").get_by_text("Мои новости").click()
    asked = bot.wait_for("message_new")["message"]
    assert (asked["text"], asked["from_id"]) == ("Мои новости", STEPAN)

    bot.send(STEPAN, "Новость № 214 ждёт", keyboard={"inline": True, "buttons": [[callback("Отозвать")]]})
    letter = visitor.message("dialog", "Новость № 214 ждёт")
    visitor.button(letter, "Отозвать").click()
    press = bot.wait_for("message_event")
    bot.answer(press, "Отозвано")
    expect(visitor.see("toasts-phone")).to_contain_text("Отозвано")

    visitor.see("dialog-input").fill("Спасибо")
    visitor.see("dialog-input").press("Enter")
    assert bot.wait_for("message_new")["message"]["text"] == "Спасибо"
    expect(visitor.message("dialog", "Спасибо")).to_be_visible()


def test_the_switch_allows_and_forbids_letters(visitor: Visitor, bot: Bot) -> None:
    visitor.take_author(STEPAN)
    switch = visitor.see("permission")
    expect(switch).not_to_be_checked()

    visitor.see("dialog").get_by_text("Разрешить сообщения", exact=True).first.click()
    expect(switch).to_be_checked()
    assert bot.wait_for("message_allow")["user_id"] == STEPAN

    visitor.see("dialog").get_by_text("Разрешить сообщения", exact=True).first.click()
    expect(switch).not_to_be_checked()
    assert bot.wait_for("message_deny")["user_id"] == STEPAN


def test_a_letter_to_another_author_leaves_a_dot_on_their_face(visitor: Visitor, bot: Bot) -> None:
    visitor.take_author(602)
    expect(visitor.see(f"author-{IRINA}").locator(".dot")).to_have_count(0)

    bot.send(IRINA, "Новость № 1 вышла")
    expect(visitor.see(f"author-{IRINA}").locator(".dot")).to_have_count(1)

    visitor.take_author(IRINA)
    expect(visitor.message("dialog", "Новость № 1 вышла")).to_be_visible()
    expect(visitor.see(f"author-{IRINA}").locator(".dot")).to_have_count(0)


# -- the moderators' chat


def test_a_press_spins_until_the_bot_answers_and_the_answer_is_shown(visitor: Visitor, bot: Bot) -> None:
    visitor.take_moderator(ANNA)
    cmid = bot.send(CHAT, "№ 1. Новость из Иркутска", keyboard=card_keyboard())
    card = visitor.message("chat", "№ 1. Новость из Иркутска")
    button = visitor.button(card, "Опубликовать")

    button.click()
    expect(button).to_have_class("key positive busy")
    press = bot.wait_for("message_event")
    assert press["user_id"] == ANNA
    assert press["peer_id"] == CHAT
    assert press["conversation_message_id"] == cmid

    bot.answer(press, "Опубликовано")
    expect(visitor.see("toasts-chat")).to_contain_text("Опубликовано")
    expect(button).to_have_class("key positive")


def test_buttons_have_the_colours_of_vk(visitor: Visitor, bot: Bot) -> None:
    bot.send(CHAT, "Карточка", keyboard=card_keyboard())
    card = visitor.message("chat", "Карточка")

    expect(visitor.button(card, "Опубликовать")).to_have_class("key positive")
    expect(visitor.button(card, "Отклонить")).to_have_class("key negative")
    expect(visitor.button(card, "Помощь")).to_have_class("key primary")
    expect(visitor.button(card, "Открыть")).to_have_class("key secondary")


def test_an_edited_card_changes_in_place_and_says_so(visitor: Visitor, bot: Bot) -> None:
    cmid = bot.send(CHAT, "Карточка ждёт решения", keyboard=card_keyboard())
    expect(visitor.message("chat", "Карточка ждёт решения").get_by_test_id("keyboard")).to_be_visible()

    bot.call("messages.edit", peer_id=CHAT, cmid=cmid, message="Вышла в 12:30 мск, решила Анна")
    card = visitor.message("chat", "Вышла в 12:30 мск, решила Анна")
    expect(card.get_by_test_id("edited")).to_be_visible()
    expect(card.get_by_test_id("keyboard")).to_have_count(0)
    expect(visitor.see("chat-messages").get_by_test_id("message")).to_have_count(1)


def test_a_reply_carries_the_message_it_answers(visitor: Visitor, bot: Bot) -> None:
    visitor.take_moderator(PAVEL)
    cmid = bot.send(CHAT, "Пришлите новый текст ответом")
    asked = visitor.message("chat", "Пришлите новый текст ответом")
    asked.hover()
    asked.get_by_test_id("reply").click()
    expect(visitor.see("reply-box")).to_contain_text("Пришлите новый текст")

    visitor.see("chat-input").fill("Новый текст")
    visitor.see("chat-send").click()
    reply = bot.wait_for("message_new")["message"]
    assert (reply["text"], reply["from_id"]) == ("Новый текст", PAVEL)
    assert reply["reply_message"]["conversation_message_id"] == cmid
    expect(visitor.see("reply-box")).to_be_hidden()
    expect(visitor.message("chat", "Новый текст").get_by_test_id("quote")).to_contain_text("Пришлите")


def test_an_outsider_can_only_forge_a_press(visitor: Visitor, bot: Bot) -> None:
    bot.send(CHAT, "Карточка", keyboard=card_keyboard())
    visitor.take_moderator(OUTSIDER)

    visitor.see("chat-input").fill("Пустите")
    visitor.see("chat-send").click()
    expect(visitor.see("toasts-chat")).to_contain_text("не состоит в чате")

    visitor.button(visitor.message("chat", "Карточка"), "Опубликовать").click()
    press = bot.wait_for("message_event")
    assert press["user_id"] == OUTSIDER
    bot.answer(press, "Решают модераторы")
    expect(visitor.see("toasts-chat")).to_contain_text("Решают модераторы")


def test_commands_are_one_click(visitor: Visitor, bot: Bot) -> None:
    visitor.take_moderator(ANNA)
    visitor.see("command").get_by_text("/план").click()
    assert bot.wait_for("message_new")["message"]["text"] == "/план"


# -- the wall


def test_a_published_post_appears_with_its_photos_signature_and_number(visitor: Visitor, bot: Bot) -> None:
    visitor.take_author(IRINA)
    visitor.suggest("Новость о колодце", photos=2)
    suggested = bot.wait_for("wall_post_new")
    photos = ",".join(
        "photo{owner_id}_{id}_{access_key}".format(**item["photo"]) for item in suggested["attachments"]
    )

    published = bot.call(
        "wall.post",
        key="editor-key",
        owner_id=-1,
        post_id=suggested["id"],
        message="Новость о колодце",
        attachments=photos,
        signed=1,
        from_group=1,
    )
    post = visitor.see("wall-post")
    expect(post).to_have_count(1)
    expect(post).to_contain_text("Новость о колодце")
    expect(post).to_contain_text(f"wall-1_{published['post_id']}")
    expect(post.get_by_test_id("signature")).to_contain_text("Ирина Ангарская")
    expect(post.locator("time")).to_contain_text("мск")
    expect(post.get_by_test_id("photos")).to_have_attribute("data-count", "2")
    loaded = "images => images.every(image => image.complete && image.naturalWidth > 0)"
    visitor.page.wait_for_function(f"({loaded})([...document.querySelectorAll('#wall img')])")
    expect(visitor.see("own-suggestion")).to_have_count(0)


def test_a_link_to_a_post_leads_to_the_wall_and_not_outside(visitor: Visitor, sandbox: Sandbox, bot: Bot) -> None:
    post_id = do(sandbox, "post_by_hand", user_id=ANNA, text="Та самая запись")["post_id"]
    visitor.take_author(IRINA)
    bot.send(IRINA, f"Вышла: https://vk.com/wall-1_{post_id}.")

    anchor = visitor.message("dialog", "Вышла").get_by_role("link")
    expect(anchor).to_have_text(f"https://vk.com/wall-1_{post_id}")
    anchor.click()
    expect(visitor.page.locator(f"#post-{post_id}")).to_have_class("post flash")
    assert len(visitor.page.context.pages) == 1


def test_a_human_publishes_past_the_bot(visitor: Visitor, bot: Bot) -> None:
    visitor.take_author(IRINA)
    visitor.suggest("Опубликуют руками")
    visitor.see("queue").locator("summary").click()
    visitor.see("publish-by-hand").click()

    expect(visitor.see("wall-post")).to_contain_text("Опубликуют руками")
    expect(visitor.see("queue-item")).to_have_count(0)
    events = [bot.wait_for("wall_post_new"), bot.wait_for("wall_post_new")]
    assert [event["post_type"] for event in events] == ["suggest", "post"]


def test_a_human_deletes_a_post_only_after_a_second_press(visitor: Visitor, sandbox: Sandbox) -> None:
    do(sandbox, "post_by_hand", user_id=ANNA, text="Лишняя запись")
    button = visitor.see("wall-post").get_by_test_id("delete-by-hand")
    button.click()
    expect(button).to_have_text("Точно удалить?")
    button.click()
    expect(visitor.see("wall-post")).to_have_count(0)


# -- safety and calm


def test_markup_in_texts_is_shown_as_text(visitor: Visitor, bot: Bot) -> None:
    attack = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    visitor.take_author(IRINA)
    visitor.suggest(attack)
    bot.send(
        CHAT,
        f"{attack} [id{IRINA}|<b>Ирина</b>] [javascript:alert(1)|нажми]",
        keyboard={"inline": True, "buttons": [[callback("<i>да</i>")]]},
    )
    bot.send(IRINA, attack)

    message = visitor.message("chat", attack)
    expect(message.locator(".mention")).to_have_text("<b>Ирина</b>")
    expect(message.get_by_test_id("button")).to_have_text("<i>да</i>")
    expect(visitor.message("dialog", attack)).to_be_visible()
    expect(visitor.see("queue-item")).to_contain_text(attack)
    assert visitor.page.locator("main img, main script, main b b").count() == 0
    assert visitor.page.locator('a[href^="javascript"]').count() == 0
    assert visitor.page.title() == "Песочница ОКМО"


def test_links_open_safely_and_mentions_lead_to_people_of_the_sandbox(visitor: Visitor, bot: Bot) -> None:
    bot.send(CHAT, f"[id{IRINA}|Ирина Ангарская] пишет: https://example.org/a?b=1. #Иркутск")
    message = visitor.message("chat", "пишет")
    link = message.get_by_role("link", name="https://example.org/a?b=1", exact=True)
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")

    visitor.take_author(602)
    message.locator(".mention").click()
    expect(visitor.see(f"author-{IRINA}").locator("input")).to_be_checked()


def test_what_did_not_change_is_not_drawn_again(visitor: Visitor, bot: Bot) -> None:
    visitor.take_author(IRINA)
    visitor.suggest("Первая новость", photos=1)
    bot.send(CHAT, "Первая карточка", keyboard=card_keyboard())
    expect(visitor.message("chat", "Первая карточка")).to_be_visible()
    visitor.see("chat-input").fill("недописанное сло")
    visitor.page.evaluate(
        "for (const node of document.querySelectorAll('main article, main .face')) node.untouched = true"
    )

    bot.send(CHAT, "Вторая карточка")
    expect(visitor.message("chat", "Вторая карточка")).to_be_visible()
    expect(visitor.see("chat-input")).to_have_value("недописанное сло")
    expect(visitor.see("chat-input")).to_be_focused()
    drawn = "[...document.querySelectorAll('main article')].filter(node => !node.untouched).length"
    assert visitor.page.evaluate(drawn) == 1


def test_reading_old_messages_is_not_interrupted_by_new_ones(visitor: Visitor, bot: Bot) -> None:
    for number in range(12):
        bot.send(CHAT, f"Сообщение {number}\n" + "строка\n" * 4)
    expect(visitor.message("chat", "Сообщение 11")).to_be_in_viewport()
    visitor.page.wait_for_function(
        "() => { const list = document.querySelector('#chat-messages');"
        " if (list.heldAtEnd) list.scrollTop = 100; return !list.heldAtEnd; }"
    )
    fresh = visitor.page.locator('.fresh[data-for="chat-messages"]')

    bot.send(CHAT, "Свежее сообщение")
    expect(fresh).to_be_visible()
    assert visitor.page.evaluate("document.querySelector('#chat-messages').scrollTop") == 100

    fresh.click()
    expect(visitor.message("chat", "Свежее сообщение")).to_be_in_viewport()
    expect(fresh).to_be_hidden()


def test_a_fault_from_the_drawer_reaches_vk(visitor: Visitor, sandbox: Sandbox) -> None:
    visitor.see("trouble-open").click()
    visitor.see("trouble-error10").click()
    expect(visitor.see("trouble-log")).to_contain_text("ошибку 10")

    body = {"owner_id": -1, "message": "Проба", "from_group": 1, "access_token": "editor-key", "v": "5.199"}
    address = f"{sandbox.url.rstrip('/')}/method/wall.post"
    assert requests.post(address, data=body, timeout=10).json()["error"]["error_code"] == 10
    assert "response" in requests.post(address, data=body, timeout=10).json()


def test_every_trouble_button_is_understood_and_repaired(visitor: Visitor, bot: Bot) -> None:
    visitor.see("trouble-open").click()
    for name in ("cut", "lost", "captcha", "revoked", "hour", "repair"):
        before = visitor.see("trouble-log").text_content()
        visitor.see(f"trouble-{name}").click()
        expect(visitor.see("trouble-log")).not_to_have_text(before or "")
        expect(visitor.see("trouble-log")).not_to_contain_text("Не получилось")
    expect(visitor.see("trouble-log")).to_have_text("Сейчас всё исправно.")
    assert bot.call("wall.get", key="editor-key", owner_id=-1, filter="suggests")["count"] == 0


def test_a_stopped_sandbox_is_named_and_a_new_one_is_found(browser: Browser) -> None:
    first = Sandbox(port=0).start()
    guest = Visitor(browser, first.url).open()
    guest.see("suggest-text").fill("недописанная новость")

    first.stop()
    expect(guest.see("connection")).to_have_attribute("data-state", "off")
    expect(guest.see("connection")).to_contain_text("не отвечает")

    second = Sandbox(port=int(first.url.rpartition(":")[2])).start()
    expect(guest.see("connection")).to_have_attribute("data-state", "on")
    expect(guest.see("suggest-text")).to_have_value("недописанная новость")
    do(second, "post_by_hand", user_id=ANNA, text="Запись второй песочницы")
    expect(guest.see("wall-post")).to_contain_text("Запись второй песочницы")
    guest.close()
    second.stop()


# -- under a thumb


def test_a_phone_shows_one_column_and_tabs_with_dots(thumb: Visitor, sandbox: Sandbox, bot: Bot) -> None:
    expect(thumb.see("column-phone")).to_be_visible()
    expect(thumb.see("column-chat")).to_be_hidden()
    expect(thumb.see("column-wall")).to_be_hidden()
    expect(thumb.see("tab-chat").locator(".dot")).to_be_hidden()

    bot.send(CHAT, "Карточка", keyboard=card_keyboard())
    do(sandbox, "post_by_hand", user_id=ANNA, text="Запись")
    expect(thumb.see("tab-chat").locator(".dot")).to_be_visible()
    expect(thumb.see("tab-wall").locator(".dot")).to_be_visible()

    thumb.see("tab-chat").click()
    expect(thumb.message("chat", "Карточка")).to_be_in_viewport()
    expect(thumb.see("tab-chat").locator(".dot")).to_be_hidden()
    thumb.see("tab-wall").click()
    expect(thumb.see("wall-post")).to_be_visible()
    expect(thumb.see("tab-wall").locator(".dot")).to_be_hidden()


def test_a_phone_never_scrolls_sideways(thumb: Visitor, bot: Bot) -> None:
    bot.send(CHAT, "Слово" * 80 + " https://example.org/" + "a" * 300, keyboard=card_keyboard())
    for tab in ("phone", "chat", "wall"):
        thumb.see(f"tab-{tab}").click()
        assert thumb.page.evaluate("document.documentElement.scrollWidth") <= 390
    thumb.see("tab-chat").click()
    box = thumb.see("keyboard").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390


def test_letters_on_a_phone_have_their_own_page(thumb: Visitor, bot: Bot) -> None:
    thumb.take_author(IRINA)
    bot.send(IRINA, "Новость № 5 вышла")
    expect(thumb.see("pane-dialog").locator(".dot")).to_be_visible()

    thumb.see("pane-dialog").click()
    expect(thumb.message("dialog", "Новость № 5 вышла")).to_be_in_viewport()
    expect(thumb.see("pane-dialog").locator(".dot")).to_be_hidden()


# -- for everybody


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_can_be_read(browser: Browser, sandbox: Sandbox, bot: Bot, dark: bool) -> None:
    """Contrast of at least 4.5 between each visible text and what lies under it (WCAG AA)."""
    do(sandbox, "post_by_hand", user_id=ANNA, text="Запись #Иркутск https://example.org")
    do(sandbox, "suggest", user_id=IRINA, text="Новость", photos=1)
    bot.send(CHAT, f"[id{IRINA}|Ирина] и карточка", keyboard=card_keyboard())
    bot.send(IRINA, "Получили")
    guest = Visitor(browser, sandbox.url, dark=dark).open()
    expect(guest.message("chat", "карточка")).to_be_visible()
    guest.see("queue").locator("summary").click()
    guest.see("trouble-open").click()
    assert guest.page.evaluate(POOR_CONTRASTS) == []
    guest.close()


def test_everything_that_can_be_pressed_has_a_name(visitor: Visitor, bot: Bot) -> None:
    visitor.take_author(IRINA)
    visitor.suggest("Новость", photos=1)
    bot.send(CHAT, "Карточка", keyboard=card_keyboard())
    expect(visitor.message("chat", "Карточка")).to_be_visible()
    nameless = """[...document.querySelectorAll('button, a, input, textarea')].filter(node =>
        !(node.getAttribute('aria-label') || node.textContent.trim() || (node.labels && node.labels.length))
    ).map(node => node.outerHTML)"""
    assert visitor.page.evaluate(nameless) == []


POOR_CONTRASTS = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const colour = parse(style.backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    const seen = node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    if (!own || !seen || node.matches(":disabled")) continue;
    const under = ground(node);
    if (!under) continue;
    const [one, two] = [light(parse(getComputedStyle(node).color)), light(under)];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    const words = node.textContent.trim().slice(0, 30);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${node.className || node.tagName}: ${words}`);
  }
  return poor;
}"""
