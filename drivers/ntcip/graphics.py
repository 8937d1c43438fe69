"""Pictures as a sign stores them: the graphic table, its blocks, its checksum.

Source: mnit-rtmc/ntcip, src/dms/graphic.rs (its three dmsGraphicID examples are in the tests) and
mnit-rtmc/iris, GraphicInfoList.java. Rows follow each other without padding. One-bit pixels begin
at the highest bit; 24-bit pixels are blue, green, red.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from drivers.errors import PeerWireError
from drivers.ntcip.crc import identity
from drivers.ntcip.objects import ColourScheme
from playlists.text.frame import Depth, Frame

MAX_HEIGHT_PX: Final = 255
MAX_NUMBER: Final = 255
"""dmsGraphicNumber, and rows of the table that we use."""
MAX_BLOCK_BYTES: Final = 1_023
"""A datagram carries as much unbroken, and signs that name a nonsensical block size use it."""
SCHEMES: Final = {Depth.MONO: ColourScheme.MONO_1_BIT, Depth.RGB: ColourScheme.RGB_24_BIT}
_HEAD: Final = struct.Struct(">BHHBB3s")


@dataclass(frozen=True, slots=True)
class Graphic:
    """One row of the graphic table with its pixels."""

    number: int
    width_px: int
    height_px: int
    scheme: int
    data: bytes
    transparent: bytes | None = None
    """The colour that lets what lies below shine through; one byte, or three: red, green, blue."""

    @property
    def ident(self) -> int:
        """Return dmsGraphicID: the checksum of everything but the name, in OER."""
        clear = self.transparent or b""
        enabled = self.transparent is not None
        fields = self.number, self.height_px, self.width_px, self.scheme, enabled, clear
        try:
            return identity(_HEAD.pack(*fields) + self.data)
        except struct.error as exc:
            raise PeerWireError("ntcip", f"no such graphic: {exc}") from exc

    def frame(self) -> Frame:
        """Return the picture; PeerWireError for pixels of another kind or number."""
        if len(self.data) != size_bytes(self.width_px, self.height_px, self.scheme):
            raise PeerWireError("ntcip", f"graphic {self.number} has {len(self.data)} bytes")
        shape = self.height_px, self.width_px
        pixels = np.frombuffer(self.data, np.uint8)
        if self.scheme == ColourScheme.RGB_24_BIT:
            return Frame.from_colours(pixels.reshape(*shape, 3)[:, :, ::-1], Depth.RGB)
        if self.scheme == ColourScheme.MONO_1_BIT:
            bits = np.unpackbits(pixels, count=shape[0] * shape[1]).view(np.bool_)
            return Frame.from_bitmap(bits.reshape(shape))
        raise PeerWireError("ntcip", f"a graphic in colour scheme {self.scheme}")


def size_bytes(width_px: int, height_px: int, scheme: int) -> int:
    """Return how many bytes a graphic's pixels have."""
    pixels = width_px * height_px
    if scheme == ColourScheme.MONO_1_BIT:
        return -(-pixels // 8)
    return pixels * (3 if scheme == ColourScheme.RGB_24_BIT else 1)


def pack(frame: Frame) -> bytes:
    """Return the pixels of a mono or RGB frame as a graphic has them."""
    if frame.depth is Depth.RGB:
        return frame.to_colours()[:, :, ::-1].tobytes()
    return np.packbits(frame.to_bitmap()).tobytes()


def graphic_of(frame: Frame, number: int) -> Graphic:
    """Return a mono or RGB frame as a graphic."""
    return Graphic(number, frame.width_px, frame.height_px, SCHEMES[frame.depth], pack(frame))


def blocks(data: bytes, block_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Yield a graphic's blocks with their numbers, from 1; the last may be shorter."""
    for number, start in enumerate(range(0, len(data), block_bytes), start=1):
        yield number, data[start : start + block_bytes]
