"""The port to speech engines: words, a voice and a reading speed in, samples out.

An engine is whatever can do that: a C library, a program, a service. What it hands over is not
believed: `checked` refuses silence and sounds that cannot be these words.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.errors import PlaylistsError

NORMAL_SPEED_PCT: Final = 100
"""What an engine calls its ordinary reading speed."""
MIN_SPEED_PCT: Final = 50
MAX_SPEED_PCT: Final = 200
MAX_WORDS_CHARS: Final = 20_000
"""Half an hour of speech. A text of the longest kind, all of it numbers, is as long when spoken."""

_QUIETEST_PEAK: Final = 104
"""-50 dBFS: nobody hears that from a loudspeaker."""
_LONGEST_S_PER_CHAR: Final = 2.0
"""Ten times what a slow reader takes; a letter that is spelled needs one."""
_LONGEST_START_S: Final = 10.0
_SHORTEST_S_PER_CHAR: Final = 0.005
"""A tenth of what the fastest engine takes at twice its speed."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks."""

    id: str
    """`<engine>:<name>`, stable: announcements remember it."""
    language: str
    """`vi`, `en`, …: what the voice can read."""
    label: str
    """For people."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What an engine is asked to say."""

    words: str
    """Everything written out: no engine is trusted with numbers or abbreviations."""
    voice: str
    """A voice's id."""
    speed_pct: int = NORMAL_SPEED_PCT

    @property
    def voice_name(self) -> str:
        """Return what the engine itself calls the voice."""
        return self.voice.partition(":")[2]


class EngineFault(PlaylistsError):
    """An engine did not say what it was asked to: `engine` names it, `reason` is for people."""

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(f"{engine}: {reason}")
        self.engine = engine
        self.reason = reason


class EngineMissing(EngineFault):
    """An engine is not installed here; `reason` says how to install it."""


class Engine(Protocol):
    """Something that speaks."""

    @property
    def name(self) -> str:
        """MUST be what stands before the colon in the ids of its voices."""

    @property
    def version(self) -> str:
        """MUST change whenever the same utterance may sound different: sounds are kept by it."""

    def voices(self) -> tuple[Voice, ...]:
        """Return who can speak now; empty when the engine is not installed. MUST NOT raise."""

    def speak(self, utterance: Utterance) -> Samples:
        """Say it. MUST raise EngineFault and nothing else, and MUST come back within its limit."""


def checked(samples: Samples, utterance: Utterance, engine: str) -> Samples:
    """Return the samples; EngineFault when they cannot be these words."""
    length_s = len(samples) / SAMPLE_RATE_HZ
    chars = len(utterance.words)
    if np.abs(samples.astype(np.int32)).max(initial=0) < _QUIETEST_PEAK:
        raise EngineFault(engine, "it said nothing that can be heard")
    if length_s > _LONGEST_START_S + chars * _LONGEST_S_PER_CHAR:
        raise EngineFault(engine, f"{length_s:.0f} s of sound for {chars} characters")
    if length_s < chars * _SHORTEST_S_PER_CHAR:
        raise EngineFault(engine, f"only {length_s:.1f} s of sound for {chars} characters")
    return samples
