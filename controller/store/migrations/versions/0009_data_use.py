"""What devices take of their SIM cards: counted per day, and how much an area allows."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create both tables; nothing was counted before."""
    op.create_table(
        "data_use",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("payload_bytes", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_data_use_device")),
        sa.PrimaryKeyConstraint("device", "day", "kind", "file", name=op.f("pk_data_use")),
    )
    op.create_index(op.f("ix_data_use_day"), "data_use", ["day"])
    op.create_table(
        "data_allowance",
        sa.Column("area", sa.String(length=63), nullable=False),
        sa.Column("mb_per_month", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("fk_data_allowance_area")),
        sa.PrimaryKeyConstraint("area", name=op.f("pk_data_allowance")),
    )
