"""Alembic's entry: runs the steps inside the transaction it is handed, which the caller commits or rolls back."""

from __future__ import annotations

from alembic import context

from storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # Alembic takes SQLite for unable to roll tables back; with an explicit BEGIN it is able.
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
