"""Posts as last seen on VK, their copies in other networks, and what was chosen for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('copies',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('network', columns.AnyText(), nullable=False),
    sa.Column('part', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('doing', sa.String(length=8), nullable=True),
    sa.Column('todo', sa.String(length=8), nullable=True),
    sa.Column('delivery', sa.BigInteger(), nullable=True),
    sa.Column('digest', columns.AnyText(), nullable=True),
    sa.Column('error', columns.AnyText(), nullable=True),
    sa.Column('sent_at', columns.Moment(), nullable=True),
    sa.Column('edited_at', columns.Moment(), nullable=True),
    sa.Column('removed_at', columns.Moment(), nullable=True),
    sa.Column('next_reach', columns.Moment(), nullable=True),
    sa.Column('views', sa.BigInteger(), nullable=True),
    sa.Column('likes', sa.BigInteger(), nullable=True),
    sa.Column('reposts', sa.BigInteger(), nullable=True),
    sa.Column('comments', sa.BigInteger(), nullable=True),
    sa.Column('reach_at', columns.Moment(), nullable=True),
    sa.Column('updated_at', columns.Moment(), nullable=False),
    sa.Column('link', columns.AnyText(), nullable=True),
    sa.Column('ids', columns.Json(), nullable=False),
    sa.Column('notes', columns.Json(), nullable=False),
    sa.Column('result', columns.Json(), nullable=False),
    sa.Column('said', columns.Json(), nullable=True),
    sa.CheckConstraint("state <> 'out' OR sent_at IS NOT NULL", name=op.f('copies_sent')),
    sa.CheckConstraint("state IN ('waiting', 'out', 'refused', 'asked', 'cancelled', 'removed')", name=op.f('copies_state')),
    sa.ForeignKeyConstraint(['number'], ['suggestions.number'], name=op.f('copies_number_fk')),
    sa.PrimaryKeyConstraint('number', 'network', 'part', name=op.f('copies_pk'))
    )
    op.create_index('copies_open', 'copies', ['network', 'state'], unique=False, sqlite_where=sa.text("state IN ('waiting', 'asked', 'refused')"), postgresql_where=sa.text("state IN ('waiting', 'asked', 'refused')"))
    op.create_index('copies_reach', 'copies', ['next_reach'], unique=False, sqlite_where=sa.text('next_reach IS NOT NULL'), postgresql_where=sa.text('next_reach IS NOT NULL'))
    op.create_index('copies_sent', 'copies', ['sent_at'], unique=False)
    op.create_table('posts',
    sa.Column('number', columns.RowId, autoincrement=False, nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('published_at', columns.Moment(), nullable=False),
    sa.Column('seen_at', columns.Moment(), nullable=True),
    sa.Column('edited_at', columns.Moment(), nullable=True),
    sa.Column('released_at', columns.Moment(), nullable=True),
    sa.Column('next_look', columns.Moment(), nullable=True),
    sa.Column('views', sa.BigInteger(), nullable=True),
    sa.Column('likes', sa.BigInteger(), nullable=True),
    sa.Column('reposts', sa.BigInteger(), nullable=True),
    sa.Column('comments', sa.BigInteger(), nullable=True),
    sa.Column('reach_at', columns.Moment(), nullable=True),
    sa.Column('updated_at', columns.Moment(), nullable=False),
    sa.Column('text', columns.AnyText(), nullable=False),
    sa.Column('attachments', columns.Json(), nullable=False),
    sa.CheckConstraint("state IN ('awaited', 'live', 'gone')", name=op.f('posts_state')),
    sa.ForeignKeyConstraint(['number'], ['suggestions.number'], name=op.f('posts_number_fk')),
    sa.PrimaryKeyConstraint('number', name=op.f('posts_pk'))
    )
    op.create_index('posts_look', 'posts', ['next_look'], unique=False, sqlite_where=sa.text('next_look IS NOT NULL'), postgresql_where=sa.text('next_look IS NOT NULL'))
    op.create_index('posts_published', 'posts', ['published_at'], unique=False)
    op.add_column('suggestions', sa.Column('rubric', columns.AnyText(), nullable=True))
    op.add_column('suggestions', sa.Column('networks', columns.Json(), nullable=True))
