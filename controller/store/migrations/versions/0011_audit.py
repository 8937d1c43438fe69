"""The audit log: entries, and the row that holds the end of their chain."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"

GENESIS = "0" * 64


def upgrade() -> None:
    """Create both tables; the chain begins empty: what was done before was not entered."""
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("actor_id", sa.String(length=63), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=True),
        sa.Column("after", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    for column in ("at", "actor", "object"):
        op.create_index(op.f(f"ix_audit_{column}"), "audit", [column], unique=False)
    head = op.create_table(
        "audit_head",
        sa.Column("only", sa.Boolean(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"only": True, "number": 0, "hash": GENESIS}])
