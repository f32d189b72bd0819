"""What the checks say on a card, and what follows: a second press, covered pictures, a plan that runs out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from editorial.lists import Change, Kept
from editorial.suggestion import Attachment, Status
from handlers import publication, texts
from handlers.payloads import Payload
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, a_button_press, a_photo, suggested
from tests.handlers.world import World

FINE = (
    "В Иркутской области староста собрал соседей и за лето вернул к жизни общественный колодец, поставил навес и "
    "лавку. Деньги дали жители, доски привёз совет. Теперь вода есть у каждого двора, а у колодца собираются по "
    "вечерам, чтобы обсудить дела села и договориться о следующем субботнике."
)
CAMPAIGN = FINE + " Поддержите нашего кандидата в депутаты на выборах."
DRONE = "Над районом сбили беспилотник, глава округа на месте. " + FINE
BIG = Attachment("photo", AUTHOR, 31, "abc", "https://img.invalid/31.jpg", width=1600, height=1200)


def taken(world: World, text: str, *, photos: tuple[Attachment, ...] = (BIG,), number: int = 1) -> None:
    world.happens(suggested(30 + number, text=text, attachments=photos, at=world.now))


def lines(world: World, number: int = 1) -> list[str]:
    return [line for line in world.card(number).text.split("\n") if line.startswith(("🔴", "⚠"))]


# ------------------------------------------------------------------------------------------------- on the card


def test_a_fine_text_has_no_line_of_warnings(world: World) -> None:
    taken(world, FINE)
    assert lines(world) == []


def test_red_warnings_have_a_line_each_and_the_yellow_ones_share_one(world: World) -> None:
    taken(world, CAMPAIGN + " Звоните 8 900 123 45 67", photos=())
    red, yellow = lines(world)
    assert red == "🔴 агитация: «кандидата в депутаты»"
    assert yellow == "⚠ частный контакт: …45-67 · нет фото"


def test_the_text_on_the_card_is_tidy_and_the_original_is_kept(world: World) -> None:
    taken(world, f"<p>{FINE}</p><p>@all приходите</p>")
    card = world.card(1).text
    assert "<p>" not in card
    assert "@" not in card.replace("упоминания: @", "")
    assert "почистили: разметку" in card
    assert texts.DIFFERENCE_DESK not in card
    assert world.suggestion(1).content.text.startswith("<p>")


def test_warnings_are_gone_once_somebody_corrected_the_text(world: World) -> None:
    taken(world, CAMPAIGN)
    world.press(1, "Правка")
    world.replies(1, FINE)
    assert lines(world) == []


def test_a_change_of_the_lists_is_seen_by_the_next_card(world: World) -> None:
    taken(world, FINE)
    with world.unit() as context:
        context.unit.lists.set(Change(Kept.STOP_WORDS, "колодец", True), ANNA, world.now)
    world.says("/очередь 1", by=BORIS, where=CHAT)
    assert lines(world) == ["⚠ стоп-слово: «колодец»"]


def test_a_published_card_warns_of_nothing(world: World) -> None:
    taken(world, CAMPAIGN)
    world.press(1, "Отклонить", "Агитация")
    assert lines(world) == []


# --------------------------------------------------------------------------------------------- the second press


@pytest.mark.parametrize("label", ["Опубликовать", "В очередь"])
def test_a_red_warning_needs_two_presses(world: World, label: str) -> None:
    taken(world, CAMPAIGN)
    assert world.press(1, label) == texts.SURE_ASKED
    assert world.suggestion(1).status is Status.PENDING
    assert list(world.card(1).buttons) == ["Да, опубликовать", "Нет"]
    assert texts.SURE_QUESTION in world.card(1).text

    world.press(1, "Да, опубликовать", by=ANNA)
    assert world.suggestion(1).status is Status.SCHEDULED


def test_no_takes_it_back(world: World) -> None:
    taken(world, CAMPAIGN)
    world.press(1, "В очередь", "Нет")
    assert world.suggestion(1).status is Status.PENDING
    assert "В очередь" in world.card(1).buttons


def test_a_chosen_time_is_asked_about_too(world: World) -> None:
    taken(world, CAMPAIGN)
    day = next(label for label in _opened(world, "Выбрать время") if label != "Назад")
    slot = next(label for label in _opened(world, day) if label != "Назад")
    assert world.press(1, slot) == texts.SURE_ASKED
    world.press(1, "Да, опубликовать")
    assert world.suggestion(1).status is Status.SCHEDULED


def test_a_question_about_a_time_that_has_passed_leaves_the_card(world: World) -> None:
    taken(world, CAMPAIGN)
    day = next(label for label in _opened(world, "Выбрать время") if label != "Назад")
    slot = next(label for label in _opened(world, day) if label != "Назад")
    world.press(1, slot)
    world.later(days=3)
    assert world.press(1, "Да, опубликовать").startswith("Это время прошло. Ближайшее:")
    assert world.suggestion(1).status is Status.PENDING
    assert {"В очередь", "Выбрать время"} <= set(world.card(1).buttons)


def _opened(world: World, label: str) -> list[str]:
    world.press(1, label)
    return list(world.card(1).buttons)


def test_a_time_written_as_a_reply_is_asked_about_on_the_card(world: World) -> None:
    taken(world, CAMPAIGN)
    assert world.replies(1, "завтра 14:30") == [texts.sure_by_press(1)]
    assert world.suggestion(1).status is Status.PENDING
    world.press(1, "Да, опубликовать")
    due = world.suggestion(1).due_at
    assert due is not None
    assert due.astimezone(world.desk.zone).strftime("%H:%M") == "14:30"


def test_what_was_confirmed_stands_in_the_journal(world: World) -> None:
    taken(world, CAMPAIGN)
    world.press(1, "В очередь", "Да, опубликовать")
    with world.look() as context:
        [entry] = [one for one in context.unit.journal.of(1) if one.action == "queue"]
    assert entry.details["confirmed"] == ["election"]


def test_returning_and_rejecting_ask_nothing(world: World) -> None:
    taken(world, CAMPAIGN)
    world.press(1, "Вернуть", "Стиль")
    assert world.suggestion(1).status is Status.RETURNED


def sure(world: World, mark: str, version: int | None = None) -> str:
    """Somebody forges the second press."""
    told = Payload("sure", 1, world.suggestion(1).version if version is None else version, mark)
    payload: dict[str, Any] = {"v": 1, "a": told.action, "n": 1, "r": told.version, "x": mark}
    [shown] = world.happens(a_button_press(payload, by=ANNA))
    return shown.text


def test_a_forged_second_press_is_refused(world: World) -> None:
    """Nobody has asked, or something else was asked, or the question is closed, or the text changed meanwhile."""
    taken(world, CAMPAIGN)
    assert sure(world, "queue:") == "Кнопка не от этого бота или устарела"
    world.press(1, "В очередь")
    assert sure(world, "publish:") == "Кнопка не от этого бота или устарела"
    old = world.suggestion(1).version
    world.press(1, "Нет")
    assert sure(world, "queue:") == "Кнопка не от этого бота или устарела"
    world.press(1, "Правка")
    world.replies(1, CAMPAIGN + " Да.")
    assert "изменилась" in sure(world, "queue:", old)
    assert world.suggestion(1).status is Status.PENDING
    assert [refusal["why"] for refusal in world.refusals()] == ["CardOutdated"] + ["PayloadForeign"] * 3


def test_a_fine_text_is_published_with_one_press(world: World) -> None:
    taken(world, FINE)
    world.press(1, "Опубликовать")
    assert world.suggestion(1).status is Status.SCHEDULED


# ------------------------------------------------------------------------------------------- covered pictures


def test_pictures_of_an_attack_stay_covered_until_somebody_asks_for_them(world: World) -> None:
    taken(world, DRONE, photos=(BIG, a_photo(32)))
    taken(world, DRONE, photos=(BIG,), number=2)
    assert world.card(1).attachments == ()
    assert "2 вложения скрыто" in world.card(1).text or "2 вложения скрыты" in world.card(1).text

    world.press(1, "Показать вложения", by=BORIS)
    assert len(world.card(1).attachments) == 2
    assert "Показать вложения" not in world.card(1).buttons
    assert world.card(2).attachments == ()
    assert "uncovered" in world.journal(1)

    world.press(1, "Вернуть", "Назад")
    assert len(world.card(1).attachments) == 2, "a menu does not cover them again"


def test_other_pictures_are_shown_at_once(world: World) -> None:
    taken(world, FINE)
    assert len(world.card(1).attachments) == 1


# --------------------------------------------------------------------------------------- days, deadlines, slots


def test_a_planned_text_whose_tomorrow_passed_is_told_to_the_moderator(world: World) -> None:
    world.now = datetime(2026, 11, 27, 15, 45, tzinfo=UTC)  # Friday 23:45 in Irkutsk: the next slot is another day
    taken(world, "Завтра выборы старосты. " + FINE)
    assert world.press(1, "В очередь").endswith("В тексте «завтра»")
    assert "«завтра» устареет" in lines(world)[0]


def test_a_plan_that_moves_to_another_day_tells_the_chat(world: World) -> None:
    taken(world, "Сегодня выбрали старосту. " + FINE)
    world.press(1, "В очередь")
    assert lines(world) == []
    with world.unit() as context:
        before = context.unit.suggestions.get(1)
        assert before is not None
        assert before.due_at is not None
        publication.move(context, before, before.due_at + timedelta(days=1))
    world.deliver()
    assert texts.untrue_note(1, "сегодня") in [message.text for message in world.chat()]


CALL = FINE + " Заявки принимаются до 25 ноября."


def test_a_post_runs_out_at_the_deadline_in_its_text(world: World) -> None:
    taken(world, CALL)
    world.press(1, "В очередь")
    assert world.suggestion(1).expires_at == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)  # midnight in Irkutsk
    with world.unit() as context:
        publication.pause(context, ANNA)
    world.later(hours=8)
    with world.look() as context:
        assert not publication.is_over(context)
    world.later(hours=2)
    with world.unit() as context:
        assert publication.is_over(context)
        assert publication.expire_what_is_over(context) == 1
        assert not publication.is_over(context)
    world.later(hours=24)
    world.deliver()

    assert world.suggestion(1).status is Status.EXPIRED
    assert world.publication(1) is None
    assert texts.expired(1) in world.letters(AUTHOR)
    assert texts.expired_note(1) in [message.text for message in world.chat()]
    assert "Устарела" in world.card(1).text


def test_a_late_courier_does_not_publish_what_has_run_out(world: World) -> None:
    taken(world, CALL)
    world.press(1, "В очередь")
    world.later(hours=10)
    assert world.wall() == []
    assert world.suggestion(1).status is Status.EXPIRED


def test_a_plan_repaired_beyond_the_deadline_takes_the_post_out(world: World) -> None:
    taken(world, CALL)
    world.press(1, "В очередь")
    with world.unit() as context:
        before = context.unit.suggestions.get(1)
        assert before is not None
        publication.move(context, before, world.now + timedelta(days=1))
    assert world.suggestion(1).status is Status.EXPIRED


def test_a_slot_behind_the_deadline_asks_and_then_holds(world: World) -> None:
    world.now = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)  # 18:30 in Moscow: the next slot is tomorrow
    taken(world, CALL)
    assert world.press(1, "В очередь") == texts.SURE_ASKED
    world.press(1, "Да, опубликовать")
    assert world.suggestion(1).status is Status.SCHEDULED
    assert world.suggestion(1).expires_at is None
    assert "выйдет после срока: 25.11" in "\n".join(lines(world))


def test_an_edit_sets_the_deadline_anew_and_an_undo_forgets_it(world: World) -> None:
    taken(world, CALL)
    world.press(1, "В очередь")
    world.press(1, "Правка")
    world.replies(1, FINE + " Заявки принимаются до 26 ноября.")
    assert world.suggestion(1).expires_at == datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
    world.press(1, "Отменить решение")
    assert world.suggestion(1).expires_at is None


# ------------------------------------------------------------------------------------------------------ region


def head(world: World, number: int = 1) -> str:
    return world.card(number).text.split("\n")[0]


def test_a_region_in_the_text_is_offered_and_confirmed_by_a_press(world: World) -> None:
    taken(world, FINE)
    assert "похоже, Иркутская обл." in head(world)
    assert world.suggestion(1).region is None

    world.press(1, "Ещё", "Регион", "Иркутская обл.")
    assert world.suggestion(1).region == "RU-IRK"
    assert "похоже" not in head(world)
    assert "region" in world.journal(1)


def test_another_region_is_chosen_by_district(world: World) -> None:
    taken(world, FINE)
    world.press(1, "Ещё", "Регион", "Другой регион", "ЦФО", "Дальше")
    assert world.suggestion(1).region is None
    world.press(1, next(label for label in world.card(1).buttons if label not in ("Дальше", "Назад")))
    region = world.suggestion(1).region
    assert region is not None
    assert region != "RU-IRK"


def test_a_text_without_a_region_says_so(world: World) -> None:
    taken(world, "Староста собрал соседей. " * 20)
    assert texts.REGION_UNKNOWN in head(world)
    world.press(1, "Ещё", "Регион")
    assert {"ЦФО", "ДФО", "вне ФО"} <= world.card(1).buttons.keys()


def test_a_hashtag_is_taken_for_certain(world: World) -> None:
    taken(world, FINE + " #ТомскаяОбласть")
    assert world.suggestion(1).region == "RU-TOM"


def test_the_registry_comes_before_hashtag_and_text(world: World) -> None:
    with world.unit() as context:
        context.unit.authors.set_region(AUTHOR, "RU-TUL", world.now)
    taken(world, FINE + " #ТомскаяОбласть")
    assert world.suggestion(1).region == "RU-TUL"
    world.press(1, "Ещё")
    assert "Регион" not in world.card(1).buttons


@pytest.mark.parametrize("arg", ["is:RU-XX", "in:Нигде:0", "чушь", "in:"])
def test_a_forged_region_is_refused(world: World, arg: str) -> None:
    taken(world, FINE)
    [shown] = world.happens(a_button_press({"v": 1, "a": "region", "n": 1, "r": 1, "x": arg}))
    assert shown.text == "Кнопка не от этого бота или устарела"
