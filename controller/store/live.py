"""Rows of relays and pages."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from controller.live.model import Content, Page, Reason, Relay
from controller.model import ContentKind
from controller.store import schema
from controller.store.pages import Cursor, newest_first

_relay, _page, _device = schema.relay, schema.page, schema.broadcast_device


def add_relay(tx: Connection, relay: Relay) -> None:
    """Remember a new relay."""
    tx.execute(insert(_relay).values(**asdict(relay)))


def relay(tx: Connection, name: str) -> Relay | None:
    """Return a relay."""
    row = tx.execute(select(_relay).where(_relay.c.id == name)).mappings().first()
    return None if row is None else _to_relay(row)


def relays(tx: Connection, cursor: Cursor | None, limit: int) -> list[Relay]:
    """Return the newest relays before the cursor."""
    return [_to_relay(row) for row in tx.execute(newest_first(_relay, cursor, limit)).mappings()]


def add_page(tx: Connection, page: Page) -> None:
    """Remember a page that begins; its devices are those of its broadcast."""
    tx.execute(
        insert(_page).values(
            id=page.id,
            broadcast=page.broadcast,
            name=page.name,
            ends_at=page.ends_at,
            created_at=page.created_at,
            created_by=page.created_by,
        )
    )


def end_page(tx: Connection, page: Page) -> None:
    """Remember when and why a page ended, and what was recorded."""
    tx.execute(
        update(_page)
        .where(_page.c.id == page.id)
        .values(
            ended_at=page.ended_at,
            reason=None if page.reason is None else page.reason.value,
            recording_sha256=page.recording_sha256,
            recording_bytes=page.recording_bytes,
        )
    )


def page(tx: Connection, name: str) -> Page | None:
    """Return a page."""
    row = tx.execute(select(_page).where(_page.c.id == name)).mappings().first()
    return None if row is None else _to_page(tx, row)


def pages(tx: Connection, cursor: Cursor | None, limit: int) -> list[Page]:
    """Return the newest pages before the cursor."""
    rows = tx.execute(newest_first(_page, cursor, limit)).mappings().all()
    return [_to_page(tx, row) for row in rows]


def open_pages(tx: Connection) -> list[Page]:
    """Return the pages that have not ended."""
    rows = tx.execute(select(_page).where(_page.c.ended_at.is_(None))).mappings().all()
    return [_to_page(tx, row) for row in rows]


def _to_relay(row: RowMapping) -> Relay:
    return Relay(**{**row, "fallback": _to_content(row["fallback"])})


def _to_content(told: Mapping[str, Any] | None) -> Content | None:
    return None if told is None else Content(ContentKind(told["kind"]), told["id"])


def _to_page(tx: Connection, row: RowMapping) -> Page:
    query = select(_device.c.device).where(_device.c.broadcast == row["broadcast"])
    devices = tuple(tx.scalars(query.order_by(_device.c.device)))
    reason = None if row["reason"] is None else Reason(row["reason"])
    return Page(**{**row, "reason": reason, "devices": devices})
