"""A station is relayed in virtual time: begun, lost, replaced, found again, and always stopped."""

from datetime import time, timedelta
from functools import partial

import numpy as np
import pytest
from air import Station, page, programme, relay
from loudspeaker_stage import EMERGENCY, Stage, on_a_loop, sound
from plans import at, item

from firmware_bridge.player import lineup
from firmware_bridge.player.outlet import Timing
from playlists.schedule.plan import OnInterrupt
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.windows import WEEK, Window

A, E = 1, 5
HANOI = "Asia/Ho_Chi_Minh"
FADE_S = 0.015
GRACE_S = 30
FALLBACK = sound("A", 4)


class AirStage(Stage):
    """With a station whose timeline is told in letters."""

    def __init__(self, tmp_path, *parts, timing=None, **station):
        air = partial(Station, timeline=programme((0, 0), *parts), **station)
        self.station = None

        def tune(clock):
            self.station = air(clock)
            return self.station

        super().__init__(tmp_path, tune=tune if parts else None, timing=timing)

    def spans(self, least_s=0.3):
        """Who was heard, from when to when, to tenths of seconds; fades are part of them."""
        spans = []
        for who, start, end in self.heard():
            if spans and spans[-1][0] == who and start - spans[-1][2] < least_s:
                spans[-1] = (who, spans[-1][1], end)
            elif end - start > 0.05:
                spans.append((who, start, end))
        return [(who, round(start, 1), round(end, 1)) for who, start, end in spans]

    def notes(self):
        return [one.detail for one in self.reporter.pending()]

    def faults(self):
        told = [state.fault for state in self.states]
        return [one for one, before in zip(told, [None, *told], strict=False) if one != before]


@on_a_loop
async def test_a_relay_begins_on_time_and_stops_hard_at_its_end(tmp_path):
    async with AirStage(tmp_path, (E, 200)) as stage:
        stage.follow(item("r", relay(), 20, 60))
        await stage.run_to(100)
        assert stage.spans() == [("E", 20.0, 60.0)], "the stream goes on until 200"
        assert stage.journal() == [("r", 20.0, 60 + FADE_S, "finished")]
        assert stage.notes() == [""]
        assert all(one.is_closed for one in stage.station.listeners)
        assert [one.since_s for one in stage.station.listeners] == [10.0], "10 s before"


@on_a_loop
async def test_a_silent_station_is_replaced_and_comes_back(tmp_path):
    async with AirStage(tmp_path, (E, 30), (0, 20), (E, 100)) as stage:
        stage.follow(item("r", relay(patience_s=5, fallback=FALLBACK), 20, 70))
        await stage.run_to(100)
        (first, lost, back) = stage.spans()
        behind_s = 2.5
        assert first == ("E", 20.0, pytest.approx(30 + behind_s, abs=0.3))
        assert lost == ("A", pytest.approx(first[2] + 5, abs=0.1), pytest.approx(53.5, abs=0.4))
        assert back == ("E", pytest.approx(lost[2], abs=0.1), 70.0)
        assert stage.notes() == ["fallback 16 s, 1 break"]
        assert stage.journal()[0][3] == "finished"
        assert stage.faults() == ["", "the stream is silent", ""]


@on_a_loop
async def test_a_station_that_breaks_off_is_tried_again_and_found(tmp_path):
    async with AirStage(tmp_path, (E, 200), away=[(40, 60)]) as stage:
        stage.follow(item("r", relay(patience_s=3, fallback=FALLBACK), 20, 100))
        await stage.run_to(120)
        spans = stage.spans()
        assert [who for who, _, _ in spans] == ["E", "A", "E"]
        assert spans[1][1] == pytest.approx(40 + 2.5 + 3, abs=0.2)
        assert 60 < spans[2][1] < 60 + 15 + 3, "the longest wait between tries is 15 s"
        assert len(stage.station.listeners) < 15, "it is not besieged"
        assert stage.notes()[0].startswith("fallback")
        assert stage.faults()[1] == "the stream is away: the line broke"
        assert stage.journal() == [("r", 20.0, 100 + FADE_S, "finished")]


