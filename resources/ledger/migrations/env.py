"""Alembic's entry: migrates over the connection that Ledger.migrate hands in."""

from alembic import context

from resources.ledger.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
