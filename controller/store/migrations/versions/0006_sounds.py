"""What was measured: of clips as they came, and of sounds as they are heard."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Clips are speech until somebody says otherwise; theirs is measured when it is asked for."""
    kind = sa.Column("kind", sa.String(length=16), nullable=False, server_default="speech")
    op.add_column("clip", kind)
    op.add_column("clip", sa.Column("loudness_lufs", sa.Float(), nullable=True))
    op.add_column("clip", sa.Column("true_peak_dbtp", sa.Float(), nullable=True))
    op.add_column("clip", sa.Column("waveform", sa.LargeBinary(), nullable=True))
    op.add_column("playlist", sa.Column("bed", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "sound",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("recipe", sa.String(length=64), nullable=False),
        sa.Column("codec", sa.String(length=16), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("target_lufs", sa.Float(), nullable=True),
        sa.Column("loudness_lufs", sa.Float(), nullable=True),
        sa.Column("true_peak_dbtp", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("recipe", name=op.f("pk_sound")),
    )
    op.create_index(op.f("ix_sound_sha256"), "sound", ["sha256"])
