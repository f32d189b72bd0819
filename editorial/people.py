"""Who authors are: roles, how an organisation's words tell one, and how a region or a time zone is named in words.

Pure; what an author said becomes certain only when a moderator confirms it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from editorial import regions
from editorial.regions import Region

#: Roles by code, as a card shows them.
ROLES: Final[Mapping[str, str]] = {
    "press": "пресс-служба",
    "director": "директор",
    "municipality": "муниципалитет",
    "interregional": "межрегиональная ассоциация",
    "resident": "житель",
}
INTERREGIONAL: Final = "interregional"
#: The longest name of an organisation that is kept, characters.
LONGEST_ORGANISATION: Final = 200

_TELLING: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (INTERREGIONAL, re.compile(r"межрегион")),
    ("press", re.compile(r"пресс|медиа|сми\b|редакци|информационн")),
    ("director", re.compile(r"директор")),
    (
        "municipality",
        re.compile(r"администрац|муниципальн\w+ (?:район|округ)|городск\w+ округ|сельск\w+ посел|дум[аы]\b"),
    ),
    ("resident", re.compile(r"жител|частное лицо|гражданин|пенсионер")),
)

#: Federal districts in the table's words, and as a button says them.
DISTRICTS: Final[Mapping[str, str]] = {
    "ЦФО": "Центральный",
    "СЗФО": "Северо-Западный",
    "ЮФО": "Южный",
    "СКФО": "Северо-Кавказский",
    "ПФО": "Приволжский",
    "УФО": "Уральский",
    "СФО": "Сибирский",
    "ДФО": "Дальневосточный",
    "вне ФО": "Вне округов",
}
_OFFSET: Final = re.compile(r"(мск|utc|gmt)?\s*([+\-\u2212]\s*\d{1,2})?(?:\s*ч\w*)?")
#: One zone for each difference from Moscow, hours; the people of a region with several zones name theirs.
_BY_OFFSET: Final[Mapping[int, str]] = {
    -1: "Europe/Kaliningrad",
    0: "Europe/Moscow",
    1: "Europe/Samara",
    2: "Asia/Yekaterinburg",
    3: "Asia/Omsk",
    4: "Asia/Krasnoyarsk",
    5: "Asia/Irkutsk",
    6: "Asia/Yakutsk",
    7: "Asia/Vladivostok",
    8: "Asia/Magadan",
    9: "Asia/Kamchatka",
}


def role_of_organisation(words: str) -> str | None:
    """The role that an organisation's name tells, or None."""
    even = _even(words)
    return next((role for role, pattern in _TELLING if pattern.search(even)), None)


def district_named(words: str) -> str | None:
    """The federal district these words are the name of, as the table writes it."""
    even = _even(words).removesuffix(" федеральный округ").removesuffix(" фо").removesuffix(" округ")
    return next((code for code, name in DISTRICTS.items() if even in (_even(code), _even(name))), None)


def regions_of(district: str) -> tuple[Region, ...]:
    """The regions of a district in the order of their short names."""
    return tuple(
        sorted((one for one in regions.REGIONS if one.district == district), key=lambda one: one.short_name)
    )


def region_named(words: str) -> Region | None:
    """The region whose name, short name or hashtag these words are."""
    even = _even(words).lstrip("#")
    for region in regions.REGIONS:
        if even in (_even(region.name), _even(region.short_name), _even(region.hashtag).lstrip("#")):
            return region
    return None


def zone_named(words: str) -> str | None:
    """The IANA zone that «мск+5», «utc+8», «+5» or a region's name stands for, or None."""
    even = _even(words)
    match = _OFFSET.fullmatch(even)
    if match is not None and (match[1] or match[2]):
        hours = int((match[2] or "0").replace("\u2212", "-").replace(" ", ""))
        return _BY_OFFSET.get(hours - (3 if match[1] in ("utc", "gmt") else 0))
    region = region_named(words) or (regions.region_of_text(words) if len(words) < 60 else None)
    return region.zone if region is not None else None


def _even(words: str) -> str:
    return " ".join(words.lower().replace("ё", "е").split())
