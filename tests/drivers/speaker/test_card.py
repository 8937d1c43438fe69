"""A sound card through PortAudio: a real ALSA device that writes down what it is given.

No card of this kind has a clock, so what is shown is that every sample arrives, not when.
"""

import ctypes.util
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import sound_card
import tones
from parts import missing

from drivers.errors import LinkLost
from drivers.speaker.card import CardOutput

SUPPORT = Path(sound_card.__file__).parent
ROOT = SUPPORT.parent.parent


def test_every_sample_reaches_the_card(tmp_path):
    if find_spec("sounddevice") is None or ctypes.util.find_library("portaudio") is None:
        missing("no sounddevice or no PortAudio")
    wav = sound_card.furnish(tmp_path)
    told = tones.tone(700.0, 1.0, -12.0)
    (tmp_path / "told.wav").write_bytes(tones.as_wav(told))
    done = subprocess.run(
        [sys.executable, str(SUPPORT / "sound_card.py"), str(tmp_path / "told.wav")],
        env=os.environ | {"HOME": str(tmp_path), "PYTHONPATH": f"{SUPPORT}:{ROOT}"},
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert 0 < said["latency_ms"] < 1_000
    assert said["ahead_s"] == pytest.approx(said["latency_ms"] / 1000, abs=0.05)
    assert said["missing"].startswith("sound card no such card: ")
    heard = tones.from_wav(wav.read_bytes())
    lead = said["latency_ms"] * 48
    assert not heard[:lead].any()
    np.testing.assert_array_equal(heard[lead : lead + len(told)], told)


@pytest.mark.parametrize(
    "failure", [OSError("PortAudio library not found"), ModuleNotFoundError("No module")]
)
def test_what_is_not_installed_is_told_with_the_way_to_install_it(failure):
    def load():
        raise failure

    with pytest.raises(LinkLost, match=r"sound card default: .*signcast\[card\].*libportaudio2"):
        CardOutput("", load=load).open()


def test_what_is_closed_takes_nothing():
    output = CardOutput("")
    with pytest.raises(LinkLost, match="not open"):
        output.write(np.zeros(960, np.int16))
    output.close()
    assert output.ahead_s == 0


def test_nothing_is_loaded_before_a_card_is_asked_for():
    program = (
        "import sys, firmware_bridge.hardware, drivers.speaker.card as card; "
        "card.CardOutput(''); sys.exit('sounddevice' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
