"""Texts and attachments as people send them, each with what every network gets of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.feeds.formats import Site, json_feed, rss
from bot.feeds.items import Item, Link, State
from bot.media import Media
from bot.targets.feeds import Feeds
from bot.targets.http import Http
from bot.targets.max import MaxApi, MaxTarget
from bot.targets.network import NetworkTarget
from bot.targets.ok import topic
from bot.targets.registry import known
from bot.targets.telegram_story import parts_of
from bot.targets.vk_copy import VkCopy
from bot.targets.webhook import data_of
from bot.targets.wordpress import content_of, page
from bot.vk.client import VkClient, VkKey
from editorial.networks import Part, Story
from editorial.suggestion import Attachment
from tests.targets.conftest import RIGS

GOLDEN = Path(__file__).parent / "golden"
TEXTS = Path(__file__).parents[2] / "rules" / "golden_markup"
ZONE = ZoneInfo("Europe/Moscow")
PHOTOS = tuple(Attachment("photo", -1, number, url=f"https://img.invalid/{number}.jpg") for number in (1, 2))
OTHERS = (
    Attachment("video", -1, 456, title="Как строили мост"),
    Attachment("doc", -1, 7, url="https://vk.com/doc-1_7", title="Отчёт.pdf"),
    Attachment("poll", -1, 12, title="Нужен ли мост?"),
    Attachment("link", url="https://okmo.invalid/most?a=1&b=2", title="Подробности"),
)


def stories() -> dict[str, Story]:
    texts = {path.stem: path.read_bytes().decode() for path in sorted(TEXTS.glob("*.txt"))}
    found = {name: story(text) for name, text in texts.items()}
    found["photos"] = story("Мост открыли.", PHOTOS)
    found["everything"] = story("Мост <открыли> & ждут.", (*OTHERS, *PHOTOS))
    found["only-photos"] = story("", PHOTOS)
    found["without-vk"] = story("Мост открыли.", PHOTOS, post_id=None, link=None)
    found["edited"] = story("Мост открыли.", edited_at=datetime(2026, 11, 23, 10, 0, tzinfo=UTC), region="RU-IRK")
    found["very-long"] = story("Мост строили долго, и вот его открыли для всех жителей района. " * 230, PHOTOS)
    return found


def story(text: str, attachments: tuple[Attachment, ...] = (), **more: Any) -> Story:
    about: dict[str, Any] = {"number": 214, "link": "https://vk.com/wall-1_77", "owner_id": -1, "post_id": 77}
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    return Story(text=text, attachments=attachments, published_at=at, **{**about, **more})


def written(part: Part) -> dict[str, Any]:
    return {"body": part.body, "media": [one.identity for one in part.media], "notes": list(part.notes)}


def of_ok(about: Story) -> Any:
    return written(topic(about))


def of_wordpress(about: Story) -> Any:
    part = page(about, ZONE)
    addresses = [f"https://okmo.invalid/{number}.jpg" for number, _ in enumerate(part.media, 1)]
    return {**written(part), "content": content_of(part.body, addresses).split("\n")}


def of_webhook(about: Story) -> Any:
    data, notes = data_of(about, ZONE)
    return {"data": data, "notes": list(notes)}


def of_telegram(about: Story) -> Any:
    return [{"kind": part.kind, **written(part)} for part in parts_of(about)]


def of_max(about: Story) -> Any:
    return _rendered(MaxTarget(MEDIA, MaxApi(Http("max"), "https://max.invalid", "key"), -1), about)


def of_vk_copy(about: Story) -> Any:
    return _rendered(VkCopy(MEDIA, VkClient(VkKey("user", "key"), "https://vk.invalid/", rate=1.0), [2]), about)


def of_feeds(about: Story) -> Any:
    """The page's words, and the item of RSS and of JSON Feed that they become."""
    target = Feeds(MEDIA, Path("feeds"), "https://news.invalid/", ZONE, "ОКМО", "Новости советов")
    [shown] = _rendered(target, about)
    body = shown["body"]
    links = tuple(Link(label, url) for label, url in body["links"])
    moment = about.published_at
    item = Item(about.number, body["title"], body["summary"], body["html"], moment, moment, body["source"],
                tuple(body["tags"]), links)  # fmt: skip
    site = Site("https://news.invalid/", "ОКМО", "Новости советов")
    state = State(items=(item,))
    entry = rss(state, site).decode().split("<item>")[1].split("</item>")[0]
    [of_json] = json.loads(json_feed(state, site))["items"]
    return {**shown, "rss": [line.strip() for line in entry.strip().split("\n")], "json": of_json}


MEDIA = Media(Path("media"), refresh=lambda _owner, _post: {})


def _rendered(target: NetworkTarget, about: Story) -> list[Any]:
    parts = target.render(about, target.networks[0])
    return [{"kind": part.kind, **written(part)} for part in parts]


RENDERINGS = [of_telegram, of_max, of_ok, of_vk_copy, of_feeds, of_wordpress, of_webhook]


def test_every_network_has_its_golden_file() -> None:
    assert {f"{render.__name__.removeprefix('of_')}.json" for render in RENDERINGS} == {
        path.name for path in GOLDEN.iterdir()
    }
    assert {path.stem for path in GOLDEN.iterdir()} == {kind.name for kind in known() if kind.name in RIGS}


@pytest.mark.parametrize("name", sorted(stories()))
@pytest.mark.parametrize("render", RENDERINGS)
def test_t53_the_rendering_is_as_agreed(render: Any, name: str) -> None:
    file = GOLDEN / f"{render.__name__.removeprefix('of_')}.json"
    assert render(stories()[name]) == json.loads(file.read_text(encoding="utf-8"))[name]
