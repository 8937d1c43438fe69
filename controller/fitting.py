"""Firmware and its rollouts, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Firmware:
    """An uploaded firmware file. Who signed it is judged by gateways and boards, not here."""

    id: str
    version: str
    hardware: str
    key_id: str
    """Which key signed it, in hex."""
    sha256: str
    """Of the whole file."""
    size_bytes: int
    created_at: datetime
    created_by: str


class RolloutState(StrEnum):
    """The life of a rollout."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    """Somebody stopped it."""
    HALTED = "halted"
    """It stopped by itself: too many devices failed."""


@dataclass(frozen=True, slots=True)
class RolloutDraft:
    """What an administrator asks for."""

    firmware: str
    targets: tuple[str, ...]
    waves: tuple[float, ...] = (1, 0.1)
    """Sizes: whole numbers are counts, fractions below 1 shares; the rest is the last wave."""
    share_pct: int = 10
    """It stops by itself when so many percent of the devices ordered so far have failed."""
    patience_s: int = 86_400
    """A device that comes to no end for so long counts as failed."""


@dataclass(frozen=True, slots=True)
class RolloutDevice:
    """How far one device of a rollout got."""

    device: str
    wave: int
    """From 0."""
    number: int | None
    """Of the order it was given; None = its wave has not begun."""
    ordered_at: datetime | None
    stage: str | None
    """A FirmwareStage; None = not ordered, or not heard of since."""
    done: int
    total: int
    reason: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Rollout:
    """A rollout as remembered."""

    id: str
    firmware: str
    share_pct: int
    patience_s: int
    state: RolloutState
    reason: str
    """Why it halted; empty otherwise."""
    created_at: datetime
    created_by: str
    stopped_by: str | None
    devices: tuple[RolloutDevice, ...]
