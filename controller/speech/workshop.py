"""Starting workers: espeak as an engine that cannot take the controller down, and decoding."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import numpy as np

from controller.locked import Limits, ProgramFailed, run
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.audio.speech import espeak
from playlists.audio.speech.engine import EngineFault, EngineMissing, Utterance, Voice, checked

WORKER: Final = (sys.executable, "-P", "-m", "controller.speech.worker")
MAX_SPEECH_S: Final = 1_800
"""Half an hour for one part of an announcement."""
LIMITS: Final = Limits(
    memory_bytes=1 << 30,
    cpu_s=31,
    wall_s=30.0,  # espeak needs a second for half an hour of speech
    output_bytes=MAX_SPEECH_S * SAMPLE_RATE_HZ * 2,
)


class EspeakProcess:
    """espeak-ng, one process for each utterance."""

    name: Final = espeak.NAME

    def __init__(self, command: Sequence[str] = (*WORKER, "say"), limits: Limits = LIMITS) -> None:
        self._command = command
        self._limits = limits

    @property
    def version(self) -> str:
        """Return the version of the library and of the way we use it."""
        return f"{espeak.version()}/1"

    def voices(self) -> tuple[Voice, ...]:
        """Return the voices; none when the library is not installed."""
        return espeak.VOICES if espeak.version() else ()

    def speak(self, utterance: Utterance) -> Samples:
        """Say it; EngineFault when the process crashed, hung, or said why not."""
        if espeak.version() is None:
            raise EngineMissing(self.name, espeak.REMEDY)
        asked = json.dumps(asdict(utterance)).encode()
        try:
            samples = _samples(run(self._command, [asked], self._limits))
        except ProgramFailed as exc:
            raise EngineFault(self.name, exc.reason) from exc
        return checked(samples, utterance, self.name)


def decoded(data: bytes, engine: str) -> Samples:
    """Decode what an engine handed over, in a process of its own; EngineFault."""
    try:
        return _samples(run((*WORKER, "decode"), [data], LIMITS))
    except ProgramFailed as exc:
        raise EngineFault(engine, f"what it sent is no sound: {exc.reason}") from exc


def _samples(data: bytes) -> Samples:
    if len(data) % 2:
        raise ProgramFailed("it wrote half a sample")
    samples: Samples = np.frombuffer(data, "<i2").astype(np.int16)
    return samples
