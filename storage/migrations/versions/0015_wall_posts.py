"""Posts that came of no suggestion, to know news that repeats one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wall_posts",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("published_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", name=op.f("wall_posts_pk")),
    )
    op.create_index("wall_posts_published", "wall_posts", ["published_at"])
