"""Rows of what devices reported: states, the as-run log; and of events for those who watch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, delete, func, insert, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from controller.model import AsRunEntry, Event
from controller.store import places, schema
from firmware_bridge.link.messages import AsRun, EndReason, State, Where
from playlists.schedule import hearing
from playlists.schedule.urgency import BroadcastClass

_asrun, _event, _state = schema.asrun, schema.event, schema.device_state


def set_state(tx: Connection, device: str, state: State) -> bool:
    """Remember what a device says of itself; return False for the will of an older session."""
    row = tx.execute(select(_state).where(_state.c.device == device)).mappings().first()
    if row is not None and not state.online:
        if row["session"] != state.session:
            return False
        state = _gone(State.decode(row["state"]))
    fields = {"session": state.session, "state": state.encode()}
    statement = upsert(_state).values(device=device, **fields)
    tx.execute(statement.on_conflict_do_update(index_elements=["device"], set_=fields))
    return True


def state(tx: Connection, device: str) -> State | None:
    """Return what a device last said of itself."""
    data = tx.scalar(select(_state.c.state).where(_state.c.device == device))
    return None if data is None else State.decode(data)


def online(tx: Connection, devices: Collection[str]) -> set[str]:
    """Return which of these devices last said that they are there."""
    query = select(_state.c.device, _state.c.state).where(_state.c.device.in_(devices))
    return {row.device for row in tx.execute(query) if State.decode(row.state).online}


def add_asrun(tx: Connection, device: str, entry: AsRun) -> bool:
    """Remember an as-run entry once; return False when it was known."""
    statement = upsert(_asrun).values(
        device=device,
        seq=entry.seq,
        broadcast=entry.broadcast,
        occurrence=entry.occurrence,
        asset=entry.asset,
        planned_at=entry.planned_at,
        started_at=entry.started_at,
        ended_at=entry.ended_at,
        end_reason=entry.end_reason.value,
        detail=entry.detail,
        **_where("started", entry.started_where),
        **_where("ended", entry.ended_where),
    )
    return tx.execute(statement.on_conflict_do_nothing()).rowcount > 0


def complete_up_to(tx: Connection, device: str) -> int:
    """Return the sequence number up to which the log has no gap, and remember it."""
    stored = places.asrun_stored(tx, device)
    query = select(_asrun.c.seq).where(_asrun.c.device == device, _asrun.c.seq > stored)
    complete = stored
    for seq in tx.scalars(query.order_by(_asrun.c.seq)):
        if seq != complete + 1:
            break
        complete = seq
    if complete != stored:
        places.set_asrun_stored(tx, device, complete)
    return complete


def asrun(  # noqa: PLR0917 -- one filter each
    tx: Connection,
    device: str | None,
    start: datetime | None,
    end: datetime | None,
    after_id: int,
    limit: int,
    *,
    located: bool = False,
) -> list[AsRunEntry]:
    """Return entries planned from `start` to before `end`, in order of arrival; `located` = only
    what was heard, at a place that is known."""
    wanted = [_asrun.c.id > after_id]
    if located:
        is_known = or_(_asrun.c.started_lat.is_not(None), _asrun.c.ended_lat.is_not(None))
        wanted += [_asrun.c.started_at.is_not(None), is_known]
    if device is not None:
        wanted.append(_asrun.c.device == device)
    if start is not None:
        wanted.append(_asrun.c.planned_at >= start)
    if end is not None:
        wanted.append(_asrun.c.planned_at < end)
    query = select(_asrun).where(and_(*wanted)).order_by(_asrun.c.id).limit(limit)
    return [AsRunEntry(**row) for row in tx.execute(query).mappings()]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the hours of a loudspeaker are judged by; started_at None = it was not heard."""

    started_at: datetime | None
    ended_at: datetime
    end_reason: EndReason
    broadcast_class: BroadcastClass
    zone: str
    """Of a truck: in which zone; EVERYWHERE of what has none."""


def heard(tx: Connection, device: str, start: datetime, end: datetime) -> list[Heard]:
    """Return what a loudspeaker played, or would have, that was planned from `start` to before
    `end`. A broadcast nobody knows any more counts as normal: nothing exempts it."""
    drafts = schema.broadcast
    columns = _asrun.c.started_at, _asrun.c.ended_at, _asrun.c.end_reason, _asrun.c.occurrence
    query = (
        select(*columns, drafts.c.draft)
        .join(drafts, drafts.c.id == _asrun.c.broadcast, isouter=True)
        .where(_asrun.c.device == device, _asrun.c.planned_at >= start, _asrun.c.planned_at < end)
        .order_by(_asrun.c.id)
    )
    return [
        Heard(
            row["started_at"],
            row["ended_at"],
            EndReason(row["end_reason"]),
            BroadcastClass((row["draft"] or {}).get("class", "normal")),
            hearing.zone_of(row["occurrence"]),
        )
        for row in tx.execute(query).mappings()
    ]


def add_event(
    tx: Connection, at: datetime, kind: str, device: str | None, data: dict[str, object]
) -> None:
    """Remember that something happened."""
    tx.execute(insert(_event).values(at=at, kind=kind, device=device, data=data))


def events(tx: Connection, after_id: int, limit: int) -> list[Event]:
    """Return what happened after an event, oldest first."""
    query = select(_event).where(_event.c.id > after_id).order_by(_event.c.id).limit(limit)
    return [_to_event(row) for row in tx.execute(query).mappings()]


def last_event(tx: Connection) -> int:
    """Return the newest event's number, 0 when nothing ever happened."""
    return tx.scalar(select(func.max(_event.c.id))) or 0


def forget_events(tx: Connection, before: datetime) -> None:
    """Drop old events; they are for watching, the as-run log is the proof."""
    tx.execute(delete(_event).where(_event.c.at < before))


def _to_event(row: RowMapping) -> Event:
    return Event(**row)


def _where(when: str, where: Where | None) -> dict[str, float | None]:
    lat_deg, lon_deg = where or (None, None)
    return {f"{when}_lat": lat_deg, f"{when}_lon": lon_deg}


def _gone(last: State) -> State:
    """Keep what was on when the device fell silent, but say that it is not known any more."""
    return State(
        session=last.session,
        online=False,
        at=last.at,
        plan_version=last.plan_version,
        plan_sha256=last.plan_sha256,
    )
