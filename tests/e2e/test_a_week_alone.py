"""Without a network a unit plays for as long as its lease lasts, and reports it afterwards.

The week is virtual; the broker, the database and the connections of its end are real.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
import tones
from district_of_five import speaker
from drafts import CHIEF
from waiting import auntil
from ward import VirtualGateway, VirtualHardware, configure, learn

from api.cli.wiring import free_ports
from controller.bootstrap import open_controller, prepare
from controller.model import Area, BroadcastDraft, ContentKind, RuleDraft
from controller.settings import Settings
from firmware_bridge.clock import SystemClock
from firmware_bridge.gateway import Gateway
from firmware_bridge.hardware import Hardware
from firmware_bridge.link.messages import EndReason
from simulator.clockwork import VirtualClock, run

pytestmark = pytest.mark.e2e

CLUSTERS = ["loa-1", "loa-2"]
MIDNIGHT = datetime(2026, 11, 24, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).astimezone(UTC)
TIMES = ("06:00", "06:01", "17:00")
LENGTH_S = 3
LEASE = timedelta(days=8)
CUT = timedelta(days=3, hours=17, seconds=1.5)
"""When the power fails, in the midst of a sound."""
BACK = timedelta(days=10, hours=12)
"""When the network is back: two days after the lease has ended."""


class LaterClock(SystemClock):
    """The machine's clock, set to when the network is back."""

    def __init__(self):
        super().__init__()
        self._by = MIDNIGHT + BACK - datetime.now(UTC)

    def now(self):
        at = datetime.now(UTC) + self._by
        return at.replace(microsecond=at.microsecond // 1000 * 1000)


class Unit:
    """One gateway's folder, and what was heard there."""

    def __init__(self, folder):
        port, mqtt_port = free_ports(2)
        self.office = Settings(
            folder / "quận", tenant="thu", port=port, mqtt_port=mqtt_port, lease=LEASE
        )
        self.folder = folder / "trạm"

    def enrol(self, services):
        """Add the loudspeakers, and what they shall say every day."""
        services.district.create_area(Area("quan", "Quận", None, "Asia/Ho_Chi_Minh", None))
        secrets = {
            name: services.district.enrol(speaker(name, "quan"), thin=False).secret
            for name in CLUSTERS
        }
        self.settings = configure(
            self.folder, services, secrets, port=self.office.port, mqtt_port=self.office.mqtt_port
        )
        clip = services.library.create_clip(
            "Hiệu lệnh", tones.as_wav(tones.tone(440, LENGTH_S, -20)), CHIEF
        )
        for time in TIMES:
            rule = RuleDraft(f"2026-11-24T{time}:00", rrule="FREQ=DAILY;COUNT=20")
            draft = BroadcastDraft(ContentKind.CLIP, clip.id, ("area:quan",), rule)
            services.broadcasts.create(draft, CHIEF)

    async def live_alone(self):
        """Take the plan, lose the network, lose the power once, outlive the lease."""
        clock, known = VirtualClock(MIDNIGHT), {}
        with prepare(self.office, clock) as services:
            self.enrol(services)
            gateway = VirtualGateway(self.settings, services, clock, VirtualHardware(clock, known))
            gateway.start()
            for plan in gateway.bring_plans():
                learn(known, services, plan)
            await clock.sleep_until(MIDNIGHT + CUT)
            await gateway.lose_power()
            first = gateway.hardware.ears
            await clock.sleep_until(MIDNIGHT + CUT + timedelta(minutes=1))
            gateway = VirtualGateway(self.settings, services, clock, VirtualHardware(clock, known))
            gateway.start()
            await clock.sleep_until(MIDNIGHT + BACK)
            await gateway.stop()
        self.spans = {
            name: first[name].spans + gateway.hardware.ears[name].spans for name in CLUSTERS
        }
        self.journals = {name: gateway.journal(name) for name in CLUSTERS}

    async def report(self):
        """Be connected again, and return what the controller holds once all is confirmed."""
        clock, stop = LaterClock(), asyncio.Event()
        hardware = Hardware()
        async with open_controller(self.office, clock) as controller, httpx.AsyncClient() as http:
            gateway = Gateway(self.settings, hardware, http, clock)
            running = asyncio.create_task(gateway.run(stop))
            journals = [station._reporter for station in gateway.stations]
            await auntil(
                lambda: not any(journal.pending() for journal in journals),
                timeout_s=60,
                why="all entries are confirmed",
            )
            stop.set()
            await running
            log, rest = await asyncio.to_thread(controller.field.asrun, None, None, None, None, 200)
        hardware.close()
        assert rest is None
        return {name: [one for one in log if one.device == name] for name in CLUSTERS}


def test_a_week_without_network_is_played_and_reported_once_and_in_order(tmp_path):
    unit = Unit(tmp_path)
    run(unit.live_alone())
    planned = [
        MIDNIGHT + timedelta(days=day, hours=int(time[:2]), minutes=int(time[3:]))
        for day in range(LEASE.days)
        for time in TIMES
    ]
    for name in CLUSTERS:
        spans, journal = unit.spans[name], unit.journals[name]
        assert [round(span.start_s, 3) for span in spans] == [
            (at - MIDNIGHT).total_seconds() for at in planned
        ]
        lengths_s = [round(span.end_s - span.start_s, 2) for span in spans]
        assert [one for one in lengths_s if one != LENGTH_S] == [1.5]
        assert [entry.planned_at for entry in journal] == planned
        assert [entry.started_at for entry in journal] == planned
        assert [entry.seq for entry in journal] == [*range(1, len(planned) + 1)]
        ends = [entry.end_reason for entry in journal]
        assert ends.index(EndReason.POWER_LOST) == lengths_s.index(1.5)
        assert ends.count(EndReason.FINISHED) == len(planned) - 1

    held = asyncio.run(unit.report())
    for name in CLUSTERS:
        assert [_facts(entry) for entry in held[name]] == [
            _facts(entry) for entry in unit.journals[name]
        ]


def _facts(entry):
    return entry.seq, entry.occurrence, entry.started_at, entry.ended_at, str(entry.end_reason)
