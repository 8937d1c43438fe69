"""Loudspeaker trucks in virtual time: what is heard where, once a pass, and how loud."""

from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise

import pytest
from loudspeaker_stage import EMERGENCY, PRIORITY, on_a_loop, sound
from plans import at, item, plan
from truck_stage import TruckStage, box, drive, place

from firmware_bridge.player import lineup
from firmware_bridge.player import truck as truck_player
from playlists.schedule.passes import DEFAULT_RULES, Ending
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.windows import VolumeCap, Window
from playlists.schedule.zones import Place
from simulator.trucks import Bout, Trouble, Truck

MARKET = box("cho", 0, 0, 400, 400, cap_db=-12.0)
SCHOOL = box("truong", 150, 0, 250, 400, quiet=True)


def zoned(name, what, start, end, *zones, **more):
    return replace(item(name, what, start, end, **more), zones=zones or ("cho",))


def follow(stage, *items, zones=(MARKET,), rules=DEFAULT_RULES, **more):
    whole = plan(*items, device="loa-1", **more)
    stage.player.follow(replace(whole, zones=zones, pass_rules=rules))


THROUGH = ((-300, 200, 20), (700, 200, 20))
"""From the west through the market and out again: 5.6 m/s, inside from second 54 to 126."""


def crossings(truck, zone):
    """How often a drive crosses the edge of a zone."""
    sides = [
        zone.polygon.contains(truck.route.at(second)[0])
        for second in range(int(truck.route.duration_s) + 1)
    ]
    return sum(one != other for one, other in pairwise(sides))


@on_a_loop
async def test_an_edge_crossed_ten_times_is_one_play_at_the_right_cap(tmp_path):
    truck = drive((-300, 200, 20), *[(45, 200, 15), (-30, 200, 15)] * 5, (-300, 200, 20))
    assert crossings(truck, MARKET) == 10
    async with TruckStage(tmp_path, truck) as stage:
        follow(stage, zoned("a", sound("A", 20), 0, 3_600))
        await stage.run_to(truck.route.duration_s + 60)
        assert [start[:2] for start in stage.starts()] == [("a", "cho")]
        assert stage.ends() == [("a", "cho", "finished", "")]
        assert set(stage.levels_db("A")) == {-12.0}
        assert stage.caps() == ["cap -12 dB: cho"]
        (entry,) = stage.reporter.pending()
        lat, lon = entry.started_where
        assert (lat, lon) == (round(lat, 6), round(lon, 6))
        assert place(0, 200).metres_to(Place(lat, lon)) < 50
        assert entry.ended_where not in {None, entry.started_where}


@on_a_loop
async def test_an_edge_that_is_only_grazed_is_no_pass(tmp_path):
    truck = drive((-300, 200, 20), *[(15, 200, 15), (-30, 200, 15)] * 5, (-300, 200, 20))
    async with TruckStage(tmp_path, truck) as stage:
        follow(stage, zoned("a", sound("A", 20), 0, 300))
        await stage.run_to(400)
        assert stage.starts() == []
        assert stage.ends() == [("a", "", "missed", truck_player.NEVER_THERE)]
        assert stage.reporter.pending()[0].ended_at == at(300)


@on_a_loop
async def test_each_true_pass_is_one_play(tmp_path):
    truck = drive(*THROUGH, *reversed(THROUGH), *THROUGH)
    async with TruckStage(tmp_path, truck) as stage:
        follow(stage, zoned("a", sound("A", 10), 0, 3_600))
        await stage.run_to(truck.route.duration_s + 10)
        assert [start[:2] for start in stage.starts()] == [("a", "cho")] * 3
        occurrences = [one.occurrence for one in stage.reporter.pending()]
        assert len(set(occurrences)) == 3


@on_a_loop
async def test_each_zone_hears_it_and_other_zones_do_not(tmp_path):
    second = box("ben-xe", 900, 0, 1_200, 400)
    third = box("cau", 1_500, 0, 1_800, 400)
    truck = drive((-300, 200, 20), (2_500, 200, 20))
    async with TruckStage(tmp_path, truck) as stage:
        follow(
            stage,
            zoned("a", sound("A", 10), 0, 3_600, "cho", "cau"),
            zoned("b", sound("B", 10), 0, 3_600, "ben-xe"),
            zones=(MARKET, second, third),
        )
        await stage.run_to(truck.route.duration_s)
        assert [start[:2] for start in stage.starts()] == [
            ("a", "cho"),
            ("b", "ben-xe"),
            ("a", "cau"),
        ]


