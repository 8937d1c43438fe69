"""Firmware for tests: keys, images, a board on a desk."""

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.bootloader.driver import Bootloader
from drivers.bootloader.packets import Version
from firmware_bridge.link.envelope import trusted
from firmware_bridge.link.manifest import Image, sign
from simulator.boards.bootloader import BoardBootloader
from simulator.wire import Wire

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEYS = trusted(KEY.public_key().public_bytes_raw())
HARDWARE = "p10-32x16-r2"
BLOCK_BYTES = 64


def image(version: str, size_bytes: int = 300, *, begins: bytes = b"", **how) -> Image:
    """An image of that version; `begins` makes it misbehave as the simulator knows."""
    rest = hashlib.shake_256(version.encode()).digest(size_bytes - len(begins))
    hardware, key = how.get("hardware", HARDWARE), how.get("key", KEY)
    return sign(begins + rest, Version.of(version), hardware, key)


FACTORY = image("1.0.0")


class Mains:
    """A wire's clock and how often the board started."""

    def __init__(self) -> None:
        self.starts = 0

    def started(self) -> None:
        self.starts += 1


@dataclass
class Desk:
    """A board with a bootloader and a host beside it, in virtual time."""

    factory: Image = FACTORY
    address: int = 7
    wire: Wire = field(default_factory=Wire)
    mains: Mains = field(default_factory=Mains)

    def __post_init__(self) -> None:
        self.board = BoardBootloader(
            self.factory,
            KEYS,
            self.wire.clock,
            address=self.address,
            restarted=self.mains.started,
            block_bytes=BLOCK_BYTES,
        )
        self.wire.plug_in(Ear(self.board))
        self.host = Bootloader(self.wire, self.address)

    def write(self, new: Image) -> None:
        """Write a whole image, as a plain host would."""
        progress = self.host.begin(new.manifest.raw)
        while progress.next_block < progress.blocks:
            at = progress.next_block * BLOCK_BYTES
            data = new.data[at : at + BLOCK_BYTES]
            progress = self.host.write(progress.next_block, data)

    def runs(self) -> str:
        """Return the version that runs, after checking that it is a whole and signed image."""
        running = Image.read(self.board.running.file)
        running.manifest.check(KEYS)
        return str(running.manifest.version)


class Ear:
    """What a wire asks of a board."""

    def __init__(self, board: BoardBootloader) -> None:
        self.board = board

    def hear(self, data: bytes) -> bytes:
        return self.board.receive(data)
