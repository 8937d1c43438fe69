"""The process in which espeak speaks and foreign audio is decoded: work in, samples out.

Started with `python -P -m controller.speech.worker say` (an utterance as JSON on its input) or
`… decode` (an audio file). It writes samples, or ends with a status and one line about the reason.
"""

import json
import sys
from typing import Final

import numpy as np

from controller import locked
from playlists.audio.decode import decode
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.audio.speech.engine import EngineFault, Utterance
from playlists.audio.speech.espeak import Espeak
from playlists.audio.speech.lossless import flac
from playlists.errors import ContentRefused

FAULT: Final = 3
"""The status of a worker that says why it did not."""


def main() -> int:
    """Do the one piece of work this process was started for."""
    locked.die_with_parent()
    try:
        samples = _say() if sys.argv[1:] == ["say"] else _decoded()
    except EngineFault as exc:
        print(exc.reason, file=sys.stderr)  # noqa: T201 -- how a worker answers
        return FAULT
    except ContentRefused as exc:
        print(exc, file=sys.stderr)  # noqa: T201 -- how a worker answers
        return FAULT
    sys.stdout.buffer.write(samples.astype("<i2").tobytes())
    return 0


def _say() -> Samples:
    return Espeak().speak(Utterance(**json.loads(sys.stdin.buffer.read())))


def _decoded() -> Samples:
    """Decode what a stranger sent; by then this process can open nothing."""
    decode(flac(np.zeros(SAMPLE_RATE_HZ, np.int16)))  # libraries load parts of themselves late
    locked.shut()
    return decode(sys.stdin.buffer.read())


if __name__ == "__main__":
    sys.exit(main())
