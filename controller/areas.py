"""The tree of areas: what a node inherits, and what lies below it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from controller.model import Area, Device
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.presets import preset

DEFAULT_TZ: Final = "Asia/Ho_Chi_Minh"
TWO: Final = 2
"""Persons: one who writes, another who approves."""


def line_of(name: str, areas: Iterable[Area]) -> list[Area]:
    """Return an area and its ancestors, nearest first."""
    return line_in(name, {area.id: area for area in areas})


def line_in(name: str, by_id: Mapping[str, Area]) -> list[Area]:
    """Return the same, for those who ask for many areas."""
    line: list[Area] = []
    at: str | None = name
    while at is not None and by_id[at] not in line:
        line.append(by_id[at])
        at = by_id[at].parent
    return line


def zone_of(line: Iterable[Area]) -> str:
    """Return the nearest time zone of a line of areas."""
    return next((area.tz for area in line if area.tz is not None), DEFAULT_TZ)


def hours_of(line: Sequence[Area]) -> HoursPolicy | None:
    """Return the nearest hours policy of a line of areas, in the nearest zone."""
    for area in line:
        if area.hours is not None:
            return replace(area.hours, tz=zone_of(line))
        if area.hours_preset is not None:
            return preset(area.hours_preset, zone_of(line))
    return None


def two_persons(line: Iterable[Area]) -> str | None:
    """Return the nearest area of a line that says how many persons a broadcast takes, if it asks
    for two."""
    nearest = next((area for area in line if area.approvals is not None), None)
    return nearest.id if nearest is not None and nearest.approvals == TWO else None


def hours_near(device: Device, line: Sequence[Area]) -> HoursPolicy | None:
    """Return the hours of a device in a line of areas, with the volume caps that concern it."""
    hours = hours_of(line)
    return None if hours is None else hours.near(device.near)


def below(name: str, areas: Sequence[Area]) -> set[str]:
    """Return an area and everything under it; nothing when it does not exist."""
    inside = {area.id for area in areas if area.id == name}
    while more := {area.id for area in areas if area.parent in inside and area.id not in inside}:
        inside |= more
    return inside
