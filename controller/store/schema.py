"""Tables. Instants are stored as whole milliseconds since 1970, UTC; hashes as lower-case hex."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(at: datetime) -> int:
    """Return an aware datetime as it is stored."""
    return (at - EPOCH) // timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime as milliseconds: sortable, and the same on every engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Store."""
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Load."""
        return None if value is None else EPOCH + timedelta(milliseconds=value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NAME = String(63)
SHA256 = String(64)


def created() -> list[Column[datetime] | Column[str]]:
    """Return the columns that say when and by whom."""
    return [
        Column("created_at", Instant, nullable=False),
        Column("created_by", String(200), nullable=False),
    ]


area = Table(
    "area",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("parent", NAME, ForeignKey("area.id")),
    Column("tz", String(64)),
    Column("hours_preset", String(64)),
    Column("hours", JSON(none_as_null=True)),
    Column("approvals", Integer),
)

device = Table(
    "device",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("area", NAME, ForeignKey("area.id"), nullable=False, index=True),
    Column("width_px", Integer),
    Column("height_px", Integer),
    Column("max_strip_px", Integer),
    Column("depth", String(16), nullable=False, server_default="mono"),
    Column("idle_text", Text, nullable=False),
    Column("idle_asset", SHA256, ForeignKey("asset.sha256")),
    Column("broker_hash", String(80), nullable=False),
    Column("panel_hash", String(80)),
    Column("secret_sha256", SHA256, nullable=False, unique=True),
    Column("plan_version", Integer, nullable=False),
    Column("asrun_stored", BigInteger, nullable=False),
    Column("near", JSON(none_as_null=True)),
    Column("mobile", Boolean, nullable=False, server_default="0"),
    Column("pass_rules", JSON(none_as_null=True)),
    Column("codec", String(16), nullable=False, server_default="opus"),
)

zone = Table(
    "zone",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("polygon", JSON, nullable=False),
    Column("cap_db", Float, nullable=False),
    Column("quiet", Boolean, nullable=False),
    *created(),
)

device_group = Table(
    "device_group",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
)

group_member = Table(
    "group_member",
    metadata,
    Column("group", NAME, ForeignKey("device_group.id"), primary_key=True),
    Column("device", NAME, ForeignKey("device.id"), primary_key=True),
)

message = Table(
    "message",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("text", Text, nullable=False),
    Column("original", Text, nullable=False),
    Column("font", Integer),
    Column("align", String(16), nullable=False),
    Column("speed_px_s", Integer, nullable=False),
    *created(),
)

image = Table(
    "image",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("sha256", SHA256, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    *created(),
)

clip = Table(
    "clip",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("sha256", SHA256, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False, server_default="speech"),
    Column("loudness_lufs", Float),
    Column("true_peak_dbtp", Float),
    Column("waveform", LargeBinary),
    *created(),
)

announcement = Table(
    "announcement",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("parts", JSON, nullable=False),
    Column("gap_s", Float, nullable=False),
    Column("speech_sha256", SHA256, nullable=False),
    Column("sound_sha256", SHA256, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("loudness_lufs", Float),
    *created(),
)

playlist = Table(
    "playlist",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("clips", JSON, nullable=False),
    Column("gap_s", Float, nullable=False),
    Column("chime", String(32)),
    Column("bed", JSON(none_as_null=True)),
    *created(),
)

asset = Table(
    "asset",
    metadata,
    Column("sha256", SHA256, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("live", JSON(none_as_null=True)),
)

sound = Table(
    "sound",
    metadata,
    Column("sha256", SHA256, nullable=False, index=True),
    Column("recipe", SHA256, primary_key=True),
    Column("codec", String(16), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("target_lufs", Float),
    Column("loudness_lufs", Float),
    Column("true_peak_dbtp", Float, nullable=False),
)

broadcast = Table(
    "broadcast",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("draft", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("content_sha256", SHA256, nullable=False),
    Column("first_start", Instant, nullable=False),
    Column("last_end", Instant, nullable=False, index=True),
    Column("asked_at", Instant, nullable=False, server_default="0"),
    Column("authors", JSON, nullable=False, server_default="[]"),
    Column("words", Text, nullable=False, server_default=""),
    Column("approved_by", String(200)),
    Column("cancelled_by", String(200)),
    Column("idempotency_key", String(200), unique=True),
    *created(),
)

relay = Table(
    "relay",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("url", String(500), nullable=False),
    Column("patience_s", Integer, nullable=False),
    Column("fallback", JSON(none_as_null=True)),
    *created(),
)

page = Table(
    "page",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("broadcast", NAME, ForeignKey("broadcast.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("ended_at", Instant, index=True),
    Column("reason", String(32)),
    Column("recording_sha256", SHA256),
    Column("recording_bytes", BigInteger),
    *created(),
)

broadcast_device = Table(
    "broadcast_device",
    metadata,
    Column("broadcast", NAME, ForeignKey("broadcast.id"), primary_key=True),
    Column("device", NAME, ForeignKey("device.id"), primary_key=True, index=True),
    Column("asset", SHA256, ForeignKey("asset.sha256"), nullable=False),
    Column("planned_version", Integer),
)

broadcast_step = Table(
    "broadcast_step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("broadcast", NAME, ForeignKey("broadcast.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Column("step", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("content_sha256", SHA256, nullable=False),
    Column("comment", Text, nullable=False),
    sqlite_autoincrement=True,
)

area_order = Table(
    "area_order",
    metadata,
    Column("area", NAME, ForeignKey("area.id"), primary_key=True),
    Column("broadcast", NAME, ForeignKey("broadcast.id"), primary_key=True),
    Column("place", Integer, nullable=False),
)

plan = Table(
    "plan",
    metadata,
    Column("device", NAME, ForeignKey("device.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sha256", SHA256, nullable=False),
    Column("fingerprint", SHA256, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("renew_at", Instant, nullable=False, index=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("device", NAME, ForeignKey("device.id"), nullable=False),
    Column("version", Integer, nullable=False),
    sqlite_autoincrement=True,
)

delivery = Table(
    "delivery",
    metadata,
    Column("device", NAME, ForeignKey("device.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("confirmed_version", Integer, nullable=False),
    Column("assets_ready", Integer, nullable=False),
    Column("assets_total", Integer, nullable=False),
    Column("reason", String(500)),
)

withdrawn = Table(
    "withdrawn",
    metadata,
    Column("broadcast", NAME, ForeignKey("broadcast.id"), primary_key=True),
    Column("device", NAME, ForeignKey("device.id"), primary_key=True),
    Column("since_version", Integer, nullable=False),
    Column("gone_version", Integer, nullable=False),
    Column("renew_at", Instant, nullable=False),
    Column("last_end", Instant, nullable=False),
)

device_state = Table(
    "device_state",
    metadata,
    Column("device", NAME, ForeignKey("device.id"), primary_key=True),
    Column("session", String(64), nullable=False),
    Column("state", LargeBinary, nullable=False),
)

asrun = Table(
    "asrun",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("device", NAME, ForeignKey("device.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("broadcast", String(200), nullable=False, index=True),
    Column("occurrence", String(200), nullable=False),
    Column("asset", SHA256, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant, nullable=False),
    Column("end_reason", String(32), nullable=False),
    Column("detail", String(500), nullable=False),
    Column("started_lat", Float),
    Column("started_lon", Float),
    Column("ended_lat", Float),
    Column("ended_lon", Float),
    UniqueConstraint("device", "seq"),
    Index("ix_asrun_device_planned_at", "device", "planned_at"),
    sqlite_autoincrement=True,
)

planned = Table(
    "planned",
    metadata,
    Column("device", NAME, ForeignKey("device.id"), primary_key=True),
    Column("start", Instant, primary_key=True),
    Column("broadcast", NAME, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("length_ms", BigInteger),
    sqlite_with_rowid=False,  # a device's rows lie together, in order
)

noted = Table(
    "noted",
    metadata,
    Column("device", NAME, ForeignKey("device.id"), primary_key=True),
    Column("until", Instant, nullable=False),
    Column("next_start", Instant, index=True),
)

area_feed = Table(
    "area_feed",
    metadata,
    Column("area", NAME, ForeignKey("area.id"), primary_key=True),
    Column("on", Boolean, nullable=False),
)

quota = Table(
    "quota",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("area", NAME, ForeignKey("area.id"), nullable=False),
    Column("each", Boolean, nullable=False),
    Column("campaign", String(200), nullable=False),
    Column("kind", String(16)),
    Column("number", Integer, nullable=False),
    Column("every", String(16), nullable=False),
    Column("deadline_day", Integer),
    Column("deadline_min", Integer, nullable=False),
    Column("warn_ahead_s", Integer, nullable=False),
    Column("ended_at", Instant),
    *created(),
)

quota_warned = Table(
    "quota_warned",
    metadata,
    Column("quota", NAME, ForeignKey("quota.id"), primary_key=True),
    Column("area", NAME, ForeignKey("area.id"), primary_key=True),
    Column("deadline", Instant, primary_key=True),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("device", String(63)),
    Column("data", JSON, nullable=False),
    sqlite_autoincrement=True,
)

credential = Table(
    "credential",
    metadata,
    Column("sha256", SHA256, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(200), nullable=False),
    Column("may_approve_alone", Boolean, nullable=False),
    Column("level", String(16)),
    Column("expires_at", Instant),
)

audit = Table(
    "audit",
    metadata,
    # Numbered by the chain, without gaps; SQLite must not help.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False, index=True),
    Column("actor", String(200), nullable=False, index=True),
    Column("actor_id", String(63), nullable=False),
    Column("how", String(16), nullable=False),
    Column("address", String(64), nullable=False),
    Column("verb", String(32), nullable=False),
    Column("object", String(200), nullable=False, index=True),
    Column("before", SHA256),
    Column("after", SHA256),
    Column("hash", SHA256, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("only", Boolean, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", SHA256, nullable=False),
)

data_use = Table(
    "data_use",
    metadata,
    Column("device", NAME, ForeignKey("device.id"), primary_key=True),
    Column("day", Date, primary_key=True, index=True),
    Column("kind", String(16), primary_key=True),
    Column("file", SHA256, primary_key=True),
    Column("payload_bytes", BigInteger, nullable=False),
    Column("items", BigInteger, nullable=False),
)

data_allowance = Table(
    "data_allowance",
    metadata,
    Column("area", NAME, ForeignKey("area.id"), primary_key=True),
    Column("mb_per_month", Integer, nullable=False),
)
