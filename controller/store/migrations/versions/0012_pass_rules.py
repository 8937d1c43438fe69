"""Rules of trucks' passes."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """Every truck so far keeps to the usual rules."""
    op.add_column("device", sa.Column("pass_rules", sa.JSON(), nullable=True))