@on_a_loop
async def test_several_sounds_of_one_zone_are_heard_one_after_the_other(tmp_path):
    truck = drive((-300, 200, 20), (200, 200, 20, 300), (700, 200, 20))
    async with TruckStage(tmp_path, truck) as stage:
        sounds = [zoned(who.lower(), sound(who, 50), 0, 3_600) for who in "ABC"]
        follow(stage, *sounds)
        await stage.run_to(truck.route.duration_s)
        assert [(end[0], end[2]) for end in stage.ends()] == [(who, "finished") for who in "abc"]


@on_a_loop
async def test_a_pass_that_was_over_before_its_time_is_not_told_as_missed(tmp_path):
    async with TruckStage(tmp_path, drive(*THRICE)) as stage:
        follow(stage, zoned("a", sound("A", 10), 200, 3_600))
        await stage.run_to(260)
        assert [end[:3] for end in stage.ends()] == [("a", "cho", "finished")]


@on_a_loop
async def test_what_did_not_get_its_turn_before_the_truck_left_is_told(tmp_path):
    async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
        follow(stage, *[zoned(who.lower(), sound(who, 100), 0, 3_600) for who in "AB"])
        await stage.run_to(300)
        assert stage.ends() == [
            ("b", "cho", "missed", truck_player.LEFT),
            ("a", "cho", "finished", ""),
        ]


@on_a_loop
async def test_a_rule_may_stop_what_is_on_when_the_truck_leaves(tmp_path):
    async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
        rules = replace(DEFAULT_RULES, when_left=Ending.STOP)
        follow(stage, zoned("a", sound("A", 100), 0, 3_600), rules=rules)
        await stage.run_to(300)
        assert stage.ends() == [("a", "cho", "interrupted", truck_player.LEFT)]
        until, _ = stage.output.spoken()[-1]
        assert 126 <= until < 140


@on_a_loop
async def test_sounds_of_everywhere_play_at_their_instant_as_loud_as_the_place_allows(tmp_path):
    async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
        follow(stage, item("a", sound("A", 60), 30, 90))
        await stage.run_to(200)
        assert stage.starts() == [("a", "", 30)]
        levels = stage.levels_db("A")
        assert (levels[0], levels[-1]) == (0.0, -12.0)
        turned_down = next(
            second for second, block in stage.output.spoken() if abs(block).max() < 1000
        )
        assert 53 <= turned_down <= 56, "a cap holds at the edge, not when a pass is sure"


@pytest.mark.parametrize(
    ("start", "length_s", "told"),
    [
        (30, 60, "cap 0 dB, then -12 dB: cho"),
        (70, 20, "cap -12 dB: cho"),
        (20, 150, "cap 0 dB, then -12 dB: cho, then 0 dB"),
        (20, 10, ""),
    ],
)
def test_the_log_tells_which_cap_bound_a_sound_also_in_its_midst(tmp_path, start, length_s, told):
    @on_a_loop
    async def play():
        async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
            follow(stage, item("a", sound("A", length_s), start, start + length_s))
            await stage.run_to(200)
            assert stage.caps() == [told]

    play()


@on_a_loop
async def test_the_log_tells_of_no_cap_that_binds_nobody(tmp_path):
    everyday = Window(frozenset(range(7)), time(6), time(20))
    hours = HoursPolicy("thử", "Asia/Ho_Chi_Minh", (everyday,), caps=(VolumeCap(everyday, -20),))
    async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
        siren = item("b", sound("B", 5), 90, 95, urgency=EMERGENCY)
        follow(stage, item("a", sound("A", 10), 70, 80), siren, hours=hours)
        await stage.run_to(120)
        assert [one.detail for one in stage.reporter.pending()] == ["gain -20 dB", ""]


