"""Play a tone on a sound card of ALSA's own make: a card that writes down what it is given.

As a program, `sound_card.py WAV` with HOME at a folder that `furnish` has prepared: PortAudio looks
for cards once, when it is loaded.
"""

import json
import sys
from pathlib import Path

import tones

from drivers.errors import LinkLost
from drivers.speaker.card import CardOutput

CARD = "loa-thu"


def furnish(home: Path) -> Path:
    """Make ALSA know the card; return what it writes."""
    wav = home / "heard.wav"
    (home / ".asoundrc").write_text(
        f'pcm.{CARD} {{ type file slave.pcm "null" file "{wav}" format "wav" '
        'hint { show on description "writes down" } }\n',
        "utf-8",
    )
    return wav


def main(told: Path) -> None:
    """Play the file; print what the output said of itself, and what it said of a missing card."""
    samples = tones.from_wav(told.read_bytes())
    output = CardOutput(CARD)
    output.open()
    ahead_s = output.ahead_s
    for start in range(0, len(samples), 960):
        output.write(samples[start : start + 960])
    output.drain()
    output.close()
    output.close()
    try:
        CardOutput("no such card").open()
    except LinkLost as exc:
        missing = str(exc)
    said = {"latency_ms": output.latency_ms, "ahead_s": ahead_s, "missing": missing}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
