"""What a site says about speech: `speech.toml` in the data folder, beside the fonts.

The file may hold a service's token, so it is as private as the folder it lies in.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from controller.errors import BrokenSpeechSettings
from playlists.audio.refusals import BadDictionary
from playlists.audio.speech.dictionary import BUILT_IN, Dictionary

MAX_FILE_BYTES: Final = 1 << 20
"""Five thousand abbreviations, as many as are taken, are half of that."""
DEFAULT_TIMEOUT_S: Final = 30.0
MAX_TIMEOUT_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class PiperSettings:
    """Where Piper and its voices are."""

    program: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class WebVoice:
    """A voice of the HTTP engine."""

    id: str
    language: str
    label: str


@dataclass(frozen=True, slots=True)
class WebSettings:
    """A service that speaks."""

    url: str
    voices: tuple[WebVoice, ...]
    token: str = field(default="", repr=False)
    timeout_s: float = DEFAULT_TIMEOUT_S
    version: str = ""
    """Change it when the service's voices sound different, and everything is asked for anew."""


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """Everything a site may say about speech."""

    defaults: Mapping[str, str] = field(default_factory=dict)
    """Language → voice."""
    piper: PiperSettings | None = None
    web: WebSettings | None = None


def read(path: Path) -> SpeechSettings:
    """Read the file; what is not there is left out, BrokenSpeechSettings for what is wrong."""
    if not path.exists():
        return SpeechSettings()
    try:
        with path.open("rb") as file:
            return _settings(tomllib.loads(file.read(MAX_FILE_BYTES).decode()))
    except (OSError, ValueError, TypeError, LookupError) as exc:
        reason = f"{path.name}: {exc!r}" if isinstance(exc, LookupError) else f"{path.name}: {exc}"
        raise BrokenSpeechSettings(reason, reason=reason) from exc


def read_dictionary(path: Path) -> Dictionary:
    """Read the site's abbreviations on top of those everybody knows; BrokenSpeechSettings."""
    if not path.exists():
        return BUILT_IN
    try:
        with path.open("rb") as file:
            return BUILT_IN.extended(file.read(MAX_FILE_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, BadDictionary) as exc:
        reason = f"{path.name}: {exc}"
        raise BrokenSpeechSettings(reason, reason=reason) from exc


def _settings(told: dict[str, Any]) -> SpeechSettings:
    if unknown := told.keys() - {"defaults", "piper", "http"}:
        raise ValueError(f"nothing is called {', '.join(sorted(unknown))}")
    piper, web = told.get("piper"), told.get("http")
    return SpeechSettings(
        defaults=_texts(told.get("defaults", {})),
        piper=None
        if piper is None
        else PiperSettings(Path(piper["program"]), Path(piper["voices"])),
        web=None if web is None else _web(web),
    )


def _web(told: dict[str, Any]) -> WebSettings:
    timeout_s = float(told.get("timeout_s", DEFAULT_TIMEOUT_S))
    if not 0 < timeout_s <= MAX_TIMEOUT_S:
        raise ValueError(f"timeout_s must be above 0 and at most {MAX_TIMEOUT_S:.0f}")
    url = str(told["url"])
    if not url.startswith(("http://", "https://")):
        raise ValueError("url must begin with http:// or https://")
    voices = tuple(
        WebVoice(str(one["id"]), str(one["language"]), str(one.get("name", one["id"])))
        for one in told["voices"]
    )
    return WebSettings(
        url, voices, str(told.get("token", "")), timeout_s, str(told.get("version", ""))
    )


def _texts(told: Mapping[str, object]) -> Mapping[str, str]:
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        raise ValueError("a table of texts is wanted")
    return {str(name): str(value) for name, value in told.items()}
