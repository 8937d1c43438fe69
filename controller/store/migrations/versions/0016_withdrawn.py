"""What was taken off devices: who may still hold a plan with it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Begin to remember."""
    op.create_table(
        "withdrawn",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("broadcast", sa.String(length=63), nullable=False),
        sa.Column("since_version", sa.Integer(), nullable=False),
        sa.Column("gone_version", sa.Integer(), nullable=False),
        sa.Column("renew_at", sa.BigInteger(), nullable=False),
        sa.Column("last_end", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_withdrawn_device")),
        sa.ForeignKeyConstraint(
            ["broadcast"], ["broadcast.id"], name=op.f("fk_withdrawn_broadcast")
        ),
        sa.PrimaryKeyConstraint("broadcast", "device", name=op.f("pk_withdrawn")),
    )
