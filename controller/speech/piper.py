"""Piper as an external program: voices are files that the site puts into a folder.

Piper (`piper-tts`, GPL-3.0-or-later) is never imported. Any program will do that takes its options
`--model`, `--length_scale`, `--output_file -`, reads a line and writes a WAV file.
"""

import json
import logging
from pathlib import Path
from typing import Final

from controller.locked import Limits, ProgramFailed, run
from controller.speech.workshop import decoded
from playlists.audio.decode import MAX_UPLOAD_BYTES
from playlists.audio.sound import Samples
from playlists.audio.speech.engine import (
    NORMAL_SPEED_PCT,
    EngineFault,
    EngineMissing,
    Utterance,
    Voice,
    checked,
)

NAME: Final = "piper"
MAX_DESCRIPTION_BYTES: Final = 1 << 20
"""A voice's description lists its phonemes; real ones have some 10 kB."""
LIMITS: Final = Limits(
    memory_bytes=8 << 30,  # address space, which its runtime reserves generously
    cpu_s=121,
    wall_s=120.0,  # a small ARM machine speaks about as fast as a person
    output_bytes=MAX_UPLOAD_BYTES,
)

logger = logging.getLogger(__name__)


class Piper:
    """A program and a folder of voices: `NAME.onnx` with `NAME.onnx.json` beside it."""

    name: Final = NAME

    def __init__(self, program: Path, folder: Path, limits: Limits = LIMITS) -> None:
        self._program = program
        self._folder = folder
        self._limits = limits

    @property
    def version(self) -> str:
        """Return what changes when the program or a voice is exchanged."""
        files = [self._program, *sorted(self._folder.glob("*.onnx"))]
        stats = [(file.name, file.stat()) for file in files if file.is_file()]
        return ",".join(f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in stats)

    def voices(self) -> tuple[Voice, ...]:
        """Return the voices whose files are complete; none without the program."""
        if not self._program.is_file():
            return ()
        found = (_voice(path) for path in sorted(self._folder.glob("*.onnx")))
        return tuple(voice for voice in found if voice is not None)

    def speak(self, utterance: Utterance) -> Samples:
        """Say it, as one line: Piper takes every line for an utterance of its own."""
        model = self._folder / f"{utterance.voice_name}.onnx"
        if utterance.voice not in {voice.id for voice in self.voices()}:
            raise EngineMissing(
                NAME, f"there is no {self._program} with {model} and {model.name}.json"
            )
        scale = NORMAL_SPEED_PCT / utterance.speed_pct
        command = (
            *(self._program, "--model", model),
            *("--length_scale", f"{scale:.3f}", "--output_file", "-"),
        )
        line = " ".join(utterance.words.split()) + "\n"
        try:
            data = run(command, [line.encode()], self._limits)
        except ProgramFailed as exc:
            raise EngineFault(NAME, exc.reason) from exc
        return checked(decoded(data, NAME), utterance, NAME)


def _voice(path: Path) -> Voice | None:
    """Read a voice's description; None, and a line in the log, when it is not one."""
    description = path.with_name(path.name + ".json")
    try:
        with description.open("rb") as file:
            told = json.loads(file.read(MAX_DESCRIPTION_BYTES))
        language = str(told["language"]["code"]).replace("-", "_").partition("_")[0]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as exc:
        logger.warning("%s: no description of the voice %s: %r", NAME, path.name, exc)
        return None
    return Voice(f"{NAME}:{path.stem}", language, f"Piper, {path.stem}")
