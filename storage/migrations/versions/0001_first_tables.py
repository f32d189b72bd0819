"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('authors',
    sa.Column('vk_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('name', columns.AnyText(), server_default=sa.text("''"), nullable=False),
    sa.Column('named_at', columns.Moment(), nullable=True),
    sa.Column('reachable', sa.Boolean(), nullable=True),
    sa.Column('unreachable_why', columns.AnyText(), nullable=True),
    sa.Column('wants_letters', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('zone', columns.AnyText(), nullable=True),
    sa.Column('region', columns.AnyText(), nullable=True),
    sa.Column('updated_at', columns.Moment(), nullable=False),
    sa.PrimaryKeyConstraint('vk_id', name=op.f('authors_pk'))
    )
    op.create_index('authors_unnamed', 'authors', ['vk_id'], unique=False, sqlite_where=sa.text('named_at IS NULL'), postgresql_where=sa.text('named_at IS NULL'))
    op.create_table('cursor',
    sa.Column('group_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('server', columns.AnyText(), nullable=False),
    sa.Column('key', columns.AnyText(), nullable=False),
    sa.Column('ts', columns.AnyText(), nullable=False),
    sa.Column('updated_at', columns.Moment(), nullable=False),
    sa.PrimaryKeyConstraint('group_id', name=op.f('cursor_pk'))
    )
    op.create_table('inbox',
    sa.Column('id', columns.RowId, nullable=False),
    sa.Column('event_id', columns.AnyText(), nullable=False),
    sa.Column('type', columns.AnyText(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=8), server_default='new', nullable=False),
    sa.Column('received_at', columns.Moment(), nullable=False),
    sa.Column('handled_at', columns.Moment(), nullable=True),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('error', columns.AnyText(), nullable=True),
    sa.Column('raw', columns.AnyText(), nullable=False),
    sa.CheckConstraint("(state = 'new') = (handled_at IS NULL)", name=op.f('inbox_handled')),
    sa.CheckConstraint("state IN ('new', 'done', 'strange', 'failed')", name=op.f('inbox_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('inbox_pk')),
    sa.UniqueConstraint('event_id', name=op.f('inbox_event_id_once')),
    sqlite_autoincrement=True
    )
    op.create_index('inbox_new', 'inbox', [sa.literal_column('urgent DESC'), 'id'], unique=False, sqlite_where=sa.text("state = 'new'"), postgresql_where=sa.text("state = 'new'"))
    op.create_table('journal',
    sa.Column('id', columns.RowId, nullable=False),
    sa.Column('at', columns.Moment(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=True),
    sa.Column('actor', sa.BigInteger(), nullable=True),
    sa.Column('action', columns.AnyText(), nullable=False),
    sa.Column('before', columns.AnyText(), nullable=True),
    sa.Column('after', columns.AnyText(), nullable=True),
    sa.Column('details', columns.Json(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('journal_pk')),
    sqlite_autoincrement=True
    )
    op.create_index('journal_number', 'journal', ['number', 'id'], unique=False)
    op.create_table('settings',
    sa.Column('key', columns.AnyText(), nullable=False),
    sa.Column('value', columns.JsonOrNothing(), nullable=False),
    sa.Column('updated_at', columns.Moment(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('settings_pk'))
    )
    op.create_table('staff',
    sa.Column('vk_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('role', columns.AnyText(), nullable=False),
    sa.Column('name', columns.AnyText(), server_default=sa.text("''"), nullable=False),
    sa.Column('updated_at', columns.Moment(), nullable=False),
    sa.PrimaryKeyConstraint('vk_id', name=op.f('staff_pk'))
    )
    op.create_table('suggestions',
    sa.Column('number', columns.RowId, nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('urgent', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('received_at', columns.Moment(), nullable=False),
    sa.Column('updated_at', columns.Moment(), nullable=False),
    sa.Column('due_at', columns.Moment(), nullable=True),
    sa.Column('slot_at', columns.Moment(), nullable=True),
    sa.Column('published_at', columns.Moment(), nullable=True),
    sa.Column('published_post_id', sa.BigInteger(), nullable=True),
    sa.Column('region', columns.AnyText(), nullable=True),
    sa.Column('decision', columns.Json(), nullable=True),
    sa.Column('proof', columns.AnyText(), nullable=True),
    sa.Column('trouble', columns.AnyText(), nullable=True),
    sa.Column('text', columns.AnyText(), nullable=False),
    sa.Column('attachments', columns.Json(), nullable=False),
    sa.Column('edited_text', columns.AnyText(), nullable=True),
    sa.Column('previous', columns.Json(), nullable=True),
    sa.CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name=op.f('suggestions_published')),
    sa.CheckConstraint("status <> 'scheduled' OR due_at IS NOT NULL", name=op.f('suggestions_scheduled')),
    sa.CheckConstraint("status IN ('pending', 'returned', 'scheduled', 'publishing', 'published', 'digest', 'rejected', 'withdrawn', 'expired', 'failed')", name=op.f('suggestions_status')),
    sa.CheckConstraint('slot_at IS NULL OR due_at IS NOT NULL', name=op.f('suggestions_slot')),
    sa.ForeignKeyConstraint(['author_id'], ['authors.vk_id'], name=op.f('suggestions_author_id_fk')),
    sa.PrimaryKeyConstraint('number', name=op.f('suggestions_pk')),
    sa.UniqueConstraint('owner_id', 'post_id', name=op.f('suggestions_owner_id_once')),
    sqlite_autoincrement=True
    )
    op.create_index('suggestions_author', 'suggestions', ['author_id', 'number'], unique=False)
    op.create_index('suggestions_due', 'suggestions', ['status', 'due_at', 'number'], unique=False, sqlite_where=sa.text("status = 'scheduled'"), postgresql_where=sa.text("status = 'scheduled'"))
    op.create_index('suggestions_post', 'suggestions', ['owner_id', 'published_post_id'], unique=False)
    op.create_index('suggestions_published', 'suggestions', ['published_at'], unique=False, sqlite_where=sa.text('published_at IS NOT NULL'), postgresql_where=sa.text('published_at IS NOT NULL'))
    op.create_index('suggestions_slot', 'suggestions', ['slot_at'], unique=True, sqlite_where=sa.text('slot_at IS NOT NULL'), postgresql_where=sa.text('slot_at IS NOT NULL'))
    op.create_index('suggestions_status', 'suggestions', ['status', 'number'], unique=False)
    op.create_table('card_messages',
    sa.Column('peer_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('cmid', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['number'], ['suggestions.number'], name=op.f('card_messages_number_fk')),
    sa.PrimaryKeyConstraint('peer_id', 'cmid', name=op.f('card_messages_pk'))
    )
    op.create_index('card_messages_number', 'card_messages', ['number'], unique=False)
    op.create_table('cards',
    sa.Column('number', columns.RowId, autoincrement=False, nullable=False),
    sa.Column('peer_id', sa.BigInteger(), nullable=True),
    sa.Column('cmid', sa.BigInteger(), nullable=True),
    sa.Column('parts', columns.Json(), nullable=False),
    sa.Column('shown', columns.AnyText(), nullable=True),
    sa.Column('view', columns.Json(), nullable=False),
    sa.Column('hidden', sa.Boolean(), nullable=False),
    sa.Column('sent_at', columns.Moment(), nullable=True),
    sa.Column('updated_at', columns.Moment(), nullable=False),
    sa.CheckConstraint('(cmid IS NULL) = (peer_id IS NULL)', name=op.f('cards_place')),
    sa.ForeignKeyConstraint(['number'], ['suggestions.number'], name=op.f('cards_number_fk')),
    sa.PrimaryKeyConstraint('number', name=op.f('cards_pk'))
    )
    op.create_index('cards_hidden', 'cards', ['number'], unique=False, sqlite_where=sa.text('hidden'), postgresql_where=sa.text('hidden'))
    op.create_index('cards_sent', 'cards', ['sent_at'], unique=False)
    op.create_table('outbox',
    sa.Column('id', columns.RowId, nullable=False),
    sa.Column('target', columns.AnyText(), nullable=False),
    sa.Column('destination', columns.AnyText(), nullable=False),
    sa.Column('kind', columns.AnyText(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=16), server_default='waiting', nullable=False),
    sa.Column('due_at', columns.Moment(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', columns.Moment(), nullable=False),
    sa.Column('sending_at', columns.Moment(), nullable=True),
    sa.Column('done_at', columns.Moment(), nullable=True),
    sa.Column('error', columns.AnyText(), nullable=True),
    sa.Column('error_code', columns.AnyText(), nullable=True),
    sa.Column('dedupe', columns.AnyText(), nullable=True),
    sa.Column('result', columns.Json(), nullable=True),
    sa.Column('payload', columns.Json(), nullable=False),
    sa.CheckConstraint("(state IN ('sent', 'refused', 'cancelled')) = (done_at IS NOT NULL)", name=op.f('outbox_done')),
    sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'refused', 'uncertain', 'held', 'cancelled')", name=op.f('outbox_state')),
    sa.CheckConstraint("state NOT IN ('sending', 'uncertain') OR sending_at IS NOT NULL", name=op.f('outbox_sending')),
    sa.ForeignKeyConstraint(['number'], ['suggestions.number'], name=op.f('outbox_number_fk')),
    sa.PrimaryKeyConstraint('id', name=op.f('outbox_pk')),
    sqlite_autoincrement=True
    )
    op.create_index('outbox_dedupe', 'outbox', ['dedupe'], unique=True, sqlite_where=sa.text("state = 'waiting' AND dedupe IS NOT NULL"), postgresql_where=sa.text("state = 'waiting' AND dedupe IS NOT NULL"))
    op.create_index('outbox_due', 'outbox', ['target', 'due_at', 'id'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('outbox_held', 'outbox', ['destination', 'id'], unique=False, sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'"))
    op.create_index('outbox_held_dedupe', 'outbox', ['dedupe'], unique=False, sqlite_where=sa.text("state = 'held' AND dedupe IS NOT NULL"), postgresql_where=sa.text("state = 'held' AND dedupe IS NOT NULL"))
    op.create_index('outbox_lane', 'outbox', ['target', 'destination', 'id'], unique=False, sqlite_where=sa.text("state IN ('waiting', 'sending', 'uncertain')"), postgresql_where=sa.text("state IN ('waiting', 'sending', 'uncertain')"))
    op.create_index('outbox_number', 'outbox', ['number'], unique=False)
    op.create_index('outbox_unsent', 'outbox', ['state', 'id'], unique=False, sqlite_where=sa.text("state NOT IN ('sent', 'cancelled')"), postgresql_where=sa.text("state NOT IN ('sent', 'cancelled')"))
    op.create_index('outbox_unsettled', 'outbox', ['target', 'id'], unique=False, sqlite_where=sa.text("state IN ('sending', 'uncertain')"), postgresql_where=sa.text("state IN ('sending', 'uncertain')"))
    op.create_table('prompts',
    sa.Column('id', columns.RowId, nullable=False),
    sa.Column('peer_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=True),
    sa.Column('kind', columns.AnyText(), nullable=False),
    sa.Column('cmid', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('asked_at', columns.Moment(), nullable=False),
    sa.ForeignKeyConstraint(['number'], ['suggestions.number'], name=op.f('prompts_number_fk')),
    sa.PrimaryKeyConstraint('id', name=op.f('prompts_pk')),
    sa.UniqueConstraint('peer_id', 'user_id', name=op.f('prompts_peer_id_once')),
    sqlite_autoincrement=True
    )
    op.create_index('prompts_number', 'prompts', ['number'], unique=False)
    op.create_table('attempts',
    sa.Column('id', columns.RowId, nullable=False),
    sa.Column('outbox_id', sa.BigInteger(), nullable=False),
    sa.Column('number_of', sa.Integer(), nullable=False),
    sa.Column('at', columns.Moment(), nullable=False),
    sa.Column('outcome', columns.AnyText(), nullable=False),
    sa.Column('error', columns.AnyText(), nullable=True),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('attempts_outbox_id_fk')),
    sa.PrimaryKeyConstraint('id', name=op.f('attempts_pk')),
    sqlite_autoincrement=True
    )
    op.create_index('attempts_outbox', 'attempts', ['outbox_id', 'id'], unique=False)
