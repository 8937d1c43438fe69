"""Data use: what each device took of its SIM card in a month, and what it will take by what is
planned.

What was counted is true; the rest is an estimate, and rather too high than too low: each device is
taken for the only one of its gateway, for nobody here knows which share one.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final, Self

from controller import datause
from controller.areas import below, line_of, zone_of
from controller.audit import content_of, record
from controller.clock import Clock
from controller.datause import Cause, Kind, Traffic
from controller.errors import BadMonth, Forbidden, Invalid, NotFound
from controller.firmware import existing
from controller.meter import Meter
from controller.model import Area, Delivery, Device, Person
from controller.months import Month, day_of
from controller.outlook import HISTORY, Fetches, Need, Outlook, length_within, usual_day
from controller.planning import Planner, items_of
from controller.store import broadcasts, contents, places, plans, rollouts
from controller.store import datause as rows
from controller.store.broadcasts import Booking
from controller.store.store import Store, Tx
from firmware_bridge.link.messages import FirmwareStage
from playlists.schedule.almanac import Almanac
from playlists.schedule.plan import Asset

MONTHS_AHEAD: Final = 12
FIRST_YEAR: Final = 2_020
MB: Final = 1_000_000
"""As mobile networks count."""
MAX_ALLOWANCE_MB: Final = 1_000_000
MOST_FILES: Final = 10
"""Files that are told one by one, the largest first."""


@dataclass(frozen=True, slots=True)
class CauseUse:
    """What one cause took and will take."""

    cause: Cause
    used_bytes: int
    expected_bytes: int


@dataclass(frozen=True, slots=True)
class FileUse:
    """What one file took and will take on this device."""

    sha256: str
    kind: Kind
    used_bytes: int
    expected_bytes: int
    broadcasts: tuple[str, ...]
    """Which planned broadcasts need it."""

    @property
    def total_bytes(self) -> int:
        """Return both together."""
        return self.used_bytes + self.expected_bytes


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """One device in one month of its own calendar."""

    device: Device
    month: Month
    allowance_bytes: int | None
    """None = nobody said how much it may take."""
    causes: tuple[CauseUse, ...]
    files: tuple[FileUse, ...]

    @property
    def used_bytes(self) -> int:
        """Return what was used so far."""
        return sum(one.used_bytes for one in self.causes)

    @property
    def expected_bytes(self) -> int:
        """Return what is expected until the month ends."""
        return sum(one.expected_bytes for one in self.causes)

    @property
    def total_bytes(self) -> int:
        """Return both together."""
        return self.used_bytes + self.expected_bytes

    @property
    def share_pct(self) -> float | None:
        """Return how much of the allowance that is; None without one."""
        if self.allowance_bytes is None:
            return None
        return round(100 * self.total_bytes / self.allowance_bytes, 1)


class Usage:
    """Answers how much data devices use, and what they may use."""

    def __init__(
        self, lease: timedelta, store: Store, clock: Clock, meter: Meter, planner: Planner
    ) -> None:
        self._lease = lease
        self._planner = planner
        self._store = store
        self._clock = clock
        self._meter = meter

    def of(self, device: str, month: str | None) -> DeviceUse:
        """Return one device's use in a month like `2026-11`, by default the present one.

        Raises NotFound, BadMonth.
        """
        self._meter.flush()
        with self._store.read() as tx:
            found = places.devices(tx, [device])
            if not found:
                raise NotFound("device", device[:80])
            return self._read(tx, found, month)[0]

    def all(self, month: str | None, area: str | None) -> list[DeviceUse]:
        """Return the use of every device, or of those below an area, the biggest first.

        Raises NotFound, BadMonth.
        """
        self._meter.flush()
        with self._store.read() as tx:
            found = places.devices(tx)
            if area is not None:
                inside = below(area, places.areas(tx))
                if not inside:
                    raise NotFound("area", area[:80])
                found = [device for device in found if device.area in inside]
            uses = self._read(tx, found, month)
        return sorted(uses, key=lambda one: (-one.total_bytes, one.device.id))

    def allow(self, area: str, mb_per_month: int | None, person: Person) -> int | None:
        """Say how many megabytes each device of an area may take in a month; None = as the area
        above. Return what holds now. Raises NotFound, Forbidden, Invalid."""
        if not person.may_approve_alone:
            raise Forbidden("contracts are for administrators", action="change allowances")
        if mb_per_month is not None and not 0 < mb_per_month <= MAX_ALLOWANCE_MB:
            reason = f"1 to {MAX_ALLOWANCE_MB} MB"
            raise Invalid("no such allowance", field="mb_per_month", reason=reason)
        with self._store.write() as tx:
            areas = places.areas(tx)
            if all(one.id != area for one in areas):
                raise NotFound("area", area[:80])
            was, becomes = content_of(rows.allowances(tx).get(area)), content_of(mb_per_month)
            rows.set_allowance(tx, area, mb_per_month)
            now, thing = self._clock.now(), f"area:{area}"
            record(tx, now, person, "change-allowance", thing, before=was, after=becomes)
            return _allowance_mb(line_of(area, areas), rows.allowances(tx))

    def _read(self, tx: Tx, devices: Sequence[Device], text: str | None) -> list[DeviceUse]:
        now, areas, allowed = self._clock.now(), places.areas(tx), rows.allowances(tx)
        lines = {area: line_of(area, areas) for area in {device.area for device in devices}}
        months = {area: _month(text, zone_of(line), now) for area, line in lines.items()}
        orders = _orders(tx)
        first_days = rows.first_days(tx)
        calendar = _Calendar(now, self._lease, self._planner.almanac)
        uses = []
        for device in devices:
            month, mb = months[device.area], _allowance_mb(lines[device.area], allowed)
            reading = _Reading(tx, device, month, calendar)
            outlook = reading.outlook(orders.get(device.id, ()), first_days.get(device.id))
            fetches = outlook.files()
            uses.append(
                DeviceUse(
                    device=device,
                    month=month,
                    allowance_bytes=None if mb is None else mb * MB,
                    causes=tuple(_causes(reading.used(), outlook.expected(fetches))),
                    files=tuple(reading.files(fetches)),
                )
            )
        return uses


@dataclass(frozen=True)
class _Expanded:
    """When a broadcast is on a device: streams from when to when, and the needs of files."""

    streams: list[tuple[datetime, datetime]]
    needs: list[Need]

    @classmethod
    def of(cls, spans: list[tuple[datetime, datetime]], booking: Booking) -> Self:
        asset = booking.asset
        needs = [_need(file, *span) for file in asset.files for span in spans]
        return cls([] if asset.live is None else spans, needs)


@dataclass(frozen=True)
class _Calendar:
    """What is planned, from when it may tell of files that are held. Every broadcast is expanded
    once for all its devices."""

    now: datetime
    lease: timedelta
    almanac: Almanac
    _known: dict[tuple[str, str, Month], _Expanded] = field(default_factory=dict)

    @property
    def since(self) -> datetime:
        return Outlook.look_back(self.now, self.lease)

    def expanded(self, booking: Booking, month: Month) -> _Expanded:
        key = booking.broadcast.id, booking.asset.sha256, month
        if key not in self._known:
            before = month.end + self.lease
            found = items_of([booking], month.tz, self.almanac, self.since, before)
            self._known[key] = _Expanded.of([(item.start, item.end) for item in found], booking)
        return self._known[key]


@dataclass(frozen=True)
class _Reading:
    """What the store knows about one device in one month."""

    tx: Tx
    device: Device
    month: Month
    calendar: _Calendar

    @cached_property
    def _bookings(self) -> list[Booking]:
        return broadcasts.booked(self.tx, self.device.id, self.calendar.since)

    @cached_property
    def _fetched(self) -> dict[tuple[str, Kind], dict[date, Traffic]]:
        return rows.files(self.tx, self.device.id)

    def used(self) -> dict[Cause, int]:
        """Return what was used in the month, by cause."""
        month = self.month
        days = rows.by_day(self.tx, self.device.id, month.first_day, month.last_day)
        heard = rows.streamed(self.tx, self.device.id, month.start, month.end)
        live = datause.live_bytes(length_within(heard, month.start, month.end))
        return datause.by_cause(datause.summed(days.values())) | {Cause.LIVE: live}

    def outlook(self, firmware: Sequence[Need], first_day: date | None) -> Outlook:
        """Return what the rest of the month is estimated from."""
        tx, device, month = self.tx, self.device.id, self.month
        now, lease = self.calendar.now, self.calendar.lease
        plan, today = plans.current(tx, device), day_of(now, month.tz)
        history = rows.by_day(tx, device, today - HISTORY, today)
        planned = [self.calendar.expanded(one, month) for one in self._bookings]
        return Outlook(
            month=month,
            now=now,
            lease=lease,
            needs=[need for one in planned for need in one.needs] + self._idle(),
            streams=[span for one in planned for span in one.streams],
            firmware=firmware,
            planned_until=now if plan is None else plan.renew_at + lease / 2,
            complete=_has_everything(plans.delivery(tx, device)),
            fetched={
                file: {day: traffic.payload_bytes for day, traffic in days.items()}
                for (file, _), days in self._fetched.items()
            },
            usual=usual_day(history, first_day, today),
            plan_bytes=0 if plan is None else len(plan.envelope),
        )

    def files(self, expected: Fetches) -> list[FileUse]:
        """Return the files that take most, the largest first."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for booking in self._bookings:
            for file in booking.asset.files:
                wanted[file.sha256].add(booking.broadcast.id)
        used = {key: self._in_month(days) for key, days in self._fetched.items()}
        found = [
            FileUse(
                sha256=file,
                kind=kind,
                used_bytes=_on_the_wire(kind, used.get((file, kind))),
                expected_bytes=_on_the_wire(kind, expected.get((file, kind))),
                broadcasts=tuple(sorted(wanted[file])),
            )
            for file, kind in used.keys() | expected.keys()
        ]
        counting = [one for one in found if one.total_bytes]
        return sorted(counting, key=lambda one: (-one.total_bytes, one.sha256))[:MOST_FILES]

    def _idle(self) -> list[Need]:
        """Return what every plan of a board names: what it shows when nothing is on."""
        idle = places.idle_asset(self.tx, self.device.id)
        shown = None if idle is None else contents.asset(self.tx, idle)
        if shown is None:
            return []
        return [_need(shown, self.calendar.since, self.month.end + self.calendar.lease)]

    def _in_month(self, days: Mapping[date, Traffic]) -> Traffic:
        first, last = self.month.first_day, self.month.last_day
        inside = (traffic for day, traffic in days.items() if first <= day <= last)
        return sum(inside, Traffic())


