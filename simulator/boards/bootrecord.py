"""The boot record of a simulated board: which slot is started, in two copies written in turns.

Each copy has a counter and a checksum. The older copy is overwritten; a power cut that tears it
leaves the other, so there is always one record, the old or the new.
"""

import struct
import zlib
from dataclasses import dataclass, replace
from typing import Final

from drivers.bootloader.packets import MARK_BYTES, NO_MARK, Fall, Version
from simulator.boards.flash import Flash

_NO_SLOT: Final = 0xFF
_RECORD: Final = struct.Struct(f">IBBB{MARK_BYTES}sB3H")
_CRC: Final = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Record:
    """Which slot is started, and what became of the last trial."""

    counter: int
    confirmed: int
    trial: int | None
    starts_left: int
    failed: bytes
    why: Fall
    highest: Version
    """The highest version ever confirmed: it only grows."""

    @classmethod
    def first(cls, version: Version) -> "Record":
        """Return the record that a board leaves the works with."""
        return cls(0, 0, None, 0, NO_MARK, Fall.NONE, version)

    def pack(self) -> bytes:
        """Return its bytes with their checksum."""
        body = _RECORD.pack(
            self.counter,
            self.confirmed,
            _NO_SLOT if self.trial is None else self.trial,
            self.starts_left,
            self.failed,
            self.why,
            self.highest.major,
            self.highest.minor,
            self.highest.patch,
        )
        return body + _CRC.pack(zlib.crc32(body))

    @classmethod
    def unpack(cls, data: bytes) -> "Record | None":
        """Read a copy; None when it is torn."""
        body = data[: -_CRC.size]
        if len(body) != _RECORD.size or data[-_CRC.size :] != _CRC.pack(zlib.crc32(body)):
            return None
        counter, confirmed, trial, starts_left, failed, why, *highest = _RECORD.unpack(body)
        slot = None if trial == _NO_SLOT else trial
        return cls(counter, confirmed, slot, starts_left, failed, Fall(why), Version(*highest))


class BootRecord:
    """The two copies in the flash."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash

    def make(self, record: Record) -> None:
        """Write the first copy there ever is."""
        self._flash.write("record 0", record.pack())

    def read(self) -> Record:
        """Return the newest whole copy."""
        copies = [Record.unpack(self._flash.read(f"record {number}")) for number in (0, 1)]
        return max(filter(None, copies), key=lambda one: one.counter)

    def write(self, record: Record) -> None:
        """Overwrite the older copy; until that is whole the other one counts."""
        counter = self.read().counter + 1
        self._flash.write(f"record {counter % 2}", replace(record, counter=counter).pack())
