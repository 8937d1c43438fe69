"""Rows of rollouts and of how far each of their devices got."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from controller.fitting import Rollout, RolloutDevice, RolloutState
from controller.store import fitting
from controller.store.pages import Cursor, newest_first
from firmware_bridge.link.messages import FirmwareReport, FirmwareStage

_rollout, _device = fitting.rollout, fitting.rollout_device


def add(tx: Connection, rollout: Rollout) -> None:
    """Remember a new rollout and its devices."""
    tx.execute(
        insert(_rollout).values(
            id=rollout.id,
            firmware=rollout.firmware,
            share_pct=rollout.share_pct,
            patience_s=rollout.patience_s,
            state=rollout.state.value,
            reason=rollout.reason,
            stopped_by=rollout.stopped_by,
            created_at=rollout.created_at,
            created_by=rollout.created_by,
        )
    )
    names = RolloutDevice.__slots__
    rows = [{name: getattr(one, name) for name in names} for one in rollout.devices]
    tx.execute(insert(_device), [row | {"rollout": rollout.id} for row in rows])


def find(tx: Connection, name: str) -> Rollout | None:
    """Return a rollout."""
    row = tx.execute(select(_rollout).where(_rollout.c.id == name)).mappings().first()
    return None if row is None else _to_rollout(tx, row)


def listed(tx: Connection, cursor: Cursor | None, limit: int) -> list[Rollout]:
    """Return the newest rollouts before the cursor."""
    rows = tx.execute(newest_first(_rollout, cursor, limit)).mappings().all()
    return [_to_rollout(tx, row) for row in rows]


def running(tx: Connection) -> list[Rollout]:
    """Return every rollout that runs, the oldest first."""
    query = select(_rollout).where(_rollout.c.state == RolloutState.RUNNING.value)
    rows = tx.execute(query.order_by(_rollout.c.created_at, _rollout.c.id)).mappings().all()
    return [_to_rollout(tx, row) for row in rows]


def running_with(tx: Connection, devices: Iterable[str]) -> str | None:
    """Return a device of these that a running rollout has already."""
    query = (
        select(_device.c.device)
        .join(_rollout, _rollout.c.id == _device.c.rollout)
        .where(_rollout.c.state == RolloutState.RUNNING.value, _device.c.device.in_(list(devices)))
    )
    return tx.scalar(query.order_by(_device.c.device).limit(1))


def set_state(
    tx: Connection, name: str, state: RolloutState, reason: str, stopped_by: str | None
) -> None:
    """Remember that a rollout has ended, and how."""
    values = {"state": state.value, "reason": reason, "stopped_by": stopped_by}
    tx.execute(update(_rollout).where(_rollout.c.id == name).values(**values))


def ordered(tx: Connection, rollout: str, device: str, number: int, at: datetime) -> None:
    """Remember that a device was given its order."""
    mine = (_device.c.rollout == rollout) & (_device.c.device == device)
    tx.execute(update(_device).where(mine).values(number=number, ordered_at=at))


def fail(tx: Connection, rollout: str, device: str, stage: str, reason: str) -> None:
    """Call a device ended that did not say so itself."""
    mine = (_device.c.rollout == rollout) & (_device.c.device == device)
    tx.execute(update(_device).where(mine).values(stage=stage, reason=reason))


def renumber(tx: Connection, rollout: str, device: str, number: int) -> None:
    """Remember the number under which a device's order was withdrawn."""
    mine = (_device.c.rollout == rollout) & (_device.c.device == device)
    tx.execute(update(_device).where(mine).values(number=number))


def report(tx: Connection, device: str, said: FirmwareReport) -> bool:
    """Remember how far a device says it got; False when that is known or of another order."""
    mine = (_device.c.device == device) & (_device.c.number == said.number)
    fields = {
        "stage": said.stage.value,
        "done": said.done,
        "total": said.total,
        "reason": said.reason,
        "detail": said.detail,
    }
    known = tx.execute(select(_device).where(mine)).mappings().first()
    if known is None or all(known[name] == value for name, value in fields.items()):
        return False
    if known["stage"] and FirmwareStage(known["stage"]).is_final and not said.stage.is_final:
        return False  # it was given up meanwhile; only its own end counts now
    tx.execute(update(_device).where(mine).values(**fields))
    return True


def _to_rollout(tx: Connection, row: RowMapping) -> Rollout:
    query = select(_device).where(_device.c.rollout == row["id"])
    rows = tx.execute(query.order_by(_device.c.wave, _device.c.device)).mappings()
    devices = [
        RolloutDevice(**{name: one[name] for name in RolloutDevice.__slots__}) for one in rows
    ]
    fields = {name: value for name, value in row.items() if name != "state"}
    return Rollout(**fields, state=RolloutState(row["state"]), devices=tuple(devices))
