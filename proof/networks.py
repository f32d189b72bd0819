"""The networks of the sandbox as the proofs see them: how each is switched on, and what its readers see, in order.

No code of the program is used; the keys are those the sandbox knows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import requests

from sandbox.networks import ok, webhook, wordpress
from tests.sandbox_client import SandboxClient

Json = dict[str, Any]
COPY_GROUP: Final = 2
_MARKER: Final = re.compile(r"[а-я]+\d*-\d+-к")


def switched_on(sandbox: SandboxClient) -> list[str]:
    """Keys of the networks this sandbox has, and the neighbouring community."""
    known = sandbox.state(only="networks")["networks"]
    return [*(name for name in ENVIRONMENT if name in known), f"vk_copy.{COPY_GROUP}"]


def environment(url: str, networks: Sequence[str], folder: Path) -> dict[str, str]:
    """The settings that switch these networks on."""
    found: dict[str, str] = {"VK_COPY_GROUPS": str(COPY_GROUP)}
    for name in networks:
        found |= {key: value.format(url=url, folder=folder) for key, value in ENVIRONMENT.get(name, {}).items()}
    return found


ENVIRONMENT: Final[Mapping[str, Mapping[str, str]]] = {
    "telegram": {
        "TELEGRAM_API_URL": "{url}/telegram",
        "TELEGRAM_BOT_TOKEN": "7000000001:sandbox-telegram-bot-key",
        "TELEGRAM_CHAT_ID": "@okmo_news",
        "TELEGRAM_LOG_CHAT_ID": "-1001000000002",
    },
    "max": {"MAX_API_URL": "{url}/max", "MAX_TOKEN": "sandbox-max-bot-key", "MAX_CHAT_ID": "-70000000000001"},
    "ok": {
        "OK_API_URL": "{url}/ok/fb.do",
        "OK_APPLICATION_KEY": ok.APPLICATION_KEY,
        "OK_SECRET_KEY": ok.APPLICATION_SECRET,
        "OK_ACCESS_TOKEN": ok.ACCESS_TOKEN,
        "OK_GROUP_ID": ok.GROUP_ID,
    },
    "wordpress": {
        "WORDPRESS_URL": "{url}/wordpress",
        "WORDPRESS_USER": wordpress.USER,
        "WORDPRESS_APP_PASSWORD": wordpress.PASSWORD,
    },
    "webhook": {"WEBHOOK_URL": "{url}/webhook/receive", "WEBHOOK_SECRET": webhook.SECRET},
}


def worlds(sandbox: SandboxClient) -> dict[str, list[str]]:
    """For each network the markers of what its readers see, the oldest first; one that is there twice is twice there."""
    views = sandbox.state(only="networks")["networks"]
    found = {
        name: [marker for one in _oldest_first(name, view) for marker in _marked(one)]
        for name, view in views.items()
    }
    answer = requests.get(f"{sandbox.url}/sandbox/state", params={"group": COPY_GROUP, "only": "wall"}, timeout=30)
    found[f"vk_copy.{COPY_GROUP}"] = [
        marker for post in reversed(answer.json()["wall"]) for marker in _marked(post)
    ]
    return found


def _oldest_first(name: str, view: Json) -> list[Json]:
    if name == "webhook":  # the receiver knows a repetition by its number; what counts is what it took
        return [one for one in view["received"] if one["type"] == "post.published"]
    if name == "wordpress":
        return sorted(view["posts"], key=lambda post: int(post["id"]))
    return list(reversed(view["posts"]))


def _marked(post: Json) -> list[str]:
    """The marker of a post, once however often the post says it."""
    return sorted(set(_MARKER.findall(json.dumps(post, ensure_ascii=False))))
