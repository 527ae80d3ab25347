"""Alembic environment; the connection comes from `api.database.schema`, in a transaction."""

from __future__ import annotations

from alembic import context

from api.database.schema import METADATA, VERSION_TABLE

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    compare_type=True,
    include_name=lambda name, kind, _parents: kind != "table" or name in METADATA.tables,
)
context.run_migrations()
