"""What presses do: decisions by moderators in their chat, once, and nothing else from anywhere."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest

from editorial.lifecycle import Action, decide
from editorial.suggestion import Content, Status
from handlers import more
from handlers.context import Context
from handlers.payloads import Payload
from handlers.router import handle
from tests.builders import (
    ANNA,
    AUTHOR,
    BORIS,
    CHAT,
    DINA,
    GLEB,
    VERA,
    a_button_press,
    a_message,
    a_photo,
    a_press,
    suggested,
)
from tests.handlers.world import World, a_desk, a_plan

STRANGER = 900
FORMER = 901


def payload(action: str, number: int = 1, version: int = 1, arg: str | None = None) -> dict[str, Any]:
    import json

    packed: dict[str, Any] = json.loads(Payload(action, number, version, arg).pack())
    return packed


def test_queue_takes_the_next_free_slot_and_tells_everybody(world: World) -> None:
    world.happens(suggested(31))
    assert world.press(1, "В очередь") == "Выйдет сегодня в 11:30 мск"
    assert "В очереди: сегодня в 11:30 мск (Анна Смирнова)" in world.card(1).text
    assert list(world.card(1).buttons) == ["Опубликовать", "Выбрать время", "Правка", "Отменить решение", "Ещё"]
    assert "выйдет сегодня в 11:30 мск" in world.letters(AUTHOR)[-1]


def test_two_approvals_never_take_the_same_slot(world: World) -> None:
    world.happens(suggested(31, text="Первая"), suggested(32, text="Вторая"))
    assert world.press(1, "В очередь") == "Выйдет сегодня в 11:30 мск"
    assert world.press(2, "В очередь", by=BORIS) == "Выйдет сегодня в 13:30 мск"


def test_a_plan_without_slots_is_said_so(make_world: Any) -> None:
    world = make_world(a_desk(plan=a_plan(slots=())))
    world.happens(suggested(31))
    assert world.press(1, "В очередь") == "Свободных слотов нет. Ответьте на карточку временем: завтра 14:30"
    assert world.press(1, "Выбрать время") == "Выберите день"
    assert "Свободных слотов нет. Ответьте на карточку" in world.card(1).text
    assert world.replies(1, "завтра 14:30") == ["№ 1 выйдет завтра в 14:30 мск"]


def test_publish_ignores_slots_gaps_and_quiet_hours(world: World) -> None:
    world.later(hours=14)  # midnight in Moscow
    world.happens(suggested(31))
    assert world.press(1, "Опубликовать") == "Публикуется"
    assert world.wall() == [1]


def test_undo_gives_the_slot_back(world: World) -> None:
    world.happens(suggested(31), suggested(32))
    world.press(1, "В очередь")
    assert world.press(1, "Отменить решение") == "Решение отменено, новость снова ждёт"
    assert world.publication(1) is None
    assert world.press(2, "В очередь") == "Выйдет сегодня в 11:30 мск"


def test_reject_with_a_reason(world: World) -> None:
    world.happens(suggested(31))
    assert world.press(1, "Отклонить", "Реклама") == "Отклонено: реклама"
    assert "Отклонено: реклама (Анна Смирнова, 10:00 мск)" in world.card(1).text
    assert list(world.card(1).buttons) == ["Отменить решение"]
    assert world.letters(AUTHOR)[-1].startswith("Новость № 1 не опубликуем: рекламу")


def test_reject_in_own_words_is_the_next_reply_to_the_card(world: World) -> None:
    world.happens(suggested(31))
    assert world.press(1, "Отклонить", "Своими словами") == "Ответьте на карточку своими словами"
    assert "Анна Смирнова, ответьте на карточку словами для автора" in world.card(1).text
    assert world.replies(1, "Уже писали об этом в понедельник") == []
    assert "Отклонено: Уже писали об этом в понедельник" in world.card(1).text
    assert "решили не публиковать: Уже писали об этом в понедельник." in world.letters(AUTHOR)[-1]
    assert "Анна" not in world.letters(AUTHOR)[-1]


def test_only_the_asked_moderator_answers_the_prompt(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "Отклонить", "Своими словами")
    assert world.replies(1, "а мне нравится", by=BORIS) == []
    assert world.suggestion(1).status is Status.PENDING


def test_return_and_the_author_repairs_it(world: World) -> None:
    from handlers import reconcile

    world.happens(suggested(31, text="Коротко"))
    assert world.press(1, "Вернуть", "Когда и где") == "Возвращено: когда и где"
    with world.unit() as context:
        reconcile.compare(context, [suggested(31, text="Коротко, в Братске 3 июня")])
    world.deliver()
    assert world.suggestion(1).status is Status.PENDING
    assert "Снова ждёт решения: автор изменил запись" in world.card(1).text
    assert "+ «, в Братске 3 июня»" in world.card(1).text


def test_edit_replaces_the_text_and_shows_the_difference(world: World) -> None:
    world.happens(suggested(31, text="Открыли новую библиотеку"))
    assert world.press(1, "Правка") == "Ответьте на карточку новым текстом"
    world.replies(1, "Открыли модельную библиотеку")
    assert world.suggestion(1).text == "Открыли модельную библиотеку"
    assert "Правка редакции:\n− «новую» → + «модельную»" in world.card(1).text


def test_pictures_in_the_reply_to_an_edit_are_not_dropped_without_a_word(world: World) -> None:
    world.happens(suggested(31, attachments=(a_photo(31),)))
    world.press(1, "Правка")
    reply = a_message("Новый текст", by=ANNA, where=CHAT, reply_to=world.card(1).cmid)
    world.happens(replace(reply, attachments=(a_photo(99),)))
    assert world.suggestion(1).text == "Новый текст"
    assert [one.media_id for one in world.suggestion(1).attachments] == [31]
    assert any(text.text.startswith("№ 1: взяли только текст") for text in world.chat())


def test_an_edit_of_what_changed_meanwhile_is_refused_aloud(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "Правка")
    card = world.card(1)
    world.happens(a_button_press(payload("queue"), by=BORIS))
    [said] = world.says("Новый текст", by=ANNA, where=CHAT, reply_to=card.cmid)
    assert "уже решено в 10:00 мск, в очередь (Борис Котов)" in said
    assert world.suggestion(1).edited_text is None


def test_back_closes_a_menu(world: World) -> None:
    world.happens(suggested(31))
    main = list(world.card(1).buttons)
    world.press(1, "Отклонить", "Назад")
    assert list(world.card(1).buttons) == main
    world.press(1, "Выбрать время", "Завтра", "Назад", "Назад")
    assert list(world.card(1).buttons) == main


def test_a_slot_chosen_from_the_menu(world: World) -> None:
    world.happens(suggested(31))
    world.press(1, "Выбрать время", "Завтра")
    assert list(world.card(1).buttons) == ["9:30", "11:30", "13:30", "16:00", "18:30", "Назад"]
    assert world.press(1, "16:00") == "Выйдет завтра в 16:00 мск"


def test_t03_fifty_presses_by_five_moderators_are_one_decision(world: World) -> None:
    world.happens(suggested(31))
    presses = [
        ("queue", None),
        ("publish", None),
        ("reject", "advertising"),
        ("return", "photo"),
        ("reject", "stale"),
    ]
    people = (ANNA, BORIS, VERA, GLEB, DINA)
    start = threading.Barrier(50)
    shown: list[str] = []

    def one(by: int, action: str, arg: str | None) -> None:
        event = a_button_press(payload(action, arg=arg), by=by)
        start.wait()
        with world.storage.begin("press") as unit:
            snackbar = handle(event, Context(unit, world.now, world.desk))
        assert snackbar is not None
        shown.append(snackbar.text)

    rights = [(by, *press) for by, press in zip(cycle(people), presses * 10, strict=False)]
    # A moderator may not publish at once; that press of Boris is another one.
    threads = [
        threading.Thread(target=one, args=(by, "queue" if by == BORIS and action == "publish" else action, arg))
        for by, action, arg in rights
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    refused = [text for text in shown if "уже решено в 10:00 мск" in text]
    assert len(shown) == 50
    assert len(refused) == 49
    decisions = [action for action in world.journal(1) if action in ("queue", "publish", "reject", "return")]
    assert len(decisions) == 1
    assert world.suggestion(1).version == 2


def test_the_loser_is_told_who_was_faster(world: World) -> None:
    world.happens(suggested(31))
    card = world.card(1)
    old = card.buttons["В очередь"]
    world.press(1, "Отклонить", "Дубль")
    [shown] = world.happens(a_button_press(old, by=BORIS))
    assert shown.text == "№ 1: уже решено в 10:00 мск, отклонить (Анна Смирнова)"


# ------------------------------------------------------------------------------------------------ T-23


PRESSES = [
    ("publish", None),
    ("queue", None),
    ("pick", "2026-11-26T09:30:00+00:00"),
    ("edit", None),
    ("return", "photo"),
    ("return", "own"),
    ("reject", "stale"),
    ("reject", "own"),
    ("undo", None),
    ("out", None),
    ("repeat", None),
    ("menu", "days"),
    ("menu", "slots:2026-11-26"),
    ("menu", "reject"),
    ("menu", "return"),
]


def in_state(world: World, status: Status) -> None:
    """Suggestion 1 stands there."""
    world.happens(suggested(31))
    known = world.suggestion(1)
    moved = _moved(known, status, world)
    with world.unit() as context:
        if status is not Status.PENDING:
            assert context.unit.suggestions.save(moved, seen_version=known.version)


def _moved(known: Any, status: Status, world: World) -> Any:
    from dataclasses import replace

    fields: dict[str, Any] = {"status": status}
    if status in (Status.SCHEDULED, Status.PUBLISHING):
        fields["due_at"] = world.now
    if status is Status.PUBLISHED:
        fields |= {"published_at": world.now, "published_post_id": 77}
    if status is Status.MERGED:
        fields["merged_into"] = _another(world)
    return replace(known, **fields)


def _another(world: World) -> int:
    """News that the suggestion goes out together with."""
    from storage.suggestions import NewSuggestion

    with world.unit() as context:
        new = NewSuggestion(context.desk.owner_id, 4000, 609, Content("Другая новость"), world.now)
        added = context.unit.suggestions.add(new, world.now)
    assert added is not None
    return added.number


def everything(world: World) -> tuple[Any, ...]:
    """All that a press may change, the journal of refusals left out."""
    with world.look() as context:
        entries = [entry.action for entry in context.unit.journal.latest(1000) if entry.action != "refused"]
        card = context.unit.cards.get(1)
        rows = context.unit.outbox.for_suggestion(1)
        asked = context.unit.prompts.get(CHAT, STRANGER), context.unit.prompts.get(STRANGER, STRANGER)
        return (
            context.unit.suggestions.get(1),
            entries,
            card.view if card else None,
            [row.kind for row in rows if row.kind != "card"],
            asked,
        )


@pytest.mark.parametrize("status", list(Status))
def test_t23_nobody_decides_without_a_role_or_outside_the_chat(world: World, status: Status) -> None:
    """Role × action × state × way of arrival: a stranger's press, one in a dialog, one in another chat."""
    with world.unit() as context:
        context.unit.staff.set(FORMER, "editor", world.now)
        context.unit.staff.set(FORMER, None, world.now)
    in_state(world, status)
    before = everything(world)
    ways = [
        (STRANGER, CHAT),
        (STRANGER, STRANGER),
        (STRANGER, 2_000_000_007),
        (FORMER, CHAT),
        (AUTHOR, CHAT),
        (AUTHOR, AUTHOR),
        (ANNA, ANNA),
        (ANNA, 2_000_000_007),
        (-1, CHAT),
        (0, CHAT),
    ]
    tried = 0
    for action, arg in PRESSES:
        for who, where in ways:
            for version in (1, 2, 9999):
                [shown] = world.happens(a_button_press(payload(action, 1, version, arg), by=who, where=where))
                assert shown.text in (
                    "Решают только руководители сообщества",
                    "Решения принимают только в чате модераторов",
                )
                tried += 1
    assert everything(world) == before
    assert len(world.refusals()) == tried


