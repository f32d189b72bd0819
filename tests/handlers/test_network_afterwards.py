"""What happens to a post that is out: edits and deletions on VK are carried, corrections and removals by presses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import sweep
from editorial.delivery import Delivery, Refused, RetryLater, Sent, Uncertain
from editorial.networks import CopyState, OurPost, PostState, Reach
from handlers import digest, outcomes, own_posts
from tests.builders import (
    ANNA,
    AUTHOR,
    BORIS,
    CHAT,
    WALL,
    a_button_press,
    a_photo,
    on_the_wall,
    suggested,
)
from tests.handlers.networks import Networks, a_wide_world, published
from tests.handlers.test_merging import OTHER, merge, with_alike
from tests.handlers.world import World

OUT = CopyState.OUT


@pytest.fixture
def networks(make_world: Callable[..., World]) -> Networks:
    return a_wide_world(make_world)


def card(networks: Networks, number: int = 1) -> str:
    return networks.world.card(number).text


def on_vk(networks: Networks, kind: str, outcome: object) -> Delivery:
    """The correction or deletion that waits for VK ends so."""
    with networks.world.unit() as context:
        [delivery] = context.unit.outbox.claim("vk_wall", context.now, 1)
        assert delivery.kind == kind
        outcomes.apply(context, delivery, outcome)  # type: ignore[arg-type]
    networks.world.deliver()
    return delivery


def swept(networks: Networks, shown: dict[int, str], deleted: tuple[int, ...] = ()) -> None:
    """The due posts are read again, and what follows leaves; VK shows these texts by post."""
    reread(networks, shown, deleted)
    networks.deliver()


def reread(networks: Networks, shown: dict[int, str], deleted: tuple[int, ...] = ()) -> None:
    with networks.world.unit() as context:
        due = context.unit.posts.due(context.now, 100)
        found = {
            post_id: replace(on_the_wall(post_id, text=text, attachments=[a_photo()]), reach=Reach(120, 7, 2, 1))
            for post_id, text in shown.items()
        }
        sweep.store(context, due, found, frozenset(deleted))


# -------------------------------------------------------------------------------------------------------- afterwards


def test_t70_an_edit_on_vk_is_carried_and_what_forbids_it_is_listed(networks: Networks) -> None:
    published(networks, "Было")
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {77: "Стало"})
    assert networks.texts("telegram") == ["Стало"]
    assert networks.texts("max") == ["Стало"]
    assert "ВКонтакте: текст или вложения изменены сегодня в 10:02 мск" in card(networks).splitlines()
    assert "Веб-хук: сеть не даёт боту, исправьте вручную: https://webhook.invalid/" in card(networks)


def test_what_a_person_corrected_is_to_be_corrected_again_when_the_post_says_what_it_said_before(
    networks: Networks,
) -> None:
    published(networks, "Было")
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {77: "Стало"})
    networks.world.press(1, "Ещё", "Сети", "Сделано: Веб-хук")
    assert "исправьте вручную" not in card(networks)
    networks.world.later(minutes=5)
    swept(networks, {77: "Было"})
    assert "Веб-хук: сеть не даёт боту, исправьте вручную: https://webhook.invalid/" in card(networks)


LONG = "Было. " + "И стало подробно. " * 15


@pytest.mark.parametrize("before", [("Было",), (LONG, "Было")])
def test_what_a_post_grew_by_before_it_left_is_not_cut_off(networks: Networks, before: tuple[str, ...]) -> None:
    networks.breaks("telegram", RetryLater("network", 300.0))
    published(networks, before[0])
    networks.deliver()
    for text in (*before[1:], LONG):
        networks.world.later(minutes=4)
        swept(networks, {77: text})
    networks.world.later(minutes=5)
    networks.deliver()
    assert networks.texts("telegram") == [LONG, f"{LONG} (часть 2)"]
    assert networks.states()["telegram"] == [OUT, OUT]


def test_what_is_to_be_corrected_by_hand_is_not_when_the_post_says_what_it_said_before(networks: Networks) -> None:
    published(networks, "Было")
    networks.deliver()
    for text in ("Стало", "Было"):
        networks.world.later(minutes=4)
        swept(networks, {77: text})
    assert "исправьте вручную" not in card(networks)


def pulled(networks: Networks) -> None:
    networks.world.press(1, "Ещё", "Сети", "Отозвать везде", "Да, отозвать")


def deleted_by_somebody(networks: Networks) -> None:
    with networks.world.unit() as context:
        own_posts.deleted_on_vk(context, 1)


@pytest.mark.parametrize("goes", [pulled, deleted_by_somebody])
def test_a_post_that_is_gone_is_not_given_out_by_its_late_event(
    networks: Networks, goes: Callable[[Networks], None]
) -> None:
    world = networks.world
    world.happens(suggested(31, text="Рано", attachments=[a_photo()]))
    world.press(1, "Опубликовать")
    world.wall(Sent({"post_id": 77}))
    goes(networks)
    world.happens(on_the_wall(77, text="Рано", attachments=[a_photo()], at=world.now))
    networks.deliver()
    assert [networks.texts(key) for key in ("telegram", "max", "webhook")] == [[], [], []]
    post = networks.post()
    assert post is not None
    assert post.state is PostState.GONE


def test_a_change_that_was_taken_back_before_it_left_is_not_carried(networks: Networks) -> None:
    published(networks, "Было")
    networks.deliver()
    networks.world.later(minutes=2)
    reread(networks, {77: "Стало"})
    networks.world.later(minutes=5)
    networks.breaks("max", Refused("cannot_edit"))
    swept(networks, {77: "Было"})
    assert networks.texts("max") == ["Было"]
    assert networks.answers["max"], "nothing was asked of the network"


def test_t08_a_post_as_it_was_leads_to_nothing(networks: Networks) -> None:
    published(networks, "Было")
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {77: "Было"})
    assert networks.texts("telegram") == ["Было"]
    post = networks.post()
    assert post is not None
    assert post.reach == Reach(120, 7, 2, 1)
    assert post.next_look is not None
    assert post.next_look > networks.world.now


def test_posts_that_are_as_they_were_are_noted_all_at_once(networks: Networks) -> None:
    numbers = range(1, 13)
    networks.world.happens(*(suggested(30 + number) for number in numbers))
    with networks.world.unit() as context:
        for number in numbers:
            content = on_the_wall(number).content
            seen = OurPost(number, WALL, number, content, PostState.LIVE, context.now, seen_at=context.now)
            known = replace(seen, released_at=context.now, next_look=context.now)
            context.unit.posts.put(known, context.now)
        due = context.unit.posts.due(context.now, 100)
    found = {number: replace(on_the_wall(number), reach=Reach(number)) for number in numbers}
    with networks.world.unit() as context, networks.world.statements() as asked:
        sweep.store(context, due, found, frozenset())
    assert len(asked) == 2
    posts = [networks.post(number) for number in numbers]
    assert [post.reach.views for post in posts if post] == list(numbers)
    assert all(post.next_look and post.next_look > networks.world.now for post in posts if post)


@pytest.mark.parametrize("shown", ["Было", "Стало", None])
def test_a_post_that_something_happened_to_while_it_was_read_is_left_to_the_next_round(
    networks: Networks, shown: str | None
) -> None:
    published(networks, "Было")
    networks.deliver()
    networks.world.later(minutes=2)
    with networks.world.unit() as context:
        due = context.unit.posts.due(context.now, 100)
        [post] = due
        moved = replace(post, next_look=networks.world.now + timedelta(minutes=7))
        context.unit.posts.put(moved, context.now)
        seen = on_the_wall(77, text=shown or "", attachments=[a_photo()])
        sweep.store(context, due, {77: seen} if shown else {}, frozenset() if shown else frozenset({77}))
    networks.deliver()
    assert networks.post() == moved
    assert networks.texts("telegram") == ["Было"]


def test_t71_a_post_deleted_on_vk_is_taken_out_everywhere(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {}, deleted=(77,))
    assert networks.texts("telegram") == []
    assert networks.texts("max") == []
    assert "Снято: поста ВКонтакте больше нет" in card(networks)
    assert "Вышло" not in card(networks)
    assert "Веб-хук: сеть не даёт боту, удалите вручную: https://webhook.invalid/" in card(networks)


def test_t16_a_post_that_is_not_shown_is_not_taken_for_deleted(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {})
    assert len(networks.texts("telegram")) == 1
    assert "Вышло" in card(networks)
    post = networks.post()
    assert post is not None
    assert post.next_look == networks.world.now + sweep.doubt(networks.world.desk)


def deleted_by_hand(networks: Networks) -> None:
    """Suggestion 1 went out everywhere; then somebody deletes its post on VK."""
    published(networks)
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {}, deleted=(77,))


def joined(networks: Networks) -> str:
    """№ 2 went out everywhere in the post of № 1; returns what the post says."""
    merge(with_alike(networks.world))
    networks.world.press(1, "Опубликовать")
    networks.world.wall(Sent({"post_id": 77}))
    lead = networks.world.suggestion(1)
    networks.world.happens(on_the_wall(77, text=lead.text, attachments=lead.attachments, at=networks.world.now))
    networks.deliver()
    return lead.text


def test_a_joint_post_that_left_vk_is_gone_for_every_news_in_it(networks: Networks) -> None:
    joined(networks)
    for number in (1, 2):
        assert "Вышло" in card(networks, number)
        assert "Телеграм: вышло" in card(networks, number)
        assert "MAX: вышло" in card(networks, number)
    networks.world.later(minutes=2)
    swept(networks, {}, deleted=(77,))
    for number, who in ((1, AUTHOR), (2, OTHER)):
        assert "Снято: поста ВКонтакте больше нет" in card(networks, number)
        assert "MAX: снято" in card(networks, number)
        assert "Вышло" not in card(networks, number)
        [live] = [one for one in networks.world.letters(who) if one.startswith(f"Получили новость, № {number}")]
        assert "снята: поста ВКонтакте больше нет" in live


def more_of(networks: Networks, number: int) -> list[str]:
    if "Ещё" not in networks.world.card(number).buttons:
        return []
    networks.world.press(number, "Ещё")
    return list(networks.world.card(number).buttons)


def test_the_networks_of_a_joint_post_are_settled_on_the_card_of_its_lead(networks: Networks) -> None:
    joined(networks)
    networks.world.press(1, "Ещё")
    assert "Сети" in networks.world.card(1).buttons
    assert "Сети" not in more_of(networks, 2)


def test_a_joint_post_that_was_changed_on_vk_says_so_on_every_card(networks: Networks) -> None:
    joined(networks)
    networks.world.later(minutes=2)
    swept(networks, {77: "Стало"})
    for number in (1, 2):
        assert "ВКонтакте: текст или вложения изменены сегодня в 10:02 мск" in card(networks, number).splitlines()


def test_a_joint_post_that_vk_does_not_take_down_is_off_once_a_person_did_it(networks: Networks) -> None:
    joined(networks)
    networks.world.press(1, "Ещё", "Сети", "Отозвать везде", "Да, отозвать")
    for number in (1, 2):
        assert "Снимаем ВКонтакте, https://vk.com/wall-1_77" in card(networks, number)
    on_vk(networks, "delete_post", Refused("by_hand"))
    for number in (1, 2):
        assert "ВКонтакте не снять" in card(networks, number)
    networks.world.press(1, "Ещё", "Сети", "Сделано: ВКонтакте")
    for number in (1, 2):
        assert "Снято: поста ВКонтакте больше нет" in card(networks, number)


def test_editors_say_for_each_network_whether_a_deletion_is_carried_or_asked_about(networks: Networks) -> None:
    said = networks.world.says("/сети MAX спрашивать", by=ANNA, where=CHAT)
    assert said == ["MAX: работает, удаление ВКонтакте: спросим"]
    deleted_by_hand(networks)
    assert networks.texts("telegram") == []
    assert len(networks.texts("max")) == 1
    [note] = [one.text for one in networks.world.chat() if "пост удалили ВКонтакте" in one.text]
    assert note.startswith("№ 1: пост удалили ВКонтакте, снимаем и в сетях: Телеграм, Веб-хук. Осталось: MAX;")
    assert "MAX: осталось. Снять или оставить: Ещё → Сети, https://max.invalid/" in card(networks)

    assert networks.world.press(1, "Ещё", "Сети", "Снять: MAX") == "Снимаем"

    networks.deliver()
    assert networks.texts("max") == []
    assert "MAX: снято" in card(networks)


def test_what_was_asked_about_may_stay(networks: Networks) -> None:
    networks.world.says("/сети все спрашивать", by=ANNA, where=CHAT)
    deleted_by_hand(networks)
    assert networks.world.press(1, "Ещё", "Сети", "Оставить: Телеграм") == "Оставляем"
    networks.deliver()
    assert len(networks.texts("telegram")) == 1
    assert "Телеграм: вышло" in card(networks)
    assert "MAX: осталось" in card(networks)


def test_who_presses_late_does_not_take_out_what_another_left(networks: Networks) -> None:
    networks.world.says("/сети все спрашивать", by=ANNA, where=CHAT)
    deleted_by_hand(networks)
    networks.world.press(1, "Ещё", "Сети")
    seen = networks.world.card(1)
    late = {name: seen.buttons[f"{name}: Телеграм"] for name in ("Оставить", "Снять")}
    networks.world.happens(a_button_press(late["Оставить"], by=ANNA, cmid=seen.cmid))
    for name in ("Снять", "Оставить"):
        [told] = networks.world.happens(a_button_press(late[name], by=ANNA, cmid=seen.cmid))
        assert told.text not in ("Снимаем", "Оставляем")
    networks.deliver()
    assert len(networks.texts("telegram")) == 1
    assert "Телеграм: вышло" in card(networks)


def test_what_may_be_under_way_when_the_post_goes_is_asked_about_once_it_is_known(networks: Networks) -> None:
    networks.world.says("/сети все спрашивать", by=ANNA, where=CHAT)
    networks.breaks("telegram", Uncertain("no_answer"))
    deleted_by_hand(networks)
    [id_] = networks.readers["telegram"]
    networks.found("telegram", Sent({"ids": [id_], "link": "https://telegram.invalid/1"}))
    assert len(networks.texts("telegram")) == 1
    assert "Телеграм: осталось" in card(networks)


def test_what_has_not_left_when_the_post_goes_does_not_leave_at_all(networks: Networks) -> None:
    networks.world.says("/сети все спрашивать", by=ANNA, where=CHAT)
    networks.world.says("/сети MAX пауза", by=ANNA, where=CHAT)
    deleted_by_hand(networks)
    networks.world.says("/сети MAX продолжить", by=ANNA, where=CHAT)
    networks.deliver()
    assert networks.texts("max") == []
    assert "MAX: не отправляли" in card(networks)


def test_a_moderator_who_is_no_editor_takes_nothing_down(networks: Networks) -> None:
    networks.world.says("/сети MAX спрашивать", by=ANNA, where=CHAT)
    deleted_by_hand(networks)
    assert "редактор" in networks.world.press(1, "Ещё", "Сети", "Снять: MAX", by=BORIS).lower()
    networks.deliver()
    assert len(networks.texts("max")) == 1


def test_a_task_for_a_person_is_ticked_off(networks: Networks) -> None:
    deleted_by_hand(networks)
    assert networks.world.press(1, "Ещё", "Сети", "Сделано: Веб-хук") == "Записали: сделано"
    assert "Веб-хук: снято" in card(networks)


def test_a_change_that_failed_for_a_passing_reason_is_tried_again_by_a_press(networks: Networks) -> None:
    networks.breaks("max", Refused("media_refused"))
    published(networks, "Было")
    networks.deliver()
    networks.world.press(1, "Ещё", "Сети", "Повторить: MAX")
    networks.deliver()
    networks.breaks("max", Refused("content_blocked"))
    networks.world.later(minutes=2)
    swept(networks, {77: "Стало"})
    assert "MAX: запись не пропустили, исправьте вручную: https://max.invalid/" in card(networks)
    networks.world.press(1, "Ещё", "Сети", "Повторить: MAX")
    networks.deliver()
    assert networks.texts("max") == ["Стало"]


def test_what_somebody_deleted_in_its_network_is_no_task_for_anybody(networks: Networks) -> None:
    published(networks, "Было")
    networks.deliver()
    networks.breaks("max", Refused("gone", 404))
    networks.world.later(minutes=2)
    swept(networks, {77: "Стало"})
    assert "MAX: записи там уже нет" in card(networks).splitlines()


def test_the_author_is_shown_that_the_post_is_gone(networks: Networks) -> None:
    deleted_by_hand(networks)
    [said] = networks.world.says("Статус 1", by=AUTHOR)
    assert said.splitlines()[0] == "№ 1: снята: поста ВКонтакте больше нет"
    [live] = [one for one in networks.world.letters(AUTHOR) if one.startswith("Получили новость, № 1")]
    assert "снята: поста ВКонтакте больше нет" in live
    assert "вышла, https://vk.com" not in live


def test_my_news_names_the_networks_and_where_the_links_are(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    [said] = networks.world.says("Мои новости", by=AUTHOR)
    assert "№ 1: вышла, https://vk.com/wall-1_77; ещё Телеграм, MAX, Веб-хук" in said
    assert said.splitlines()[-1] == "Ссылки: «Статус» и номер, например «Статус 1»."


def test_vk_refuses_the_deletion_and_a_person_does_it(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    networks.world.says("Отозвать 1", by=AUTHOR)
    networks.world.press(1, "Ещё", "Сети", "Отозвать везде", "Да, отозвать")
    networks.deliver()
    on_vk(networks, "delete_post", Refused("by_hand"))
    assert "ВКонтакте не снять" in card(networks)
    assert "удалите вручную: https://vk.com/wall-1_77" in card(networks).lower()
    assert networks.texts("max") == []
    assert "сняли" not in networks.world.letters(AUTHOR)[-1]

    networks.world.later(minutes=3)
    swept(networks, {}, deleted=(77,))

    assert "Снято: поста ВКонтакте больше нет" in card(networks)
    assert networks.world.letters(AUTHOR)[-1] == "Новость № 1 сняли со стены, как вы просили."
    assert not [one for one in networks.world.chat() if "пост удалили ВКонтакте" in one.text]


def test_an_author_s_wish_takes_the_copies_down_at_once(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    networks.world.says("Отозвать 1", by=AUTHOR)
    [request] = [one for one in networks.world.chat() if "Снять" in one.buttons]
    networks.world.happens(a_button_press(request.buttons["Снять"], by=ANNA, cmid=request.cmid))
    networks.deliver()
    assert networks.texts("telegram") == []
    assert networks.texts("max") == []
    on_vk(networks, "delete_post", Sent({}))
    assert networks.world.letters(AUTHOR)[-1] == "Новость № 1 сняли со стены, как вы просили."


def test_correcting_everywhere_starts_with_vk(networks: Networks) -> None:
    published(networks, "С опечаткой")
    networks.deliver()
    networks.world.press(1, "Ещё", "Сети", "Исправить везде")
    networks.world.replies(1, "Без опечатки")
    networks.deliver()
    assert networks.texts("telegram") == ["С опечаткой"]
    assert "ВКонтакте: исправляем" in card(networks).splitlines()
    fixed = on_the_wall(77, text="Без опечатки", attachments=[a_photo()])
    on_vk(networks, "edit_post", Sent({"post": fixed}))
    networks.deliver()
    assert networks.texts("telegram") == ["Без опечатки"]


def test_taking_back_everywhere_asks_once_more(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    networks.world.press(1, "Ещё", "Сети", "Отозвать везде")
    networks.deliver()
    assert len(networks.texts("telegram")) == 1
    networks.world.press(1, "Да, отозвать")
    networks.deliver()
    on_vk(networks, "delete_post", Sent({}))
    assert networks.texts("telegram") == []
    assert networks.states()["max"] == [CopyState.REMOVED]
    assert "Снято: поста ВКонтакте больше нет" in card(networks)
    assert "Вышло" not in card(networks)


def test_what_a_network_forbids_becomes_a_task_for_a_person(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    networks.breaks("telegram", Refused("cannot_remove"))
    networks.world.press(1, "Ещё", "Сети", "Отозвать везде", "Да, отозвать")
    networks.deliver()
    assert "Телеграм: сеть не даёт боту, удалите вручную: https://telegram.invalid/" in card(networks)


def test_an_edit_meanwhile_reaches_what_was_in_flight(networks: Networks) -> None:
    networks.breaks("telegram", Uncertain("no_answer"))
    published(networks, "Было")
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {77: "Стало"})
    assert networks.texts("telegram") == ["Было"]
    [id_] = networks.readers["telegram"]
    networks.found("telegram", Sent({"ids": [id_], "link": None}))
    assert networks.texts("telegram") == ["Стало"]


def test_how_far_a_copy_got_stands_on_its_line(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    [copy] = networks.copies()["max"]
    with networks.world.unit() as context:
        context.unit.copies.reached([(copy, Reach(31, 2), None)], context.now)
    networks.world.press(1, "Ещё", "Назад")
    [line] = [line for line in card(networks).splitlines() if line.startswith("MAX")]
    assert line.startswith("MAX: вышло, https://max.invalid/")
    assert line.endswith(" · 31 просмотр")


# ------------------------------------------------------------------------------------------ without other networks


@pytest.fixture
def wall_only(make_world: Callable[..., World]) -> Networks:
    made = Networks(make_world())
    published(made, "Было")
    return made


def test_without_other_networks_the_post_is_corrected_from_its_card(wall_only: Networks) -> None:
    wall_only.world.press(1, "Ещё", "Пост", "Исправить")
    assert "поправим ВКонтакте. " in card(wall_only)
    assert wall_only.world.replies(1, "Стало") == []
    assert "ВКонтакте: исправляем" in card(wall_only)
    stands = on_the_wall(77, text="Стало", attachments=[a_photo()])
    assert on_vk(wall_only, "edit_post", Sent({"post": stands})).payload["text"] == "Стало"
    assert "ВКонтакте: текст или вложения изменены" in card(wall_only)
    assert "Сейчас там: «Стало»" in card(wall_only)


def test_without_other_networks_the_post_is_taken_down_from_its_card(wall_only: Networks) -> None:
    wall_only.world.press(1, "Ещё", "Пост", "Отозвать")
    assert "Удалить пост ВКонтакте?" in card(wall_only)
    wall_only.world.press(1, "Да, отозвать")
    on_vk(wall_only, "delete_post", Sent())
    assert "Снято: поста ВКонтакте больше нет" in card(wall_only)
    assert "Ещё" not in wall_only.world.card(1).buttons or "Пост" not in opened(wall_only)


def test_without_other_networks_what_vk_refuses_is_done_by_hand(wall_only: Networks) -> None:
    wall_only.world.press(1, "Ещё", "Пост", "Отозвать", "Да, отозвать")
    on_vk(wall_only, "delete_post", Refused("no_rights"))
    wall_only.world.press(1, "Ещё", "Пост", "Сделано: ВКонтакте")
    assert "Снято: поста ВКонтакте больше нет" in card(wall_only)


def test_what_vk_refused_is_tried_once_more_by_a_press(wall_only: Networks) -> None:
    world = wall_only.world
    world.press(1, "Ещё", "Пост", "Исправить")
    world.replies(1, "Мост открыли в четверг.")
    on_vk(wall_only, "edit_post", Refused("post_refused"))
    world.press(1, "Ещё", "Пост", "Повторить: ВКонтакте")
    assert on_vk(wall_only, "edit_post", Refused("post_refused")).payload["text"] == "Мост открыли в четверг."
    world.press(1, "Ещё", "Пост", "Отозвать", "Да, отозвать")
    on_vk(wall_only, "delete_post", Refused("no_rights"))
    world.press(1, "Ещё", "Пост", "Повторить: ВКонтакте")
    on_vk(wall_only, "delete_post", Sent({}))
    assert "Снято: поста ВКонтакте больше нет" in card(wall_only)


def opened(networks: Networks, number: int = 1) -> list[str]:
    """What stands behind «Ещё»."""
    networks.world.press(number, "Ещё")
    found = list(networks.world.card(number).buttons)
    networks.world.press(number, "Назад")
    return found


def test_without_other_networks_nothing_is_offered_before_the_post_is_out(make_world: Callable[..., World]) -> None:
    networks = Networks(make_world())
    networks.world.happens(suggested(31))
    assert "Пост" not in opened(networks)
    assert "Сети" not in opened(networks)


# ------------------------------------------------------------------------------------------------ lines of a digest


@pytest.fixture
def lines_out(make_world: Callable[..., World]) -> Networks:
    """Two lines of two authors are out in digest 3, on VK and in every network."""
    networks = a_wide_world(make_world)
    world = networks.world
    world.happens(suggested(31, text="Открыли сквер."), suggested(32, text="Открыли школу.", author=602))
    for number in (1, 2):
        world.press(number, "В дайджест")
    world.later(hours=9, minutes=5)
    with world.unit() as context:
        assert digest.make_due(context) == [3]
    world.later(hours=1)
    assert world.wall(Sent({"post_id": 77})) == [3]
    world.happens(on_the_wall(77, text=world.suggestion(3).text, at=world.now))
    networks.deliver()
    return networks


def test_an_author_sees_where_else_the_line_is(lines_out: Networks) -> None:
    [said] = lines_out.world.says("Статус 1", by=AUTHOR)
    assert "Телеграм: https://telegram.invalid/" in said
    [news] = lines_out.world.says("Мои новости", by=AUTHOR)
    assert "Телеграм" in news


@pytest.mark.parametrize("by_hand", [True, False], ids=["deleted on VK", "pulled"])
def test_t71_lines_of_a_digest_that_is_gone_are_out_no_more(lines_out: Networks, by_hand: bool) -> None:
    world = lines_out.world
    world.says("Отозвать 1", by=AUTHOR)
    if by_hand:
        world.later(minutes=2)
        swept(lines_out, {}, deleted=(77,))
    else:
        world.press(3, "Ещё", "Сети", "Отозвать везде", "Да, отозвать")
        on_vk(lines_out, "delete_post", Sent())
        lines_out.deliver()
    for author, number in ((AUTHOR, 1), (602, 2)):
        [said] = world.says(f"Статус {number}", by=author)
        assert said.startswith(f"№ {number}: снята: поста ВКонтакте больше нет")
        assert "Снято: поста ВКонтакте больше нет" in card(lines_out, number)
    assert "сняли со стены, как вы просили" in world.letters(AUTHOR)[-2]
    assert not any("как вы просили" in letter for letter in world.letters(602))
