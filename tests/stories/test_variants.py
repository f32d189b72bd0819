"""What nobody has written down about VK: the whole way of a suggestion holds under every answer VK may give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.variants import CHOICES
from tests.stories.desk import Desk, open_desk

TEXT = "В районе открыли школу старост: сорок человек учатся вести собрания и писать заявки"

VARIANTS: list[dict[str, Any]] = [
    {"published_photo_ids": "recreated"},
    {"photo_post_id": "new"},
    {"suggestion_photo_owner": "author"},
    {"event_before_answer": True},
    {"published_id": "same"},
    {"omitted_content": "lost"},
    {"edited_field": True},
    {"message_event_payload": "string"},
    {"identical_edit": "error"},
    {"chat_access": "mentions"},
    {"signed_author": "publisher"},
    {"signed_author": "nobody"},
    {"guid": "hour"},
    {"event_post_type": "type_only"},
    {"late_event_answer_code": 15},
    {"crop_events_over": 10},
    # What is not on this way, or only when something goes wrong: all the other answers at once.
    {
        "community_key_publishes_suggestion": True,
        "suggestion_publish_date": "error",
        "community_photo_album8": "dropped",
        "community_messages_photo": "attach",
        "postponed_item_id": "other",
        "postponed_published_id": "same",
        "postponed_by_id": "missing",
        "postpone_event": True,
        "past_publish_date": "now",
        "schedule_flags_by_api": True,
        "over_limit": "cut",
        "delete_twice": 210,
        "vk_id_refusal": 15,
        "service_refusal": 1051,
        "links_have_pictures": False,
    },
    {"suggestion_publish_date": "now", "delete_twice": 1},
]

SECOND_PUBLISH: list[int | str] = [100, 104, 15, 210, 214, "duplicate"]


def named(variant: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in list(variant.items())[:2])


def test_no_answer_vk_may_give_is_left_out() -> None:
    played = {(name, value) for variant in VARIANTS for name, value in variant.items()}
    played |= {("second_publish", value) for value in SECOND_PUBLISH}

    others = {(name, value) for name, choices in CHOICES.items() for value in choices[1:] if name != "strict"}
    assert others - played == set()


@pytest.mark.parametrize("variant", VARIANTS, ids=named)
def test_a_suggestion_goes_the_whole_way_whatever_vk_does(desk: Desk, variant: dict[str, Any]) -> None:
    desk.sandbox.variant(**variant)
    desk.sandbox.suggest(601, TEXT, photos=2)

    desk.press(desk.card_of(TEXT), "Опубликовать")
    post = desk.wait_post(TEXT)
    desk.wait_card(TEXT, lambda card: "Вышло" in card["text"] and "проверено" in card["text"])

    assert len(post["attachments"]) == 2
    assert len([one for one in desk.sandbox.state()["wall"] if TEXT in one["text"]]) == 1
    desk.wait_letter(601, f"wall-1_{post['id']}")


@pytest.mark.parametrize("second", SECOND_PUBLISH, ids=str)
def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(desk: Desk, second: int | str) -> None:
    """T-02: VK may answer a second publication with five errors or with a second post; it is never asked."""
    desk.sandbox.variant(second_publish=second)
    desk.sandbox.fault("effect_then_reset", method="wall.post")
    desk.sandbox.suggest(601, TEXT, photos=1)

    desk.press(desk.card_of(TEXT), "Опубликовать")
    post = desk.wait_post(TEXT)
    desk.wait_letter(601, f"wall-1_{post['id']}")

    assert len([one for one in desk.sandbox.state()["wall"] if TEXT in one["text"]]) == 1
    assert len(desk.sandbox.journal(method="wall.post")) == 1


@pytest.mark.parametrize("second", [one for one in SECOND_PUBLISH if one != "duplicate"], ids=str)
def test_a_moderator_on_the_site_and_the_desk_make_one_post(desk: Desk, second: int) -> None:
    """T-74: somebody publishes on the site between the desk's last look at the suggestion and its own call."""
    desk.sandbox.variant(second_publish=second)
    post_id = desk.sandbox.suggest(601, TEXT)
    card = desk.card_of(TEXT)
    desk.sandbox.fault("slow", method="wall.getById", seconds=2)
    before = max(int(call["n"]) for call in desk.sandbox.journal())

    desk.press(card, "Опубликовать")
    assert desk.sandbox.journal(before, method="wall.getById", wait=10), "the desk looked"
    desk.sandbox.do("publish_by_hand", post_id=post_id, user_id=500)

    desk.wait_card(TEXT, lambda card: "Вышло" in card["text"])
    assert len([one for one in desk.sandbox.state()["wall"] if TEXT in one["text"]]) == 1
    refused = desk.sandbox.journal(before, method="wall.post")
    assert [call["error_code"] for call in refused] in ([], [second])


def test_a_post_is_signed_by_the_rule_of_the_settings(tmp_path: Path) -> None:
    with open_desk(tmp_path, SIGNATURE="region") as desk:
        desk.sandbox.suggest(601, f"{TEXT} #ИркутскаяОбласть")
        desk.press(desk.card_of(TEXT), "Опубликовать")
        assert desk.wait_post(TEXT)["text"].endswith("\n\nИсточник: Иркутская область")
