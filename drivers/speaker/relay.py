"""Relays that wake an amplifier: on a serial port's own control lines, on a relay board, or on a
GPIO line (see `gpio`).

- A control line (RTS or DTR) is up only while the port is open: when this process dies, in
  whatever way, the kernel closes the port and lets the line fall, and the relay with it.
- A relay board (LCUS and its many relatives, CH340 on USB) keeps what it was told: it falls when it
  is told so, also by the next process. `A0 channel state sum`, 9600 8N1, no answer.
"""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import serial

from drivers.errors import LinkLost
from drivers.ports import ByteLink
from drivers.transport.serial import FAILURES, LineFormat, SerialLink

BOARD_LINE: Final = LineFormat(9_600)
_START: Final = 0xA0
_WIRING: Final = re.compile(
    r"(?P<pull>rts|dtr|lcus-(?P<relay>[1-8])):(?P<port>\S+)"
    r"|(?P<gpio>gpio|gpio-low):(?P<chip>/\S+):(?P<line>[0-9]{1,3})",
    re.ASCII,
)
_FORMS: Final = (
    "rts:PORT, dtr:PORT, lcus-1:PORT to lcus-8:PORT, gpio:CHIP:LINE or gpio-low:CHIP:LINE "
    "(such as gpio:/dev/gpiochip0:17)"
)


class Pull(StrEnum):
    """What moves the relay."""

    RTS = "rts"
    DTR = "dtr"
    BOARD = "lcus"
    GPIO = "gpio"
    """High while the relay is on."""
    GPIO_LOW = "gpio-low"
    """Low while the relay is on."""


class Kind(StrEnum):
    """What the relay's port is."""

    PLAIN = "a plain port"
    """It carries one relay; the others carry many."""
    BOARD = "a relay board"
    GPIO = "a GPIO chip"


_KINDS: Final = {
    Pull.RTS: Kind.PLAIN,
    Pull.DTR: Kind.PLAIN,
    Pull.BOARD: Kind.BOARD,
    Pull.GPIO: Kind.GPIO,
    Pull.GPIO_LOW: Kind.GPIO,
}


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where a relay hangs."""

    pull: Pull
    port: str
    """A serial port's path, or pyserial's URL of one; of GPIO the chip's path."""
    channel: int = 0
    """On a board 1 to 8, on a GPIO chip the line's number, else 0."""

    def __str__(self) -> str:
        if self.kind is Kind.GPIO:
            return f"{self.pull}:{self.port}:{self.channel}"
        pull = f"{self.pull}-{self.channel}" if self.channel else str(self.pull)
        return f"{pull}:{self.port}"

    @property
    def kind(self) -> Kind:
        """Return what the port is."""
        return _KINDS[self.pull]

    @classmethod
    def parse(cls, text: str) -> "Wiring":
        """Read `rts:/dev/ttyS0`, `dtr:…`, `lcus-1:/dev/ttyUSB0`, `gpio:/dev/gpiochip0:17` or
        `gpio-low:…`; LinkLost when it is not that."""
        found = _WIRING.fullmatch(text)
        if found is None:
            raise LinkLost(text, f"is not {_FORMS}")
        if found["gpio"]:
            return cls(Pull(found["gpio"]), found["chip"], int(found["line"]))
        relay = int(found["relay"] or 0)
        return cls(Pull.BOARD if relay else Pull(found["pull"]), found["port"], relay)


class ControlLineRelay:
    """A relay that RTS or DTR of a serial port moves. A `Relay`.

    Opening a port raises both lines, so it is open only while the relay shall be on.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._port: Any = None

    def switch(self, *, on: bool) -> None:
        """Take the port or give it back."""
        if not on:
            self.close()
        elif self._port is None:
            try:
                self._port = self._opened()
            except FAILURES as exc:
                self.close()
                raise LinkLost(self._wiring.port, str(exc)) from exc

    def close(self) -> None:
        """Let the relay fall."""
        if self._port is not None:
            with contextlib.suppress(*FAILURES):
                self._port.rts = self._port.dtr = False
            with contextlib.suppress(*FAILURES):
                self._port.close()
            self._port = None

    def _opened(self) -> Any:
        port = serial.serial_for_url(self._wiring.port, do_not_open=True, exclusive=True)
        port.rts = self._wiring.pull is Pull.RTS
        port.dtr = self._wiring.pull is Pull.DTR
        port.open()
        return port


class BoardRelay:
    """One channel of a relay board. A `Relay`."""

    def __init__(self, link: Callable[[], ByteLink], channel: int) -> None:
        """`link` opens the board's line, or returns it open; it may raise LinkLost."""
        self._link = link
        self._channel = channel

    def switch(self, *, on: bool) -> None:
        """Tell the board, also what it may know already: boards forget when they lose power."""
        self._link().write(order(self._channel, on=on))

    def close(self) -> None:
        """Let the relay fall."""
        with contextlib.suppress(LinkLost):
            self.switch(on=False)


class BoardLine:
    """The one line to a relay board, for all its channels."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._link: SerialLink | None = None

    def open(self) -> ByteLink:
        """Return the line, opened at first use and again after it was lost."""
        if self._link is None or not self._link.is_open:
            self._link = SerialLink(self._port, BOARD_LINE)
        return self._link


def order(channel: int, *, on: bool) -> bytes:
    """Return what a board is told: `A0 01 01 A2` switches its first relay on."""
    body = bytes((_START, channel, on))
    return body + bytes((sum(body) & 0xFF,))
