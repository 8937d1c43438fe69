"""Settings: where the controller keeps things and where it listens. Nothing here is a secret."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation chooses."""

    data_dir: Path
    tenant: str = "signcast"
    host: str = "127.0.0.1"
    port: int = 8000
    mqtt_port: int = 1883
    lease: timedelta = timedelta(days=8)
    """How long a plan holds without news; renewed when half of it is gone."""

    @property
    def database(self) -> Path:
        """Return the path of the SQLite database."""
        return self.data_dir / "signcast.sqlite3"

    @property
    def fonts(self) -> Path:
        """Return the folder of fonts that this site imported."""
        return self.data_dir / "fonts"

    @property
    def sound(self) -> Path:
        """Return the file in which this site says how loud it is; it may be missing."""
        return self.data_dir / "sound.toml"

    @property
    def speech(self) -> Path:
        """Return the file in which this site says who speaks; it may be missing."""
        return self.data_dir / "speech.toml"

    @property
    def dictionary(self) -> Path:
        """Return the file of abbreviations that this site adds; it may be missing."""
        return self.data_dir / "chu-tat.txt"

    @property
    def almanac(self) -> Path:
        """Return the file of holidays and parts of days that this site adds; it may be missing."""
        return self.data_dir / "lich.txt"
