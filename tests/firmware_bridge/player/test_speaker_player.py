"""The loudspeaker's player in virtual time: what is heard, to the block, and what is proved."""

import shutil
from datetime import time, timedelta

import pytest
from loudspeaker_stage import (
    BLOCK_S,
    EMERGENCY,
    PRIORITY,
    PacedOutput,
    Stage,
    on_a_loop,
    sound,
)
from plans import at, item

from firmware_bridge.player.fade import FADE
from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.schedule.plan import OnInterrupt
from playlists.schedule.policy import HoursPolicy, Window


@on_a_loop
async def test_a_sound_starts_at_its_instant_and_finishes(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", sound("A", 3), 20, 23))
        await stage.run_to(30)
        assert stage.heard() == [("A", 20, 23)]
        assert stage.journal() == [("a", 20, 23, "finished")]
        assert stage.output.calls == ["open", "drain", "close"]
        on = next(state for state in stage.states if state.broadcast)
        assert (on.since, on.until, on.asset) == (at(20), at(23), sound("A", 3).sha256)


@on_a_loop
async def test_the_next_of_two_in_a_row_is_decoded_once_and_before_its_turn(tmp_path):
    async with Stage(tmp_path, output=PacedOutput) as stage:
        stage.follow(item("a", sound("A", 3), 20, 23), item("b", sound("B", 3), 23, 26))
        await stage.run_to(30)
        assert stage.decoded == ["A", "B"]
        assert [entry[3] for entry in stage.journal()] == ["finished"] * 2


@on_a_loop
async def test_a_sound_that_comes_a_little_late_is_not_cut(tmp_path):
    async with Stage(tmp_path) as stage:
        await stage.run_to(22)
        stage.follow(item("a", sound("A", 1), 20, 21))
        await stage.run_to(30)
        ((who, start, end),) = stage.heard()
        assert who == "A"
        assert end - start == pytest.approx(1)
        assert [entry[3] for entry in stage.journal()] == ["finished"]


@on_a_loop
async def test_a_sound_that_comes_too_late_is_missed_once(tmp_path):
    async with Stage(tmp_path) as stage:
        await stage.run_to(51)
        for version in (1, 2):
            stage.follow(item("a", sound("A", 60), 20, 80), version=version)
            await stage.run_to(51 + version)
        assert stage.heard() == []
        assert stage.journal() == [("a", None, 51, "missed")]


@on_a_loop
async def test_an_end_before_the_sounds_own_is_hard(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", sound("A", 10), 5, 8))
        await stage.run_to(20)
        ((who, start, end),) = stage.heard()
        assert (who, start) == ("A", 5)
        assert 8 <= end < 8 + 2 * BLOCK_S
        assert [entry[3] for entry in stage.journal()] == ["finished"]


@on_a_loop
async def test_an_emergency_cuts_in_within_a_block_and_the_rest_resumes(tmp_path):
    async with Stage(tmp_path) as stage:
        normal = item("a", sound("A", 10), 5, 15)
        stage.follow(normal)
        siren = item("b", sound("B", 4), 8, 12, urgency=EMERGENCY)
        stage.clock.call_at(at(7.5), lambda: stage.follow(normal, siren, version=2))
        await stage.run_to(40)
        (first, cut, again) = [span for span in stage.heard() if span[2] - span[1] > 0.1]
        assert first[:2] == ("A", 5)
        assert cut[0] == "B"
        assert 8 <= cut[1] < 8 + 3 * BLOCK_S
        assert again[0] == "A"
        played = sum(len(block) for _, block in stage.output.spoken()) / SAMPLE_RATE_HZ
        assert played == pytest.approx(14, abs=0.05), "nothing is lost, little is heard twice"
        assert [(entry[0], entry[3]) for entry in stage.journal()] == [
            ("a", "interrupted"),
            ("b", "finished"),
            ("a", "finished"),
        ]


@on_a_loop
async def test_interruption_fades_out_and_resumption_fades_in(tmp_path):
    async with Stage(tmp_path) as stage:
        siren = item("b", sound("B", 1), 8, 9, urgency=EMERGENCY)
        stage.follow(item("a", sound("A", 10), 5, 15), siren)
        await stage.run_to(40)
        blocks = [block for _, block in stage.output.spoken()]
        fades = [block for block in blocks if len(block) == FADE]
        assert [(block[0], block[-1]) for block in fades] == [(1000, 0)]
        resumed = blocks[[len(block) for block in blocks].index(FADE) + 1 + 50]
        assert resumed[0] == 0
        assert resumed[-1] == 1000


@pytest.mark.parametrize(
    ("how", "siren_s", "expected"),
    [
        (OnInterrupt.RESUME, 40, 10),
        (OnInterrupt.RESTART, 40, 13),
        (OnInterrupt.DROP, 4, 3),
        (OnInterrupt.SKIP_IF_LATE, 4, 10),
        (OnInterrupt.SKIP_IF_LATE, 40, 3),
    ],
)
def test_what_happens_to_the_interrupted(tmp_path, how, siren_s, expected):
    @on_a_loop
    async def play():
        async with Stage(tmp_path) as stage:
            normal = item("a", sound("A", 10), 5, 15, on_interrupt=how)
            stage.follow(normal, item("b", sound("B", siren_s), 8, 8 + siren_s, urgency=PRIORITY))
            await stage.run_to(80)
            heard_s = sum(end - start for who, start, end in stage.heard() if who == "A")
            assert heard_s == pytest.approx(expected, abs=0.1)

    play()


@on_a_loop
async def test_of_two_at_once_the_second_waits_and_is_missed_when_it_waits_too_long(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(
            item("a", sound("A", 20), 5, 25),
            item("b", sound("B", 2), 10, 12),
            item("c", sound("C", 40), 11, 51),
            item("d", sound("D", 2), 20, 22),
        )
        await stage.run_to(90)
        assert [span[0] for span in stage.heard()] == ["A", "B", "C"]
        assert [(entry[0], entry[3]) for entry in stage.journal()] == [
            ("a", "finished"),
            ("b", "finished"),
            ("d", "missed"),
            ("c", "finished"),
        ]


@on_a_loop
async def test_cancel_silences_within_a_block(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", sound("A", 10), 5, 15))
        stage.clock.call_at(at(7.5), lambda: stage.follow(version=2))
        await stage.run_to(30)
        ((_, _, end),) = stage.heard()
        assert end < 7.5 + 2 * BLOCK_S
        assert [entry[3] for entry in stage.journal()] == ["cancelled"]


@on_a_loop
async def test_a_plan_that_dropped_what_is_over_does_not_cut_the_tail(tmp_path):
    async with Stage(tmp_path) as stage:
        await stage.run_to(7)
        stage.follow(item("a", sound("A", 5), 5, 10))
        stage.clock.call_at(at(10.5), lambda: stage.follow(version=2))
        await stage.run_to(30)
        assert sum(end - start for _, start, end in stage.heard()) == pytest.approx(5)
        assert [entry[3] for entry in stage.journal()] == ["finished"]


def hours(start, end):
    return HoursPolicy("thử", "Asia/Ho_Chi_Minh", (Window(frozenset(range(7)), start, end),))


@on_a_loop
async def test_hours_cut_a_sound_and_forbid_the_next_but_not_an_emergency(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(  # noon in Việt Nam is second 0
            item("a", sound("A", 30), 40, 70),
            item("b", sound("B", 5), 80, 85),
            item("c", sound("C", 5), 90, 95, urgency=EMERGENCY),
            hours=hours(time(11, 0), time(12, 1)),
        )
        await stage.run_to(120)
        assert [(who, round(start)) for who, start, _ in stage.heard()] == [("A", 40), ("C", 90)]
        assert stage.heard()[0][2] < 60 + 2 * BLOCK_S
        assert [(entry[0], entry[3]) for entry in stage.journal()] == [
            ("a", "out_of_hours"),
            ("b", "out_of_hours"),
            ("c", "finished"),
        ]


@on_a_loop
async def test_the_lease_cuts_even_what_is_on(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", sound("A", 10), 5, 15), not_after=8)
        await stage.run_to(20)
        assert [entry[3] for entry in stage.journal()] == ["lease_ended"]


@on_a_loop
async def test_nothing_plays_by_an_untrusted_clock(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.clock.trusted = False
        stage.follow(item("a", sound("A", 3), 5, 8))
        await stage.run_to(6)
        assert stage.heard() == []
        assert "clock" in stage.states[-1].why
        stage.clock.trusted = True
        await stage.run_to(20)
        assert [span[0] for span in stage.heard()] == ["A"]


@on_a_loop
async def test_a_sound_never_airs_twice_also_after_a_crash(tmp_path):
    sounds = [item("a", sound("A", 10), 5, 15)]
    other_disk = tmp_path / "after"
    other_disk.mkdir()
    async with Stage(tmp_path) as stage:
        stage.follow(*sounds)
        journal = tmp_path / "asrun.log"
        stage.clock.call_at(at(8), lambda: shutil.copy(journal, other_disk))
        await stage.run_to(9)
    async with Stage(other_disk) as stage:
        stage.clock.turn(timedelta(seconds=9))
        stage.follow(*sounds)
        await stage.run_to(20)
        assert stage.heard() == []
        assert stage.journal() == [("a", 5, 5, "power_lost")]


@on_a_loop
async def test_a_broken_output_is_reported_and_the_sound_goes_on_when_it_is_back(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", sound("A", 10), 5, 15))
        stage.clock.call_at(at(7), lambda: setattr(stage.output, "broken", True))
        stage.clock.call_at(at(9), lambda: setattr(stage.output, "broken", False))
        await stage.run_to(40)
        assert [entry[3] for entry in stage.journal()] == ["fault", "finished"]
        assert any(state.fault == "loa: unplugged" for state in stage.states)
        assert stage.states[-1].fault == ""
        assert sum(end - start for _, start, end in stage.heard()) == pytest.approx(10, abs=0.1)


@on_a_loop
async def test_an_output_that_stays_broken_is_why_it_was_missed(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.output.broken = True
        stage.follow(item("a", sound("A", 10), 5, 15))
        await stage.run_to(40)
        assert [entry[3] for entry in stage.journal()] == ["missed"]
        assert stage.reporter.pending()[0].detail == "loa: unplugged"


@on_a_loop
async def test_what_cannot_be_decoded_is_missed_with_the_reason(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("x", sound("X", 10), 5, 15))
        await stage.run_to(40)
        (entry,) = stage.reporter.pending()
        assert (entry.end_reason.value, entry.detail) == (
            "missed",
            "it cannot be played: bad sound: noise",
        )


@on_a_loop
async def test_a_file_that_comes_in_time_is_heard(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.missing.add(sound("A", 3).sha256)
        stage.follow(item("a", sound("A", 3), 5, 8))
        await stage.run_to(10)
        stage.missing.clear()
        stage.player.refresh()
        await stage.run_to(30)
        assert [span[0] for span in stage.heard()] == ["A"]


@on_a_loop
async def test_stopping_ends_what_is_on(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", sound("A", 10), 5, 15))
        stage.clock.call_at(at(7), stage.player.stop)
        await stage.run_to(9)
        assert [entry[3] for entry in stage.journal()] == ["stopped"]
        assert stage.output.calls[-1] == "close"
