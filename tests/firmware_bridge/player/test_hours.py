"""The hours policy on the unit, in virtual time: what is refused, why, what a restart or a clock
that jumps cannot change, and how loud."""

import asyncio
import functools
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

import numpy as np
import pytest
from air import no_air
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plans import asset, at, item, plan
from turned_clock import TurnedClock

from firmware_bridge.aired import MAX_KEPT
from firmware_bridge.link.messages import EndReason
from firmware_bridge.player.hours import GRACE, refused
from firmware_bridge.player.level import capped
from firmware_bridge.player.outlet import Outlet
from firmware_bridge.player.speaker import SpeakerPlayer
from firmware_bridge.reporter import Reporter
from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.schedule.plan import AssetKind, BroadcastClass, OnInterrupt
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.presets import preset
from playlists.schedule.sessions import Airing
from playlists.schedule.windows import VolumeCap, Window

NORMAL, PRIORITY, EMERGENCY = BroadcastClass
HANOI = "Asia/Ho_Chi_Minh"
WEEK = frozenset(range(7))
ALWAYS = Window(WEEK, time(0), time(0))
MINUTE, HOUR, DAY = 60, 3_600, 86_400
LEVEL = 8_000
NIGHT = -9 * HOUR + 15 * MINUTE  # 03:15, for second 0 is noon


class InlineHand:
    async def do(self, work: Callable):
        await asyncio.sleep(0)
        return work()


class Ear:
    """An output that remembers from when to when sound was heard, and how loud at most."""

    latency_ms = 0
    ahead_s = 0.0

    def __init__(self, clock):
        self._clock = clock
        self.spans = []
        self.loudest = []

    def open(self):
        pass

    def write(self, block):
        began = self._clock.now()
        self._clock.turn(timedelta(seconds=len(block) / SAMPLE_RATE_HZ))
        if block.any():
            self.loudest.append(int(np.abs(block).max()))
            if self.spans and began - self.spans[-1][1] < timedelta(seconds=0.1):
                self.spans[-1] = (self.spans[-1][0], self._clock.now())
            else:
                self.spans.append((began, self._clock.now()))

    def drain(self):
        pass

    def close(self):
        pass


class Unit:
    """A loudspeaker with its journal on disk."""

    def __init__(self, folder, second=0, policy=None):
        self.clock = TurnedClock(at(second))
        self.ear = Ear(self.clock)
        self.policy = policy
        self.reporter = Reporter(folder / "asrun.log")
        self.player = SpeakerPlayer(
            name="thử",
            outlet=Outlet(self.ear, InlineHand(), self.clock),
            clock=self.clock,
            reporter=self.reporter,
            has=lambda _asset: True,
            decode=decode,
            decoder=InlineHand(),
            tune=no_air,
            report=lambda _on_air: None,
        )

    async def __aenter__(self):
        self._task = asyncio.create_task(self.player.run())
        return self

    async def __aexit__(self, *_exc):
        self.player.stop()
        await self._task

    def follow(self, *items, version=1, days=7):
        leased = {"not_before": -DAY, "not_after": days * DAY}
        self.player.follow(plan(*items, version=version, hours=self.policy, **leased))

    async def run_to(self, second):
        await self.clock.run_to(at(second))

    def heard(self):
        """Return whole seconds at which something was heard, from and to."""
        return [
            (round((start - at(0)).total_seconds()), round((end - at(0)).total_seconds()))
            for start, end in self.ear.spans
        ]

    def journal(self):
        return [
            (one.broadcast, one.end_reason.value, one.detail.split(":")[0])
            for one in self.reporter.pending()
        ]


def decode(wanted):
    return np.full(wanted.duration_ms * SAMPLE_RATE_HZ // 1000, LEVEL, np.int16)


def sound(name, start, seconds=2, **more):
    what = asset(name.encode(), AssetKind.SOUND, round(seconds * 1000))
    return item(name, what, start, start + seconds, **more)


def policy(windows=(ALWAYS,), **rules):
    return HoursPolicy("thử", HANOI, windows, **rules)


def on_a_loop(test):
    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 60))

    return run


