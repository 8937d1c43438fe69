"""Files by SHA-256: fetched with resume, checked before they get their name.

One store serves all devices of a gateway. A file under its final name was whole and right when
it was put there; it is hashed again before its first use after a start, because disks rot.
"""

import asyncio
import hashlib
import logging
import os
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import httpx

from firmware_bridge import disk
from firmware_bridge.errors import AssetUnavailable
from firmware_bridge.link.manifest import MAX_FILE_BYTES
from playlists.audio.sound import MAX_SOUND_BYTES
from playlists.schedule.plan import AssetKind
from playlists.text.scene import MAX_SCENE_BYTES

logger = logging.getLogger(__name__)

FIRMWARE: Final = "firmware"
MAX_BYTES: Final[Mapping[str, int]] = {
    AssetKind.SCENE: MAX_SCENE_BYTES,
    AssetKind.SOUND: MAX_SOUND_BYTES,
    FIRMWARE: MAX_FILE_BYTES,
}
TIMEOUT_S: Final = 10.0
"""Without a byte for so long a transfer is given up, and resumed later."""
_NAME: Final = re.compile(r"[0-9a-f]{64}(\.part)?")
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")
_OK, _PARTIAL, _BEYOND_THE_END = 200, 206, 416


class Wanted(Protocol):
    """A file that something needs: an asset of a plan, or a `FirmwareFile`."""

    @property
    def sha256(self) -> str:
        """Its name: the SHA-256 of its bytes, in hex."""

    @property
    def kind(self) -> str:
        """What it is: a key of MAX_BYTES."""

    @property
    def size_bytes(self) -> int:
        """Its length."""


@dataclass(frozen=True, slots=True)
class FirmwareFile:
    """A firmware file as an order names it. A `Wanted`."""

    sha256: str
    size_bytes: int
    kind: str = FIRMWARE


@dataclass(frozen=True, slots=True)
class Source:
    """Where a device fetches its files, and as whom."""

    url: str
    """The controller's root, without a slash at the end."""
    secret: str


class AssetStore:
    """The files of one gateway in one folder."""

    def __init__(self, folder: Path, http: httpx.AsyncClient) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._http = http
        self._checked: set[str] = set()
        self._fetching: Mapping[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def read(self, asset: Wanted) -> bytes | None:
        """Return the bytes; None when they are not here or no longer right."""
        path = self._folder / asset.sha256
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if asset.sha256 not in self._checked:
            if hashlib.sha256(data).hexdigest() != asset.sha256:
                logger.warning("the file %s has rotted and is fetched again", asset.sha256[:12])
                path.unlink(missing_ok=True)
                return None
            self._checked.add(asset.sha256)
        return data

    def has(self, asset: Wanted) -> bool:
        """Say whether the file is here and right."""
        if asset.sha256 in self._checked:
            return (self._folder / asset.sha256).exists()
        return self.read(asset) is not None

    async def fetch(self, asset: Wanted, source: Source) -> None:
        """Fetch a file, going on where an earlier try broke off; AssetUnavailable when it fails."""
        async with self._fetching[asset.sha256]:
            if self.has(asset):
                return
            if not 0 < asset.size_bytes <= MAX_BYTES[asset.kind]:
                raise AssetUnavailable(asset.sha256, f"{asset.size_bytes} bytes are too many")
            part = self._folder / f"{asset.sha256}.part"
            try:
                await self._transfer(asset, source, part)
                await asyncio.to_thread(_finish, asset, part)
            except httpx.HTTPError as exc:
                raise AssetUnavailable(asset.sha256, f"{type(exc).__name__}: {exc}") from exc
            except OSError as exc:
                raise AssetUnavailable(asset.sha256, f"cannot keep it: {exc}") from exc
            self._checked.add(asset.sha256)

    def keep_only(self, needed: Collection[str]) -> None:
        """Delete every file that no plan needs."""
        for path in self._folder.iterdir():
            if _NAME.fullmatch(path.name) and path.name.removesuffix(".part") not in needed:
                path.unlink(missing_ok=True)
                self._checked.discard(path.name)

    async def _transfer(self, asset: Wanted, source: Source, part: Path) -> None:
        have_bytes = _resume_point(part, asset.size_bytes)
        if have_bytes == asset.size_bytes:
            return
        headers = {"Authorization": f"Bearer {source.secret}", "Accept-Encoding": "identity"}
        if have_bytes:
            headers["Range"] = f"bytes={have_bytes}-"
        url = f"{source.url}/api/v1/assets/{asset.sha256}"
        async with self._http.stream("GET", url, headers=headers, timeout=TIMEOUT_S) as answer:
            mode = "ab" if _continues(answer, asset, have_bytes, part) else "wb"
            await _save(answer, part, mode, asset.size_bytes)


def _resume_point(part: Path, size_bytes: int) -> int:
    """Return how many bytes an earlier try left; a part that is too long is thrown away."""
    try:
        have_bytes = part.stat().st_size
    except FileNotFoundError:
        return 0
    if have_bytes > size_bytes:
        part.unlink()
        return 0
    return have_bytes


def _continues(answer: httpx.Response, asset: Wanted, have_bytes: int, part: Path) -> bool:
    """Say whether the answer goes on where we are; else it is the whole file."""
    if answer.status_code == _OK:
        return False
    if answer.status_code == _BEYOND_THE_END:
        part.unlink(missing_ok=True)
    match = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status_code != _PARTIAL or match is None or int(match[1]) != have_bytes:
        raise AssetUnavailable(asset.sha256, f"the controller answered {answer.status_code}")
    return True


async def _save(answer: httpx.Response, part: Path, mode: str, limit_bytes: int) -> None:
    """Write what comes as it comes: whatever arrives before a break need not come again."""
    with part.open(mode) as file:
        async for chunk in answer.aiter_bytes():
            file.write(chunk)
            if file.tell() > limit_bytes:
                break
        file.flush()
        os.fsync(file.fileno())


def _finish(asset: Wanted, part: Path) -> None:
    """Give a part its name when it is the whole and right file; throw it away when it is not."""
    size_bytes = part.stat().st_size
    if size_bytes < asset.size_bytes:
        raise AssetUnavailable(asset.sha256, f"{size_bytes} of {asset.size_bytes} bytes so far")
    with part.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if size_bytes > asset.size_bytes or sha256 != asset.sha256:
        part.unlink()
        raise AssetUnavailable(asset.sha256, "the bytes received are others; thrown away")
    disk.put_in_place(part, part.with_name(asset.sha256))
