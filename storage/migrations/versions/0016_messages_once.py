"""A message is taken once, however it becomes known: by its event or read back from its conversation."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_inbox = sa.table(
    "inbox",
    sa.column("id", sa.BigInteger()),
    sa.column("type", sa.Text()),
    sa.column("raw", sa.Text()),
    sa.column("peer_id", sa.BigInteger()),
    sa.column("cmid", sa.BigInteger()),
)
#: So many of the newest messages may still be told of a second time.
_RECENT = 1000


def upgrade() -> None:
    op.add_column("inbox", sa.Column("peer_id", sa.BigInteger()))
    op.add_column("inbox", sa.Column("cmid", sa.BigInteger()))
    _tell_the_known_apart()


def _tell_the_known_apart() -> None:
    connection = op.get_bind()
    messages = sa.select(_inbox.c.id, _inbox.c.raw).where(_inbox.c.type == "message_new")
    for row in connection.execute(messages.order_by(_inbox.c.id.desc()).limit(_RECENT)).all():
        key = _key(row.raw)
        if key is not None:
            numbers = {"peer_id": key[0], "cmid": key[1]}
            connection.execute(_inbox.update().where(_inbox.c.id == row.id).values(**numbers))


def _key(raw: str) -> tuple[int, int] | None:
    try:
        said: Any = json.loads(raw)["object"]
        message = said.get("message") or said
        key = message["peer_id"], message["conversation_message_id"]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    whole = all(type(number) is int and 0 < number < 2**63 for number in key)
    return key if whole else None
