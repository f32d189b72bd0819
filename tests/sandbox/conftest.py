"""A sandbox in this process for each test, over real HTTP, with limits off unless the test wants them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.sandbox_client import CHAT, Json, SandboxClient


@pytest.fixture
def vk() -> Iterator[SandboxClient]:
    """A fresh world; all long-poll flags are on."""
    with Sandbox(limits_off=True) as running:
        client = SandboxClient(running.url)
        client.do("long_poll", flags="all")
        yield client


@pytest.fixture
def limited() -> Iterator[SandboxClient]:
    """A fresh world with VK's limits."""
    with Sandbox() as running:
        yield SandboxClient(running.url)


def callback(label: str = "Опубликовать", payload: Any = None, color: str = "positive") -> Json:
    """A callback button."""
    action = {"type": "callback", "label": label, "payload": json.dumps(payload or {"a": 1})}
    return {"action": action, "color": color}


def inline(*rows: list[Json]) -> str:
    """An inline keyboard as it is sent."""
    return json.dumps({"inline": True, "buttons": list(rows)}, ensure_ascii=False)


def card(vk: SandboxClient, text: str = "Карточка", *rows: list[Json], random_id: int = 1) -> int:
    """A card in the moderators' chat; gives its cmid."""
    sent = vk.call(
        "messages.send",
        peer_ids=CHAT,
        message=text,
        random_id=random_id,
        keyboard=inline(*(rows or ([callback()],))),
    )
    return int(sent[0]["conversation_message_id"])


def attachments(post: Json) -> str:
    """Attachments of a post as they are sent again."""
    names = []
    for item in post["attachments"]:
        if item["type"] == "link":
            names.append(item["link"]["url"])
            continue
        body = item[item["type"]]
        key = f"_{body['access_key']}" if "access_key" in body else ""
        names.append(f"{item['type']}{body['owner_id']}_{body['id']}{key}")
    return ",".join(names)


def suggestion(vk: SandboxClient, post_id: int) -> Json:
    """The suggestion as the editor sees it."""
    found: Json = vk.call("wall.getById", "editor-key", posts=f"-1_{post_id}")["items"][0]
    return found


def publish(vk: SandboxClient, post_id: int, **more: Any) -> int:
    """The editor publishes a suggestion, resending all of it; gives the new id."""
    post = suggestion(vk, post_id)
    fields = {"message": post["text"], "attachments": attachments(post), "signed": 1, **more}
    return int(vk.call("wall.post", "editor-key", owner_id=-1, post_id=post_id, **fields)["post_id"])
