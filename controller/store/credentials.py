"""Rows of tokens, sign-in codes and sessions: hashes only, the secrets are never stored."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from controller.store import schema

_credential = schema.credential


def add(
    tx: Connection,
    kind: str,
    sha256: str,
    *,
    name: str,
    may_approve_alone: bool,
    level: str | None,
    expires_at: datetime | None,
) -> None:
    """Remember a credential's hash."""
    tx.execute(
        insert(_credential).values(
            sha256=sha256,
            kind=kind,
            name=name,
            may_approve_alone=may_approve_alone,
            level=level,
            expires_at=expires_at,
        )
    )


def find(tx: Connection, kind: str, sha256: str, at: datetime) -> RowMapping | None:
    """Return a credential of that kind that has not expired."""
    row = tx.execute(select(_credential).where(_credential.c.sha256 == sha256)).mappings().first()
    if row is None or row["kind"] != kind:
        return None
    expired = row["expires_at"] is not None and row["expires_at"] <= at
    return None if expired else row


def forget(tx: Connection, sha256: str) -> None:
    """Drop a credential."""
    tx.execute(delete(_credential).where(_credential.c.sha256 == sha256))


def forget_expired(tx: Connection, at: datetime) -> None:
    """Drop what has expired."""
    tx.execute(delete(_credential).where(_credential.c.expires_at <= at))


def count(tx: Connection) -> int:
    """Return how many credentials there are: none on a machine that nobody has set up."""
    return tx.scalars(select(func.count()).select_from(_credential)).one()
