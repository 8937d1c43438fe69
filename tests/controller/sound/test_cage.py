"""The cage: what is in it cannot get out, cannot stay, and cannot take the controller down."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import tones
from hypothesis import given
from hypothesis import strategies as st

from controller.sound import letters
from controller.sound.cage import RENDER, SURVEY, Cage, Limits
from playlists.audio.levels import Levels, SoundKind
from playlists.audio.recipe import Cue, Recipe, single
from playlists.audio.refusals import FileTooLarge, NotAudio, TooCostly, UnknownChime
from playlists.audio.sound import Sound
from playlists.audio.survey import Survey, survey
from playlists.errors import ContentRefused

VOICE = tones.voice(2.0, -12.0)
WAV = tones.as_wav(VOICE)
NARROW = Limits(memory_bytes=SURVEY.memory_bytes, cpu_s=20, wall_s=20)


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
        (Limits(SURVEY.memory_bytes, cpu_s=1, wall_s=300), "time"),
        (Limits(SURVEY.memory_bytes, cpu_s=300, wall_s=0.2), "time"),
        (Limits(300 << 20, cpu_s=300, wall_s=300), "memory"),
    ],
    ids=["cpu", "wall", "memory"],
)
def test_what_takes_too_much_is_ended(limits, reason):
    with pytest.raises(TooCostly) as refused:
        Cage(survey_limits=limits).survey(LONG)
    assert reason in refused.value.facts["reason"]
    assert Cage(survey_limits=NARROW).survey(WAV).duration_ms == 2_000


def test_a_render_is_limited_too():
    limits = Limits(RENDER.memory_bytes, cpu_s=300, wall_s=0.2)
    with pytest.raises(TooCostly):
        Cage(render_limits=limits).render(single(SoundKind.SPEECH, Levels()), [LONG])


PRISONER = """
    import os, socket, subprocess
    from controller.sound import caged
    caged._warm_up()
    caged._lock(1 << 30, 20)
    def tries(what):
        try:
            what()
        except OSError:
            return "held"
        return "out"
    print(tries(lambda: open("/etc/passwd")), end=" ")
    print(tries(lambda: open("loot", "w")), end=" ")
    print(tries(lambda: socket.socket()), end=" ")
    print(tries(lambda: os.pipe()), end=" ")
    print(tries(lambda: subprocess.run(["true"])), end="")
"""


def test_inside_nothing_can_be_opened(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PRISONER)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "held held held held held", done.stderr
    assert not list(Path(tmp_path).iterdir())


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
