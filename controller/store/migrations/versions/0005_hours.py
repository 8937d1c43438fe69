"""Hours of an area's own, and what loudspeakers stand near."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add both; areas have their preset and devices stand near nothing until somebody says so."""
    op.add_column("area", sa.Column("hours", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("device", sa.Column("near", sa.JSON(none_as_null=True), nullable=True))
