"""The one checksum of NTCIP: frames, messages, graphics and fonts all carry it.

CRC-16/X-25 (ISO 3309): polynomial 1021 reflected, begun with FFFF, ended by FFFF.
"""

from typing import Final

CHECK: Final = 0x906E
"""The checksum of "123456789"."""
_POLYNOMIAL: Final = 0x8408
_ONES: Final = 0xFFFF


def _step(crc: int) -> int:
    for _ in range(8):
        crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
    return crc


_TABLE: Final = tuple(_step(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """Return the checksum as PMPP sends it, low byte first."""
    crc = _ONES
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ _ONES


def identity(data: bytes) -> int:
    """Return the checksum as objects hold it: NTCIP 1203 reads its two bytes in wire order."""
    return int.from_bytes(crc16(data).to_bytes(2, "little"), "big")
