"""News returned before returns ran out runs out, too; pictures are found by a part of their fingerprint.

Authors of what was returned were told of no week: they have one from now on.
"""

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
_suggestions = sa.table("suggestions", sa.column("status", sa.Text()), sa.column("expires_at", columns.Moment()))
#: Seven bands of the fingerprint's 64 bits, the last one a bit wider.
_BANDS = {f"band{place}": (9 * place, 1023 if place == 6 else 511) for place in range(7)}


def upgrade() -> None:
    waits = sa.and_(_suggestions.c.status == "returned", _suggestions.c.expires_at.is_(None))
    op.execute(_suggestions.update().where(waits).values(expires_at=datetime.now(UTC) + _WEEK))
    op.drop_index("pictures_seen", "pictures")
    for name, (shift, mask) in _BANDS.items():
        op.add_column("pictures", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
        op.execute(f"UPDATE pictures SET {name} = (mark >> {shift}) & {mask}")
        op.create_index(f"pictures_{name}", "pictures", [name, "seen_at", "number", "mark"])
