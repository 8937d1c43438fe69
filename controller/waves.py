"""Waves: who is updated when, and when a rollout stops by itself. Pure: facts in, next step out.

A rollout that goes wrong must go wrong on few boards. The next wave begins only when every device
of the one before has come to its end, and none begins once the share of failures among all
devices that were ordered reaches the limit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from firmware_bridge.link.messages import FirmwareStage


@dataclass(frozen=True, slots=True)
class Member:
    """One device of a rollout."""

    device: str
    wave: int
    stage: FirmwareStage | None = None
    """None = it was not heard of since it was ordered, or is not ordered yet."""
    ordered_at: datetime | None = None
    """None = its wave has not begun."""

    @property
    def is_open(self) -> bool:
        """Say whether it was ordered and has not come to its end."""
        return self.ordered_at is not None and (self.stage is None or not self.stage.is_final)

    @property
    def has_failed(self) -> bool:
        """Say whether it came to an end that was not the wanted one."""
        return self.stage in {FirmwareStage.FAILED, FirmwareStage.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Begin:
    """Order the firmware for these devices."""

    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be done before something is heard, or this instant."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Halt:
    """Too many have failed: begin no other wave, withdraw what is open."""

    failed: int
    ordered: int


@dataclass(frozen=True, slots=True)
class Finish:
    """Every device has come to its end."""


Step = Begin | Wait | Halt | Finish


def cut(devices: Sequence[str], sizes: Iterable[int | float]) -> list[tuple[str, ...]]:
    """Cut devices into waves: a whole number is a count, a fraction below 1 a share of all.

    Each wave has at least one device; what is left over is the last wave.
    """
    waves, at = [], 0
    for size in sizes:
        count = max(1, round(size * len(devices))) if size < 1 else int(size)
        if wave := tuple(devices[at : at + count]):
            waves.append(wave)
        at += count
    if rest := tuple(devices[at:]):
        waves.append(rest)
    return waves


def late(members: Iterable[Member], patience: timedelta, now: datetime) -> list[str]:
    """Return the devices that have had time enough and have not come to an end."""
    return [
        one.device
        for one in members
        if one.is_open and one.ordered_at is not None and now - one.ordered_at >= patience
    ]


def decide(members: Sequence[Member], share_pct: int, patience: timedelta) -> Step:
    """Say what is to be done next with a rollout that runs.

    Devices that are late are none of its business: call them failed before asking.
    """
    ordered = [one for one in members if one.ordered_at is not None]
    failed = [one for one in ordered if one.has_failed]
    if failed and len(failed) * 100 >= share_pct * len(ordered):
        return Halt(len(failed), len(ordered))
    ends = [one.ordered_at + patience for one in ordered if one.ordered_at and one.is_open]
    if ends:
        return Wait(min(ends))
    waiting = [one for one in members if one.ordered_at is None]
    if not waiting:
        return Finish()
    wave = min(one.wave for one in waiting)
    return Begin(tuple(one.device for one in waiting if one.wave == wave))
