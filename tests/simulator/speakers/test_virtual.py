"""A player on a virtual output: changes fall on the sample, and the ear knows what it hears."""

import asyncio
import math
from datetime import time

import numpy as np
import pytest
import tones
from air import no_air
from plans import asset, at, item, plan

from firmware_bridge.player.outlet import Outlet
from firmware_bridge.player.speaker import SpeakerPlayer
from firmware_bridge.reporter import Reporter
from firmware_bridge.sounds import SoundShelf
from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.errors import BadBytes
from playlists.schedule.plan import AssetKind, BroadcastClass
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.windows import WEEK, VolumeCap, Window
from simulator.clockwork import InlineHand, VirtualClock, run
from simulator.speakers import virtual
from simulator.speakers.listener import UNKNOWN, Listener, levels_dbfs
from simulator.speakers.virtual import VirtualOutput

NORMAL, PRIORITY, EMERGENCY = BroadcastClass
SOUNDS = {
    "A": tones.voice(10, -12, seed=1),
    "B": tones.voice(10, -12, seed=2),
    "C": tones.noise(10, -20),
}
FILES = {letter: tones.as_wav(np.tile(samples, 6)) for letter, samples in SOUNDS.items()}
SHELF = SoundShelf(
    lambda wanted: next(d for d in FILES.values() if asset(d).sha256 == wanted.sha256)
)


def sound(letter):
    return asset(FILES[letter], AssetKind.SOUND, 60_000)


KNOWN = {sound(letter).sha256: SHELF.get(sound(letter)) for letter in FILES}


def heard(tmp_path, plans, until_s):
    """Play plans, (second of its coming, plan), and return the ear and the journal."""

    async def work():
        clock, hand, ear = VirtualClock(at(0)), InlineHand(), Listener(KNOWN)
        journal = Reporter(tmp_path / "asrun.log")
        player = SpeakerPlayer(
            name="thử",
            outlet=Outlet(VirtualOutput(clock, hand, ear), hand, clock, block=virtual.BLOCK),
            clock=clock,
            reporter=journal,
            has=lambda _asset: True,
            decode=SHELF.get,
            decoder=InlineHand(),
            tune=no_air,
            report=lambda _on_air: None,
        )
        playing = asyncio.create_task(player.run())
        for second, wanted in plans:
            await clock.sleep_until(at(second))
            player.follow(wanted)
        await clock.sleep_until(at(until_s))
        player.stop()
        await playing
        return ear, journal.pending()

    return run(work())


def test_an_interruption_falls_on_the_sample_in_the_midst_of_a_block(tmp_path):
    items = (
        item("a", sound("A"), 5, 95),
        item("b", sound("B"), 12.3456, 103, urgency=PRIORITY),
    )
    ear, journal = heard(tmp_path, [(0, plan(*items))], 200)
    spans = [(span.sound, span.start_s, span.first) for span in ear.spans]
    a, b = sound("A").sha256, sound("B").sha256
    fade = SAMPLE_RATE_HZ * 15 // 1000
    cut = math.ceil(7.3456 * SAMPLE_RATE_HZ)
    assert [(name, first) for name, _, first in spans] == [(a, 0), (b, 0), (a, cut)]
    assert ear.spans[0].count == cut + fade
    assert spans[1][1] == pytest.approx(12.3456 + 0.015, abs=1e-4)
    assert [entry.end_reason.value for entry in journal] == ["interrupted", "finished", "finished"]
    assert sum(span.count for span in ear.spans) == 2 * 60 * SAMPLE_RATE_HZ + fade


def test_a_cap_holds_from_its_first_sample_to_its_last(tmp_path):
    cap = VolumeCap(Window(WEEK, time(12, 0, 20), time(12, 0, 38)), -12)
    everywhen = (Window(WEEK, time(0), time(0)),)
    hours = HoursPolicy("thử", "Asia/Ho_Chi_Minh", everywhen, caps=(cap,))
    ear, _ = heard(tmp_path, [(0, plan(item("c", sound("C"), 5, 95), hours=hours))], 100)
    (span,) = ear.spans
    gains_db = np.subtract(span.levels_dbfs, levels_dbfs(KNOWN[span.sound]))
    assert gains_db[:14] == pytest.approx(0, abs=0.01)
    assert gains_db[15:33] == pytest.approx(-12, abs=0.05)
    assert gains_db[34:] == pytest.approx(0, abs=0.01)
    assert -1.0 < gains_db[14] < 0  # it falls in the last 20 ms before
    assert -1.0 < gains_db[33] < 0  # and rises in the first after


def test_what_was_cancelled_is_not_heard_beyond_the_block_that_was_taken(tmp_path):
    planned = plan(item("a", sound("A"), 5, 95))
    ear, (entry,) = heard(tmp_path, [(0, planned), (26, plan(version=2))], 200)
    (span,) = ear.spans
    assert entry.end_reason.value == "cancelled"
    assert span.end_s == pytest.approx((entry.ended_at - at(0)).total_seconds(), abs=1e-3)
    assert span.end_s == pytest.approx(35, abs=0.02)


def test_an_ear_knows_a_stranger_and_silence():
    ear, voice = Listener(KNOWN), tones.voice(2, -12, seed=9)
    ear.hear(np.zeros(SAMPLE_RATE_HZ, np.int16), 0.0)
    ear.hear(voice, 1.0)
    (span,) = ear.spans
    assert (span.sound, span.start_s, span.count) == (UNKNOWN, 1.0, len(voice))


@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_an_ear_follows_a_sound_at_any_level_and_in_any_blocks(gain):
    ear, chance, name = Listener(KNOWN), np.random.default_rng(7), sound("B").sha256
    samples, at_sample = np.rint(KNOWN[name] * gain).astype(np.int16), 0
    while at_sample < len(samples):
        block = samples[at_sample : at_sample + int(chance.integers(900, 99_999))]
        ear.hear(block, 3 + at_sample / SAMPLE_RATE_HZ)
        at_sample += len(block)
    (span,) = ear.spans
    assert (span.sound, span.first, span.count) == (name, 0, len(samples))
    assert span.levels_dbfs == pytest.approx(levels_dbfs(samples), abs=0.001)


def test_what_did_not_sound_any_more_is_forgotten():
    ear, name = Listener(KNOWN), sound("A").sha256
    ear.hear(KNOWN[name][: 10 * SAMPLE_RATE_HZ], 0.0)
    ear.forget_from(2.5)
    (span,) = ear.spans
    assert span.end_s == 2.5
    assert len(span.levels_dbfs) == 3
    ear.hear(KNOWN[name][int(2.5 * SAMPLE_RATE_HZ) : 4 * SAMPLE_RATE_HZ], 2.5)
    assert [one.end_s for one in ear.spans] == [4.0]


def test_a_shelf_holds_a_sound_once_and_no_longer_than_it_is_needed():
    reads = []

    def read(wanted):
        reads.append(wanted.sha256)
        return FILES["A"]

    shelf = SoundShelf(read)
    first, second = shelf.get(sound("A")), shelf.get(sound("A"))
    assert first is second
    assert len(reads) == 1
    del first, second
    shelf.get(sound("A"))
    assert len(reads) == 2
    with pytest.raises(BadBytes):
        SoundShelf(lambda _asset: None).get(sound("A"))
