"""What gateways report and what commands say: small JSON documents with named limits.

Each message is a frozen dataclass with `encode() -> bytes` and a `decode(data)` that raises
LinkWireError, and nothing else, for bytes of any origin.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self, TypeVar

from firmware_bridge.errors import LinkWireError
from playlists.errors import BadBytes
from playlists.schedule import instant

MAX_MESSAGE_BYTES: Final = 64 << 10
MAX_TEXT_CHARS: Final = 500
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

T = TypeVar("T")


class Stage(StrEnum):
    """How far a plan got on its device."""

    RECEIVED = "received"
    READY = "ready"
    """Assets are being fetched: `assets_ready` of `assets_total` are there."""
    ACTIVE = "active"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Ack:
    """One stage of one plan version on one device."""

    version: int
    """The plan's version; 0 when the refused bytes had none."""
    plan_sha256: str
    """Of the plan payload as received (the envelope's, when it could not be opened)."""
    stage: Stage
    at: datetime
    assets_ready: int = 0
    assets_total: int = 0
    reason: str | None = None
    """A RefusalReason when rejected; else why assets are missing, if any are."""
    detail: str = ""

    def encode(self) -> bytes:
        """Return the message's bytes."""
        return _dump(
            version=self.version,
            plan_sha256=self.plan_sha256,
            stage=self.stage.value,
            at=instant.to_text(self.at),
            assets_ready=self.assets_ready,
            assets_total=self.assets_total,
            reason=self.reason,
            detail=self.detail[:MAX_TEXT_CHARS],
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read an acknowledgement."""
        return _load("acknowledgement", data, cls._read)

    @classmethod
    def _read(cls, doc: Mapping[str, Any]) -> Self:
        return cls(
            version=_whole(doc["version"]),
            plan_sha256=_text(doc["plan_sha256"]),
            stage=Stage(doc["stage"]),
            at=instant.from_text(doc["at"]),
            assets_ready=_whole(doc["assets_ready"]),
            assets_total=_whole(doc["assets_total"]),
            reason=_text_or_none(doc["reason"]),
            detail=_text(doc["detail"]),
        )


class FirmwareStage(StrEnum):
    """How far a firmware order got on its device."""

    FETCHING = "fetching"
    """The file is on its way to the gateway; `detail` says what hinders it."""
    STAGED = "staged"
    """The file is on the gateway, whole and genuine."""
    WRITING = "writing"
    """`done` of `total` blocks are in the board, which goes on showing what it shows."""
    TRIAL = "trial"
    """The board was told to start it."""
    CONFIRMED = "confirmed"
    FAILED = "failed"
    """The board runs what it ran before; `reason` says why."""
    WITHDRAWN = "withdrawn"
    """Nothing is wanted any more, and the board runs what it ran before."""

    @property
    def is_final(self) -> bool:
        """Say whether nothing more comes of the order."""
        return self in {self.CONFIRMED, self.FAILED, self.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class FirmwareReport:
    """How far the newest firmware order got; travels in the state."""

    number: int
    """Of the order."""
    version: str
    """What was ordered; empty when nothing is wanted."""
    stage: FirmwareStage
    done: int = 0
    total: int = 0
    reason: str | None = None
    detail: str = ""

    def to_json(self) -> dict[str, object]:
        """Return it as it stands in a state."""
        return {
            "number": self.number,
            "version": self.version,
            "stage": self.stage.value,
            "done": self.done,
            "total": self.total,
            "reason": self.reason,
            "detail": self.detail[:MAX_TEXT_CHARS],
        }

    @classmethod
    def from_json(cls, doc: Mapping[str, Any]) -> Self:
        """Read it from a state; KeyError, TypeError or ValueError for anything else."""
        return cls(
            number=_whole(doc["number"]),
            version=_text(doc["version"]),
            stage=FirmwareStage(doc["stage"]),
            done=_whole(doc["done"]),
            total=_whole(doc["total"]),
            reason=_text_or_none(doc["reason"]),
            detail=_text(doc["detail"]),
        )


@dataclass(frozen=True, slots=True)
class State:
    """What a device shows or plays now. The will is a State with `online` false."""

    session: str
    """Random per connection: a late will of an older connection is told apart by it."""
    online: bool
    at: datetime | None
    """The gateway's own clock; None in a will."""
    plan_version: int = 0
    plan_sha256: str = ""
    broadcast: str | None = None
    """What is on; None = the safe content, or nothing."""
    occurrence: str | None = None
    asset: str | None = None
    """SHA-256 of the scene or sound on now, safe content included; None = dark or silent."""
    since: datetime | None = None
    """When the present content began: a scene's time runs from here."""
    until: datetime | None = None
    why: str = ""
    """One sentence from the arbiter."""
    fault: str = ""
    """What is wrong with the hardware, in one sentence; empty = nothing known."""
    firmware: FirmwareReport | None = None
    """How far the newest firmware order got; None = there was none, and it does not travel."""

    def encode(self) -> bytes:
        """Return the message's bytes."""
        more = {} if self.firmware is None else {"firmware": self.firmware.to_json()}
        return _dump(
            **more,
            session=self.session,
            online=self.online,
            at=_instant_text(self.at),
            plan_version=self.plan_version,
            plan_sha256=self.plan_sha256,
            broadcast=self.broadcast,
            occurrence=self.occurrence,
            asset=self.asset,
            since=_instant_text(self.since),
            until=_instant_text(self.until),
            why=self.why[:MAX_TEXT_CHARS],
            fault=self.fault[:MAX_TEXT_CHARS],
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a state."""
        return _load("state", data, cls._read)

    @classmethod
    def _read(cls, doc: Mapping[str, Any]) -> Self:
        firmware = doc.get("firmware")
        return cls(
            session=_text(doc["session"]),
            online=_flag(doc["online"]),
            at=_instant_or_none(doc["at"]),
            plan_version=_whole(doc["plan_version"]),
            plan_sha256=_text(doc["plan_sha256"]),
            broadcast=_text_or_none(doc["broadcast"]),
            occurrence=_text_or_none(doc["occurrence"]),
            asset=_text_or_none(doc["asset"]),
            since=_instant_or_none(doc["since"]),
            until=_instant_or_none(doc["until"]),
            why=_text(doc["why"]),
            fault=_text(doc["fault"]),
            firmware=None if firmware is None else FirmwareReport.from_json(firmware),
        )


class EndReason(StrEnum):
    """Why something stopped being shown or heard, or never started."""

    FINISHED = "finished"
    """It reached its end."""
    INTERRUPTED = "interrupted"
    """Something stronger took over."""
    CANCELLED = "cancelled"
    """A new plan no longer has it."""
    LEASE_ENDED = "lease_ended"
    FAULT = "fault"
    """The hardware failed."""
    STOPPED = "stopped"
    """The gateway was shut down."""
    POWER_LOST = "power_lost"
    """The gateway died; `ended_at` is the last instant it is known to have lived."""
    MISSED = "missed"
    """It never started: too late, or its file was not there. started_at is None."""
    OUT_OF_HOURS = "out_of_hours"
    """The area's hours forbid it: never started, or cut at the end of the allowed hours. The
    detail begins with the rule's name."""
    REFUSED = "refused"
    """The area's policy has no room for it: as many sessions, or as long a session, as the day
    may have. The detail begins with the rule's name."""


Where = tuple[float, float]
"""Latitude and longitude of a truck: WGS84 degrees, north and east positive."""
WHERE_DECIMALS: Final = 6
"""A tenth of a metre; no receiver knows it better."""


@dataclass(frozen=True, slots=True)
class AsRun:
    """One entry of the as-run log: idempotent on (device, seq)."""

    seq: int
    broadcast: str
    occurrence: str
    asset: str
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime
    end_reason: EndReason
    detail: str = ""
    started_where: Where | None = None
    """Where a truck was then; None = nobody knew, or it never moves."""
    ended_where: Where | None = None

    def encode(self) -> bytes:
        """Return the message's bytes."""
        return _dump(
            **_where_told("started", self.started_where),
            **_where_told("ended", self.ended_where),
            seq=self.seq,
            broadcast=self.broadcast,
            occurrence=self.occurrence,
            asset=self.asset,
            planned_at=instant.to_text(self.planned_at),
            started_at=_instant_text(self.started_at),
            ended_at=instant.to_text(self.ended_at),
            end_reason=self.end_reason.value,
            detail=self.detail[:MAX_TEXT_CHARS],
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read an as-run entry."""
        return _load("as-run entry", data, cls._read)

    @classmethod
    def _read(cls, doc: Mapping[str, Any]) -> Self:
        return cls(
            seq=_whole(doc["seq"]),
            broadcast=_text(doc["broadcast"]),
            occurrence=_text(doc["occurrence"]),
            asset=_text(doc["asset"]),
            planned_at=instant.from_text(doc["planned_at"]),
            started_at=_instant_or_none(doc["started_at"]),
            ended_at=instant.from_text(doc["ended_at"]),
            end_reason=EndReason(doc["end_reason"]),
            detail=_text(doc["detail"]),
            started_where=_where_or_none("started", doc),
            ended_where=_where_or_none("ended", doc),
        )


@dataclass(frozen=True, slots=True)
class AsRunStored:
    """Command: the controller holds every as-run entry up to `seq`; the gateway may forget them.

    Signed like every command, and bound to its device and a time: a stranger on the broker must
    not be able to make a gateway throw its proof away.
    """

    tenant: str
    device: str
    seq: int
    not_after: datetime

    def encode(self) -> bytes:
        """Return the payload for the envelope."""
        return _dump(
            kind="asrun_stored",
            tenant=self.tenant,
            device=self.device,
            seq=self.seq,
            not_after=instant.to_text(self.not_after),
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read the payload of an opened envelope."""
        return _load("command", data, cls._read)

    @classmethod
    def _read(cls, doc: Mapping[str, Any]) -> Self:
        if doc["kind"] != "asrun_stored":
            raise LinkWireError("command", f"unknown kind {doc['kind']!r}"[:80])
        return cls(
            tenant=_text(doc["tenant"]),
            device=_text(doc["device"]),
            seq=_whole(doc["seq"]),
            not_after=instant.from_text(doc["not_after"]),
        )


@dataclass(frozen=True, slots=True)
class FirmwareOrder:
    """Which firmware a board shall run: state, so it is retained.

    Bound to its device and numbered: a gateway follows no order below one it ever held. The order
    cannot make a board run anything that the keys of the firmware's makers did not sign.
    """

    tenant: str
    device: str
    number: int
    """Grows for ever, per device."""
    version: str
    """For people; the file says for itself."""
    sha256: str | None
    """Of the file, manifest included, in hex; None = nothing is wanted."""
    size_bytes: int

    def encode(self) -> bytes:
        """Return the payload for the envelope."""
        return _dump(
            tenant=self.tenant,
            device=self.device,
            number=self.number,
            version=self.version,
            sha256=self.sha256,
            size_bytes=self.size_bytes,
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read the payload of an opened envelope."""
        return _load("firmware order", data, cls._read)

    @classmethod
    def _read(cls, doc: Mapping[str, Any]) -> Self:
        sha256 = _text_or_none(doc["sha256"])
        if sha256 is not None and _SHA256.fullmatch(sha256) is None:
            raise ValueError("not a SHA-256")
        return cls(
            tenant=_text(doc["tenant"]),
            device=_text(doc["device"]),
            number=_whole(doc["number"]),
            version=_text(doc["version"]),
            sha256=sha256,
            size_bytes=_whole(doc["size_bytes"]),
        )


def _dump(**fields: object) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _load(what: str, data: bytes, read: Callable[[Mapping[str, Any]], T]) -> T:
    if len(data) > MAX_MESSAGE_BYTES:
        raise LinkWireError(what, f"{len(data)} bytes")
    try:
        return read(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadBytes) as exc:
        raise LinkWireError(what, f"{type(exc).__name__}: {exc}"[:200]) from exc


def _where_told(when: str, where: Where | None) -> dict[str, float]:
    """Spell a place; nothing for what has none, as it was before there were trucks."""
    if where is None:
        return {}
    lat_deg, lon_deg = (round(angle, WHERE_DECIMALS) for angle in where)
    return {f"{when}_lat": lat_deg, f"{when}_lon": lon_deg}


def _where_or_none(when: str, doc: Mapping[str, Any]) -> Where | None:
    lat_deg, lon_deg = doc.get(f"{when}_lat"), doc.get(f"{when}_lon")
    if lat_deg is None and lon_deg is None:
        return None
    return _angle(lat_deg, 90), _angle(lon_deg, 180)


def _angle(value: object, limit_deg: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"not an angle: {value!r}"[:80])
    if not abs(value) <= limit_deg:
        raise ValueError(f"not an angle up to {limit_deg}: {value}"[:80])
    return float(value)


def _instant_text(at: datetime | None) -> str | None:
    return None if at is None else instant.to_text(at)


def _instant_or_none(value: object) -> datetime | None:
    return None if value is None else instant.from_text(_text(value))


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS:
        raise TypeError("a text is missing or too long")
    value.encode()  # a lone surrogate cannot be stored or sent on: ValueError
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise TypeError(f"not a whole number: {value!r}"[:80])
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"not true or false: {value!r}"[:80])
    return value
