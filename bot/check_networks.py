"""The lines of ``check`` about the networks: every switched-on target says how it is. Only reads are made."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check import Line
from bot.config import Settings
from bot.ground import Keys, clients
from bot.networks import media_of, networks_of
from bot.targets.network import Health, NetworkTarget
from handlers import texts


def networks(settings: Settings) -> Iterator[Line]:
    """A line for each target that is switched on."""
    if not settings.networks:
        return
    group, user = clients(settings, Keys.of(settings))
    for target in networks_of(settings, media_of(settings, user), user, group):
        yield _line(target)


def _line(target: NetworkTarget) -> Line:
    title = target.networks[0].title
    try:
        health = target.health()
    except Exception as fault:  # noqa: BLE001  # a check tells of every fault and ends with none
        health = Health(False, "program_fault", type(fault).__name__)
    if health.ok:
        return Line(target.name, "ok", f"{title}: работает" + (f", {health.detail}" if health.detail else ""))
    what, todo = texts.network_trouble(health.reason)
    detail = f" ({health.detail})" if health.detail else ""
    return Line(target.name, "failed", f"{title}: {what}{detail}", todo[:1].lower() + todo[1:])
