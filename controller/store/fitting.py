"""Tables of firmware and its rollouts; see `schema` for how things are stored."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table

from controller.store.schema import NAME, SHA256, Instant, created, metadata

firmware = Table(
    "firmware",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("version", String(32), nullable=False),
    Column("hardware", String(32), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("sha256", SHA256, nullable=False, unique=True),
    Column("size_bytes", BigInteger, nullable=False),
    *created(),
)

firmware_order = Table(
    "firmware_order",
    metadata,
    Column("device", NAME, ForeignKey("device.id"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("queued", Boolean, nullable=False),
)

rollout = Table(
    "rollout",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("firmware", NAME, ForeignKey("firmware.id"), nullable=False),
    Column("share_pct", Integer, nullable=False),
    Column("patience_s", Integer, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", String(500), nullable=False),
    Column("stopped_by", String(200)),
    *created(),
)

rollout_device = Table(
    "rollout_device",
    metadata,
    Column("rollout", NAME, ForeignKey("rollout.id"), primary_key=True),
    Column("device", NAME, ForeignKey("device.id"), primary_key=True, index=True),
    Column("wave", Integer, nullable=False),
    Column("number", BigInteger),
    Column("ordered_at", Instant),
    Column("stage", String(16)),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("reason", String(500)),
    Column("detail", String(500), nullable=False),
)