@on_a_loop
async def test_the_fallback_goes_round_with_fades(tmp_path):
    async with AirStage(tmp_path, (E, 200), away=[(0, 200)]) as stage:
        stage.follow(item("r", relay(patience_s=3, fallback=FALLBACK), 20, 40))
        await stage.run_to(60)
        (only,) = stage.spans()
        assert only == ("A", 20.0, 40.0), "patience was over before it began"
        wave = np.concatenate([block for _, block in stage.output.spoken()]).astype(int)
        assert np.abs(np.diff(wave)).max() < 20, "nothing clicks"
        dips = np.flatnonzero(np.diff((wave < 10).astype(int)) == 1)
        assert len(dips) >= 4, "each time round it fades"
        assert stage.notes() == ["fallback 20 s, 1 break"]


@on_a_loop
async def test_without_a_fallback_a_lost_relay_is_silence_until_its_end(tmp_path):
    async with AirStage(tmp_path, (E, 200), away=[(0, 200)]) as stage:
        stage.follow(item("r", relay(patience_s=3), 20, 40))
        await stage.run_to(60)
        assert stage.spans() == []
        assert stage.journal() == [("r", 20.0, 40 + FADE_S, "finished")]
        assert stage.notes() == ["silent 20 s, 1 break"]


@on_a_loop
async def test_a_fallback_that_is_not_there_holds_nothing_up(tmp_path):
    async with AirStage(tmp_path, (E, 200), away=[(0, 30)]) as stage:
        stage.missing.add(FALLBACK.sha256)
        stage.follow(item("r", relay(patience_s=3, fallback=FALLBACK), 20, 60))
        await stage.run_to(80)
        (only,) = stage.spans()
        assert only[0] == "E"
        assert 30 < only[1] < 50
        assert stage.journal() == [("r", 20.0, 60 + FADE_S, "finished")]


@on_a_loop
async def test_a_station_that_is_late_begins_late(tmp_path):
    async with AirStage(tmp_path, (E, 300), away=[(0, 60)]) as stage:
        stage.follow(item("r", relay(patience_s=600), 20, 100))
        await stage.run_to(120)
        (only,) = stage.spans()
        assert 60 < only[1] < 80, "more than 30 s late, for a relay may be joined at any time"
        assert only[2] == 100.0


@on_a_loop
async def test_what_never_came_is_missed_and_says_why(tmp_path):
    async with AirStage(tmp_path, (E, 300), away=[(0, 300)]) as stage:
        stage.follow(item("r", relay(patience_s=600), 20, 40))
        await stage.run_to(60)
        assert stage.journal() == [("r", None, 40.0, "missed")]
        assert stage.notes() == ["it was never heard: the line broke"]


@on_a_loop
async def test_an_emergency_cuts_in_and_the_stream_is_joined_where_it_is(tmp_path):
    async with AirStage(tmp_path, (4, 33), (E, 300)) as stage:
        stage.follow(
            item("r", relay(), 20, 60), item("c", sound("C", 6), 30, 36, urgency=EMERGENCY)
        )
        await stage.run_to(80)
        assert stage.spans() == [
            ("D", 20.0, 30.0), ("C", 30.0, 36.0), ("E", 36.0, 60.0)
        ]  # fmt: skip
        assert [entry[3] for entry in stage.journal()] == ["interrupted", "finished", "finished"]
        assert len(stage.station.listeners) == 1, "it stayed tuned in meanwhile"


@on_a_loop
async def test_a_long_emergency_does_not_end_a_relay_that_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(lineup, "RESUME_WITHIN", timedelta(seconds=10))
    async with AirStage(tmp_path, (E, 200)) as stage:
        stage.follow(
            item("r", relay(), 20, 80), item("c", sound("C", 30), 30, 60, urgency=EMERGENCY)
        )
        await stage.run_to(100)
        assert stage.spans()[-1] == ("E", 60.0, 80.0), "a recorded sound would be given up"


