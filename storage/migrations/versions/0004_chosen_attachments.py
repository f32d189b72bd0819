"""The attachments a moderator chose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("suggestions", sa.Column("edited_attachments", columns.Json(), nullable=True))
