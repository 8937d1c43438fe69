"""espeak-ng through ctypes: small, offline, and it speaks Vietnamese without a download.

The library comes from the optional extra `speech-gpl` (the wheel `espeakng-loader`, GPL-3.0). It
is one per process, keeps state between calls and is written in C: use it in a process of its own.
"""

import ctypes
import importlib
import importlib.metadata
import importlib.util
import io
import os
import wave
from types import ModuleType
from typing import Final

from playlists.audio.decode import decode
from playlists.audio.refusals import NotAudio
from playlists.audio.sound import Samples
from playlists.audio.speech.engine import EngineFault, EngineMissing, Utterance, Voice

NAME: Final = "espeak"
PACKAGE: Final = "espeakng-loader"
REMEDY: Final = (
    "espeak-ng is not installed; it is optional and GPL: pip install 'signcast[speech-gpl]'"
)

VOICES: Final = (
    Voice("espeak:vi", "vi", "espeak, miền Bắc"),
    Voice("espeak:vi-vn-x-central", "vi", "espeak, miền Trung"),
    Voice("espeak:vi-vn-x-south", "vi", "espeak, miền Nam"),
    Voice("espeak:en-us", "en", "espeak, English"),
    Voice("espeak:fr", "fr", "espeak, français"),
    Voice("espeak:de", "de", "espeak, Deutsch"),
    Voice("espeak:ru", "ru", "espeak, русский"),
    Voice("espeak:cmn", "zh", "espeak, 普通话"),
    Voice("espeak:ko", "ko", "espeak, 한국어"),
    Voice("espeak:th", "th", "espeak, ไทย"),
)
"""What it speaks well enough to be understood: other languages of espeak were not listened to."""

_NORMAL_WPM: Final = 150
"""A little slower than espeak's own 175: the words come from a mast, with an echo."""
_VOLUME: Final = 50
"""Half of espeak's 100, at which it drives its output to full scale; nothing is cut off below."""

_SYNCHRONOUS: Final = 2
_DONT_EXIT: Final = 1 << 15
_RATE, _VOLUME_PARAMETER = 1, 2
_CHARS_UTF8: Final = 1
_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def version() -> str | None:
    """Return the version of what is installed, without loading it; None when nothing is."""
    if importlib.util.find_spec("espeakng_loader") is None:
        return None
    return importlib.metadata.version(PACKAGE)


class Espeak:
    """The library, loaded; EngineMissing when it is not installed."""

    name: Final = NAME

    def __init__(self) -> None:
        try:
            loader = importlib.import_module("espeakng_loader")
        except ImportError as exc:
            raise EngineMissing(NAME, REMEDY) from exc
        self.version = importlib.metadata.version(PACKAGE)
        self._library, self._rate_hz = _loaded(loader)
        self._blocks: list[bytes] = []
        self._callback = _Callback(self._take)  # kept: the library holds only a pointer
        self._library.espeak_SetSynthCallback(self._callback)

    def voices(self) -> tuple[Voice, ...]:
        """Return those that were listened to."""
        return VOICES

    def speak(self, utterance: Utterance) -> Samples:
        """Say it; EngineFault when the library will not."""
        self._set(utterance)
        self._blocks.clear()
        words = utterance.words.replace("\0", " ").encode()
        said = self._library.espeak_Synth(words, len(words) + 1, 0, 1, 0, _CHARS_UTF8, None, None)
        if said != 0 or self._library.espeak_Synchronize() != 0:
            raise EngineFault(NAME, f"espeak_Synth answered {said}")
        try:
            return decode(_wav(b"".join(self._blocks), self._rate_hz))
        except NotAudio as exc:
            raise EngineFault(NAME, "it said nothing") from exc

    def _set(self, utterance: Utterance) -> None:
        if self._library.espeak_SetVoiceByName(utterance.voice_name.encode()) != 0:
            raise EngineFault(NAME, f"it has no voice {utterance.voice_name}")
        self._library.espeak_SetParameter(_VOLUME_PARAMETER, _VOLUME, 0)
        self._library.espeak_SetParameter(_RATE, _NORMAL_WPM * utterance.speed_pct // 100, 0)

    def _take(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: int | None) -> int:
        if samples and count > 0:
            self._blocks.append(ctypes.string_at(samples, count * 2))
        return 0


def _loaded(loader: ModuleType) -> tuple[ctypes.CDLL, int]:
    try:
        library = ctypes.CDLL(loader.get_library_path())
    except OSError as exc:
        raise EngineMissing(NAME, f"its library cannot be loaded: {exc}") from exc
    folder = os.fsencode(os.path.dirname(loader.get_data_path()))  # noqa: PTH120 -- a str comes, bytes go
    rate_hz: int = library.espeak_Initialize(_SYNCHRONOUS, 0, folder, _DONT_EXIT)
    if rate_hz <= 0:
        raise EngineMissing(NAME, f"its data cannot be read ({rate_hz})")
    return library, rate_hz


def _wav(pcm: bytes, rate_hz: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return buffer.getvalue()
