"""Who interrupts whom, where the interrupted goes on, and clocks that jump meanwhile."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loudspeaker_stage import EMERGENCY, NORMAL, PRIORITY, Stage, on_a_loop, sound
from plans import asset, at, item

from firmware_bridge.player.outlet import BLOCK
from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.schedule.plan import OnInterrupt

HOURS_3 = timedelta(hours=3)
MIDNIGHT_S = 12 * 3_600
"""Noon in Việt Nam is second 0."""
LETTER = 10_000
MS = SAMPLE_RATE_HZ // 1000


class NumberedStage(Stage):
    """Each sample says whose it is, and which millisecond of it: A 1 to 9,999, B 10,001 …"""

    def decode(self, wanted):
        for place, letter in enumerate("ABC"):
            if asset(letter.encode()).sha256 == wanted.sha256:
                ms = np.arange(wanted.duration_ms * MS) // MS
                return (place * LETTER + ms + 1).astype(np.int16)
        raise AssertionError("no such sound")

    def turns(self):
        """Who spoke, from which to which of its milliseconds; blocks that fade are left out."""
        turns = []
        for _, block in self.output.spoken():
            if len(block) < BLOCK or np.diff(block.astype(int)).max() > 1:
                continue
            who, first = "ABC"[block[0] // LETTER], int(block[0]) % LETTER - 1
            last = int(block[-1]) % LETTER - 1
            if turns and turns[-1][0] == who and first == turns[-1][2] + 1:
                turns[-1] = (who, turns[-1][1], last)
            else:
                turns.append((who, first, last))
        return turns


@on_a_loop
async def test_emergency_during_priority_during_normal(tmp_path):
    async with NumberedStage(tmp_path) as stage:
        stage.follow(
            item("a", sound("A", 9), 5, 14),
            item("b", sound("B", 6), 8, 14, urgency=PRIORITY),
            item("c", sound("C", 3), 10, 13, urgency=EMERGENCY),
        )
        await stage.run_to(60)
        turns = stage.turns()
        assert [who for who, _, _ in turns] == ["A", "B", "C", "B", "A"]
        (_, _, a_cut), (_, _, b_cut), _, (_, b_again, b_end), (_, a_again, a_end) = turns
        assert a_cut == pytest.approx(3_000, abs=50)
        assert b_cut == pytest.approx(2_000, abs=50)
        assert a_again - a_cut <= 100
        assert b_again - b_cut <= 100
        assert (a_end, b_end) == (8_999, 5_999), "both to their last sample, as loud as before"
        assert [(entry[0], entry[3]) for entry in stage.journal()] == [
            ("a", "interrupted"),
            ("b", "interrupted"),
            ("c", "finished"),
            ("b", "finished"),
            ("a", "finished"),
        ]


@on_a_loop
async def test_what_was_interrupted_resumes_at_the_very_sample(tmp_path):
    async with NumberedStage(tmp_path) as stage:
        stage.follow(
            item("a", sound("A", 9), 5, 14), item("c", sound("C", 2), 8, 10, urgency=EMERGENCY)
        )
        await stage.run_to(60)
        (_, _, cut), _, (_, again, _) = stage.turns()
        fading_in = BLOCK // MS
        assert again == cut + 1 + fading_in


@pytest.mark.parametrize(
    ("urgency", "order"), [(PRIORITY, "ABCA"), (EMERGENCY, "ACBA")], ids=["first", "latest"]
)
def test_two_interrupt_at_the_same_moment_and_nothing_is_lost(tmp_path, urgency, order):
    @on_a_loop
    async def play():
        async with Stage(tmp_path) as stage:
            stage.follow(
                item("a", sound("A", 10), 5, 15),
                item("b", sound("B", 50), 8, 58, urgency=urgency),
                item("c", sound("C", 40), 8, 48, urgency=urgency),
            )
            await stage.run_to(300)
            spoken = [span for span in stage.heard() if span[2] - span[1] > 0.1]
            assert "".join(who for who, _, _ in spoken) == order
            heard_s = dict.fromkeys("ABC", 0.0)
            for who, start, end in stage.heard():
                heard_s[who] += end - start
            assert heard_s == pytest.approx({"A": 10, "B": 50, "C": 40}, abs=0.1)
            assert [entry[3] for entry in stage.journal()].count("finished") == 3

    play()


@on_a_loop
async def test_what_is_on_is_not_cut_by_an_equal_whose_plan_came_late(tmp_path):
    async with Stage(tmp_path) as stage:
        on, late = item("a", sound("A", 10), 20, 30), item("b", sound("B", 3), 19, 22)
        stage.follow(on)
        stage.clock.call_at(at(22), lambda: stage.follow(on, late, version=2))
        await stage.run_to(40)
        assert stage.heard() == [("A", 20, 30), ("B", 30, 33)]
        assert [entry[3] for entry in stage.journal()] == ["finished"] * 2


@on_a_loop
async def test_the_latest_emergency_cuts_in_and_the_earlier_goes_on(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(
            item("a", sound("A", 10), 8, 18, urgency=EMERGENCY),
            item("b", sound("B", 3), 10, 13, urgency=EMERGENCY),
        )
        await stage.run_to(60)
        spoken = [span for span in stage.heard() if span[2] - span[1] > 0.1]
        assert [who for who, _, _ in spoken] == ["A", "B", "A"]
        assert spoken[1][1] == pytest.approx(10, abs=0.05)


@pytest.mark.parametrize("how", [OnInterrupt.DROP, OnInterrupt.SKIP_IF_LATE])
def test_what_may_not_be_late_does_not_wait(tmp_path, how):
    @on_a_loop
    async def play():
        async with Stage(tmp_path) as stage:
            stage.follow(
                item("b", sound("B", 50), 8, 58, urgency=PRIORITY),
                item("c", sound("C", 3), 8, 11, urgency=PRIORITY, on_interrupt=how),
            )
            await stage.run_to(300)
            assert [who for who, _, _ in stage.heard()] == ["B"]
            assert [(entry[0], entry[3]) for entry in stage.journal()] == [
                ("c", "missed"),
                ("b", "finished"),
            ]

    play()


@on_a_loop
async def test_who_waits_an_hour_in_vain_is_missed_once(tmp_path):
    async with Stage(tmp_path) as stage:
        length_s = 3_700
        stage.follow(
            item("b", sound("B", length_s), 8, 8 + length_s, urgency=EMERGENCY),
            item("c", sound("C", 3), 8, 11, urgency=PRIORITY),
        )
        await stage.run_to(4_000)
        assert [(entry[0], entry[3]) for entry in stage.journal()] == [
            ("c", "missed"),
            ("b", "finished"),
        ]


@on_a_loop
async def test_a_new_plan_lets_what_is_over_go_on_and_cancels_what_it_does_not_hold(tmp_path):
    async with Stage(tmp_path) as stage:
        news = item("a", sound("A", 60), 5, 65)
        siren = item("b", sound("B", 50), 30, 80, urgency=EMERGENCY)
        stage.follow(news, siren)
        stage.clock.call_at(at(70), lambda: stage.follow(news, siren, version=2, not_before=70))
        stage.clock.call_at(at(110), lambda: stage.follow(news, version=3, not_before=110))
        stage.clock.call_at(at(112), lambda: stage.follow(version=4, not_before=112))
        # Nothing wakes the player in the long time before the siren but the plan itself.
        await stage.run_to(200)
        assert [(entry[0], entry[3]) for entry in stage.journal()] == [
            ("a", "interrupted"),
            ("b", "finished"),
            ("a", "cancelled"),
        ]
        assert stage.heard()[-1][2] == pytest.approx(112, abs=0.05)


@on_a_loop
async def test_what_was_over_when_the_plan_was_made_is_not_missed(tmp_path):
    async with Stage(tmp_path) as stage:
        await stage.run_to(100)
        stage.follow(item("a", sound("A", 10), 5, 15), not_before=100)
        await stage.run_to(200)
        assert stage.heard() == []
        assert stage.journal() == []


def jump(stage, when, by):
    stage.clock.call_at(at(when), lambda: stage.clock.turn(by))


@pytest.mark.parametrize("by", [HOURS_3, -HOURS_3], ids=["on", "back"])
@pytest.mark.parametrize("start", [5, MIDNIGHT_S - 2], ids=["at noon", "over midnight"])
def test_a_clock_that_jumps_while_a_sound_is_on_neither_cuts_nor_repeats_it(tmp_path, start, by):
    @on_a_loop
    async def play():
        async with Stage(tmp_path) as stage:
            stage.follow(item("a", sound("A", 10), start, start + 10), not_before=-20_000)
            jump(stage, start + 3, by)
            await stage.run_to(start + 6 * 3_600)
            blocks = stage.output.spoken()
            assert sum(len(block) for _, block in blocks) == 10 * SAMPLE_RATE_HZ
            assert stage.journal() == [("a", start, start + 10, "finished")]

    play()


@on_a_loop
async def test_a_clock_that_is_set_back_plays_nothing_twice(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(
            item("a", sound("A", 3), 20, 23), item("b", sound("B", 3), 100, 103), not_before=-20_000
        )
        jump(stage, 60, -HOURS_3)
        await stage.run_to(300)
        assert [who for who, _, _ in stage.heard()] == ["A", "B"]
        assert [(entry[0], entry[3]) for entry in stage.journal()] == [
            ("a", "finished"),
            ("b", "finished"),
        ]


@on_a_loop
async def test_what_a_jump_passed_over_is_missed_once_and_the_rest_is_on_time(tmp_path):
    async with Stage(tmp_path) as stage:
        later = 3 * 3_600 + 100
        stage.follow(
            item("a", sound("A", 3), 3_600, 3_603), item("b", sound("B", 3), later, later + 3)
        )
        jump(stage, 60, HOURS_3)
        await stage.run_to(later + 60)
        assert stage.heard() == [("B", later, later + 3)]
        assert [(entry[0], entry[3]) for entry in stage.journal()] == [
            ("a", "missed"),
            ("b", "finished"),
        ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    jumps=st.lists(
        st.tuples(st.integers(1, 7_000), st.integers(-10_800, 10_800)), min_size=1, max_size=3
    ),
    starts=st.lists(st.integers(0, 90), min_size=1, max_size=4, unique=True),
    urgencies=st.lists(st.sampled_from([NORMAL, PRIORITY, EMERGENCY]), min_size=4, max_size=4),
)
def test_however_the_clock_jumps_each_sound_is_accounted_for_once(
    tmp_path_factory, jumps, starts, urgencies
):
    @on_a_loop
    async def play():
        async with Stage(tmp_path_factory.mktemp("jumps")) as stage:
            items = [
                item(letter.lower(), sound(letter, 8), 80 * start, 80 * start + 8, urgency=urgency)
                for letter, start, urgency in zip("ABCD", starts, urgencies, strict=False)
            ]
            stage.follow(*items, not_before=-40_000)
            for when, by_s in jumps:
                jump(stage, when, timedelta(seconds=by_s))
            await stage.run_to(40_000)
            lasts = [entry for entry in stage.journal() if entry[3] in {"finished", "missed"}]
            assert sorted(entry[0] for entry in lasts) == sorted(one.broadcast for one in items)
            for one in items:
                blocks = [
                    block
                    for _, block in stage.output.spoken()
                    if int(np.abs(block.astype(int)).max())
                    == 1000 * ("abcd".index(one.broadcast) + 1)
                ]
                heard_s = sum(map(len, blocks)) / SAMPLE_RATE_HZ
                assert heard_s == 0 or heard_s == pytest.approx(8, abs=0.2)

    play()
