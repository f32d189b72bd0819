"""The regions of the country, and which of them a text belongs to.

The shipped table is read when it is first needed; :func:`install` puts the editors' own rows over it.  A text only
suggests a region; that the author's own region comes first is for the caller to mind.
"""

from __future__ import annotations

import csv
import html
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Final, overload
from zoneinfo import available_timezones


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
    aliases: tuple[str, ...] = ()


class _Regions(Sequence[Region]):
    """All regions in the table's order, read on first use."""

    @overload
    def __getitem__(self, index: int) -> Region: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Region]: ...
    def __getitem__(self, index: int | slice) -> Region | Sequence[Region]:
        return _registry().table[index]

    def __len__(self) -> int:
        return len(_registry().table)

    def __iter__(self) -> Iterator[Region]:
        return iter(_registry().table)


REGIONS: Final[Sequence[Region]] = _Regions()

#: «Москва» in a tag is more often where a delegation went than where the author is from.
_ONLY_LEADING: Final = "RU-MOW"
_LISTED: Final = re.compile(
    r"(?<![\w-])(?P<which>(?:[\w-]{2,30}[сц]к\w{2,3}(?:, ?| и |,? а также )){1,12}[\w-]{2,30}[сц]к\w{2,3} )"
    r"(?P<what>обл(?:аст\w{1,3}|\.)|кра(?:е[вм]|ям|ями|ях|я|й|ю)\b)"
)
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e007f]"
)
_MARKUP: Final = re.compile(r"</?[a-z][^<>]{0,500}>")
_BLANKS: Final = re.compile(r"\s+")
_TAG: Final = re.compile(r"(?<![\w&])#(\w+)")
_LEADING_TAGS: Final = re.compile(r"(?:\s*#\w+(?:@\w+)?)+")


#: The columns of the table, in the order in which it is written.
COLUMNS: Final = (
    "code", "name", "short_name", "federal_district", "timezone", "hashtag", "name_genitive", "name_prepositional",
    "iso_3166_2", "fed_code", "msk_offset", "utc_offset", "capital", "aliases", "patterns", "council_name",
    "council_source", "council_site", "vk", "note",
)  # fmt: skip
#: Columns without which a row is no region.
NEEDED: Final = (
    "code", "name", "short_name", "federal_district", "timezone", "hashtag", "name_genitive", "name_prepositional",
    "patterns",
)  # fmt: skip

Row = Mapping[str, str]


def by_code(code: str | None) -> Region | None:
    """The region with this code, or None."""
    return _registry().codes.get(code or "")


def by_words(words: str) -> Region | None:
    """The region a person names by code, hashtag, name in any case or alias; else the one the words speak of."""
    registry = _registry()
    even = _even(words).strip(" .,")
    known = registry.codes.get(even.upper()) or registry.hashtags.get(_tag(even.removeprefix("#")))
    return known or registry.names.get(even) or region_of_text(words)


def beginning_with(words: str) -> tuple[Region, ...]:
    """The regions one word of whose name begins so; none for fewer than three letters."""
    even = _even(words).strip(" .,")
    if len(even) < 3:
        return ()
    return tuple(one for one in _registry().table if any(word.startswith(even) for word in _even(one.name).split()))


def districts() -> tuple[str, ...]:
    """The federal districts, in the order of the table."""
    return tuple(dict.fromkeys(region.district for region in _registry().table))


def region_of_text(text: str) -> Region | None:
    """The one region the text belongs to, or None when it names several or none.

    A region's hashtag decides, the leading one first; without tags it is the words, where exactly one region
    has to be named.
    """
    even = _even(text)
    return _tagged(even) or (None if _tags(even) else _named(even))


def tagged_region(text: str) -> Region | None:
    """The region a hashtag of the text names, or None."""
    return _tagged(_even(text))


def _tagged(even: str) -> Region | None:
    leading = _LEADING_TAGS.match(even)
    for tag in _TAG.findall(leading.group()) if leading else ():
        if region := _registry().hashtags.get(_tag(tag)):
            return region
    return _only(_tags(even))


def _tags(even: str) -> set[str]:
    hashtags = _registry().hashtags
    tagged = {region.code for tag in _TAG.findall(even) if (region := hashtags.get(_tag(tag)))}
    tagged.discard(_ONLY_LEADING)
    return tagged


def _only(codes: set[str]) -> Region | None:
    return by_code(codes.pop()) if len(codes) == 1 else None


