"""All checks, in the order in which their lines stand on a card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from editorial.checks import language, law, links, people, shape, subject, times
from editorial.checks.facts import Facts, Warn

Check = Callable[[Facts], Warn | None]

CHECKS: Final[tuple[Check, ...]] = (
    law.security,
    law.sensitive,
    law.election,
    law.foreign_agent,
    law.stop_word,
    law.advertising,
    people.fundraising,
    links.banned_platform,
    language.profanity,
    times.stale,
    times.deadline,
    people.minors,
    people.personal_data,
    people.contacts,
    language.lookalike,
    language.not_for_publication,
    subject.off_topic,
    subject.no_region,
    times.relative_date,
    times.no_timezone,
    links.shortener,
    shape.empty_text,
    shape.only_link,
    shape.too_short,
    shape.too_long,
    shape.no_photo,
    shape.photo_lowres,
    shape.many_photos,
    shape.emoji,
    shape.capitals,
    shape.officialese,
    shape.mentions,
    shape.cleanup,
)


def warnings_for(facts: Facts) -> tuple[Warn, ...]:
    """What a person should look at, the red first."""
    found = [warn for check in CHECKS if (warn := check(facts)) is not None]
    return tuple(sorted(_without_echoes(found), key=lambda warn: not warn.is_red))


def _without_echoes(found: list[Warn]) -> list[Warn]:
    """What is nothing but a link has no subject."""
    codes = {warn.code for warn in found}
    if "only_link" in codes:
        return [warn for warn in found if warn.code != "off_topic"]
    return found
