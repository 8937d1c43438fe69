"""Alembic's entry: run the revisions on the engine that `upgrade` was given."""

from alembic import context

from controller.store.schema import metadata

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
