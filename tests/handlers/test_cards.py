"""Cards as a moderator sees them: every state and menu within VK's limits, nobody pinged, nothing hidden."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from editorial.lifecycle import Action, actions_for
from editorial.post import utf16_length
from editorial.roles import Role
from editorial.suggestion import Attachment, Author, Content, Decision, Status, Suggestion
from handlers import card_facts, card_status, cards, keyboards, names, texts
from handlers.keyboards import Button
from handlers.payloads import Payload, unpack
from tests.builders import ANNA, AUTHOR, NOW, a_link, a_photo, a_suggestion
from tests.handlers.world import a_desk

OUT = "https://vk.com/wall-1_77"
MENUS: list[dict[str, Any]] = [
    {},
    {"asked": True},
    {"menu": "reject"},
    {"menu": "return"},
    {"menu": "days", "days": [f"2026-11-{day}" for day in (25, 26, 27, 28, 29, 30)]},
    {"menu": "days", "days": []},
    {
        "menu": "slots",
        "day": "2026-11-26",
        "slots": [(NOW + timedelta(days=1, minutes=place)).isoformat() for place in range(9)],
    },
    {"menu": "words", "what": "edit", "by": ANNA},
    {"menu": "words", "what": "return", "by": ANNA},
    {"menu": "words", "what": "reject", "by": ANNA},
    {"menu": "more"},
    {"menu": "more", "page": 1},
    {"menu": "more", "page": 7},
]
BEHIND_MORE = [(f"word{place}", f"Действие {place}") for place in range(1, 24)]


def facts(**more: Any) -> card_facts.Facts:
    return card_facts.Facts(NOW, a_desk(), deciders={ANNA: "Анна Смирнова"}, **more)


def in_state(status: Status, **more: Any) -> Suggestion:
    fields: dict[str, Any] = {"status": status, "version": 7}
    if status is not Status.PENDING:
        fields["decision"] = Decision(ANNA, NOW, "reject", "own", "не наш формат")
    if status in (Status.SCHEDULED, Status.PUBLISHING):
        fields["due_at"] = NOW + timedelta(hours=2)
    if status is Status.PUBLISHED:
        fields |= {"published_at": NOW, "published_post_id": 77}
    return a_suggestion(**{**fields, **more})


@pytest.mark.parametrize("view", MENUS, ids=lambda view: view.get("menu", "main"))
@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("uncertain", [False, True])
def test_every_state_and_menu_keeps_vks_limits(status: Status, view: dict[str, Any], uncertain: bool) -> None:
    more = facts(view=view, uncertain=uncertain, asked=bool(view.get("asked")), more=BEHIND_MORE)
    card = cards.card(in_state(status), more)
    assert utf16_length(card.text) <= cards.LONGEST_MESSAGE
    if card.keyboard is None:
        return
    rows = card.keyboard["buttons"]
    assert 1 <= len(rows) <= 6
    assert all(1 <= len(row) <= 5 for row in rows)
    assert sum(map(len, rows)) <= 10
    for row in rows:
        for button in row:
            assert 1 <= len(button["action"]["label"]) <= 40
            payload = unpack(json.loads(button["action"]["payload"]))
            assert (payload.number, payload.version) == (214, 7)
            assert len(button["action"]["payload"]) <= 255


@pytest.mark.parametrize("status", list(Status))
def test_the_buttons_are_what_the_state_machine_allows(status: Status) -> None:
    asked = status is Status.PUBLISHING
    card = cards.card(in_state(status), facts(uncertain=asked, asked=asked))
    labels = [button["action"]["label"] for row in (card.keyboard or {"buttons": []})["buttons"] for button in row]
    allowed = actions_for(in_state(status), Role.EDITOR, uncertain=asked)
    elsewhere = {Action.MERGE}  # pressed on the card of the news it is merged into
    assert sorted(labels) == sorted(texts.BUTTONS[action] for action in set(allowed) - elsewhere)


def test_labels_are_those_of_the_contract() -> None:
    assert [texts.BUTTONS[action] for action in (Action.PUBLISH, Action.QUEUE, Action.PICK, Action.EDIT)] == [
        "Опубликовать",
        "В очередь",
        "Выбрать время",
        "Правка",
    ]
    assert [texts.BUTTONS[action] for action in (Action.RETURN, Action.REJECT, Action.UNDO)] == [
        "Вернуть",
        "Отклонить",
        "Отменить решение",
    ]


@pytest.mark.parametrize(
    ("suggestion", "more", "line"),
    [
        (in_state(Status.PENDING), {}, "Ждёт решения"),
        (in_state(Status.SCHEDULED), {}, "В очереди: сегодня в 12:00 мск (Анна Смирнова)"),
        (in_state(Status.SCHEDULED), {"paused": True}, "В очереди: сегодня в 12:00 мск (Анна Смирнова), на паузе"),
        (in_state(Status.SCHEDULED, urgent=True), {}, "Публикуется сейчас (Анна Смирнова)"),
        (in_state(Status.PUBLISHING), {}, "Публикуется"),
        (in_state(Status.PUBLISHING), {"uncertain": True}, texts.FINDING_OUT),
        (in_state(Status.PUBLISHING), {"uncertain": True, "asked": True}, texts.ASKED_OUT),
        (in_state(Status.PUBLISHED, proof="checked"), {}, f"Вышло: {OUT} · проверено"),
        (in_state(Status.PUBLISHED, trouble="missing:text"), {}, f"Вышло: {OUT} · проверьте: текст отличается"),
        (in_state(Status.PUBLISHED, published_post_id=None, proof="by_hand"), {}, "Вышло · опубликовано вручную"),
        (in_state(Status.REJECTED), {}, "Отклонено: не наш формат (Анна Смирнова, 10:00 мск)"),
        (in_state(Status.RETURNED), {}, "Возвращено: не наш формат (Анна Смирнова, 10:00 мск)"),
        (in_state(Status.WITHDRAWN), {}, "Отозвано автором"),
        (in_state(Status.EXPIRED), {}, "Устарела"),
        (in_state(Status.FAILED, trouble="content_blocked"), {}, "Не вышло: ВКонтакте заблокировал содержание записи"),
    ],
)  # fmt: skip
def test_the_status_line_is_the_fact(suggestion: Suggestion, more: dict[str, Any], line: str) -> None:
    assert card_status.status_line(suggestion, facts(**more)).split("\n")[0] == line


def test_a_strangers_text_pings_nobody() -> None:
    text = "[id1|Павел] *id2 (Ира) @all @online &#64;here [club1|x]"
    card = cards.card(a_suggestion(text=text, author=None), facts())
    for ping in ("[id1|", "*id2", "@all", "@online", "&#64;", "[club1|"):
        assert ping not in card.text


def test_an_authors_name_cannot_break_the_link() -> None:
    author = Author(AUTHOR, "]Мария| [club1|")
    assert cards.card(a_suggestion(author=None), facts()).text.startswith("№ 214 · автор неизвестен")
    assert names.link_to(AUTHOR, author) == f"[id{AUTHOR}|Мария club1]"


def test_a_name_that_is_not_known_yet_is_a_number() -> None:
    assert names.link_to(601, Author(601)) == "[id601|id601]"
    assert names.link_to(-7, Author(-7, "Совет")) == "[club7|Совет]"


def test_what_cannot_be_shown_is_listed_with_a_link() -> None:
    attachments = (
        *(a_photo(place) for place in range(11)),
        a_link(),
        Attachment("unknown"),
        Attachment("album", -1, 5, title="День села"),
    )
    card = cards.card(a_suggestion(attachments=attachments), facts())
    assert len(card.attachments) == 10
    assert "+ фото: https://vk.com/wall-1_1214" in card.text
    assert "+ ссылка «Подробности»: https://okmo.invalid/new" in card.text
    assert "+ вложение: https://vk.com/wall-1_1214" in card.text
    assert "+ альбом «День села»: https://vk.com/wall-1_1214" in card.text


@pytest.mark.parametrize("length", [2500, 2600, 3000, 4096, 9000, 15_000])
def test_a_text_of_any_length_is_whole(length: int) -> None:
    text = ("слово 🙂 " * (length // 8 + 1))[:length].strip()
    card = cards.card(a_suggestion(text=text), facts())
    assert all(utf16_length(part) <= cards.LONGEST_MESSAGE for part in (*card.parts, card.text))
    told = "".join(part.split("\n", 1)[1] for part in card.parts) if card.parts else card.text
    assert "".join(text.split()) in "".join(told.split())


def test_a_huge_edit_and_many_attachments_still_fit() -> None:
    old, new = ("раз два три четыре " * 800)[:14_000], ("пять шесть семь восемь " * 700)[:14_000]
    links = tuple(a_link(f"https://okmo.invalid/{'x' * 200}{place}", "д" * 300) for place in range(10))
    card = cards.card(
        a_suggestion(text=new, previous=Content(old), trouble="author_edited", attachments=links), facts()
    )
    assert utf16_length(card.text) <= cards.LONGEST_MESSAGE


def test_the_digest_does_not_follow_the_age_but_everything_else() -> None:
    now = cards.card(a_suggestion(), facts())
    later = cards.card(a_suggestion(), card_facts.Facts(NOW + timedelta(hours=5), a_desk()))
    assert now.text != later.text
    assert now.digest == later.digest
    changed = [
        cards.card(a_suggestion(text="Другое"), facts()),
        cards.card(a_suggestion(version=2), facts()),
        cards.card(a_suggestion(attachments=[a_photo()]), facts()),
        cards.card(a_suggestion(), facts(view={"menu": "reject"})),
    ]
    assert len({card.digest for card in (now, *changed)}) == 5


def test_nothing_to_read_is_said_so() -> None:
    assert texts.NO_TEXT in cards.card(a_suggestion(text="  \n"), facts()).text


# ------------------------------------------------------------------------------------------------- keyboards


def button(label: str = "Да", **more: Any) -> Button:
    return Button(label, Payload("queue", 1, 1), **more)


@pytest.mark.parametrize(
    "rows",
    [
        [[button()] * 6],
        [[button()]] * 7,
        [[button()] * 5, [button()] * 5, [button()]],
        [[button("х" * 41)]],
        [[button("  ")]],
        [[button(colour="default")]],
        [[Button("Да", Payload("pick", 1, 1, "х" * 300))]],
    ],
)
def test_a_keyboard_vk_would_refuse_is_refused_here(rows: list[list[Button]]) -> None:
    with pytest.raises(ValueError, match=r"VK|label|row|buttons|payload"):
        keyboards.inline(rows)


def test_what_vk_just_takes_is_built() -> None:
    """VK's limits themselves: a label of 40 signs, 10 buttons in 6 rows of at most 5, a payload of 255."""
    rows = [[button("х" * 40)], [button()] * 5, [button()], [button()], [button()], [button()]]
    assert [len(row) for row in keyboards.inline(rows)["buttons"]] == [1, 5, 1, 1, 1, 1]
    room = 255 - len(Payload("pick", 1, 1, "").pack())
    assert len(Payload("pick", 1, 1, "х" * room).pack()) == 255
    with pytest.raises(ValueError, match="payload of 256"):
        Payload("pick", 1, 1, "х" * (room + 1)).pack()


def test_a_payload_is_a_json_string_that_comes_back() -> None:
    payload = Payload("reject", 214, 3, "own")
    assert payload.pack() == '{"v":1,"a":"reject","n":214,"r":3,"x":"own"}'
    assert unpack(json.loads(payload.pack())) == payload
