"""Several regions' pieces about one story become one post: put together on a card, credited, told, and taken apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from editorial.delivery import Refused, Sent, Uncertain
from editorial.post import compose
from editorial.suggestion import Content, Status, Suggestion
from handlers import joint, publication, reconcile, suggest
from storage.errors import Conflict
from storage.suggestions import Suggestions
from tests.builders import ANNA, AUTHOR, BORIS, CHAT, a_button_press, a_photo, on_the_wall, suggested
from tests.handlers.world import World, a_desk

IRKUTSK = "Старосты Приангарья прошли 10 000 шагов вокруг озера и собрали 40 мешков мусора. Всем вручили грамоты."
BURYATIA = "Старосты прошли 10 000 шагов вокруг озера и собрали 40 мешков мусора. В Улан-Удэ играл оркестр."
TULA = "В Туле открыли школу для старост, занятия идут по субботам."
CREDIT = "По сообщениям СМО Иркутской области и СМО Бурятии"
LINK = "https://vk.com/wall-1_77"
OTHER = 602


@pytest.fixture
def alike(world: World) -> World:
    """Two authors from two regions suggest the same story, 10:00 in Moscow."""
    return with_alike(world)


def with_alike(world: World) -> World:
    known_to_the_desk(world)
    world.happens(suggested(31, text=IRKUTSK, attachments=[a_photo(1)]))
    world.happens(suggested(32, text=BURYATIA, author=OTHER, attachments=[a_photo(2, OTHER), a_photo(3, OTHER)]))
    return world


def known_to_the_desk(world: World) -> None:
    """The two authors, their regions and organisations."""
    with world.unit() as context:
        for vk_id, region, name in ((AUTHOR, "RU-IRK", "СМО Иркутской области"), (OTHER, "RU-BU", "СМО Бурятии")):
            context.unit.authors.introduce(vk_id, world.now, region=region, organisation=name)
            context.unit.authors.asked(vk_id, world.now)
            context.unit.authors.consent_asked(vk_id, world.now)
            context.unit.authors.confirm(vk_id, ANNA, world.now)


def merge(world: World, lead: int = 1, *pieces: str) -> str:
    for piece in pieces or ("№ 2 · Бурятия",):
        world.press(lead, "Ещё", "Объединить", piece) if "✓" not in str(world.card(lead).buttons) else world.press(
            lead, piece
        )
    return world.press(lead, "Как выйдет вместе", "Объединить")


@pytest.fixture
def merged(alike: World) -> World:
    """№ 2 goes out in the post of № 1, which waits for its decision."""
    merge(alike)
    return alike


def three(world: World) -> World:
    """And № 3 from Tula besides."""
    world.happens(suggested(33, text=TULA, author=603))
    world.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "№ 3", "Как выйдет вместе", "Объединить")
    return world


def states(world: World, *numbers: int) -> list[Status]:
    return [world.suggestion(number).status for number in numbers or (1, 2)]


def about_joint(world: World, vk_id: int, *words: str) -> list[str]:
    wanted = words or ("объединили", "одной записью", "отдельно")
    told = [letter for letter in world.letters(vk_id) if not letter.startswith("Получили")]  # not the live message
    return [letter for letter in told if any(word in letter for word in wanted)]


# ------------------------------------------------------------------------------------------------------- on the card


def test_two_marks_a_preview_and_one_post(alike: World) -> None:
    assert "Похоже на" in alike.card(2).text
    assert "Объединить" in alike.card(2).buttons  # where similar news is shown, at once
    alike.press(1, "Ещё", "Объединить")
    card = alike.card(1)
    assert "С какими новостями объединить?" in card.text
    assert "№ 2 · Бурятия · похоже на " in card.text
    assert "ждёт решения: «Старосты прошли 10 000 шагов" in card.text
    alike.press(1, "№ 2 · Бурятия")
    assert "✓ № 2 · Бурятия" in alike.card(1).buttons
    alike.press(1, "Как выйдет вместе")
    shown = alike.card(1)
    assert f"{IRKUTSK}\n\n{BURYATIA}\n\n{CREDIT}" in shown.text
    assert "Так выйдет общий пост (№ 1, № 2, вложений: 3). Объединить?" in shown.text
    assert len(shown.attachments) == 3
    assert states(alike) == [Status.PENDING, Status.PENDING]  # nothing is changed by looking
    assert "Объединили № 1, № 2" in alike.press(1, "Объединить")

    lead, piece = alike.suggestion(1), alike.suggestion(2)
    assert (lead.status, piece.status, piece.merged_into) == (Status.PENDING, Status.MERGED, 1)
    assert lead.text == f"{IRKUTSK}\n\n{BURYATIA}\n\n{CREDIT}"
    assert [one.media_id for one in lead.attachments] == [1, 2, 3]
    assert "Общий пост вместе с № 2 (Бурятия)" in alike.card(1).text
    assert "Похоже на" not in alike.card(1).text
    assert "Правка редакции" not in alike.card(1).text
    assert "Объединена с № 1 (Анна Смирнова), выйдет общим постом" in alike.card(2).text
    assert list(alike.card(2).buttons) == ["Отменить решение", "Ещё"]
    assert "В дайджест" not in alike.card(1).buttons
    assert alike.journal(1)[-1] == "join"
    assert alike.journal(2)[-1] == "merge"


def test_the_menu_takes_a_mark_back_and_leads_back(alike: World) -> None:
    alike.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "✓ № 2 · Бурятия")
    assert "Как выйдет вместе" not in alike.card(1).buttons
    alike.press(1, "№ 2 · Бурятия", "Как выйдет вместе", "К списку", "Назад", "Назад")
    assert "В очередь" in alike.card(1).buttons
    assert states(alike) == [Status.PENDING, Status.PENDING]


def test_a_moderator_words_the_joint_post(alike: World) -> None:
    alike.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "Как выйдет вместе", "Свой текст")
    assert "Анна Смирнова, ответьте на карточку текстом общего поста" in alike.card(1).text
    assert alike.replies(1, "Старосты двух регионов прошли 10 000 шагов.") == []
    assert "Старосты двух регионов прошли" in alike.card(1).text
    alike.press(1, "Объединить")
    assert alike.suggestion(1).text == "Старосты двух регионов прошли 10 000 шагов."
    assert len(alike.suggestion(1).attachments) == 3


def test_another_number_comes_by_a_reply(alike: World) -> None:
    alike.happens(suggested(33, text=TULA, author=603))
    alike.press(1, "Ещё", "Объединить", "Другой №")
    assert alike.replies(1, "какой-то") == ["Нужен номер новости, например 214"]
    assert alike.replies(1, "№ 99") == ["Новости № 99 нет."]
    assert alike.replies(1, "№ 3") == []
    assert "✓ № 3" in alike.card(1).buttons
    alike.press(1, "Как выйдет вместе", "Объединить")
    assert states(alike, 1, 3) == [Status.PENDING, Status.MERGED]


def test_only_what_is_not_decided_is_offered_or_taken(alike: World) -> None:
    alike.happens(suggested(33, text=TULA, author=603), suggested(34, text="Собрание", author=604))
    alike.press(3, "Отклонить", "Устарело")
    alike.press(4, "Опубликовать")
    alike.wall()
    alike.press(1, "Ещё", "Объединить")
    assert [label for label in alike.card(1).buttons if label.startswith("№")] == ["№ 2 · Бурятия"]
    alike.press(1, "Другой №")
    assert alike.replies(1, "3") == ["№ 3 отклонена, это действие не подходит"]
    assert alike.replies(1, "4") == ["№ 4 уже публикуется, это действие не подходит"]
    assert "собрана из нескольких" not in alike.card(1).text


def test_what_others_are_merged_into_joins_nothing_itself(merged: World) -> None:
    merged.happens(suggested(33, text=TULA, author=603))
    merged.press(3, "Ещё", "Объединить", "Другой №")
    [said] = merged.replies(3, "1")
    assert said == "№ 1 сама собрана из нескольких. Сначала «Разъединить» на её карточке"
    [said] = merged.replies(3, "2")
    assert "№ 2 объединена с другой" in said


def test_more_pieces_may_follow(merged: World) -> None:
    merged.happens(suggested(33, text=TULA, author=603))
    merged.press(1, "Ещё", "Объединить", "№ 3", "Как выйдет вместе", "Объединить")
    lead = merged.suggestion(1)
    assert BURYATIA.split(". ")[1] in lead.text
    assert TULA in lead.text
    assert "№ 2 (Бурятия), № 3" in merged.card(1).text


def test_a_piece_that_changed_meanwhile_is_not_taken_as_it_was(alike: World) -> None:
    alike.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "Как выйдет вместе")
    alike.press(2, "Вернуть", "Нужно фото", by=BORIS)
    assert "№ 2 изменилась" in alike.press(1, "Объединить")
    assert states(alike) == [Status.PENDING, Status.RETURNED]
    assert "join" not in alike.journal(1)


def test_a_piece_that_went_out_meanwhile_closes_the_preview(alike: World) -> None:
    alike.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "Как выйдет вместе")
    alike.press(2, "Опубликовать")
    alike.wall()
    assert alike.press(1, "Объединить") == "№ 2 уже публикуется, это действие не подходит"
    assert "В очередь" in alike.card(1).buttons


def test_an_old_button_joins_nothing_but_what_the_card_shows(alike: World) -> None:
    alike.happens(suggested(33, text=TULA, author=603))
    alike.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "Как выйдет вместе")
    old = alike.card(1).buttons["Объединить"]
    alike.press(1, "К списку", "№ 3", "Как выйдет вместе")
    [shown] = alike.happens(a_button_press(old, by=ANNA, cmid=alike.card(1).cmid))
    assert "устарела" in shown.text
    assert states(alike, 1, 2, 3) == [Status.PENDING] * 3
    for who in (AUTHOR, 99):
        [shown] = alike.happens(a_button_press(alike.card(1).buttons["Объединить"], by=who))
        assert shown.text == "Решают только руководители сообщества"
    assert states(alike, 1, 2, 3) == [Status.PENDING] * 3


@pytest.mark.parametrize("late", [1, 3])
def test_news_is_joined_as_a_whole_or_not_at_all(alike: World, monkeypatch: pytest.MonkeyPatch, late: int) -> None:
    """Somebody is faster at one of the three in the very moment they are stored."""
    alike.happens(suggested(33, text=TULA, author=603))
    alike.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "№ 3", "Как выйдет вместе")
    save = Suggestions.save

    def too_late(self: Suggestions, changed: Suggestion, **more: Any) -> bool:
        return changed.number != late and save(self, changed, **more)

    with monkeypatch.context() as patched, suppress(Conflict):
        patched.setattr(Suggestions, "save", too_late)
        alike.press(1, "Объединить")
    assert states(alike, 1, 2, 3) == [Status.PENDING] * 3
    assert alike.suggestion(1).text == IRKUTSK
    assert not {"join", "merge"} & {*alike.journal(1), *alike.journal(2), *alike.journal(3)}
    with alike.look() as context:
        assert context.unit.merges.own(1) is None
    alike.press(1, "Объединить")
    assert states(alike, 1, 2, 3) == [Status.PENDING, Status.MERGED, Status.MERGED]


def test_a_card_somebody_looks_at_is_taken_knowingly(make_world: Callable[..., World]) -> None:
    world = with_alike(make_world(replace(a_desk(), claim=timedelta(minutes=10))))
    world.press(2, "Ещё", by=BORIS)
    assert "№ 2 смотрит Борис Котов" in world.press(1, "Ещё", "Объединить", "№ 2 · Бурятия")
    world.press(1, "№ 2 · Бурятия")
    assert "✓ № 2 · Бурятия" in world.card(1).buttons


def test_the_joint_post_is_judged_and_signed_anew(make_world: Callable[..., World]) -> None:
    """A red word of a piece asks on the lead's card; a signature given before does not count for the joint text."""
    world = with_alike(make_world(replace(a_desk(), four_eyes=frozenset({"red"}))))
    red = "Над городом сбит беспилотник, работает ПВО, смотрите видео с места."
    world.happens(suggested(33, text=red, author=603))
    world.press(1, "Ещё", "Объединить", "№ 3", "Как выйдет вместе")
    assert "🔴" in world.card(1).text
    world.press(1, "Объединить")
    assert "подтвердите" in world.press(1, "В очередь")
    assert "первая подпись" in world.press(1, "Да, опубликовать")
    assert states(world, 1, 3) == [Status.PENDING, Status.MERGED]


