"""News that was returned before returns ran out runs out, too: a week from now, because its authors were told of none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WEEK = timedelta(days=7)
_suggestions = sa.table(
    "suggestions", sa.column("status", sa.Text()), sa.column("expires_at", columns.Moment()), sa.column("number")
)


def upgrade() -> None:
    waits = sa.and_(_suggestions.c.status == "returned", _suggestions.c.expires_at.is_(None))
    op.execute(_suggestions.update().where(waits).values(expires_at=datetime.now(UTC) + _WEEK))
