"""News written in the dialog: what is gathered, shown, sent, corrected and dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from editorial.suggestion import Attachment, Content, Origin, Status
from handlers import publication, texts
from handlers.events import Quote
from tests.builders import AUTHOR, CHAT, a_message, a_photo, on_the_wall, suggested
from tests.handlers.world import Message, World, a_desk

TEXT = "В Ангарске открыли сквер у школы, его высадили сами ученики."


def writes(
    world: World, text: str = "", *photos: Attachment, cmid: int | None = None, wait: bool = True
) -> list[Message]:
    """The author writes; returns what the bot says to it once an album would have come whole."""
    before = len(world.conversations.get(AUTHOR, []))
    message = replace(a_message(text, by=AUTHOR, at=world.now), attachments=tuple(photos))
    world.happens(replace(message, cmid=cmid) if cmid is not None else message)
    if wait:
        passes(world)
    return world.conversations.get(AUTHOR, [])[before:]


def passes(world: World, **time: float) -> None:
    world.later(**(time or {"seconds": 3}))
    world.deliver()


def album(count: int, start: int = 1) -> Sequence[Attachment]:
    return [a_photo(media) for media in range(start, start + count)]


def last(world: World) -> Message:
    return world.conversations[AUTHOR][-1]


def sent(world: World, text: str = TEXT, photos: int = 0) -> int:
    """News that went all the way through the dialog."""
    world.says("Предложить новость", by=AUTHOR)
    writes(world, text, *album(photos))
    world.says("Отправить", by=AUTHOR)
    with world.look() as context:
        return context.unit.suggestions.by_author(AUTHOR, 1)[0].number


# --------------------------------------------------------------------------------------------------- the way


def test_a_text_with_photos_is_shown_as_it_will_be_and_sent_by_a_word(world: World) -> None:
    assert world.says("Предложить новость", by=AUTHOR) == [texts.WRITE_NEWS]
    [preview] = writes(world, TEXT, *album(2))
    assert preview.text == f"Так выйдет:\n\n{TEXT}\n\nАвтор: Мария Петрова"
    assert preview.attachments == ("photo601_1_abc", "photo601_2_abc")
    assert list(preview.buttons) == ["Отправить", "Исправить", "Удалить"]

    [receipt] = world.says("Отправить", by=AUTHOR)
    assert receipt.startswith("Получили новость, № 1.")
    known = world.suggestion(1)
    assert (known.origin, known.status, known.author_id) == (Origin.DIALOGUE, Status.PENDING, AUTHOR)
    assert TEXT in world.card(1).text
    assert world.card(1).attachments == ("photo601_1_abc", "photo601_2_abc")


def test_t60_an_album_that_comes_in_pieces_stays_whole_and_in_order(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT, a_photo(1), a_photo(2), cmid=101, wait=False)
    writes(world, "", a_photo(5), cmid=103, wait=False)
    writes(world, "", a_photo(3), a_photo(4), cmid=102, wait=False)
    passes(world)
    assert last(world).attachments == tuple(f"photo601_{media}_abc" for media in range(1, 6))
    previews = [one for one in world.letters(AUTHOR) if one.startswith("Так выйдет")]
    assert len(previews) == 1


def test_a_piece_that_comes_after_the_word_to_send_still_joins_in_its_place(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT, a_photo(1), cmid=101)
    writes(world, "", a_photo(3), cmid=103)
    writes(world, "Отправить", cmid=104)
    [said] = writes(world, "", a_photo(2), cmid=102)
    assert said.text == "Добавили к новости № 1: эти вложения шли дольше остальных."
    assert [one.media_id for one in world.suggestion(1).content.attachments] == [1, 2, 3]
    assert world.card(1).attachments == ("photo601_1_abc", "photo601_2_abc", "photo601_3_abc")


def test_the_same_message_twice_is_one_piece(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    for _ in range(2):
        writes(world, TEXT, a_photo(1), cmid=101)
    assert last(world).attachments == ("photo601_1_abc",)


def test_several_messages_are_one_text(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, "Первая часть.")
    writes(world, "Вторая часть.")
    assert "Первая часть.\n\nВторая часть." in last(world).text


def test_to_correct_means_that_the_next_text_takes_the_place_of_the_old(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, "С ошибкой", *album(1))
    assert world.says("исправить", by=AUTHOR) == [texts.SEND_NEW_TEXT]
    [preview] = writes(world, "Без ошибки")
    assert preview.text.startswith("Так выйдет:\n\nБез ошибки\n\n")
    assert preview.attachments == ("photo601_1_abc",)


def test_attachments_can_be_taken_away(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT, *album(2))
    writes(world, "Убрать вложения")
    assert last(world).attachments == ()
    assert TEXT in last(world).text


def test_a_dropped_draft_leaves_nothing(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT)
    assert world.says("Удалить", by=AUTHOR) == ["Черновик удалили."]
    passes(world, hours=5)
    assert [one for one in world.letters(AUTHOR) if "не отправлена" in one] == []
    with world.look() as context:
        assert context.unit.drafts.get(AUTHOR) is None


def test_news_without_asking_first_is_taken_for_news(world: World) -> None:
    [preview] = writes(world, "Сквер", *album(1))
    assert preview.text.startswith("Так выйдет")


def test_a_short_remark_is_no_news(world: World) -> None:
    [said] = writes(world, "Добрый день")
    assert said.text.startswith("Здесь отвечает бот")


# ----------------------------------------------------------------------------------------------------- limits


def test_more_than_ten_attachments_are_named_and_the_first_ten_kept(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT, *album(8))
    said = writes(world, "", *album(4, start=9))
    assert said[0].text == texts.TOO_MANY_ATTACHMENTS
    assert len(last(world).attachments) == 10


def test_a_text_that_no_post_holds_is_refused_and_the_draft_stays(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT)
    assert writes(world, "я" * 15_000)[0].text == texts.DRAFT_TOO_LONG
    world.says("Отправить", by=AUTHOR)
    assert world.suggestion(1).content.text == TEXT


def test_a_long_text_is_shown_whole_in_several_messages(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    said = writes(world, "Открыли сквер у школы. " * 400)
    assert said[-1].text == texts.PREVIEW_ABOVE
    assert sum("Открыли сквер" in one.text for one in said) > 1
    assert all(len(one.text) <= 4096 for one in said)


def test_what_cannot_stand_on_a_wall_is_named(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    said = writes(world, TEXT, Attachment("sticker"), a_photo(1))
    assert said[0].text == texts.KIND_NOT_TAKEN
    assert last(world).attachments == ("photo601_1_abc",)


def test_one_author_sends_so_much_a_day_and_no_more(make_world: Callable[..., World]) -> None:
    world = make_world(replace(a_desk(), author_daily_limit=2))
    assert [sent(world, f"Новость {place}") for place in (1, 2)] == [1, 2]
    [said] = world.says("Предложить новость", by=AUTHOR)
    assert said == "За сутки берём от одного автора 2 новости, сегодня столько уже есть. Остальные пришлите завтра."
    world.later(days=1, hours=1)
    assert world.says("Предложить новость", by=AUTHOR) == [texts.WRITE_NEWS]


def test_an_association_of_several_regions_has_a_limit_of_its_own(make_world: Callable[..., World]) -> None:
    world = make_world(replace(a_desk(), author_daily_limit=1, interregional_daily_limit=2))
    with world.unit() as context:
        context.unit.authors.introduce(AUTHOR, world.now, role="interregional", region=None)
    assert [sent(world, f"Новость {place}") for place in (1, 2)] == [1, 2]
    assert "берём от одного автора 2 новости" in world.says("Предложить новость", by=AUTHOR)[0]
    assert "за сутки от автора" not in world.card(2).text


def test_the_limit_is_said_once_to_whoever_goes_on_sending(make_world: Callable[..., World]) -> None:
    world = make_world(replace(a_desk(), author_daily_limit=1))
    assert sent(world, TEXT) == 1
    tries = ("Предложить новость", "Длинная новость о сквере у школы. " * 12, "Короткая")
    assert [len(world.says(words, by=AUTHOR)) for words in tries] == [1, 0, 0]


def test_the_limit_does_not_concern_the_answer_to_a_return(make_world: Callable[..., World]) -> None:
    world = make_world(replace(a_desk(), author_daily_limit=1))
    number = sent(world)
    world.press(number, "Вернуть", "Нужно фото")
    writes(world, "", *album(1))
    writes(world, "Отправить")
    assert world.suggestion(number).status is Status.PENDING
    assert len(world.suggestion(number).content.attachments) == 1


def test_news_that_names_a_region_is_no_answer_to_the_question_asked_before(world: World) -> None:
    """The author was asked who they are, began a piece instead, and names a region in it."""
    world.later(minutes=5)
    world.says("Предложить новость", by=AUTHOR)
    writes(world, f"Томская область. {TEXT}")
    writes(world, "Отправить")
    assert world.suggestion(1).content.text == f"Томская область. {TEXT}"
    with world.look() as context:
        author = context.unit.authors.get(AUTHOR)
    assert author is not None
    assert author.organisation is None


def test_a_question_asked_after_the_draft_is_answered_with_the_draft_still_open(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT)
    world.later(minutes=1)
    world.says("Регион", by=AUTHOR)
    world.says("Томская область", by=AUTHOR)
    with world.look() as context:
        author = context.unit.authors.get(AUTHOR)
    assert author is not None
    assert author.region == "RU-TOM"


# --------------------------------------------------------------------------------------------- left unfinished


def test_an_unsent_draft_is_offered_again_once(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT, *album(1))
    passes(world, hours=4)
    assert last(world).text.startswith(
        "У вас не отправлена новость: «В Ангарске открыли сквер у школы, его высадили сами ученики.»"
    )
    assert last(world).attachments == ("photo601_1_abc",)
    told = len(world.letters(AUTHOR))
    passes(world, days=2)
    assert len(world.letters(AUTHOR)) == told


@pytest.mark.parametrize(
    ("text", "at", "told_at"),
    [
        ("#КамчатскийКрай " + TEXT, (9, 30), (20, 0)),  # 21:30 there; 08:00 of the next day
        (TEXT, (19, 30), (5, 0)),  # nobody knows where: by the desk's own clock
    ],
)
def test_an_unsent_draft_wakes_nobody(
    world: World, text: str, at: tuple[int, int], told_at: tuple[int, int]
) -> None:
    world.now = world.now.replace(hour=at[0], minute=at[1]) + timedelta(hours=21)
    world.says("Предложить новость", by=AUTHOR)
    writes(world, text)
    told = len(world.letters(AUTHOR))
    passes(world, hours=3, minutes=1)
    assert len(world.letters(AUTHOR)) == told
    day = timedelta(days=told_at < at)
    world.now = world.now.replace(hour=told_at[0], minute=told_at[1], second=0) + day
    passes(world)
    assert len(world.letters(AUTHOR)) == told + 1


def test_a_new_wish_to_write_shows_the_unsent_draft(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT)
    said = writes(world, "Предложить новость")
    assert "У вас не отправлена новость" in said[0].text
    assert said[1].text.startswith("Так выйдет")
    world.says("Отправить", by=AUTHOR)
    assert world.suggestion(1).content.text == TEXT


def test_words_of_the_dialog_stay_words_while_a_draft_is_open(world: World) -> None:
    world.happens(suggested(31))
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT)
    [said] = world.says("Статус 1", by=AUTHOR)
    assert said.startswith("№ 1: на рассмотрении")
    with world.look() as context:
        kept = context.unit.drafts.get(AUTHOR)
    assert kept is not None
    assert kept.draft.content.text == TEXT


# ------------------------------------------------------------------------------------- the answer to a return


def returned(world: World, reason: str = "Нужно фото", **more: Any) -> int:
    number = sent(world, **more)
    world.press(number, "Вернуть", reason)
    return number


def test_photos_in_answer_to_a_return_join_the_news_and_its_card_goes_to_the_top(world: World) -> None:
    number = returned(world)
    world.happens(suggested(31, text="Другая новость"))
    old = world.card(number).cmid
    [preview] = writes(world, "", *album(2))
    assert preview.text.startswith(f"Новость № {number} после правки выйдет так:\n\n{TEXT}")
    writes(world, "Отправить")

    known = world.suggestion(number)
    assert known.status is Status.PENDING
    assert len(known.content.attachments) == 2
    assert world.card(number).cmid > old
    assert world.chat()[-1].cmid == world.card(number).cmid
    assert "добавлено вложений: 2" in world.card(number).text
    assert last(world).text.startswith(f"Увидели вашу правку новости № {number}.")


def test_a_new_text_in_answer_to_a_return_takes_the_place_of_the_old(world: World) -> None:
    number = returned(world, "Слишком длинно", photos=1)
    writes(world, "Коротко: сквер открыли.")
    writes(world, "Отправить")
    content = world.suggestion(number).content
    assert content.text == "Коротко: сквер открыли."
    assert len(content.attachments) == 1
    assert "Автор изменил:" in world.card(number).text


def test_when_and_where_in_one_line_is_added(world: World) -> None:
    number = returned(world, "Когда и где")
    writes(world, "15 июня в 12:00 мск, Ангарск")
    writes(world, "Отправить")
    assert world.suggestion(number).content.text == f"{TEXT}\n\n15 июня в 12:00 мск, Ангарск"


def test_a_question_in_answer_to_a_return_is_no_correction(world: World) -> None:
    number = returned(world)
    [said] = writes(world, "А какое фото нужно?")
    assert said.text.startswith("Здесь отвечает бот")
    assert world.suggestion(number).status is Status.RETURNED


def test_a_suggestion_of_the_wall_can_be_corrected_in_the_dialog(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Вернуть", "Нужно фото")
    writes(world, "", *album(1))
    writes(world, "Отправить")
    known = world.suggestion(1)
    assert (known.origin, known.status) == (Origin.DIALOGUE, Status.PENDING)
    assert "добавлено вложений: 1" in world.card(1).text


def test_what_stands_on_the_wall_still_does_not_undo_the_correction(world: World) -> None:
    from handlers import reconcile

    world.happens(suggested(31, text=TEXT))
    world.press(1, "Вернуть", "Нужно фото")
    writes(world, "", *album(1))
    writes(world, "Отправить")
    listed = [suggested(31, text=TEXT)]
    with world.unit() as context:
        assert reconcile.worth_storing(context, listed) == []
        reconcile.compare(context, listed)
        assert reconcile.missing(context, []) == []
    assert len(world.suggestion(1).content.attachments) == 1

    again = [suggested(31, text=f"{TEXT} Адрес: Ленина, 5.")]
    with world.unit() as context:
        assert reconcile.worth_storing(context, again) == again
        reconcile.compare(context, again)
    known = world.suggestion(1)
    assert (known.origin, known.content.text) == (Origin.WALL, f"{TEXT} Адрес: Ленина, 5.")


def test_a_returned_suggestion_edited_on_vk_goes_to_the_top_too(world: World) -> None:
    from handlers import reconcile

    world.happens(suggested(31, text=TEXT))
    world.press(1, "Вернуть", "Когда и где")
    world.happens(suggested(32, text="Другая новость"))
    old = world.card(1).cmid
    with world.unit() as context:
        reconcile.compare(context, [suggested(31, text=f"{TEXT} 15 июня.")])
    world.deliver()
    assert world.card(1).cmid > old


def test_a_corrected_suggestion_on_the_wall_is_linked_to_the_returned_one(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Вернуть", "Нужно фото")
    world.later(days=2)
    world.happens(suggested(32, text=f"{TEXT} Теперь с фото.", attachments=album(1)))
    assert world.suggestion(2).corrects == 1
    assert "Исправленная № 1" in world.card(2).text
    assert "Заменена исправленной № 2" in world.card(1).text
    assert world.suggestion(1).status is Status.WITHDRAWN
    assert any(one.startswith("Это исправленная № 1") for one in world.letters(AUTHOR))


@pytest.mark.parametrize("days", [0, 9])
def test_other_news_after_a_return_is_just_news(world: World, days: int) -> None:
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Вернуть", "Нужно фото")
    world.later(days=days)
    text = "В Иркутске прошёл слёт старост: сорок человек учились писать заявки." if not days else TEXT
    world.happens(suggested(32, text=text))
    assert world.suggestion(2).corrects is None
    assert world.suggestion(1).status is Status.RETURNED


def test_a_word_about_drafts_is_no_correction_of_what_was_returned(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Вернуть", "Нужно фото")
    for word in ("Отправить", "Удалить", "Убрать вложения", "Согласен"):
        world.says(word, by=AUTHOR)
    with world.look() as context:
        assert context.unit.drafts.get(AUTHOR) is None


def test_what_is_left_on_vk_of_a_corrected_piece_and_published_by_hand_is_that_piece(world: World) -> None:
    """Else the story would come out twice: the old words by hand, the corrected ones by the desk."""
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Вернуть", "Когда и где")
    writes(world, f"{TEXT} Праздник прошёл 15 июня, на него пришли двести человек со всего района.")
    writes(world, "Отправить")
    assert world.suggestion(1).origin is Origin.DIALOGUE
    world.happens(on_the_wall(77, text=TEXT, signer=AUTHOR, at=world.now))
    known = world.suggestion(1)
    assert (known.status, known.published_post_id, known.proof) == (Status.PUBLISHED, 77, "by_hand")


def test_a_return_that_nobody_answers_is_closed_after_a_week_and_told(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Вернуть", "Нужно фото")
    for days, closed in ((6, 0), (2, 1)):
        world.later(days=days)
        with world.unit() as context:
            assert publication.is_over(context) is bool(closed)
            assert publication.expire_what_is_over(context) == closed
    world.deliver()
    assert world.suggestion(1).status is Status.EXPIRED
    assert world.letters(AUTHOR)[-1] == texts.lapsed(1)
    assert "Закрыто: автор не ответил на возврат" in world.card(1).text
    assert world.says("Статус 1", by=AUTHOR) == [f"№ 1: {texts.LAPSED}"]


def test_a_piece_closed_for_want_of_an_answer_comes_back_when_it_is_corrected(world: World) -> None:
    world.happens(suggested(31, text=TEXT))
    world.press(1, "Вернуть", "Нужно фото")
    world.later(days=8)
    with world.unit() as context:
        publication.expire_what_is_over(context)
    world.deliver()
    world.says("Исправить 1", by=AUTHOR)
    writes(world, "", *album(1))
    writes(world, "Отправить")
    assert world.suggestion(1).status is Status.PENDING
    assert world.suggestion(1).expires_at is None


def test_news_that_waits_is_corrected_by_its_number(world: World) -> None:
    number = sent(world)
    world.press(number, "В очередь")
    [asked] = world.says(f"Исправить {number}", by=AUTHOR)
    assert asked.startswith(f"Пришлите новый текст новости № {number}")
    writes(world, "Совсем другой текст")
    writes(world, "Отправить")
    known = world.suggestion(number)
    assert (known.status, known.content.text) == (Status.PENDING, "Совсем другой текст")
    assert world.publication(number) is None


def test_what_is_out_is_not_corrected_here(world: World) -> None:
    from editorial.delivery import Sent

    number = sent(world)
    world.press(number, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    [said] = world.says(f"Исправить {number}", by=AUTHOR)
    assert said == f"Новость № {number} здесь уже не исправить. Если в ней ошибка, напишите «Позвать человека»."


def test_a_strangers_news_is_not_corrected(world: World) -> None:
    number = sent(world)
    [said] = world.says(f"Исправить {number}", by=777)
    assert said == texts.NOT_YOURS


# --------------------------------------------------------------------------------------------------- taken back


def test_withdrawn_before_it_is_out_at_once(world: World) -> None:
    number = sent(world)
    assert world.says(f"Отозвать {number}", by=AUTHOR) == [f"Новость № {number} сняли, она не выйдет."]
    assert world.suggestion(number).status is Status.WITHDRAWN


def out(world: World) -> int:
    from editorial.delivery import Sent

    number = sent(world)
    world.press(number, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    world.says(f"Отозвать {number}", by=AUTHOR)
    return number


def request(world: World) -> Message:
    return next(one for one in reversed(world.chat()) if "Снять" in one.buttons)


def presses(world: World, message: Message, label: str, by: int = 11) -> str:
    from tests.builders import a_button_press

    [shown] = world.happens(a_button_press(message.buttons[label], by=by, where=CHAT, cmid=message.cmid))
    return shown.text


def test_after_it_is_out_the_moderators_are_asked_once(world: World) -> None:
    number = out(world)
    world.says(f"Отозвать {number}", by=AUTHOR)
    asked = [one for one in world.chat() if "просит удалить пост" in one.text]
    assert len(asked) == 1
    assert "https://vk.com/wall-1_77" in asked[0].text


def test_taken_down_by_a_press_and_the_author_is_told(world: World) -> None:
    from editorial.delivery import Sent

    number = out(world)
    assert presses(world, request(world), "Снять") == "Снимаем со стены"
    assert presses(world, request(world), "Оставить") == f"№ {number}: уже решили снять"
    with world.unit() as context:
        [row] = [row for row in context.unit.outbox.claim("vk_wall", world.now, 5) if row.kind == "delete_post"]
    assert row.payload == {"post_id": 77}
    world.ends(row, Sent({"post_id": 77}))
    assert world.letters(AUTHOR)[-1] == f"Новость № {number} сняли со стены, как вы просили."


def test_left_on_the_wall_by_a_press_and_the_author_is_told(world: World) -> None:
    number = out(world)
    assert presses(world, request(world), "Оставить") == "Оставили, автору ответим"
    assert world.letters(AUTHOR)[-1].startswith(f"Новость № {number} решили оставить на стене.")


def test_a_stranger_takes_nothing_down(world: World) -> None:
    out(world)
    assert presses(world, request(world), "Снять", by=777) == "Решают только руководители сообщества"


# ------------------------------------------------------------------------------------------------- forgotten


def test_a_forgotten_persons_draft_is_gone(world: World) -> None:
    number = sent(world)
    world.says("Предложить новость", by=AUTHOR)
    writes(world, "Ещё одна", *album(1))
    world.says("Удалить мои данные", by=AUTHOR)
    world.says("Да, удалить", by=AUTHOR)
    with world.look() as context:
        assert context.unit.drafts.get(AUTHOR) is None
        assert context.unit.passports.get(number) is None
        assert context.unit.authors.get(AUTHOR) is None
    known = world.suggestion(number)
    assert (known.author_id, known.behind) == (None, None)
    told = len(world.letters(AUTHOR))
    world.later(hours=timedelta(days=2).total_seconds() / 3600)
    world.deliver()
    assert len(world.letters(AUTHOR)) == told


# ------------------------------------------------------------------------------------------------- what is forwarded

POST = Quote(Content("Совет принял бюджет.", (a_photo(7),)), "https://vk.com/wall-5_77")
NOTE = Quote(Content("Открыли каток."))


def forwards(world: World, *quotes: Quote, text: str = "", cmid: int | None = None) -> list[str]:
    before = len(world.conversations.get(AUTHOR, []))
    message = replace(a_message(text, by=AUTHOR, at=world.now), quoted=quotes)
    world.happens(replace(message, cmid=cmid) if cmid is not None else message)
    passes(world)
    return [one.text for one in world.conversations.get(AUTHOR, [])[before:]]


@pytest.mark.parametrize("asked", [True, False], ids=["asked for", "at once"])
def test_t63_a_shared_post_becomes_a_draft_with_its_source(world: World, asked: bool) -> None:
    if asked:
        world.says("Предложить новость", by=AUTHOR)
    [preview] = forwards(world, POST)
    assert preview.startswith("Так выйдет:\n\nСовет принял бюджет.\n\nИсточник: vk.com/wall-5_77")
    assert last(world).attachments == ("photo601_7_abc",)
    world.says("Отправить", by=AUTHOR)
    assert "Совет принял бюджет." in world.card(1).text
    assert world.suggestion(1).behind is not None
    assert world.suggestion(1).content.attachments == (a_photo(7),)


def test_forwarded_messages_follow_the_writer_s_own_words_in_their_order(world: World) -> None:
    [preview] = forwards(world, NOTE, POST, text="Две новости:")
    assert preview.startswith("Так выйдет:\n\nДве новости:\n\nОткрыли каток.\n\nСовет принял бюджет.")


@pytest.mark.parametrize("begun", [True, False], ids=["begun before", "with the words"])
def test_what_comes_with_the_word_to_begin_is_not_lost(world: World, begun: bool) -> None:
    if begun:
        writes(world, TEXT * 6)
    forwards(world, NOTE, text="Предложить новость")
    assert "Открыли каток." in last(world).text
    assert (TEXT in last(world).text) is begun


def test_what_cannot_be_taken_of_a_forward_is_told(world: World) -> None:
    said = forwards(world, Quote(Content("", (Attachment("audio_message", 601, 5),))))
    assert texts.KIND_NOT_TAKEN in said


def test_an_answer_to_what_is_in_the_draft_does_not_bring_it_twice(world: World) -> None:
    world.says("Предложить новость", by=AUTHOR)
    writes(world, TEXT, cmid=101)
    forwards(world, Quote(Content(TEXT), cmid=101, answered=True), text="И ещё: открыт каждый день.")
    assert last(world).text.count(TEXT) == 1
    assert "И ещё: открыт каждый день." in last(world).text
    forwards(world, Quote(Content("Вход свободный."), cmid=55, answered=True), text="Вот это забыли.")
    assert "Вот это забыли.\n\nВход свободный." in last(world).text


def test_an_answer_in_a_talk_is_no_news(world: World) -> None:
    [said] = forwards(world, Quote(Content(TEXT * 6), cmid=55, answered=True), text="Спасибо")
    assert said.startswith("Здесь отвечает бот")


def test_a_long_text_that_answers_news_already_sent_does_not_bring_it_again(world: World) -> None:
    sent(world)
    forwards(world, Quote(Content(TEXT), cmid=55, answered=True), text="Подробности о катке. " * 20)
    assert TEXT not in last(world).text
