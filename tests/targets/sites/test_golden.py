"""Texts and attachments as people send them, each with what the group, the site and the receiver get of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.targets.ok import topic
from bot.targets.webhook import data_of
from bot.targets.wordpress import content_of, page
from editorial.networks import Part, Story
from editorial.suggestion import Attachment

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


@pytest.mark.parametrize("name", sorted(stories()))
@pytest.mark.parametrize("render", [of_ok, of_wordpress, of_webhook])
def test_t53_the_rendering_is_as_agreed(render: Any, name: str) -> None:
    file = GOLDEN / f"{render.__name__.removeprefix('of_')}.json"
    assert render(stories()[name]) == json.loads(file.read_text(encoding="utf-8"))[name]
