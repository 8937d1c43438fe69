"""A day of a ward in virtual time: every planned second of every loudspeaker is accounted for.

Real: the controller on its database, the renderer, signatures, the gateway's stations, journals and
players, the codec. Virtual: time, the trucks' way, and the air, in which an ear knows every sound.
"""

import resource
import time
from collections import Counter, defaultdict
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import numpy as np
import parts
import pytest
import tones
from drafts import CHIEF, CLERK
from truck_stage import box, drive
from ward import Drive, VirtualGateway, VirtualHardware, configure, learn

from controller.bootstrap import prepare
from controller.model import (
    AnnouncementPartDraft,
    Area,
    BroadcastDraft,
    ContentKind,
    Device,
    DeviceKind,
    PlaylistDraft,
    PlaylistItem,
    RuleDraft,
    TruckZone,
)
from controller.settings import Settings
from firmware_bridge.link.messages import EndReason
from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.audio.speech import espeak
from playlists.schedule.plan import BroadcastClass
from playlists.schedule.presets import preset
from playlists.schedule.refusals import OutOfHours, TooManySessions
from playlists.schedule.windows import Place as Near
from simulator.clockwork import VirtualClock, run
from simulator.speakers.listener import UNKNOWN, levels_dbfs

pytestmark = pytest.mark.e2e

NORMAL, PRIORITY, EMERGENCY = BroadcastClass
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PRESET = "ha-noi-ngoai-thanh"
WARD = "xa-van-ha"
CLUSTERS = [f"loa-{number}" for number in range(1, 15)]
QUIET = CLUSTERS[0]
"""It stands near a clinic, where it is 6 dB quieter from 06:01 on."""
TRUCKS = ["xe-1", "xe-2"]
ROUNDS = range(0, 30, 5)
"""Minutes of a session at which its round begins: the news, and three times the notice."""
CUT_S = 0.05
"""What a fade, or the block of a real output, may move an end."""


def wall(hour, minute=0, second=0):
    """An instant of the day: a Wednesday."""
    return datetime(2026, 11, 25, hour, minute, second, tzinfo=ZONE).astimezone(UTC)


def local(hour, minute=0, second=0):
    return f"2026-11-25T{hour:02}:{minute:02}:{second:02}"


