"""Where a truck's track survives a power cut, so that one pass stays one pass."""

import json
import logging
from pathlib import Path
from typing import Final

from firmware_bridge import disk
from playlists.errors import BadBytes
from playlists.schedule.passes import Track

logger = logging.getLogger(__name__)

MAX_FILE_BYTES: Final = 64 << 10
"""A hundred zones are ten kilobytes."""


class TrackFile:
    """One file. A disk that fails is told, and never stops the truck."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Track:
        """Return the track as it was kept; a new one when there is none, or it has rotted."""
        try:
            data = self._path.read_bytes()
            if len(data) > MAX_FILE_BYTES:
                raise BadBytes("track", f"{len(data)} bytes")
            return Track.from_json(json.loads(data))
        except FileNotFoundError:
            return Track()
        except (OSError, ValueError, RecursionError, BadBytes) as exc:
            logger.warning("%s is lost: %s", self._path, exc)
            return Track()

    def keep(self, track: Track) -> None:
        """Write it; on return it is on the disk, unless the disk fails."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            disk.write_whole(self._path, json.dumps(track.to_json()).encode())
        except OSError:
            logger.exception("%s cannot be written; a pass may be played twice", self._path)