@on_a_loop
async def test_the_log_tells_that_a_lost_truck_was_as_quiet_as_it_must_be_anywhere(tmp_path):
    truck = drive((-300, 200, 20), (-200, 200, 20, 600), troubles=[(Trouble.NO_FIX, 40, 10_000)])
    async with TruckStage(tmp_path, truck) as stage:
        follow(stage, item("a", sound("A", 30), 30, 60))
        await stage.run_to(120)
        assert stage.caps() == [f"cap 0 dB, then -12 dB: {truck_player.LOST}"]


@on_a_loop
async def test_a_sound_that_goes_on_tells_its_own_caps_each_time(tmp_path):
    truck = drive((-300, 200, 20), (200, 200, 20, 60), (700, 200, 20))
    async with TruckStage(tmp_path, truck) as stage:
        siren = item("b", sound("B", 5), 100, 105, urgency=EMERGENCY)
        follow(stage, item("a", sound("A", 30), 90, 120), siren)
        await stage.run_to(200)
        assert stage.caps() == ["cap -12 dB: cho", "", "cap -12 dB: cho"]


@on_a_loop
async def test_in_a_quiet_zone_only_an_emergency_is_heard_and_the_rest_resumes(tmp_path):
    async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
        siren = item("b", sound("B", 5), 90, 95, urgency=EMERGENCY)
        follow(
            stage,
            item("a", sound("A", 100), 30, 130),
            siren,
            zones=(SCHOOL, replace(MARKET, cap_db=-20)),
        )
        await stage.run_to(300)
        assert stage.ends()[0] == ("a", "", "interrupted", "truong is a quiet zone")
        assert [end[0] + " " + end[2] for end in stage.ends()[1:]] == [
            "b finished",
            "a finished",
        ]
        emergency = [block for second, block in stage.output.spoken() if 90 <= second < 95]
        assert max(abs(block).max() for block in emergency) == 2000, "at full level"
        played_s = sum(len(block) for _, block in stage.output.spoken()) / 48_000
        assert played_s == pytest.approx(105, abs=0.5), "nothing is lost, nothing heard twice"


@on_a_loop
async def test_nothing_of_a_zone_starts_while_the_truck_is_too_fast(tmp_path):
    truck = drive((-300, 200, 70), (200, 200, 20), (390, 200, 20), (700, 200, 20))
    async with TruckStage(tmp_path, truck) as stage:
        follow(stage, zoned("a", sound("A", 5), 0, 3_600))
        await stage.run_to(200)
        slows_at = 500 / (70 / 3.6)
        ((_, _, started),) = stage.starts()
        assert slows_at <= started <= slows_at + 2


@on_a_loop
async def test_a_pass_is_one_pass_after_a_power_cut_in_its_midst(tmp_path):
    stands = drive((-300, 200, 20), (200, 200, 20, 3_600))
    sounds = zoned("a", sound("A", 10), 0, 3_600)
    async with TruckStage(tmp_path, stands) as stage:
        follow(stage, sounds)
        await stage.run_to(150)
        assert len(stage.starts()) == 1
    again = TruckStage(tmp_path, stands)
    again.clock.turn(timedelta(seconds=160))
    async with again as stage:
        await stage.run_to(170)
        follow(stage, sounds)
        await stage.run_to(600)
        assert len(stage.starts()) == 1


@on_a_loop
async def test_a_rotten_track_file_is_no_more_than_a_new_pass(tmp_path):
    (tmp_path / "track.json").write_bytes(b"\xff{")
    async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
        follow(stage, zoned("a", sound("A", 10), 0, 3_600))
        await stage.run_to(200)
        assert len(stage.starts()) == 1


@on_a_loop
async def test_an_emergency_cuts_in_and_the_zone_is_heard_to_its_end(tmp_path):
    truck = drive((-300, 200, 20), (200, 200, 20, 300))
    async with TruckStage(tmp_path, truck) as stage:
        siren = item("b", sound("B", 5), 80, 85, urgency=EMERGENCY)
        follow(stage, zoned("a", sound("A", 40), 0, 3_600, urgency=PRIORITY), siren)
        await stage.run_to(300)
        assert [(end[0], end[2]) for end in stage.ends()] == [
            ("a", "interrupted"),
            ("b", "finished"),
            ("a", "finished"),
        ]


