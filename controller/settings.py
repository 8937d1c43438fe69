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
