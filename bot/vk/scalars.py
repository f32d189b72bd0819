"""Reads single values out of VK's JSON, whatever type they came in.

Pure and tolerant: a value of the wrong type is taken for what it plainly means, or for nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
YEAR_3000: Final = 32503680000
LARGEST: Final = 2**63 - 1
"""What fits into a column of a database."""


def number(value: object) -> int | None:
    """The whole number in ``value``, also when it came as text; None when there is none."""
    if isinstance(value, str) or (isinstance(value, float) and value.is_integer()):
        try:
            value = int(value)
        except ValueError:
            return None
    if isinstance(value, int) and -LARGEST <= value <= LARGEST:
        return int(value)
    return None


def person(value: object) -> int | None:
    """An id of a person or a community; VK writes 0 for nobody."""
    return number(value) or None


def cmid_of(message: Mapping[str, Any]) -> int | None:
    """The number of the message in its conversation, under either of the names VK has for it."""
    return number(message.get("conversation_message_id")) or number(message.get("cmid")) or None


def words(value: object) -> str:
    """The text in ``value``, fit for storing and sending; empty when there is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    return sound(value)


def sound(text: str) -> str:
    """The text without NUL and with halves of surrogate pairs replaced: databases and networks refuse them."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def moment(value: object, otherwise: datetime = EPOCH) -> datetime:
    """Unix seconds as an aware UTC time; ``otherwise`` when there are none."""
    seconds = number(value)
    if seconds is None or not 0 < seconds < YEAR_3000:
        return otherwise
    return datetime.fromtimestamp(seconds, UTC)


def mapping(value: object) -> Mapping[str, Any]:
    # A dict is told at once; asking the abstract class alone takes longer than the look-up that follows.
    return value if isinstance(value, (dict, Mapping)) else {}


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