DEBRIS = "На село упали обломки беспилотника, ПВО отработала, смотрите видео с места."


def test_pictures_that_are_covered_stay_covered_in_the_joint_post(alike: World) -> None:
    """The words that cover a piece's picture need not stand in the joint text."""
    alike.happens(suggested(33, text=DEBRIS, author=603, attachments=[a_photo(4, 603)]))
    assert alike.card(3).attachments == ()
    alike.press(1, "Ещё", "Объединить", "№ 3", "Как выйдет вместе", "Свой текст")
    alike.replies(1, "В двух сёлах прошли субботники.")
    assert alike.card(1).attachments == ()
    alike.press(1, "Объединить")

    assert len(alike.suggestion(1).attachments) == 2
    assert alike.card(1).attachments == ()
    alike.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "Как выйдет вместе")
    assert alike.card(1).attachments == (), "what was joined before is covered in the next preview, too"
    alike.press(1, "К списку", "Назад", "Назад")
    alike.press(1, "Показать вложения")
    assert len(alike.card(1).attachments) == 2


def test_a_lead_whose_pictures_are_covered_does_not_show_them_for_its_new_words(alike: World) -> None:
    alike.happens(suggested(33, text=DEBRIS, author=603, attachments=[a_photo(4, 603)]))
    alike.press(3, "Ещё", "Объединить", "№ 2 · Бурятия", "Как выйдет вместе", "Свой текст")
    alike.replies(3, "В двух сёлах прошли субботники.")
    assert alike.card(3).attachments == ()
    alike.press(3, "Объединить")
    assert alike.card(3).attachments == ()
    assert "Показать вложения" in alike.card(3).buttons


