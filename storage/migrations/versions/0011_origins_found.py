"""What came another way than by the wall is found without looking at the wall's queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    elsewhere = sa.text("origin <> 'wall'")
    op.create_index(
        "suggestions_origin",
        "suggestions",
        ["origin", "status"],
        unique=False,
        sqlite_where=elsewhere,
        postgresql_where=elsewhere,
    )
