"""Checks of where a text leads: shortened addresses, platforms that are banned in Russia."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from editorial.checks.facts import Facts, Warn, red, yellow
from editorial.lists import Kept, finder

_HOST: Final = re.compile(
    r"(?<![a-z0-9@._-])(?:https?://)?(?:www\.|m\.)?((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})(?![a-z0-9-])",
    re.IGNORECASE,
)
#: The mark with which the law lets a banned platform be named.
_MARKED: Final = re.compile(
    r"запрещ\w+ (?:в|на территории) (?:рф|росси|российской)|экстремистск\w+|принадлежит (?:компании )?meta|\*\s*запрещ"
)
_CALL: Final = re.compile(
    r"подпи(?:с|ш)\w*|лайк\w*|наш\w{1,3} (?:страниц|аккаунт|профил|канал|групп)\w*|ссылк\w+|ищите нас"
)


def hosts(facts: Facts) -> tuple[str, ...]:
    """The sites named in the text and in the attached links, lower-case."""
    said = [facts.plain, *(one.url or "" for one in facts.attachments if one.kind == "link")]
    return tuple(found[1].lower() for text in said for found in _HOST.finditer(text))


def shortener(facts: Facts) -> Warn | None:
    """An address that hides where it leads."""
    known = frozenset(facts.lists.of(Kept.SHORTENERS))
    found = next((host for host in hosts(facts) if host in known), None)
    return yellow("shortener", found) if found else None


def banned_platform(facts: Facts) -> Warn | None:
    """A link or a call to a banned platform is red; its bare name without the mark of the law is yellow."""
    entries = facts.lists.of(Kept.PLATFORMS)
    sites = frozenset(entry for entry in entries if "." in entry)
    host = next((host for host in hosts(facts) if _belongs(host, sites)), None)
    if host is not None:
        return red("banned_platform", host)
    names = finder(_names(entries))
    found = names.search(facts.plain) if names else None
    if found is None or _MARKED.search(facts.plain):
        return None
    near = facts.plain[max(0, found.start() - 120) : found.end() + 120]
    return (red if _CALL.search(near) else yellow)("banned_platform", found.group())


def _belongs(host: str, sites: frozenset[str]) -> bool:
    parts = host.split(".")
    return any(".".join(parts[start:]) in sites for start in range(len(parts) - 1))


@lru_cache(maxsize=4)
def _names(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(entry for entry in entries if "." not in entry)
