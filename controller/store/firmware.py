"""Rows of firmware files and of the orders that devices have been given."""

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from controller.fitting import Firmware
from controller.store import fitting
from controller.store.pages import Cursor, newest_first
from controller.store.plans import Outgoing
from firmware_bridge.link.topics import Channel

_firmware, _order = fitting.firmware, fitting.firmware_order


def add(tx: Connection, firmware: Firmware) -> None:
    """Remember a new firmware file."""
    fields = {name: getattr(firmware, name) for name in Firmware.__slots__}
    tx.execute(insert(_firmware).values(**fields))


def find(tx: Connection, name: str) -> Firmware | None:
    """Return a firmware file's facts."""
    return _first(tx, _firmware.c.id == name)


def find_by_sha256(tx: Connection, sha256: str) -> Firmware | None:
    """Return the firmware that has these very bytes."""
    return _first(tx, _firmware.c.sha256 == sha256)


def listed(tx: Connection, cursor: Cursor | None, limit: int) -> list[Firmware]:
    """Return the newest firmware files before the cursor."""
    query = newest_first(_firmware, cursor, limit)
    return [Firmware(**row) for row in tx.execute(query).mappings()]


def last_number(tx: Connection, device: str) -> int:
    """Return the number of the newest order a device was given; 0 before the first."""
    return tx.scalar(select(_order.c.number).where(_order.c.device == device)) or 0


def put_order(tx: Connection, device: str, number: int, envelope: bytes) -> None:
    """Make an order the device's only one, and queue it for the broker."""
    fields = {"number": number, "envelope": envelope, "queued": True}
    statement = upsert(_order).values(device=device, **fields)
    tx.execute(statement.on_conflict_do_update(index_elements=["device"], set_=fields))


def outgoing(tx: Connection) -> list[Outgoing]:
    """Return the orders that wait to be published."""
    query = (
        select(_order.c.number.label("id"), _order.c.device, _order.c.envelope)
        .where(_order.c.queued)
        .order_by(_order.c.device)
    )
    rows = tx.execute(query).mappings()
    return [Outgoing(**row, channel=Channel.FIRMWARE) for row in rows]


def sent(tx: Connection, device: str, number: int) -> None:
    """Take a published order out of the queue, unless another has come meanwhile."""
    mine = (_order.c.device == device) & (_order.c.number == number)
    tx.execute(update(_order).where(mine).values(queued=False))


def queue_all(tx: Connection) -> None:
    """Queue every order again: the broker may have lost them."""
    tx.execute(update(_order).values(queued=True))


def _first(tx: Connection, condition: ColumnElement[bool]) -> Firmware | None:
    row = tx.execute(select(_firmware).where(condition)).mappings().first()
    return None if row is None else Firmware(**row)