@pytest.mark.parametrize("how", [OnInterrupt.DROP, OnInterrupt.SKIP_IF_LATE])
def test_a_relay_that_may_not_go_on_does_not(tmp_path, how):
    @on_a_loop
    async def play():
        async with AirStage(tmp_path, (E, 300)) as stage:
            stage.follow(
                item("r", relay(), 20, 100, on_interrupt=how),
                item("c", sound("C", 40), 30, 70, urgency=EMERGENCY),
            )
            await stage.run_to(120)
            assert [who for who, _, _ in stage.spans()] == ["E", "C"]

    play()


@on_a_loop
async def test_the_hours_cut_a_relay_like_everything(tmp_path):
    noon = HoursPolicy("thử", HANOI, (Window(WEEK, time(11), time(12, 1)),))
    async with AirStage(tmp_path, (E, 300)) as stage:
        stage.follow(item("r", relay(), 20, 100), hours=noon)
        await stage.run_to(120)
        assert stage.spans() == [("E", 20.0, 60.0)]
        assert stage.journal() == [("r", 20.0, 60 + FADE_S, "out_of_hours")]


@on_a_loop
async def test_a_session_that_lasted_long_enough_is_cut(tmp_path):
    short = HoursPolicy("thử", HANOI, (Window(WEEK, time(0), time(0)),), longest_session_min=1)
    async with AirStage(tmp_path, (E, 300)) as stage:
        stage.follow(item("r", relay(), 20, 200), hours=short)
        await stage.run_to(220)
        assert stage.spans() == [("E", 20.0, pytest.approx(80 + GRACE_S, abs=1))]
        assert stage.journal()[0][3] == "refused"


@on_a_loop
async def test_a_cancelled_relay_falls_silent_and_is_no_longer_received(tmp_path):
    async with AirStage(tmp_path, (E, 300)) as stage:
        stage.follow(item("r", relay(), 20, 100))
        stage.clock.call_at(at(40), lambda: stage.follow(version=2))
        await stage.run_to(60)
        assert stage.spans() == [("E", 20.0, 40.0)]
        assert stage.journal()[0][3] == "cancelled"
        assert all(one.is_closed for one in stage.station.listeners)


@pytest.mark.parametrize("step_s", [-10_800, 10_800])
def test_a_clock_that_is_set_makes_no_relay_longer(tmp_path, step_s):
    @on_a_loop
    async def play():
        async with AirStage(tmp_path, (E, 300)) as stage:
            lasting = relay(patience_s=3, fallback=FALLBACK)
            stage.follow(item("r", lasting, 20, 60), not_before=-20_000)
            stage.clock.call_at(at(40), lambda: stage.clock.turn(timedelta(seconds=step_s)))
            await stage.run_to(41)
            await stage.run_to(140 + step_s)
            heard_s = sum(end - start for _, start, end in stage.heard())
            assert heard_s == pytest.approx(37 if step_s < 0 else 20, abs=0.5)

    play()


@on_a_loop
async def test_a_line_that_fails_is_tried_again_as_long_as_the_relay_lasts(tmp_path):
    async with AirStage(tmp_path, (E, 300)) as stage:
        stage.follow(item("r", relay(), 20, 120))
        stage.clock.call_at(at(30), lambda: setattr(stage.output, "broken", True))
        stage.clock.call_at(at(75), lambda: setattr(stage.output, "broken", False))
        await stage.run_to(140)
        assert [(who, end) for who, _, end in stage.spans()] == [("E", 30.0), ("E", 120.0)]
        assert [entry[3] for entry in stage.journal()] == ["fault", "finished"]


@on_a_loop
async def test_a_page_begins_as_soon_as_it_is_heard_and_ends_with_its_stream(tmp_path):
    async with AirStage(tmp_path, (E, 60), over_at=30, burst_s=0) as stage:
        stage.clock.call_at(at(5), lambda: stage.follow(item("p", page(), 5, 300)))
        await stage.run_to(60)
        (only,) = stage.spans()
        assert only == ("E", pytest.approx(5.3, abs=0.1), pytest.approx(30.3, abs=0.2))
        assert stage.journal()[0][3] == "finished"
        assert stage.notes() == [""]