@pytest.mark.parametrize("name", ["lien-chieu", "ha-noi-noi-thanh", "ha-noi-ngoai-thanh"])
def test_three_fifteen_is_refused_with_the_rules_name_and_an_emergency_plays(tmp_path, name):
    @on_a_loop
    async def play():
        async with Unit(tmp_path, NIGHT - 60, preset(name, HANOI)) as unit:
            unit.follow(
                sound("thường", NIGHT),
                sound("ưu tiên", NIGHT + 5, urgency=PRIORITY),
                sound("khẩn", NIGHT + 10, urgency=EMERGENCY),
            )
            await unit.run_to(NIGHT + 60)
            assert unit.heard() == [(NIGHT + 10, NIGHT + 12)]
            rule = "earliest-start" if name == "lien-chieu" else "window"
            assert unit.journal() == [
                ("thường", "out_of_hours", rule),
                ("ưu tiên", "out_of_hours", rule),
                ("khẩn", "finished", ""),
            ]

    play()


@on_a_loop
async def test_a_third_session_is_refused_and_a_sound_that_joins_the_second_is_not(tmp_path):
    async with Unit(tmp_path, 0, policy(sessions_per_day=2)) as unit:
        unit.follow(
            sound("a", 10),
            sound("b", HOUR),
            sound("c", HOUR + 4 * MINUTE),
            sound("d", 2 * HOUR),
            sound("e", 2 * HOUR + 10, urgency=EMERGENCY),
            sound("f", DAY),
        )
        await unit.run_to(DAY + 60)
        assert unit.journal() == [
            ("a", "finished", ""),
            ("b", "finished", ""),
            ("c", "finished", ""),
            ("d", "refused", "sessions-per-day (2)"),
            ("e", "finished", ""),
            ("f", "finished", ""),
        ]
        (refused,) = [one for one in unit.reporter.pending() if one.broadcast == "d"]
        assert refused.started_at is None
        assert refused.detail == "sessions-per-day (2): thử"


@on_a_loop
async def test_neither_a_restart_nor_a_clock_that_jumps_gives_a_third_session(tmp_path):
    rules = policy(sessions_per_day=2)
    async with Unit(tmp_path, 0, rules) as unit:
        unit.follow(sound("a", 10), sound("b", HOUR))
        await unit.run_to(HOUR + 60)
    for life, (second, name) in enumerate([(2 * HOUR, "c"), (-3 * HOUR, "d"), (5 * HOUR, "e")]):
        async with Unit(tmp_path, second - 30, rules) as unit:
            unit.follow(sound(name, second), version=2 + life)
            await unit.run_to(second + 60)
            assert unit.heard() == []
            assert unit.journal()[-1] == (name, "refused", "sessions-per-day (2)")
    async with Unit(tmp_path, 400 * DAY, rules) as unit:
        unit.follow(sound("z", 400 * DAY + 5), version=9, days=500)
        await unit.run_to(400 * DAY + 60)
    async with Unit(tmp_path, 6 * HOUR, rules) as unit:
        unit.follow(sound("f", 6 * HOUR + 10), version=10)
        await unit.run_to(6 * HOUR + 60)
        assert unit.heard() == [], "a clock that was in another year has forgotten nothing"


@on_a_loop
async def test_a_power_cut_in_the_middle_of_a_session_does_not_make_it_vanish(tmp_path):
    rules, after = policy(sessions_per_day=1), tmp_path / "sau"
    after.mkdir()
    async with Unit(tmp_path, 0, rules) as unit:
        unit.follow(sound("a", 10, 20))
        unit.clock.call_at(at(12), lambda: shutil.copy(tmp_path / "asrun.log", after))
        await unit.run_to(15)
    async with Unit(after, HOUR, rules) as unit:
        unit.follow(sound("b", HOUR + 10), version=2)
        await unit.run_to(HOUR + 60)
        assert [entry[:2] for entry in unit.journal()] == [("a", "power_lost"), ("b", "refused")]


@on_a_loop
async def test_an_untrusted_clock_is_silence(tmp_path):
    async with Unit(tmp_path, 0, policy()) as unit:
        unit.clock.trusted = False
        unit.follow(sound("a", 10), sound("b", 20, urgency=EMERGENCY))
        await unit.run_to(40)
        assert unit.heard() == []


@on_a_loop
async def test_a_sound_without_room_in_its_session_is_not_begun(tmp_path):
    async with Unit(tmp_path, 0, policy(longest_session_min=1)) as unit:
        unit.follow(
            sound("a", 10, 30),
            sound("b", 41, 29.5),
            sound("c", 80, 70),
            sound("d", 80 + 10 * MINUTE, 91),
        )
        await unit.run_to(HOUR)
        assert unit.journal() == [
            ("a", "finished", ""),
            ("b", "finished", ""),
            ("c", "refused", "longest-session (1)"),
            ("d", "refused", "longest-session (1)"),
        ]


