"""What a host and a board's bootloader can say: docs/protocols/bootloader.md."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from drivers.errors import PeerWireError

MANIFEST_BYTES: Final = 152
"""The signed head of every image; a board keeps it with the image."""
SHA256_BYTES: Final = 32
MARK_BYTES: Final = 8
"""So many bytes of an image's SHA-256 tell images apart where nothing depends on it."""
HARDWARE_CHARS: Final = 32
"""Longest hardware id; padded with zero bytes to this length."""
MIN_BLOCK_BYTES: Final = 16
MAX_BLOCK_BYTES: Final = 1_024
"""A microcontroller's receive buffer; at 9600 baud such a block takes a second and a half."""
MAX_SLOT_BYTES: Final = 4 << 20
"""More than the flash of any board controller that has a bootloader and no operating system."""
MAX_ADDRESS: Final = 0xFFFF
MAX_VERSION_PART: Final = 0xFFFF
NO_MARK: Final = bytes(MARK_BYTES)
"""No image: what `Info.failed` says before any trial has failed."""

_VERSION: Final = re.compile(r"(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Which firmware is newer: compared number by number, never as text."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def of(cls, text: str) -> Self:
        """Read "1.12.0"; PeerWireError for anything else."""
        match = _VERSION.fullmatch(text)
        numbers = [int(number) for number in match.groups()] if match else []
        if not numbers or max(numbers) > MAX_VERSION_PART:
            raise PeerWireError("bootloader", f"{text[:40]!r} is no version such as 1.12.0")
        return cls(*numbers)


class Condition(IntEnum):
    """What the slot that is not running holds, or that the running one is on trial."""

    IDLE = 0
    """Nothing is being received."""
    RECEIVING = 1
    READY = 2
    """An image is there, every block of it; it has not been judged as a whole yet."""
    TRIAL = 3
    """A new image runs and waits to be confirmed."""


class Refusal(IntEnum):
    """Why a board does not do what it was asked."""

    BAD_MANIFEST = 1
    """Not a manifest of this format."""
    UNKNOWN_KEY = 2
    BAD_SIGNATURE = 3
    WRONG_HARDWARE = 4
    NOT_NEWER = 5
    """Its version is not above the highest that was ever confirmed."""
    TOO_LARGE = 6
    NOT_BEGUN = 7
    BAD_BLOCK = 8
    """Of another length than that block has."""
    INCOMPLETE = 9
    DAMAGED = 10
    """The image as a whole has another SHA-256 than its manifest says."""
    ON_TRIAL = 11
    """Another image must first be confirmed or reverted."""
    NOT_ON_TRIAL = 12
    WRITE_FAILED = 13
    """The flash does not hold what was written."""

    @property
    def word(self) -> str:
        """Return its name as it travels in reports."""
        return self.name.lower().replace("_", "-")


class Fall(IntEnum):
    """Why the last trial ended without a confirmation."""

    NONE = 0
    """None failed since an update was begun."""
    RESTARTS = 1
    """The image was started as often as a trial allows."""
    TIME = 2
    """Nobody confirmed it in time."""
    DAMAGED = 3
    REVERTED = 4
    """The host asked for it."""

    @property
    def word(self) -> str:
        """Return its name as it travels in reports."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Hello:
    """Who are you? Changes nothing."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Receive this image into the slot that is not running, or go on receiving it."""

    manifest: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the image."""

    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Activate:
    """Judge the received image and, if it is whole and genuine, start it on trial."""

    sha256: bytes


@dataclass(frozen=True, slots=True)
class Confirm:
    """Keep the image that is on trial."""

    sha256: bytes


@dataclass(frozen=True, slots=True)
class Revert:
    """End the trial of this image and start the old one."""

    sha256: bytes


Request = Hello | Begin | Block | Activate | Confirm | Revert


@dataclass(frozen=True, slots=True)
class Info:
    """Who the board is and what it runs."""

    hardware: str
    running: Version
    running_mark: bytes
    """The first bytes of the running image's SHA-256."""
    confirmed: Version
    """The highest version that was ever confirmed: nothing older is taken."""
    slot: int
    """Which of the two slots runs: 0 or 1."""
    condition: Condition
    starts_left: int
    """How often an image on trial may still start."""
    failed: bytes
    """Mark of the image whose trial failed since an update was last begun; NO_MARK = none."""
    why: Fall
    block_bytes: int
    slot_bytes: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far receiving got: `next_block` is wanted next; equal to `blocks` = all are there."""

    next_block: int
    blocks: int


@dataclass(frozen=True, slots=True)
class Done:
    """It is as was asked, now or already."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not be as was asked; nothing was changed."""

    reason: Refusal


Answer = Info | Progress | Done | Refused
Packet = Request | Answer


@dataclass(frozen=True, slots=True)
class Message:
    """A packet with the board it is for or from, and the number that pairs answer and request."""

    address: int
    sequence: int
    packet: Packet
