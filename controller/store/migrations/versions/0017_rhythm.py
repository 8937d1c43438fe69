"""Quotas of a place: so many items a day, a week or a month; and which warnings stand."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Nobody asked for any before."""
    op.create_table(
        "quota",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("area", sa.String(length=63), nullable=False),
        sa.Column("each", sa.Boolean(), nullable=False),
        sa.Column("campaign", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("every", sa.String(length=16), nullable=False),
        sa.Column("deadline_day", sa.Integer(), nullable=True),
        sa.Column("deadline_min", sa.Integer(), nullable=False),
        sa.Column("warn_ahead_s", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("fk_quota_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
    )
    op.create_table(
        "quota_warned",
        sa.Column("quota", sa.String(length=63), nullable=False),
        sa.Column("area", sa.String(length=63), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["quota"], ["quota.id"], name=op.f("fk_quota_warned_quota")),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("fk_quota_warned_area")),
        sa.PrimaryKeyConstraint("quota", "area", "deadline", name=op.f("pk_quota_warned")),
    )
