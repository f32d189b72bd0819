"""The digest: many pieces of news as one post, a line each, by federal district.

What a line says unless a moderator words it, how the lines are put together and split, and for which moments a
digest is due.  Who put a piece in, and what becomes of it, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from editorial import regions
from editorial.crontab import Crontab
from editorial.markup import parse
from editorial.post import TEXT_LIMIT, sentence_ends, short_form, utf16_length
from editorial.when import date_words

#: The digests there are.
DAILY: Final = "daily"
WEEKLY: Final = "weekly"
#: It is shown to moderators so long before it goes out.
PREVIEW: Final = timedelta(hours=1)
#: One that was missed is still put together so long after its time.
LATE: Final = timedelta(hours=12)
#: A missed one is shown to moderators for at least so long before it goes out.
LEAST_PREVIEW: Final = timedelta(minutes=15)
#: The longest line a text is cut to by itself, characters, and the shortest sentence that may stand alone.
LONGEST: Final = 220
_SHORTEST: Final = 20
#: The longest line a moderator may write, UTF-16 units.
LONGEST_WORDING: Final = 600
BULLET: Final = "◽️"

_DISTRICTS: Final = {
    "ЦФО": "Центральный федеральный округ",
    "СЗФО": "Северо-Западный федеральный округ",
    "ЮФО": "Южный федеральный округ",
    "СКФО": "Северо-Кавказский федеральный округ",
    "ПФО": "Приволжский федеральный округ",
    "УФО": "Уральский федеральный округ",
    "СФО": "Сибирский федеральный округ",
    "ДФО": "Дальневосточный федеральный округ",
}
_OTHER_REGIONS: Final = "Другие регионы"
_ACROSS: Final = "Межрегиональные новости"
_TAGS_ONLY: Final = re.compile(r"(?:\s*#[\w@]+)+\s*")
_CLOSING_TAGS: Final = re.compile(r"(?:\s*#[\w@]+)+\s*$")
_OPENING_TAGS: Final = re.compile(r"^(?:\s*#[\w@]+)+\s*")
_SIGNS_BEFORE: Final = re.compile(r"^[^\w«\"(]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A piece in a digest: its number, its region's code, what is said about it, without the region."""

    number: int
    region: str | None
    words: str

    @property
    def text(self) -> str:
        """The line as it stands in the post."""
        region = regions.by_code(self.region)
        name = f"{region.name}: " if region is not None else ""
        return f"{BULLET} {name}{self.words}"


# --------------------------------------------------------------------------------------------- what a line says


def first_sentence(text: str) -> str:
    """The line for a text: its first sentence, cut at a word when it is long; empty when the text says nothing."""
    for paragraph in parse(text).text.splitlines():
        if _TAGS_ONLY.fullmatch(paragraph):
            continue
        words = _CLOSING_TAGS.sub("", _OPENING_TAGS.sub("", " ".join(paragraph.split())))
        words = _SIGNS_BEFORE.sub("", words)
        if words:
            return _cut(_sentence(words))
    return ""


def _sentence(words: str) -> str:
    ends = [end for end in sentence_ends(words, 0, len(words)) if end >= _SHORTEST]
    return words[: ends[0]].rstrip() if ends else words


def _cut(sentence: str) -> str:
    if len(sentence) <= LONGEST:
        return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence.rstrip(':;,')}."
    head = sentence[:LONGEST]
    at = head.rfind(" ")
    kept = head[: at if at > LONGEST // 2 else LONGEST].rstrip(" ,;:—–-")
    while kept.endswith(".") and short_form(kept, len(kept) - 1):
        kept = kept.rpartition(" ")[0].rstrip(" ,;:—–-")
    return f"{kept}…"


def wording(words: str) -> str:
    """A moderator's line on one line, without the bullet they may have copied along."""
    return " ".join(words.split()).removeprefix(BULLET).strip()


# ------------------------------------------------------------------------------------------- the post as a whole


def title(template: str, kind: str, day: date) -> str:
    """The title of the digest of ``day``; ``{дата}`` in the template is the day, or the week that ends on it."""
    words = date_words(day)
    if kind == WEEKLY:
        first = day - timedelta(days=6)
        same = first.month == day.month and first.year == day.year
        words = f"неделю, {first.day if same else date_words(first)}–{words}"
    return template.replace("{дата}", words)


def compose(head: str, lines: Iterable[Line]) -> str:
    """The post: the title, then the districts in the order of the country's table, with a line for each piece."""
    return "\n\n".join([head, *_groups(lines)])


def _groups(lines: Iterable[Line]) -> list[str]:
    ordered = sorted(lines, key=lambda line: (_place(line.region), line.number))
    groups: list[tuple[str, list[str]]] = []
    for line in ordered:
        name = heading(line.region)
        if not groups or groups[-1][0] != name:
            groups.append((name, []))
        groups[-1][1].append(line.text)
    return ["\n".join([name, *texts]) for name, texts in groups]


def heading(region: str | None) -> str:
    """The district a piece stands under."""
    known = regions.by_code(region)
    return _ACROSS if known is None else _DISTRICTS.get(known.district, _OTHER_REGIONS)


def _place(region: str | None) -> tuple[int, str]:
    known = regions.by_code(region)
    if known is None:
        return len(_DISTRICTS) + 1, ""
    districts = list(_DISTRICTS)
    place = districts.index(known.district) if known.district in _DISTRICTS else len(districts)
    return place, known.name


def portions(head: str, lines: Sequence[Line], limit: int = TEXT_LIMIT) -> tuple[tuple[Line, ...], ...]:
    """The lines for as many posts as they need, in order; none without lines."""
    ordered = sorted(lines, key=lambda line: (_place(line.region), line.number))
    room = limit - len(" (10 из 10)")
    done: list[tuple[Line, ...]] = []
    current: list[Line] = []
    for line in ordered:
        if current and utf16_length(compose(head, [*current, line])) > room:
            done.append(tuple(current))
            current = []
        current.append(line)
    return (*done, tuple(current)) if current else tuple(done)


def part_title(head: str, part: int, parts: int) -> str:
    return head if parts < 2 else f"{head} ({part} из {parts})"


# ------------------------------------------------------------------------------------------------ when it is due


def due(line: Crontab, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) of the digest to be put together now, from an hour before it to long after; else None.

    The latest one, where several would do.
    """
    last = now + PREVIEW
    day = last.astimezone(zone).date()
    for back in (0, 1):
        for local in reversed(line.of_day(day - timedelta(days=back))):
            moment = datetime.combine(day - timedelta(days=back), local, zone).astimezone(UTC)
            if moment <= last:
                return moment if now - moment <= LATE else None
    return None


def goes_out(moment: datetime, now: datetime) -> datetime:
    """When a digest of ``moment`` that is put together now goes out: late, but not unseen, when it was missed."""
    return max(moment, now + LEAST_PREVIEW) if moment < now else moment
