"""The two image slots of a simulated board: a manifest and blocks, each block with its checksum.

How far receiving got is what stands in the flash, whole; no note is kept that could be wrong.
"""

import hashlib
import struct
import zlib
from typing import Final

from firmware_bridge.link.manifest import Image, Manifest
from simulator.boards.flash import Flash

_CRC: Final = struct.Struct(">I")


class Slots:
    """Slots 0 and 1 in the flash."""

    def __init__(self, flash: Flash, block_bytes: int) -> None:
        self._flash = flash
        self.block_bytes = block_bytes

    def manifest(self, slot: int) -> bytes:
        """Return what stands where the manifest belongs."""
        return self._flash.read(f"{slot} manifest")

    def begin(self, slot: int, manifest: bytes) -> None:
        """Empty a slot for a new image. Without its manifest it is nothing; that comes last."""
        self.forget(slot)
        self._flash.erase(f"{slot} block")
        self._flash.write(f"{slot} manifest", manifest)

    def forget(self, slot: int) -> None:
        """Make nothing of what a slot holds."""
        self._flash.erase(f"{slot} manifest")

    def write(self, slot: int, index: int, data: bytes) -> None:
        """Write one block."""
        self._flash.write(f"{slot} block {index}", data + _CRC.pack(zlib.crc32(data)))

    def fill(self, slot: int, image: Image) -> None:
        """Write a whole image, as at the works."""
        self.begin(slot, image.manifest.raw)
        for index in range(self.blocks(image.manifest)):
            at = index * self.block_bytes
            self.write(slot, index, image.data[at : at + self.block_bytes])

    def blocks(self, manifest: Manifest) -> int:
        """Return how many blocks an image has."""
        return -(-manifest.size_bytes // self.block_bytes)

    def block_length(self, manifest: Manifest, index: int) -> int:
        """Return how many bytes a block has: the last may have fewer."""
        return min(self.block_bytes, manifest.size_bytes - index * self.block_bytes)

    def received(self, slot: int, manifest: Manifest) -> int:
        """Count the blocks that are there, whole, from the first on."""
        index = 0
        while index < self.blocks(manifest) and self._block(slot, index) is not None:
            index += 1
        return index

    def image(self, slot: int, manifest: Manifest) -> Image | None:
        """Return the image if its bytes are those of the manifest."""
        blocks = [self._block(slot, index) or b"" for index in range(self.blocks(manifest))]
        data = b"".join(blocks)
        return Image(manifest, data) if hashlib.sha256(data).digest() == manifest.sha256 else None

    def _block(self, slot: int, index: int) -> bytes | None:
        held = self._flash.read(f"{slot} block {index}")
        data, crc = held[: -_CRC.size], held[-_CRC.size :]
        return data if data and crc == _CRC.pack(zlib.crc32(data)) else None
