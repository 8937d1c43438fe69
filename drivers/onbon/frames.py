"""The envelope all Onbon cards share: eight A5, an escaped body with its CRC-16, one 5A.

No input, no output, no clock. Vendor's protocol documents, "Standard communication": one A5 is
enough to begin a frame; escapes leave no A5 and no 5A inside, so the next A5 always begins anew.
"""

import re
import struct
from typing import Final

MAX_BODY_BYTES: Final = 63 * 1024
"""The longest message a graphic card takes, says the vendor's bx_dual_sdk.h at set_packetLen."""
_MAX_ESCAPED_BYTES: Final = 2 * (MAX_BODY_BYTES + 2)

_BEGIN: Final = b"\xa5"
_END: Final = b"\x5a"
_PREAMBLE: Final = _BEGIN * 8
_CRC: Final = struct.Struct("<H")
_POLYNOMIAL: Final = 0xA001
"""x^16 + x^15 + x^2 + 1, bits reflected; the register starts at 0."""

_ESCAPES: Final = ((b"\xa6", b"\xa6\x01"), (b"\xa5", b"\xa6\x02"), (b"\x5b", b"\x5b\x01"),
                   (b"\x5a", b"\x5b\x02"))  # fmt: skip
"""The escape bytes themselves come first, or they would be escaped twice."""
_UNESCAPED: Final = {written: plain for plain, written in _ESCAPES}
_ESCAPE: Final = re.compile(rb"[\xa6\x5b].?", re.DOTALL)
_RUN: Final = re.compile(rb"([^\xa5\x5a]*)([\xa5\x5a]?)", re.DOTALL)


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE: Final = tuple(_crc_of_byte(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """Return the check of a body, and of a file."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def wrap(body: bytes) -> bytes:
    """Return a body as it travels: check added, escaped, enclosed."""
    inside = body + _CRC.pack(crc16(body))
    for plain, written in _ESCAPES:
        inside = inside.replace(plain, written)
    return _PREAMBLE + inside + _END


class Unwrapper:
    """Bytes in any pieces come in; bodies come out, None for each that was damaged."""

    def __init__(self) -> None:
        self._inside: bytearray | None = None

    def receive(self, data: bytes) -> list[bytes | None]:
        """Take bytes; return what they complete. Never raises."""
        bodies: list[bytes | None] = []
        for run, mark in _RUN.findall(data):
            if self._inside is not None:
                self._inside += run
                if len(self._inside) > _MAX_ESCAPED_BYTES:
                    self._inside = None
            if mark == _BEGIN:
                self._inside = bytearray()
            elif mark == _END:
                # Some hosts and cards close with several 5A; only the first ends anything.
                if self._inside:
                    bodies.append(_unwrap(bytes(self._inside)))
                self._inside = None
        return bodies


def _unwrap(inside: bytes) -> bytes | None:
    escapes = set(_ESCAPE.findall(inside))
    if not escapes <= _UNESCAPED.keys():
        return None
    plain = _ESCAPE.sub(lambda found: _UNESCAPED[found[0]], inside)
    body, check = plain[: -_CRC.size], plain[-_CRC.size :]
    return body if body and check == _CRC.pack(crc16(body)) else None