@on_a_loop
async def test_a_page_left_open_is_cut_at_its_longest(tmp_path):
    async with AirStage(tmp_path, (E, 300), burst_s=0) as stage:
        stage.clock.call_at(at(5), lambda: stage.follow(item("p", page(), 5, 65)))
        await stage.run_to(100)
        assert stage.spans()[-1][2] == 65.0
        assert stage.journal()[0][2:] == (65 + FADE_S, "finished")


@on_a_loop
async def test_a_page_whose_line_breaks_is_a_fault(tmp_path):
    async with AirStage(tmp_path, (E, 300), away=[(20, 300)], burst_s=0) as stage:
        stage.clock.call_at(at(5), lambda: stage.follow(item("p", page(patience_s=4), 5, 65)))
        await stage.run_to(100)
        (entry,) = stage.journal()
        assert entry[2] == pytest.approx(24.3, abs=0.3)
        assert entry[3] == "fault"
        assert stage.notes() == ["the stream is away: the line broke; silent 4 s, 1 break"]


@on_a_loop
async def test_a_short_break_of_a_page_is_only_a_break(tmp_path):
    async with AirStage(tmp_path, (E, 300), away=[(20, 21)], burst_s=0, over_at=40) as stage:
        stage.clock.call_at(at(5), lambda: stage.follow(item("p", page(patience_s=8), 5, 65)))
        await stage.run_to(100)
        assert [who for who, _, _ in stage.spans()] == ["E", "E"]
        assert stage.journal()[0][3] == "finished"
        assert stage.notes()[0].endswith("1 break")


@on_a_loop
async def test_a_speaker_may_think_for_a_while(tmp_path):
    async with AirStage(tmp_path, (E, 20), (0, 15), (E, 300), burst_s=0, over_at=50) as stage:
        stage.clock.call_at(at(5), lambda: stage.follow(item("p", page(patience_s=4), 5, 65)))
        await stage.run_to(100)
        assert [who for who, _, _ in stage.spans()] == ["E", "E"]
        assert stage.notes() == [""]


@on_a_loop
async def test_a_page_that_is_released_ends_when_the_plan_says(tmp_path):
    async with AirStage(tmp_path, (E, 300), burst_s=0) as stage:
        stage.clock.call_at(at(5), lambda: stage.follow(item("p", page(), 5, 65)))
        stage.clock.call_at(at(30), lambda: stage.follow(item("p", page(), 5, 30.5), version=2))
        await stage.run_to(60)
        assert stage.journal()[0][2:] == (30.5 + FADE_S, "finished")


@on_a_loop
async def test_a_page_nobody_spoke_is_missed(tmp_path):
    async with AirStage(tmp_path, (E, 300), away=[(0, 300)], burst_s=0) as stage:
        stage.follow(item("p", page(), 5, 35))
        await stage.run_to(60)
        assert stage.journal() == [("p", None, 35.0, "missed")]
        assert stage.notes() == ["it was never heard: the line broke"]


@on_a_loop
async def test_the_first_words_of_a_page_wait_for_the_amplifier(tmp_path):
    parts = (0, 5), (4, 1), (E, 300)
    timing = Timing(lead_in_ms=2_000)
    async with AirStage(tmp_path, *parts, timing=timing, burst_s=0, over_at=20) as stage:
        stage.clock.call_at(at(5), lambda: stage.follow(item("p", page(), 5, 65)))
        await stage.run_to(60)
        assert stage.spans()[0] == ("D", pytest.approx(7.4, abs=0.2), pytest.approx(8.4, abs=0.2))


@on_a_loop
async def test_no_receiver_at_all_is_told(tmp_path):
    async with AirStage(tmp_path) as stage:
        stage.follow(item("r", relay(patience_s=3), 20, 40))
        await stage.run_to(60)
        assert stage.faults()[1].startswith("the stream is away: it cannot be received here")