@on_a_loop
async def test_cancelled_is_silent_at_once_and_what_is_over_is_not_cut(tmp_path):
    truck = drive((-300, 200, 20), (200, 200, 20, 600))
    async with TruckStage(tmp_path, truck) as stage:
        follow(stage, zoned("a", sound("A", 60), 0, 90), zoned("b", sound("B", 60), 0, 3_600))
        stage.clock.call_at(at(100), lambda: follow(stage, zoned("b", sound("B", 60), 0, 3_600)))
        stage.clock.call_at(at(140), lambda: follow(stage))
        await stage.run_to(300)
        assert stage.ends() == [
            ("a", "cho", "finished", ""),
            ("b", "cho", "cancelled", ""),
        ]


@on_a_loop
async def test_without_a_receiver_nothing_of_zones_is_heard_and_that_is_told(tmp_path):
    async with TruckStage(tmp_path, None) as stage:
        follow(stage, zoned("a", sound("A", 10), 0, 60), item("b", sound("B", 10), 20, 30))
        await stage.run_to(100)
        assert [end[:3] for end in stage.ends()] == [
            ("b", "", "finished"),
            ("a", "", "missed"),
        ]
        assert set(stage.levels_db("B")) == {-12.0}, (
            "who is lost is as quiet as he must be anywhere"
        )
        assert stage.states[-1].fault == truck_player.LOST


@on_a_loop
async def test_a_lost_truck_with_a_school_in_its_plan_says_only_emergencies(tmp_path):
    async with TruckStage(tmp_path, None) as stage:
        siren = item("b", sound("B", 5), 60, 65, urgency=EMERGENCY)
        follow(stage, item("a", sound("A", 10), 20, 30), siren, zones=(SCHOOL,))
        await stage.run_to(100)
        assert stage.ends() == [
            ("a", "", "missed", truck_player.LOST),
            ("b", "", "finished", ""),
        ]


@pytest.mark.parametrize(
    ("rule", "expected", "most_s"),
    [(Ending.FINISH, ("finished", ""), 100), (Ending.STOP, ("interrupted", truck_player.LOST), 30)],
)
def test_what_is_on_when_the_fix_is_lost_ends_by_rule(tmp_path, rule, expected, most_s):
    @on_a_loop
    async def play():
        truck = drive((-300, 200, 20), (200, 200, 20, 600), troubles=[(Trouble.NO_FIX, 75, 10_000)])
        async with TruckStage(tmp_path, truck) as stage:
            sounds = [zoned(who.lower(), sound(who, 60), 0, 3_600) for who in "AB"]
            follow(stage, *sounds, rules=replace(DEFAULT_RULES, when_lost=rule))
            await stage.run_to(600)
            assert [end[2:] for end in stage.ends()] == [expected], "nothing new starts"
            ((_, start, end),) = stage.heard()
            assert end - start <= most_s
            assert stage.reporter.pending()[0].ended_where is None

    play()


@pytest.mark.parametrize("trouble", [Trouble.NO_FIX, Trouble.SILENT, Trouble.JUMP, Trouble.STUCK])
def test_a_short_trouble_changes_nothing(tmp_path, trouble):
    @on_a_loop
    async def play():
        truck = drive((-300, 200, 20), (200, 200, 20, 60), (700, 200, 20))
        truck = Truck("xe", truck.route, [Bout(trouble, 58, 66), Bout(trouble, 100, 109)])
        async with TruckStage(tmp_path, truck) as stage:
            follow(stage, zoned("a", sound("A", 20), 0, 3_600))
            await stage.run_to(truck.route.duration_s + 60)
            assert [end[:3] for end in stage.ends()] == [("a", "cho", "finished")]

    play()


@pytest.mark.parametrize(
    "trouble", [Trouble.FROZEN, Trouble.STUCK, Trouble.NO_FIX, Trouble.CHECKSUM, Trouble.SILENT]
)
def test_a_long_trouble_starts_nothing(tmp_path, trouble):
    @on_a_loop
    async def play():
        truck = drive(*THROUGH, troubles=[(trouble, 40, 10_000)])
        async with TruckStage(tmp_path, truck) as stage:
            follow(stage, zoned("a", sound("A", 20), 0, 3_600))
            await stage.run_to(170)
            assert stage.starts() == []
            assert stage.states[-1].fault == truck_player.LOST

    play()


