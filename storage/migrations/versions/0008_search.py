"""Texts found by their words, and suggestions by their region."""

from __future__ import annotations

from alembic import op

from storage.columns import original
from storage.search import Search, statements
from storage.work import Work

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXTS = "SELECT number, COALESCE(edited_text, text) AS written FROM suggestions WHERE text <> '' ORDER BY number"


def upgrade() -> None:
    connection = op.get_bind()
    for statement in statements(connection.dialect.name):
        op.execute(statement)
    op.create_index("suggestions_region_number", "suggestions", ["region", "number"], unique=False)
    search = Search(Work(connection, writes=True))
    for number, written in connection.exec_driver_sql(_TEXTS).fetchall():
        search.put(number, original(written))
