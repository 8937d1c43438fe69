"""Reports: what was planned when its time came; and feeds for citizens."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Begin to write down: what passed before was not."""
    op.create_table(
        "planned",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("broadcast", sa.String(length=63), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("length_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_planned_device")),
        sa.PrimaryKeyConstraint("device", "start", "broadcast", name=op.f("pk_planned")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "noted",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("next_start", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_noted_device")),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_noted")),
    )
    op.create_index(op.f("ix_noted_next_start"), "noted", ["next_start"])
    now_ms = int(time.time() * 1000)
    op.execute(
        sa.text(
            "INSERT INTO noted (device, until, next_start) SELECT device, :now, 0 FROM plan"
        ).bindparams(now=now_ms)
    )
    op.create_table(
        "area_feed",
        sa.Column("area", sa.String(length=63), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("fk_area_feed_area")),
        sa.PrimaryKeyConstraint("area", name=op.f("pk_area_feed")),
    )