def test_pictures_that_join_a_card_that_was_uncovered_are_covered_by_themselves(alike: World) -> None:
    for number, who in ((33, 603), (34, 604)):
        alike.happens(suggested(number, text=DEBRIS, author=who, attachments=[a_photo(number, who)]))
    alike.press(3, "Показать вложения")
    assert len(alike.card(3).attachments) == 1
    alike.press(3, "Ещё", "Объединить", "№ 4", "Как выйдет вместе", "Объединить")
    assert alike.card(3).attachments == ()


# ---------------------------------------------------------------------------------------- who is credited is corrected


def with_unknown(world: World) -> World:
    """№ 3 comes from nobody knows where and joins № 1, which is planned then."""
    with world.unit() as context:
        context.unit.authors.introduce(603, world.now, organisation="Газета «Заря»")
    world.happens(suggested(33, text="В посёлке Заречном тоже прошли шаги.", author=603))
    world.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "№ 3", "Как выйдет вместе")
    return world


def test_a_region_found_after_joining_is_credited_in_the_planned_post(alike: World) -> None:
    with_unknown(alike)
    alike.press(1, "Объединить")
    assert alike.suggestion(1).text.endswith("СМО Бурятии и Газета «Заря»")
    alike.press(1, "В очередь")
    due = alike.suggestion(1).due_at
    alike.press(3, "Ещё", "Регион", "ПФО", "Дальше", "Пермский край")
    lead = alike.suggestion(1)
    assert lead.text.endswith("СМО Бурятии и Газета «Заря» (Пермский край)")
    assert (lead.status, lead.due_at) == (Status.SCHEDULED, due)
    assert "(Пермский край)" in alike.card(1).text
    assert "№ 3 (Пермский край)" in alike.card(1).text


