"""What the handlers know of the settings."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from bot.config import Settings
from editorial.roles import role_of
from editorial.signing import RULES as SIGNATURES
from handlers.context import Desk


def desk_of(settings: Settings) -> Desk:
    """The desk without its networks: they are known when their targets are built."""
    return Desk(
        group_id=settings.VK_GROUP_ID,
        owner_id=-settings.VK_GROUP_ID,
        screen_name=f"club{settings.VK_GROUP_ID}",
        zone=settings.zone,
        plan=settings.plan,
        burst=settings.CARDS_BURST,
        letters_quiet=settings.letters_quiet,
        author_daily_limit=settings.AUTHOR_DAILY_LIMIT,
        interregional_daily_limit=settings.INTERREGIONAL_DAILY_LIMIT,
        own_sites=own_sites(settings),
        overview=settings.QUEUE_OVERVIEW,
        reminders=settings.reminders,
        claim=timedelta(minutes=settings.CLAIM_MINUTES),
        four_eyes=settings.four_eyes,
        urgent_role=role_of(settings.PUBLISH_NOW_ROLE),
        digests=settings.digests,
        digest_title=settings.DIGEST_TITLE,
        signature=SIGNATURES[settings.SIGNATURE],
        council=settings.SIGNATURE_COUNCIL,
        first_look=timedelta(seconds=settings.REREAD_SECONDS),
    )


def own_sites(settings: Settings) -> frozenset[str]:
    """Host names of the pages that show our posts."""
    parts = (urlsplit(url).hostname for url in (settings.FEED_BASE_URL, settings.WORDPRESS_URL))
    return frozenset(host for host in parts if host)
