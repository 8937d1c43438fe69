"""The other Huidu family: HD2020 (Gen6) single- and dual-colour cards, which speak otherwise.

They answer an SDK 2.0 greeting, on port 6101, with a packet of their own; it is read here so that
whoever probes can be told what hangs there. Nothing is ever sent to them.
"""

import struct
from dataclasses import dataclass
from typing import Final

from drivers.errors import PeerWireError

HEAD: Final = b"HR"
_FIELDS: Final = struct.Struct(">2s16sHHHHBBHB")
_TAIL: Final = 0xAA
_CHECK_BYTES: Final = 3
"""The sum and the tail."""


@dataclass(frozen=True, slots=True)
class Hd2020:
    """A card that is not ours to drive."""

    device_id: str
    card_type: int


def decode(data: bytes) -> Hd2020:
    """Read the answer to a greeting; PeerWireError unless it is exactly that and its sum is right.

    Layout and the one real capture: alparslanahmed/huidu-led, hd2020_info.go, diagnose_test.go.
    """
    if len(data) != _FIELDS.size or not data.startswith(HEAD):
        raise PeerWireError("huidu", f"not an HD2020 answer: {data[:8].hex()}")
    _head, device_id, _, _, _, _, card_type, _, total, tail = _FIELDS.unpack(data)
    if tail != _TAIL or total != sum(data[:-_CHECK_BYTES]) & 0xFFFF:
        raise PeerWireError("huidu", "an HD2020 answer whose sum is wrong")
    return Hd2020(_guid(device_id), card_type)


def _guid(raw: bytes) -> str:
    """Write sixteen bytes as the vendor does: three groups turned round, two as they stand."""
    groups = (raw[3::-1], raw[5:3:-1], raw[7:5:-1], raw[8:10], raw[10:])
    return "-".join(group.hex() for group in groups)
