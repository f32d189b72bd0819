"""The regions of the country, and which of them a text belongs to.

The table is read when it is first needed.  A text only suggests a region; that the author's own region comes
first is for the caller to mind.
"""

from __future__ import annotations

import csv
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, overload


@dataclass(frozen=True, slots=True)
class Region:
    """A line of the table. ``zone`` is an IANA name, ``pattern`` an expression for evened-out lower-case text."""

    code: str
    name: str
    short_name: str
    genitive: str
    prepositional: str
    district: str
    zone: str
    hashtag: str
    pattern: str


class _Regions(Sequence[Region]):
    """All regions in the table's order, read on first use."""

    @overload
    def __getitem__(self, index: int) -> Region: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Region]: ...
    def __getitem__(self, index: int | slice) -> Region | Sequence[Region]:
        return _table()[index]

    def __len__(self) -> int:
        return len(_table())

    def __iter__(self) -> Iterator[Region]:
        return iter(_table())


REGIONS: Final[Sequence[Region]] = _Regions()

#: «Москва» in a tag is more often where a delegation went than where the author is from.
_ONLY_LEADING: Final = "RU-MOW"
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e007f]"
)
_MARKUP: Final = re.compile(r"</?[a-z][^<>]{0,500}>")
_BLANKS: Final = re.compile(r"\s+")
_TAG: Final = re.compile(r"(?<![\w&])#(\w+)")
_LEADING_TAGS: Final = re.compile(r"(?:\s*#\w+(?:@\w+)?)+")


def by_code(code: str | None) -> Region | None:
    """The region with this code, or None."""
    return _codes().get(code or "")


def region_of_text(text: str) -> Region | None:
    """The one region the text belongs to, or None when it names several or none.

    A region's hashtag decides, the leading one first; without tags it is the words, where exactly one region
    has to be named.
    """
    even = _even(text)
    leading = _LEADING_TAGS.match(even)
    for tag in _TAG.findall(leading.group()) if leading else ():
        if region := _hashtags().get(_tag(tag)):
            return region
    tagged = {region.code for tag in _TAG.findall(even) if (region := _hashtags().get(_tag(tag)))}
    tagged.discard(_ONLY_LEADING)
    return _only(tagged) if tagged else _named(even)


def _only(codes: set[str]) -> Region | None:
    return by_code(codes.pop()) if len(codes) == 1 else None


def _even(text: str) -> str:
    """Lower case, «е» for «ё», plain single blanks; markup and invisible characters out."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", html.unescape(text))).lower().replace("ё", "е")
    return _BLANKS.sub(" ", _MARKUP.sub(" ", plain))


def _tag(tag: str) -> str:
    return tag.replace("_", "")


def _named(even: str) -> Region | None:
    """The only region named in words; stops at the second one."""
    anything, which = _patterns()
    found: set[str] = set()
    start = 0
    while (hit := anything.search(even, start)) and len(found) < 2:
        match = which.match(even, hit.start())
        if match is not None and match.lastgroup is not None:
            found.add(match.lastgroup.replace("_", "-"))
        start = hit.start() + 1
    return _only(found)


@cache
def _table() -> tuple[Region, ...]:
    table = resources.files("editorial").joinpath("data", "regions.csv").read_text(encoding="utf-8-sig")
    return tuple(
        Region(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            genitive=row["name_genitive"],
            prepositional=row["name_prepositional"],
            district=row["federal_district"],
            zone=row["timezone"],
            hashtag=row["hashtag"],
            pattern=row["patterns"],
        )
        for row in csv.DictReader(table.splitlines())
    )


@cache
def _codes() -> dict[str, Region]:
    return {region.code: region for region in _table()}


@cache
def _hashtags() -> dict[str, Region]:
    return {_tag(region.hashtag.lower().replace("ё", "е").removeprefix("#")): region for region in _table()}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Two expressions: where any region is named, and which one is named there.

    The first has no groups, which lets the engine reject a word by its first letter.
    """
    table = _table()
    anything = "|".join(region.pattern for region in table)
    which = "|".join(f"(?P<{region.code.replace('-', '_')}>{region.pattern})" for region in table)
    return re.compile(rf"(?<!\w)(?:{anything})"), re.compile(rf"(?<!\w)(?:{which})")
