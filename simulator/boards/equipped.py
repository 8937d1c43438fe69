"""A sign whose firmware can be replaced: its dialect and a bootloader, on one line."""

import base64
import time
from collections.abc import Callable, Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.bootloader.packets import Version
from drivers.dialect import Site
from firmware_bridge.errors import BadImage
from firmware_bridge.link.envelope import Keys, trusted
from firmware_bridge.link.manifest import Image, sign
from playlists.text.frame import Frame
from simulator.boards.board import Fault, Sign
from simulator.boards.bootloader import BoardBootloader
from simulator.errors import BadDistrict

FACTORY_VERSION: Final = Version(1, 0, 0)
_FACTORY_FIRMWARE: Final = b"what the works put in"


class EquippedSign(Sign):
    """Both hear everything; what they answer is joined. A restart takes the picture away."""

    def __init__(
        self,
        dialect: Sign,
        site: Site,
        factory: Image,
        keys: Keys,
        clock: Callable[[], float],
    ) -> None:
        """Give a sign of some dialect a bootloader that was made with the image `factory`."""
        super().__init__(site)
        self.dialect = dialect
        self.bootloader = BoardBootloader(
            factory, keys, clock, address=site.address, restarted=dialect.power_cut
        )

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any pieces and return what the board answers. Never raises."""
        self.bootloader.look_at_clock()
        said = self.dialect.hear(data) if self.bootloader.serves else b""
        return said + self.bootloader.receive(data)

    def frame(self) -> Frame:
        """Return what the LEDs show now: nothing while the firmware does not work."""
        self.bootloader.look_at_clock()
        serves = self.bootloader.serves
        return self.dialect.frame() if serves else Frame.blank(self.geometry, self.depth)

    def power_cut(self) -> None:
        """Lose what the sign and the bootloader lose without power, and start again."""
        self.bootloader.power_cut()

    def hang_up(self) -> None:
        """Forget half a message and the session."""
        self.dialect.hang_up()

    def fail(self, fault: Fault) -> None:
        """Begin or end a fault. A board that refuses everything takes no firmware either."""
        self.dialect.fail(fault)
        self.fault = fault
        self.bootloader.worn_out = fault is Fault.NACK
        if fault is Fault.POWER_CUT:
            self.power_cut()


def equip(dialect: Sign, site: Site, hardware: str, keys: Sequence[str]) -> EquippedSign:
    """Give a sign a bootloader that trusts these keys (32 bytes in Base64 each); BadDistrict.

    Its first image is signed by a key of the works that nobody else has.
    """
    works = Ed25519PrivateKey.generate()
    try:
        factory = sign(_FACTORY_FIRMWARE, FACTORY_VERSION, hardware, works)
        makers = [base64.b64decode(key, validate=True) for key in keys]
        ring = trusted(works.public_key().public_bytes_raw(), *makers)
    except (BadImage, ValueError) as exc:
        raise BadDistrict(f"hardware {hardware!r}: {exc}") from exc
    return EquippedSign(dialect, site, factory, ring, time.monotonic)
