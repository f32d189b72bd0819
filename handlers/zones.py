"""Whose clock a news item goes by: the author's own, else that of their region, else of the one the text names.

A guessed region decides nothing but the hours at which an author may be asleep.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from editorial import regions
from editorial.suggestion import Author, Suggestion


def zone_of(suggestion: Suggestion | None, author: Author | None) -> ZoneInfo | None:
    """The author's own time zone as far as it is known."""
    placed = suggestion.region if suggestion is not None else None
    return _known(author, placed, suggestion.text if suggestion is not None else "")


def night_of(suggestion: Suggestion, author: Author | None, editorial: ZoneInfo) -> ZoneInfo:
    """Whose night a letter keeps: the author's, or the desk's own as long as nobody knows where they are."""
    return zone_of(suggestion, author) or editorial


def night_of_writer(text: str, author: Author | None, editorial: ZoneInfo) -> ZoneInfo:
    """The same for somebody whose news is not sent yet."""
    tagged = regions.tagged_region(text)
    return _known(author, tagged.code if tagged is not None else None, text) or editorial


def _known(author: Author | None, placed: str | None, text: str) -> ZoneInfo | None:
    known = author.zone if author is not None else None
    if known is None:
        region = regions.by_code((author.region if author else None) or placed) or regions.region_of_text(text)
        known = region.zone if region is not None else None
    return ZoneInfo(known) if known else None
