"""Two presses over a red warning, and pictures nobody has to see: with real processes."""

from __future__ import annotations

from tests.stories.desk import Desk, labels

CAMPAIGN = "Поддержите нашего кандидата в депутаты на выборах. Староста собрал соседей, чтобы обсудить колодец"
DRONE = "Над районом сбили беспилотник, обломки упали за околицей, глава округа на месте и отвечает жителям"


def test_a_red_warning_is_published_with_the_second_press_only(desk: Desk) -> None:
    desk.sandbox.suggest(601, CAMPAIGN, photos=1)
    card = desk.card_of(CAMPAIGN)
    assert "🔴 агитация" in card["text"]

    desk.press(card, "Опубликовать")
    asks = desk.wait_card(CAMPAIGN, lambda one: labels(one) == ["Да, опубликовать", "Нет"])
    assert [post for post in desk.sandbox.state()["wall"] if CAMPAIGN in post["text"]] == []
    assert desk.status()["suggestions"]["pending"] == 1

    desk.press(asks, "Да, опубликовать")
    desk.wait_post(CAMPAIGN)
    desk.wait_card(CAMPAIGN, lambda one: "Вышло" in one["text"])


def test_pictures_of_an_attack_are_on_the_card_only_after_a_press(desk: Desk) -> None:
    desk.sandbox.suggest(601, DRONE, photos=2)
    card = desk.card_of(DRONE)
    assert card["attachments"] == []
    assert "Показать вложения" in labels(card)

    desk.press(card, "Показать вложения")
    shown = desk.wait_card(DRONE, lambda one: len(one["attachments"]) == 2)
    assert "Показать вложения" not in labels(shown)
