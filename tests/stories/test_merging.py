"""Two regions' pieces become one post in real processes, killed while they are joined and while the post goes out."""

from __future__ import annotations

from pathlib import Path

from tests.stories.desk import Desk, Json, killed_at, labels

IRKUTSK = "#ИркутскаяОбласть Старосты прошли 10 000 шагов вокруг озера и собрали 40 мешков мусора. Вручили грамоты."
BURYATIA = "#Бурятия Старосты прошли 10 000 шагов вокруг озера и собрали 40 мешков мусора. Играл оркестр."
#: The presses up to «Объединить» are events, and so are the two suggestions: the seventh is the last press.
LAST_PRESS = "commit.event.before:7"


def offers(label: str):  # type: ignore[no-untyped-def]
    return lambda card: any(one.endswith(label) for one in labels(card))


def number_of(card: Json) -> int:
    return int(card["text"].split("№ ")[1].split(" ")[0])


def press_through(desk: Desk, *presses: str) -> None:
    """Press one after the other on the card of Irkutsk, each when the card offers it."""
    for label in presses:
        desk.press(desk.wait_card("Вручили грамоты", offers(label), 60), label)


def test_t01_killed_while_joining_and_while_publishing_there_is_one_post_and_everybody_is_told_once(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    with killed_at(desk, LAST_PRESS, "vk.wall.post.after"):
        desk.sandbox.suggest(601, IRKUTSK, photos=1)
        lead = number_of(desk.card_of("Вручили грамоты", 60))
        desk.sandbox.suggest(602, BURYATIA, photos=2)
        piece = number_of(desk.card_of("Играл оркестр", 60))
        press_through(desk, "Ещё", "Объединить", f"№ {piece} · Бурятия", "Как выйдет вместе", "Объединить")
        desk.wait_card("Вручили грамоты", lambda card: f"Общий пост вместе с № {piece}" in card["text"], 60)
        press_through(desk, "Опубликовать")
        post = desk.wait_post("Вручили грамоты")
        link = f"https://vk.com/wall-1_{post['id']}"
        desk.wait_letter(601, f"Новость № {lead} вышла одной записью с новостью № {piece} (Бурятия): {link}", 60)
        desk.wait_letter(
            602, f"Новость № {piece} вышла одной записью с новостью № {lead} (Иркутская обл.): {link}", 60
        )
        desk.wait_card("Вручили грамоты", lambda card: "проверено" in card["text"], 60)

        assert "По сообщениям из Иркутской области и Республики Бурятия" in post["text"]
        assert post["text"].endswith("#Бурятия")
        assert len([one for one in post["attachments"] if one["type"] == "photo"]) == 3
        state = desk.sandbox.state()
        assert len([one for one in state["wall"] if "шагов" in one["text"]]) == 1
        for who in (601, 602):
            letters = [one["text"] for one in desk.sandbox.dialog(who) if one["from_id"] < 0]
            assert len(letters) == len(set(letters))
            told = [one for one in letters if not one.startswith("Получили")]  # not the live message
            assert len([one for one in told if "одной записью" in one]) == 1
        assert desk.status()["suggestions"]["published"] == 2