@pytest.mark.parametrize("siren_s", [45, 65])
def test_what_an_emergency_pushed_back_is_cut_when_its_session_is_over(tmp_path, siren_s):
    @on_a_loop
    async def play():
        async with Unit(tmp_path, 0, policy(longest_session_min=1)) as unit:
            items = sound("a", 10, 60), sound("b", 20, siren_s, urgency=EMERGENCY)
            unit.follow(*items)
            unit.clock.call_at(at(90), lambda: unit.follow(*items, version=2))
            await unit.run_to(10 * MINUTE)
            assert unit.heard()[-1][1] == 10 + 60 + 30, "30 s of grace, and no more"
            assert unit.journal() == [
                ("a", "interrupted", "emergency, priority 50, stronger than 1 more"),
                ("b", "finished", ""),
                ("a", "refused", "longest-session (1)"),
            ]

    play()


@on_a_loop
async def test_what_an_emergency_broke_off_still_holds_its_session_together(tmp_path):
    async with Unit(tmp_path, 0, policy(sessions_per_day=2)) as unit:
        unit.follow(
            sound("a", 10, 8 * MINUTE, on_interrupt=OnInterrupt.DROP),
            sound("b", 20, 5, urgency=EMERGENCY),
            sound("c", 9 * MINUTE, 2),
            sound("d", HOUR, 2),
        )
        await unit.run_to(2 * HOUR)
        assert [entry[:2] for entry in unit.journal()] == [
            ("a", "interrupted"),
            ("b", "finished"),
            ("c", "finished"),
            ("d", "finished"),
        ]


@on_a_loop
async def test_what_is_cancelled_gives_its_time_back(tmp_path):
    async with Unit(tmp_path, 0, policy(longest_session_min=10)) as unit:
        unit.follow(sound("a", 10, 9 * MINUTE))
        unit.clock.call_at(at(15), lambda: unit.follow(sound("b", 30, 9 * MINUTE), version=2))
        await unit.run_to(HOUR)
        assert [entry[:2] for entry in unit.journal()] == [("a", "cancelled"), ("b", "finished")]


@on_a_loop
async def test_a_forbidden_day_is_told_by_name(tmp_path):
    rules = policy(forbidden_days=frozenset({date(2026, 11, 24)}))
    async with Unit(tmp_path, 0, rules) as unit:
        unit.follow(sound("a", 10), sound("b", DAY))
        await unit.run_to(DAY + 60)
        assert unit.journal() == [("a", "out_of_hours", "forbidden-day"), ("b", "finished", "")]


@on_a_loop
async def test_the_end_of_the_window_cuts_and_says_which_rule(tmp_path):
    noon = policy((Window(WEEK, time(11), time(12, 1)),))
    async with Unit(tmp_path, 0, noon) as unit:
        unit.follow(sound("a", 40, 30), sound("b", 58, 90))
        await unit.run_to(200)
        assert unit.heard() == [(40, 60)]
        assert unit.journal() == [("b", "out_of_hours", "window"), ("a", "out_of_hours", "window")]


# -- volume -------------------------------------------------------------------------------------


@on_a_loop
async def test_caps_make_it_quieter_from_their_instant_and_the_log_says_so(tmp_path):
    evening = VolumeCap(Window(WEEK, time(12, 1), time(13)), -12)
    async with Unit(tmp_path, 0, policy(caps=(evening,))) as unit:
        unit.follow(
            sound("a", 20), sound("b", 59), sound("c", 70), sound("d", 80, urgency=EMERGENCY)
        )
        await unit.run_to(120)
        quiet = round(LEVEL * 10 ** (-12 / 20))
        assert (unit.ear.loudest[0], unit.ear.loudest[-1]) == (LEVEL, LEVEL)
        assert unit.ear.loudest.count(quiet) == pytest.approx(150, abs=2), "3 s in blocks of 20 ms"
        assert [one.detail for one in unit.reporter.pending()] == [
            "",
            "gain -12 to 0 dB",
            "gain -12 dB",
            "",
        ]


