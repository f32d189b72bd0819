"""News that goes out in the post of another: a state of its own, and the lead's own form to be put back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATES = (
    "'pending', 'returned', 'scheduled', 'publishing', 'published', 'digest', 'rejected', 'withdrawn', 'expired', 'failed'"
)
_MERGED_INTO = (
    "ALTER TABLE suggestions ADD COLUMN merged_into BIGINT "
    "CONSTRAINT suggestions_merged CHECK (status <> 'merged' OR merged_into IS NOT NULL)"
)


def _allow_the_state() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("suggestions_status"), "suggestions", type_="check")
        op.create_check_constraint(op.f("suggestions_status"), "suggestions", f"status IN ({_STATES}, 'merged')")
        return
    # SQLite changes no check. Its manual's way for what the stored rows do not depend on: the words of the schema
    # themselves; making the table anew would mean to drop one that many others refer to.
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'suggestions'"
        " AND instr(sql, ?) > 0",
        (_STATES, f"{_STATES}, 'merged'", _STATES),
    )
    assert changed.rowcount == 1
    connection.exec_driver_sql(f"PRAGMA schema_version = {int(version) + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def upgrade() -> None:
    _allow_the_state()
    op.execute(_MERGED_INTO)
    joined = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "suggestions_joint", "suggestions", ["merged_into"], sqlite_where=joined, postgresql_where=joined
    )
    op.create_table(
        "merges",
        sa.Column("number", columns.RowId, autoincrement=False, nullable=False),
        sa.Column("edited_text", columns.AnyText(), nullable=True),
        sa.Column("edited_attachments", columns.Json(), nullable=True),
        sa.Column("updated_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["suggestions.number"], name=op.f("merges_number_fk")),
        sa.PrimaryKeyConstraint("number", name=op.f("merges_pk")),
    )
