"""The register of authors, drafts in the dialog, live messages to authors, corrections of returned news."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("organisation", "role"):
        op.add_column("authors", sa.Column(name, columns.AnyText(), nullable=True))
    op.add_column("authors", sa.Column("confirmed_by", sa.BigInteger(), nullable=True))
    for name in ("confirmed_at", "asked_at", "consent_asked_at", "consent_at"):
        op.add_column("authors", sa.Column(name, columns.Moment(), nullable=True))
    op.add_column("authors", sa.Column("blocked_why", columns.AnyText(), nullable=True))
    op.add_column("authors", sa.Column("blocked_by", sa.BigInteger(), nullable=True))
    for name in ("blocked_at", "told_at", "called_at"):
        op.add_column("authors", sa.Column(name, columns.Moment(), nullable=True))
    op.add_column("suggestions", sa.Column("corrects", sa.BigInteger(), nullable=True))
    published = sa.text("published_at IS NOT NULL")
    op.create_index(
        "suggestions_region",
        "suggestions",
        ["region", "published_at"],
        sqlite_where=published,
        postgresql_where=published,
    )
    op.create_table(
        "drafts",
        sa.Column("author_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("peer_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", columns.Moment(), nullable=False),
        sa.Column("updated_at", columns.Moment(), nullable=False),
        sa.Column("reminded_at", columns.Moment(), nullable=True),
        sa.Column("pieces", columns.Json(), nullable=False),
        sa.CheckConstraint("state IN ('writing', 'wording')", name=op.f("drafts_state")),
        sa.ForeignKeyConstraint(["number"], ["suggestions.number"], name=op.f("drafts_number_fk")),
        sa.PrimaryKeyConstraint("author_id", name=op.f("drafts_pk")),
    )
    op.create_index("drafts_number", "drafts", ["number"])
    op.create_table(
        "passports",
        sa.Column("number", columns.RowId, autoincrement=False, nullable=False),
        sa.Column("peer_id", sa.BigInteger(), nullable=False),
        sa.Column("cmid", sa.BigInteger(), nullable=False),
        sa.Column("shown", columns.AnyText(), nullable=True),
        sa.Column("sent_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["suggestions.number"], name=op.f("passports_number_fk")),
        sa.PrimaryKeyConstraint("number", name=op.f("passports_pk")),
    )
    op.create_index("passports_sent", "passports", ["sent_at"])
