"""Digests, who looks at a card, and first signatures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _of_suggestion(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(["number"], ["suggestions.number"], name=op.f(f"{table}_number_fk")),
        sa.PrimaryKeyConstraint("number", name=op.f(f"{table}_pk")),
    )


def upgrade() -> None:
    op.create_table(
        "digest_lines",
        sa.Column("number", columns.RowId, autoincrement=False, nullable=False),
        sa.Column("wording", columns.AnyText(), nullable=False),
        sa.Column("updated_at", columns.Moment(), nullable=False),
        *_of_suggestion("digest_lines"),
    )
    op.create_table(
        "digest_items",
        sa.Column("digest", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["suggestions.number"], name=op.f("digest_items_digest_fk")),
        sa.ForeignKeyConstraint(["number"], ["suggestions.number"], name=op.f("digest_items_number_fk")),
        sa.PrimaryKeyConstraint("digest", "number", name=op.f("digest_items_pk")),
    )
    op.create_index("digest_items_number", "digest_items", ["number"], unique=False)
    op.create_table(
        "claims",
        sa.Column("number", columns.RowId, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("until", columns.Moment(), nullable=False),
        sa.Column("wanted_by", sa.BigInteger(), nullable=True),
        sa.Column("wanted_at", columns.Moment(), nullable=True),
        *_of_suggestion("claims"),
    )
    op.create_table(
        "signatures",
        sa.Column("number", columns.RowId, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        *_of_suggestion("signatures"),
    )
