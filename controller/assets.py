"""Files named by the SHA-256 of what is in them: written whole, never changed."""

import hashlib
import os
import secrets
from pathlib import Path

from controller.errors import NotFound


class Files:
    """One folder of immutable files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex; on return they are on the disk."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._folder / sha256
        if path.exists():
            return sha256
        fresh = self._folder / f"{sha256}.{secrets.token_hex(4)}.new"
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        self._sync_folder()
        return sha256

    def path(self, sha256: str) -> Path:
        """Return where the file is; NotFound when there is none of that name."""
        name = "".join(char for char in sha256 if char in "0123456789abcdef")
        path = self._folder / name
        if name != sha256 or not path.is_file():
            raise NotFound("asset", sha256[:64])
        return path

    def read(self, sha256: str) -> bytes:
        """Return the bytes."""
        return self.path(sha256).read_bytes()

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
