"""Assets, as plans name them: rendered files, and sounds that are made while they are heard."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from playlists.errors import BadBytes

MAX_NAME_CHARS: Final = 200
MAX_URL_CHARS: Final = 500
MAX_PATIENCE_MS: Final = 600_000
_WEB: Final = ("http://", "https://")


class AssetKind(StrEnum):
    """What an asset is."""

    SCENE = "scene"
    SOUND = "sound"
    LIVE = "live"
    """No file: a stream that is received while it is heard."""


@dataclass(frozen=True, slots=True)
class Live:
    """Where a stream comes from, and what happens when it does not."""

    url: str
    """http:// or https://; what begins with one stroke is the controller's own."""
    patience_ms: int
    """A stream that is silent or away for so long counts as lost."""
    ends: bool
    """What is lost or over has ended, as a call has. Else it is a relay: it is tried again until
    its time is over."""
    fallback: "Asset | None" = None
    """A sound, heard again and again while a relay is lost; None = silence."""

    def to_json(self) -> dict[str, object]:
        """Return it as it stands in a plan."""
        return {
            "url": self.url,
            "patience_ms": self.patience_ms,
            "ends": self.ends,
            "fallback": None if self.fallback is None else self.fallback.to_json(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Live":
        """Read it; BadBytes, or the errors of values of the wrong type."""
        fallback = document["fallback"]
        sound = None if fallback is None else Asset.from_json(fallback)
        if sound is not None and sound.kind is not AssetKind.SOUND:
            raise BadBytes("plan", "what replaces a stream is no sound")
        url, ends, patience_ms = document["url"], document["ends"], whole(document["patience_ms"])
        if not isinstance(ends, bool) or not 0 < patience_ms <= MAX_PATIENCE_MS:
            raise BadBytes("plan", "a stream without an end or patience")
        if not is_stream_url(url):
            raise BadBytes("plan", "a stream's address is none")
        return cls(url, patience_ms, ends, sound)


@dataclass(frozen=True, slots=True)
class Asset:
    """A rendered file: its SHA-256 in hex, what it is, its size, and the length of one pass.

    Of a stream the SHA-256 is that of its `live`, and size and length are 0.
    """

    sha256: str
    kind: AssetKind
    size_bytes: int
    duration_ms: int
    live: Live | None = None

    @classmethod
    def stream(cls, live: Live) -> "Asset":
        """Return the asset of a stream."""
        told = json.dumps(live.to_json(), sort_keys=True, separators=(",", ":"))
        return cls(hashlib.sha256(told.encode()).hexdigest(), AssetKind.LIVE, 0, 0, live)

    @property
    def is_heard(self) -> bool:
        """Say whether it is for loudspeakers."""
        return self.kind is not AssetKind.SCENE

    @property
    def files(self) -> tuple["Asset", ...]:
        """Return the files a device must have for it."""
        if self.live is None:
            return (self,)
        return () if self.live.fallback is None else (self.live.fallback,)

    def to_json(self) -> dict[str, object]:
        """Return it as it stands in a plan."""
        told: dict[str, object] = {
            "sha256": self.sha256,
            "kind": self.kind.value,
            "bytes": self.size_bytes,
            "duration_ms": self.duration_ms,
        }
        return told if self.live is None else told | {"live": self.live.to_json()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Asset":
        """Read it; BadBytes, or the errors of values of the wrong type."""
        kind = AssetKind(document["kind"])
        if kind is AssetKind.LIVE:
            asset = cls.stream(Live.from_json(document["live"]))
            if asset.sha256 != document["sha256"]:
                raise BadBytes("plan", "a stream has another's name")
            return asset
        sha256 = name(document["sha256"])
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):  # noqa: PLR2004 -- hex SHA-256
            raise BadBytes("plan", "an asset's name is not a SHA-256")
        return cls(sha256, kind, whole(document["bytes"]), whole(document["duration_ms"]))


def is_stream_url(value: object) -> bool:
    """Say whether a stream may be received from there: the web, or the controller itself."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_URL_CHARS:
        return False
    own = value.startswith("/") and not value.startswith("//")
    return (own or value.startswith(_WEB)) and value.isascii() and value.isprintable()


def name(value: object) -> str:
    """Return a name if it is one; BadBytes, or ValueError."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_CHARS:
        raise BadBytes("plan", "a name is missing or too long")
    value.encode()  # a lone surrogate cannot be stored or sent on: ValueError
    return value


def whole(value: object) -> int:
    """Return a whole number that JSON can carry, not below 0; BadBytes."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise BadBytes("plan", f"not a whole number: {value!r}"[:80])
    return value
