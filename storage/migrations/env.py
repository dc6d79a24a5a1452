"""Runs the steps on the connection that `storage.database` gives, inside its transaction."""

from alembic import context

from storage.schema import FULL_TEXT, metadata


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """Hides the full-text table and its shadow tables from comparison: they are not of the metadata."""
    return not (kind == "table" and name is not None and name.split("_")[0] == FULL_TEXT)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=include_name,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
