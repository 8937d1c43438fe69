"""What a receiving card says of itself: 82 bytes at HEALTH, as @novastar/screen reads them.

Temperature at 0: the highest bit says that it is valid, the others are 1 below zero; the next byte
counts half degrees. Voltage at 3: the highest bit says that it is valid, the others count tenths.
"""

from dataclasses import dataclass
from typing import Final

from drivers.errors import PeerWireError
from drivers.novastar.packets import HEALTH_BYTES

_VALID: Final = 0x80
_BELOW_ZERO: Final = 1
_TEMPERATURE_AT: Final = 0
_VOLTAGE_AT: Final = 3
_MOST: Final = 0x7F


@dataclass(frozen=True, slots=True)
class Health:
    """None = the card has no such sensor."""

    temperature_c: float | None = None
    supply_v: float | None = None


def decode(data: bytes) -> Health:
    """Read a block; PeerWireError when it is not whole."""
    if len(data) != HEALTH_BYTES:
        raise PeerWireError("novastar", f"{len(data)} bytes of health, not {HEALTH_BYTES}")
    flags, half_degrees = data[_TEMPERATURE_AT : _TEMPERATURE_AT + 2]
    sign = -1 if flags & ~_VALID == _BELOW_ZERO else 1
    volts = data[_VOLTAGE_AT]
    return Health(
        temperature_c=sign * half_degrees / 2 if flags & _VALID else None,
        supply_v=(volts & _MOST) / 10 if volts & _VALID else None,
    )


def encode(health: Health) -> bytes:
    """Write a block, rounded to what it can say."""
    data = bytearray(HEALTH_BYTES)
    if health.temperature_c is not None:
        data[_TEMPERATURE_AT] = _VALID | (_BELOW_ZERO if health.temperature_c < 0 else 0)
        data[_TEMPERATURE_AT + 1] = min(0xFF, round(abs(health.temperature_c) * 2))
    if health.supply_v is not None:
        data[_VOLTAGE_AT] = _VALID | min(_MOST, round(health.supply_v * 10))
    return bytes(data)
