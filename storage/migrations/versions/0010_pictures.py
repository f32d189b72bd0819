"""What the pictures of suggestions look like."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["suggestions.number"], name=op.f("pictures_number_fk")),
        sa.PrimaryKeyConstraint("number", "place", name=op.f("pictures_pk")),
    )
    op.create_index("pictures_seen", "pictures", ["seen_at"], unique=False)
