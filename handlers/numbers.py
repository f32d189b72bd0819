"""The number of a piece of news as people write it."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"(?:№\s*)?(\d{1,12})\.?")


def number_of(words: str) -> int | None:
    """The number when the words are nothing else: «214», «№ 214»."""
    found = _NUMBER.fullmatch(words)
    return int(found[1]) if found is not None else None
