"""Sources of news and what was taken from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("number", columns.RowId, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("address", columns.AnyText(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("title", columns.AnyText(), nullable=True),
        sa.Column("region", columns.AnyText(), nullable=True),
        sa.Column("tag", columns.AnyText(), nullable=True),
        sa.Column("since", columns.Moment(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failing_since", columns.Moment(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("changed_at", columns.Moment(), nullable=False),
        sa.CheckConstraint("kind IN ('vk', 'feed')", name=op.f("sources_kind")),
        sa.CheckConstraint("failing_since IS NULL OR active", name=op.f("sources_failing")),
        sa.PrimaryKeyConstraint("number", name=op.f("sources_pk")),
        sa.UniqueConstraint("kind", "address", name=op.f("sources_kind_once")),
    )
    op.create_table(
        "source_items",
        sa.Column("source", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", columns.AnyText(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["suggestions.number"], name=op.f("source_items_number_fk")),
        sa.ForeignKeyConstraint(["source"], ["sources.number"], name=op.f("source_items_source_fk")),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("source_items_pk")),
    )
    op.create_index("source_items_number", "source_items", ["number"])
