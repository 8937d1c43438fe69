"""Rows of broadcasts: what was asked, for which devices, with which asset each, and its life."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from controller.errors import Conflict
from controller.model import (
    Broadcast,
    BroadcastDraft,
    BroadcastQuery,
    BroadcastState,
    BroadcastStep,
    ContentKind,
    Level,
    Origin,
    Phase,
)
from controller.store import schema, withdrawn
from controller.store.contents import to_asset
from controller.store.pages import Cursor, newest_first
from firmware_bridge.link.messages import State
from playlists.schedule import draft as rule_draft
from playlists.schedule.plan import Asset, BroadcastClass, OnInterrupt

_broadcast, _device, _step = schema.broadcast, schema.broadcast_device, schema.broadcast_step


@dataclass(frozen=True, slots=True)
class Booking:
    """One broadcast on one device, with what is shown or played there."""

    broadcast: Broadcast
    asset: Asset


def add(
    tx: Connection,
    broadcast: Broadcast,
    *,
    assets: Mapping[str, Asset],
    words: str = "",
    idempotency_key: str | None = None,
) -> None:
    """Remember a broadcast, the asset each of its devices needs, and the words it is found by.

    Conflict when its idempotency key was used by another request at the same moment.
    """
    statement = insert(_broadcast).values(
        id=broadcast.id,
        created_at=broadcast.created_at,
        created_by=broadcast.created_by,
        approved_by=broadcast.approved_by,
        idempotency_key=idempotency_key,
        **_content(broadcast, words),
    )
    try:
        tx.execute(statement)
    except IntegrityError as exc:
        raise Conflict("that key was just used", reason="key-in-use") from exc
    _add_devices(tx, broadcast, assets)


def change(
    tx: Connection, broadcast: Broadcast, *, assets: Mapping[str, Asset], words: str
) -> None:
    """Remember another content of a broadcast, which nobody has approved."""
    withdrawn.note(tx, broadcast.id)
    values = {**_content(broadcast, words), "approved_by": broadcast.approved_by}
    tx.execute(update(_broadcast).where(_broadcast.c.id == broadcast.id).values(**values))
    tx.execute(delete(_device).where(_device.c.broadcast == broadcast.id))
    _add_devices(tx, broadcast, assets)


def set_state(tx: Connection, broadcast: Broadcast) -> None:
    """Remember the state of a broadcast, and who brought it there."""
    if broadcast.state is not BroadcastState.APPROVED:
        withdrawn.note(tx, broadcast.id)
        mine = _device.c.broadcast == broadcast.id
        tx.execute(update(_device).where(mine).values(planned_version=None))
    tx.execute(
        update(_broadcast)
        .where(_broadcast.c.id == broadcast.id)
        .values(
            state=broadcast.state.value,
            approved_by=broadcast.approved_by,
            cancelled_by=broadcast.cancelled_by,
        )
    )


def shorten(tx: Connection, broadcast: Broadcast) -> None:
    """Remember that a broadcast ends earlier than was planned."""
    tx.execute(
        update(_broadcast)
        .where(_broadcast.c.id == broadcast.id)
        .values(draft=_draft_to_json(broadcast.draft), last_end=broadcast.last_end)
    )


def add_step(tx: Connection, name: str, step: BroadcastStep) -> None:
    """Remember a step in the life of a broadcast."""
    values = {field: getattr(step, field) for field in BroadcastStep.__slots__}
    tx.execute(insert(_step).values(broadcast=name, **values))


def steps(tx: Connection, name: str) -> list[BroadcastStep]:
    """Return the life of a broadcast so far, the first step first."""
    query = select(_step).where(_step.c.broadcast == name).order_by(_step.c.id)
    return [
        BroadcastStep(
            at=row["at"],
            by=row["by"],
            step=row["step"],
            state=BroadcastState(row["state"]),
            content_sha256=row["content_sha256"],
            comment=row["comment"],
        )
        for row in tx.execute(query).mappings()
    ]


def was_approved(tx: Connection, name: str) -> bool:
    """Say whether a broadcast was ever approved: some of it may have been aired."""
    query = select(_step.c.id).where(
        _step.c.broadcast == name, _step.c.state == BroadcastState.APPROVED.value
    )
    return tx.execute(query.limit(1)).first() is not None


def set_planned(tx: Connection, devices: Iterable[str], before: datetime) -> None:
    """Remember that the newest plans of these devices hold what is approved and starts before an
    instant; what an older plan of a device held stays as it is."""
    version = select(schema.device.c.plan_version).where(schema.device.c.id == _device.c.device)
    # Asked row by row: by a list of all that is approved it would cost every broadcast each time.
    approved = select(_broadcast.c.id).where(
        _broadcast.c.id == _device.c.broadcast,
        _broadcast.c.state == BroadcastState.APPROVED.value,
        _broadcast.c.first_start < before,
    )
    tx.execute(
        update(_device)
        .where(
            _device.c.planned_version.is_(None),
            _device.c.device.in_(list(devices)),
            approved.exists(),
        )
        .values(planned_version=version.scalar_subquery())
    )


def confirmed(tx: Connection, names: Iterable[str]) -> set[str]:
    """Return which of these broadcasts stand in a plan that some device confirmed."""
    query = select(_broadcast.c.id).where(_broadcast.c.id.in_(list(names)), _is_confirmed())
    return set(tx.scalars(query))


def on_air(tx: Connection) -> set[str]:
    """Return what devices that are online say they show or play now."""
    rows = tx.scalars(select(schema.device_state.c.state))
    states = (State.decode(data) for data in rows)
    return {one.broadcast for one in states if one.online and one.broadcast is not None}


def find(tx: Connection, name: str) -> Broadcast | None:
    """Return a broadcast."""
    return _first(tx, _broadcast.c.id == name)


def find_by_key(tx: Connection, idempotency_key: str) -> Broadcast | None:
    """Return the broadcast that was created with this idempotency key."""
    return _first(tx, _broadcast.c.idempotency_key == idempotency_key)


def listed(  # noqa: PLR0917 -- a page of a query
    tx: Connection,
    cursor: Cursor | None,
    limit: int,
    query: BroadcastQuery,
    areas: Iterable[str] | None,
    at: datetime,
) -> list[Broadcast]:
    """Return the newest broadcasts before the cursor that a query means at an instant; `areas` are
    those of its area, and its text is folded as `words` are."""
    wanted = [*_meant(query)]
    if query.device is not None:
        wanted.append(_with_device(_device.c.device == query.device))
    if areas is not None:
        inside = select(schema.device.c.id).where(schema.device.c.area.in_(list(areas)))
        wanted.append(_with_device(_device.c.device.in_(inside)))
    if query.phase is not None:
        wanted.append(_in_phase(tx, query.phase, at))
    found = newest_first(_broadcast, cursor, limit).where(*wanted)
    return _with_devices(tx, tx.execute(found).mappings().all())


def _meant(query: BroadcastQuery) -> Iterable[ColumnElement[bool]]:
    if query.state is not None:
        yield _broadcast.c.state == query.state.value
    if query.start is not None:
        yield _broadcast.c.last_end > query.start
    if query.end is not None:
        yield _broadcast.c.first_start < query.end
    if query.text is not None:
        yield _broadcast.c.words.contains(query.text, autoescape=True)


def _in_phase(tx: Connection, phase: Phase, at: datetime) -> ColumnElement[bool]:
    """Say in SQL what `controller.life.phase_of` says; a test keeps them the same."""
    state, over = _broadcast.c.state, _broadcast.c.last_end <= at
    approved = state == BroadcastState.APPROVED.value
    if phase in {Phase.REJECTED, Phase.CANCELLED}:
        return state == phase.value
    if phase in {Phase.DRAFT, Phase.SUBMITTED}:
        return and_(state == phase.value, ~over)
    if phase is Phase.EXPIRED:
        return and_(state.in_([Phase.DRAFT.value, Phase.SUBMITTED.value]), over)
    airing = _broadcast.c.id.in_(on_air(tx))
    if phase is Phase.ON_AIR:
        return and_(approved, airing)
    if phase is Phase.DONE:
        return and_(approved, over, ~airing)
    is_held = _is_confirmed() if phase is Phase.PLANNED else ~_is_confirmed()
    return and_(approved, ~over, ~airing, is_held)


def _is_confirmed() -> ColumnElement[bool]:
    heard = schema.delivery
    return exists().where(
        _device.c.broadcast == _broadcast.c.id,
        heard.c.device == _device.c.device,
        heard.c.confirmed_version >= _device.c.planned_version,
    )


def _with_device(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_device.c.broadcast == _broadcast.c.id, which)


def _add_devices(tx: Connection, broadcast: Broadcast, assets: Mapping[str, Asset]) -> None:
    rows = [
        {"broadcast": broadcast.id, "device": device, "asset": asset.sha256}
        for device, asset in assets.items()
    ]
    tx.execute(insert(_device), rows)


def _content(broadcast: Broadcast, words: str) -> dict[str, object]:
    """Return what an edit may change."""
    return {
        "draft": _draft_to_json(broadcast.draft),
        "state": broadcast.state.value,
        "content_sha256": broadcast.content_sha256,
        "first_start": broadcast.first_start,
        "last_end": broadcast.last_end,
        "asked_at": broadcast.asked_at,
        "authors": list(broadcast.authors),
        "words": words,
    }


def booked(
    tx: Connection, device: str, after: datetime, *, besides: str | None = None
) -> list[Booking]:
    """Return the approved broadcasts of a device that end after an instant, and one `besides`."""
    approved = _broadcast.c.state == BroadcastState.APPROVED.value
    query = (
        select(_broadcast, schema.asset)
        .join(_device, _device.c.broadcast == _broadcast.c.id)
        .join(schema.asset, schema.asset.c.sha256 == _device.c.asset)
        .where(
            _device.c.device == device,
            approved if besides is None else or_(approved, _broadcast.c.id == besides),
            _broadcast.c.last_end > after,
        )
        .order_by(_broadcast.c.first_start, _broadcast.c.id)
    )
    return [
        Booking(to_broadcast(row, (device,)), to_asset(row)) for row in tx.execute(query).mappings()
    ]


def naming_zone(tx: Connection, zone: str, after: datetime) -> str | None:
    """Return a broadcast that is not over at an instant, not cancelled, and names a zone."""
    query = select(_broadcast).where(
        _broadcast.c.state != BroadcastState.CANCELLED.value, _broadcast.c.last_end > after
    )
    found = (to_broadcast(row, ()) for row in tx.execute(query).mappings())
    return next((one.id for one in found if zone in one.draft.zones_meant), None)


def zoned_on(tx: Connection, device: str, after: datetime) -> str | None:
    """Return a broadcast into zones that is not over at an instant, not cancelled, and for this
    device."""
    query = (
        select(_broadcast)
        .join(_device, _device.c.broadcast == _broadcast.c.id)
        .where(
            _device.c.device == device,
            _broadcast.c.state != BroadcastState.CANCELLED.value,
            _broadcast.c.last_end > after,
        )
    )
    found = (to_broadcast(row, ()) for row in tx.execute(query).mappings())
    return next((one.id for one in found if one.draft.zones_meant), None)


def _first(tx: Connection, condition: ColumnElement[bool]) -> Broadcast | None:
    query = select(_broadcast).where(condition)
    found = _with_devices(tx, tx.execute(query).mappings().all())
    return found[0] if found else None


def _with_devices(tx: Connection, rows: Iterable[RowMapping]) -> list[Broadcast]:
    broadcasts = {row["id"]: to_broadcast(row, ()) for row in rows}
    query = select(_device).where(_device.c.broadcast.in_(list(broadcasts)))
    devices: dict[str, list[str]] = {}
    for row in tx.execute(query.order_by(_device.c.device)).mappings():
        devices.setdefault(row["broadcast"], []).append(row["device"])
    return [replace(one, devices=tuple(devices[name])) for name, one in broadcasts.items()]


def to_broadcast(row: RowMapping, devices: tuple[str, ...]) -> Broadcast:
    """Read a broadcast from a row that has its columns."""
    return Broadcast(
        id=row["id"],
        draft=_draft_from_json(row["draft"]),
        state=BroadcastState(row["state"]),
        content_sha256=row["content_sha256"],
        devices=devices,
        first_start=row["first_start"],
        last_end=row["last_end"],
        asked_at=row["asked_at"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        authors=tuple(row["authors"]),
        approved_by=row["approved_by"],
        cancelled_by=row["cancelled_by"],
    )


def _draft_to_json(draft: BroadcastDraft) -> dict[str, object]:
    return {
        "content_kind": draft.content_kind.value,
        "content_id": draft.content_id,
        "targets": list(draft.targets),
        "rule": rule_draft.to_json(draft.rule),
        "class": draft.broadcast_class.value,
        "priority": draft.priority,
        "on_interrupt": draft.on_interrupt.value,
        "zones": list(draft.zones),
        "campaign": draft.campaign,
        "origin": None if draft.origin is None else asdict(draft.origin),
    }


def _draft_from_json(fields: Mapping[str, Any]) -> BroadcastDraft:
    origin = fields.get("origin")
    return BroadcastDraft(
        content_kind=ContentKind(fields["content_kind"]),
        content_id=str(fields["content_id"]),
        targets=tuple(fields["targets"]),
        rule=rule_draft.from_json(fields["rule"]),
        broadcast_class=BroadcastClass(fields["class"]),
        priority=fields["priority"],
        on_interrupt=OnInterrupt(fields["on_interrupt"]),
        zones=tuple(fields.get("zones", ())),
        campaign=fields.get("campaign", ""),
        origin=None if origin is None else Origin(**origin | {"level": Level(origin["level"])}),
    )
