"""What happens to a post that is out: edits and deletions on VK are carried, corrections and removals by presses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import sweep
from editorial.delivery import Delivery, Refused, Sent, Uncertain
from editorial.networks import CopyState, Reach
from handlers import network_rules, outcomes
from tests.builders import a_photo, on_the_wall
from tests.handlers.networks import Networks, a_wide_world, published
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
    """The due posts are read again; VK shows these texts by post."""
    with networks.world.unit() as context:
        due = context.unit.posts.due(context.now, 100)
        found = {
            post_id: replace(on_the_wall(post_id, text=text, attachments=[a_photo()]), reach=Reach(120, 7, 2, 1))
            for post_id, text in shown.items()
        }
        sweep.store(context, due, found, frozenset(deleted))
    networks.deliver()


# -------------------------------------------------------------------------------------------------------- afterwards


def test_t70_an_edit_on_vk_is_carried_and_what_forbids_it_is_listed(networks: Networks) -> None:
    published(networks, "Было")
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {77: "Стало"})
    assert networks.texts("telegram") == ["Стало"]
    assert networks.texts("max") == ["Стало"]
    assert "Веб-хук: сеть не даёт боту, исправьте вручную: https://webhook.invalid/" in card(networks)


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


def test_t71_a_post_deleted_on_vk_is_taken_out_everywhere(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {}, deleted=(77,))
    assert networks.texts("telegram") == []
    assert networks.texts("max") == []
    assert "ВКонтакте: " in card(networks)
    assert "Веб-хук: сеть не даёт боту, удалите вручную: https://webhook.invalid/" in card(networks)


def test_t16_a_post_that_is_not_shown_is_not_taken_for_deleted(networks: Networks) -> None:
    published(networks)
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {})
    assert len(networks.texts("telegram")) == 1
    assert "ВКонтакте: " not in card(networks)
    post = networks.post()
    assert post is not None
    assert post.next_look == networks.world.now + sweep.DOUBT


def test_a_deletion_is_only_asked_about_when_editors_want_it_so(networks: Networks) -> None:
    with networks.world.unit() as context:
        network_rules.carry_removal(context, False)
    published(networks)
    networks.deliver()
    networks.world.later(minutes=2)
    swept(networks, {}, deleted=(77,))
    assert len(networks.texts("telegram")) == 1
    networks.world.press(1, "Ещё", "Сети", "Отозвать везде")
    networks.deliver()
    assert networks.texts("telegram") == []


def test_correcting_everywhere_starts_with_vk(networks: Networks) -> None:
    published(networks, "С опечаткой")
    networks.deliver()
    networks.world.press(1, "Ещё", "Сети", "Исправить везде")
    networks.world.replies(1, "Без опечатки")
    networks.deliver()
    assert networks.texts("telegram") == ["С опечаткой"]
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
    assert "ВКонтакте: снято" in card(networks)


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
    assert networks.world.now.tzinfo is not None
    assert timedelta(0) < sweep.DOUBT