def _need(file: Asset, start: datetime, end: datetime) -> Need:
    return Need(file.sha256, Kind(file.kind.value), file.size_bytes, start, end)


def _on_the_wire(kind: Kind, traffic: Traffic | None) -> int:
    return 0 if traffic is None else math.ceil(datause.wire_bytes(kind, traffic))


def _causes(used: Mapping[Cause, int], expected: Mapping[Cause, int]) -> Iterator[CauseUse]:
    for cause in Cause:
        yield CauseUse(cause, used[cause], expected[cause])


def _has_everything(delivery: Delivery) -> bool:
    """Say whether a device confirmed that every file of its newest plan is there."""
    return 0 < delivery.desired_version == delivery.confirmed_version


def _orders(tx: Tx) -> dict[str, list[Need]]:
    """Return, by device, the firmware of running rollouts that its gateway does not have yet."""
    orders: dict[str, list[Need]] = defaultdict(list)
    for rollout in rollouts.running(tx):
        firmware = existing(tx, rollout.firmware)
        for one in rollout.devices:
            if one.stage is None or one.stage == FirmwareStage.FETCHING:
                at = one.ordered_at or rollout.created_at
                need = Need(firmware.sha256, Kind.FIRMWARE, firmware.size_bytes, at, at)
                orders[one.device].append(need)
    return orders


def _month(text: str | None, tz: str, now: datetime) -> Month:
    """Return the month that is asked for in a zone, by default the present one; BadMonth."""
    present = Month.of(now, tz)
    if text is None:
        return present
    try:
        month = Month.read(text, tz)
    except ValueError as exc:
        raise _bad_month(text) from exc
    ahead = (month.year - present.year) * 12 + month.month - present.month
    if month.year < FIRST_YEAR or ahead > MONTHS_AHEAD:
        raise _bad_month(text)
    return month


def _bad_month(text: str) -> BadMonth:
    return BadMonth(
        f"{text[:40]!r} is no month", month=text[:40], first=FIRST_YEAR, ahead=MONTHS_AHEAD
    )


def _allowance_mb(line: Sequence[Area], allowed: Mapping[str, int]) -> int | None:
    """Return the nearest allowance of a line of areas."""
    return next((allowed[area.id] for area in line if area.id in allowed), None)