class Ward:
    """A ward's office: what it has, and what it asks for."""

    def __init__(self, services):
        self.services = services
        self.secrets = {}
        for area in (
            Area("ha-noi", "Hà Nội", None, "Asia/Ho_Chi_Minh", None),
            Area(WARD, "Xã Vân Hà", "ha-noi", None, PRESET),
            *(Area(f"thon-{one}", f"Thôn {one}", WARD, None, None) for one in range(1, 5)),
        ):
            services.district.create_area(area)
        for number, name in enumerate(CLUSTERS):
            self._enrol(name, f"thon-{number % 4 + 1}", mobile=False)
        for name in TRUCKS:
            self._enrol(name, WARD, mobile=True)
        services.district.create_group("cum-loa", "Cụm loa cố định", CLUSTERS)
        services.hours.stand_near(QUIET, [Near.HOSPITAL], CHIEF)
        cap = {"start": "06:01", "end": "07:00", "cap_db": -6, "place": "hospital"}
        services.hours.change(WARD, {"preset": PRESET, "caps": [cap]}, CHIEF)
        for zone in (box("cho", 300, -60, 420, 60), box("truong", 1000, -60, 1120, 60, cap_db=-9)):
            entry = TruckZone(zone.id, zone, services.clock.now(), CHIEF.name)
            services.zones.create(entry, CHIEF)

    def _enrol(self, name, area, *, mobile):
        device = Device(name, name, DeviceKind.SPEAKER, area, None, None, None, "", mobile=mobile)
        self.secrets[name] = self.services.district.enrol(device, thin=False).secret

    def clip(self, name, samples):
        return self.services.library.create_clip(name, tones.as_wav(samples), CHIEF).id

    def playlist(self, name, chime, *items):
        entries = tuple(PlaylistItem(*item) for item in items)
        draft = PlaylistDraft(name, entries, gap_s=1.0, chime=chime)
        return self.services.library.create_playlist(draft, CHIEF).id

    def ask(self, kind, content, *targets, person=CHIEF, **more):
        times = {name: more.pop(name) for name in ("start", "end", "rrule") if name in more}
        draft = BroadcastDraft(kind, content, targets, RuleDraft(**times), **more)
        return self.services.broadcasts.create(draft, person)

    def write_contents(self):
        voices = [np.tile(tones.voice(5, -20, seed=seed), 4) for seed in range(3)]
        self.speech = self.clip("Lời đọc", voices[0])
        self.notice = self.clip("Thông báo", np.tile(voices[1], 3))
        self.priority = self.clip("Tin ưu tiên", voices[2])
        spoken = AnnouncementPartDraft("Mời bà con nhân dân ra nhà văn hóa họp tổ dân phố")
        said = self.services.announcements.create([spoken], name=None, gap_s=0.5, person=CHIEF).id
        self.news = self.playlist(
            "Bản tin",
            "gong",
            (self.speech, ContentKind.CLIP, 2),
            (said, ContentKind.ANNOUNCEMENT, 4),
        )
        self.alarm = self.playlist("Báo động", "alarm", (said, ContentKind.ANNOUNCEMENT, 2))

    def plan_the_day(self):
        """The two sessions, what interrupts one, what trucks say, and what will be cancelled."""

        def session(content, kind, first_s):
            minutes = ",".join(str(minute + first_s // 60) for minute in ROUNDS)
            rrule = f"FREQ=DAILY;BYHOUR=6,17;BYMINUTE={minutes};COUNT={2 * len(ROUNDS)}"
            start = local(6, *divmod(first_s, 60))
            return self.ask(kind, content, "group:cum-loa", start=start, rrule=rrule)

        session(self.news, ContentKind.PLAYLIST, 0)
        for first_s in (80, 145, 210):
            session(self.notice, ContentKind.CLIP, first_s)
        self.ask(
            ContentKind.CLIP, self.priority, "group:cum-loa",
            start=local(6, 20, 30), broadcast_class=PRIORITY,
        )  # fmt: skip
        self.ask(
            ContentKind.CLIP, self.speech, "zone:cho", "zone:truong",
            start=local(6), end=local(7, 15),
        )  # fmt: skip
        self.cancelled = self.ask(
            ContentKind.CLIP, self.speech, "group:cum-loa", start=local(17, 9, 30)
        )
        self.broken_off = self.ask(
            ContentKind.CLIP, self.priority, "group:cum-loa", start=local(17, 14, 30)
        )
        self.awaited = self.ask(
            ContentKind.CLIP, self.speech, "group:cum-loa", start=local(6, 9, 30), person=CLERK
        )


class Day:
    """What was planned, what the journals say, and what was heard."""

    def __init__(self, folder):
        self.folder = folder
        self.planned = defaultdict(dict)
        """Items by device and occurrence, of every plan that was brought."""
        self.known = {}
        """Samples by asset."""
        self.journals, self.ears = {}, {}

    async def live(self):
        """From midnight to midnight."""
        self.clock = VirtualClock(wall(0))
        with prepare(Settings(data_dir=self.folder / "xã", tenant="thu"), self.clock) as services:
            self.ward = Ward(services)
            self.ward.write_contents()
            self.ward.plan_the_day()
            self.cpu_s, self.real_s = -cpu_s(), -time.perf_counter()
            self.gateways = [*self._gateways()]
            for gateway in self.gateways:
                gateway.start()
            self._bring_plans()
            await self._changes()
            await self.clock.sleep_until(wall(0) + timedelta(days=1))
            for gateway in self.gateways:
                await gateway.stop()
                self.journals |= {name: gateway.journal(name) for name in gateway.stations}
                self.ears |= gateway.hardware.ears
            self.cpu_s += cpu_s()
            self.real_s += time.perf_counter()

    def _gateways(self):
        way = [(east_m, 0, 30, 0) for east_m in (-300, 1_500)]
        truck = drive(*way, *way, *way, way[0])
        drives = {"xe-1": Drive(truck, wall(6)), "xe-2": Drive(truck, wall(6, 30))}
        services = self.ward.services
        for number, names in enumerate((CLUSTERS[:7], CLUSTERS[7:], TRUCKS[:1], TRUCKS[1:])):
            secrets = {name: self.ward.secrets[name] for name in names}
            mine = {name: drives[name] for name in names if name in drives}
            hardware = VirtualHardware(self.clock, self.known, mine)
            settings = configure(self.folder / f"gateway-{number}", services, secrets)
            yield VirtualGateway(settings, services, self.clock, hardware)

    async def _changes(self):
        """What the office does while its loudspeakers play."""
        ward, broadcasts = self.ward, self.ward.services.broadcasts
        await self.clock.sleep_until(wall(2, 13))
        ward.ask(ContentKind.PLAYLIST, ward.alarm, f"area:{WARD}", broadcast_class=EMERGENCY)
        self._bring_plans()
        await self.clock.sleep_until(wall(6, 10, 10))
        broadcasts.approve(ward.awaited.id, CHIEF)
        self._bring_plans()
        await self.clock.sleep_until(wall(12))
        broadcasts.cancel(ward.cancelled.id, CHIEF)
        self._bring_plans()
        for error, start, rule in (
            (OutOfHours, local(13), "window"),
            (TooManySessions, local(18, 20), "sessions-per-day"),
        ):
            with pytest.raises(error) as refused:
                ward.ask(ContentKind.CLIP, ward.notice, "group:cum-loa", start=start)
            assert refused.value.facts["rule"] == rule
        await self.clock.sleep_until(wall(17, 14, 35))
        broadcasts.cancel(ward.broken_off.id, CHIEF)
        self._bring_plans()

    def _bring_plans(self):
        for gateway in self.gateways:
            for plan in gateway.bring_plans():
                self.planned[plan.device] |= {item.occurrence: item for item in plan.items}
                learn(self.known, self.ward.services, plan)


def cpu_s():
    """Seconds of processor time, of this process and of those it has started."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def second(at):
    return (at - wall(0)).total_seconds()


def spoken_s(entry, spans):
    """For how long the ear heard the sound of an entry while that says that it was on."""
    if entry.started_at is None:
        return 0.0
    begin_s, end_s = second(entry.started_at), second(entry.ended_at)
    return sum(
        max(min(span.end_s, end_s) - max(span.start_s, begin_s), 0.0)
        for span in spans
        if span.sound == entry.asset
    )


def accounts(planned, journal, spans, *, withdrawn):
    """Return (seconds planned, seconds heard, seconds not heard by reason); nothing is missing.

    What trucks say is planned anew by every pass.
    """
    by_name = defaultdict(list)
    for entry in journal:
        by_name[entry.occurrence].append(entry)
    items = {name: planned[name.split("/")[0]] for name in by_name}
    items |= {name: item for name, item in planned.items() if not item.zones}
    due_s, heard_s, unheard_s = 0.0, 0.0, Counter()
    for name, item in items.items():
        entries = by_name[name]
        if item.broadcast == withdrawn:
            assert not entries
            continue
        assert entries, f"nothing is known of {name}"
        length_s = item.asset.duration_ms / 1000
        each_s = [spoken_s(entry, spans) for entry in entries]
        for entry, one_s in zip(entries, each_s, strict=True):
            logged_s = second(entry.ended_at) - second(entry.started_at or entry.ended_at)
            assert one_s == pytest.approx(logged_s, abs=CUT_S)
        missing_s = length_s - sum(each_s)
        if entries[-1].end_reason is EndReason.FINISHED:
            assert missing_s == pytest.approx(0, abs=CUT_S)
        else:
            assert missing_s > 0
            unheard_s[entries[-1].end_reason.value] += missing_s
        due_s, heard_s = due_s + length_s, heard_s + sum(each_s)
    assert heard_s == pytest.approx(sum(span.end_s - span.start_s for span in spans), abs=CUT_S)
    return due_s, heard_s, unheard_s


@pytest.fixture(scope="module")
def day():
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")
    shm = Path("/dev/shm")  # a day's journals are some 8,000 syncs of a disk
    with TemporaryDirectory(dir=shm if shm.is_dir() else None) as folder:
        lived = Day(Path(folder))
        run(lived.live())
    return lived


def test_every_planned_second_is_heard_or_accounted_for(day):
    due_s, heard_s, unheard_s = 0.0, 0.0, Counter()
    for name in [*CLUSTERS, *TRUCKS]:
        spans = day.ears[name].spans
        told = accounts(
            day.planned[name], day.journals[name], spans, withdrawn=day.ward.cancelled.id
        )
        due_s, heard_s, unheard_s = due_s + told[0], heard_s + told[1], unheard_s + told[2]
        assert UNKNOWN not in {span.sound for span in spans}
    assert due_s == pytest.approx(heard_s + unheard_s.total(), abs=1)
    assert unheard_s.keys() == {"missed", "cancelled", "refused"}
    assert heard_s > len(CLUSTERS) * 2 * len(ROUNDS) * 240
    print(  # noqa: T201 -- the figures this is about
        f"\n{due_s / 3600:.2f} h planned on {len(day.ears)} loudspeakers = {heard_s / 3600:.2f} h "
        f"heard + { ({why: round(lost_s) for why, lost_s in unheard_s.items()}) } s not heard; "
        f"24 h in {day.real_s:.1f} s ({day.cpu_s:.1f} s of processor time), "
        f"{86_400 / day.real_s:.0f} times as fast, {heard_s / day.cpu_s:.0f} s of sound a second"
    )


@pytest.mark.parametrize("wrong", ["a sound unheard", "a second unheard", "a sound too much"])
def test_wrong_accounts_do_not_balance(day, wrong):
    name = CLUSTERS[3]
    spans = [copy(span) for span in day.ears[name].spans]
    if wrong == "a sound unheard":
        del spans[5]
    elif wrong == "a second unheard":
        spans[5].count -= SAMPLE_RATE_HZ
    else:
        spans.append(spans[5])
    with pytest.raises(AssertionError):
        accounts(day.planned[name], day.journals[name], spans, withdrawn=day.ward.cancelled.id)


def test_nothing_but_the_emergency_is_heard_outside_the_hours(day):
    policy = preset(PRESET, "Asia/Ho_Chi_Minh")
    for name in [*CLUSTERS, *TRUCKS]:
        outside = [
            span
            for span in day.ears[name].spans
            if not policy.allows_all(*(wall(0) + timedelta(seconds=at_s) for at_s in _ends(span)))
        ]
        (alarm,) = outside
        assert alarm.start_s == pytest.approx(second(wall(2, 13)), abs=1)
        (item,) = {item.asset.sha256 for item in day.planned[name].values() if _is_urgent(item)}
        assert alarm.sound == item


def _ends(span):
    return span.start_s, span.end_s


def _is_urgent(item):
    return item.broadcast_class is EMERGENCY


def test_nothing_is_louder_than_rendered_and_the_cap_holds_to_the_sample(day):
    rendered = {}
    for name in [*CLUSTERS, *TRUCKS]:
        for span in day.ears[name].spans:
            stretch = span.sound, span.first, span.count
            if stretch not in rendered:
                rendered[stretch] = levels_dbfs(day.known[span.sound][span.first :][: span.count])
            gains_db = [
                heard - meant
                for heard, meant in zip(span.levels_dbfs, rendered[stretch], strict=True)
            ]
            assert max(gains_db) < 0.1
            if name in CLUSTERS:
                capped = name == QUIET and second(wall(6, 1)) <= span.end_s <= second(wall(7))
                for number, gain_db in enumerate(gains_db[:-1]):
                    is_quiet = capped and span.start_s + number + 0.5 > second(wall(6, 1))
                    assert gain_db == pytest.approx(-6 if is_quiet else 0, abs=0.3)


def test_what_is_interrupted_goes_on_at_its_sample(day):
    for name in CLUSTERS:
        at = [span for span in day.ears[name].spans if wall(6, 20) <= _at(span) < wall(6, 23)]
        before, urgent, after = at[:3]
        assert (before.start_s, before.first) == (second(wall(6, 20)), 0)
        assert urgent.start_s - second(wall(6, 20, 30)) == pytest.approx(0, abs=CUT_S)
        assert after.sound == before.sound
        assert after.first == 30 * SAMPLE_RATE_HZ
        assert after.start_s == pytest.approx(urgent.end_s, abs=CUT_S)


def _at(span):
    return wall(0) + timedelta(seconds=span.start_s)


def test_late_and_cancelled_ones_are_told_apart(day):
    for name in CLUSTERS:
        told = defaultdict(list)
        for entry in day.journals[name]:
            told[entry.broadcast].append(entry)
        (awaited,) = told[day.ward.awaited.id]
        assert (awaited.started_at, awaited.end_reason) == (None, EndReason.MISSED)
        assert day.ward.cancelled.id not in told
        (broken_off,) = told[day.ward.broken_off.id]
        assert broken_off.end_reason is EndReason.CANCELLED
        assert spoken_s(broken_off, day.ears[name].spans) == pytest.approx(10, abs=CUT_S)


def test_each_truck_speaks_once_a_pass_and_no_third_session_is_heard_at_the_school(day):
    for name in TRUCKS:
        passes = [entry for entry in day.journals[name] if "/" in entry.occurrence]
        told = Counter((one.occurrence.split("/")[1], one.end_reason.value) for one in passes)
        assert told == {("cho", "finished"): 6, ("truong", "finished"): 4, ("truong", "refused"): 2}
        refused = [one.detail for one in passes if one.end_reason is EndReason.REFUSED]
        assert all(detail.startswith("sessions-per-day") for detail in refused)
        assert len({entry.occurrence for entry in passes}) == len(passes)
