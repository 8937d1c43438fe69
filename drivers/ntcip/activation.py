"""What names a message: its checksum, its identity, and the code that shows it.

Source: NTCIP 1203 v2 as quoted in jacobleehei/gontcip and used in mnit-rtmc/iris
(DmsMessageCRC.java, MessageActivationCode.java, MessageIDCode.java).
"""

import struct
from dataclasses import dataclass
from typing import Final, Self

from drivers.errors import PeerWireError
from drivers.ntcip.crc import identity
from drivers.ntcip.objects import MemoryType

FOR_EVER: Final = 0xFFFF
"""A duration without an end."""
_ACTIVATION: Final = struct.Struct(">HBBHH4s")
_IDENTITY: Final = struct.Struct(">BHH")


def message_crc(multi: bytes, beacon: int = 0, pixel_service: int = 0) -> int:
    """Return dmsMessageCRC of a message; 0 stands for what a sign does not support."""
    return identity(multi + bytes([beacon, pixel_service]))


@dataclass(frozen=True, slots=True)
class MessageId:
    """MessageIDCode: one row of the message table, and the message it must hold."""

    memory: int
    number: int
    crc: int

    def encode(self) -> bytes:
        """Return its five bytes."""
        return _pack(_IDENTITY, self.memory, self.number, self.crc)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read five bytes; PeerWireError for any other number."""
        try:
            return cls(*_IDENTITY.unpack(data))
        except struct.error as exc:
            raise PeerWireError("ntcip", f"no message code: {exc}") from exc


BLANK: Final = MessageId(MemoryType.BLANK, 1, 0)
"""The dark message; its number is its run-time priority."""


@dataclass(frozen=True, slots=True)
class Activation:
    """MessageActivationCode: show this message, if nothing of higher priority is shown."""

    message: MessageId
    priority: int
    """1 to 255; refused when less than the run-time priority of what is shown."""
    duration_min: int = FOR_EVER
    source: bytes = bytes(4)
    """The IP address of whoever asks; nobody checks it."""

    def encode(self) -> bytes:
        """Return its twelve bytes."""
        wanted = self.message
        return _pack(
            _ACTIVATION,
            self.duration_min,
            self.priority,
            wanted.memory,
            wanted.number,
            wanted.crc,
            self.source,
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read twelve bytes; PeerWireError for any other number."""
        try:
            duration_min, priority, memory, number, crc, source = _ACTIVATION.unpack(data)
        except struct.error as exc:
            raise PeerWireError("ntcip", f"no message code: {exc}") from exc
        return cls(MessageId(memory, number, crc), priority, duration_min, source)


def _pack(layout: struct.Struct, *fields: int | bytes) -> bytes:
    try:
        return layout.pack(*fields)
    except struct.error as exc:
        raise PeerWireError("ntcip", f"no such message code: {exc}") from exc
