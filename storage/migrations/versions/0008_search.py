"""Texts found by their words, and suggestions by their region."""

from __future__ import annotations

import zlib

from alembic import op
from sqlalchemy import Connection, text

from storage.columns import original
from storage.search import stems_of

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: Texts that are in memory at once.
_AT_ONCE = 500
_CREATE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_texts "
        "USING fts5(stems, mark UNINDEXED, tokenize = 'unicode61 remove_diacritics 0')",
    ),
    "postgresql": (
        "CREATE TABLE search_texts (number BIGINT PRIMARY KEY, stems TEXT NOT NULL, mark BIGINT NOT NULL)",
        "CREATE INDEX search_texts_words ON search_texts USING gin (to_tsvector('simple', stems))",
    ),
}
_ADD = {
    "sqlite": "INSERT INTO search_texts (rowid, stems, mark) VALUES (:number, :stems, :mark)",
    "postgresql": "INSERT INTO search_texts (number, stems, mark) VALUES (:number, :stems, :mark)",
}
_TEXTS = text(
    "SELECT number, COALESCE(edited_text, text) AS written FROM suggestions "
    "WHERE text <> '' AND number > :after ORDER BY number LIMIT :count"
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in _CREATE[connection.dialect.name]:
        op.execute(statement)
    op.create_index("suggestions_region_number", "suggestions", ["region", "number"], unique=False)
    after: int | None = 0
    while after is not None:
        after = _index_some(connection, after)


def _index_some(connection: Connection, after: int) -> int | None:
    """Index the texts of the next numbers behind ``after``; returns the last of them, None when there are none."""
    found = connection.execute(_TEXTS, {"after": after, "count": _AT_ONCE}).fetchall()
    if not found:
        return None
    rows = [_row(number, original(written)) for number, written in found]
    connection.execute(text(_ADD[connection.dialect.name]), rows)
    return int(found[-1].number)


def _row(number: int, written: str) -> dict[str, object]:
    mark = zlib.crc32(written.encode("utf-8", "surrogatepass"))
    return {"number": number, "stems": " ".join(stems_of(written)), "mark": mark}