@pytest.mark.parametrize("status", list(Status))
def test_t23_a_press_does_exactly_what_the_state_machine_says(make_world: Any, status: Status) -> None:
    from editorial.errors import DeskError
    from editorial.roles import role_of

    words = {"moderator": BORIS, "editor": ANNA, "creator": DINA}
    for word, who in words.items():
        for action, arg in PRESSES:
            if action in ("menu", "pick", "edit") or arg == "own":
                continue
            world = make_world()
            in_state(world, status)
            known = world.suggestion(1)
            try:
                wanted = decide(
                    known,
                    a_press(Action(action), by=who, role=role_of(word), due_at=world.now, reason=arg),
                    world.now,
                )
                expected = wanted.status
            except DeskError:
                expected = known.status
            world.happens(a_button_press(payload(action, 1, 1, arg), by=who))
            assert world.suggestion(1).status is expected, (word, action)


#: Buttons that decide nothing, and still are not for everybody.
BESIDE = [
    ("menu", "main"), ("menu", "more:0"), ("next", None), ("found", "0"), ("sure", "1"), ("uncover", None), ("community", None),
    ("photos", "off"), ("removal", "yes"), ("author_line", "601"), *((entry.word, None) for entry in more.ENTRIES),
]  # fmt: skip


def test_t23_no_other_button_is_a_strangers_either(world: World) -> None:
    for number in range(12):  # some of the cards are kept back in a burst
        world.happens(suggested(31 + number, text=f"Новость {number}"))
    before = everything(world), len(world.chat())
    for word, arg in BESIDE:
        for who, where in ((STRANGER, CHAT), (ANNA, ANNA)):
            [shown] = world.happens(a_button_press(payload(word, 1, 1, arg), by=who, where=where))
            assert shown.text in (
                "Решают только руководители сообщества",
                "Решения принимают только в чате модераторов",
            ), word
    assert (everything(world), len(world.chat())) == before
    assert len(world.refusals()) == 2 * len(BESIDE)


