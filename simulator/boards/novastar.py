"""A NovaStar sending card with one receiving card, from the inside.

No picture comes over this link: the LEDs are lit all over, as by a white picture over HDMI, unless
the receiving card is darkened. Brightness dims LEDs without changing the picture.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from drivers.dialect import Site
from drivers.novastar import codec, health
from drivers.novastar.codec import SignDecoder
from drivers.novastar.health import Health
from drivers.novastar.packets import (
    ALL_BOARDS,
    ALL_PORTS,
    FULL_BRIGHTNESS,
    MODEL_BYTES,
    OFF,
    ON,
    Ack,
    Answer,
    Device,
    Read,
    Register,
    Request,
    Write,
)
from playlists.text.frame import FULL, Frame
from simulator.boards.board import Fault, Sign

MODEL: Final = 0x1107
"""An MCTRL 660 Pro, as its protocol document answers."""
EVERY_CARD: Final = 0xFF
_SETTINGS: Final = {Register.BRIGHTNESS, Register.KILL, Register.LOCK}


class NovastarSign(Sign):
    """State of one sending card and the receiving card behind it."""

    faults = frozenset({Fault.SILENT, Fault.NACK, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:  # noqa: ARG002 -- no motion
        super().__init__(site)
        self.address = site.address
        self.has_signal = True
        """Whether a picture comes in over HDMI."""
        self.has_board = True
        """Whether the receiving card answers the sending card."""
        self.health = Health(temperature_c=41.5, supply_v=4.9)
        self.power_cut()

    @property
    def brightness(self) -> int:
        """0 to 255."""
        return self._settings[Register.BRIGHTNESS][0]

    @property
    def is_dark(self) -> bool:
        """Whether kill mode keeps every LED dark."""
        return self._settings[Register.KILL] != OFF

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the line and return what the card answers."""
        return b"".join(self._answer(request) for request in self._decoder.receive(data))

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        if self.is_dark or not self.has_signal:
            return Frame.blank(self.geometry, self.depth)
        shape = (self.geometry.height_px, self.geometry.width_px, 3)
        return Frame.from_colours(np.full(shape, FULL, np.uint8), self.depth)

    def power_cut(self) -> None:
        """Start again with what was saved: full brightness, the picture seen."""
        self._decoder = SignDecoder()
        self._settings = {
            Register.BRIGHTNESS: bytes([FULL_BRIGHTNESS]),
            Register.KILL: OFF,
            Register.LOCK: OFF,
        }

    def hang_up(self) -> None:
        """Forget half a packet."""
        self._decoder = SignDecoder()

    def _answer(self, request: Request) -> bytes:
        if self.fault is Fault.WRONG_ADDRESS or request.place.card not in {
            self.address,
            EVERY_CARD,
        }:
            return b""
        ack, data = (Ack.BAD_REQUEST, b"") if self.fault is Fault.NACK else self._obey(request)
        wrote = isinstance(request, Write)
        return codec.encode(
            Answer(request.serial, request.place, request.register, wrote, data, ack)
        )

    def _obey(self, request: Request) -> tuple[Ack, bytes]:
        if request.place.device is Device.SENDING:
            return self._of_sending_card(request)
        if request.place.device is Device.RECEIVING:
            return self._of_receiving_card(request)
        return Ack.TIMEOUT, b""

    def _of_sending_card(self, request: Request) -> tuple[Ack, bytes]:
        match request:
            case Read(_, _, Register.MODEL, length_bytes=2):
                return Ack.OK, MODEL.to_bytes(MODEL_BYTES, "little")
            case Read(_, _, Register.SIGNAL, length_bytes=1):
                return Ack.OK, ON if self.has_signal else OFF
            case _:
                return Ack.NO_SUCH_COMMAND, b""

    def _of_receiving_card(self, request: Request) -> tuple[Ack, bytes]:
        port, board = request.place.port, request.place.board
        reached = self.has_board and port in {0, ALL_PORTS} and board in {0, ALL_BOARDS}
        match request:
            case Write() if request.place.board == ALL_BOARDS and not reached:
                return Ack.OK, b""  # nobody waits for a broadcast to be obeyed
            case _ if not reached:
                return Ack.TIMEOUT, b""
            case Read(_, _, Register.HEALTH, length_bytes):
                return Ack.OK, health.encode(self.health).ljust(length_bytes, OFF)[:length_bytes]
            case Read(_, _, register, length_bytes=1) if register in _SETTINGS:
                return Ack.OK, self._settings[Register(register)]
            case Write(_, _, register, data) if register in _SETTINGS and len(data) == 1:
                self._settings[Register(register)] = data
                return Ack.OK, b""
            case _:
                return Ack.NO_SUCH_COMMAND, b""
