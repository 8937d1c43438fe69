"""Rows of emergencies: templates, what lies ready for them, what was pressed, alerts that came."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from controller.emergency.alert import Pair, Status
from controller.emergency.meaning import Policy
from controller.emergency.model import (
    Airing,
    Emergency,
    Mode,
    Received,
    Said,
    Source,
    Template,
    TemplateState,
    template_document,
    template_from,
)
from controller.store import alarms, schema
from controller.store.contents import to_asset
from controller.store.pages import Cursor, newest_first
from firmware_bridge.link.messages import State
from playlists.schedule.plan import Asset

_template, _words, _pin = alarms.emergency_template, alarms.emergency_words, alarms.pin
_emergency, _source, _code = alarms.emergency, alarms.cap_source, alarms.cap_code
_message, _airing = alarms.cap_message, alarms.cap_airing


@dataclass(frozen=True, slots=True)
class Words:
    """What words became: a message, and a playlist unless there is a fault."""

    message: str
    playlist: str | None
    fault: str


def put_template(tx: Connection, template: Template) -> None:
    """Remember a template, new or changed."""
    values = {
        **{name: getattr(template, name) for name in Template.__slots__},
        "draft": template_document(template.draft),
        "state": template.state.value,
        "authors": list(template.authors),
    }
    statement = upsert(_template).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def template(tx: Connection, name: str) -> Template | None:
    """Return a template."""
    row = tx.execute(select(_template).where(_template.c.id == name)).mappings().first()
    return None if row is None else _to_template(row)


def templates(tx: Connection, cursor: Cursor | None, limit: int) -> list[Template]:
    """Return the newest templates before the cursor."""
    rows = tx.execute(newest_first(_template, cursor, limit)).mappings()
    return [_to_template(row) for row in rows]


def approved_templates(tx: Connection) -> list[Template]:
    """Return every template that may be pressed."""
    wanted = _template.c.state == TemplateState.APPROVED.value
    return [_to_template(row) for row in tx.execute(select(_template).where(wanted)).mappings()]


def words(tx: Connection, sha256: str) -> Words | None:
    """Return what words became, if they were kept before."""
    query = select(_words.c.message, _words.c.playlist, _words.c.fault)
    row = tx.execute(query.where(_words.c.sha256 == sha256)).mappings().first()
    return None if row is None else Words(**row)


def put_words(tx: Connection, sha256: str, kept: Words) -> None:
    """Remember what words became; who came first is kept."""
    statement = upsert(_words).values(sha256=sha256, **asdict(kept))
    change = {"message": kept.message, "playlist": kept.playlist, "fault": kept.fault}
    tx.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_=change))


def set_pins(tx: Connection, template: str, pins: Mapping[str, Iterable[str]]) -> set[str]:
    """Remember which assets lie ready for a template on which devices, and no others; return the
    devices for which that changed."""
    mine = _pin.c.template == template
    query = select(_pin.c.device, _pin.c.asset).where(mine)
    known = {(row.device, row.asset) for row in tx.execute(query)}
    wanted = {(device, asset) for device, assets in pins.items() for asset in assets}
    tx.execute(delete(_pin).where(mine))
    if wanted:
        rows = [{"template": template, "device": one, "asset": asset} for one, asset in wanted]
        tx.execute(insert(_pin), rows)
    return {device for device, _ in known ^ wanted}


def pinned(tx: Connection, devices: Iterable[str]) -> dict[str, tuple[Asset, ...]]:
    """Return what lies ready on these devices, by SHA-256."""
    query = (
        select(_pin.c.device, schema.asset)
        .join(schema.asset, schema.asset.c.sha256 == _pin.c.asset)
        .where(_pin.c.device.in_(list(devices)))
        .order_by(_pin.c.device, _pin.c.asset)
        .distinct()
    )
    found: dict[str, list[Asset]] = {}
    once: dict[str, Asset] = {}
    for row in tx.execute(query).mappings():
        asset = once.get(row["sha256"]) or once.setdefault(row["sha256"], to_asset(row))
        found.setdefault(row["device"], []).append(asset)
    return {device: tuple(assets) for device, assets in found.items()}


def add(tx: Connection, emergency: Emergency) -> None:
    """Remember what was pressed."""
    tx.execute(insert(_emergency).values(_values(emergency)))


def change(tx: Connection, emergency: Emergency) -> None:
    """Remember that it is over, or was reviewed."""
    values = _values(emergency)
    tx.execute(update(_emergency).where(_emergency.c.id == emergency.id).values(values))


def find(tx: Connection, name: str) -> Emergency | None:
    """Return an emergency."""
    row = tx.execute(select(_emergency).where(_emergency.c.id == name)).mappings().first()
    return None if row is None else _to_emergency(row)


def listed(
    tx: Connection, cursor: Cursor | None, limit: int, *, unreviewed: bool = False
) -> list[Emergency]:
    """Return the newest emergencies before the cursor; `unreviewed` = those without a note."""
    query = newest_first(_emergency, cursor, limit)
    if unreviewed:
        query = query.where(_emergency.c.reviewed_at.is_(None))
    return [_to_emergency(row) for row in tx.execute(query).mappings()]


def last_heard(tx: Connection, devices: Iterable[str]) -> dict[str, State]:
    """Return what these devices last said of themselves."""
    table = schema.device_state
    query = select(table.c.device, table.c.state).where(table.c.device.in_(list(devices)))
    return {row.device: State.decode(row.state) for row in tx.execute(query)}


def add_source(tx: Connection, source: Source, secret_sha256: str) -> None:
    """Remember who may send alerts."""
    values = {
        **{name: getattr(source, name) for name in Source.__slots__},
        "policy": source.policy.value,
        "areas": list(source.areas),
    }
    tx.execute(insert(_source).values(**values, secret_sha256=secret_sha256))


def close_source(tx: Connection, name: str) -> None:
    """Let nobody send as this source any more; what it sent is kept."""
    values = {"secret_sha256": None, "sender": f"closed:{name}"}
    tx.execute(update(_source).where(_source.c.id == name).values(values))


def sources(tx: Connection) -> list[Source]:
    """Return who may send alerts, by id."""
    rows = tx.execute(select(_source).order_by(_source.c.id)).mappings()
    return [_to_source(row) for row in rows]


def source_of(tx: Connection, secret_sha256: str) -> Source | None:
    """Return whose secret has this hash."""
    query = select(_source).where(_source.c.secret_sha256 == secret_sha256)
    row = tx.execute(query).mappings().first()
    return None if row is None else _to_source(row)


def codes(tx: Connection) -> dict[Pair, str]:
    """Return which area each geocode means."""
    rows = tx.execute(select(_code).order_by(_code.c.list, _code.c.value))
    return {Pair(row.list, row.value): row.area for row in rows}


def set_codes(tx: Connection, meant: Mapping[Pair, str]) -> None:
    """Remember which area each geocode means, and no others."""
    tx.execute(delete(_code))
    rows = [{"list": one.name, "value": one.value, "area": area} for one, area in meant.items()]
    if rows:
        tx.execute(insert(_code), rows)


def add_message(tx: Connection, message: Received) -> None:
    """Remember an alert that was taken."""
    names = set(Received.__slots__) - {"airings"}
    values = {**{name: getattr(message, name) for name in names}, "status": message.status.value}
    tx.execute(insert(_message).values(values))


def message(tx: Connection, name: str) -> Received | None:
    """Return an alert that came."""
    query = select(_message).where(_message.c.id == name)
    found = _with_airings(tx, tx.execute(query).mappings().all())
    return found[0] if found else None


def messages(tx: Connection, cursor: Cursor | None, limit: int) -> list[Received]:
    """Return the newest alerts before the cursor."""
    query = newest_first(_message, cursor, limit)
    return _with_airings(tx, tx.execute(query).mappings().all())


def same(tx: Connection, sender: str, identifier: str) -> list[Received]:
    """Return the alerts to which a sender gave an identifier."""
    query = select(_message).where(_message.c.sender == sender, _message.c.identifier == identifier)
    return _with_airings(tx, tx.execute(query).mappings().all())


def live_messages(tx: Connection, at: datetime) -> list[Received]:
    """Return the alerts that may still stand at an instant, act on others, or are on air."""
    airing = select(_airing.c.message).where(_airing.c.ended_at.is_(None))
    query = select(_message).where(or_(_message.c.until > at, _message.c.id.in_(airing)))
    return _with_airings(tx, tx.execute(query.order_by(_message.c.created_at)).mappings().all())


def put_airing(tx: Connection, message: str, airing: Airing) -> None:
    """Remember what became of a warning."""
    values = {**asdict(airing), "broadcasts": list(airing.broadcasts)}
    statement = upsert(_airing).values(message=message, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["message", "number"], set_=values))


def _values(emergency: Emergency) -> dict[str, object]:
    return {
        **{name: getattr(emergency, name) for name in Emergency.__slots__},
        "mode": emergency.mode.value,
        "targets": list(emergency.targets),
        "said": asdict(emergency.said),
        "all_clear": asdict(emergency.all_clear),
        "broadcasts": list(emergency.broadcasts),
        "clear_broadcasts": list(emergency.clear_broadcasts),
    }


def _to_emergency(row: RowMapping) -> Emergency:
    lists = {name: tuple(row[name]) for name in ("targets", "broadcasts", "clear_broadcasts")}
    said = {name: Said(**row[name]) for name in ("said", "all_clear")}
    return Emergency(**{**row, **lists, **said, "mode": Mode(row["mode"])})


def _to_template(row: RowMapping) -> Template:
    state, draft = TemplateState(row["state"]), template_from(row["draft"])
    return Template(**{**row, "state": state, "draft": draft, "authors": tuple(row["authors"])})


def _to_source(row: RowMapping) -> Source:
    fields = {name: row[name] for name in Source.__slots__}
    return Source(**{**fields, "policy": Policy(row["policy"]), "areas": tuple(row["areas"])})


def _with_airings(tx: Connection, rows: Iterable[RowMapping]) -> list[Received]:
    found = {row["id"]: Received(**{**row, "status": Status(row["status"])}) for row in rows}
    query = select(_airing).where(_airing.c.message.in_(list(found))).order_by(_airing.c.number)
    for row in tx.execute(query).mappings():
        airing = Airing(row["number"], tuple(row["broadcasts"]), row["fault"], row["ended_at"])
        one = found[row["message"]]
        found[one.id] = replace(one, airings=(*one.airings, airing))
    return list(found.values())