@on_a_loop
async def test_noise_on_the_line_costs_seconds_and_no_pass(tmp_path):
    truck = drive(*THROUGH, *reversed(THROUGH), troubles=[(Trouble.GARBAGE, 0, 10_000)])
    async with TruckStage(tmp_path, truck) as stage:
        follow(stage, zoned("a", sound("A", 10), 0, 3_600))
        await stage.run_to(truck.route.duration_s)
        assert [start[:2] for start in stage.starts()] == [("a", "cho")] * 2


@on_a_loop
async def test_a_day_without_zones_is_as_before(tmp_path):
    async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
        follow(stage, item("a", sound("A", 3), 20, 23), zones=())
        await stage.run_to(30)
        assert stage.starts() == [("a", "", 20)]
        assert set(stage.levels_db("A")) == {0.0}
        assert stage.states[-1].fault == ""


@pytest.mark.parametrize(("hours_db", "heard_db"), [(-6, {-6.0, -12.0}), (-20, {-20.0})])
def test_of_the_caps_of_hours_and_zones_the_stricter_binds(tmp_path, hours_db, heard_db):
    @on_a_loop
    async def play():
        everyday = Window(frozenset(range(7)), time(6), time(20))
        hours = HoursPolicy(
            "thử", "Asia/Ho_Chi_Minh", (everyday,), caps=(VolumeCap(everyday, hours_db),)
        )
        async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
            follow(stage, item("a", sound("A", 60), 30, 90), hours=hours)
            await stage.run_to(120)
            steady = {level for level in stage.levels_db("A") if level in {-6, -12, -18, -20, -32}}
            assert steady == heard_db

    play()


@on_a_loop
async def test_a_truck_that_does_not_know_the_time_makes_no_pass(tmp_path):
    truck = drive((-300, 200, 20), (200, 200, 20, 600))
    async with TruckStage(tmp_path, truck) as stage:
        stage.clock.trusted = False
        follow(stage, zoned("a", sound("A", 5), 0, 3_600))
        await stage.run_to(150)
        assert stage.starts() == []
        stage.clock.trusted = True
        await stage.run_to(200)
        ((_, _, started),) = stage.starts()
        assert started > 150


@on_a_loop
async def test_a_pass_that_begins_in_time_hears_it_whole_and_a_later_one_not_at_all(tmp_path):
    async with TruckStage(tmp_path, drive(*THROUGH)) as stage:
        follow(
            stage,
            zoned("a", sound("A", 20), 0, 66),
            zoned("b", sound("B", 20), 0, 50),
        )
        await stage.run_to(200)
        assert stage.ends() == [
            ("b", "", "missed", truck_player.NEVER_THERE),
            ("a", "cho", "finished", ""),
        ]
        played_s = sum(len(block) for _, block in stage.output.spoken()) / 48_000
        assert played_s == pytest.approx(20)


@on_a_loop
async def test_what_must_wait_for_the_truck_to_slow_down_holds_up_nobody(tmp_path):
    truck = drive((-300, 200, 70), (390, 200, 70), (-300, 200, 70))
    async with TruckStage(tmp_path, truck) as stage:
        urgent = zoned("a", sound("A", 5), 0, 3_600, urgency=PRIORITY)
        follow(stage, urgent, item("b", sound("B", 3), 25, 28))
        await stage.run_to(60)
        assert [start[0] for start in stage.starts()] == ["b"]


def every_day(**rules):
    """Hours in which it is allowed to speak all day, and other rules bind."""
    day, gap = Window(frozenset(range(7)), time(6), time(20)), timedelta(minutes=1)
    return HoursPolicy("thử", "Asia/Ho_Chi_Minh", (day,), session_gap=gap, **rules)


TWICE = every_day(sessions_per_day=2)
THRICE = ((-300, 200, 40), (700, 200, 40), (-300, 200, 40), (700, 200, 40))
"""Through the market from second 27 to 63, 117 to 153 and 207 to 243: each a session of its own."""
STANDING = ((-300, 200, 40), (200, 200, 40, 1_200))
"""At the market from second 27 on."""


