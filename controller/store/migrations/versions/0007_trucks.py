"""Trucks: their zones, who is one, and where things were said."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table of zones; no loudspeaker was on a truck before."""
    op.create_table(
        "zone",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("polygon", sa.JSON(), nullable=False),
        sa.Column("cap_db", sa.Float(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )
    mobile: sa.Column[bool] = sa.Column("mobile", sa.Boolean(), nullable=False, server_default="0")
    op.add_column("device", mobile)
    for name in ("started_lat", "started_lon", "ended_lat", "ended_lon"):
        op.add_column("asrun", sa.Column(name, sa.Float(), nullable=True))
