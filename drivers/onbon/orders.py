"""Arguments of the commands that are not about areas. Readers raise ValueError for nonsense."""

import struct
from datetime import datetime, time
from typing import Final

from drivers.onbon.packets import (
    FILE_NAME_BYTES,
    HALF_HOURS,
    MAX_LEVEL,
    MAX_TIMERS,
    DeleteFiles,
    LockProgram,
    OpenFile,
    Power,
    PowerTimers,
    SetBrightness,
    SetClock,
    WriteBlock,
)

_BY_HAND: Final = 0
"""G6 5.5.2: one brightness, given 48 times."""
_FORCED: Final = 1
"""K 8.17: one brightness, given once."""
_ON_OFF: Final = {True: 1, False: 2}
_OPEN: Final = struct.Struct("<B4sI")
_BLOCK: Final = struct.Struct("<4sBHHI")
_LOCK: Final = struct.Struct("<BB4s")


def bcd(number: int) -> int:
    """Return two decimal digits as one byte."""
    return number // 10 << 4 | number % 10


def from_bcd(byte: int) -> int:
    """Return the number that two decimal digits make; ValueError for a digit above 9."""
    return int(f"{byte:x}")


def write_day(command: SetBrightness) -> bytes:
    """Return the brightness of a graphic card for each half hour of the day."""
    return bytes([_BY_HAND] + [_level(command.level)] * HALF_HOURS)


def read_day(args: bytes) -> SetBrightness:
    """Read one brightness for the whole day."""
    return SetBrightness(args[1])


def write_level(command: SetBrightness) -> bytes:
    """Return the brightness of a font card."""
    return bytes([_FORCED, _level(command.level)])


def read_level(args: bytes) -> SetBrightness:
    """Read it."""
    return SetBrightness(args[1])


def _level(level: int) -> int:
    if not 0 <= level <= MAX_LEVEL:
        raise ValueError(f"brightness {level}")
    return level


def write_clock(command: SetClock) -> bytes:
    """Return year (low byte first), month, day, hour, minute, second, weekday (7 = Sunday)."""
    at = command.at
    numbers = (at.year % 100, at.year // 100, at.month, at.day, at.hour, at.minute, at.second)
    return bytes([*map(bcd, numbers), at.isoweekday()])


def read_clock(args: bytes) -> SetClock:
    """Read it; the weekday follows from the date."""
    year, century, *rest = map(from_bcd, args[:7])
    month, day, hour, minute, second = rest
    return SetClock(datetime(100 * century + year, month, day, hour, minute, second))  # noqa: DTZ001 -- wall clock


def write_power(command: Power) -> bytes:
    """Return on or off."""
    return bytes([_ON_OFF[command.on]])


def read_power(args: bytes) -> Power:
    """Read it."""
    return Power(args[0] == _ON_OFF[True])


def write_timers(command: PowerTimers) -> bytes:
    """Return the number of pairs, then hours and minutes, each pair on before off (K 8.14)."""
    pairs = command.pairs
    if not 1 <= len(pairs) <= MAX_TIMERS:
        raise ValueError(f"{len(pairs)} timers, not 1 to {MAX_TIMERS}")
    for on, off in pairs:
        if not on < off or (on.second, off.second) != (0, 0):
            raise ValueError(f"a timer from {on} to {off}")
    digits = [bcd(part) for pair in pairs for at in pair for part in (at.hour, at.minute)]
    return bytes([len(pairs), *digits])


def read_timers(args: bytes) -> PowerTimers:
    """Read them."""
    numbers = [from_bcd(byte) for byte in args[1:]]
    times = [time(numbers[at], numbers[at + 1]) for at in range(0, len(numbers), 2)]
    return PowerTimers(tuple(zip(times[::2], times[1::2], strict=True)))


def write_lock(command: LockProgram) -> bytes:
    """Return whether to keep it, whether to lock, and which program."""
    return _LOCK.pack(command.survives_power_cuts, command.locked, _name(command.name))


def read_lock(args: bytes) -> LockProgram:
    """Read it."""
    keeps, locked, name = _LOCK.unpack(args)
    return LockProgram(name, bool(locked), bool(keeps))


def write_deleted(command: DeleteFiles) -> bytes:
    """Return how many files, and which; none named = all programs."""
    return struct.pack("<H", len(command.names)) + b"".join(map(_name, command.names))


def read_deleted(args: bytes) -> DeleteFiles:
    """Read them."""
    starts = range(2, len(args), FILE_NAME_BYTES)
    return DeleteFiles(tuple(args[at : at + FILE_NAME_BYTES] for at in starts))


def write_open(command: OpenFile) -> bytes:
    """Return whether to overwrite, the name, the length."""
    return _OPEN.pack(command.overwrite, _name(command.name), command.size_bytes)


def read_open(args: bytes) -> OpenFile:
    """Read it."""
    overwrite, name, size_bytes = _OPEN.unpack(args)
    return OpenFile(name, size_bytes, bool(overwrite))


def write_block(command: WriteBlock) -> bytes:
    """Return the name, whether it is the last block, its number, length, place, data."""
    head = (_name(command.name), command.last, command.number, len(command.data), command.at_bytes)
    return _BLOCK.pack(*head) + command.data


def read_block(args: bytes) -> WriteBlock:
    """Read it."""
    name, last, number, _length, at_bytes = _BLOCK.unpack_from(args)
    return WriteBlock(name, bool(last), number, at_bytes, args[_BLOCK.size :])


def _name(name: bytes) -> bytes:
    if len(name) != FILE_NAME_BYTES:
        raise ValueError(f"file name {name!r}")
    return name