def test_words_of_a_moderator_stay_around_the_credit(alike: World) -> None:
    with_unknown(alike)
    alike.press(1, "Свой текст")
    alike.replies(
        1, "Шаги прошли трое.\n\nПо сообщениям: СМО Иркутской области, СМО Бурятии и Газета «Заря»\n\n#Шаги"
    )
    alike.press(1, "Объединить")
    alike.says("Регион", by=603)
    alike.says("Пермский край", by=603)
    text = alike.suggestion(1).text
    assert text.startswith("Шаги прошли трое.\n\nПо сообщениям: ")
    assert text.endswith("СМО Бурятии и Газета «Заря» (Пермский край)\n\n#Шаги")


def test_a_text_without_the_credit_is_left_as_it_was_worded(alike: World) -> None:
    with_unknown(alike)
    alike.press(1, "Свой текст")
    alike.replies(1, "Шаги прошли трое.")
    alike.press(1, "Объединить")
    alike.says("Регион", by=603)
    alike.says("Пермский край", by=603)
    assert alike.suggestion(1).text == "Шаги прошли трое."
    assert "№ 3 (Пермский край)" in alike.card(1).text


# -------------------------------------------------------------------------------------------------- planned, published


def test_four_authors_are_told_once_with_whom_and_when_and_then_the_link(alike: World) -> None:
    alike.happens(
        suggested(33, text=TULA, author=603), suggested(34, text="#Карелия В селе собрали сход.", author=604)
    )
    alike.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "№ 3", "№ 4 · Карелия", "Как выйдет вместе", "Объединить")
    assert all(not about_joint(alike, who) for who in (AUTHOR, OTHER, 603, 604))
    alike.press(1, "В очередь")
    assert about_joint(alike, OTHER) == [
        "Новость № 2 объединили с новостью № 1 (Иркутская обл.), новостью № 3 и новостью № 4 (Карелия): "
        "одна запись выйдет сегодня в 11:30 мск (16:30 по Иркутску). Источники названы в тексте."
    ]
    for who in (AUTHOR, OTHER, 603, 604):
        [told] = about_joint(alike, who)
        assert "11:30" in told
    alike.later(minutes=20)
    alike.press(1, "Выбрать время", "Завтра", "9:30")
    alike.deliver()
    for who in (OTHER, 603, 604):
        assert len([one for one in alike.letters(who) if "переехала" in one and "9:30" in one]) == 1
        assert len(about_joint(alike, who)) == 1
    alike.now = alike.suggestion(1).due_at or alike.now
    assert alike.wall(Sent({"post_id": 77})) == [1]
    assert states(alike, 1, 2, 3, 4) == [Status.PUBLISHED] * 4
    for number, who in ((1, AUTHOR), (2, OTHER), (3, 603), (4, 604)):
        [told] = [one for one in alike.letters(who) if f"Новость № {number} вышла" in one]
        assert LINK in told
        assert "одной записью с новостью" in told
    assert "Вышло: https://vk.com/wall-1_77 · общей записью" in alike.card(2).text
    assert alike.suggestion(2).proof == "merged"
    assert alike.wall() == []


