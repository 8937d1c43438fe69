"""Emergencies: templates, what lies ready for them, what was pressed; alerts of others."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Nobody had any of it before."""
    _create_templates()
    _create_emergency()
    _create_cap()


def _name(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=63), nullable=nullable)


def _hash(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _text(name: str, length: int = 200, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _to(table: str, column: str, other: str, theirs: str = "id") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.{theirs}"], name=name)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _create_templates() -> None:
    op.create_table(
        "emergency_template",
        _name("id"),
        _json("draft"),
        _text("state", 16),
        _hash("content_sha256"),
        _json("authors"),
        _text("approved_by", nullable=True),
        _at("created_at"),
        _text("created_by"),
        _key("emergency_template", "id"),
    )
    op.create_table(
        "emergency_words",
        _hash("sha256"),
        _name("message"),
        _name("playlist", nullable=True),
        _text("fault", 64),
        _to("emergency_words", "message", "message"),
        _to("emergency_words", "playlist", "playlist"),
        _key("emergency_words", "sha256"),
    )
    op.create_table(
        "pin",
        _name("template"),
        _name("device"),
        _hash("asset"),
        _to("pin", "template", "emergency_template"),
        _to("pin", "device", "device"),
        _to("pin", "asset", "asset", "sha256"),
        _key("pin", "template", "device", "asset"),
    )
    op.create_index(op.f("ix_pin_device"), "pin", ["device"])


def _create_emergency() -> None:
    op.create_table(
        "emergency",
        _name("id"),
        _name("template"),
        _hash("template_sha256"),
        _text("name"),
        _text("mode", 16),
        _json("targets"),
        _json("said"),
        _json("all_clear"),
        sa.Column("english", sa.Text(), nullable=False),
        sa.Column("clear_s", sa.Integer(), nullable=False),
        _text("approved_by"),
        _text("unspoken", 64),
        _json("broadcasts"),
        _at("ends_at"),
        _at("cleared_at", nullable=True),
        _text("cleared_by", nullable=True),
        _json("clear_broadcasts"),
        _at("reviewed_at", nullable=True),
        _text("reviewed_by", nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        _at("created_at"),
        _text("created_by"),
        _to("emergency", "template", "emergency_template"),
        _key("emergency", "id"),
    )
    op.create_index(op.f("ix_emergency_reviewed_at"), "emergency", ["reviewed_at"])


def _create_cap() -> None:
    op.create_table(
        "cap_source",
        _name("id"),
        _text("name"),
        _text("sender"),
        _text("policy", 16),
        _json("areas"),
        sa.Column("drills", sa.Boolean(), nullable=False),
        _hash("secret_sha256", nullable=True),
        _at("created_at"),
        _text("created_by"),
        sa.UniqueConstraint("sender", name=op.f("uq_cap_source_sender")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_cap_source_secret_sha256")),
        _key("cap_source", "id"),
    )
    op.create_table(
        "cap_code",
        _text("list"),
        _text("value"),
        _name("area"),
        _to("cap_code", "area", "area"),
        _key("cap_code", "list", "value"),
    )
    op.create_table(
        "cap_message",
        _name("id"),
        _name("source"),
        _text("sender"),
        _text("identifier"),
        _at("sent"),
        _text("status", 16),
        _hash("sha256"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        _at("until"),
        _at("created_at"),
        _text("created_by"),
        _to("cap_message", "source", "cap_source"),
        sa.UniqueConstraint(
            "sender", "identifier", "sent", "status", name=op.f("uq_cap_message_sender")
        ),
        _key("cap_message", "id"),
    )
    op.create_index(op.f("ix_cap_message_until"), "cap_message", ["until"])
    op.create_table(
        "cap_airing",
        _name("message"),
        sa.Column("number", sa.Integer(), nullable=False),
        _json("broadcasts"),
        _text("fault", 64),
        _at("ended_at", nullable=True),
        _to("cap_airing", "message", "cap_message"),
        _key("cap_airing", "message", "number"),
    )
    op.create_index(op.f("ix_cap_airing_ended_at"), "cap_airing", ["ended_at"])
