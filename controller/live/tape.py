"""The tape: a page's stream on the disk while it is said, so that nothing said is ever lost."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Recording:
    """A finished tape."""

    sha256: str
    size_bytes: int


class Tapes:
    """One folder of recordings, named by their pages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, page: str) -> Path:
        """Return where a page's recording is, or would be."""
        return self._folder / f"{page}.ogg"

    def begin(self, page: str) -> "Tape":
        """Return a new tape."""
        return Tape(self.path(page))

    def finished(self, page: str) -> Recording | None:
        """Put on the disk for good what was recorded, and measure it; None = nothing. OSError."""
        path, digest = self.path(page), hashlib.sha256()
        if not path.is_file():
            return None
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
            os.fsync(file.fileno())
            return Recording(digest.hexdigest(), file.tell())


class Tape:
    """A recording under way; there is no file before something is said."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    @property
    def is_blank(self) -> bool:
        """Say whether nothing was recorded yet."""
        return self._file is None

    def write(self, sound: bytes) -> None:
        """Record some more; OSError, as when the disk is full."""
        if self._file is None:
            self._file = self._path.open("xb", buffering=0)
        self._file.write(sound)

    def close(self) -> None:
        """Record no more."""
        if self._file is not None:
            self._file.close()