@on_a_loop
async def test_people_of_a_zone_hear_no_more_sessions_than_anybody(tmp_path):
    truck = drive(*THRICE)
    async with TruckStage(tmp_path, truck) as stage:
        follow(stage, zoned("a", sound("A", 10), 0, 3_600), hours=TWICE)
        await stage.run_to(truck.route.duration_s)
        assert [(end[2], end[3]) for end in stage.ends()] == [
            ("finished", ""),
            ("finished", ""),
            ("refused", "sessions-per-day (2): thử"),
        ]


@on_a_loop
async def test_each_zone_counts_for_itself(tmp_path):
    other = box("ben-xe", 450, 0, 650, 400)
    truck = drive(*THRICE[:3])
    async with TruckStage(tmp_path, truck) as stage:
        both = zoned("a", sound("A", 10), 0, 3_600, "cho", "ben-xe")
        follow(stage, both, zones=(MARKET, other), hours=TWICE)
        await stage.run_to(truck.route.duration_s)
        assert [end[1:3] for end in stage.ends()] == [
            ("cho", "finished"),
            ("ben-xe", "finished"),
            ("ben-xe", "finished"),
            ("cho", "finished"),
        ]


@on_a_loop
async def test_what_is_planned_is_heard_once_before_anything_is_heard_again(tmp_path):
    truck = drive(*THRICE)
    async with TruckStage(tmp_path, truck) as stage:
        evening = zoned("b", sound("B", 10), 205, 3_600)
        follow(stage, zoned("a", sound("A", 10), 0, 180), evening, hours=TWICE)
        await stage.run_to(truck.route.duration_s)
        assert stage.ends() == [
            ("a", "cho", "finished", ""),
            ("a", "cho", "refused", f"sessions-per-day (2): thử; {lineup.KEPT}"),
            ("b", "cho", "finished", ""),
        ]


@on_a_loop
async def test_what_is_said_everywhere_is_kept_room_for_in_every_zone(tmp_path):
    truck = drive(*THRICE)
    async with TruckStage(tmp_path, truck) as stage:
        everywhere = item("b", sound("B", 10), 220, 230)
        follow(stage, zoned("a", sound("A", 10), 0, 180), everywhere, hours=TWICE)
        await stage.run_to(truck.route.duration_s)
        assert [(end[0], end[2]) for end in stage.ends()] == [
            ("a", "finished"),
            ("a", "refused"),
            ("b", "finished"),
        ]


@on_a_loop
async def test_what_is_said_everywhere_is_too_much_where_a_zone_has_heard_enough(tmp_path):
    async with TruckStage(tmp_path, drive(*STANDING)) as stage:
        once = every_day(sessions_per_day=1)
        # Planning refuses this; the plan is wrong, and the unit believes no plan.
        follow(
            stage,
            zoned("a", sound("A", 10), 0, 100),
            item("b", sound("B", 10), 150, 160),
            hours=once,
        )
        await stage.run_to(170)
        assert [end[:3] for end in stage.ends()] == [
            ("a", "cho", "finished"),
            ("b", "", "refused"),
        ]


@on_a_loop
async def test_who_stands_at_the_market_has_one_session_there_until_it_is_too_long(tmp_path):
    async with TruckStage(tmp_path, drive(*STANDING)) as stage:
        minute = every_day(sessions_per_day=2, longest_session_min=1)
        sounds = [zoned(who.lower(), sound(who, 40), 0, 3_600) for who in "ABC"]
        later = zoned("d", sound("D", 5), 180, 3_600)
        follow(stage, *sounds, later, hours=minute)
        await stage.run_to(190)
        assert [(end[0], end[2], end[3]) for end in stage.ends()] == [
            ("a", "finished", ""),
            ("c", "refused", "longest-session (1): thử"),
            ("b", "finished", ""),
            ("d", "finished", ""),
        ]


@on_a_loop
async def test_two_trucks_count_each_for_itself_as_two_loudspeakers_do(tmp_path):
    heard = []
    for name in ("xe-1", "xe-2"):
        (tmp_path / name).mkdir()
        async with TruckStage(tmp_path / name, drive(*STANDING)) as stage:
            once = every_day(sessions_per_day=1)
            follow(stage, zoned("a", sound("A", 10), 0, 3_600), hours=once)
            await stage.run_to(50)
            heard += [end[2] for end in stage.ends()]
    assert heard == ["finished", "finished"]
