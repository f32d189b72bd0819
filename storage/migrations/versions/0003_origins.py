"""Suggestions that no suggested post of the wall stands behind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Written out, because SQLite takes a check together with a new column only.
_ORIGIN = (
    "ALTER TABLE suggestions ADD COLUMN origin VARCHAR(16) DEFAULT 'wall' NOT NULL "
    "CONSTRAINT suggestions_origin CHECK (origin IN ('wall', 'dialogue', 'source'))"
)


def upgrade() -> None:
    op.execute(_ORIGIN)
    op.add_column("suggestions", sa.Column("behind", columns.Json(), nullable=True))
    op.add_column(
        "suggestions", sa.Column("without_photos", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
