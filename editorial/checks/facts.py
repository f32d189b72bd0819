"""What a check is given and what it answers: the facts of a suggestion, and a warning.

A warning informs (yellow) or asks the moderator to press twice (red); it never decides anything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from editorial.lists import Lists, lists_with
from editorial.suggestion import Attachment

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
#: Not behind an initial or a short form, unless more than one stop stands there. Tried once for a row of stops.
_SENTENCE_END: Final = re.compile(
    r"(?:(?<![.!?…])(?<![\s(]\w)(?<!\bул)(?<!\bтел)(?<!\bг)"
    r"|(?<=[\s(]\w[.!?…])|(?<=\bул[.!?…])|(?<=\bтел[.!?…])|(?<=\bг[.!?…]))[.!?…]++[»)\"”]*+\s++|\n+"
)
_MOSCOW: Final = ZoneInfo("Europe/Moscow")


class Colour(StrEnum):
    """How loud a warning is."""

    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Warn:
    """``code`` is stable; ``about`` is the word, number or fragment the Russian line speaks of, may be empty."""

    code: str
    colour: Colour
    about: str = ""

    @property
    def is_red(self) -> bool:
        return self.colour is Colour.RED


def yellow(code: str, about: object = "") -> Warn:
    return Warn(code, Colour.YELLOW, str(about))


def red(code: str, about: object = "") -> Warn:
    return Warn(code, Colour.RED, str(about))


@dataclass(frozen=True)
class Facts:
    """A suggestion as the checks see it.

    ``text`` is what would be published, ``original`` what the author sent.  ``slot`` is the moment chosen for it.
    ``region`` is a code that is taken for certain; ``region_needed`` False for authors who belong to none.
    ``zone`` is the author's own time zone where it is known.
    """

    text: str
    now: datetime
    received_at: datetime
    original: str | None = None
    attachments: tuple[Attachment, ...] = ()
    slot: datetime | None = None
    zone: ZoneInfo | None = None
    region: str | None = None
    region_needed: bool = True
    lists: Lists = field(default_factory=lambda: lists_with(()))

    @property
    def moment(self) -> datetime:
        """When the text will be read, as far as it is known."""
        return max(self.slot, self.now) if self.slot is not None else self.now

    @property
    def own_zone(self) -> ZoneInfo:
        return self.zone or _MOSCOW

    @cached_property
    def plain(self) -> str:
        """Lower case, «е» for «ё», single kinds of blanks, nothing invisible; line ends are kept."""
        return plain(self.text)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the text as it is written."""
        return tuple(part.strip() for part in _SENTENCE_END.split(visible(self.text)) if part.strip())

    @cached_property
    def plain_sentences(self) -> tuple[str, ...]:
        return tuple(plain(sentence) for sentence in self.sentences)

    @property
    def pictures(self) -> tuple[Attachment, ...]:
        return tuple(one for one in self.attachments if one.kind in ("photo", "posted_photo"))

    @property
    def shows_something(self) -> bool:
        """Whether a photo or a video is attached."""
        return any(one.kind in SHOWS for one in self.attachments)


#: Attachments that are looked at.
SHOWS: Final = frozenset({"photo", "posted_photo", "video", "clip", "story", "album", "graffiti"})


def visible(text: str) -> str:
    """The text in composed letters, without what nobody sees, with ordinary blanks."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).replace("\u00a0", " ").replace("\u202f", " ")


def plain(text: str) -> str:
    return visible(text).lower().replace("ё", "е")
