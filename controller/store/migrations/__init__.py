"""Schema revisions, run by Alembic from the program itself."""