def test_the_post_on_the_wall_is_the_leads(merged: World) -> None:
    merged.press(1, "Опубликовать")
    merged.wall(Sent({"post_id": 77}))
    lead = merged.suggestion(1)
    assert not compose(lead).signed, "nobody is named before the others"
    merged.happens(on_the_wall(77, text=lead.text, attachments=lead.attachments, signer=None, at=merged.now))
    assert merged.suggestion(1).proof == "checked"
    assert "одной записью с новостью № 2 (Бурятия)" in merged.letters(AUTHOR)[0]  # the live message
    assert merged.suggestion(2).proof == "merged"
    with merged.look() as context:
        assert context.unit.suggestions.taken(
            merged.now - timedelta(hours=1), merged.now + timedelta(seconds=1)
        ) == (merged.now,)
        known = context.unit.suggestions.by_published(-1, 77)
        assert known is not None
        assert known.number == 1


def test_what_stays_among_the_suggestions_is_left_alone_like_a_piece_of_a_digest(merged: World) -> None:
    merged.press(1, "Опубликовать")
    merged.wall(Sent({"post_id": 77}))
    chat = len(merged.chat())
    with merged.unit() as context:
        left = suggested(32, text=BURYATIA, author=OTHER, attachments=[a_photo(2, OTHER), a_photo(3, OTHER)])
        assert reconcile.worth_storing(context, [left]) == []
        reconcile.compare(context, [left])
        assert not reconcile.gone(context, 2, ())
    merged.deliver()
    assert states(merged) == [Status.PUBLISHED, Status.PUBLISHED]
    assert len(merged.chat()) == chat


def test_a_scheduled_piece_gives_its_slot_back_and_its_author_knows(alike: World) -> None:
    alike.press(2, "В очередь")
    due = alike.suggestion(2).due_at
    merge(alike)
    assert alike.publication(2) is None
    alike.later(minutes=10)
    alike.deliver()
    [told] = about_joint(alike, OTHER)
    assert told.startswith("Новость № 2 объединили с новостью № 1 (Иркутская обл.), они выйдут одной записью.")
    alike.press(1, "В очередь")
    assert alike.suggestion(1).due_at == due
    alike.later(minutes=11)
    alike.deliver()
    assert len(about_joint(alike, OTHER, "объединили")) == 1
    assert alike.letters(OTHER)[-1].startswith("Новость № 2 в плане: выйдет")


def test_in_doubt_people_say_that_it_is_out_and_the_pieces_are_too(merged: World) -> None:
    merged.press(1, "Опубликовать")
    with merged.unit() as context:
        [row] = context.unit.outbox.claim("vk_wall", merged.now, 1)
        publication.start(context, row)
    merged.ends(row, Uncertain("no_answer"))
    assert states(merged) == [Status.PUBLISHING, Status.MERGED]
    from handlers import outcomes

    with merged.unit() as context:
        found = context.unit.outbox.get(row.id)
        assert found is not None
        assert outcomes.undecidable(context, found)
    merged.deliver()
    merged.press(1, "Вышло")
    assert states(merged) == [Status.PUBLISHED, Status.PUBLISHED]
    assert any("Новость № 2 вышла" in one for one in merged.letters(OTHER))


# ------------------------------------------------------------------------------------------------------ taken apart


