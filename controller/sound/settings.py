"""How loud this site is, and what it rings with: `sound.toml` in the data folder, if it is there.

```toml
speech_lufs = -16
music_lufs = -20
max_true_peak_dbtp = -1.5
high_pass_hz = 200
normal_chime = "gong"    # before playlists of class normal that ring by class; "" = none
```
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from controller.errors import BrokenSoundSettings
from playlists.audio import chime
from playlists.audio.levels import DEFAULTS, Levels
from playlists.schedule.plan import BroadcastClass

MAX_FILE_BYTES: Final = 64 << 10
_LEVELS: Final = tuple(Levels.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """Everything a site may say about sound."""

    levels: Levels = DEFAULTS
    normal_chime: str | None = None

    def chime_of(self, urgency: BroadcastClass) -> str | None:
        """Return what is heard first in a class: the alarm is for emergencies alone."""
        match urgency:
            case BroadcastClass.EMERGENCY:
                return "alarm"
            case BroadcastClass.PRIORITY:
                return "two-tone"
            case _:
                return self.normal_chime


def read(path: Path) -> SoundSettings:
    """Read the file; what is not there is left out, BrokenSoundSettings for what is wrong."""
    if not path.exists():
        return SoundSettings()
    try:
        with path.open("rb") as file:
            return _settings(tomllib.loads(file.read(MAX_FILE_BYTES).decode()))
    except (OSError, ValueError, TypeError) as exc:
        reason = f"{path.name}: {exc}"
        raise BrokenSoundSettings(reason, reason=reason) from exc


def _settings(told: dict[str, Any]) -> SoundSettings:
    if unknown := told.keys() - {*_LEVELS, "normal_chime"}:
        raise ValueError(f"nothing is called {', '.join(sorted(unknown))}")
    ring = told.get("normal_chime") or None
    if ring not in {None, *chime.names()}:
        raise ValueError(f"no chime is called {ring}")
    return SoundSettings(
        Levels(**{name: float(told[name]) for name in _LEVELS if name in told}), ring
    )
