"""News written in the dialog with the community, as the real program lives through it: to the wall, and through death."""

from __future__ import annotations

from pathlib import Path

from tests.stories.desk import Desk, Json, labels, open_desk

IRINA = 601
TEXT = "В Ангарске ученики высадили сквер у школы: сорок саженцев"


def says(desk: Desk, text: str, **more: int) -> None:
    desk.sandbox.write(IRINA, text, **more)


def shares(desk: Desk, text: str) -> None:
    """A council's post with a photo, shared in the dialog."""
    made = desk.sandbox.do("post_by_hand", user_id=609, group_id=3, text=text, photos=1)
    post = desk.sandbox.call("wall.getById", "editor-key", posts=f"-3_{made['post_id']}")["items"][0]
    desk.sandbox.write(IRINA, "", attachments=[{"type": "wall", "wall": post}])


def preview(desk: Desk, words: str, photos: int) -> Json:
    """The newest preview that shows these words and so many photos, once it is there."""

    def found(state: Json) -> Json | None:
        dialog: Json = next((one for one in state["dialogs"] if one["user_id"] == IRINA), {"messages": []})
        shown = [
            one
            for one in dialog["messages"]
            if one["from_id"] < 0 and words in one["text"] and len(one["attachments"]) == photos
        ]
        return shown[-1] if shown else None

    message: Json = desk.sandbox.wait_for(found, 30, only="dialogs", what=f"preview of {words!r}")
    return message


def test_news_with_an_album_goes_from_the_dialog_to_the_wall(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        says(desk, "Предложить новость")
        desk.wait_letter(IRINA, "Пришлите текст и до 10 фото")
        says(desk, TEXT, photos=2)
        shares(desk, "Поливают их по очереди.")
        shown = preview(desk, "Поливают их по очереди.", 3)
        assert labels(shown) == ["Отправить", "Исправить", "Удалить"]
        assert "Источник: vk.com/wall-3_" in shown["text"]
        says(desk, "Отправить")
        desk.wait_letter(IRINA, "Получили новость, № 1")

        card = desk.card_of(TEXT)
        assert len(card["attachments"]) == 3
        desk.press(card, "Опубликовать")
        post = desk.wait_post(TEXT)
        desk.wait_card(TEXT, lambda shown: "Вышло" in shown["text"] and "проверено" in shown["text"])
        assert len(post["attachments"]) == 3
        assert {one["photo"]["owner_id"] for one in post["attachments"]} == {-1}
        desk.wait_letter(IRINA, f"Новость № 1 вышла: https://vk.com/wall-1_{post['id']}")
        desk.wait_letter(IRINA, f"Получили новость, № 1\nвышла, https://vk.com/wall-1_{post['id']}")


def test_a_half_written_draft_survives_kill_9_and_is_offered_again(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        says(desk, "Предложить новость")
        says(desk, TEXT, photos=1)
        preview(desk, TEXT, 1)
        desk.kill()
        says(desk, "", photos=1)  # written while nobody listens
        desk.start()
        says(desk, "Предложить новость")
        desk.wait_letter(IRINA, "У вас не отправлена новость")
        preview(desk, TEXT, 2)
        says(desk, "Отправить")
        card = desk.card_of(TEXT)
        assert len(card["attachments"]) == 2
        assert len([one for one in desk.sandbox.chat() if TEXT in one["text"]]) == 1


def test_returned_and_corrected_in_the_dialog(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.sandbox.suggest(IRINA, TEXT)
        card = desk.card_of(TEXT)
        desk.press(card, "Вернуть")
        desk.press(desk.wait_card(TEXT, lambda shown: "Нужно фото" in labels(shown)), "Нужно фото")
        desk.wait_letter(IRINA, "вернули на доработку")
        desk.sandbox.suggest(602, "В Братске открыли каток у дома культуры")
        desk.card_of("В Братске открыли каток у дома культуры")
        says(desk, "", photos=2)
        preview(desk, "Новость № 1 после правки выйдет так", 2)
        says(desk, "Отправить")
        again = desk.wait_card(TEXT, lambda shown: "добавлено вложений: 2" in shown["text"])
        assert again["conversation_message_id"] > card["conversation_message_id"]

        desk.press(again, "Опубликовать")
        post = desk.wait_post(TEXT)
        assert len(post["attachments"]) == 2
        assert len([one for one in desk.sandbox.state()["wall"] if TEXT in one["text"]]) == 1
