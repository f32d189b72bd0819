"""Somebody changes or deletes the post on VK by hand: the next look carries it to every network that allows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.stories.desk import CHAT, Json
from tests.stories.test_networks import TEXT, posts_in, press_through, published, wait_network, with_networks

CHANGED = f"{TEXT}, с читальным залом"
#: Networks of the sandbox besides VK, as its readers' side calls them.
EVERYWHERE = ("telegram", "max", "ok", "wordpress", "neighbour")


def shows(words: str) -> Callable[[list[Json]], bool]:
    return lambda posts: len(posts) == 1 and words in (posts[0].get("text") or posts[0]["html"])


def nothing(posts: list[Json]) -> bool:
    return not posts


def test_t70_t71_what_is_done_by_hand_on_vk_is_carried_asked_about_or_listed(tmp_path: Path) -> None:
    desk = with_networks(tmp_path)
    desk.settings |= {
        "REREAD_SECONDS": "1",
        "VK_COPY_GROUPS": "2",
        "OK_API_URL": f"{desk.url}/ok/fb.do",
        "OK_APPLICATION_KEY": "CSANDBOXKEY",
        "OK_SECRET_KEY": "ok-application-secret",
        "OK_ACCESS_TOKEN": "ok-access-token",
        "OK_GROUP_ID": "70000000000001",
        "WORDPRESS_URL": f"{desk.url}/wordpress",
        "WORDPRESS_USER": "okmo-bot",
        "WORDPRESS_APP_PASSWORD": "abcd EFGH 1234 ijkl MNOP 5678",
    }
    try:
        desk.start()
        post = published(desk)
        for key in EVERYWHERE:
            wait_network(desk, key, shows(TEXT), "the post")
        desk.sandbox.write(501, "/сети MAX спрашивать", CHAT)
        desk.wait_card("MAX: работает, удаление ВКонтакте: спросим", lambda _message: True)

        # A longer text and one more photo: every network takes the words, Telegram's album takes no more pictures.
        desk.sandbox.do("edit_post_by_hand", user_id=501, post_id=post["id"], text=CHANGED, photos=2)
        for key in EVERYWHERE:
            wait_network(desk, key, shows(CHANGED), "the change")
        listed = desk.wait_card(TEXT, lambda card: "исправьте вручную: https://t.me/okmo_news/" in card["text"])
        assert "MAX: вышло" in listed["text"]

        desk.sandbox.do("network", network="telegram", what="delete_hours", set=0)
        desk.sandbox.do("delete_by_hand", user_id=501, post_id=post["id"])
        for key in ("ok", "wordpress", "neighbour"):
            wait_network(desk, key, nothing, "nothing any more")
        gone = desk.wait_card(
            TEXT,
            lambda card: (
                "удалите вручную: https://t.me/okmo_news/" in card["text"] and "MAX: осталось" in card["text"]
            ),
        )
        assert "Снято: поста ВКонтакте больше нет" in gone["text"]
        assert len(posts_in(desk, "max")) == 1
        desk.wait_letter(601, "снята: поста ВКонтакте больше нет")

        press_through(desk, "Ещё", "Сети", "Снять: MAX")
        wait_network(desk, "max", nothing, "nothing any more")
    finally:
        desk.close()
