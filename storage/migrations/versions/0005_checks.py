"""Lists and regions that the editors keep; when a planned post is of no use; cards whose pictures were uncovered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_entries",
        sa.Column("list", columns.AnyText(), nullable=False),
        sa.Column("entry", columns.AnyText(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("list", "entry", name="list_entries_pk"),
    )
    op.create_table(
        "region_rows",
        sa.Column("code", columns.AnyText(), nullable=False),
        sa.Column("row", columns.Json(), nullable=False),
        sa.Column("changed_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="region_rows_pk"),
    )
    op.add_column("suggestions", sa.Column("expires_at", columns.Moment(), nullable=True))
    op.create_index(
        "suggestions_expires",
        "suggestions",
        ["expires_at"],
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.add_column(
        "cards", sa.Column("uncovered", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
