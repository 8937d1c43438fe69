"""What was said, by what was asked: the same words are rendered once.

A cache only: it may be deleted at any time, and what cannot be read is made again.
"""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 1 << 30
"""Some seven hours of speech as FLAC; the longest unused goes first."""


class Cache:
    """One folder of files named by the hash of what was asked."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def get(self, key: str) -> bytes | None:
        """Return what was put, and remember that it was used; None when it is not there."""
        path = self._folder / key
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def put(self, key: str, data: bytes) -> None:
        """Keep it, if the disk lets us, and forget what was not used for longest."""
        fresh = self._folder / f"{key}.{secrets.token_hex(4)}.new"
        with contextlib.suppress(OSError):
            try:
                fresh.write_bytes(data)
                fresh.replace(self._folder / key)
            finally:
                fresh.unlink(missing_ok=True)
            self._shrink()

    def _shrink(self) -> None:
        files = sorted(
            (
                (path.stat().st_mtime_ns, path.stat().st_size, path)
                for path in self._folder.iterdir()
            ),
            reverse=True,
        )
        total = 0
        for _, size_bytes, path in files:
            total += size_bytes
            if total > self._max_bytes:
                path.unlink(missing_ok=True)
