"""The engines of this site: which voices there are, and one place where all of them are asked."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final, Self

from controller.errors import SpeechFailed, SpeechMissing
from controller.speech.cache import Cache
from controller.speech.piper import Piper
from controller.speech.settings import SpeechSettings
from controller.speech.workshop import EspeakProcess
from playlists.audio.refusals import NotAudio, UnknownVoice
from playlists.audio.sound import Samples
from playlists.audio.speech import espeak
from playlists.audio.speech.engine import Engine, EngineFault, EngineMissing, Utterance, Voice
from playlists.audio.speech.lossless import flac, unpacked

MAX_AT_ONCE: Final = 4
"""Who may use one engine at the same time; a service that hangs must not use up every thread."""
MAX_WAIT_S: Final = 30.0
"""For one's turn; a person is waiting, and may as well be told."""


class Engines:
    """Speaks with whatever is installed, and says each thing once."""

    def __init__(
        self, engines: Sequence[Engine], cache: Cache, defaults: Mapping[str, str]
    ) -> None:
        self._engines = {engine.name: engine for engine in engines}
        self._cache = cache
        self._defaults = defaults
        self._turns = {engine.name: _Turns() for engine in engines}

    @classmethod
    def of(cls, settings: SpeechSettings, cache: Cache) -> Self:
        """Return the engines a site has: what it set up itself comes before espeak."""
        engines: list[Engine] = []
        if settings.web is not None:
            # An HTTP client is slow to load, and few sites need it.
            from controller.speech.web import WebEngine  # noqa: PLC0415

            engines.append(WebEngine(settings.web))
        if settings.piper is not None:
            engines.append(Piper(settings.piper.program, settings.piper.folder))
        return cls([*engines, EspeakProcess()], cache, settings.defaults)

    def voices(self) -> list[Voice]:
        """Return every voice, best first."""
        return [voice for engine in self._engines.values() for voice in engine.voices()]

    def voice(self, language: str, wanted: str | None) -> Voice:
        """Return the wanted voice, or the site's for a language; UnknownVoice, SpeechMissing."""
        voices = self.voices()
        if not voices:
            raise SpeechMissing(espeak.REMEDY, engine=espeak.NAME, remedy=espeak.REMEDY)
        wanted = wanted or self._defaults.get(language)
        fitting = [one for one in voices if wanted in {None, one.id} and one.language == language]
        if not fitting:
            known = [one.id for one in voices if one.language == language] or sorted(
                {one.language for one in voices}
            )
            name = (wanted or language)[:80]
            told = f"no voice for {language} is called {name}; there are {', '.join(known)}"
            raise UnknownVoice(told, name=name, known=known)
        return fitting[0]

    def speak(self, utterance: Utterance) -> Samples:
        """Say it, or return what was said before; SpeechFailed, SpeechMissing."""
        engine = self._engines[utterance.voice.partition(":")[0]]
        asked = json.dumps([engine.name, engine.version, asdict(utterance)], sort_keys=True)
        key = hashlib.sha256(asked.encode()).hexdigest()
        kept = self._kept(key)
        if kept is not None:
            return kept
        with self._turns[engine.name].turn(key) as is_mine:
            if not is_mine:
                reason = f"too many wait for it, for {MAX_WAIT_S:.0f} s already"
                raise SpeechFailed(reason, engine=engine.name, reason=reason)
            kept = self._kept(key)
            if kept is not None:
                return kept
            samples = self._spoken(engine, utterance)
            self._cache.put(key, flac(samples))
        return samples

    def _kept(self, key: str) -> Samples | None:
        data = self._cache.get(key)
        if data is None:
            return None
        try:
            return unpacked(data)
        except NotAudio:
            return None  # half a file after a power cut: say it again

    def _spoken(self, engine: Engine, utterance: Utterance) -> Samples:
        try:
            return engine.speak(utterance)
        except EngineMissing as exc:
            raise SpeechMissing(str(exc), engine=exc.engine, remedy=exc.reason) from exc
        except EngineFault as exc:
            raise SpeechFailed(str(exc), engine=exc.engine, reason=exc.reason) from exc


class _Turns:
    """A few at a time, and one at a time for each key; nobody waits for ever."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._keys: set[str] = set()

    @contextmanager
    def turn(self, key: str) -> Iterator[bool]:
        """Wait for one's turn; False when it did not come in time."""
        with self._changed:
            is_mine = self._changed.wait_for(lambda: self._is_free(key), MAX_WAIT_S)
            if is_mine:
                self._keys.add(key)
        try:
            yield is_mine
        finally:
            if is_mine:
                with self._changed:
                    self._keys.discard(key)
                    self._changed.notify_all()

    def _is_free(self, key: str) -> bool:
        return key not in self._keys and len(self._keys) < MAX_AT_ONCE