@pytest.mark.parametrize(
    "forged",
    [
        None,
        {},
        {"v": 1},
        {"v": 2, "a": "publish", "n": 1, "r": 1},
        {"v": True, "a": "publish", "n": 1, "r": 1},
        {"v": 1, "a": "publish", "n": "1", "r": 1},
        {"v": 1, "a": "publish", "n": 1},
        {"v": 1, "a": "publish", "n": -1, "r": 1},
        {"v": 1, "a": "publish", "n": 10**30, "r": 1},
        {"v": 1, "a": "publish", "n": 4040, "r": 1},
        {"v": 1, "a": "assemble", "n": 1, "r": 1},
        {"v": 1, "a": "start", "n": 1, "r": 1},
        {"v": 1, "a": "prove", "n": 1, "r": 1},
        {"v": 1, "a": "reject", "n": 1, "r": 1},
        {"v": 1, "a": "reject", "n": 1, "r": 1, "x": "photo"},
        {"v": 1, "a": "return", "n": 1, "r": 1, "x": ["photo"]},
        {"v": 1, "a": "pick", "n": 1, "r": 1, "x": "завтра"},
        {"v": 1, "a": "pick", "n": 1, "r": 1, "x": "2026-11-26T09:30:00"},
        {"v": 1, "a": "pick", "n": 1, "r": 1, "x": "9999-12-31T23:59:59-14:00"},
        {"v": 1, "a": "pick", "n": 1, "r": 1, "x": "0001-01-01T00:00:00+14:00"},
        {"v": 1, "a": "menu", "n": 1, "r": 1, "x": "slots:31.02"},
        {"v": 1, "a": "menu", "n": 1, "r": 1, "x": "admin"},
        {"command": "start"},
    ],
)
def test_t23_a_forged_payload_is_refused_even_from_an_editor(world: World, forged: dict[str, Any] | None) -> None:
    world.happens(suggested(31))
    before = everything(world)
    [shown] = world.happens(a_button_press(forged))
    assert shown.text == "Кнопка не от этого бота или устарела"
    assert everything(world) == before
    assert world.refusals()[-1]["why"] == "PayloadForeign"


def test_t23_a_moderator_may_not_publish_at_once(world: World) -> None:
    world.happens(suggested(31))
    assert world.press(1, "Опубликовать", by=BORIS) == "Для этого нужна роль редактора или выше"
    assert world.suggestion(1).status is Status.PENDING


def test_t23_a_demoted_editor_loses_the_right_at_once(world: World) -> None:
    from handlers.events import OfficersChanged

    world.happens(suggested(31), OfficersChanged(ANNA, 2, 0))
    assert world.press(1, "В очередь") == "Решают только руководители сообщества"


def test_t23_a_stranger_in_the_moderators_chat_cannot_answer_a_card(world: World) -> None:
    world.happens(suggested(31))
    assert world.replies(1, "завтра 14:30", by=STRANGER) == []
    assert world.suggestion(1).status is Status.PENDING


def test_an_old_card_answers_with_how_things_are(world: World) -> None:
    world.happens(suggested(31))
    old = world.card(1).buttons["В очередь"]
    world.press(1, "Правка")
    world.replies(1, "Новый текст")
    [shown] = world.happens(a_button_press(old))
    assert shown.text == "№ 1 изменилась, карточка обновится. Решайте по новой"
