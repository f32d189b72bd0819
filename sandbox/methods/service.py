"""utils.*: the time, short names and short links."""

from __future__ import annotations

from typing import Any

from sandbox.api import Call, method
from sandbox.errors import invalid
from sandbox.records import Json


@method("utils.getServerTime", service=True, login=True)
def get_server_time(call: Call) -> int:
    """Seconds since the epoch by the sandbox clock."""
    return call.world.clock.seconds()


@method("utils.resolveScreenName", "screen_name:text!", service=True, login=True)
def resolve_screen_name(call: Call) -> Any:
    """Who stands behind a short name; nobody is an empty list, as VK has it."""
    name = call.get("screen_name")
    for group in call.world.groups.values():
        if name in {group.screen_name, f"club{group.id}", f"public{group.id}"}:
            return {"type": "group", "object_id": group.id, "group_id": group.id}
    number = name.removeprefix("id")
    if number.isdigit() and int(number) in call.world.people:
        return {"type": "user", "object_id": int(number)}
    return []


@method("utils.getShortLink", "url:text! private:bool", service=True, login=True)
def get_short_link(call: Call) -> Json:
    """A short link of the same length for every address."""
    url = call.get("url")
    if not url.startswith(("http://", "https://")):
        raise invalid("url")
    key = call.world.secret("link", url)[:6]
    return {"short_url": f"https://vk.cc/{key}", "access_key": key * 2, "key": key, "url": url}
