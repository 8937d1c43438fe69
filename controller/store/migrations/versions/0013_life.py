"""The life of a broadcast: its steps, its authors, since when it is planned; and the wards' say."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Call whoever created a broadcast its author."""
    for column in (
        sa.Column("asked_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("authors", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("broadcast", column)
    op.execute("UPDATE broadcast SET asked_at = created_at, authors = json_array(created_by)")
    op.add_column("broadcast_device", sa.Column("planned_version", sa.Integer(), nullable=True))
    op.add_column("area", sa.Column("approvals", sa.Integer(), nullable=True))
    op.add_column("credential", sa.Column("level", sa.String(length=16), nullable=True))
    _create_steps()
    op.create_table(
        "area_order",
        sa.Column("area", sa.String(length=63), nullable=False),
        sa.Column("broadcast", sa.String(length=63), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("fk_area_order_area")),
        sa.ForeignKeyConstraint(
            ["broadcast"], ["broadcast.id"], name=op.f("fk_area_order_broadcast")
        ),
        sa.PrimaryKeyConstraint("area", "broadcast", name=op.f("pk_area_order")),
    )


def _create_steps() -> None:
    op.create_table(
        "broadcast_step",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("broadcast", sa.String(length=63), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast"], ["broadcast.id"], name=op.f("fk_broadcast_step_broadcast")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_step")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_broadcast_step_broadcast"), "broadcast_step", ["broadcast"], unique=False
    )
