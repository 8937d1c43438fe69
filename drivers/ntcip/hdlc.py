"""PMPP frames (NTCIP 2101, once "Class B"): HDLC around SNMP on serial lines, for both roles.

Source: mnit-rtmc/iris, HDLC.java, which follows NEMA TS 3.3-1996. A frame is 7E, the drop's
address in one or two bytes, 13 (unnumbered information), C1 (what follows is SNMP), the payload,
the checksum low byte first, 7E. In between 7E and 7D are written as 7D and the byte xor 20.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drivers.errors import PeerWireError
from drivers.ntcip.crc import crc16

FLAG: Final = 0x7E
ESCAPE: Final = 0x7D
FLIP: Final = 0x20
CONTROL: Final = 0x13
"""Unnumbered information, poll or final."""
PROTOCOL: Final = 0xC1
"""NTCIP's initial protocol identifier for SNMP."""
ONE_BYTE_DROPS: Final = 64
MAX_DROP: Final = 0x1FFF
MAX_FRAME_BYTES: Final = 8_192
"""Between two flags. Graphic blocks have some 1,000 bytes; escaping at worst doubles them."""
_CHECK_BYTES: Final = 2
_LAST: Final = 0x01
_GROUP: Final = 0x02


@dataclass(frozen=True, slots=True)
class Frame:
    """What a frame brings, and the drop it goes to or comes from."""

    drop: int
    payload: bytes


def encode(frame: Frame) -> bytes:
    """Return a frame's bytes, flags included; PeerWireError for a drop that cannot be."""
    body = _address(frame.drop) + bytes([CONTROL, PROTOCOL]) + frame.payload
    body += crc16(body).to_bytes(_CHECK_BYTES, "little")
    escaped = body.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e")
    return b"\x7e" + escaped + b"\x7e"


def _address(drop: int) -> bytes:
    if not 1 <= drop <= MAX_DROP:
        raise PeerWireError("ntcip", f"drop {drop}, they are 1 to {MAX_DROP}")
    if drop < ONE_BYTE_DROPS:
        return bytes([drop << 2 | _LAST])
    return bytes([drop << 2 & 0xFF, drop >> 6 << 1 | _LAST])


class Deframer:
    """Takes bytes in any pieces and returns the frames they complete. Never raises.

    Frames to groups, frames with a wrong checksum, and whatever else a line carries are dropped;
    the next flag begins anew.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._begun = False

    def receive(self, data: bytes) -> list[Frame]:
        """Take bytes; return the frames they complete."""
        return list(self._frames(data))

    def _frames(self, data: bytes) -> Iterator[Frame]:
        for piece, ended in _pieces(data):
            if self._begun:
                self._buffer += piece
            if len(self._buffer) > MAX_FRAME_BYTES:
                self._buffer.clear()
                self._begun = False
            if ended:
                frame = _read(bytes(self._buffer))
                self._buffer.clear()
                self._begun = True
                if frame is not None:
                    yield frame


def _pieces(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield what stands between flags, and whether a flag ends it."""
    *whole, rest = data.split(bytes([FLAG]))
    yield from ((piece, True) for piece in whole)
    yield rest, False


def _read(escaped: bytes) -> Frame | None:
    body = _unescaped(escaped)
    if body is None or len(body) < 1 + 2 + _CHECK_BYTES:
        return None
    body, check = body[:-_CHECK_BYTES], body[-_CHECK_BYTES:]
    if crc16(body) != int.from_bytes(check, "little"):
        return None
    size = 1 if body[0] & _LAST else 2
    to_all = body[0] & _GROUP or not body[size - 1] & _LAST
    if to_all or body[size : size + 2] != bytes([CONTROL, PROTOCOL]):
        return None
    # Six bits of the drop in the first byte; seven more, the higher ones, in the second.
    drop = body[0] >> 2 | (body[1] >> 1 << 6 if size > 1 else 0)
    return Frame(drop, body[size + 2 :])


def _unescaped(escaped: bytes) -> bytes | None:
    first, *others = escaped.split(bytes([ESCAPE]))
    if not all(others):
        return None
    return first + b"".join(bytes([part[0] ^ FLIP]) + part[1:] for part in others)
