"""The cage: what is in it cannot get out, cannot stay, and cannot take the controller down."""

import re
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import tones
from hypothesis import example, given
from hypothesis import strategies as st
from waiting import until

from controller.sound import cage, letters
from controller.sound.cage import RENDER, SURVEY, Cage
from playlists.audio.levels import Levels, SoundKind
from playlists.audio.progress import Step, untold
from playlists.audio.recipe import Cue, Recipe, single
from playlists.audio.refusals import FileTooLarge, NotAudio, TooCostly, UnknownChime
from playlists.audio.sound import Sound
from playlists.audio.survey import Survey, survey
from playlists.errors import ContentRefused

VOICE = tones.voice(2.0, -12.0)
WAV = tones.as_wav(VOICE)
NARROW = replace(SURVEY, cpu_s=20, wall_s=20.0)


def test_what_is_heard_in_the_cage_is_what_is_heard_outside():
    assert Cage().survey(WAV) == survey(WAV)


def test_a_sound_is_rendered_from_bytes_and_from_files(tmp_path):
    path = tmp_path / "tiếng.mp3"
    path.write_bytes(tones.as_mp3(VOICE))
    recipe = Recipe((SoundKind.SPEECH,) * 2, (Cue(0), Cue(1)), gap_s=0.5, levels=Levels())
    sound = Cage().render(recipe, [WAV, path])
    assert sound.duration_ms == pytest.approx(4_500, abs=150)
    assert sound.loudness_lufs == pytest.approx(-16.0, abs=0.5)


@pytest.mark.parametrize("data", [b"", b"junk", b"OggS" + bytes(3_000_000), WAV[:44]])
def test_no_sound_is_refused_with_the_reason(data):
    with pytest.raises(NotAudio) as refused:
        Cage().survey(data)
    assert refused.value.facts["reason"]


def test_other_refusals_come_out_as_they_are(monkeypatch):
    with pytest.raises(UnknownChime) as refused:
        Cage().render(Recipe((SoundKind.SPEECH,), (Cue(0),), chime="bells"), [WAV])
    assert refused.value.facts["name"] == "bells"
    monkeypatch.setattr("controller.sound.cage.MAX_UPLOAD_BYTES", 100)
    with pytest.raises(FileTooLarge):
        Cage().survey(WAV)


LONG = tones.as_wav(VOICE.repeat(400))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"cpu_s": 1}, "time"),
        ({"wall_s": 0.2}, "time"),
        ({"memory_bytes": 300 << 20}, "memory"),
    ],
    ids=["cpu", "wall", "memory"],
)
def test_what_takes_too_much_is_ended(limits, reason):
    with pytest.raises(TooCostly) as refused:
        Cage(survey_limits=replace(SURVEY, **limits)).survey(LONG)
    assert reason in refused.value.facts["reason"]
    assert Cage(survey_limits=NARROW).survey(WAV).duration_ms == 2_000


def test_a_render_is_limited_too():
    limits = replace(RENDER, wall_s=0.2)
    with pytest.raises(TooCostly):
        Cage(render_limits=limits).render(single(SoundKind.SPEECH, Levels()), [LONG])


def test_the_door_is_shut_before_a_file_is_looked_at():
    order = letters.letter({"job": "survey", "sizes": [len(WAV)]})
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(cage._COMMAND, **pipes) as child:
        child.stdin.write(order)
        child.stdin.flush()
        limits = Path(f"/proc/{child.pid}/limits")
        until(
            lambda: re.search(r"Max open files +3 +3 ", limits.read_text()),
            timeout_s=30,
            why="it waits for the file behind its door",
        )
        assert re.search(r"Max file size +0 +0 ", limits.read_text())
        assert "NoNewPrivs:\t1" in Path(f"/proc/{child.pid}/status").read_text()
        answer, _ = child.communicate(WAV)
    assert letters.survey(answer).duration_ms == 2_000


def test_how_far_it_is_is_told_while_it_works():
    told: list[tuple[Step, float]] = []
    recipe = Recipe((SoundKind.SPEECH,) * 2, (Cue(0), Cue(1)), levels=Levels())
    files = [WAV, tones.as_wav(VOICE[::-1])]
    Cage().render(recipe, files, lambda *progress: told.append(progress))
    order = list(dict.fromkeys(step for step, _ in told))
    assert order == [Step.DECODE, Step.LEVEL, Step.MIX, Step.ENCODE, Step.CHECK]
    decoded = [done for step, done in told if step is Step.DECODE]
    assert decoded == sorted(decoded)
    assert 0.5 <= decoded[-1] <= 1.0
    assert all(0 <= done <= 1 for _, done in told)


def test_who_waits_for_a_turn_is_told_so():
    busy, told = Cage(), []
    with busy._turn(untold), busy._turn(untold):
        waiting = threading.Thread(target=lambda: busy.survey(WAV, lambda *one: told.append(one)))
        waiting.start()
        until(lambda: told, why="it waits")
        assert told == [(Step.WAIT, 0.0)]
    waiting.join(60)
    assert told[1] == (Step.DECODE, 0.0)


@given(st.sampled_from(Step), st.floats(0, 1))
def test_progress_comes_back_as_it_went(step, done):
    line = letters.of_progress(step, done)
    assert line.endswith(b"\n")
    assert letters.progress(line[:-1]) == (step, pytest.approx(done, abs=0.001))


@example(b"3 1001")
@example(b"9 5")
@example(b"3 5 ")
@given(st.binary(max_size=12) | st.from_regex(rb"[0-9]{1,3} -?[0-9.e]{1,6}", fullmatch=True))
def test_other_lines_are_no_progress_and_do_no_harm(line):
    read = letters.progress(line)
    assert read is None or (isinstance(read[0], Step) and 0 <= read[1] <= 1)


def test_letters_come_back_as_they_went():
    found = Survey(1_000, None, -3.5, b"\n\x00{}\xff")
    assert letters.survey(letters.of_survey(found)) == found
    sound = Sound(b"Ogg\nS", 20, -16.0, -2.0, target_lufs=-16.0)
    assert letters.sound(letters.of_sound(sound)) == sound
    with pytest.raises(NotAudio) as refused:
        letters.sound(letters.of_refusal(NotAudio("no", reason="x" * 999)))
    assert refused.value.facts == {"reason": "x" * 200}


@given(
    st.binary(max_size=200)
    | st.builds(
        letters.letter,
        st.dictionaries(
            st.sampled_from(
                ["duration_ms", "loudness_lufs", "true_peak_dbtp", "codec", "refused", "facts"]
            ),
            st.none() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.none()),
        ),
        st.binary(max_size=20),
    )
)
def test_whatever_comes_out_of_the_cage_is_read_or_refused(answer):
    for read in (letters.survey, letters.sound):
        try:
            read(answer)
        except ContentRefused:
            continue
