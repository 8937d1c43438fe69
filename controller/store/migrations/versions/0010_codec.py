"""What sounds are packed in, for each loudspeaker."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0011"


def upgrade() -> None:
    """Every loudspeaker so far is one of ours and takes Opus."""
    codec = sa.Column("codec", sa.String(length=16), nullable=False, server_default="opus")
    op.add_column("device", codec)
