"""Checks of what a text is about: local government, and which region."""

from __future__ import annotations

import re
from typing import Final

from editorial import regions
from editorial.checks.facts import Facts, Warn, yellow
from editorial.lists import Kept, finder

#: How people write who need help or are angry, whatever else they mention.
_APPEAL: Final = re.compile(
    r"\bкогда уже\b|сколько можно|доколе|пусть (?:люди|все|народ) (?:увидят|узнают|знают)|куда смотр\w+|"
    r"помогите (?:распространить|пожалуйста|найти|собрать)|сделайте (?:что-нибудь|репост)|максимальный репост|обещ\w+[^.!?]{0,40}а на деле|"
    r"третий год (?:обещ|жд)\w+|никому (?:нет|не) (?:дела|нужн\w+)|глава ваш|ваша? (?:власть|администрация|глава)\b"
)


def off_topic(facts: Facts) -> Warn | None:
    """Nothing about local government, or an appeal that belongs elsewhere."""
    if not facts.text.strip():
        return None
    if found := _APPEAL.search(facts.plain):
        return yellow("off_topic", "обращение" if found else "")
    topics = finder(facts.lists.of(Kept.TOPICS))
    return None if topics is None or topics.search(facts.plain) else yellow("off_topic")


def no_region(facts: Facts) -> Warn | None:
    """Nobody knows where it comes from, and the text does not say."""
    if facts.region is not None or not facts.region_needed or regions.region_of_text(facts.text) is not None:
        return None
    return yellow("no_region")
