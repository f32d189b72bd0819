"""The networks the settings switch on, and the files of posts they share: for the program and for `check`."""

from __future__ import annotations

from typing import Final

from bot.config import Settings, is_loopback
from bot.fetch import net_locations
from bot.media import Media
from bot.targets.network import NetworkTarget, Supplies
from bot.targets.registry import switched_on
from bot.vk.client import VkClient
from bot.vk.uploads import fresh_addresses

#: Where the files of posts are kept, in the folder of data.
MEDIA: Final = "media"
_THIS_MACHINE: Final = frozenset({"127.0.0.1:*", "localhost:*", "[::1]:*"})


def own_hosts(settings: Settings) -> frozenset[str]:
    """Where pictures of posts may come from although it lies on this machine, as in the demo: VK, and nobody else.

    A server of Telegram's interface may stand beside the bot; a stranger's address does not lead there.
    """
    return net_locations(settings.VK_API_URL)


def site_hosts(settings: Settings) -> frozenset[str]:
    """Where feeds of sites may come from although it lies on this machine: from anywhere on it beside a VK there.

    An editor names them; VK itself stands on this machine in a demo or a rehearsal, and there the sites do, too.
    """
    return own_hosts(settings) | (_THIS_MACHINE if is_loopback(settings.VK_API_URL) else frozenset())


def media_of(settings: Settings, user: VkClient) -> Media:
    """The files of posts. A VK that stands on this machine may give its own from another port, as any VK does."""
    vk_hosts = _THIS_MACHINE if is_loopback(settings.VK_API_URL) else frozenset()
    return Media(
        settings.DATA_DIR / MEDIA, refresh=fresh_addresses(user), own_hosts=own_hosts(settings), vk_hosts=vk_hosts
    )


def networks_of(settings: Settings, media: Media, user: VkClient, group: VkClient) -> tuple[NetworkTarget, ...]:
    """The targets of the networks that are switched on; nothing is loaded for one that is not."""
    return switched_on(settings, lambda: Supplies(media, user, group))
