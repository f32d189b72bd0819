"""News of a source goes out as a new post: with its photos, its source line, and from public addresses only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.vk.posts import attachments_of
from editorial.lifecycle import Action, Press, decide
from editorial.roles import Role
from editorial.suggestion import Attachment, Content, Origin, Status
from handlers import changes, suggest
from storage.suggestions import NewSuggestion
from tests.builders import ANNA
from tests.media.pictures import a_picture
from tests.media.server import sends
from tests.vk.conftest import World
from tests.vk.desk import TEXT, Desk
from tests.vk.fault_server import fault_server

URL = "https://sovet.invalid/novosti/17"


def approved(desk: Desk, *attachments: Attachment, behind: dict[str, Any] | None = None) -> int:
    with desk.work.begin("test") as context:
        content = Content(TEXT, attachments)
        told = behind or {"url": URL, "title": "Совет"}
        new = NewSuggestion(-1, 0, None, content, context.now, "RU-IRK", Origin.SOURCE, told)
        added = suggest.bring_in(context, new, receipt=False)
        after = decide(added, Press(Action.PUBLISH, ANNA, Role.EDITOR, 1), context.now)
        assert changes.store(context, added, after, "publish", actor=ANNA)
        changes.plan_publication(context, added.number, context.now)
    return added.number


def test_pictures_of_a_site_are_uploaded_and_the_source_is_named(desk: Desk, world: World) -> None:
    world.do("post_by_hand", user_id=501, text="Откуда картинка", photos=1)
    picture = world.state()["wall"][0]["attachments"][0]["photo"]["orig_photo"]["url"]
    number = approved(desk, Attachment("photo", url=picture))
    desk.runs()
    [post] = desk.posts()
    assert post["text"] == f"{TEXT}\n\nИсточник: {URL}"
    assert [one["photo"]["owner_id"] for one in post["attachments"]] == [-1]
    assert desk.suggestion(number).status is Status.PUBLISHED


def test_T62_photos_of_a_council_s_post_are_uploaded_anew_although_their_addresses_expired(
    desk: Desk, world: World
) -> None:
    made = world.do("post_by_hand", user_id=609, group_id=3, text="У совета", photos=2)
    post = world.client("editor-key").call("wall.getById", posts=f"-3_{made['post_id']}")["items"][0]
    stale = f"{world.address}cdn/1_x.png?e=1"
    photos = [replace(one, url=stale) for one in attachments_of(post["attachments"])]
    behind = {
        "url": f"https://vk.com/wall-3_{made['post_id']}",
        "title": "Совет",
        "owner_id": -3,
        "post_id": made["post_id"],
    }
    approved(desk, *photos, behind=behind)
    desk.runs()
    [published] = desk.posts()
    assert [one["photo"]["owner_id"] for one in published["attachments"]] == [-1, -1]
    assert published["text"].endswith(f"Источник: https://vk.com/wall-3_{made['post_id']}")


def test_T67_a_picture_in_somebody_s_own_network_is_not_fetched(desk: Desk) -> None:
    with fault_server(sends(a_picture())) as inner:
        number = approved(desk, Attachment("photo", url=inner.url))
        desk.runs()
        assert inner.connections == 0
    assert desk.posts() == []
    assert desk.suggestion(number).status is Status.FAILED
