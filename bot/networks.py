"""The networks the settings switch on, and the files of posts they share: for the program and for `check`."""

from __future__ import annotations

from typing import Final

from bot.config import Settings
from bot.fetch import net_locations
from bot.media import Media
from bot.targets.network import NetworkTarget, Supplies
from bot.targets.registry import switched_on
from bot.vk.client import VkClient
from bot.vk.uploads import fresh_addresses

#: Where the files of posts are kept, in the folder of data.
MEDIA: Final = "media"


def own_hosts(settings: Settings) -> frozenset[str]:
    """Where pictures of posts may come from although it lies on this machine, as in the demo: VK, and nobody else.

    A server of Telegram's interface may stand beside the bot; a stranger's address does not lead there.
    """
    return net_locations(settings.VK_API_URL)


def media_of(settings: Settings, user: VkClient) -> Media:
    """The files of posts."""
    return Media(settings.DATA_DIR / MEDIA, refresh=fresh_addresses(user), own_hosts=own_hosts(settings))


def networks_of(settings: Settings, media: Media, user: VkClient, group: VkClient) -> tuple[NetworkTarget, ...]:
    """The targets of the networks that are switched on; nothing is loaded for one that is not."""
    return switched_on(settings, lambda: Supplies(media, user, group))
