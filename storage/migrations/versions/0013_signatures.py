"""How a post is signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("suggestions", sa.Column("signed", columns.Json(), nullable=True))
