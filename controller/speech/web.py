"""An engine behind HTTP: a service on the site's network, or a provider's.

One request: `POST url` with `{"text", "voice", "language", "speed_pct"}` as JSON and a bearer
token; the answer is 200 with an audio file of any kind that clips may be. Whatever the service
does, the call ends within its time and below its size, and what came is decoded elsewhere.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Final

import httpx

from controller.speech.settings import WebSettings
from controller.speech.workshop import decoded
from playlists.audio.sound import Samples
from playlists.audio.speech.engine import EngineFault, EngineMissing, Utterance, Voice, checked

NAME: Final = "http"
MAX_ANSWER_BYTES: Final = 64 << 20
"""Five minutes of 48 kHz stereo as WAV, and half an hour of anything compressed."""
MAX_EXCUSE_CHARS: Final = 120


class WebEngine:
    """A service that speaks."""

    name: Final = NAME

    def __init__(self, settings: WebSettings, max_answer_bytes: int = MAX_ANSWER_BYTES) -> None:
        self._settings = settings
        self._max_answer_bytes = max_answer_bytes
        self._voices = {
            f"{NAME}:{one.id}": Voice(f"{NAME}:{one.id}", one.language, one.label)
            for one in settings.voices
        }

    @property
    def version(self) -> str:
        """Return what changes with the service, or when the site says that its voices changed."""
        told = f"{self._settings.url} {self._settings.version}"
        return hashlib.sha256(told.encode()).hexdigest()

    def voices(self) -> tuple[Voice, ...]:
        """Return the voices the site named; nobody asks the service."""
        return tuple(self._voices.values())

    def speak(self, utterance: Utterance) -> Samples:
        """Say it; EngineFault for a service that refuses, hangs, lies or sends too much."""
        if utterance.voice not in self._voices:
            raise EngineMissing(NAME, f"speech.toml names no voice {utterance.voice_name}")
        try:
            data = asyncio.run(self._fetched(self._asked(utterance)))
        except TimeoutError as exc:
            reason = f"no whole answer within {self._settings.timeout_s:.0f} s"
            raise EngineFault(NAME, reason) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise EngineFault(NAME, f"{type(exc).__name__}: {exc}"[:MAX_EXCUSE_CHARS]) from exc
        return checked(decoded(data, NAME), utterance, NAME)

    def _asked(self, utterance: Utterance) -> Mapping[str, object]:
        return {
            "text": utterance.words,
            "voice": utterance.voice_name,
            "language": self._voices[utterance.voice].language,
            "speed_pct": utterance.speed_pct,
        }

    async def _fetched(self, asked: Mapping[str, object]) -> bytes:
        """Return the answer's body. The time is for the whole of it, however it trickles."""
        token = self._settings.token
        headers = {"Accept-Encoding": "identity"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        # Nothing from the environment: no proxy that nobody here knows of, no .netrc.
        client = httpx.AsyncClient(trust_env=False, timeout=self._settings.timeout_s)
        async with asyncio.timeout(self._settings.timeout_s), client:
            request = client.stream("POST", self._settings.url, json=asked, headers=headers)
            async with request as answer:
                if answer.status_code != httpx.codes.OK:
                    raise EngineFault(NAME, f"it answered {answer.status_code}")
                return await self._body(answer)

    async def _body(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for block in answer.aiter_raw():  # raw: a small answer must not unpack to a large one
            body += block
            if len(body) > self._max_answer_bytes:
                raise EngineFault(NAME, f"it sent more than {self._max_answer_bytes} bytes")
        return bytes(body)