def undo(world: World) -> None:
    world.press(1, "В очередь")
    world.press(1, "Отменить решение")


def part_pending(world: World) -> None:
    world.press(1, "Ещё", "Разъединить")


def part_scheduled(world: World) -> None:
    world.press(1, "В очередь")
    world.press(1, "Ещё", "Разъединить")


def reject(world: World) -> None:
    world.press(1, "Отклонить", "Устарело")


def send_back(world: World) -> None:
    world.press(1, "Вернуть", "Нужно фото")


def refused_by_vk(world: World) -> None:
    world.press(1, "В очередь")
    world.now = world.suggestion(1).due_at or world.now
    world.wall(Refused("content_blocked"))


def withdrawn_by_the_leads_author(world: World) -> None:
    world.press(1, "В очередь")
    world.says("Отозвать 1", by=AUTHOR)


def lead_gone(world: World) -> None:
    world.press(1, "В очередь")
    with world.unit() as context:
        assert reconcile.gone(context, 1, ())
    world.deliver()


@pytest.mark.parametrize(
    ("happens", "lead", "told"),
    [
        (undo, Status.PENDING, True),
        (part_pending, Status.PENDING, False),
        (part_scheduled, Status.PENDING, True),
        (reject, Status.REJECTED, False),
        (send_back, Status.RETURNED, False),
        (refused_by_vk, Status.FAILED, True),
        (withdrawn_by_the_leads_author, Status.WITHDRAWN, True),
        (lead_gone, Status.WITHDRAWN, True),
    ],
)
def test_when_the_lead_does_not_go_out_everybody_waits_for_themselves_again(
    alike: World, happens: Callable[[World], None], lead: Status, told: bool
) -> None:
    three(alike)
    happens(alike)
    assert states(alike, 1, 2, 3) == [lead, Status.PENDING, Status.PENDING]
    assert alike.suggestion(1).text == IRKUTSK
    assert [one.media_id for one in alike.suggestion(1).attachments] == [1]
    for number in (2, 3):
        assert alike.suggestion(number).merged_into is None
        assert "Ждёт решения" in alike.card(number).text or "Снова ждёт решения" in alike.card(number).text
        assert alike.journal(number)[-1] == "part"
    alike.later(hours=1)
    alike.deliver()
    for who, number in ((OTHER, 2), (603, 3)):
        parted = [one for one in alike.letters(who) if "снова рассматриваем отдельно: общая запись с № 1" in one]
        assert len(parted) == told, (who, number)
    assert alike.wall() == []
    with alike.look() as context:
        assert context.unit.merges.own(1) is None


def test_an_edit_made_before_comes_back_when_they_part(alike: World) -> None:
    alike.press(1, "Правка")
    alike.replies(1, "Старосты прошли 10 000 шагов.")
    merge(alike)
    assert alike.suggestion(1).text.startswith("Старосты прошли 10 000 шагов.\n\n")
    alike.press(1, "Ещё", "Разъединить")
    assert alike.suggestion(1).edited_text == "Старосты прошли 10 000 шагов."
    merge(alike)
    assert states(alike) == [Status.PENDING, Status.MERGED]


def test_when_a_person_has_to_publish_they_stay_together(merged: World) -> None:
    merged.press(1, "Опубликовать")
    merged.wall(Refused("by_hand"))
    assert states(merged) == [Status.FAILED, Status.MERGED]
    lead = merged.suggestion(1)
    merged.happens(on_the_wall(77, text=lead.text, attachments=lead.attachments, at=merged.now))
    assert states(merged) == [Status.PUBLISHED, Status.PUBLISHED]
    assert any(LINK in one for one in merged.letters(OTHER))


def test_a_lead_published_by_hand_without_the_piece_leaves_it_to_be_decided(alike: World) -> None:
    alike.happens(suggested(33, text=TULA, author=603))
    alike.press(1, "Ещё", "Объединить", "№ 3", "Как выйдет вместе", "Объединить")
    alike.happens(on_the_wall(77, text=IRKUTSK, attachments=[a_photo(1)], at=alike.now))
    assert states(alike, 1, 3) == [Status.PUBLISHED, Status.PENDING]


# ------------------------------------------------------------------------------------------------- a piece has left


def says_withdraw(world: World) -> None:
    world.says("Отозвать 2", by=OTHER)


def edits(world: World) -> None:
    seen = suggested(32, text="Старосты прошли 12 000 шагов.", author=OTHER)
    with world.unit() as context:
        reconcile.compare(context, [seen])
    world.deliver()


