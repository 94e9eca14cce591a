"""Runs the migrations on the connection that store/history/database.py hands over."""

from __future__ import annotations

from alembic import context

from store.ledger.tables import metadata  # with the tables of the ledger

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
