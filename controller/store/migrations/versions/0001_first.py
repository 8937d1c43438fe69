"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "area",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent", sa.String(length=63), nullable=True),
        sa.Column("tz", sa.String(length=64), nullable=True),
        sa.Column("hours_preset", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["area.id"], name=op.f("fk_area_parent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
    )
    op.create_table(
        "asset",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_asset")),
    )
    op.create_table(
        "broadcast",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("first_start", sa.BigInteger(), nullable=False),
        sa.Column("last_end", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("cancelled_by", sa.String(length=200), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_broadcast_idempotency_key")),
    )
    op.create_index(op.f("ix_broadcast_last_end"), "broadcast", ["last_end"], unique=False)
    op.create_table(
        "clip",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clip")),
    )
    op.create_table(
        "credential",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("may_approve_alone", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_credential")),
    )
    op.create_table(
        "device_group",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_group")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_at"), "event", ["at"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("font", sa.Integer(), nullable=True),
        sa.Column("align", sa.String(length=16), nullable=False),
        sa.Column("speed_px_s", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_table(
        "playlist",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("clips", sa.JSON(), nullable=False),
        sa.Column("gap_s", sa.Float(), nullable=False),
        sa.Column("chime", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=63), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=True),
        sa.Column("height_px", sa.Integer(), nullable=True),
        sa.Column("max_strip_px", sa.Integer(), nullable=True),
        sa.Column("idle_text", sa.Text(), nullable=False),
        sa.Column("idle_asset", sa.String(length=64), nullable=True),
        sa.Column("broker_hash", sa.String(length=80), nullable=False),
        sa.Column("panel_hash", sa.String(length=80), nullable=True),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("asrun_stored", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name=op.f("fk_device_area")),
        sa.ForeignKeyConstraint(
            ["idle_asset"], ["asset.sha256"], name=op.f("fk_device_idle_asset")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_device_secret_sha256")),
    )
    op.create_index(op.f("ix_device_area"), "device", ["area"], unique=False)
    op.create_table(
        "asrun",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("broadcast", sa.String(length=200), nullable=False),
        sa.Column("occurrence", sa.String(length=200), nullable=False),
        sa.Column("asset", sa.String(length=64), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("end_reason", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_asrun_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asrun")),
        sa.UniqueConstraint("device", "seq", name=op.f("uq_asrun_device")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_asrun_broadcast"), "asrun", ["broadcast"], unique=False)
    op.create_index("ix_asrun_device_planned_at", "asrun", ["device", "planned_at"], unique=False)
    op.create_table(
        "broadcast_device",
        sa.Column("broadcast", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("asset", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset"], ["asset.sha256"], name=op.f("fk_broadcast_device_asset")
        ),
        sa.ForeignKeyConstraint(
            ["broadcast"], ["broadcast.id"], name=op.f("fk_broadcast_device_broadcast")
        ),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_broadcast_device_device")),
        sa.PrimaryKeyConstraint("broadcast", "device", name=op.f("pk_broadcast_device")),
    )
    op.create_index(
        op.f("ix_broadcast_device_device"), "broadcast_device", ["device"], unique=False
    )
    op.create_table(
        "delivery",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("confirmed_version", sa.Integer(), nullable=False),
        sa.Column("assets_ready", sa.Integer(), nullable=False),
        sa.Column("assets_total", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_delivery_device")),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_delivery")),
    )
    op.create_table(
        "device_state",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_device_state_device")),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_state")),
    )
    op.create_table(
        "group_member",
        sa.Column("group", sa.String(length=63), nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_group_member_device")),
        sa.ForeignKeyConstraint(["group"], ["device_group.id"], name=op.f("fk_group_member_group")),
        sa.PrimaryKeyConstraint("group", "device", name=op.f("pk_group_member")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_outbox_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "plan",
        sa.Column("device", sa.String(length=63), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("renew_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_plan_device")),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_renew_at"), "plan", ["renew_at"], unique=False)