def test_a_cap_that_begins_inside_a_block_does_not_click():
    evening = VolumeCap(Window(WEEK, time(12, 1), time(13)), -20)
    block = np.full(SAMPLE_RATE_HZ // 50, 10_000, np.int16)
    what = sound("a", 0, 90)
    crossing = capped(block, what, policy(caps=(evening,)), at(59.99))
    assert (crossing[0], crossing[-1]) == (10_000, 1_000)
    assert np.abs(np.diff(crossing.astype(int))).max() < 100
    assert capped(block, what, policy(caps=(evening,)), at(30)) is block
    assert capped(block, what, None, at(65)) is block


# -- the journal --------------------------------------------------------------------------------


def test_the_journal_keeps_what_was_heard_through_rewriting_and_only_so_much(tmp_path):
    path = tmp_path / "asrun.log"
    reporter = Reporter(path)
    for number in range(MAX_KEPT + 5):
        mark = reporter.begin(sound(f"s{number}", number * 10), at(number * 10))
        reporter.end(mark, at(number * 10 + 2), EndReason.FINISHED)
    mark = reporter.begin(sound("khẩn", 9_000, urgency=EMERGENCY), at(9_000))
    reporter.end(mark, at(9_002), EndReason.FINISHED)
    heard = reporter.aired()
    assert len(heard) == MAX_KEPT
    assert (heard[-1].start, heard[-1].end) == (
        at((MAX_KEPT + 4) * 10),
        at((MAX_KEPT + 4) * 10 + 2),
    )
    reporter.stored(MAX_KEPT + 6)
    assert Reporter(path).aired() == heard
    assert Reporter(path).aired() == heard, "also after it was written anew"


def test_a_clock_that_jumps_while_a_sound_is_on_does_not_make_it_last_a_year(tmp_path):
    reporter = Reporter(tmp_path / "asrun.log")
    mark = reporter.begin(sound("a", 0, 20), at(0))
    reporter.end(mark, at(365 * DAY), EndReason.CANCELLED)
    mark = reporter.begin(sound("b", 100, 20), at(100))
    reporter.end(mark, at(-DAY), EndReason.CANCELLED)
    assert [one.end for one in reporter.aired()] == [at(80), at(100)]


WALKS = st.lists(
    st.tuples(
        st.integers(-3 * HOUR, 6 * HOUR),  # how far the clock goes, jumps included
        st.integers(1, 90),
        st.booleans(),
        st.sampled_from(BroadcastClass),
        st.sampled_from([EndReason.FINISHED, EndReason.CANCELLED, EndReason.INTERRUPTED]),
    ),
    max_size=15,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=WALKS, most=st.integers(1, 3), longest_min=st.integers(1, 60))
def test_no_restart_and_no_jump_gives_a_session_too_many(tmp_path, walk, most, longest_min):
    rules = policy(sessions_per_day=most, longest_session_min=longest_min)
    path = tmp_path / "asrun.log"
    path.unlink(missing_ok=True)
    reporter, second = Reporter(path), 0
    for number, (jump, minutes, restarts, urgency, reason) in enumerate(walk):
        second += jump
        if restarts:
            reporter = Reporter(path)
        what = sound(f"s{number}", second, minutes * MINUTE, urgency=urgency)
        if refused(what, rules, reporter.aired(), at(second), begun=False) is None:
            mark = reporter.begin(what, at(second))
            second += minutes * MINUTE
            reporter.end(mark, at(second), reason)
    heard = [one for one in reporter.pending() if one.started_at is not None]
    urgencies = {f"s{number}": urgency for number, (*_, urgency, _) in enumerate(walk)}
    airings = [Airing(one.started_at, one.ended_at, urgencies[one.broadcast]) for one in heard]
    formed = rules.sessions(airings)
    days = [rules.day_of(session) for session in formed]
    assert all(days.count(day) <= most for day in days)
    limit = timedelta(minutes=longest_min) + GRACE
    assert all(session.length <= limit for session in formed)


def test_what_a_truck_says_in_a_zone_counts_there_and_nowhere_else(tmp_path):
    rules, path = policy(sessions_per_day=1), tmp_path / "asrun.log"
    reporter = Reporter(path)
    market = replace(sound("a", 0), zones=("cho",))
    reporter.end(reporter.begin(market, at(0)), at(2), EndReason.FINISHED)
    for reporter in (Reporter(path), Reporter(path)):
        for zone, allowed in (("cho", False), ("truong", True), ("", True)):
            what = replace(sound("b", HOUR), zones=(zone,) if zone else ())
            aired = reporter.aired(zone)
            assert (refused(what, rules, aired, at(HOUR), begun=False) is None) == allowed, zone
    reporter.end(reporter.begin(sound("c", 2 * HOUR), at(2 * HOUR)), at(7_202), EndReason.FINISHED)
    late = replace(sound("d", 4 * HOUR), zones=("truong",))
    assert refused(late, rules, reporter.aired("truong"), at(4 * HOUR), begun=False) is not None


def test_pictures_count_for_nothing(tmp_path):
    reporter = Reporter(tmp_path / "asrun.log")
    reporter.end(reporter.begin(item("a", asset(b"x"), 0, 5), at(0)), at(5), EndReason.FINISHED)
    assert reporter.aired() == []
