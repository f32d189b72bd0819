"""The sample suggestions, which an editor has marked, and what the checks say of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from editorial import regions
from editorial.checks.calendar import deadline_of
from editorial.checks.desk import warnings_for
from editorial.checks.facts import Facts, Warn
from editorial.cleaning import clean
from editorial.suggestion import Attachment

SAMPLES: Final = Path(__file__).parent / "data" / "samples.jsonl"
#: Which warnings answer a mark of the editor. Marks that are not here are facts about a sample, not its faults.
ANSWERS: Final[Mapping[str, frozenset[str]]] = {
    mark: frozenset(codes.split())
    for mark, codes in {
        "ad": "advertising", "bank_card": "fundraising", "caps": "capitals", "contains_phone": "contacts",
        "deadline": "has_deadline", "emoji": "emoji", "empty_text": "empty_text", "foreign_agent": "foreign_agent",
        "foreign_platform": "banned_platform", "html_junk": "cleanup", "mention_markup": "mentions",
        "minors": "minors", "no_photo": "no_photo", "no_region": "no_region", "off_topic": "off_topic",
        "officialese": "officialese", "only_link": "only_link", "personal_data": "personal_data",
        "photo_lowres": "photo_lowres", "political": "election", "profanity_mild": "profanity",
        "revise_style": "emoji capitals signs officialese", "rtl_or_zero_width": "cleanup", "short": "too_short",
        "stale_event": "stale", "test_message": "not_for_publication", "too_long": "too_long",
        "whitespace_junk": "cleanup",
    }.items()
}  # fmt: skip
#: Authors who belong to no region are on record as such.
_WITHOUT_REGION: Final = frozenset({"interregional_assoc", "executive_director"})


@dataclass(frozen=True)
class Sample:
    """A suggestion with the marks and the regions an editor found in it."""

    id: str
    text: str
    marks: frozenset[str]
    regions: tuple[str, ...]
    facts: Facts
    note: str

    @property
    def is_fine(self) -> bool:
        return "ok" in self.marks

    @property
    def wanted(self) -> frozenset[str]:
        """The marks that a warning has to answer; an organisation's own phone is none."""
        allowed = {"contains_phone"} if "телефон организации допустим" in self.note else set()
        return frozenset(self.marks & ANSWERS.keys()) - allowed

    def warned(self) -> tuple[Warn, ...]:
        return warnings_for(self.facts)

    def codes(self) -> frozenset[str]:
        """The codes of the warnings, and whether a deadline was read out of the text."""
        until = deadline_of(self.facts.text, self.facts.received_at, self.facts.own_zone)
        return frozenset({warn.code for warn in self.warned()} | ({"has_deadline"} if until else set()))


@cache
def samples() -> tuple[Sample, ...]:
    return tuple(_sample(json.loads(line)) for line in SAMPLES.read_text(encoding="utf-8").splitlines())


def _sample(row: dict[str, Any]) -> Sample:
    region = regions.by_code(row["region"])
    at = datetime.fromisoformat(row["received_at"])
    facts = Facts(
        text=clean(row["text"]).text,
        original=row["text"],
        now=at,
        received_at=at,
        attachments=tuple(map(_attachment, row["attachments"])),
        zone=ZoneInfo(region.zone) if region else None,
        region=region.code if region else None,
        region_needed=row["author_role"] not in _WITHOUT_REGION,
    )
    marks = frozenset(row["flags"])
    return Sample(row["id"], row["text"], marks, tuple(row["regions_in_text"]), facts, row["expected"]["note"])


def _attachment(row: Mapping[str, Any]) -> Attachment:
    width, height = (640, 480) if row.get("lowres") else (1600, 1200)
    is_photo = row["type"] == "photo"
    return Attachment(
        row["type"], url=row.get("url"), width=width if is_photo else None, height=height if is_photo else None
    )


@dataclass
class Tally:
    """Hits, misses and false alarms of one mark, with the samples they happened on."""

    hits: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)


def confusion() -> dict[str, Tally]:
    """The table: per mark, what was answered, what was missed, and warnings nobody had asked for."""
    table = {mark: Tally() for mark in sorted(ANSWERS)}
    by_code: dict[str, str] = {code: mark for mark, codes in sorted(ANSWERS.items()) for code in sorted(codes)}
    for sample in samples():
        codes = sample.codes() - ({"has_deadline"} if "deadline" not in sample.marks else set())
        for mark in sample.wanted:
            (table[mark].hits if ANSWERS[mark] & codes else table[mark].misses).append(sample.id)
        answered = frozenset().union(*(ANSWERS[mark] for mark in sample.wanted))
        for code in codes - answered:
            table.setdefault(by_code.get(code, code), Tally()).false.append(sample.id)
    return table


def region_table() -> Counter[str]:
    """How the rule of the text alone does: found, silent (rightly), missed, wrong."""
    count: Counter[str] = Counter()
    for sample in samples():
        found = regions.region_of_text(sample.text)
        code = found.code if found else None
        wanted = sample.regions[0] if len(sample.regions) == 1 else None
        if code == wanted:
            count["found" if wanted else "rightly silent"] += 1
        else:
            count["missed" if code is None else "wrong"] += 1
    return count
