"""Tables of emergencies and of alerts that came; see `schema` for how things are stored."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from controller.store.schema import NAME, SHA256, Instant, created, metadata

emergency_template = Table(
    "emergency_template",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("draft", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("content_sha256", SHA256, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("approved_by", String(200)),
    *created(),
)

emergency_words = Table(
    "emergency_words",
    metadata,
    Column("sha256", SHA256, primary_key=True),
    Column("message", NAME, ForeignKey("message.id"), nullable=False),
    Column("playlist", NAME, ForeignKey("playlist.id")),
    Column("fault", String(64), nullable=False),
)

pin = Table(
    "pin",
    metadata,
    Column("template", NAME, ForeignKey("emergency_template.id"), primary_key=True),
    Column("device", NAME, ForeignKey("device.id"), primary_key=True, index=True),
    Column("asset", SHA256, ForeignKey("asset.sha256"), primary_key=True),
)

emergency = Table(
    "emergency",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("template", NAME, ForeignKey("emergency_template.id"), nullable=False),
    Column("template_sha256", SHA256, nullable=False),
    Column("name", String(200), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("targets", JSON, nullable=False),
    Column("said", JSON, nullable=False),
    Column("all_clear", JSON, nullable=False),
    Column("english", Text, nullable=False),
    Column("clear_s", Integer, nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("unspoken", String(64), nullable=False),
    Column("broadcasts", JSON, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("cleared_at", Instant),
    Column("cleared_by", String(200)),
    Column("clear_broadcasts", JSON, nullable=False),
    Column("reviewed_at", Instant, index=True),
    Column("reviewed_by", String(200)),
    Column("note", Text, nullable=False),
    *created(),
)

cap_source = Table(
    "cap_source",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("sender", String(200), nullable=False, unique=True),
    Column("policy", String(16), nullable=False),
    Column("areas", JSON, nullable=False),
    Column("drills", Boolean, nullable=False),
    Column("secret_sha256", SHA256, unique=True),
    *created(),
)

cap_code = Table(
    "cap_code",
    metadata,
    Column("list", String(200), primary_key=True),
    Column("value", String(200), primary_key=True),
    Column("area", NAME, ForeignKey("area.id"), nullable=False),
)

cap_message = Table(
    "cap_message",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("source", NAME, ForeignKey("cap_source.id"), nullable=False),
    Column("sender", String(200), nullable=False),
    Column("identifier", String(200), nullable=False),
    Column("sent", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    Column("sha256", SHA256, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    *created(),
    UniqueConstraint("sender", "identifier", "sent", "status"),
)

cap_airing = Table(
    "cap_airing",
    metadata,
    Column("message", NAME, ForeignKey("cap_message.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("broadcasts", JSON, nullable=False),
    Column("fault", String(64), nullable=False),
    Column("ended_at", Instant, index=True),
)