def deletes(world: World) -> None:
    with world.unit() as context:
        assert reconcile.gone(context, 2, ())
    world.deliver()


def undone_alone(world: World) -> None:
    world.press(2, "Отменить решение")


@pytest.mark.parametrize(
    ("happens", "piece", "line"),
    [
        (says_withdraw, Status.WITHDRAWN, "без № 2: автор отозвал новость"),
        (edits, Status.PENDING, "без № 2: автор изменил новость"),
        (deletes, Status.WITHDRAWN, "без № 2: записи больше нет в предложенных"),
        (undone_alone, Status.PENDING, "без № 2: её разъединили"),
    ],
)
def test_a_piece_that_leaves_takes_its_words_along_and_the_lead_waits_again(
    alike: World, happens: Callable[[World], None], piece: Status, line: str
) -> None:
    three(alike)
    alike.press(1, "В очередь")
    happens(alike)
    assert states(alike, 1, 2, 3) == [Status.PENDING, piece, Status.MERGED]
    lead = alike.suggestion(1)
    assert "оркестр" not in lead.text
    assert "Бурят" not in lead.text
    assert TULA in lead.text
    assert [one.media_id for one in lead.attachments] == [1]
    assert line in alike.card(1).text
    assert any(line in one.text and "№ 1 снова ждёт решения" in one.text for one in alike.chat())
    assert alike.publication(1) is None
    alike.later(hours=3)
    assert alike.wall() == []
    alike.deliver()
    assert any("№ 1 снова на рассмотрении" in one for one in alike.letters(AUTHOR))
    assert any("№ 3 снова на рассмотрении" in one for one in alike.letters(603))
    alike.press(1, "Опубликовать")
    assert line not in alike.card(1).text
    alike.wall(Sent({"post_id": 77}))
    assert states(alike, 1, 2, 3) == [Status.PUBLISHED, piece, Status.PUBLISHED]


def test_the_last_piece_that_leaves_gives_the_lead_its_own_text_back(merged: World) -> None:
    says_withdraw(merged)
    lead = merged.suggestion(1)
    assert (lead.text, lead.edited_text) == (IRKUTSK, None)
    assert "Общий пост вместе" not in merged.card(1).text
    assert "Разъединить" not in str(merged.press(1, "Ещё") and merged.card(1).buttons)


def test_who_cannot_stay_because_the_rest_is_too_long_reads_that_they_part(alike: World) -> None:
    for number, what, who in ((33, "Школу", 603), (34, "Библиотеку", 604)):
        long = " ".join(f"{what} № {one} открыли в срок." for one in range(300))
        alike.happens(suggested(number, text=long, author=who))
    alike.press(3, "Ещё", "Объединить", "№ 4", "№ 2 · Бурятия", "Как выйдет вместе", "Свой текст")
    alike.replies(3, "Открыли школу и сад, прошли шаги.")
    alike.press(3, "Объединить")
    alike.press(3, "В очередь")
    assert states(alike, 2, 3, 4) == [Status.MERGED, Status.SCHEDULED, Status.MERGED]
    alike.later(minutes=11)
    says_withdraw(alike)
    alike.later(minutes=11)
    alike.deliver()

    assert states(alike, 2, 3, 4) == [Status.WITHDRAWN, Status.PENDING, Status.PENDING]
    assert "снова рассматриваем отдельно: общая запись с № 3" in alike.letters(604)[-1]
    assert "№ 3 снова на рассмотрении" in alike.letters(603)[-1]


def test_a_moderators_own_words_do_not_outlive_a_piece_that_left(alike: World) -> None:
    alike.press(1, "Ещё", "Объединить", "№ 2 · Бурятия", "Как выйдет вместе", "Свой текст")
    alike.replies(1, "В Иркутске и Бурятии с оркестром прошли шаги.")
    alike.press(1, "Объединить")
    says_withdraw(alike)
    assert alike.suggestion(1).text == IRKUTSK


def test_the_leads_author_edits_and_the_joint_post_is_put_together_anew(merged: World) -> None:
    merged.press(1, "В очередь")
    with merged.unit() as context:
        reconcile.compare(context, [suggested(31, text="Старосты прошли 11 000 шагов.")])
    merged.deliver()
    lead = merged.suggestion(1)
    assert states(merged) == [Status.PENDING, Status.MERGED]
    assert lead.text.startswith("Старосты прошли 11 000 шагов.\n\nСтаросты прошли 10 000")
    assert CREDIT in lead.text
    assert "автор изменил запись" in merged.card(1).text
    assert merged.wall() == []


