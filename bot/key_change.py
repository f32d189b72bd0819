"""The command ``token set``: a newer key takes the place of the present one, if it is not worse.

The key is read from stdin and asked about at VK first.  A running bot notices the replaced key by itself.
"""

from __future__ import annotations

import getpass
import re
import sys
from dataclasses import dataclass
from typing import Final

import click

from bot import log as journal
from bot.check_vk import EDITOR_LINES
from bot.config import Settings
from bot.faults import FAILED, USAGE, Stopped
from bot.ground import GROUP_RATE, USER_RATE, Keys
from bot.keys import Kind
from bot.vk.client import VkClient, VkKey
from bot.vk.rights import Editor, community_key, editor_key
from bot.vk.scalars import items, mapping, number

#: People paste the whole address VK leads them to after giving a key.
_IN_ADDRESS: Final = re.compile(r"[#?&]access_token=([^&\s]+)")
#: From the best to the worst; a key may only be replaced by one that stands no lower.
_ORDER: Final = (
    Editor.OK,
    Editor.CAPTCHA,
    Editor.VALIDATION,
    Editor.UNAVAILABLE,
    Editor.WRONG_IP,
    Editor.EXPIRED,
    Editor.NO_RIGHTS,
    Editor.DEAD,
    Editor.WRONG_KIND,
    Editor.MISSING,
)
_ACCEPTABLE: Final = frozenset({Editor.OK, Editor.CAPTCHA, Editor.VALIDATION})


@dataclass(frozen=True, slots=True)
class Worth:
    """How good a key is: a smaller ``rank`` is better. ``why``: a Russian sentence about what is wrong."""

    rank: int
    usable: bool
    why: str = ""


def replace(settings: Settings, kind: Kind) -> int:
    """Read a key, compare it with the present one, put it in force or keep the old. Returns the exit code."""
    secret = _read()
    keys = Keys.of(settings)
    key, file = (keys.user, keys.user_file) if kind == "user" else (keys.group, keys.group_file)
    journal.MASKING.learn((secret,))
    if secret == key.secret:
        click.echo("Это тот же ключ, что и сейчас; ничего не изменилось")
        return 0
    judge = _editor if kind == "user" else _community
    new, old = judge(settings, secret), judge(settings, key.secret)
    if not new.usable or new.rank > old.rank:
        click.echo(f"Ключ не заменён, действует прежний. Новый хуже: {new.why}", err=True)
        return FAILED
    configured = settings.VK_USER_TOKEN if kind == "user" else settings.VK_GROUP_TOKEN
    file.write(secret, configured.get_secret_value())
    click.echo("Ключ заменён. Работающий бот возьмёт его сам в ближайшие секунды, очередь цела")
    if new.why:
        click.echo(f"Обратите внимание: {new.why}")
    return 0


def _read() -> str:
    """The key from stdin; typed unseen on a terminal. Raises Stopped."""
    written = getpass.getpass("Ключ: ") if sys.stdin.isatty() else sys.stdin.read()
    found = _IN_ADDRESS.search(written)
    secret = found.group(1) if found else written.strip().removeprefix("\ufeff")
    if not secret or any(sign.isspace() for sign in secret):
        raise Stopped("Ключ не прочитан: нужна одна строка, например: okmo-bot token set user < файл", code=USAGE)
    return secret


def _editor(settings: Settings, secret: str) -> Worth:
    client = VkClient(VkKey("user", secret), settings.VK_API_URL, rate=USER_RATE)
    state, _, _ = editor_key(client, settings.VK_GROUP_ID)
    why = "" if state is Editor.OK else EDITOR_LINES[state][1]
    if client.key.is_vk_id:
        why = "это ключ VK ID (vk2.a.…), он только для входа на сайты"
    return Worth(_ORDER.index(state), state in _ACCEPTABLE, why)


def _community(settings: Settings, secret: str) -> Worth:
    """The rank is the number of rights that are missing; one more than all of them for a dead key."""
    from bot.check_vk import ask

    wanted = {"messages", "manage", "wall", "photos", "docs"}
    client = VkClient(VkKey("group", secret), settings.VK_API_URL, rate=GROUP_RATE)
    works, permissions, _ = community_key(client)
    if not works:
        return Worth(len(wanted) + 1, False, "ВКонтакте его не принимает или не ответил")
    answer = ask(client, "groups.getById")
    listed = answer if isinstance(answer, list) else items(mapping(answer).get("groups"))
    owner = number(mapping(listed[0]).get("id")) if listed else None
    if owner not in (None, settings.VK_GROUP_ID):
        return Worth(len(wanted) + 1, False, f"это ключ другого сообщества ({owner})")
    missing = sorted(wanted - permissions)
    return Worth(len(missing), True, f"у него нет прав: {', '.join(missing)}" if missing else "")
