"""How values are written down: moments, texts that may hold anything, and JSON.

The same value comes back from SQLite and from PostgreSQL; what a column is for is said in the schema.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Integer, Text, literal_column
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNSTORABLE = re.compile("[\x00\x1a\ud800-\udfff]")
_ESCAPED = re.compile("\x1a([0-9a-f]{4})")

RowId = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts rows only in a column declared exactly INTEGER, which holds 64 bits there."""


def spelled(condition: str) -> ColumnElement[bool]:
    """A condition written exactly so in the SQL: a partial index is used only where its words stand literally."""
    written: ColumnElement[Any] = literal_column(condition)
    return written


def storable(text: str) -> str:
    """The text with what a database refuses (NUL, half a surrogate pair) escaped by U+001A and four digits."""
    if "\x00" not in text and "\x1a" not in text and _is_unicode(text):
        return text
    return _UNSTORABLE.sub(lambda found: f"\x1a{ord(found[0]):04x}", text)


def _is_unicode(text: str) -> bool:
    # Encoding is many times faster than looking for surrogates, and every event passes here.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def original(stored: str) -> str:
    """The reverse of :func:`storable`."""
    if "\x1a" not in stored:
        return stored
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), stored)


def packed(value: Any) -> str:
    """The value as compact JSON in which Russian stays readable."""
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def microseconds(moment: datetime) -> int:
    """Microseconds of UTC since 1970. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a stored time must carry its zone")
    return (moment - _EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out; microseconds as an integer on SQLite, where text would sort by its zone."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "postgresql":
            if value.tzinfo is None:
                raise ValueError("a stored time must carry its zone")
            return value.astimezone(UTC)
        return microseconds(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return _EPOCH + timedelta(microseconds=value)


class AnyText(TypeDecorator[str]):
    """Text that comes back character for character, whatever people and platforms put into it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else storable(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else original(value)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else packed(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(original(value))


class JsonOrNothing(Json):
    """A JSON value in which None is a value too, stored as ``null``."""

    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return packed(value)
