"""Whose clock a news item goes by: the author's own, else that of their region, else of the one the text names.

A guessed region decides nothing but the hours at which an author may be asleep.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from editorial import regions
from editorial.suggestion import Author, Suggestion


def zone_of(suggestion: Suggestion | None, author: Author | None) -> ZoneInfo | None:
    """The author's own time zone as far as it is known."""
    known = author.zone if author is not None else None
    if known is None:
        region = regions.by_code((author.region if author else None) or (suggestion.region if suggestion else None))
        if region is None and suggestion is not None:
            region = regions.region_of_text(suggestion.text)
        known = region.zone if region is not None else None
    return ZoneInfo(known) if known else None
