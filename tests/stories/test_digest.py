"""A digest from three regions in real processes: previewed, a line reworded, published once, every author told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.desk import CHAT, Desk, Json, killed_at, open_desk

NEWS = {
    601: "#ИркутскаяОбласть В Черемхове открыли библиотеку после ремонта. Пришли сто человек, играл оркестр.",
    602: "#ТульскаяОбласть В Белёве наградили двенадцать лучших старост района. Грамоты вручил глава.",
    603: "#Карелия В Сортавале провели съезд советов. Обсудили дороги, школы и бюджет.",
}
TITLE = "Новости муниципалитетов за"
#: Every minute of the day is a digest's time, so the preview for the moment an hour ahead is due at once.
ALWAYS = "* * * * *"
WORDING = "Двенадцать старост получили грамоты"


def put_in(desk: Desk) -> Json:
    """Three pieces go into the digest; returns its card once it shows all of them."""
    for author, text in NEWS.items():
        desk.sandbox.suggest(author, text, photos=1)
    for text in NEWS.values():
        desk.press(desk.card_of(text, 60), "В дайджест")
    return desk.wait_card(TITLE, lambda card: "3 строки" in card["text"], 60)


def reword(desk: Desk, card: Json) -> Json:
    """A moderator words the line of Tula on the digest's card."""
    desk.press(card, "Строки")
    number = next(
        line.split()[1] for line in _card_of_piece(desk, NEWS[602])["text"].splitlines() if line.startswith("№")
    )
    card = desk.wait_card(TITLE, lambda one: "Какую строку" in one["text"])
    desk.press(card, f"№ {number}")
    card = desk.wait_card(TITLE, lambda one: f"№ {number}: " in one["text"])
    desk.press(card, "Переписать строку")
    card = desk.wait_card(TITLE, lambda one: "ответьте на карточку" in one["text"])
    desk.sandbox.write(501, WORDING, CHAT, reply_to_cmid=card["conversation_message_id"])
    return desk.wait_card(TITLE, lambda one: WORDING in one["text"])


def _card_of_piece(desk: Desk, text: str) -> Json:
    return desk.wait_card(text, lambda card: "В дайджесте" in card["text"])


def published_once(desk: Desk) -> None:
    post = desk.wait_post(TITLE)
    assert f"◽️ Тульская область: {WORDING}" in post["text"]
    assert (
        post["text"].index("Центральный") < post["text"].index("Северо-Западный") < post["text"].index("Сибирский")
    )
    for author in NEWS:
        letter = desk.wait_letter(author, "вошла строкой в дайджест", 60)
        assert f"wall-1_{post['id']}" in letter["text"]
    desk.wait_card(TITLE, lambda card: "проверено" in card["text"], 60)
    state = desk.sandbox.state()
    assert len([one for one in state["wall"] if TITLE in one["text"]]) == 1
    for author in NEWS:
        told = [one for one in desk.sandbox.dialog(author) if "вошла строкой" in one["text"]]
        assert len(told) == 1


def test_three_regions_one_post_three_letters(tmp_path: Path) -> None:
    with open_desk(tmp_path, DIGEST_DAILY=ALWAYS) as desk:
        card = reword(desk, put_in(desk))
        assert "Выйдет" in card["text"]
        desk.press(desk.wait_card(TITLE, lambda one: "Какую строку" in one["text"]), "Назад")
        desk.press(desk.wait_card(TITLE, lambda one: "Что ещё?" in one["text"]), "Назад")
        desk.press(desk.wait_card(TITLE, _offers_to_publish), "Опубликовать")
        published_once(desk)
        assert desk.status()["suggestions"]["digest"] == 0


@pytest.mark.parametrize("point", ["vk.wall.post.after", "commit.outcome.vk_wall.before"])
def test_t01_killed_while_the_digest_goes_out_it_is_there_once(tmp_path: Path, point: str) -> None:
    desk = Desk(tmp_path, env={"DIGEST_DAILY": ALWAYS})
    with killed_at(desk, point):
        reword(desk, put_in(desk))
        desk.press(desk.wait_card(TITLE, lambda one: "Какую строку" in one["text"]), "Назад")
        desk.press(desk.wait_card(TITLE, lambda one: "Что ещё?" in one["text"]), "Назад")
        desk.press(desk.wait_card(TITLE, _offers_to_publish), "Опубликовать")
        published_once(desk)


def _offers_to_publish(card: Json) -> bool:
    rows = (card["keyboard"] or {}).get("buttons", [])
    return any(button["action"].get("label") == "Опубликовать" for row in rows for button in row)