def test_while_the_post_goes_out_nothing_leaves_it(merged: World) -> None:
    merged.press(1, "Опубликовать")
    merged.wall()
    assert "публикуется прямо сейчас" in merged.says("Отозвать 2", by=OTHER)[0]
    assert "уже публикуется" in merged.press(2, "Отменить решение")
    with merged.unit() as context:
        piece = context.unit.suggestions.get(2)
        assert piece is not None
        assert not suggest.author_edited(context, piece, Content("Другое"))
        assert not suggest.vanished(context, piece)
    assert states(merged) == [Status.PUBLISHING, Status.MERGED]


@pytest.mark.parametrize(
    ("record", "piece"),
    [
        (None, Status.WITHDRAWN),
        (suggested(32, text="Старосты никуда не ходили.", author=OTHER), Status.PENDING),
        (on_the_wall(70, text=BURYATIA, signer=OTHER), Status.PUBLISHED),
    ],
)
def test_a_piece_found_changed_right_before_is_never_published(merged: World, record: Any, piece: Status) -> None:
    merged.press(1, "Опубликовать")
    assert merged.wall(Refused("piece_changed", found=joint.PieceSeen(2, record))) == [1]
    assert states(merged) == [Status.PENDING, piece]
    assert merged.suggestion(1).text == IRKUTSK
    assert "Общий пост собран без № 2" in merged.card(1).text
    assert merged.wall() == []


def test_a_piece_published_by_hand_leaves_the_lead(merged: World) -> None:
    merged.happens(
        on_the_wall(70, text=BURYATIA, attachments=[a_photo(2), a_photo(3)], signer=OTHER, at=merged.now)
    )
    assert states(merged) == [Status.PENDING, Status.PUBLISHED]
    assert merged.suggestion(2).published_post_id == 70
    assert "её опубликовали вручную" in merged.card(1).text


def test_deleted_data_are_not_published_in_anothers_post(merged: World) -> None:
    merged.press(1, "В очередь")
    merged.says("Удалить мои данные", by=OTHER)
    merged.says("Да, удалить", by=OTHER)
    lead = merged.suggestion(1)
    assert lead.status is Status.PENDING
    assert "СМО Бурятии" not in lead.text
    assert "автор одной из новостей удалил свои данные" in merged.card(1).text


# ----------------------------------------------------------------------------------------- who knows of it, and where


def test_everybody_who_asks_hears_that_it_is_merged(merged: World) -> None:
    assert "№ 2: объединена с № 1, на рассмотрении" in merged.says("Статус 2", by=OTHER)[0]
    merged.press(1, "В очередь")
    assert "№ 2: объединена с № 1, выйдет сегодня в 11:30 мск" in merged.says("Мои новости", by=OTHER)[0]
    assert "объединена с № 1, выйдет сегодня" in merged.letters(OTHER)[0]  # the live message
    assert "объединена с № 1" in merged.says("/найти оркестр", by=ANNA, where=CHAT)[0]
    [history] = merged.says("/журнал 2", by=ANNA, where=CHAT)
    assert "Анна Смирнова · объединить: ждёт решения → объединена с другой (№ 1)" in history
    merged.happens(suggested(36, text=BURYATIA, author=606))
    assert "№ 2 (объединена с другой" in merged.card(3).text


def test_the_words_as_sent_cannot_push_the_others_out_unnoticed(merged: World) -> None:
    merged.press(1, "Ещё")
    assert "Как прислано" not in merged.card(1).buttons
    merged.press(1, "Разъединить")
    assert merged.suggestion(1).text == IRKUTSK


def test_a_post_that_an_author_of_a_piece_wants_down_goes_as_a_whole(merged: World) -> None:
    merged.press(1, "Опубликовать")
    merged.wall(Sent({"post_id": 77}))
    merged.says("Отозвать 2", by=OTHER)
    asked = next(one for one in merged.chat() if "Снять" in one.buttons)
    [shown] = merged.happens(a_button_press(asked.buttons["Снять"], by=ANNA, cmid=asked.cmid))
    assert shown.text == "Снимаем со стены"
    with merged.unit() as context:
        [row] = [one for one in context.unit.outbox.claim("vk_wall", merged.now, 9) if one.kind == "delete_post"]
    assert row.number == 1
    merged.ends(row, Sent({}))
    assert [one for one in merged.letters(OTHER) if "№ 2 сняли со стены" in one]
    assert not [one for one in merged.letters(AUTHOR) if "сняли со стены" in one]