def _even(text: str) -> str:
    """Lower case, «е» for «ё», plain single blanks; markup and invisible characters out."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", html.unescape(text))).lower().replace("ё", "е")
    return _BLANKS.sub(" ", _MARKUP.sub(" ", plain))


def _tag(tag: str) -> str:
    return tag.replace("_", "")


def _each_by_itself(listed: re.Match[str]) -> str:
    """«Тульской и Калужской областей»: the word stands for each of them."""
    return re.sub(r"[\w-]+[сц]к\w{2,3}", rf"\g<0> {listed['what']}", listed["which"]) + listed["what"]


def _named(even: str) -> Region | None:
    """The only region named in words; stops at the second one."""
    anything, which = _registry().patterns
    found: set[str] = set()
    start = 0
    even = _LISTED.sub(_each_by_itself, even)
    while (hit := anything.search(even, start)) and len(found) < 2:
        match = which.match(even, hit.start())
        if match is not None and match.lastgroup is not None:
            found.add(match.lastgroup.replace("_", "-"))
        start = hit.start() + 1
    return _only(found)


# --------------------------------------------------------------------------------------------------- the registry


class Registry:
    """A whole table with what look-ups need; never changed, only replaced."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(dict(row) for row in rows)
        self.table = tuple(region_of_row(row) for row in self.rows)

    @cached_property
    def codes(self) -> dict[str, Region]:
        return {region.code: region for region in self.table}

    @cached_property
    def hashtags(self) -> dict[str, Region]:
        return {_tag(region.hashtag.lower().replace("ё", "е").removeprefix("#")): region for region in self.table}

    @cached_property
    def names(self) -> dict[str, Region]:
        """Regions by what they are called; a word that two regions share stands for neither."""
        found: dict[str, Region | None] = {}
        for region in self.table:
            said = (region.name, region.short_name, region.genitive, region.prepositional, *region.aliases)
            for name in {_even(one) for one in said}:
                found[name] = region if name not in found or found[name] is region else None
        return {name: region for name, region in found.items() if region is not None}

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """Two expressions: where any region is named, and which one is named there.

        The first has no groups, which lets the engine reject a word by its first letter.
        """
        anything = "|".join(region.pattern for region in self.table)
        which = "|".join(f"(?P<{region.code.replace('-', '_')}>{region.pattern})" for region in self.table)
        return re.compile(rf"(?<!\w)(?:{anything})"), re.compile(rf"(?<!\w)(?:{which})")


def region_of_row(row: Row) -> Region:
    """A line of the table as a region. Raises KeyError for a missing column."""
    return Region(
        code=row["code"],
        name=row["name"],
        short_name=row["short_name"],
        genitive=row["name_genitive"],
        prepositional=row["name_prepositional"],
        district=row["federal_district"],
        zone=row["timezone"],
        hashtag=row["hashtag"],
        pattern=row["patterns"],
        aliases=tuple(alias for alias in row.get("aliases", "").split("|") if alias),
    )


@cache
def shipped_rows() -> tuple[Row, ...]:
    """The table that comes with the program."""
    table = resources.files("editorial").joinpath("data", "regions.csv").read_text(encoding="utf-8-sig")
    return tuple(csv.DictReader(table.splitlines()))


_lock = threading.Lock()
_installed: Registry | None = None


def install(edited: Iterable[Row]) -> None:
    """From now on the editors' rows stand over the shipped ones: by code, new ones at the end."""
    global _installed  # noqa: PLW0603
    rows = merged(edited)
    with _lock:
        _installed = Registry(rows) if rows != shipped_rows() else None


def merged(edited: Iterable[Row]) -> tuple[Row, ...]:
    """The shipped rows with the edited ones in their places."""
    rows = {row["code"]: row for row in shipped_rows()} | {row["code"]: row for row in edited}
    return tuple(rows.values())


def _registry() -> Registry:
    return _installed or _shipped()


@cache
def _shipped() -> Registry:
    return Registry(shipped_rows())


# ----------------------------------------------------------------------------------------------- rows of a person

_CODE: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{2,3}")
_HASHTAG: Final = re.compile(r"#\w{2,60}")


def faults_of(row: Row, taken: Mapping[str, Row]) -> list[str]:
    """What is wrong with an edited row, as stable words; ``taken`` are the other rows by code.

    ``missing:COLUMN``, ``code``, ``zone``, ``hashtag``, ``hashtag_taken:CODE``, ``pattern``, ``pattern_wide``,
    ``not_found``: its own names are not found by its pattern.
    """
    faults = [f"missing:{column}" for column in NEEDED if not (row.get(column) or "").strip()]
    if faults:
        return faults
    if not _CODE.fullmatch(row["code"]):
        return ["code"]
    if row["timezone"] not in available_timezones():
        faults.append("zone")
    if not _HASHTAG.fullmatch(row["hashtag"]):
        faults.append("hashtag")
    tag = row["hashtag"].lower().replace("ё", "е")
    same = next((code for code, other in taken.items() if other["hashtag"].lower().replace("ё", "е") == tag), None)
    if same is not None and same != row["code"]:
        faults.append(f"hashtag_taken:{same}")
    return faults + _faults_of_pattern(row)


def _faults_of_pattern(row: Row) -> list[str]:
    try:
        pattern = re.compile(rf"(?<!\w)(?:{row['patterns']})")
    except re.error:
        return ["pattern"]
    if pattern.groups:
        return ["pattern"]
    if pattern.search("") or pattern.search("муниципальное образование провело собрание жителей в городе"):
        return ["pattern_wide"]
    names = (row["name"], row["name_genitive"], row["name_prepositional"])
    lost = row["code"] != _ONLY_LEADING and not all(pattern.search(_even(name)) for name in names)
    return ["not_found"] if lost else []
